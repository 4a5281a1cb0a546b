"""What people do on every trip: sign in, read their mail, answer a question. In French, as the demonstration speaks.

The answers come from the course's text on disk, read here by a few lines of our own: no page and no room of the
application is asked what is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from lms.__main__ import ROOT
from tests.browser import WAIT, Live, patient, watch

COURSES = ROOT / "courses"
#: Course, unit and activity of the demonstration's learner: the lesson that comes next, the one after it, the last quiz.
COURSE = "mediation-premiers-pas"
NEXT, AFTER, LAST = "chaque-personne", "se-parler", "faire-le-point"
#: Seconds to wait for what the job runner does.
PATIENCE = 60.0


@contextmanager
def visitor(browser: Browser, live: Live, *, width: int = 1280, script: bool = True) -> Iterator[Page]:
    """A person with a browser of their own: no cookies, French, `width` pixels wide, with or without script.

    At the end nothing may have been asked of other machines, and nothing may have gone wrong in the browser.
    """
    context = browser.new_context(
        base_url=live.url,
        viewport={"width": width, "height": 844 if width < 600 else 800},
        locale="fr-FR",
        reduced_motion="reduce",
        java_script_enabled=script,
    )
    context.set_default_timeout(WAIT)
    page = context.new_page()
    seen = watch(page, live.url)
    patient(page)
    yield page
    context.close()
    seen.check()


def sign_in(page: Page, live: Live, role: str) -> None:
    """Enter with the address and password that the site printed for `role`; lands on the person's own page."""
    address, password = live.accounts[role]
    page.goto("/sign-in")
    page.get_by_label("Adresse e-mail").fill(address)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Entrer", exact=True).click()
    expect(page).to_have_url(re.compile(r"/home$"))


def sign_out(page: Page) -> None:
    """Leave by the account page."""
    page.goto("/account")
    page.get_by_role("button", name="Fermer ma session").click()
    expect(page.get_by_role("link", name="Entrer").first).to_be_visible()


def go_on(pressed: Locator) -> None:
    """Press what leads to another page, and wait until that page is there, so that what was pressed is done before the next
    step. With script the answer may go out before it and the address change first; only a page that is whole counts.
    """
    page = pressed.page
    pressed.wait_for()
    page.wait_for_load_state("load")
    with page.expect_event("load"):
        pressed.click()


def survey_link(page: Page, live: Live, role: str) -> str:
    """The personal link of the survey, as the letter to `role` gives it on the page of the demonstration's mails."""
    page.goto("/demo/mails")
    letter = page.get_by_role("article").filter(has_text=live.accounts[role][0]).filter(has_text="24 questions")
    link = letter.get_by_role("link")
    expect(link).to_have_count(1)
    return str(link.get_attribute("href"))


def open_last_quiz(page: Page) -> None:
    """The door of the quiz in the course's last step, which has other pages too."""
    page.goto(f"/courses/{COURSE}/{LAST}/quiz-final")


# ---- what is right, from the text ---------------------------------------------------------------------------------


@dataclass
class Key:
    """A question as its author wrote it: what is right and what is not, in the author's words."""

    title: str
    kind: str
    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    #: What is told once somebody has answered.
    told: list[str] = field(default_factory=list)
    #: Of a table: what stands left -> what goes with it.
    pairs: dict[str, str] = field(default_factory=dict)


HEAD = re.compile(r"^## (.+)\n<!-- (q-\S+)(?: (\w+))? -->$", re.MULTILINE)
ITEM = re.compile(r"^(?:- \[(.)\]|\d+\.) (.+)$", re.MULTILINE)
TOLD = re.compile(r"^  > (.+)$", re.MULTILINE)
ROW = re.compile(r"^\|\s*(.+?)\s*\|\s*(.+?)\s*\|$", re.MULTILINE)


def keys_of(unit: str, activity: str, course: str = COURSE, root: Path = COURSES) -> dict[str, Key]:
    """The questions of an activity in French: id -> key."""
    text = (root / course / "units" / unit / f"{activity}.fr.md").read_text()
    heads = list(HEAD.finditer(text))
    found: dict[str, Key] = {}
    for head, ends in zip(heads, [*(one.start() for one in heads[1:]), len(text)], strict=True):
        body = text[head.end() : ends].split("\n## ")[0]
        key = Key(head[1], head[3] or "single", told=TOLD.findall(body))
        for sign, words in ITEM.findall(body):
            (key.right if sign in ("x", "=", "") else key.wrong).append(words.strip())
            if sign in ("=", "~"):
                key.kind = "numeric" if re.match(r"-?\d", key.right[0]) else "short"
        if key.kind == "match":
            key.pairs = dict(ROW.findall(body)[2:])
        found[head[2]] = key
    return found


def plain(words: str) -> str:
    """Words without Markdown and with plain spaces, to compare text on disk with text on a page."""
    return re.sub(r"\s+", " ", re.sub(r"[*_`]", "", words)).strip()


def choice(fields: Locator, words: str) -> Locator:
    """The row of a question whose words are `words`."""
    rows = fields.locator("label.choice")
    rows.first.wait_for()  # the page may still be on its way
    fields.page.wait_for_load_state()
    said = [plain(row) for row in rows.all_inner_texts()]
    assert plain(words) in said, f"{words!r} is not among {said}"
    return rows.nth(said.index(plain(words)))


def give(fields: Locator, key: Key) -> None:
    """Fill in the right answer to the question in `fields`."""
    if key.kind in ("single", "multiple"):
        for words in key.right:
            choice(fields, words).click()
    elif key.kind == "order":
        in_order(fields, [plain(words) for words in key.right])
    elif key.kind == "match":
        for left, right in key.pairs.items():
            fields.get_by_label(plain(left), exact=True).select_option(label=plain(right))
    else:
        fields.get_by_role("textbox").fill(re.split(r"\.\.| ±", key.right[0])[0])


def in_order(fields: Locator, wanted: list[str]) -> None:
    """Put the lines of an order in their places: with the arrows, or, without script, with the menus."""
    fields.locator("li").first.wait_for()
    fields.page.wait_for_load_state()
    for place, words in enumerate(wanted, start=1):
        if fields.locator("select").first.is_visible():
            fields.get_by_label(words, exact=True).select_option(str(place))
            continue
        row = fields.locator("li").filter(has_text=words)
        for _turn in wanted:
            if row.evaluate("one => [...one.parentElement.children].indexOf(one)") < place:
                break
            row.get_by_role("button").first.click()


def question(page: Page, name: str) -> Locator:
    """The fields of question `name` on this page."""
    return page.locator(f"#{name}-field")


def under(fields: Locator) -> Locator:
    """The button under a question."""
    return fields.locator("xpath=ancestor::form").get_by_role("button", name="Valider")


def check(fields: Locator) -> None:
    """Press the button under a question."""
    under(fields).click()
