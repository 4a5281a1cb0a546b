"""The learner: the next ten minutes, an answer, a step, a quiz, progress, and the place kept for tomorrow."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser import Live
from tests.trips.steps import (
    AFTER,
    COURSE,
    LAST,
    NEXT,
    check,
    choice,
    give,
    go_on,
    keys_of,
    open_last_quiz,
    plain,
    question,
    sign_in,
    sign_out,
    visitor,
)


def resume(page: Page) -> None:
    """The one button of the home page."""
    go_on(page.get_by_role("link", name="Reprendre"))


def answer_in_lesson(page: Page) -> None:
    """Inside the lesson: a wrong answer, then, to the next question, the right one."""
    keys = keys_of(NEXT, "lesson")
    first = next(name for name, key in keys.items() if key.kind == "single")
    second = next(name for name, key in keys.items() if key.kind == "numeric")
    fields = question(page, first)
    choice(fields, keys[first].wrong[0]).click()
    check(fields)
    told = page.locator(f"#{first}-told")
    expect(told).to_contain_text("Pas encore.")
    assert len(told.inner_text()) > len("Pas encore.") + 20, "the answer is explained"
    give(question(page, second), keys[second])
    check(question(page, second))
    expect(page.locator(f"#{second}-told")).to_contain_text("Oui.")


def test_a_learner_goes_on_where_he_was_and_sees_it_grow(browser: Browser, live: Live) -> None:
    with visitor(browser, live) as page:
        sign_in(page, live, "learner")
        expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Inès")
        expect(page.get_by_text("étape 3 sur 6")).to_be_visible()
        expect(page.get_by_text("2 étapes faites sur 6")).to_be_visible()
        resume(page)
        expect(page).to_have_url(re.compile(f"/courses/{COURSE}/{NEXT}/lesson$"))
        answer_in_lesson(page)
        go_on(page.locator("button[name=do][value=finish]"))
        expect(page.get_by_role("status").first).to_contain_text("Recevoir chaque personne à part")

        page.goto(f"/courses/{COURSE}")
        open_last_quiz(page)
        take_quiz(page)

        page.goto("/home")
        expect(page.get_by_text("4 étapes faites sur 6")).to_be_visible()
        expect(page.get_by_role("heading", name="Réunir deux personnes")).to_be_visible()
        resume(page)
        there = page.url
        assert there.endswith(f"/{AFTER}/lesson")
        sign_out(page)
        page.goto(there)
        expect(page).to_have_url(re.compile("/sign-in"))
        sign_in(page, live, "learner")
        resume(page)
        expect(page).to_have_url(there)


def take_quiz(page: Page) -> None:
    """The quiz of the last step: every question on a page of its own, left after the second, gone on with, all right."""
    keys = keys_of(LAST, "quiz-final")
    go_on(page.locator("main form button.sign"))
    for number, (name, key) in enumerate(keys.items(), start=1):
        expect(page).to_have_title(re.compile(f"Question {number} sur {len(keys)}"))
        if number == 3:
            page.goto("/home")
            resume(page)
            expect(page).to_have_title(re.compile(f"Question 3 sur {len(keys)}"))
        assert not any(plain(told) in plain(page.content()) for told in key.told), "no answer before the answer"
        give(question(page, name), key)
        check(question(page, name))
        expect(page.locator("#feedback")).to_contain_text("Oui.")
        go_on(page.get_by_role("link", name="Continuer"))
    expect(page).to_have_url(re.compile("/end$"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"{len(keys)} sur {len(keys)}")
