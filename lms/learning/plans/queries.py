"""Reads of plans: one's own with what became of them, those a manager may see, practice notes to moderate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.catalogue.models import Course
from lms.foundation.db import db, read
from lms.learning.models import Plan
from lms.learning.plans import rules
from lms.learning.plans.models import PracticeNote
from lms.spaces.models import Membership

#: Nobody is shown more of their own plans than this: the newest ones.
MINE_SHOWN = 200
#: Practice notes on one page of the list.
PAGE = 20

Key = tuple[str, str, str]
"""Course, unit, block."""


@dataclass(frozen=True)
class Planned:
    """A plan of one's own (see `learning.models.Plan`), with its practice note if there is one."""

    course_id: str
    unit: str
    block: str
    situation: str
    action: str
    planned_on: date | None
    place: str
    may_ask: str
    remind: bool
    state: str
    happened: str
    keeps: str
    told_at: datetime | None
    saved_at: datetime
    version_id: str
    practice: str | None
    #: shown or hidden, None without a practice note.
    practice_state: str | None

    @property
    def key(self) -> Key:
        """What names it for its owner."""
        return self.course_id, self.unit, self.block


@dataclass(frozen=True)
class Practice:
    """A practice note as those who moderate see it: without its owner."""

    id: str
    course_id: str
    unit: str
    place: str
    text: str
    lang: str
    state: str
    published_at: datetime
    version_id: str


@dataclass(frozen=True)
class Shown:
    """A plan its owner lets their manager ask about."""

    situation: str
    action: str
    planned_on: date | None
    state: str


@dataclass(frozen=True)
class Reminded:
    """Somebody to remind of a plan today."""

    person_id: str
    name: str
    email: str
    lang: str
    situation: str
    action: str


_PLAN = (
    sa.select(
        *(getattr(Plan, name) for name in list(Planned.__dataclass_fields__)[:-3]),
        Course.current_version_id,
        PracticeNote.text,
        PracticeNote.state,
    )
    .join(Course, Course.id == Plan.course_id)
    .outerjoin(
        PracticeNote,
        sa.and_(
            PracticeNote.person_id == Plan.person_id,
            PracticeNote.course_id == Plan.course_id,
            PracticeNote.unit == Plan.unit,
            PracticeNote.block == Plan.block,
        ),
    )
)


def mine(person_id: str) -> list[Planned]:
    """A person's own plans, the nearest day first, those without a day last. One query."""
    rows: Any = db.session.execute(
        _PLAN.where(Plan.person_id == person_id)
        .order_by(Plan.planned_on.is_(None), Plan.planned_on, Plan.saved_at)
        .limit(MINE_SHOWN)
    )
    return [Planned(*row) for row in rows]


def plan_of(person_id: str, key: Key) -> Planned | None:
    """A plan of one's own; None for a missing one, which any foreign one is too."""
    course_id, unit, block = key
    row: Any = db.session.execute(
        _PLAN.where(Plan.person_id == person_id, Plan.course_id == course_id, Plan.unit == unit, Plan.block == block)
    ).first()
    return Planned(*row) if row else None


_SHOWN = (
    sa.select(Plan.person_id, Plan.situation, Plan.action, Plan.planned_on, Plan.state)
    .join(Membership, Membership.person_id == Plan.person_id)
    .where(Membership.space_id == sa.bindparam("space"), Plan.may_ask == "manager", Plan.state == "planned")
    .order_by(Plan.planned_on.is_(None), Plan.planned_on, Plan.saved_at)
)
_SHOWN_OF = _SHOWN.where(Plan.person_id.in_(sa.bindparam("people", expanding=True)))


def shown_to_manager(space_id: str, people: Sequence[str] | None = None) -> dict[str, Shown]:
    """Person id -> the plan they try next and let their manager ask about, for the people of a space; with `people`, for
    those of them. One query.
    """
    found: dict[str, Shown] = {}
    rows = read(_SHOWN, space=space_id) if people is None else read(_SHOWN_OF, space=space_id, people=list(people))
    for row in rows:
        found.setdefault(row.person_id, Shown(row.situation, row.action, row.planned_on, row.state))
    return found


def practice_notes(page: int) -> tuple[list[Practice], bool]:
    """A page (1, 2, ...) of all practice notes, the newest first, and whether there are more. One query."""
    rows: Any = db.session.execute(
        sa.select(
            *(getattr(PracticeNote, name) for name in list(Practice.__dataclass_fields__)[:-1]),
            Course.current_version_id,
        )
        .join(Course, Course.id == PracticeNote.course_id)
        .order_by(PracticeNote.published_at.desc(), PracticeNote.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    return [Practice(*row) for row in rows[:PAGE]], len(rows) > PAGE


def to_remind(person_id: str, key: Key, day: date) -> Reminded | None:
    """Whom a reminder written for `day` still reminds of this plan; None where it no longer holds. One query."""
    course_id, unit, block = key
    row = db.session.execute(
        sa.select(
            Person.id, Person.name, Person.email, Person.lang, Plan.situation, Plan.action, Plan.state, Plan.remind,
            Plan.planned_on,
        )
        .join(Person, Person.id == Plan.person_id)
        .where(
            Plan.person_id == person_id, Plan.course_id == course_id, Plan.unit == unit, Plan.block == block,
            Person.state == "active",
        )
    ).first()  # fmt: skip
    if row is None or not rules.is_reminded(row.state, row.remind, row.planned_on, day):
        return None
    return Reminded(row.id, row.name, row.email, row.lang, row.situation, row.action)
