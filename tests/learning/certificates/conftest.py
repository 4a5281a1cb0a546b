"""A course that gives a certificate, and somebody who has passed it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from lms.foundation.db import writing
from lms.learning import service
from tests.catalogue.courses import SHORT_QUIZ, write_course, write_head, write_quiz
from tests.learning.conftest import inside

COURSE = "ecouter-bien"
GIVES = "certificate:\n  require: [deux/quiz]\n  pass: 80\n  hours: 2\n"
RIGHT = {"q-oui": [1], "q-encore": [2]}
WRONG = {"q-oui": [2], "q-encore": [1]}


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    """One course of three steps, the second with a quiz that its certificate asks for."""
    folder = tmp_path / "courses"
    course = write_course(folder, COURSE)
    write_quiz(course, "deux", body=SHORT_QUIZ)
    write_head(course, ("un", "deux", "trois"), more=GIVES)
    return folder


def take(app: Flask, who: str, given: dict[str, list[int]], course: str = COURSE) -> str:
    """Enrol somebody and have them take the quiz; gives the attempt's id."""

    def do() -> str:
        with writing():
            service.enrol(who, course)
        with writing():
            attempt = service.start(who, course, "deux", "quiz").id
        for name, answer in given.items():
            with writing():
                service.answer(who, attempt, name, answer, lang="fr")
        return attempt

    return str(inside(app, do))
