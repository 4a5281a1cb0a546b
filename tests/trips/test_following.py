"""The manager's follow-up: late to reminded in two clicks, on a phone and by keyboard; the report; what a person sees of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Live, axe
from tests.trips.steps import PATIENCE, sign_in, visitor
from tests.trips.test_keyboard import Hands

CLICKS = """() => addEventListener('click', () => {
  sessionStorage.clicks = +(sessionStorage.clicks || 0) + 1;
}, true)"""


def clicks(page: Page) -> int:
    """How often something was activated since the person's home page."""
    return int(page.evaluate("() => +(sessionStorage.clicks || 0)"))


def test_late_to_reminded_takes_two_clicks_on_a_phone(browser: Browser, live: Live) -> None:
    with visitor(browser, live, width=390) as page:
        page.add_init_script(f"({CLICKS})()")
        sign_in(page, live, "manager")
        page.evaluate("() => sessionStorage.removeItem('clicks')")
        page.get_by_role("link", name="3 personnes sont en retard").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Qui est en retard")
        axe(page)
        lines = page.locator("input[name=line]")
        expect(lines).to_have_count(3)
        assert all(box.is_checked() for box in lines.all()), "everybody is ticked"
        page.get_by_label("Une phrase de votre part").fill("On en parle jeudi ?")
        page.get_by_role("button", name="Envoyer un rappel aux personnes cochées").click()
        expect(page.get_by_role("status").first).to_contain_text("3 rappels sont en route.")
        assert clicks(page) == 2
        expect(lines).to_have_count(0)

        # pressed again in vain: the page says when it goes again
        expect(page.get_by_role("main")).to_contain_text("ces trois derniers jours")
        for _ in range(int(PATIENCE * 2)):
            page.goto("/demo/mails")
            if page.get_by_text("On en parle jeudi ?").count() == 3:
                break
            page.wait_for_timeout(500)
        expect(page.get_by_text("On en parle jeudi ?")).to_have_count(3)


def test_the_report_is_chosen_and_the_table_found_by_keyboard(browser: Browser, live: Live) -> None:
    with visitor(browser, live) as page:
        sign_in(page, live, "manager")
        hands = Hands(page)
        page.goto("/team")
        hands.to(words="En retard", tag="A")
        hands.go()
        expect(page.get_by_role("link", name=re.compile("^En retard"))).to_have_attribute("aria-current", "page")
        page.goto("/team")
        hands.to(words="Choisir la fréquence", tag="A")
        hands.go()
        axe(page)
        hands.to(name="rhythm", value="off")
        page.keyboard.press("ArrowDown")
        hands.to(words="Enregistrer", tag="BUTTON")
        hands.go()
        expect(page.get_by_role("status").first).to_contain_text("lundi matin")


@pytest.mark.parametrize("width", [390, 1280])
def test_one_person_and_the_same_page_for_themself(browser: Browser, live: Live, width: int) -> None:
    with visitor(browser, live, width=width) as page:
        sign_in(page, live, "manager")
        page.goto("/team")
        page.get_by_role("link", name="Inès Soulé").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Inès Soulé")
        facts = page.get_by_role("region", name="Ce qui s’est passé").inner_text()
        axe(page)
        with page.expect_download() as got:
            page.goto("/team")
            page.get_by_role("link", name="CSV").click()
        assert got.value.suggested_filename.endswith(".csv")
    with visitor(browser, live, width=width) as page:
        sign_in(page, live, "learner")
        page.goto("/account")
        page.get_by_role("link", name="Voir ce qui est vu").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Ce que voit votre responsable")
        axe(page)
        assert page.get_by_role("region", name="Ce qui s’est passé").inner_text() == facts, "word for word"
