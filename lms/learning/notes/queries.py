"""Reads of notes, and what else stands at the foot of a lesson. One query for all of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms.foundation.db import read
from lms.learning.models import Plan
from lms.learning.notes.models import Note
from lms.learning.plans.models import PracticeNote

#: So many practice notes of others are shown with a step: the newest.
TRIED_SHOWN = 2


@dataclass(frozen=True)
class Kept:
    """A note of one's own, with the text before the last saving."""

    text: str
    saved_at: datetime
    former: str | None
    former_at: datetime | None

    @property
    def mark(self) -> str:
        """What names this text against any other: the moment it was saved."""
        return self.saved_at.isoformat()


@dataclass(frozen=True)
class Tried:
    """What somebody of another place tried with the plan of a step."""

    place: str
    text: str
    lang: str
    at: datetime


@dataclass(frozen=True)
class Foot:
    """What stands at the foot of a lesson: one's own note, what others tried, which plans send a reminder."""

    note: Kept | None
    tried: tuple[Tried, ...]
    #: Blocks of one's own plans of this step whose day sends a mail.
    reminded: frozenset[str]


_PERSON: sa.BindParameter[str] = sa.bindparam("person")
_COURSE: sa.BindParameter[str] = sa.bindparam("course")
_UNIT: sa.BindParameter[str] = sa.bindparam("unit")
_NOTE = sa.select(
    sa.literal("note").label("kind"),
    Note.text.label("text"),
    Note.saved_at.label("at"),
    Note.former.label("more"),
    Note.former_at.label("more_at"),
    sa.null().label("lang"),
).where(
    Note.person_id == _PERSON,
    Note.course_id == _COURSE,
    Note.unit == _UNIT,
    Note.activity == sa.bindparam("activity"),
)
_NEWEST = (
    sa.select(
        sa.literal("tried").label("kind"),
        PracticeNote.text.label("text"),
        PracticeNote.published_at.label("at"),
        PracticeNote.place.label("more"),
        # Inside a subquery PostgreSQL takes a bare NULL for text.
        sa.cast(sa.null(), Note.former_at.type).label("more_at"),
        PracticeNote.lang.label("lang"),
    )
    .where(
        PracticeNote.course_id == _COURSE,
        PracticeNote.unit == _UNIT,
        PracticeNote.state == "shown",
        PracticeNote.person_id != _PERSON,
    )
    .order_by(PracticeNote.published_at.desc())
    .limit(TRIED_SHOWN)
    .subquery()
)
_TRIED_IN = (
    sa.select(PracticeNote.place, PracticeNote.text, PracticeNote.lang, PracticeNote.published_at)
    .where(
        PracticeNote.course_id == _COURSE,
        PracticeNote.unit.in_(sa.bindparam("units", expanding=True)),
        PracticeNote.state == "shown",
        PracticeNote.person_id != _PERSON,
    )
    .order_by(PracticeNote.published_at.desc(), PracticeNote.id)
    .limit(TRIED_SHOWN)
)
_REMINDED = sa.select(
    sa.literal("reminded").label("kind"),
    Plan.block.label("text"),
    Plan.saved_at.label("at"),
    sa.null().label("more"),
    sa.type_coerce(sa.null(), Note.former_at.type).label("more_at"),
    sa.null().label("lang"),
).where(Plan.person_id == _PERSON, Plan.course_id == _COURSE, Plan.unit == _UNIT, Plan.remind)
_FOOT = sa.union_all(_NOTE, _REMINDED, sa.select(_NEWEST)).order_by(sa.text("at DESC"))


def foot_of(person_id: str, course_id: str, unit: str, activity: str) -> Foot:
    """One's own note on an activity, and what others tried after this step. One query."""
    rows = read(_FOOT, person=person_id, course=course_id, unit=unit, activity=activity).all()
    notes = [Kept(row.text, row.at, row.more, row.more_at) for row in rows if row.kind == "note"]
    tried = tuple(Tried(row.more, row.text, row.lang, row.at) for row in rows if row.kind == "tried")
    reminded = frozenset(row.text for row in rows if row.kind == "reminded")
    return Foot(notes[0] if notes else None, tried, reminded)


def tried_in(person_id: str, course_id: str, units: Collection[str]) -> tuple[Tried, ...]:
    """What others tried with the plans of these units of a course, those a person has reached: the newest. One query."""
    if not units:
        return ()
    rows = read(_TRIED_IN, person=person_id, course=course_id, units=sorted(units))
    return tuple(Tried(*row) for row in rows)
