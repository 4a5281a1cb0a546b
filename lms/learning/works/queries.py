"""Reads about works: one's own, those one is asked to review, those that wait for a trainer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation.clock import now
from lms.foundation.db import Moment, db, read
from lms.learning.models import Enrolment
from lms.learning.works import rules
from lms.learning.works.files import UNCLEAN, plain_name
from lms.learning.works.models import Work, WorkEdition, WorkFile, WorkReview
from lms.learning.works.rules import Content

#: How many works a trainer's page lists.
PAGE = 20


@dataclass(frozen=True)
class Attached:
    """A file of a work: never its bytes."""

    id: str
    sha256: str
    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class Edition:
    """What a work was at one time; `handed_at` None: the draft."""

    number: int
    version_id: str
    lang: str
    text: str
    link: str
    file: Attached | None
    saved_at: datetime
    handed_at: datetime | None

    @property
    def content(self) -> Content:
        """What it is made of."""
        return Content(self.text, self.link, self.file.sha256 if self.file else "")


@dataclass(frozen=True)
class Said:
    """A review that was sent. `name` is that of a trainer; a peer has none."""

    role: str
    name: str
    sent_at: datetime
    number: int
    marks: dict[str, int]
    comment: str


@dataclass(frozen=True)
class Mine:
    """One's own work, with all its editions (the oldest first) and what was said of it."""

    id: str
    state: str
    peers: int
    revision: int
    handed_at: datetime | None
    reviewed_at: datetime | None
    editions: tuple[Edition, ...] = ()
    reviews: tuple[Said, ...] = ()

    @property
    def handed(self) -> Edition | None:
        """What is handed in now."""
        return next((one for one in reversed(self.editions) if one.handed_at), None)

    @property
    def draft(self) -> Edition | None:
        """What is written and not handed in."""
        return next((one for one in self.editions if one.handed_at is None), None)

    @property
    def current(self) -> Edition | None:
        """What the form shows: the draft, else what was handed in."""
        return self.draft or self.handed

    @property
    def may_change(self) -> bool:
        """Whether it can still be handed in (again): nobody has reviewed it."""
        return self.state != "reviewed" and not self.reviews


@dataclass(frozen=True)
class Duty:
    """A work of somebody else's that a person is asked to review; `sent_at` once they have."""

    work_id: str
    course_id: str
    unit: str
    activity: str
    sent_at: datetime | None


@dataclass(frozen=True)
class Waiting:
    """A work that waits for a trainer."""

    work_id: str
    name: str
    course_id: str
    unit: str
    activity: str
    version_id: str
    handed_at: datetime
    peers: int


@dataclass(frozen=True)
class ToReview:
    """A work as its reviewer sees it: the edition handed in now, and whether they have sent their review."""

    work_id: str
    person_id: str
    #: For trainers; empty for peers.
    name: str
    course_id: str
    unit: str
    activity: str
    state: str
    #: As whom it is read: peer or trainer.
    role: str
    edition: Edition
    sent_at: datetime | None


@dataclass(frozen=True)
class News:
    """What home may tell: works to review, and one's own that were reviewed lately."""

    to_review: tuple[Duty, ...]
    reviewed: tuple[Duty, ...]


_EDITION = (
    WorkEdition.number,
    WorkEdition.version_id,
    WorkEdition.lang,
    WorkEdition.text,
    WorkEdition.link,
    WorkEdition.saved_at,
    WorkEdition.handed_at,
    WorkFile.id.label("file_id"),
    WorkFile.sha256,
    WorkFile.name.label("file_name"),
    WorkFile.kind,
    WorkFile.size,
)


def _edition(row: Any) -> Edition:
    file = Attached(row.file_id, row.sha256, row.file_name, row.kind, row.size) if row.file_id else None
    return Edition(row.number, row.version_id, row.lang, row.text, row.link, file, row.saved_at, row.handed_at)


def work_of(person_id: str, course_id: str, unit: str, activity: str) -> Mine | None:
    """A person's own work, None before anything was saved. Two queries."""
    rows = db.session.execute(
        sa.select(
            Work.id, Work.state, Work.peers, Work.revision, Work.reviewed_at, Work.handed_at.label("first_handed_at")
        )
        .add_columns(*_EDITION)
        .outerjoin(WorkEdition, WorkEdition.work_id == Work.id)
        .outerjoin(WorkFile, WorkFile.id == WorkEdition.file_id)
        .where(Work.person_id == person_id, Work.course_id == course_id, Work.unit == unit, Work.activity == activity)
        .order_by(WorkEdition.number)
    ).all()
    if not rows:
        return None
    one = rows[0]
    editions = tuple(_edition(row) for row in rows if row.number is not None)
    return Mine(
        one.id, one.state, one.peers, one.revision, one.first_handed_at, one.reviewed_at, editions, _said(one.id)
    )


def _said(work_id: str) -> tuple[Said, ...]:
    rows = db.session.execute(
        sa.select(
            WorkReview.role, Person.name, WorkReview.sent_at, WorkReview.number, WorkReview.marks, WorkReview.comment
        )
        .outerjoin(Person, Person.id == WorkReview.reviewer_id)
        .where(WorkReview.work_id == work_id, WorkReview.sent_at.is_not(None))
        .order_by(WorkReview.sent_at, WorkReview.id)
    )
    return tuple(
        Said(
            row.role, (row.name or "") if row.role == "trainer" else "", row.sent_at, row.number, row.marks, row.comment
        )
        for row in rows
    )


_DUTIES = (
    sa.select(Work.id, Work.course_id, Work.unit, Work.activity, WorkReview.sent_at)
    .join(Work, Work.id == WorkReview.work_id)
    .where(WorkReview.reviewer_id == sa.bindparam("person"), WorkReview.role == "peer")
    .order_by(WorkReview.given_at, WorkReview.id)
)
_DUTIES_HERE = _DUTIES.where(
    Work.course_id == sa.bindparam("course"),
    Work.unit == sa.bindparam("unit"),
    Work.activity == sa.bindparam("activity"),
)


def duties_of(person_id: str, course_id: str, unit: str, activity: str) -> list[Duty]:
    """The works of others that somebody is asked to review for an assignment, in the order in which they came."""
    return [Duty(*row) for row in read(_DUTIES_HERE, person=person_id, course=course_id, unit=unit, activity=activity)]


#: What home asks at every visit: built once.
_TO_REVIEW = _DUTIES.join(
    Enrolment,
    sa.and_(Enrolment.course_id == Work.course_id, Enrolment.person_id == sa.bindparam("person")),
).where(WorkReview.sent_at.is_(None), Work.state == "handed", Enrolment.state != "declined")
_REVIEWED = sa.select(
    Work.id, Work.course_id, Work.unit, Work.activity, Work.reviewed_at, sa.literal(True), Work.reviewed_at
).where(Work.person_id == sa.bindparam("person"), Work.reviewed_at > sa.bindparam("since", type_=Moment))
_NEWS = (
    _TO_REVIEW.order_by(None)
    .add_columns(sa.literal(False).label("own"), WorkReview.given_at.label("at"))
    .union_all(_REVIEWED)
)


def handed_in(person_id: str, course_id: str) -> set[tuple[str, str]]:
    """(unit, activity) of the assignments of a course for which somebody has handed in. One query."""
    wanted = sa.select(Work.unit, Work.activity).where(
        Work.person_id == person_id, Work.course_id == course_id, Work.handed_at.is_not(None)
    )
    return {(row.unit, row.activity) for row in db.session.execute(wanted)}


def waiting_for(person_id: str) -> News:
    """What home may tell somebody: works they are asked to review, and their own that were reviewed in the last two
    weeks, the last first. One query.
    """
    rows = sorted(read(_NEWS, person=person_id, since=now() - rules.NEWS), key=lambda row: (row.at, row.id))
    return News(
        tuple(Duty(*row[:5]) for row in rows if not row.own),
        tuple(Duty(*row[:5]) for row in reversed(rows) if row.own),
    )


def _for_trainers() -> sa.ColumnElement[bool]:
    """Works a trainer is asked to read: those no peer reads, those with too few readers, those peers leave lying."""
    readers = (
        sa.select(sa.func.count())
        .where(WorkReview.work_id == Work.id, WorkReview.role == "peer")
        .correlate(Work)
        .scalar_subquery()
    )
    late = Work.handed_at <= now() - rules.PEERS_HAVE
    return sa.and_(Work.state == "handed", sa.or_(Work.peers == 0, late, readers < Work.peers))


def count_waiting(person_id: str) -> int:
    """How many works wait for a trainer; their own is none of them."""
    return (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(Work).where(_for_trainers(), Work.person_id != person_id)
        )
        or 0
    )


def waiting(person_id: str, page: int) -> tuple[list[Waiting], bool]:
    """The works that wait for a trainer, the oldest first, a page of them, and whether there are more. One query."""
    last = (
        sa.select(WorkEdition.work_id, WorkEdition.version_id)
        .where(WorkEdition.handed_at.is_not(None))
        .add_columns(
            sa.func.row_number()
            .over(partition_by=WorkEdition.work_id, order_by=WorkEdition.number.desc())
            .label("place")
        )
        .subquery()
    )
    rows = db.session.execute(
        sa.select(
            Work.id,
            Person.name,
            Work.course_id,
            Work.unit,
            Work.activity,
            last.c.version_id,
            Work.handed_at,
            Work.peers,
        )
        .join(Person, Person.id == Work.person_id)
        .join(last, sa.and_(last.c.work_id == Work.id, last.c.place == 1))
        .where(_for_trainers(), Work.person_id != person_id)
        .order_by(Work.handed_at, Work.id)
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    ).all()
    return [Waiting(*row) for row in rows[:PAGE]], len(rows) > PAGE


def to_review(work_id: str, person_id: str, *, trainer: bool) -> ToReview | None:
    """A work for this reviewer: a peer it was given to who still takes the course, or a trainer. None for everybody else,
    for its author, for what is not handed in and for what does not exist alike. One query.
    """
    taken = sa.and_(Enrolment.course_id == Work.course_id, Enrolment.person_id == person_id)
    mine = sa.and_(WorkReview.work_id == Work.id, WorkReview.reviewer_id == person_id)
    row = db.session.execute(
        sa.select(
            Work.id,
            Work.person_id,
            Person.name,
            Work.course_id,
            Work.unit,
            Work.activity,
            Work.state,
            WorkReview.role,
            WorkReview.sent_at,
            Enrolment.state.label("takes"),
        )
        .add_columns(*_EDITION)
        .join(Person, Person.id == Work.person_id)
        .join(WorkEdition, sa.and_(WorkEdition.work_id == Work.id, WorkEdition.handed_at.is_not(None)))
        .outerjoin(WorkFile, WorkFile.id == WorkEdition.file_id)
        .outerjoin(WorkReview, mine)
        .outerjoin(Enrolment, taken)
        .where(Work.id == work_id, Work.person_id != person_id)
        .order_by(WorkEdition.number.desc())
        .limit(1)
    ).first()
    if row is None or (not trainer and (row.role is None or row.takes in (None, "declined"))):
        return None
    role, edition = row.role or "trainer", _edition(row)
    return ToReview(
        row.id,
        row.person_id,
        row.name if role == "trainer" else "",
        row.course_id,
        row.unit,
        row.activity,
        row.state,
        role,
        edition if role == "trainer" or edition.file is None else replace(edition, file=_for_peers(edition.file)),
        row.sent_at,
    )


def _for_peers(file: Attached) -> Attached | None:
    """A file as peers get it: without a name that could tell whose it is; not at all where its content could."""
    return None if file.kind in UNCLEAN else replace(file, name=plain_name(file.name))


def file_for(person_id: str, work_id: str, file_id: str, *, trainer: bool) -> tuple[Attached, bytes] | None:
    """A file of a work and its bytes, for its author and for whoever may review it. None for everybody else, for a
    reviewer where it is not in an edition that was handed in, and for a peer where it could tell whose it is. To a peer
    its name says nothing.
    """
    row = db.session.execute(
        sa.select(WorkFile.id, WorkFile.sha256, WorkFile.name, WorkFile.kind, WorkFile.size, Work.person_id)
        .join(Work, Work.id == WorkFile.work_id)
        .where(WorkFile.id == file_id, Work.id == work_id)
    ).first()
    if row is None:
        return None
    found = None
    if row.person_id != person_id:
        found = to_review(work_id, person_id, trainer=trainer)
        handed = sa.select(WorkEdition.id).where(WorkEdition.file_id == file_id, WorkEdition.handed_at.is_not(None))
        if found is None or db.session.scalar(handed.limit(1)) is None:
            return None
    kept = Attached(*row[:5])
    shown = _for_peers(kept) if found and found.role == "peer" else kept
    data = db.session.scalar(sa.select(WorkFile.data).where(WorkFile.id == file_id)) if shown else None
    return (shown, data or b"") if shown else None


def handed_for(course_id: str, unit: str, activity: str) -> Sequence[rules.Handed]:
    """Every work handed in for a peer-reviewed assignment by somebody who still takes the course. One query."""
    readers = (
        sa.select(sa.func.count())
        .where(WorkReview.work_id == Work.id, WorkReview.role == "peer")
        .correlate(Work)
        .scalar_subquery()
    )
    other = sa.orm.aliased(Work)
    reads = (
        sa.select(sa.func.count())
        .select_from(WorkReview)
        .join(other, other.id == WorkReview.work_id)
        .where(
            WorkReview.reviewer_id == Work.person_id,
            WorkReview.role == "peer",
            other.course_id == course_id,
            other.unit == unit,
            other.activity == activity,
        )
        .correlate(Work)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Work.id, Work.person_id, readers, reads, Work.state, Work.handed_at)
        .join(Enrolment, sa.and_(Enrolment.person_id == Work.person_id, Enrolment.course_id == Work.course_id))
        .where(
            Work.course_id == course_id,
            Work.unit == unit,
            Work.activity == activity,
            Work.state != "draft",
            Work.peers > 0,
            Enrolment.state != "declined",
        )
    )
    return [rules.Handed(row[0], row[1], row[2], row[3], row[4] == "reviewed", row[5]) for row in rows]
