"""Every page of every role: axe finds nothing, in light and dark, narrow and wide; nothing scrolls sideways at 320 pixels;
with forced colours every control keeps its outline.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser import Live, axe, followed
from tests.trips.rounds import STARTS, route_of, walk
from tests.trips.steps import (
    COURSE,
    LAST,
    NEXT,
    go_on,
    keys_of,
    open_last_quiz,
    question,
    sign_in,
    survey_link,
    under,
    visitor,
)

WIDTHS = (390, 1280)
#: Pages that are the same for everybody who is signed in: looked at as a learner, not again as each of the others.
SAME = ("pages.", "accounts.", "priorities.method", "learning.", "survey.", "ui.", "notifications.")
#: What sticks out of the window at the right: none, or each thing that does and is in no region of its own.
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scroll, [role=region][tabindex]'))
  .slice(0, 5).map(one => one.outerHTML.slice(0, 160))"""
#: Controls that lose their shape when the browser replaces all colours.
SHAPELESS = """() => [...document.querySelectorAll('main .btn, main button, input:not([type=hidden]), select, textarea')]
  .filter(one => one.offsetParent !== null && !['radio', 'checkbox'].includes(one.type))
  .filter(one => { const s = getComputedStyle(one); return s.borderTopStyle === 'none' || parseFloat(s.borderTopWidth) < 1; })
  .map(one => one.outerHTML.slice(0, 160))"""


class Inspector:
    """Looks at the page in front of it in every light, and keeps what it finds, so that one run tells all."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []

    def look(self) -> None:
        """Hold everything against the page as it stands."""
        page, where = self.page, urlsplit(self.page.url).path
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                try:
                    axe(page)
                except AssertionError as fault:
                    self.faults.append(f"{width} px, {scheme}: {fault}")
        page.emulate_media(color_scheme="light", forced_colors="active")
        self.faults += [f"{where} with forced colours: no border round {one}" for one in page.evaluate(SHAPELESS)]
        page.emulate_media(forced_colors="none")
        page.set_viewport_size({"width": 320, "height": 800})
        self.faults += [f"{where} at 320 px: {one} sticks out" for one in page.evaluate(WIDER)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{where} scrolls sideways at 320 px")
        page.set_viewport_size({"width": 1280, "height": 800})

    def verdict(self) -> None:
        """Raises `AssertionError` with every fault seen."""
        assert not self.faults, "\n".join(self.faults)


@pytest.mark.parametrize("role", STARTS)
def test_every_page_that_links_lead_to(role: str, browser: Browser, live: Live, app: Flask) -> None:
    routes = app.url_map.bind("localhost")
    with visitor(browser, live) as page:
        if role:
            sign_in(page, live, role)
        inspector = Inspector(page)

        def fetch(path: str) -> tuple[str, str] | None:
            answer = followed(page, path)
            if answer is None or not answer.headers.get("content-type", "").startswith("text/html"):
                return None
            if role in ("", "learner") or not route_of(urlsplit(page.url).path, routes).startswith(SAME):
                inspector.look()
            return page.url, page.content()

        seen = walk(STARTS[role], fetch, lambda path: route_of(path, routes))
        assert len(seen) >= 7, f"only {sorted(seen)} was found"
        inspector.verdict()


def answered(page: Page, live: Live, see: Callable[[], None]) -> None:
    """A learner: questions in the lesson and the quiz, before and after, empty answers, the end."""
    sign_in(page, live, "learner")
    page.goto(f"/courses/{COURSE}/{NEXT}/lesson")
    fields = page.locator("fieldset.choices").first
    go_on(under(fields))
    see()  # nothing chosen
    fields.locator("label.choice").first.click()
    go_on(under(fields))
    see()
    page.goto(f"/courses/{COURSE}")
    open_last_quiz(page)
    go_on(page.locator("main form button.sign"))
    for name in keys_of(LAST, "quiz-final"):
        see()
        fields = question(page, name)
        if fields.get_by_role("radio").count():
            fields.get_by_role("radio").last.check()
            go_on(under(fields))
        else:
            go_on(fields.locator("xpath=ancestor::form").get_by_role("button", name="Je ne sais pas"))
        see()
        go_on(page.get_by_role("link", name="Continuer"))
    see()


def surveyed(page: Page, live: Live, see: Callable[[], None]) -> None:
    """The survey: start, a page, the same with something missing, the check, three courses, the used link."""
    sign_in(page, live, "manager")
    link = survey_link(page, live, "manager")
    page.goto(link)
    see()
    go_on(page.get_by_role("button", name="Commencer"))
    see()
    go_on(page.get_by_role("button", name="Continuer"))
    see()
    page.locator("#importance input").nth(4).check()
    page.locator("#competence input").nth(0).check()
    go_on(page.get_by_role("button", name="Continuer"))
    page.goto(f"{link}/check")
    see()
    go_on(page.get_by_role("button", name="Envoyer mes réponses"))
    see()
    page.goto(link)
    see()


def mistaken(page: Page, live: Live, see: Callable[[], None]) -> None:
    """Pages that say no: a wrong password, a link that is none, nobody ticked, somebody else's page, no such place."""
    page.goto("/sign-in")
    go_on(page.get_by_role("button", name="Entrer", exact=True))
    see()
    for path in ("/link/none", "/join/none", "/survey/none", "/sign-in/link"):
        page.goto(path)
        see()
    page.get_by_label("Adresse e-mail").fill("somebody@example.org")
    go_on(page.locator("main form button").first)
    see()
    sign_in(page, live, "manager")
    page.goto("/network")
    see()
    page.goto("/team")
    go_on(page.get_by_role("button", name="Inscrire", exact=True))
    see()
    go_on(page.get_by_role("button", name="Envoyer l’invitation"))
    see()


@pytest.mark.parametrize("trip", [answered, surveyed, mistaken])
def test_every_page_that_comes_after_pressing_something(
    trip: Callable[[Page, Live, Callable[[], None]], None], browser: Browser, live: Live
) -> None:
    with visitor(browser, live) as page:
        inspector = Inspector(page)
        trip(page, live, inspector.look)
        inspector.verdict()
