"""A course in preparation: one press to be told by mail when it opens, with script and without, by keyboard."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lms.__main__ import ROOT
from tests.browser import Live, axe
from tests.catalogue.courses import write_ahead, write_lesson
from tests.trips.steps import PATIENCE, go_on, sign_in, visitor


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_who_waits_for_a_course_hears_of_it(
    browser: Browser, sites: Callable[..., Live], tmp_path: Path, *, script: bool
) -> None:
    folder = tmp_path / "courses"
    shutil.copytree(ROOT / "courses", folder)
    write_ahead(folder, "bientot")
    live = sites(settings={"LMS_COURSES": str(folder)}).start()
    with visitor(browser, live, width=390, script=script) as page:
        sign_in(page, live, "learner")
        page.goto("/catalogue?page=99")
        go_on(page.get_by_role("link", name="Écouter au comptoir"))
        expect(page.get_by_role("main")).to_contain_text("en préparation")
        axe(page) if script else None
        button = page.get_by_role("button", name="Me prévenir par e‑mail à son ouverture")
        button.focus()
        button.press("Enter")
        expect(page.get_by_role("button", name="Ne plus me prévenir")).to_be_visible()
        expect(page.get_by_role("status").first).to_contain_text("Vous recevrez un e‑mail à son ouverture.")
        page.goto("/account")
        go_on(page.get_by_role("link", name="Voir ces cours"))
        expect(page.get_by_role("main")).to_contain_text("Écouter au comptoir")
        axe(page) if script else None
    write_lesson(folder / "bientot", "un")
    with visitor(browser, live, script=script) as page:
        sign_in(page, live, "trainer")
        page.goto("/write")
        go_on(page.get_by_role("button", name="Relire le dossier"))
        for _ in range(int(PATIENCE * 2)):
            page.goto("/demo/mails")
            if page.get_by_text("C’est ouvert").count():
                break
            page.wait_for_timeout(500)
        go_on(page.get_by_role("link", name=re.compile("courses.bientot$")))
        expect(page.get_by_role("heading", level=1)).to_have_text("Écouter au comptoir")
