"""A question that moved to another unit: what was answered to it goes on in its new place, and an old attempt stays whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from lms.foundation.db import db, writing
from lms.jobs.models import Job
from lms.jobs.tasks import drain
from lms.learning import queries, service
from lms.learning.models import Attempt
from lms.learning.plans import service as plans
from lms.learning.plans.queries import mine, to_remind
from lms.learning.reviews.models import Review
from lms.learning.reviews.queries import today_of
from tests.accounts.attacks import token_of
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


PLAN = LESSON[LESSON.index("## J’essaie") : LESSON.index("## À retenir")]


def move_plan(app: Flask, folder: Path, *, named: bool = True) -> None:
    """The plan goes from the unit `un` to the unit `deux`."""
    for unit, body in (("un", LESSON.replace(PLAN, "")), ("deux", LESSON.replace(QUESTION, ""))):
        header = "minutes: 12\nmoved: [k-essai]\n" if named and unit == "deux" else "minutes: 12\n"
        write_lesson(folder / COURSE, unit, title=f"Étape {unit}", body=body.replace("minutes: 12\n", header))
    serve(app, folder)
    inside(app, drain)


def planned(app: Flask, who: str, unit: str, action: str, *, tells: bool = True) -> None:
    """Plan something for the next day with a reminder; with `tells`, tell what became of it and give it on."""

    def do() -> None:
        key = (COURSE, unit, "k-essai")
        with writing():
            service.keep_plan(
                who, *key, situation="on crie", action=action, planned_on=START.date() + timedelta(days=1), remind=True
            )
            if tells:
                plans.tell(who, key, state="tried", happened="Calme.", keeps="Demander.")
                plans.give_on(who, key, text="On a demandé d’abord.", place="Prades", lang="fr")

    inside(app, do)


def plans_of(app: Flask, who: str) -> list[tuple[Any, ...]]:
    found = inside(app, lambda: [(one.unit, one.action, one.state, one.practice) for one in mine(who)])
    return sorted(found)  # type: ignore[call-overload]


@pytest.fixture
def planning(any_app: Flask, folder: Path) -> Flask:
    """The course is served; only its first unit asks for a plan."""
    for unit in ("deux", "trois"):
        write_lesson(folder / COURSE, unit, body=LESSON.replace(PLAN, "").replace(QUESTION, ""))
    serve(any_app, folder)
    return any_app


def test_a_plan_that_moved_goes_on_in_its_new_place_with_its_practice_note(planning: Flask, folder: Path) -> None:
    who, other = learner(planning), learner(planning, "noa")
    planned(planning, who, "un", "je demande")
    planned(planning, other, "un", "j’attends", tells=False)
    move_plan(planning, folder)
    assert plans_of(planning, who) == [("deux", "je demande", "tried", "On a demandé d’abord.")]
    assert plans_of(planning, other) == [("deux", "j’attends", "planned", None)]
    visitor = planning.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.enter(who)
    page = visitor.get(f"/courses/{COURSE}/deux/lesson").get_data(as_text=True)
    assert "je demande" in page
    assert visitor.get(f"/plans/{COURSE}/deux/k-essai").status_code == 200


def test_the_reminder_goes_along(planning: Flask, folder: Path) -> None:
    who = learner(planning)
    planned(planning, who, "un", "je demande", tells=False)
    move_plan(planning, folder)
    inside(planning, drain)

    def due() -> list[bool]:
        rows = db.session.scalars(sa.select(Job.args).where(Job.task == "notifications.remind_of_plan"))
        day = START.date() + timedelta(days=1)
        return [to_remind(who, (COURSE, args["unit"], args["block"]), day) is not None for args in rows]

    assert sorted(inside(planning, due)) == [False, True]  # type: ignore[call-overload]


def test_a_plan_in_both_places_stays_in_both(planning: Flask, folder: Path) -> None:
    who = learner(planning)
    planned(planning, who, "un", "je demande")
    planned(planning, who, "deux", "j’écoute", tells=False)
    move_plan(planning, folder)
    assert [one[:2] for one in plans_of(planning, who)] == [("deux", "j’écoute"), ("un", "je demande")]


def test_a_plan_of_the_same_id_is_another_one_without_a_word(planning: Flask, folder: Path) -> None:
    who = learner(planning)
    planned(planning, who, "un", "je demande")
    move_plan(planning, folder, named=False)
    assert [one[0] for one in plans_of(planning, who)] == ["un"]


def test_what_was_begun_goes_along(planning: Flask, folder: Path) -> None:
    who = learner(planning)
    visitor = planning.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.enter(who)
    for sent in ({"question": "q-mot", "q-mot": "2"}, {"k-essai-when": "on crie", "k-essai-do": "je demande"}):
        token = {"csrf_token": token_of(visitor, f"/courses/{COURSE}/un/lesson")}
        assert visitor.post(f"/courses/{COURSE}/un/lesson/draft", data={**sent, **token}).status_code == 200
    put(folder, "un", asks=False)
    write_lesson(folder / COURSE, "un", body=LESSON.replace(QUESTION, "").replace(PLAN, ""))
    write_lesson(
        folder / COURSE, "deux", body=LESSON.replace("minutes: 12\n", "minutes: 12\nmoved: [q-mot, k-essai]\n")
    )
    serve(planning, folder)
    inside(planning, drain)
    there = visitor.get(f"/courses/{COURSE}/deux/lesson").get_data(as_text=True)
    assert re.search(r'value="2"[^>]* checked', there)
    assert "on crie" in there


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
