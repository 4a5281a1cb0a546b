"""Everything that must be done works in a browser that runs no script at all."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.browser import Live
from tests.trips.steps import (
    LAST,
    NEXT,
    check,
    choice,
    give,
    go_on,
    keys_of,
    open_last_quiz,
    question,
    sign_in,
    survey_link,
    visitor,
)


def test_a_step_and_a_quiz_without_script(browser: Browser, live: Live) -> None:
    with visitor(browser, live, width=390, script=False) as page:
        sign_in(page, live, "learner")
        go_on(page.get_by_role("link", name="Reprendre"))
        name, key = next((name, key) for name, key in keys_of(NEXT, "lesson").items() if key.kind == "single")
        choice(question(page, name), key.wrong[0]).click()
        check(question(page, name))
        expect(page.locator(f"#{name}-told")).to_contain_text("Pas encore.")
        go_on(page.locator("button[name=do][value=finish]"))
        open_last_quiz(page)
        go_on(page.locator("main form button.sign"))
        keys = keys_of(LAST, "quiz-final")
        for name, key in keys.items():
            give(question(page, name), key)
            check(question(page, name))
            expect(page.locator("#feedback")).to_contain_text("Oui.")
            go_on(page.get_by_role("link", name="Continuer"))
        expect(page.get_by_role("main")).to_contain_text(f"{len(keys)} sur {len(keys)}")
        page.goto("/home")
        expect(page.get_by_text("4 étapes faites sur 6")).to_be_visible()


def test_the_survey_without_script(browser: Browser, live: Live) -> None:
    with visitor(browser, live, width=390, script=False) as page:
        page.goto(survey_link(page, live, "learner"))
        go_on(page.get_by_role("button", name="Commencer"))
        for number in range(1, 25):
            # two answered, the rest left empty on purpose: asked about once, then let through
            if number <= 2:
                page.locator("#importance").get_by_label("indispensable").check()
                page.locator("#competence").get_by_label("je ne saurais pas par où commencer").check()
            else:
                go_on(page.get_by_role("button", name="Continuer"))
                expect(page).to_have_title(re.compile("^Erreur"))
            go_on(page.get_by_role("button", name="Continuer"))
        page.get_by_role("button", name="Envoyer mes réponses").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Merci")
