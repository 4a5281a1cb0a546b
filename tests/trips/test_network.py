"""The coordinator's day: a new space, somebody to run it, a choice, and the trace of it all; on a phone and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import Live
from tests.trips.steps import sign_in, visitor


class Hand:
    """Somebody with a finger or with a keyboard alone; `presses` counts what they activate."""

    def __init__(self, page: Page, *, keyboard: bool) -> None:
        self.page, self.keyboard, self.presses = page, keyboard, 0

    def press(self, what: Locator) -> None:
        """Activate a link or a button, and wait for the page it leads to."""
        self.presses += 1
        expect(what).to_have_count(1)
        self.page.wait_for_load_state("load")
        with self.page.expect_event("load"):
            if self.keyboard:
                what.focus()
                expect(what).to_be_focused()
                self.page.keyboard.press("Enter")
            else:
                what.click()

    def link(self, name: str) -> None:
        self.press(self.page.locator("main").get_by_role("link", name=name, exact=True))

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True))


def fits(page: Page) -> None:
    """Nothing scrolls sideways but regions made for it."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


@pytest.mark.parametrize("keyboard", [False, True], ids=["phone", "keyboard"])
def test_a_coordinators_day(browser: Browser, live: Live, keyboard: bool) -> None:
    name = "Le Séchoir" if keyboard else "La Filature"
    with visitor(browser, live, width=360, script=not keyboard) as page:
        sign_in(page, live, "coordinator")
        hand = Hand(page, keyboard=keyboard)
        page.goto("/network")
        fits(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"\d+ espaces"))
        fits(page)
        hand.link("Ajouter un espace")
        fits(page)
        page.get_by_label("Nom de l’espace").fill(name)
        page.get_by_label("Village ou ville").fill("Olette")
        page.get_by_label("Territoire", exact=True).select_option(label="Conflent et Vallespir")
        page.get_by_label("Ce que l’espace sait bien faire").fill("Sécher la laine.")
        hand.button("Ajouter l’espace")
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Inviter une personne responsable pour {name}")
        fits(page)
        page.get_by_label("Adresse e-mail").fill("nora@example.org" if keyboard else "ona@example.org")
        hand.button("Envoyer l’invitation")
        expect(page.get_by_role("status")).to_contain_text("est en route")
        assert hand.presses == 3, "from the network's page: a space, and somebody to run it"

        page.goto("/network")
        hand.presses = 0
        hand.link("Choix du réseau")
        fits(page)
        page.get_by_label("Le plus petit groupe").fill("7" if keyboard else "6")
        hand.button("Enregistrer ces choix")
        expect(page.get_by_role("status")).to_contain_text("Vos choix sont enregistrés.")
        hand.link("Voir les changements")
        assert hand.presses == 3
        fits(page)
        first = page.locator("main ol.list > li").first
        expect(first).to_contain_text("a changé un choix du réseau : le plus petit groupe.")
        expect(first).to_contain_text(f"Maintenant : {7 if keyboard else 6}.")
        page.get_by_label("À propos de", exact=True).select_option("")
        hand.button("Afficher")
        expect(page.locator("main ol.list")).to_contain_text(f"a ajouté l’espace {name}.")
        expect(page.locator("main ol.list")).to_contain_text(f"une invitation à rejoindre {name}")

        page.goto("/spaces?q=" + ("sechoir" if keyboard else "filature"))
        hand.link(name)
        expect(page.locator("main")).to_contain_text("Sécher la laine.")
        fits(page)
