"""Promises kept through any order of events: nothing finished is ever taken back, and nothing is counted that is not shown."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.catalogue.service import sync
from lms.foundation.db import db
from lms.learning.models import Completion, Enrolment
from lms.learning.queries import learning_of
from tests.catalogue.courses import SHORT_QUIZ, write_head, write_lesson, write_quiz
from tests.learning.conftest import inside, person, serve
from tests.visits import StrictClient, page_of

COURSE = "ecouter-bien"
NAMES = [f"etape-{number}" for number in range(7)]
LANGUAGES = ("fr", "es", "ca")


class Author:
    """Somebody who changes a course in every way there is, by chance."""

    def __init__(self, folder: Path, dice: Random) -> None:
        self.course, self.dice = folder / COURSE, dice
        self.units, self.languages, self.fallback = NAMES[:3], ["fr", "es"], "hide"
        for unit in self.units:
            self._write(unit)
        self._head()

    def change(self) -> str:
        change = self.dice.choice([self.add, self.move, self.remove, self.rename, self.language, self.fall_back])
        change()
        self._head()
        return change.__name__

    def add(self) -> None:
        fresh = [name for name in NAMES if name not in self.units]
        if fresh:
            self.units.insert(self.dice.randrange(len(self.units) + 1), fresh[0])
            self._write(fresh[0])

    def move(self) -> None:
        self.dice.shuffle(self.units)

    def remove(self) -> None:
        if len(self.units) > 1:
            gone = self.units.pop(self.dice.randrange(len(self.units)))
            shutil.rmtree(self.course / "units" / gone)

    def rename(self) -> None:
        write_lesson(self.course, self.dice.choice(self.units), title=f"Titre {self.dice.random()}")

    def language(self) -> None:
        lang = self.dice.choice(LANGUAGES[1:])
        if lang in self.languages:
            self.languages.remove(lang)
            for unit in self.units:
                for path in (self.course / "units" / unit).glob(f"*.{lang}.md"):
                    path.unlink()
        else:
            self.languages.append(lang)
            for unit in self.dice.sample(self.units, self.dice.randrange(len(self.units) + 1)):
                write_lesson(self.course, unit, lang=lang, title=f"{lang} {unit}")

    def fall_back(self) -> None:
        self.fallback = self.dice.choice(["hide", "hide", "ask", "source"])

    def _write(self, unit: str) -> None:
        for lang in self.languages:
            if lang == "fr" or self.dice.random() < 0.6:
                write_lesson(self.course, unit, lang=lang, title=f"{lang} {unit}")
        if self.dice.random() < 0.3:
            write_quiz(self.course, unit, body=SHORT_QUIZ)

    def _head(self) -> None:
        head = write_head(self.course, self.units, languages=self.languages)
        head.write_text(head.read_text("utf-8").replace("fallback: source", f"fallback: {self.fallback}"), "utf-8")


class Learner:
    """Somebody who takes it, in one language and another."""

    def __init__(self, app: Flask) -> None:
        visitor = app.test_client()
        assert isinstance(visitor, StrictClient)
        self.app, self.visitor, self.id = app, visitor, person(app)
        visitor.enter(self.id)
        visitor.fill(f"/courses/{COURSE}", form="/enrol")

    def work(self, dice: Random, lang: str) -> None:
        """Open a step of those shown, and finish it; or the course, where nothing is left."""
        page = self.visitor.get(f"/courses/{COURSE}?lang={lang}")
        forms = [one.get("action") or "" for one in page_of(page).iter("form")]
        if any(action.endswith("/finish") for action in forms):
            self.visitor.fill(page, form="/finish")
            return
        open_ = [one.get("href") or "" for one in page_of(page).iter("a") if "etape-" in (one.get("href") or "")]
        where = dice.choice(sorted({href for href in open_ if not href.endswith("known")}))
        page = self.visitor.get(where, follow_redirects=True)
        for name in ("/language", "/done", "/start"):
            if any(name in (one.get("action") or "") for one in page_of(page).iter("form")):
                page = self.visitor.fill(page, form=name)
        for _question in range(2):
            if "/quiz/" in page.request.path and any(one.get("id") == "question" for one in page_of(page).iter("h1")):
                choice = next(one for one in page_of(page).iter("input") if one.get("type") == "radio")
                self.visitor.fill(page, {str(choice.get("name")): "1"}, form="/quiz/")
                page = self.visitor.get(page.request.path.rsplit("/", 1)[0] + "/2")

    def facts(self) -> tuple[frozenset[str], str]:
        def read() -> tuple[frozenset[str], str]:
            units = db.session.scalars(sa.select(Completion.unit).where(Completion.person_id == self.id))
            state = db.session.scalar(sa.select(Enrolment.state).where(Enrolment.person_id == self.id))
            return frozenset(units), str(state)

        found = inside(self.app, read)
        assert isinstance(found, tuple)
        return found


def counted(visitor: StrictClient, lang: str) -> tuple[int, int, int, int]:
    """What the course page counts as done and in all, and what its list shows of both."""
    page = page_of(visitor.get(f"/courses/{COURSE}?lang={lang}"))
    heading = next("".join(one.itertext()) for one in page.iter("h2") if one.get("id") == "steps")
    numbers = [int(number) for number in re.findall(r"\d+", heading)]
    path = next(one for one in page.iter("ol") if (one.get("class") or "") == "path")
    shown = list(path)
    done = sum((one.get("class") or "") == "done" for one in shown)
    return (numbers[0] if len(numbers) > 1 else 0), numbers[-1], done, len(shown)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_takes_completion_back_and_nothing_unseen_is_counted(app: Flask, tmp_path: Path, seed: int) -> None:
    dice = Random(seed)
    author = Author(tmp_path / "courses", dice)
    serve(app, tmp_path / "courses")
    learner = Learner(app)
    before = learner.facts()
    told = []
    for _turn in range(12):
        if dice.random() < 0.45:
            told.append(author.change())
            report = inside(app, lambda: sync(tmp_path / "courses", accept_gone=None))
            assert report.is_clean, (told, report)  # type: ignore[attr-defined]
        else:
            lang = dice.choice(LANGUAGES)
            told.append(f"work in {lang}")
            learner.work(dice, lang)
        after = learner.facts()
        assert before[0] <= after[0], told
        assert before[1] != "finished" or after[1] == "finished", told
        before = after
        for lang in LANGUAGES:
            done, total, done_shown, shown = counted(learner.visitor, lang)
            assert (done, total) == (done_shown, shown), (told, lang)
            own = inside(app, lambda: learning_of(learner.id, COURSE))
            assert len(own.done) <= own.total, told  # type: ignore[attr-defined]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fallback", ["ask", "source", "hide"])
def test_a_course_can_be_finished_in_each_language(app: Flask, tmp_path: Path, lang: str, fallback: str) -> None:
    author = Author(tmp_path / "courses", Random(3))
    author.languages, author.fallback = ["fr", "es", "ca"], fallback
    write_lesson(author.course, NAMES[1], lang="ca")
    author._head()
    serve(app, tmp_path / "courses")
    learner = Learner(app)
    for turn in range(30):
        learner.work(Random(turn), lang)
        if learner.facts()[1] == "finished":
            break
    assert learner.facts()[1] == "finished"
