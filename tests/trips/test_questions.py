"""Every kind of question in a real browser: with script, without it, by keyboard alone; axe on each state; what is begun
is kept, also through a network that is lost or only seems to be there; two devices; lines that move; a lesson gone on with
where it was left; a scene.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import WAIT, Live, axe
from tests.catalogue.courses import QUIZ, write_course, write_quiz
from tests.learning.reflections.conftest import REFLECTION, write_reflection
from tests.learning.test_scenes import SCENARIO
from tests.learning.works.conftest import write_assignment
from tests.trips.steps import COURSES, go_on, sign_in, visitor
from tests.trips.test_keyboard import Hands

COURSE = "toutes-les-questions"
QUIZ_ADDRESS = f"/courses/{COURSE}/deux/quiz"
LESSON = f"/courses/{COURSE}/un/lesson"
SCENE = f"/courses/{COURSE}/quatre/scenario"
#: A second hint, and a lesson long enough to scroll.
LONG = """---
id: {unit}
title: {title}
minutes: 12
---

# {title}

Mardi, 9 h 20.

## Que dites-vous d’abord ?
<!-- q-mot -->

- [ ] « C’est la règle. »
  > La porte se ferme.
- [x] « Que vous faut-il ? »
  > Une question ouvre.

## Le cadre

PARAGRAPHS

## Le calme

PARAGRAPHS

## J’essaie dans mon espace
<!-- k-essai -->

Quand **une personne se plaint**,
je **reformule d’abord**.
"""
WORDS = "\n\n".join(["Le cadre protège la parole, et la parole protège la salle. " * 12] * 6)
NAMES = ("q-duree", "q-mot-juste", "q-gestes", "q-etapes", "q-relier", "q-trous", "q-recit")
ORDER = ("Écouter", "Nommer", "Chercher")


def give(name: str, fields: Locator) -> None:
    """Fill in the right answer to question `name`, with a mouse."""
    match name:
        case "q-duree":
            fields.get_by_label("Votre réponse").fill("12,5")
        case "q-mot-juste":
            fields.get_by_label("Votre réponse").fill("Quarante-deux")
        case "q-gestes":
            fields.get_by_label("Les mêmes questions").check()
            fields.get_by_label("Le même jour").check()
        case "q-etapes":
            in_order(fields, lambda button: button.click())
        case "q-relier":
            fields.get_by_label("La salle est à moi").select_option(label="une position")
            fields.get_by_label("besoin de calme").select_option(label="un besoin")
        case "q-trous":
            fields.get_by_label("Blanc 1 sur 2").select_option("cadre")
            fields.get_by_label("Blanc 2 sur 2").fill("Solution")
        case "q-recit":
            fields.get_by_role("textbox").fill("Un mardi calme.")


@pytest.fixture(scope="module")
def all_kinds(_prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The demonstration with one more course: a quiz of every kind that asks how sure one is, a long lesson, a scene."""
    folder = tmp_path_factory.mktemp("kinds")
    shutil.copytree(_prepared, folder / "instance")
    shutil.copytree(COURSES, folder / "courses")
    course = write_course(folder / "courses", COURSE, units=("un", "deux", "trois", "quatre", "cinq", "six"))
    lesson = course / "units" / "un" / "lesson.fr.md"
    lesson.write_text(LONG.format(unit="un", title="Étape un").replace("PARAGRAPHS", WORDS), encoding="utf-8")
    (course / "units" / "deux" / "lesson.fr.md").unlink()
    for unit in ("quatre", "cinq", "six"):
        (course / "units" / unit / "lesson.fr.md").unlink()
    write_reflection(course, "cinq", body=REFLECTION.replace("id: deux", "id: cinq"))
    write_assignment(course, "six")
    write_quiz(course, "deux", body=QUIZ, more="confidence: true\n")
    write_quiz(course, "quatre", name="scenario", body=SCENARIO)
    site = Live(folder / "instance", settings={"LMS_COURSES": str(folder / "courses")}).start()
    yield site
    site.kill()


def begin(page: Page, live: Live, role: str) -> None:
    """Take the course and open its quiz."""
    sign_in(page, live, role)
    page.goto(f"/courses/{COURSE}")
    start = page.get_by_role("button", name="Commencer")
    if start.count():
        go_on(start)
    page.goto(QUIZ_ADDRESS)
    go_on(page.locator("main form button.sign"))


def form(page: Page) -> Locator:
    return page.locator("main form[data-keep]")


def through(page: Page, answer: Callable[[str, Locator], None], see: Callable[[], None]) -> None:
    """The whole quiz: open, empty, hints, answer, feedback; `see` looks at each state."""
    for number, name in enumerate(NAMES, 1):
        expect(page).to_have_title(re.compile(f"Question {number} sur {len(NAMES)}"))
        see()
        if name != "q-etapes" or page.locator("#q-etapes-field select").first.is_visible():
            # the lines of an order stand somewhere: with script, as they stand is an answer
            go_on(form(page).get_by_role("button", name="Valider"))
            expect(page).to_have_title(re.compile("^Erreur"))
            expect(page.locator("#errors")).to_be_focused()
            see()
        hints = 0
        while (more := form(page).get_by_role("button", name=re.compile("indice"))).count():
            go_on(more)
            hints += 1
            expect(page.get_by_text(re.compile("^HINT-"))).to_have_count(hints)
            see()
        assert hints == (2 if name == "q-gestes" else 0)
        answer(name, page.locator(f"#{name}-field"))
        form(page).get_by_role("button", name="Valider").click()
        expect(page.locator("#feedback")).to_contain_text("Enregistré" if name == "q-recit" else "Oui.")
        expect(page.locator("#feedback")).to_be_focused()
        see()
        go_on(page.get_by_role("link", name="Continuer"))
    expect(page).to_have_url(re.compile("/end$"))
    expect(page.get_by_role("main")).to_contain_text("6 sur 6")


def test_every_kind_with_script_and_axe_on_every_state(browser: Browser, all_kinds: Live) -> None:
    with visitor(browser, all_kinds, width=390) as page:
        begin(page, all_kinds, "learner")
        through(page, give, lambda: axe(page))


def test_every_kind_without_script(browser: Browser, all_kinds: Live) -> None:
    with visitor(browser, all_kinds, width=390, script=False) as page:
        begin(page, all_kinds, "manager")

        def answer(name: str, fields: Locator) -> None:
            if name != "q-etapes":
                give(name, fields)
                return
            expect(fields.get_by_role("button", name="Monter")).to_have_count(0)
            for place, words in enumerate(ORDER, 1):
                fields.get_by_label(words, exact=True).select_option(str(place))

        through(page, answer, lambda: None)


def in_order(fields: Locator, press: Callable[[Locator], None]) -> None:
    """Put the lines in order with Up alone: the menus are not seen, and hold the same."""
    expect(fields.locator("select").first).to_be_hidden()
    for place, words in enumerate(ORDER):
        for _turn in range(3):
            if lines(fields).index(words) == place:
                break
            press(fields.get_by_role("button", name=f"Monter : {words}"))
    if not fields.locator("select").first.input_value():
        press(fields.get_by_role("button", name="Monter : Écouter"))
    assert lines(fields) == list(ORDER)
    assert [one.input_value() for one in fields.locator("select").all()] == ["1", "2", "3"]


def lines(fields: Locator) -> list[str]:
    return fields.locator("li label").all_inner_texts()


def test_every_kind_by_keyboard_alone(browser: Browser, all_kinds: Live) -> None:
    with visitor(browser, all_kinds, width=390) as page:
        begin(page, all_kinds, "trainer")
        hands = Hands(page)

        def typed(text: str, **where: str) -> None:
            hands.to(**where)
            page.keyboard.type(text)

        for name in NAMES:
            expect(page.locator(f"#{name}-field")).to_be_visible()
            if name in ("q-duree", "q-mot-juste"):
                typed("12,5" if name == "q-duree" else "quarante-deux", name=name)
            elif name == "q-recit":
                typed("Un mardi.", name=name)
            elif name == "q-gestes":
                for words in ("Les mêmes questions", "Le même jour"):
                    hands.to(words=words, tag="INPUT")
                    page.keyboard.press("Space")
            elif name == "q-etapes":
                in_order(page.locator("#q-etapes-field"), lambda button: press(hands, button))
                hands.page.locator("h1").click()  # back to the beginning of the page
            elif name == "q-relier":
                for words in ("une position", "un besoin"):
                    hands.to(tag="SELECT")
                    page.keyboard.type(words)
            else:
                hands.to(tag="SELECT")
                page.keyboard.type("cadre")
                hands.to(tag="INPUT", name="q-trous.2")
                page.keyboard.type("solution")
            hands.to(words="Valider", tag="BUTTON")
            hands.go()
            expect(page.locator("#feedback")).to_contain_text("Enregistré" if name == "q-recit" else "Oui.")
            hands.to(words="Continuer", tag="A")
            hands.go()
        expect(page.get_by_role("main")).to_contain_text("6 sur 6")


def press(hands: Hands, button: Locator) -> None:
    """Reach a button by Tab and press it; with script the focus stays on it."""
    value = button.get_attribute("value") or ""
    if hands.page.evaluate("document.activeElement.value") != value:
        hands.page.locator("#q-etapes-field").focus()
        hands.to(tag="BUTTON", value=value)
    hands.page.keyboard.press("Enter")
    assert hands.page.evaluate("document.activeElement.value") == value
    assert re.search(r"Place \d sur 3", hands.page.locator("[data-moved]").inner_text())


def test_what_is_begun_is_kept_and_there_again_after_the_browser_was_closed(browser: Browser, all_kinds: Live) -> None:
    with visitor(browser, all_kinds, width=390) as page:
        begin(page, all_kinds, "coordinator")
        page.get_by_label("Votre réponse").fill("11")
        page.get_by_label("J’hésite").check()
        expect(form(page).locator("[data-kept]")).to_have_text(re.compile(r"^Enregistré à \d\d:\d\d\.$"))
        axe(page)
    with visitor(browser, all_kinds) as page:
        sign_in(page, all_kinds, "coordinator")
        page.goto(QUIZ_ADDRESS)
        expect(page.get_by_label("Votre réponse")).to_have_value("11")
        expect(page.get_by_label("J’hésite")).to_be_checked()
        expect(form(page).locator("[data-kept]")).to_have_text(re.compile("^Enregistré à"))
        # closed in the middle of a word
        page.get_by_label("Votre réponse").fill("12")
        page.goto("/home")
        for _ in range(50):  # what was sent in leaving may still be on its way
            page.goto(QUIZ_ADDRESS)
            if page.get_by_label("Votre réponse").input_value() == "12":
                break
            page.wait_for_timeout(300)
        expect(page.get_by_label("Votre réponse")).to_have_value("12")

        # a tunnel: the text stays, a sentence says so, and it is sent on return
        page.context.set_offline(True)
        page.get_by_label("Votre réponse").fill("12,5")
        notice = form(page).get_by_role("status")
        expect(notice).to_contain_text("Pas de connexion")
        axe(page)
        form(page).get_by_role("button", name="Valider").click()
        expect(page.get_by_label("Votre réponse")).to_have_value("12,5")
        page.context.set_offline(False)
        expect(page.locator("#feedback")).to_contain_text("Oui.")


def test_a_lesson_is_gone_on_with_where_it_was_left(browser: Browser, all_kinds: Live) -> None:
    with visitor(browser, all_kinds, width=390) as page:
        sign_in(page, all_kinds, "learner")
        page.goto(f"/courses/{COURSE}")
        if page.get_by_role("button", name="Commencer").count():
            go_on(page.get_by_role("button", name="Commencer"))
        page.goto(LESSON)
        with page.expect_request(lambda sent: "heading=u-le-calme" in (sent.post_data or "")) as told:
            page.get_by_role("heading", name="Le calme").scroll_into_view_if_needed()
            page.mouse.wheel(0, 600)
        assert told.value.url.endswith("/place")
        assert told.value.response() is not None
        page.goto(f"/courses/{COURSE}")
        go_on(page.locator("main a.sign"))
        expect(page).to_have_url(re.compile(r"/un/lesson#u-le-calme$"))
        expect(page.get_by_role("heading", name="Le calme")).to_be_in_viewport()
        box = page.get_by_role("heading", name="Le calme").bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 400
        # the plan is kept while it is written
        page.locator("#k-essai-when").fill("on crie")
        expect(page.locator("form.plan [data-kept]")).to_have_text(re.compile("^Enregistré à"))
        page.reload()
        expect(page.locator("#k-essai-when")).to_have_value("on crie")
        # a note begun in a tunnel waits there for the network
        page.locator("#note summary").first.click()
        note = page.locator("#note form")
        note.get_by_role("textbox").fill("demander d’abord")
        page.context.set_offline(True)
        note.get_by_role("button", name="Enregistrer ma note").click()
        expect(note.get_by_role("status")).to_contain_text("Pas de connexion")
        axe(page)
        expect(note.get_by_role("textbox")).to_have_value("demander d’abord")
        page.context.set_offline(False)
        expect(page.locator("#note summary").first).to_contain_text("enregistrée le")


@contextmanager
def cut(page: Page, how: str) -> Iterator[None]:
    """No network: the browser knows it, or believes that all is well while nothing gets through."""
    if how == "offline":
        page.context.set_offline(True)
    else:
        page.context.route("**/*", lambda request: request.abort())
    yield
    page.context.set_offline(False)
    page.context.unroute_all()


def press_again(own: Locator) -> None:
    """Press "Again" once there is a network, unless the page itself has tried again meanwhile: it does so every eight seconds."""
    own.evaluate_all("forms => forms.forEach(form => form.querySelector('[data-again]')?.click())")


@contextmanager
def traveller(browser: Browser, live: Live, role: str) -> Iterator[Page]:
    """Somebody on the road. (What the browser itself says of a lost request is no fault of the page.)"""
    context = browser.new_context(
        base_url=live.url, viewport={"width": 390, "height": 844}, locale="fr-FR", reduced_motion="reduce"
    )
    context.set_default_timeout(WAIT)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    sign_in(page, live, role)
    yield page
    context.close()
    assert faults == []


@pytest.mark.parametrize("how", ["offline", "aborted"])
def test_nothing_typed_is_lost_with_the_network(how: str, browser: Browser, all_kinds: Live) -> None:
    with traveller(browser, all_kinds, "learner" if how == "offline" else "manager") as page:
        page.goto(f"/courses/{COURSE}")
        if page.get_by_role("button", name="Commencer").count():
            go_on(page.get_by_role("button", name="Commencer"))
            expect(page).to_have_url(re.compile("/lesson"))
        for address, box, text, button, gone in (
            (
                f"/courses/{COURSE}/cinq/reflection",
                "#q-quand-text",
                "Mardi, au comptoir.",
                "Enregistrer mes textes",
                "Vos textes",
            ),
            (
                f"/courses/{COURSE}/six/assignment",
                "#text",
                "Nos trois règles.",
                "Enregistrer mon brouillon",
                "brouillon est",
            ),
            (LESSON, "#noted", "demander d’abord", "Enregistrer ma note", "Enregistré à"),
            (LESSON, "#k-essai-when", "on crie", "Enregistrer mon plan", "Votre plan"),
        ):
            page.goto(address)
            if box == "#noted":
                page.locator("#note summary").first.click()
            field = page.locator(box)
            own = page.locator("form", has=field)
            field.fill(f"{text} …")
            expect(own.locator("[data-kept]")).to_have_text(re.compile(r"\d\d:\d\d"))
            with cut(page, how):
                field.fill(text)
                own.get_by_role("button", name=button).click()
                expect(own.locator("[data-notice]")).to_contain_text("Pas de connexion")
                again = own.get_by_role("button", name="Réessayer")
                again.click()
                expect(field).to_have_value(text)
                expect(again).to_be_visible()
                axe(page)
            if how == "aborted":
                press_again(own)
            expect(page.locator("[role=status] .notice").first).to_contain_text(gone)
            expect(page.locator(box)).to_have_value(text)
        # an answer goes by itself once there is a network again, though the browser never noticed that there was none
        page.goto(QUIZ_ADDRESS)
        begun = page.locator("main form button.sign")
        if begun.count():
            go_on(begun)
        page.wait_for_load_state()
        page.get_by_label("Votre réponse").fill("11")
        with cut(page, how):
            form(page).get_by_role("button", name="Valider").click()
            expect(form(page).locator("[data-notice]")).to_contain_text("Pas de connexion")
        expect(page.locator("#feedback")).to_contain_text("Oui.")
        expect(page.locator("#feedback")).to_be_focused()
        if how == "aborted":
            # "Again" sends what was pressed last: the answer, though it stood there for the draft first
            go_on(page.get_by_role("link", name="Continuer"))
            page.wait_for_load_state()
            with cut(page, how):
                page.get_by_label("Votre réponse").fill("Quarante-deux")
                expect(form(page).get_by_role("button", name="Réessayer")).to_be_visible()
                form(page).get_by_role("button", name="Valider").click()
                page.wait_for_timeout(300)
            press_again(form(page))
            expect(page.locator("#feedback")).to_contain_text("Oui.")


def test_what_else_was_typed_is_there_after_a_form_was_sent(browser: Browser, all_kinds: Live) -> None:
    with traveller(browser, all_kinds, "coordinator") as page:
        page.goto(f"/courses/{COURSE}")
        if page.get_by_role("button", name="Commencer").count():
            go_on(page.get_by_role("button", name="Commencer"))
        page.goto(LESSON)
        # A slow network: what is kept while typing arrives late.
        page.route("**/draft", lambda sent: (page.wait_for_timeout(700), sent.continue_()))
        page.locator("#note summary").first.click()
        page.locator("#k-essai-when").fill("on crie dehors")
        page.locator("#noted").fill("demander d’abord")
        go_on(page.get_by_role("button", name="Enregistrer ma note"))
        expect(page.locator("#k-essai-when")).to_have_value("on crie dehors")


def test_two_devices_are_told_of_each_other(browser: Browser, all_kinds: Live) -> None:
    with traveller(browser, all_kinds, "trainer") as one, traveller(browser, all_kinds, "trainer") as two:
        one.goto(f"/courses/{COURSE}")
        if one.get_by_role("button", name="Commencer").count():
            one.get_by_role("button", name="Commencer").click()
            expect(one).to_have_url(re.compile("/lesson"))
        for page in (one, two):
            page.goto(f"/courses/{COURSE}/cinq/reflection")
        for page, told in ((one, False), (two, True)):
            page.locator("#q-quand-text").fill(f"écrit là {told}")
            kept = page.locator("form[data-keep] [data-kept]")
            expect(kept).to_contain_text("Gardé comme brouillon")
            assert ("remplace" in kept.inner_text()) is told
        one.reload()
        expect(one.locator("#q-quand-text")).to_have_value("écrit là True")


@pytest.mark.parametrize("script", [True, False])
def test_a_scene_to_its_end_back_and_again(script: bool, browser: Browser, all_kinds: Live) -> None:
    def see() -> None:
        if script:
            axe(page)

    with visitor(browser, all_kinds, width=390, script=script) as page:
        sign_in(page, all_kinds, "manager" if script else "trainer")
        page.goto(f"/courses/{COURSE}")
        if page.get_by_role("button", name="Commencer").count():
            go_on(page.get_by_role("button", name="Commencer"))
        page.goto(SCENE)
        see()
        page.get_by_role("button", name="Venez dehors").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sur le banc")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        see()
        page.goto("/home")
        page.goto(SCENE)
        expect(page.get_by_role("heading", level=1)).to_have_text("Sur le banc")
        page.get_by_role("button", name="Revenir à la scène précédente").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("toujours lui")
        page.get_by_role("button", name="Venez dehors").click()
        page.get_by_role("button", name="Un créneau sûr").click()
        expect(page.get_by_text("Une fin qui tient")).to_be_visible()
        expect(page.get_by_text("La voix baisse.")).to_be_visible()
        see()
        page.get_by_role("button", name="Rejouer").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("toujours lui")
