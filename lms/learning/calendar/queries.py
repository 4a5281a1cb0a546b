"""Reads about the personal calendar: what is ahead for people, and what stands at a secret address.

What is ahead is read for many people at once: the number of queries does not depend on how many they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.catalogue.models import Course
from lms.catalogue.queries import Published, versions
from lms.foundation.addresses import address_of
from lms.foundation.clock import DEFAULT_ZONE, now
from lms.foundation.db import db
from lms.foundation.i18n import _, language, speaking, zone_city
from lms.foundation.tokens import digest
from lms.learning import ical
from lms.learning.calendar.models import CalendarEntry, CalendarFeed
from lms.learning.calendar.rules import CANCELLED, PAST, Told, Wanted
from lms.learning.models import Enrolment, Plan
from lms.learning.renewals.models import Renewal
from lms.learning.rules import variant
from lms.learning.sessions.models import LiveSession, Seat
from lms.spaces.models import Membership, Space


@dataclass(frozen=True)
class Reader:
    """Somebody whose calendar is made: in which language, and whether their plans are told in their own words."""

    person_id: str
    lang: str
    details: bool


@dataclass(frozen=True)
class Feed:
    """A person's secret address, as they may see it: the secret itself is kept nowhere."""

    details: bool
    made_at: datetime


@dataclass(frozen=True)
class Off:
    """A session that was cancelled, for somebody who had a seat in it or waited for one."""

    title: str
    starts_at: datetime
    zone: str


def feed_of(person_id: str) -> Feed | None:
    """The secret address of a person, None where they have none."""
    row = db.session.execute(
        sa.select(CalendarFeed.details, CalendarFeed.made_at).where(CalendarFeed.person_id == person_id)
    ).one_or_none()
    return Feed(row.details, row.made_at) if row else None


def readers() -> list[Reader]:
    """Everybody active who has a secret address."""
    rows = db.session.execute(
        sa.select(Person.id, Person.lang, CalendarFeed.details)
        .join(CalendarFeed, CalendarFeed.person_id == Person.id)
        .where(Person.state == "active")
        .order_by(Person.id)
    )
    return [Reader(row.id, row.lang, row.details) for row in rows]


def entries_at(token: str) -> list[ical.Entry] | None:
    """What stands at a secret address, in an order that stays; None for an address there is not. One query."""
    rows = db.session.execute(
        sa.select(CalendarFeed.person_id, *CalendarEntry.__table__.columns)
        .select_from(CalendarFeed)
        .join(Person, Person.id == CalendarFeed.person_id)
        .outerjoin(CalendarEntry, CalendarEntry.person_id == CalendarFeed.person_id)
        .where(CalendarFeed.token_digest == digest(token), Person.state == "active")
        .order_by(CalendarEntry.key)
    ).all()
    if not rows:
        return None
    found = []
    for row in rows:
        if row.key is None:
            continue
        found.append(
            ical.Entry(
                uid=uid_of(rows[0][0], row.key),
                sequence=row.sequence,
                changed_at=row.changed_at,
                start=row.starts_at or row.day,
                minutes=row.minutes,
                title=row.title,
                text=row.text,
                link=row.link,
                cancelled=row.cancelled_at is not None,
            )
        )
    return found


def uid_of(person_id: str, key: str) -> str:
    """The identity of an event: a session is the same one for everybody, all else is somebody's own."""
    parts = key.split("/")
    return ical.uid_of(*parts) if parts[0] == "live" else ical.uid_of(person_id, *parts)


def cancelled_for(person_id: str) -> list[Off]:
    """The sessions of the last month and of what is ahead that were cancelled, for somebody who was in them."""
    rows = db.session.execute(
        sa.select(LiveSession.title, LiveSession.starts_at, LiveSession.zone)
        .join(Seat, Seat.session_id == LiveSession.id)
        .where(Seat.person_id == person_id, LiveSession.cancelled_at >= now() - CANCELLED)
        .order_by(LiveSession.starts_at)
    )
    return [Off(row.title, row.starts_at, row.zone) for row in rows]


def told_to(person_ids: Collection[str]) -> dict[str, dict[str, Told]]:
    """What stands at the addresses of these people: person -> key -> event. One query."""
    found: dict[str, dict[str, Told]] = defaultdict(dict)
    for row in db.session.execute(
        sa.select(CalendarEntry.__table__).where(CalendarEntry.person_id.in_(person_ids))
    ):  # fmt: skip
        content = Wanted(row.day, row.starts_at, row.minutes, row.title, row.text, row.link)
        found[row.person_id][row.key] = Told(content, row.sequence, row.cancelled_at)
    return found


def wanted_for(people: Sequence[Reader]) -> dict[str, dict[str, Wanted]]:
    """What should stand in the calendars of these people: person -> key -> event. Five queries, and one for unseen
    versions.
    """
    ids = [one.person_id for one in people]
    since = now() - PAST
    rows: dict[str, list[Any]] = {
        "due": _dues(ids, since), "renew": _renewals(ids, since), "plan": _plans(ids, since), "live": _lives(ids, since),
    }  # fmt: skip
    served = versions({row.current_version_id for found in rows.values() for row in found})
    zones = _zones(ids) if rows["due"] or rows["renew"] else {}
    by_person: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for kind, found in rows.items():
        for row in found:
            by_person[row.person_id].append((kind, row))
    made: dict[str, dict[str, Wanted]] = {one.person_id: {} for one in people}
    for one in people:
        with speaking(one.lang):
            for kind, row in by_person[one.person_id]:
                key, event = _MAKERS[kind](row, served[row.current_version_id], one, zones)
                made[one.person_id][key] = event
    return made


def _dues(ids: Collection[str], since: datetime) -> list[Any]:
    return list(
        db.session.execute(
            sa.select(Enrolment.person_id, Enrolment.course_id, Enrolment.due_on, Course.current_version_id)
            .join(Course, Course.id == Enrolment.course_id)
            .where(Enrolment.person_id.in_(ids), Enrolment.state == "active", Enrolment.due_on >= since.date())
        )
    )


def _renewals(ids: Collection[str], since: datetime) -> list[Any]:
    """What they finished and are asked to renew."""
    return list(
        db.session.execute(
            sa.select(Renewal.person_id, Renewal.course_id, Renewal.due_on, Course.current_version_id)
            .join(Course, Course.id == Renewal.course_id)
            .where(
                Renewal.person_id.in_(ids), Renewal.opened_at.is_not(None), Renewal.done_at.is_(None),
                Renewal.due_on >= since.date(),
            )
        )
    )  # fmt: skip


def _plans(ids: Collection[str], since: datetime) -> list[Any]:
    return list(
        db.session.execute(
            sa.select(
                Plan.person_id, Plan.course_id, Plan.unit, Plan.block, Plan.situation, Plan.action, Plan.planned_on,
                Course.current_version_id,
            )
            .join(Course, Course.id == Plan.course_id)
            .where(Plan.person_id.in_(ids), Plan.planned_on >= since.date(), Plan.state != "dropped")
        )
    )  # fmt: skip


def _lives(ids: Collection[str], since: datetime) -> list[Any]:
    return list(
        db.session.execute(
            sa.select(
                Seat.person_id, LiveSession.course_id, LiveSession.unit, LiveSession.activity, LiveSession.title,
                LiveSession.starts_at, LiveSession.minutes, LiveSession.link, LiveSession.sequence,
                Course.current_version_id,
            )
            .join(LiveSession, LiveSession.id == Seat.session_id)
            .join(Course, Course.id == LiveSession.course_id)
            .where(
                Seat.person_id.in_(ids),
                Seat.number.is_not(None),
                LiveSession.cancelled_at.is_(None),
                LiveSession.starts_at >= since,
            )
        )
    )  # fmt: skip


def _zones(ids: Collection[str]) -> dict[str, str]:
    """Person -> the zone of the space they belong to, the first by its id where there are several."""
    rows = db.session.execute(
        sa.select(Membership.person_id, Space.zone)
        .join(Space, Space.id == Membership.space_id)
        .where(Membership.person_id.in_(ids))
        .order_by(Membership.space_id.desc())
    )
    return {person_id: zone for person_id, zone in rows}


def _due(row: Any, served: Published, one: Reader, zones: dict[str, str]) -> tuple[str, Wanted]:
    title = _("To finish: %(course)s", course=served.document.title(language()))
    return f"due/{row.course_id}", _until(row, title, zones)


def _renew(row: Any, served: Published, one: Reader, zones: dict[str, str]) -> tuple[str, Wanted]:
    title = _("To be renewed: %(course)s", course=served.document.title(language()))
    return f"renew/{row.course_id}", _until(row, title, zones)


def _until(row: Any, title: str, zones: dict[str, str]) -> Wanted:
    """A day until whose end something of a course is to be done, in the zone of the person's space."""
    zone = zones.get(row.person_id, DEFAULT_ZONE)
    text = _("Until the end of the day (time zone: %(zone)s).", zone=zone_city(zone))
    link = address_of("learning.course", course_id=row.course_id)
    return Wanted(row.due_on, None, 0, title[:600], text, link)


def _plan(row: Any, served: Published, one: Reader, _zones: dict[str, str]) -> tuple[str, Wanted]:
    title, text = _("My plan"), ""
    if one.details:
        title = _("My plan: %(action)s", action=row.action) if row.action else title
        text = _("When %(situation)s", situation=row.situation) if row.situation else ""
    unit = served.document.unit(row.unit)
    link = address_of("learning.course", course_id=row.course_id)
    if unit is not None:
        activity = next(iter(unit.activities))
        link = address_of("learning.activity", course_id=row.course_id, unit=row.unit, activity=activity)
    key = f"plan/{row.course_id}/{row.unit}/{row.block}"
    return key, Wanted(row.planned_on, None, 0, title[:600], text, link)


def _live(row: Any, served: Published, one: Reader, _zones: dict[str, str]) -> tuple[str, Wanted]:
    text = variant(served.document, row.unit, row.activity, language())
    title = text.title if text else row.title
    page = address_of("learning.activity", course_id=row.course_id, unit=row.unit, activity=row.activity)
    key = f"live/{row.course_id}/{row.unit}/{row.activity}"
    course = served.document.title(language())
    return key, Wanted(
        None, row.starts_at, row.minutes, title[:600], course[:600], row.link or page, sequence=row.sequence
    )


_MAKERS = {"due": _due, "renew": _renew, "plan": _plan, "live": _live}
