"""Assigning on a small phone, and by keyboard alone: a path composed, looked at, assigned; then one person excused."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser import Live
from tests.trips.steps import go_on, sign_in, visitor

TITLE = "Bien accueillir"


def fits(page: Page) -> None:
    """Nothing has to be scrolled sideways."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_manager_assigns_a_path_on_a_small_phone(browser: Browser, live: Live) -> None:
    with visitor(browser, live, width=360) as page:
        sign_in(page, live, "manager")
        go_on(page.get_by_role("link", name="Mon espace"))
        go_on(page.get_by_role("link", name="Cours attribués"))
        go_on(page.get_by_role("link", name=re.compile("^Parcours")))
        fits(page)
        page.get_by_label("Titre du parcours").fill(TITLE)
        names = [name.strip() for name in page.get_by_label("Cours 1").locator("option").all_inner_texts()]
        page.get_by_label("Cours 1").select_option(label=names[1])
        page.get_by_label("Cours 2").select_option(label=names[2])
        go_on(page.get_by_role("button", name="Créer le parcours"))
        expect(page.get_by_role("main")).to_contain_text(TITLE)

        go_on(page.get_by_role("link", name="La Remise"))
        go_on(page.get_by_role("link", name="Cours attribués"))
        go_on(page.get_by_role("link", name="Attribuer").first)
        fits(page)
        expect(page.get_by_label("Nombre de jours")).to_be_hidden()
        page.get_by_label("Cours ou parcours").select_option(label=TITLE)
        page.get_by_label("Un délai pour chaque personne").check()
        page.get_by_label("Nombre de jours").fill("30")
        go_on(page.get_by_role("button", name="Voir ce qui va se passer"))
        expect(page.locator("#forecast")).to_contain_text(re.compile(r"\d+ personnes sont concernées"))
        fits(page)
        go_on(page.get_by_role("button", name="Attribuer", exact=True))
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
        fits(page)

        go_on(page.get_by_role("table").get_by_role("link", name="Inès Soulé"))
        page.get_by_role("button", name=re.compile("^Dispenser")).click()
        expect(page.get_by_role("main")).to_contain_text("Rien n’est demandé ici à cette personne")
        page.get_by_role("button", name=re.compile("^De nouveau comme")).click()
        expect(page.get_by_role("button", name=re.compile("^Dispenser"))).to_be_visible()

    with visitor(browser, live, width=360) as page:
        sign_in(page, live, "learner")
        expect(page.get_by_role("main")).to_contain_text(TITLE)
        fits(page)


def test_a_manager_assigns_by_keyboard(browser: Browser, live: Live) -> None:
    with visitor(browser, live) as page:
        sign_in(page, live, "manager")
        page.get_by_role("link", name="Mon espace").press("Enter")
        page.get_by_role("link", name="Cours attribués").press("Enter")
        page.get_by_role("link", name="Attribuer").first.press("Enter")
        what = page.get_by_label("Cours ou parcours")
        what.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        expect(page.get_by_label("Tout le monde")).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_label("Les personnes qui apprennent")).to_be_checked()
        page.get_by_role("button", name="Voir ce qui va se passer").press("Enter")
        expect(page.locator("#forecast")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Attribuer", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/assignments/[A-Za-z0-9_-]{22}$"))
        expect(page.get_by_role("heading", level=2).or_(page.get_by_role("table"))).not_to_have_count(0)
