"""The trip of somebody who has no account: a question on the front page, a first step to its end, a search. By keyboard, on
a phone, in light and dark, with and without script.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Live, axe
from tests.trips.steps import COURSE, Key, check, choice, give, go_on, keys_of, question, visitor
from tests.trips.test_keyboard import Hands

FIRST = "poser-le-cadre"


def stands(page: Page) -> None:
    """What every stop must stand: axe in both themes, and nothing that scrolls sideways."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        axe(page)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} scrolls sideways"


@pytest.mark.parametrize("width", [390, 1280])
def test_from_the_front_page_to_the_end_of_a_first_step(browser: Browser, live: Live, width: int) -> None:
    keys: dict[str, Key] = keys_of(FIRST, "lesson")
    with visitor(browser, live, width=width) as page:
        page.goto("/")
        stands(page)
        name = next(iter(keys))
        form = page.locator(f"form[action$='/{name}']")
        form.get_by_label(keys[name].wrong[0]).check()
        go_on(form.get_by_role("button"))
        expect(page.locator("#feedback")).to_contain_text("Pas encore.")
        stands(page)
        go_on(page.get_by_role("link", name=re.compile("Commencer cette étape")))
        expect(page).to_have_url(re.compile(rf"/try/{COURSE}/lesson$"))
        stands(page)
        for name, key in keys.items():
            key.pairs = {left: right for left, right in key.pairs.items() if left.strip()}  # some go with nothing
            give(question(page, name), key)
            check(question(page, name))
            expect(page.locator(f"#{name}")).to_contain_text("Oui.")
        expect(page.locator("#q-frigo")).to_contain_text("Oui.")  # the first answer is still told after the last
        stands(page)
        expect(page.get_by_role("heading", name="C’était la première étape")).to_be_visible()
        go_on(page.get_by_role("link", name="J’ai une invitation"))
        stands(page)


def test_a_first_step_without_script(browser: Browser, live: Live) -> None:
    keys = keys_of(FIRST, "lesson")
    with visitor(browser, live, width=390, script=False) as page:
        page.goto("/")
        go_on(page.get_by_role("link", name=re.compile("Commencer une étape")))
        for name, key in keys.items():
            if key.kind == "single":
                choice(question(page, name), key.right[0]).click()
                check(question(page, name))
                expect(page.locator(f"#{name}")).to_contain_text("Oui.")
        assert [cookie["name"] for cookie in page.context.cookies()] == ["cordada"]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_search_by_keyboard(browser: Browser, live: Live, width: int) -> None:
    with visitor(browser, live, width=width) as page:
        hands = Hands(page)
        page.goto("/catalogue")
        hands.to(id="q")
        page.keyboard.type("reformuler")
        hands.go()
        expect(page).to_have_url(re.compile(r"/search\?q=reformuler"))
        expect(page.locator("mark").first).to_be_visible()
        stands(page)
        hands.to(words="Médiation, premiers pas")
        page.goto("/search?q=girafe+conseil")
        stands(page)
        go_on(page.get_by_role("link", name="sans « girafe »"))
        expect(page.locator("mark").first).to_be_visible()
        page.goto("/search?q=llave")
        expect(page.get_by_text("Aussi en espagnol")).to_be_visible()
        stands(page)
