"""A question that moved to another unit: what was answered to it goes on in its new place, and an old attempt stays whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from lms.foundation.db import db, writing
from lms.jobs.tasks import drain
from lms.learning import queries, service
from lms.learning.models import Attempt
from lms.learning.reviews.models import Review
from lms.learning.reviews.queries import today_of
from tests.catalogue.courses import LESSON, SHORT_QUIZ, write_course, write_lesson, write_quiz
from tests.learning.conftest import inside, person, serve
from tests.visits import StrictClient, words_of

COURSE = "ecouter-bien"
START = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
QUESTION = LESSON[LESSON.index("## Que dites-vous") : LESSON.index("## J’essaie")]


def put(folder: Path, unit: str, *, moved: bool = False, asks: bool = True) -> None:
    """Write the lesson of a unit with the question or without, and with `moved` in its header."""
    body = LESSON if asks else LESSON.replace(QUESTION, "")
    write_lesson(
        folder / COURSE, unit, title=f"Étape {unit}",
        body=body.replace("minutes: 12\n", "minutes: 12\nmoved: [q-mot]\n") if moved else body,
    )  # fmt: skip


def move(app: Flask, folder: Path, *, named: bool = True) -> None:
    """The question goes from the unit `un` to the unit `deux`; with `named` the header says so."""
    put(folder, "un", asks=False)
    put(folder, "deux", moved=named)
    serve(app, folder)
    inside(app, drain)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three lessons; the first has the question, the others have none."""
    write_course(tmp_path / "courses", COURSE)
    for unit in ("deux", "trois"):
        put(tmp_path / "courses", unit, asks=False)
    return tmp_path / "courses"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(START, tick=False):
        yield


def learner(app: Flask, name: str = "lea") -> str:
    who = person(app, name)

    def do() -> None:
        with writing():
            service.enrol(who, COURSE)

    inside(app, do)
    return who


def practise(app: Flask, who: str, unit: str, given: list[int]) -> None:
    def do() -> None:
        with writing():
            service.practise(who, COURSE, unit, "lesson", "q-mot", given, lang="fr")

    inside(app, do)


def cards(app: Flask, who: str) -> list[tuple[str, str, str, Any, bool]]:
    def read() -> list[Any]:
        columns = (Review.unit, Review.activity, Review.question, Review.given, Review.missed)
        return [tuple(row) for row in db.session.execute(sa.select(*columns).where(Review.person_id == who))]

    return list(inside(app, read))  # type: ignore[call-overload]


def due(app: Flask, who: str) -> tuple[Any, ...]:
    day = (START + timedelta(days=3)).date()
    return inside(app, lambda: today_of(who, day)).sitting  # type: ignore[attr-defined,no-any-return]


def test_a_question_that_moved_comes_back_in_its_new_place(any_app: Flask, folder: Path) -> None:
    serve(any_app, folder)
    who = learner(any_app)
    practise(any_app, who, "un", [1])
    assert due(any_app, who) == ((COURSE, "un", "lesson", "q-mot"),)
    move(any_app, folder)
    assert cards(any_app, who) == [("deux", "lesson", "q-mot", [1], True)]
    assert due(any_app, who) == ((COURSE, "deux", "lesson", "q-mot"),)
    inside(any_app, drain)
    assert due(any_app, who) == ((COURSE, "deux", "lesson", "q-mot"),)


def test_one_that_only_bears_the_same_id_is_another_question(app: Flask, folder: Path) -> None:
    serve(app, folder)
    who = learner(app)
    practise(app, who, "un", [1])
    move(app, folder, named=False)
    assert cards(app, who) == [("un", "lesson", "q-mot", [1], True)]
    assert due(app, who) == ()


@pytest.mark.parametrize("last", ["un", "deux"])
def test_of_two_entries_the_one_answered_last_stays(any_app: Flask, folder: Path, last: str) -> None:
    put(folder, "deux")
    serve(any_app, folder)
    who, other = learner(any_app), learner(any_app, "noa")
    with time_machine.travel(START + timedelta(hours=-1), tick=False):
        practise(any_app, who, "deux" if last == "un" else "un", [1])
    practise(any_app, who, last, [2])
    practise(any_app, other, "un", [2])
    move(any_app, folder)
    assert cards(any_app, who) == [("deux", "lesson", "q-mot", [2], False)]
    assert cards(any_app, other) == [("deux", "lesson", "q-mot", [2], False)]


def test_a_question_that_went_to_another_file_of_its_unit_needs_no_word(app: Flask, folder: Path) -> None:
    serve(app, folder)
    who = learner(app)
    practise(app, who, "un", [1])
    put(folder, "un", asks=False)
    write_quiz(
        folder / COURSE, "un", body="---\nid: {unit}\ntitle: Une question\n{more}---\n\n# Une question\n\n" + QUESTION
    )
    serve(app, folder)
    inside(app, drain)
    assert due(app, who) == ((COURSE, "un", "quiz", "q-mot"),)


def test_an_old_attempt_keeps_its_own_version_and_its_questions_come_back_where_they_are_now(
    any_app: Flask, folder: Path
) -> None:
    write_quiz(folder / COURSE, "un", body=SHORT_QUIZ)
    serve(any_app, folder)
    who = learner(any_app)

    def begin() -> str:
        with writing():
            return service.start(who, COURSE, "un", "quiz").id

    attempt = str(inside(any_app, begin))
    one, _, two = SHORT_QUIZ.partition("## Encore ?")
    write_quiz(folder / COURSE, "un", body=one)
    write_quiz(
        folder / COURSE, "deux", more="moved: [q-encore]\n", body=one[: one.index("## Oui")] + "## Encore ?" + two
    )
    serve(any_app, folder)
    inside(any_app, drain)

    def answer() -> None:
        for question, given in (("q-oui", [1]), ("q-encore", [1])):
            with writing():
                service.answer(who, attempt, question, given, lang="fr")

    inside(any_app, answer)
    row = inside(any_app, lambda: db.session.execute(sa.select(Attempt.unit, Attempt.questions, Attempt.score)).one())
    assert tuple(row) == ("un", ["q-oui", "q-encore"], 0.5)  # type: ignore[call-overload]
    assert sorted(card[:3] for card in cards(any_app, who)) == [
        ("deux", "quiz", "q-encore"),
        ("un", "quiz", "q-oui"),
    ]


def test_the_lesson_shows_what_was_answered_elsewhere(app: Flask, folder: Path) -> None:
    serve(app, folder)
    who = learner(app)
    practise(app, who, "un", [2])
    move(app, folder)

    def read() -> list[str]:
        return [one.question for one in queries.lesson_memory(who, COURSE, "deux", "lesson", ["q-mot"])[0]]

    assert inside(app, read) == ["q-mot"]
    visitor = app.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.enter(who)
    assert "RIGHT-FEEDBACK" in words_of(visitor.get(f"/courses/{COURSE}/deux/lesson"))


def test_the_card_is_answered_and_read_in_its_new_place(app: Flask, folder: Path) -> None:
    serve(app, folder)
    who = learner(app)
    practise(app, who, "un", [1])
    move(app, folder)
    visitor = app.test_client()
    assert isinstance(visitor, StrictClient)
    address = f"/review/{COURSE}/deux/lesson/q-mot"
    with time_machine.travel(START + timedelta(days=3), tick=False):
        visitor.enter(who)
        assert visitor.get(address).status_code == 200
        page = visitor.get("/review")
        assert "Que dites-vous d’abord" in words_of(page)
        visitor.fill(page, {"q-mot": "2"}, form=f"{address}#question")
        assert "RIGHT-FEEDBACK" in words_of(visitor.get(address))
    assert cards(app, who) == [("deux", "lesson", "q-mot", [2], False)]
