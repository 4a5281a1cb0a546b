"""Reads about live sessions: how one stands for somebody, who sits in it, what a letter about it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.foundation.i18n import by_name
from lms.learning.sessions.models import LiveSession, Presence, Seat


@dataclass(frozen=True)
class Standing:
    """How a session stands for somebody. Without a row of it, nobody has asked for a seat yet."""

    seated: int = 0
    waiting: int = 0
    #: The person's own: the number of their seat, or their place among those who wait; both None without either.
    number: int | None = None
    place: int | None = None
    taken_at: datetime | None = None
    promoted_at: datetime | None = None
    #: attended, replay or None.
    presence: str | None = None
    sequence: int = 0
    changed_at: datetime | None = None
    moved_from: datetime | None = None


@dataclass(frozen=True)
class Guest:
    """Somebody in the list of a session."""

    person_id: str
    name: str
    number: int | None
    presence: str | None


@dataclass(frozen=True)
class Announced:
    """A session and somebody in it, as a letter needs them."""

    person_id: str
    address: str
    name: str
    lang: str
    person_zone: str
    course_id: str
    unit: str
    activity: str
    title: str
    starts_at: datetime
    zone: str
    minutes: int
    sequence: int
    moved_from: datetime | None
    cancelled_at: datetime | None
    number: int | None

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


def standing_of(person_id: str, course_id: str, unit: str, activity: str) -> Standing:
    """How a session stands for a person. One query."""
    other = aliased(Seat)
    seated = sa.select(sa.func.count()).where(other.session_id == LiveSession.id, other.number.is_not(None))
    waiting = sa.select(sa.func.count()).where(other.session_id == LiveSession.id, other.number.is_(None))
    row = db.session.execute(
        sa.select(
            seated.scalar_subquery().label("seated"),
            waiting.scalar_subquery().label("waiting"),
            waiting.where(other.turn <= Seat.turn).correlate(LiveSession, Seat).scalar_subquery().label("place"),
            Seat.number, Seat.taken_at, Seat.promoted_at, Presence.how,
            LiveSession.sequence, LiveSession.changed_at, LiveSession.moved_from,
        )
        .select_from(LiveSession)
        .outerjoin(Seat, sa.and_(Seat.session_id == LiveSession.id, Seat.person_id == person_id))
        .outerjoin(Presence, sa.and_(Presence.session_id == LiveSession.id, Presence.person_id == person_id))
        .where(LiveSession.course_id == course_id, LiveSession.unit == unit, LiveSession.activity == activity)
    ).one_or_none()  # fmt: skip
    if row is None:
        return Standing()
    waits = row.taken_at is not None and row.number is None
    return Standing(
        row.seated, row.waiting, row.number, row.place if waits else None, row.taken_at, row.promoted_at, row.how,
        row.sequence, row.changed_at, row.moved_from,
    )  # fmt: skip


def guests_of(course_id: str, unit: str, activity: str) -> list[Guest]:
    """Everybody with a seat, by name, then those who wait, in their order; active people only."""
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Seat.number, Seat.turn, Presence.how)
        .select_from(LiveSession)
        .join(Seat, Seat.session_id == LiveSession.id)
        .join(Person, Person.id == Seat.person_id)
        .outerjoin(Presence, sa.and_(Presence.session_id == LiveSession.id, Presence.person_id == Person.id))
        .where(
            LiveSession.course_id == course_id,
            LiveSession.unit == unit,
            LiveSession.activity == activity,
            Person.state == "active",
        )
    ).all()
    seated = sorted((row for row in rows if row.number is not None), key=lambda row: by_name(row.name))
    waiting = sorted((row for row in rows if row.number is None), key=lambda row: row.turn)
    return [Guest(row.id, row.name, row.number, row.how) for row in (*seated, *waiting)]


def announced_to(person_id: str, session_id: str) -> Announced | None:
    """A session and an active person who sits or waits in it; None where that is over."""
    row = db.session.execute(
        sa.select(
            Person.id, Person.email, Person.name, Person.lang, Person.zone,
            LiveSession.course_id, LiveSession.unit, LiveSession.activity, LiveSession.title, LiveSession.starts_at,
            LiveSession.zone, LiveSession.minutes, LiveSession.sequence, LiveSession.moved_from,
            LiveSession.cancelled_at, Seat.number,
        )
        .select_from(Seat)
        .join(Person, Person.id == Seat.person_id)
        .join(LiveSession, LiveSession.id == Seat.session_id)
        .where(Seat.session_id == session_id, Seat.person_id == person_id, Person.state == "active")
    ).one_or_none()  # fmt: skip
    return Announced(*tuple(row)) if row else None
