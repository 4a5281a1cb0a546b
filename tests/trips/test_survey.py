"""The survey: a letter, twenty-four pages, a break on another device, three courses, and a link that is used up."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser import Live
from tests.trips.steps import sign_in, survey_link, visitor

IMPORTANT = ("utile", "très utile", "indispensable")
TODAY = ("je ne saurais pas par où commencer", "j’y arrive avec de l’aide", "j’y arrive sans aide, dans un cas simple")
#: Pages where the person takes a way out instead: number -> (importance, level).
WAYS_OUT = {4: ("ce n’est pas mon rôle", "ce n’est pas mon rôle"), 9: ("utile", "je ne sais pas")}
PAGES = 24


def rate(page: Page, number: int) -> None:
    """Answer page `number` and go on."""
    expect(page.get_by_text(re.compile(rf"\b{number} sur {PAGES}$"))).to_be_visible()
    wanted = WAYS_OUT.get(number, (IMPORTANT[number % 3], TODAY[number % 3]))
    for row, words in zip(("importance", "competence"), wanted, strict=True):
        page.locator(f"#{row}").get_by_label(words, exact=True).check()
    page.get_by_role("button", name="Continuer").click()


def test_somebody_answers_on_two_devices_and_keeps_a_course(browser: Browser, live: Live) -> None:
    with visitor(browser, live) as page:
        link = survey_link(page, live, "learner")
        page.goto(link)
        page.get_by_role("button", name="Commencer").click()
        for number in range(1, 8):
            rate(page, number)
        expect(page.get_by_text(f"8 sur {PAGES}")).to_be_visible()

    with visitor(browser, live, width=390) as page:
        sign_in(page, live, "learner")
        page.goto(link)
        page.get_by_role("button", name=re.compile(f"question 8 sur {PAGES}")).click()
        for number in range(8, 13):
            rate(page, number)
        # an empty page is asked about once, and may stay empty
        expect(page.get_by_text(f"13 sur {PAGES}")).to_be_visible()
        page.get_by_role("button", name="Continuer").click()
        expect(page).to_have_title(re.compile("^Erreur"))
        page.get_by_role("button", name="Continuer").click()
        # a step back shows what was said, and loses nothing
        rate(page, 14)
        page.get_by_role("button", name="Revenir").click()
        expect(page.locator("#importance").get_by_label(IMPORTANT[14 % 3], exact=True)).to_be_checked()
        page.get_by_role("button", name="Continuer").click()
        for number in range(15, PAGES + 1):
            rate(page, number)

        expect(page.get_by_role("rowheader")).to_have_count(PAGES)
        expect(page.get_by_role("main")).to_contain_text("ce n’est pas mon rôle")
        page.get_by_role("button", name="Envoyer mes réponses").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Merci")
        offered = page.locator("input[name=course]")
        expect(offered).to_have_count(3)
        for one in offered.all()[1:]:
            one.uncheck()
        kept = page.locator("label", has=page.locator("input[name=course]:checked")).inner_text().strip()
        page.get_by_role("button", name="Garder ces cours").click()
        expect(page).to_have_url(re.compile("/home$"))
        expect(page.get_by_role("link", name=kept)).to_be_visible()

        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text("Vos réponses sont envoyées. Merci.")
        expect(page.get_by_role("button")).to_have_count(0)
        page.goto(f"{link}/3")
        expect(page.get_by_role("heading", level=1)).to_have_text("Vos réponses sont envoyées. Merci.")
