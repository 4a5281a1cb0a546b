"""Reads of remarks: those of one person, and the list of all for those who write courses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.accounts.visitor import Visitor
from lms.catalogue.models import Course
from lms.catalogue.queries import Published, versions
from lms.foundation.db import db
from lms.learning.remarks import rules
from lms.learning.remarks.models import Remark
from lms.learning.works.queries import count_waiting
from lms.spaces.policy import may

#: Nobody is shown more of their own than this: the newest ones.
MINE_SHOWN = 100


@dataclass(frozen=True)
class Said:
    """A remark as it is shown. `name` is empty unless the learner wanted to be named."""

    id: str
    kind: str
    course_id: str
    unit: str
    activity: str
    question: str
    lang: str
    quote: str
    text: str
    state: str
    answer: str
    answered_at: datetime | None
    written_at: datetime
    version_id: str
    name: str = ""


_COLUMNS: Any = [
    *(getattr(Remark, name) for name in list(Said.__dataclass_fields__)[:-2]),
    Course.current_version_id,
]


def mine(person_id: str) -> list[Said]:
    """What this person said, the newest first. One query."""
    rows: Any = db.session.execute(
        sa.select(*_COLUMNS)
        .join(Course, Course.id == Remark.course_id)
        .where(Remark.person_id == person_id)
        .order_by(Remark.written_at.desc(), Remark.id)
        .limit(MINE_SHOWN)
    )
    return [Said(*row) for row in rows]


@dataclass(frozen=True)
class Waits:
    """How much of what learners handed in and said waits for somebody who may read and answer it."""

    works: int = 0
    remarks: int = 0


def waits_for(who: Visitor) -> Waits:
    """What waits for this visitor: works where they review them, remarks where they write courses. Two queries at most."""
    if not may(who, "author"):
        return Waits()
    count = sa.select(sa.func.count()).select_from(Remark).where(Remark.state == "open")
    return Waits(count_waiting(who.id) if may(who, "review_works") else 0, db.session.scalar(count) or 0)


def tally() -> dict[str, dict[str, int]]:
    """Course id -> state -> how many remarks. One query."""
    found: dict[str, dict[str, int]] = {}
    for course_id, state, count in db.session.execute(
        sa.select(Remark.course_id, Remark.state, sa.func.count()).group_by(Remark.course_id, Remark.state)
    ):
        found.setdefault(course_id, {})[state] = count
    return found


def listed(*, state: str, course_id: str, page: int) -> list[Said]:
    """A page of the remarks in a state, the newest first; `course_id` empty for all courses. One query."""
    wanted = (
        sa.select(*_COLUMNS, sa.case((Remark.named, Person.name), else_=""))
        .join(Course, Course.id == Remark.course_id)
        .join(Person, Person.id == Remark.person_id)
        .where(Remark.state == state)
    )
    if course_id:
        wanted = wanted.where(Remark.course_id == course_id)
    rows: Any = db.session.execute(
        wanted.order_by(Remark.written_at.desc(), Remark.id).offset((page - 1) * rules.PAGE).limit(rules.PAGE)
    )
    return [Said(*row) for row in rows]


def served(course_ids: list[str]) -> dict[str, Published]:
    """Course id -> the version served now, of courses that are archived too. Two queries at most."""
    if not course_ids:
        return {}
    current = {
        course_id: version_id
        for course_id, version_id in db.session.execute(
            sa.select(Course.id, Course.current_version_id).where(Course.id.in_(course_ids))
        )
    }
    found = versions(current.values())
    return {course_id: found[version_id] for course_id, version_id in current.items()}
