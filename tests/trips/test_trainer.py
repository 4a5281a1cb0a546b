"""The trainer: a Markdown file changed, published and served; a file broken, told about, and the good version kept."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser import Live
from tests.trips.steps import COURSE, COURSES, LAST, NEXT, go_on, sign_in, visitor

#: A sentence of the lesson that comes next, and what the trainer makes of it.
BEFORE, AFTER = "Neutre, cela se voit", "Être neutre, cela se voit"


def test_a_changed_file_is_served_and_a_broken_one_is_not(
    browser: Browser, sites: Callable[..., Live], tmp_path: Path
) -> None:
    folder = tmp_path / "courses"
    shutil.copytree(COURSES, folder)
    live = sites(settings={"LMS_COURSES": str(folder)}).start()
    lesson = folder / COURSE / "units" / NEXT / "lesson.fr.md"
    quiz = folder / COURSE / "units" / LAST / "quiz-final.fr.md"
    with visitor(browser, live) as page, visitor(browser, live) as learner:
        sign_in(learner, live, "learner")
        learner.get_by_role("link", name="Reprendre").click()
        expect(learner.get_by_role("heading", name=BEFORE, exact=True)).to_be_visible()

        sign_in(page, live, "trainer")
        page.get_by_role("link", name="Rédiger").click()
        row = page.get_by_role("row").filter(has_text=f"courses/{COURSE}")
        expect(row).to_contain_text("version 1")
        publish = page.get_by_role("button", name="Relire le dossier")
        go_on(publish)
        expect(page.get_by_role("status").first).to_contain_text("Rien n’a changé")

        # a changed file: one press, a new version, nobody's progress touched
        lesson.write_text(lesson.read_text().replace(BEFORE, AFTER))
        go_on(publish)
        expect(page.get_by_role("status").first).to_contain_text("1 nouvelle version")
        expect(row).to_contain_text("version 2")
        learner.reload()
        expect(learner.get_by_role("heading", name=AFTER, exact=True)).to_be_visible()
        learner.goto("/home")
        expect(learner.get_by_text("2 étapes faites sur 6")).to_be_visible()
        expect(learner.get_by_text("étape 3 sur 6")).to_be_visible()

        # a broken file: where, which code, what is wrong, what to do; the good version stays
        quiz.write_text(quiz.read_text().replace("- [x]", "- [ ]", 1))
        line = quiz.read_text().splitlines().index("<!-- q-premiere-phrase -->")
        go_on(publish)
        expect(page).to_have_url(re.compile(f"/write/{COURSE}$"))
        expect(page.get_by_role("status").first).to_contain_text("sa dernière bonne version reste en ligne")
        told = page.get_by_role("listitem").filter(has_text=f"units/{LAST}/quiz-final.fr.md")
        place = told.locator("code").inner_text()
        assert abs(int(place.rpartition(":")[2]) - line) <= 12, f"{place} is not near line {line}"
        assert re.search(r"\b[A-Z]\d{3}\b|\b[A-Z]+-?\d+\b", told.inner_text()), "the finding has its code"
        assert len(told.locator("p").all()) >= 3, "a sentence, a fix, a place"
        expect(page.get_by_role("main")).to_contain_text("version 2")
        learner.goto(f"/courses/{COURSE}/{LAST}/quiz-final")
        expect(learner.get_by_role("heading", level=1)).to_have_text("Faire le point")
        learner.locator("main form button.sign").click()
        expect(learner.locator("fieldset.choices")).to_be_visible()

        # mended: nothing to say, and the text is the one that is served
        quiz.write_text((COURSES / COURSE / "units" / LAST / "quiz-final.fr.md").read_text())
        go_on(page.get_by_role("button", name="Relire le dossier"))
        expect(page.get_by_role("status").first).not_to_contain_text("erreur")
