"""Renewing what was finished: the round, its window, what has to be passed; nothing finished is ever taken back."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from lms.foundation.clock import now
from lms.foundation.db import db
from lms.foundation.errors import Refused
from lms.jobs.models import Job
from lms.learning import service as learning
from lms.learning.assignments import service
from lms.learning.assignments.queries import Scope
from lms.learning.assignments.service import Renewing
from lms.learning.certificates.models import Certificate
from lms.learning.certificates.queries import certificate_with, taken_back
from lms.learning.certificates.rules import LIST_LENGTH
from lms.learning.models import Completion, Enrolment
from lms.learning.renewals.models import Renewal
from lms.learning.renewals.queries import validities_of
from tests.learning.assignments.conftest import Town

SPACE = Scope("bobine", None, "learners")
YEAR = Renewing(12, 60, "closing")
RIGHT: dict[str, Any] = {"q-oui": [1], "q-encore": [2]}
#: Into the window, and past the end.
IN_WINDOW, OVER = timedelta(days=330), timedelta(days=400)


def in_days(ahead: timedelta) -> time_machine.travel:
    return time_machine.travel(now() + ahead)


def take_quiz(town: Town, name: str, course: str = "alpha", *, right: bool = True, unit: str = "trois") -> bool:
    """Take the last quiz of a course; gives whether it is passed."""

    def do() -> bool:
        attempt = learning.start(town.ids[name], course, unit, "quiz")
        for question in list(attempt.questions):
            given = RIGHT[question] if right else None
            learning.answer(town.ids[name], attempt.id, question, given, lang="fr")
        return bool(attempt.passed)

    return town.write(do)


def keep(town: Town, assignment_id: str) -> int:
    return town.write(lambda: service.keep_renewals(assignment_id))


def finished_by(town: Town, name: str, renewing: Renewing = YEAR) -> str:
    """Somebody who finished a course that has to be renewed; gives the assignment."""
    made, _counts = town.assign(SPACE, renewing=renewing)
    town.finish(name)
    take_quiz(town, name)
    assert keep(town, made) == 0
    return made


def rounds(town: Town, name: str) -> list[tuple[int, bool, bool]]:
    """(round, open, done) of somebody."""

    def read() -> list[tuple[int, bool, bool]]:
        rows = db.session.scalars(
            sa.select(Renewal).where(Renewal.person_id == town.ids[name]).order_by(Renewal.course_id, Renewal.round)
        )
        return [(row.round, row.opened_at is not None, row.done_at is not None) for row in rows]

    return town.do(read)


def test_when_the_window_opens_people_are_asked_once_and_told(any_town: Town) -> None:
    made = finished_by(any_town, "lea")
    assert rounds(any_town, "lea") == [(1, False, False)]
    assert rounds(any_town, "tom") == []
    with in_days(IN_WINDOW):
        assert (keep(any_town, made), keep(any_town, made)) == (1, 0)
        told = any_town.do(
            lambda: db.session.scalars(sa.select(Job.key).where(Job.task == "notifications.tell_of_renewal")).all()
        )
        assert len(told) == 1
    assert rounds(any_town, "lea") == [(1, True, False)]


def test_what_beat_missed_for_days_is_caught_up(any_town: Town) -> None:
    made = finished_by(any_town, "lea")
    with in_days(OVER):
        assert keep(any_town, made) == 1
        one = any_town.do(lambda: validities_of(any_town.ids["lea"]))["alpha"]
        assert one.due_on is not None
        assert one.due_on > now().date(), "nobody is late on the day they are asked"


def test_passing_anew_renews_and_begins_the_next_round(any_town: Town) -> None:
    made = finished_by(any_town, "lea")
    before = any_town.do(lambda: validities_of(any_town.ids["lea"]))["alpha"]
    assert take_quiz(any_town, "lea"), "before the window it is only practice"
    assert rounds(any_town, "lea") == [(1, False, False)]
    with in_days(IN_WINDOW):
        keep(any_town, made)
        assert not take_quiz(any_town, "lea", right=False)
        assert rounds(any_town, "lea") == [(1, True, False)]
        assert take_quiz(any_town, "lea")
        assert rounds(any_town, "lea") == [(1, True, True), (2, False, False)]
        after = any_town.do(lambda: validities_of(any_town.ids["lea"]))["alpha"]
        assert after.valid_until > before.valid_until
        assert keep(any_town, made) == 0


def test_attempts_made_before_do_not_count_against_the_limit(any_town: Town) -> None:
    made = finished_by(any_town, "lea")
    take_quiz(any_town, "lea", right=False)
    take_quiz(any_town, "lea", right=False)
    with pytest.raises(Refused):
        take_quiz(any_town, "lea")
    with in_days(IN_WINDOW):
        keep(any_town, made)
        for _ in range(2):
            take_quiz(any_town, "lea", right=False)
        assert take_quiz(any_town, "lea")
        with pytest.raises(Refused):
            take_quiz(any_town, "lea")


def test_a_shorter_course_renews(any_town: Town) -> None:
    made = finished_by(any_town, "lea", Renewing(12, 60, "course", "beta"))
    with in_days(IN_WINDOW):
        assert keep(any_town, made) == 1
        assert set(any_town.taken("beta")) == {"lea"}
        assert any_town.taken("beta")["lea"][1] is not None
        take_quiz(any_town, "lea", "beta")
        assert rounds(any_town, "lea") == [(1, True, True), (2, False, False)]


def test_who_renewed_by_the_quizzes_alone_is_not_late_with_the_rest_of_the_shorter_course(any_town: Town) -> None:
    made = finished_by(any_town, "lea", Renewing(12, 60, "course", "beta"))
    with in_days(IN_WINDOW):
        keep(any_town, made)
        take_quiz(any_town, "lea", "beta")
        assert any_town.taken("beta")["lea"] == ("active", None)


def test_who_left_or_is_excused_or_whose_assignment_ended_is_not_asked(any_town: Town) -> None:
    made = finished_by(any_town, "lea")
    by = any_town.ids["boss"]
    any_town.write(lambda: service.except_person(made, any_town.ids["lea"], by=by, excused=True))
    with in_days(IN_WINDOW):
        assert keep(any_town, made) == 0
        any_town.write(lambda: service.except_person(made, any_town.ids["lea"], by=by))
        any_town.write(lambda: service.end(made, by=by))
        assert keep(any_town, made) == 0
        any_town.write(lambda: service.resume(made, by=by))
        assert keep(any_town, made) == 1


def certificates_of(town: Town) -> list[Certificate]:
    return town.do(lambda: list(db.session.scalars(sa.select(Certificate).order_by(Certificate.issued_at))))


def test_a_new_certificate_is_issued_and_the_old_one_keeps_its_own_end(certified_town: Town) -> None:
    town = certified_town
    made = finished_by(town, "lea")
    (old,) = certificates_of(town)
    assert old.ends_on is not None
    with in_days(IN_WINDOW):
        keep(town, made)
        take_quiz(town, "lea")
        was, new = certificates_of(town)
        assert (was.code, was.revoked_for, new.revoked_at) == (old.code, "renewed", None)
        assert new.ends_on is not None
        assert new.ends_on > old.ends_on
        proof = town.do(lambda: certificate_with(old.code))
        assert proof is not None
        assert proof.is_valid
    with in_days(OVER):
        proof, newer = (town.do(lambda code=code: certificate_with(code)) for code in (old.code, new.code))
        assert proof is not None
        assert newer is not None
        assert (proof.is_valid, newer.is_valid) == (False, True)


def test_what_is_over_stands_in_the_list_of_badges_that_are_no_longer_valid(certified_town: Town) -> None:
    finished_by(certified_town, "lea")
    (one,) = certificates_of(certified_town)
    first = one.status_index // LIST_LENGTH * LIST_LENGTH
    assert certified_town.do(lambda: taken_back(first, LIST_LENGTH)) == []
    with in_days(OVER):
        assert certified_town.do(lambda: taken_back(first, LIST_LENGTH)) == [one.status_index]


@pytest.mark.parametrize("seed", range(6))
def test_no_renewal_takes_anything_back(town: Town, seed: int) -> None:
    """Whatever happens in whatever order: who finished has finished, and every step they finished stays."""
    dice = Random(seed)
    made, _counts = town.assign(SPACE, renewing=Renewing(6, 90, dice.choice(["same", "closing"])))
    by = town.ids["boss"]

    def facts() -> tuple[dict[str, Any], set[tuple[str, str, str]]]:
        rows = db.session.scalars(sa.select(Enrolment).where(Enrolment.state == "finished"))
        done = db.session.execute(sa.select(Completion.person_id, Completion.course_id, Completion.unit))
        return {row.id: row.finished_at for row in rows}, {(a, b, c) for a, b, c in done}

    for name in ("lea", "tom"):
        town.finish(name)
    acts: list[Any] = [
        lambda: keep(town, made),
        lambda: take_quiz(town, dice.choice(["lea", "tom"]), right=dice.random() < 0.6),
        lambda: town.write(lambda: service.end(made, by=by)),
        lambda: town.write(lambda: service.resume(made, by=by)),
        lambda: town.write(lambda: service.except_person(made, town.ids["lea"], by=by, excused=dice.random() < 0.5)),
    ]
    ahead, (finished, units) = timedelta(), town.do(facts)
    for _ in range(14):
        ahead += timedelta(days=dice.choice([0, 1, 40, 100, 200]))
        with in_days(ahead):
            with suppress(Refused):
                dice.choice(acts)()
            now_finished, now_units = town.do(facts)
            assert finished.items() <= now_finished.items()
            assert units <= now_units
            finished, units = now_finished, now_units
