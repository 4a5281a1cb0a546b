"""Redis is a doorbell: it stops in the middle of a trip, and pages and writes go on."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from tests.browser import Live
from tests.servers import Valkey
from tests.trips.steps import (
    LAST,
    NEXT,
    check,
    give,
    go_on,
    keys_of,
    open_last_quiz,
    question,
    sign_in,
    sign_out,
    visitor,
)


def test_a_whole_trip_after_redis_has_stopped(browser: Browser, sites: Callable[..., Live], valkey: Valkey) -> None:
    live = sites(settings={"REDIS_URL": valkey.url}).start()
    with visitor(browser, live) as page:
        assert page.request.get("/readyz").json()["redis"] == "ok"
        valkey.stop()
        ready = page.request.get("/readyz")
        assert (ready.status, ready.json()["redis"]) == (200, "down"), "a site without its doorbell is still a site"

        sign_in(page, live, "learner")
        page.get_by_role("link", name="Reprendre").click()
        name, key = next(iter(keys_of(NEXT, "lesson").items()))
        give(question(page, name), key)
        check(question(page, name))
        expect(page.locator(f"#{name}-told")).to_contain_text("Oui.")
        go_on(page.locator("button[name=do][value=finish]"))
        open_last_quiz(page)
        go_on(page.locator("main form button.sign"))
        for name, key in keys_of(LAST, "quiz-final").items():
            give(question(page, name), key)
            check(question(page, name))
            go_on(page.get_by_role("link", name="Continuer"))
        page.goto("/home")
        expect(page.get_by_text("4 étapes faites sur 6")).to_be_visible()
        sign_out(page)

        # what needs a job is written down for later, and the page says so as ever
        page.goto("/sign-in/link")
        page.get_by_label("Adresse e-mail").fill(live.accounts["manager"][0])
        go_on(page.locator("main form button").first)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        sign_in(page, live, "coordinator")
        page.goto("/network/needs/close")
        page.get_by_role("button", name="Fermer l’enquête").click()
        expect(page.get_by_role("status").first).to_contain_text("enquête est fermée")
        assert page.request.get("/readyz").status == 200
