"""Reads about renewals."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.foundation.db import db, read
from lms.learning.models import Attempt
from lms.learning.renewals.models import Renewal


@dataclass(frozen=True)
class Validity:
    """Until when something finished is valid, and (`opened_at`, `due_on`) that it can be renewed now."""

    id: str
    person_id: str
    course_id: str
    valid_until: date
    renew_by: str
    quiz_course_id: str
    opened_at: datetime | None
    due_on: date | None


_COLUMNS = [getattr(Renewal, name) for name in Validity.__dataclass_fields__]
_RUNNING = sa.select(*_COLUMNS).where(Renewal.person_id == sa.bindparam("person"), Renewal.done_at.is_(None))


def validities_of(person_id: str) -> dict[str, Validity]:
    """Course -> until when it is valid, of what this person finished. One query."""
    found = [Validity(*row) for row in read(_RUNNING.order_by(Renewal.valid_until.desc()), person=person_id)]
    return {one.course_id: one for one in found}


def valid_until(course_ids: Collection[str], people: Collection[str]) -> dict[str, date]:
    """Person -> the first day on which one of these courses ends for them."""
    rows = db.session.execute(
        sa.select(Renewal.person_id, sa.func.min(Renewal.valid_until))
        .where(Renewal.course_id.in_(course_ids), Renewal.person_id.in_(people), Renewal.done_at.is_(None))
        .group_by(Renewal.person_id)
    )
    return {person_id: day for person_id, day in rows if day is not None}


def opened(renewal_id: str) -> Validity | None:
    """A renewal that waits for its person; None for one that is done or not open."""
    row = db.session.execute(
        sa.select(*_COLUMNS).where(Renewal.id == renewal_id, Renewal.done_at.is_(None), Renewal.opened_at.is_not(None))
    ).one_or_none()
    return Validity(*row) if row else None


def passed_since(person_id: str, course_id: str, moment: datetime) -> set[tuple[str, str]]:
    """(unit, activity) of the quizzes passed in attempts that were begun since."""
    rows = db.session.execute(
        sa.select(Attempt.unit, Attempt.activity)
        .where(
            Attempt.person_id == person_id,
            Attempt.course_id == course_id,
            Attempt.passed.is_(True),
            Attempt.started_at >= moment,
        )
        .distinct()
    )
    return {(unit, activity) for unit, activity in rows}


def renewed_until(person_id: str, course_id: str, submitted_at: datetime) -> date | None:
    """Until when something is valid anew that was renewed by the quiz handed in then, or by one after it; None for nothing."""
    following = aliased(Renewal)
    return db.session.scalar(
        sa.select(following.valid_until)
        .join(
            Renewal,
            sa.and_(
                Renewal.person_id == following.person_id,
                Renewal.course_id == following.course_id,
                Renewal.round == following.round - 1,
            ),
        )
        .where(
            Renewal.person_id == person_id, Renewal.quiz_course_id == course_id, Renewal.opened_at <= submitted_at,
            Renewal.done_at >= submitted_at,
        )
        .order_by(following.valid_until.desc())
        .limit(1)
    )  # fmt: skip


_SPENT = (
    sa.select(sa.func.count(Attempt.id))
    .join(
        Renewal,
        sa.and_(
            Renewal.person_id == Attempt.person_id,
            Renewal.quiz_course_id == Attempt.course_id,
            Attempt.started_at < Renewal.opened_at,
        ),
    )
    .where(
        Attempt.person_id == sa.bindparam("person"),
        Attempt.course_id == sa.bindparam("course"),
        Attempt.unit == sa.bindparam("unit"),
        Attempt.activity == sa.bindparam("activity"),
        Renewal.opened_at
        == sa.select(sa.func.max(Renewal.opened_at))
        .where(Renewal.person_id == sa.bindparam("person"), Renewal.quiz_course_id == sa.bindparam("course"))
        .scalar_subquery(),
    )
)


def attempts_before(person_id: str, course_id: str, unit: str, activity: str) -> int:
    """How many attempts at a quiz were made before it was asked anew: they count no more against its limit."""
    return int(read(_SPENT, person=person_id, course=course_id, unit=unit, activity=activity).scalar() or 0)
