"""The coordinator: what the network needs, the order that follows from it, a place by hand, the end of a campaign."""

from __future__ import annotations

import re
import sqlite3
import time
from fractions import Fraction
from pathlib import Path

import yaml
from playwright.sync_api import Browser, Page, expect

from tests.browser import Live
from tests.trips.steps import COURSES, PATIENCE, go_on, sign_in, survey_link, visitor

#: How far a course takes a competency (NEEDS 3.3).
GRADES = {"mentioned": Fraction(0), "taught": Fraction(1, 3), "practised": Fraction(2, 3), "assessed": Fraction(1)}


def answers_in(live: Live) -> list[str]:
    """What was counted, from the site's own database: two signs for each item, importance and level."""
    with sqlite3.connect(f"file:{live.instance / 'cordada.db'}?mode=ro", uri=True) as database:
        return [row[0] for row in database.execute("SELECT answers FROM survey_response")]


def needs_of(answers: list[str]) -> dict[str, Fraction]:
    """Borich's score of every competency, exactly: (mean importance - mean level) x mean importance over whole pairs."""
    text = yaml.safe_load((COURSES / "_instruments" / "needs-1.yml").read_text())
    items = [item["competency"] for domain in text["domains"] for item in domain["items"]]
    found = {}
    for at, competency in enumerate(items):
        pairs = [(one[2 * at], one[2 * at + 1]) for one in answers]
        whole = [(int(i), int(c)) for i, c in pairs if i in "12345" and c in "12345"]
        importance = Fraction(sum(i for i, _c in whole), len(whole))
        level = Fraction(sum(c for _i, c in whole), len(whole))
        found[competency] = (importance - level) * importance
    return found


def order_of(needs: dict[str, Fraction], folder: Path = COURSES) -> list[str]:
    """The titles of the courses, by the share of the need that each covers; equal ones by id."""
    positive = {name: max(Fraction(0), need) for name, need in needs.items()}
    total = sum(positive.values())
    values: dict[str, Fraction] = {}
    titles: dict[str, str] = {}
    for path in folder.glob("*/course.yml"):
        course = yaml.safe_load(path.read_text())
        titles[course["id"]] = course["title"]["fr"]
        values[course["id"]] = sum(
            (positive[name] / total * GRADES[goal["grade"]] for name, goal in course["competencies"].items()),
            Fraction(0),
        )
    return [titles[name] for name in sorted(values, key=lambda name: (-values[name], name))]


#: The demonstration's meeting is no lever for anything: it stands last.
MEETING = "Une heure entre espaces"


def shelf_on(page: Page) -> list[str]:
    """The titles of the shelf as the page of the needs lists them."""
    rows = page.locator("section[aria-labelledby=courses] li h3").all_text_contents()
    return [re.sub(r"^\d+\. | *place \d+, à la main$", "", row.strip()).strip() for row in rows]


def test_the_needs_order_the_shelf_a_pin_wins_and_closing_computes_anew(browser: Browser, live: Live) -> None:
    with visitor(browser, live) as page:
        # one more return, so that the end of the campaign has something to count
        link = survey_link(page, live, "coordinator")
        answer_all(page, link)
        sign_in(page, live, "coordinator")
        page.goto("/network")
        go_on(page.get_by_role("link", name="Voir les besoins et l’ordre des cours"))
        counted = answers_in(live)
        expect(page.get_by_role("main")).to_contain_text(f"{len(counted)} réponses comptées")
        needs = needs_of(counted)
        wanted = [*order_of(needs), MEETING]
        assert shelf_on(page) == wanted
        first = max(needs, key=lambda name: needs[name])
        names = yaml.safe_load((COURSES / "_competencies.yml").read_text())
        said = page.locator("section[aria-labelledby=courses] li").first
        expect(said).to_contain_text("premier besoin du réseau")
        expect(said).to_contain_text(re.compile(r"\d+ réponses sur 100"))
        assert name_of(names, first) in said.inner_text()

        # a pin wins over the numbers, and lets go again
        last = wanted[-1]
        page.locator("section[aria-labelledby=courses] summary").click()
        row = page.locator("section[aria-labelledby=courses] li").last
        row.get_by_role("combobox").select_option("1")
        go_on(row.get_by_role("button", name="Fixer"))
        expect(page.get_by_role("status").first).to_contain_text("sa place")
        assert shelf_on(page) == [last, *wanted[:-1]]
        page.goto("/catalogue")
        expect(page.locator("main h2, main h3").filter(has_text=last).first).to_be_visible()
        page.goto("/network/needs")
        go_on(page.get_by_role("button", name=re.compile("^Ne plus fixer")))
        assert shelf_on(page) == wanted

        # closing: a page that says what it means, one press, and the new computation arrives
        page.get_by_role("link", name="Fermer l’enquête").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Fermer l’enquête"))
        go_on(page.get_by_role("button", name="Fermer l’enquête"))
        expect(page.get_by_role("status").first).to_contain_text("enquête est fermée")
        # hers, and those that waited with it
        counted = answers_in(live)
        words = f"Calculé sur {len(counted)} réponses"
        deadline = time.monotonic() + PATIENCE
        while words not in page.get_by_role("main").inner_text() and time.monotonic() < deadline:
            page.wait_for_timeout(500)
            page.reload()
        expect(page.get_by_role("main")).to_contain_text(words)
        assert shelf_on(page) == [*order_of(needs_of(answers_in(live))), MEETING]
        expect(page.get_by_role("link", name="Fermer l’enquête")).to_have_count(0)

        # the links say so, and nothing can be sent any more
        page.goto(survey_link(page, live, "trainer"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Cette enquête est fermée")


def name_of(names: dict[str, object], competency: str) -> str:
    """The competency's French name in the vocabulary."""
    found = next(one for one in names["competencies"] if one["id"] == competency)  # type: ignore[attr-defined]
    return str(found["name"]["fr"])


def answer_all(page: Page, link: str) -> None:
    """Answer the whole survey, the same on every page, and send it."""
    page.goto(link)
    go_on(page.get_by_role("button", name="Commencer"))
    while not page.url.endswith("/check"):
        page.locator("#importance").get_by_label("très utile", exact=True).check()
        page.locator("#competence").get_by_label("j’y arrive avec de l’aide").check()
        go_on(page.get_by_role("button", name="Continuer"))
    page.get_by_role("button", name="Envoyer mes réponses").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Merci")
