"""The manager brings eight people with a course and a day: in four clicks, by keyboard on a phone, without script."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from babel.dates import format_date
from playwright.sync_api import Browser, Locator, Page, expect

from lms.foundation.clock import today
from tests.browser import Live, axe
from tests.trips.steps import go_on, sign_in, visitor
from tests.trips.test_keyboard import Hands

DAY = today() + timedelta(days=60)


def eight(mark: str) -> bytes:
    """Eight people as Nexudus exports them, in the letters of Windows."""
    rows = "".join(f"{n};Zoé Ünal {n};{mark}{n}@example.net;YES;Flex\n" for n in range(8))
    return f"Id;FullName;Email;Active;Plan\n{rows}".encode("cp1252")


def listening(page: Page) -> None:
    """Have the browser tell of every choice of a file from now on: told only when one is awaited, it may miss a quick press."""
    page.on("filechooser", lambda _chooser: None)


class Clicks:
    """A hand on a mouse that counts."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, what: Locator) -> None:
        """Click once."""
        self.count += 1
        what.click()

    def to(self, what: Locator) -> None:
        """Click once, and wait for the page it leads to: its script sends a file that is chosen."""
        self.count += 1
        go_on(what)

    def choose(self, what: Locator, label: str) -> None:
        """Choose an entry of a menu: it counts as a click."""
        self.count += 1
        what.select_option(label=label)


def course_of(page: Page) -> str:
    """The first course that is offered."""
    return page.get_by_label("Cours", exact=True).locator("option").nth(1).inner_text().strip()


def said(page: Page, course: str, day: date | None = None) -> None:
    """Everything is told: who is new, on which course, until which `day`."""
    main = page.get_by_role("main")
    expect(page.get_by_role("heading", level=1)).to_have_text("La liste est importée")
    expect(main).to_contain_text("8 personnes arrivent dans l’espace. 8 invitations partent par e‑mail.")
    expect(main).to_contain_text(f"8 personnes sont inscrites au cours « {course} ».")
    if day is not None:
        expect(main).to_contain_text(f"À finir d’ici au {format_date(day, 'long', locale='fr')}.")


@pytest.mark.parametrize("width", [1280, 390])
def test_eight_people_with_a_day_are_four_clicks(browser: Browser, live: Live, width: int) -> None:
    clicks = Clicks()
    with visitor(browser, live, width=width) as page:
        listening(page)
        sign_in(page, live, "manager")
        clicks.to(page.get_by_role("link", name="Mon espace"))
        with page.expect_file_chooser() as chooser:
            clicks.on(page.get_by_label("Votre liste, en CSV ou XLSX"))
        name = f"w{width}-"
        chooser.value.set_files([{"name": "membres été.csv", "mimeType": "text/csv", "buffer": eight(name)}])
        expect(page.get_by_role("heading", level=1)).to_have_text("8 lignes lues")
        expect(page.get_by_role("table")).to_contain_text("Zoé Ünal 7")
        axe(page)
        course = course_of(page)
        clicks.choose(page.get_by_label("Cours", exact=True), course)
        page.get_by_label(re.compile("^Échéance")).fill(DAY.isoformat())
        clicks.to(page.get_by_role("button", name="Importer 8"))
        said(page, course, DAY)
        assert clicks.count == 4
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="Annuler l’import").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("L’import est annulé")


def test_by_keyboard_on_a_phone_they_are_four_presses_too(browser: Browser, live: Live) -> None:
    """Activating by Enter or by an arrow in a menu is what a click is with a mouse; Tab only goes there."""
    presses = 0
    with visitor(browser, live, width=390) as page:
        listening(page)
        sign_in(page, live, "manager")
        hands = Hands(page)
        hands.to(words="Mon espace", tag="A")
        hands.go()
        presses += 1
        hands.to(id="roster-file")
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Enter")
        presses += 1
        chooser.value.set_files([{"name": "membres.csv", "mimeType": "text/csv", "buffer": eight("keyboard")}])
        expect(page.get_by_role("heading", level=1)).to_have_text("8 lignes lues")
        course = course_of(page)
        hands.to(id="course")
        page.keyboard.press("ArrowDown")
        presses += 1
        hands.to(id="due_on")
        page.locator(":focus").fill(DAY.isoformat())
        hands.to(words="Importer 8", tag="BUTTON")
        hands.go()
        presses += 1
        said(page, course, DAY)
        assert presses == 4


def test_a_dropped_file_goes_on_by_itself(browser: Browser, live: Live) -> None:
    with visitor(browser, live) as page:
        sign_in(page, live, "manager")
        go_on(page.get_by_role("link", name="Mon espace"))
        page.locator("form.drop").wait_for()
        data = page.evaluate_handle(
            "() => { const one = new DataTransfer();"
            " one.items.add(new File(['Nom;E-mail\\nAna;drop@example.net\\n'], 'a.csv', {type: 'text/csv'})); return one; }"
        )
        page.dispatch_event("form.drop", "drop", {"dataTransfer": data})
        expect(page.get_by_role("heading", level=1)).to_have_text("1 ligne lue")


def test_a_row_is_mended_by_keyboard_on_a_phone(browser: Browser, live: Live) -> None:
    with visitor(browser, live, width=390) as page:
        sign_in(page, live, "manager")
        page.goto("/team")
        page.goto(page.url.split("?")[0] + "/roster")
        hands = Hands(page)
        hands.to(id="text")
        page.keyboard.insert_text("Ana Ruiz;keys1@example.net\nBo;pas une adresse\n")
        hands.to(words="Lire la liste")
        hands.go()
        expect(page.get_by_role("heading", level=1)).to_have_text("2 lignes lues")
        hands.to(name="email-2")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.insert_text("keys2@example.net")
        hands.to(words="Vérifier à nouveau")
        hands.go()
        hands.to(id="course")
        page.keyboard.press("ArrowDown")
        hands.to(words="Importer 2")
        hands.go()
        expect(page.get_by_role("main")).to_contain_text("2 personnes arrivent dans l’espace.")
        expect(page.get_by_role("main")).to_contain_text("2 personnes sont inscrites")


def test_without_script_one_button_more(browser: Browser, live: Live) -> None:
    with visitor(browser, live, script=False) as page:
        sign_in(page, live, "manager")
        go_on(page.get_by_role("link", name="Mon espace"))
        page.get_by_label("Votre liste, en CSV ou XLSX").set_input_files(
            [{"name": "a.csv", "mimeType": "text/csv", "buffer": eight("plain")}]
        )
        go_on(page.get_by_role("button", name="Lire la liste"))
        course = course_of(page)
        page.get_by_label("Cours", exact=True).select_option(label=course)
        page.get_by_role("button", name="Importer 8").click()
        said(page, course)


def test_a_long_list_moves_its_bar_and_arrives(browser: Browser, live: Live) -> None:
    rows = "".join(f"Personne {n},long{n}@example.net\n" for n in range(3_000))
    with visitor(browser, live) as page:
        sign_in(page, live, "manager")
        go_on(page.get_by_role("link", name="Mon espace"))
        page.get_by_label("Votre liste, en CSV ou XLSX").set_input_files(
            [{"name": "long.csv", "mimeType": "text/csv", "buffer": f"Nom,E-mail\n{rows}".encode()}]
        )
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"3.000 lignes lues"))
        page.get_by_role("button", name=re.compile(r"Importer 3.000")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("La liste est importée", timeout=180_000)
        expect(page.get_by_role("main")).to_contain_text(re.compile(r"3.000 personnes arrivent"))
