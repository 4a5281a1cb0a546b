"""Enrolling, finishing, attempting, answering, planning: on the real database, also in a race."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.catalogue import queries as catalogue
from lms.content.kinds import WrongShape
from lms.foundation.clock import now
from lms.foundation.db import db, writing
from lms.foundation.errors import DomainError, NotFound, Refused
from lms.learning import privacy, queries, service
from lms.learning.models import Answer, Attempt, Completion, Enrolment, Plan, Walk
from tests.catalogue.courses import SHORT_QUIZ, write_course, write_head, write_lesson, write_quiz
from tests.learning.conftest import inside, person, serve

COURSE = "ecouter-bien"
#: A right answer to every question of the quiz of all kinds.
RIGHT: dict[str, Any] = {
    "q-duree": "10", "q-mot-juste": "Quarante-Deux", "q-gestes": [1, 2], "q-etapes": [1, 2, 3],
    "q-relier": [["« La salle est à moi. »", "une position"], ["« J’ai besoin de calme. »", "un besoin"]],
    "q-trous": ["cadre", "solution"], "q-recit": "Un mardi.",
}  # fmt: skip


def start(who: str, unit: str = "deux", activity: str = "quiz") -> Attempt:
    with writing():
        return service.start(who, COURSE, unit, activity)


def answer_all(who: str, attempt: Attempt, given: dict[str, Any]) -> None:
    for name in list(attempt.questions):
        with writing():
            service.answer(who, attempt.id, name, given.get(name), lang="fr")


def enrol(who: str, course: str = COURSE, **more: Any) -> None:
    with writing():
        service.enrol(who, course, **more)


def learning(who: str, course: str = COURSE) -> queries.Learning:
    found = queries.learning_of(who, course)
    assert found is not None
    return found


def test_N2_enrolling_twice_is_once(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)

    def check() -> None:
        enrol(who)
        enrol(who, source="manager", by=who, why="encore")
        rows = db.session.scalars(sa.select(Enrolment)).all()
        assert [(row.state, row.source, row.why) for row in rows] == [("active", "self", "")]
        assert (learning(who).next_unit, learning(who).next_activity, learning(who).total) == ("un", "lesson", 3)

    inside(any_app, check)


def test_a_course_that_is_not_offered_cannot_be_taken(app: Flask, courses: Path) -> None:
    serve(app, courses)
    who = person(app)

    def check() -> None:
        with pytest.raises(NotFound):
            enrol(who, "nothing")
        with pytest.raises(NotFound), writing():
            service.complete(who, COURSE, "un", kind="lesson")

    inside(app, check)


def test_no_stands_against_a_manager_and_not_against_oneself(app: Flask, courses: Path) -> None:
    serve(app, courses)
    who, other, boss = person(app), person(app, "max"), person(app, "ines")

    def check() -> None:
        with writing():
            counts = service.enrol_many(
                [who, other], COURSE, by=boss, due_on=date(2027, 3, 1), why="  Pour le \n mardi "
            )
        assert counts == service.Counts(2, 0, 0)
        assert (learning(who).enrolment.why, learning(who).enrolment.due_on) == ("Pour le mardi", date(2027, 3, 1))
        with writing():
            service.decline(who, COURSE)
        assert queries.learning_of(who, COURSE) is None
        assert queries.courses_of(who) == []
        with writing():
            counts = service.enrol_many([who, other], COURSE, by=boss)
        assert counts == service.Counts(0, 1, 1)
        assert queries.learning_of(who, COURSE) is None
        enrol(who)
        assert learning(who).enrolment.state == "active"

    inside(app, check)


def test_the_last_unit_finishes_the_course_in_the_same_transaction(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)

    def check() -> None:
        enrol(who)
        for unit, whole in (("un", False), ("deux", False), ("deux", False), ("trois", True), ("trois", True)):
            with writing():
                assert service.complete(who, COURSE, unit, kind="lesson") is whole
        found = learning(who)
        assert (found.is_finished, len(found.done), found.next_unit) == (True, 3, None)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 3
        with pytest.raises(NotFound), writing():
            service.complete(who, COURSE, "nothing", kind="lesson")

    inside(any_app, check)


def test_no_new_version_takes_anything_back(app: Flask, courses: Path) -> None:
    """Units added, moved and removed at random: what was finished stays, and so does a finished course."""
    course = courses / COURSE
    names = ["un", "deux", "trois", "quatre", "cinq"]
    for name in ("quatre", "cinq"):
        write_lesson(course, name, title=f"Étape {name}")
    serve(app, courses)
    who = person(app)
    dice = Random(7)
    finished: set[str] = set()
    was_whole = False
    inside(app, lambda: enrol(who))
    for _round in range(12):
        write_head(course, dice.sample(names, dice.randint(1, len(names))))
        serve(app, courses)

        def learn() -> None:
            nonlocal was_whole
            before = learning(who)
            assert set(before.finished) == finished
            assert before.is_finished is was_whole
            units = before.units
            assert before.done == finished & set(units)
            assert all(unit in units for unit in before.done)
            if before.next_unit is not None:
                with writing():
                    service.complete(who, COURSE, before.next_unit, kind="lesson")
                finished.add(before.next_unit)
            after = learning(who)
            was_whole = was_whole or set(units) <= finished
            assert after.is_finished is was_whole

        inside(app, learn)
    assert was_whole


def test_Q6_an_attempt_keeps_its_version_when_the_course_changes(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)

    def begin() -> str:
        enrol(who)
        return start(who).id

    attempt_id = str(inside(any_app, begin))
    write_quiz(courses / COURSE, "deux", body=SHORT_QUIZ)
    serve(any_app, courses)

    def check() -> None:
        row = db.session.get_one(Attempt, attempt_id)
        assert len(row.questions) == 7
        served = catalogue.published(COURSE)
        assert served is not None
        assert served.number == 2
        assert row.version_id != served.version_id
        answer_all(who, row, RIGHT)
        row = db.session.get_one(Attempt, attempt_id)
        assert (row.score, row.passed) == (1.0, True)
        assert "deux" in learning(who).done

    inside(any_app, check)


def test_a_quiz_is_marked_when_its_last_answer_arrives(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)

    def check() -> None:
        enrol(who)
        row = start(who)
        given = {**RIGHT, "q-duree": "30", "q-gestes": [1, 3], "q-mot-juste": None}
        answer_all(who, row, given)
        row = db.session.get_one(Attempt, row.id)
        # 0 for the near miss, 0 for "I don’t know", (1 - 1) / 2 for the gestures, 1 for the three others, out of six
        # marked
        assert row.score == pytest.approx(3 / 6)
        assert row.passed is False
        assert row.submitted_at is not None
        for late, stands in (("10", False), ("30", True)):
            with writing():
                assert service.answer(who, row.id, "q-duree", late, lang="fr") is stands, "two tabs at the same moment"
        shares = {name: share for name, share in db.session.execute(sa.select(Answer.question, Answer.share))}
        assert shares["q-relier"] == 1
        assert shares["q-gestes"] == 0
        assert shares["q-recit"] == 0
        assert "deux" in learning(who).done, "handing a quiz in finishes its step, whatever the figure"

    inside(any_app, check)


def test_Q2_the_first_answer_stands(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)

    def check() -> None:
        enrol(who)
        row = start(who)
        for given, stands in (("30", True), ("10", False), ("30", True)):
            with writing():
                assert service.answer(who, row.id, "q-duree", given, lang="fr") is stands
        kept = db.session.scalars(sa.select(Answer)).all()
        assert [(one.given, one.share) for one in kept] == [("30", 0.0)]

    inside(any_app, check)


def test_Q2_foreign_attempts_unknown_questions_and_wrong_shapes_change_nothing(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who, other = person(any_app), person(any_app, "max")

    def check() -> None:
        enrol(who)
        enrol(other)
        row = start(who)
        tries: list[tuple[Callable[..., Any], tuple[Any, ...], type[Exception]]] = [
            (service.answer, (other, row.id, "q-duree", "10"), NotFound),
            (service.answer, (who, row.id, "q-nothing", "10"), NotFound),
            (service.answer, (who, "nothing", "q-duree", "10"), NotFound),
            (service.answer, (who, row.id, "q-gestes", [99]), WrongShape),
            (service.answer, (who, row.id, "q-gestes", {"a": 1}), WrongShape),
            (service.answer, (who, row.id, "q-duree", 1e308), WrongShape),
        ]
        for do, given, error in tries:
            with pytest.raises(error), writing():
                do(*given, lang="fr")
        for unit, activity in (("deux", "lesson"), ("un", "quiz"), ("nothing", "quiz")):
            with pytest.raises(NotFound):
                start(who, unit, activity)
        with pytest.raises(NotFound), writing():
            service.submit(other, row.id)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0
        assert queries.try_of(other, row.id) is None
        assert queries.try_of(who, row.id) is not None

    inside(any_app, check)


def test_somebody_who_does_not_take_the_course_cannot_start(app: Flask, courses: Path) -> None:
    serve(app, courses)
    who = person(app)

    def check() -> None:
        with pytest.raises(NotFound):
            start(who)
        enrol(who)
        with writing():
            service.decline(who, COURSE)
        with pytest.raises(NotFound):
            start(who)

    inside(app, check)


def test_Q3_the_limit_of_attempts_holds(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)

    def check() -> None:
        enrol(who)
        for number in (1, 2, 3):
            row = start(who)
            assert row.number == number
            assert start(who).id == row.id, "an open attempt is gone on with"
            answer_all(who, row, {})
        with pytest.raises(Refused):
            start(who)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 3

    inside(any_app, check)


def in_parallel(app: Flask, do: Callable[[], Any], times: int = 8) -> list[Any]:
    """Do it in that many threads at once; gives results and domain errors."""
    gate = threading.Barrier(times)
    results: list[Any] = []

    def run() -> None:
        with app.app_context():
            gate.wait()
            try:
                results.append(do())
            except DomainError as error:
                results.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_Q4_and_N3_eight_starts_at_once_make_one_attempt_and_never_pass_the_limit(
    any_app: Flask, courses: Path
) -> None:
    write_quiz(courses / COURSE, "deux", more="attempts: 1\n", body=SHORT_QUIZ)
    serve(any_app, courses)
    who = person(any_app)
    inside(any_app, lambda: enrol(who))

    def go() -> str:
        with writing():
            row = service.start(who, COURSE, "deux", "quiz")
            found = row.id
        for name in ("q-oui", "q-encore"):
            with writing():
                service.answer(who, found, name, [1], lang="fr")
        return found

    results = in_parallel(any_app, go)
    assert len(results) == 8
    assert len({one for one in results if isinstance(one, str)}) == 1
    assert all(isinstance(one, (str, Refused)) for one in results)

    def check() -> None:
        rows = db.session.scalars(sa.select(Attempt)).all()
        assert [(row.number, row.score) for row in rows] == [(1, 0.5)]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Answer)) == 2
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 1

    inside(any_app, check)


def test_N6_the_two_last_units_at_once_finish_the_course_once(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)
    inside(any_app, lambda: enrol(who))
    units = iter(["un", "deux", "trois"])

    def go() -> bool:
        with writing():
            return service.complete(who, COURSE, next(units), kind="lesson")

    assert sum(in_parallel(any_app, go, 3)) == 1
    inside(any_app, lambda: (_ for _ in ()).throw(AssertionError) if not learning(who).is_finished else None)


def test_draw_asks_some_questions_in_the_order_of_the_file(app: Flask, courses: Path) -> None:
    write_quiz(courses / COURSE, "deux", more="draw: 3\n")
    serve(app, courses)
    who = person(app)

    def check() -> None:
        enrol(who)
        names = start(who).questions
        assert len(names) == 3
        assert names == sorted(names, key=list(RIGHT).index)

    inside(app, check)


def test_answers_inside_a_lesson_stay_where_the_question_stays(app: Flask, courses: Path) -> None:
    serve(app, courses)
    who = person(app)

    def practise() -> None:
        with writing():
            service.practise(who, COURSE, "un", "lesson", "q-mot", [2], lang="fr")

    inside(app, lambda: (enrol(who), practise(), practise()))
    write_lesson(courses / COURSE, "trois", title="Autre titre")
    serve(app, courses)

    def check() -> None:
        practise()
        given, _plans, _drafts = queries.lesson_memory(who, COURSE, "un", "lesson")
        assert [(one.question, one.share) for one in given] == [("q-mot", 1.0), ("q-mot", 1.0)], "one on each version"
        assert db.session.scalar(sa.select(sa.func.count()).where(Attempt.submitted_at.is_(None))) == 1
        with pytest.raises(NotFound), writing():
            service.practise(who, COURSE, "deux", "quiz", "q-duree", "10", lang="fr")

    inside(app, check)


def test_a_plan_is_kept_changed_and_taken_away(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)

    def keep(when: str, do: str, day: date | None) -> None:
        with writing():
            service.keep_plan(who, COURSE, "un", "k-essai", situation=when, action=do, planned_on=day)

    def check() -> None:
        keep("on se plaint", "je reformule", date(2027, 3, 4))
        keep("on se plaint", "je me tais d’abord", None)
        assert [(one.action, one.planned_on) for one in queries.plans_of(who)] == [("je me tais d’abord", None)]
        _given, plans, _drafts = queries.lesson_memory(who, COURSE, "un", "lesson")
        assert plans["k-essai"].situation == "on se plaint"
        assert plans["k-essai"].saved_at.tzinfo is not None
        keep(" ", "", None)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Plan)) == 0

    inside(any_app, check)


def test_what_is_known_of_a_person_can_be_given_and_forgotten(app: Flask, courses: Path) -> None:
    serve(app, courses)
    who, other = person(app), person(app, "max")

    def check() -> None:
        for one in (who, other):
            enrol(one, source="manager", by=who)
            answer_all(one, start(one), RIGHT)
            with writing():
                service.move(one, COURSE, "un", "lesson")
                service.keep_plan(one, COURSE, "un", "k-essai", situation="a", action="b", planned_on=None)
                served = catalogue.published(COURSE)
                assert served is not None
                version = {"version_id": served.version_id}
                service.keep_draft(one, COURSE, "un", "lesson", "q-mot", {"q-mot": ["1"]}, lang="fr", **version)
                db.session.add(
                    Walk(person_id=one, course_id=COURSE, unit="un", activity="x", path=[], at=now(), **version)
                )
        found = privacy.export(who)
        counts = {table: len(rows) for table, rows in found.items()}
        assert counts == {
            "enrolment": 1,
            "place": 1,
            "completion": 1,
            "attempt": 1,
            "answer": 7,
            "draft": 1,
            "walk": 1,
            "plan": 1,
        }
        with writing():
            privacy.forget(who)
        assert all(not rows for rows in privacy.export(who).values())
        assert {table: len(rows) for table, rows in privacy.export(other).items()} == counts
        assert db.session.scalars(sa.select(Enrolment.enrolled_by)).all() == [None]

    inside(app, check)


def test_a_course_taken_before_it_was_archived_stays_with_its_learner(app: Flask, courses: Path) -> None:
    write_course(courses, "autre-cours", units=["un"])
    serve(app, courses)
    who, other = person(app), person(app, "max")
    inside(app, lambda: enrol(who, "autre-cours"))
    (courses / "autre-cours").rename(courses.parent / "away")
    serve(app, courses)

    def check() -> None:
        served, own = queries.visible_to(who, "autre-cours")
        assert served is not None
        assert own is not None
        with writing():
            assert service.complete(who, "autre-cours", "un", kind="lesson")
        assert queries.visible_to(other, "autre-cours") == (None, None)

    inside(app, check)
