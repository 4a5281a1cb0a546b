"""The way in outside a demonstration: a command prints a link, the link makes the account and signs in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

from playwright.sync_api import Browser, expect

from lms.__main__ import ROOT
from tests.browser import Live
from tests.trips.steps import go_on, visitor


def test_the_first_coordinator_enters_by_the_printed_link(browser: Browser, sites: Callable[..., Live]) -> None:
    live = sites(fresh=True, demo=False).start()
    assert live.accounts == {}
    with visitor(browser, live) as page:
        page.goto("/")
        expect(page.get_by_role("main")).to_contain_text("flask --app wsgi users invite")
        run = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "users", "invite", "jana@example.org", "--role", "coordinator",
             "--lang", "fr", "--network", "Vallées du Midi"],
            cwd=ROOT, env=os.environ | {"LMS_INSTANCE": str(live.instance), "BASE_URL": live.url},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        link = run.stdout.strip()
        assert re.fullmatch(re.escape(live.url) + r"/join/\S+", link), "stdout is the link and nothing else"

        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text("Vallées du Midi vous invite")
        expect(page.get_by_label("Adresse e-mail")).to_have_value("jana@example.org")
        page.get_by_role("button", name="Accepter et commencer").click()
        expect(page).to_have_title(re.compile("^Erreur"))
        page.get_by_label(re.compile("^(Votre nom|Nom|Prénom)")).fill("Jana Vidal")
        page.get_by_role("button", name="Accepter et commencer").click()
        expect(page.get_by_role("link", name="Jana Vidal")).to_be_visible()
        go_on(page.get_by_role("link", name="Réseau"))
        expect(page.get_by_role("heading", level=1)).to_be_visible()

    # it worked once
    with visitor(browser, live) as page:
        answer = page.goto(link)
        assert answer is not None
        assert answer.status in (404, 410)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("button", name="Accepter et commencer")).to_have_count(0)
