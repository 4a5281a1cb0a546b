"""Reads of rosters: an import and its rows, those of a space, what waits, who has acted since."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Row
from sqlalchemy.orm import aliased

from lms.accounts.models import LoginSession, Person
from lms.foundation.db import Base, db
from lms.jobs.models import Job
from lms.learning.assignments.models import Assignment, AssignmentCourse
from lms.learning.models import Enrolment
from lms.learning.rosters.models import RosterFile, RosterImport, RosterRow
from lms.learning.rosters.rules import PAGE, counted
from lms.spaces.models import Invitation, Membership
from lms.spaces.roster.queries import parts

#: Rows about a person that are no act of theirs or of anybody who counts on them: what the network noted or sent.
_NO_ACT = frozenset({"roster_row", "roster_import", "sent_mail", "membership", "enrolment"})


def import_of(space_id: str, import_id: str) -> RosterImport | None:
    """The import of this space, or None."""
    return db.session.scalar(
        sa.select(RosterImport).where(RosterImport.id == import_id, RosterImport.space_id == space_id)
    )


def counts_of(import_id: str) -> dict[str, int]:
    """What came of an import (see `models.RosterImport.counts`)."""
    return db.session.scalars(sa.select(RosterImport.counts).where(RosterImport.id == import_id)).one()


def file_of(import_id: str) -> bytes | None:
    """The file as it was sent, while the list is not applied."""
    return db.session.scalar(sa.select(RosterFile.data).where(RosterFile.import_id == import_id))


def rows_of(import_id: str, *, bad: bool | None = None, page: int = 0) -> list[Row[Any]]:
    """The rows of an import in their order, as columns: all, or the bad or good ones alone, a page at a time from 1."""
    wanted = sa.select(RosterRow.__table__).where(RosterRow.import_id == import_id).order_by(RosterRow.number)
    if bad is not None:
        wanted = wanted.where(RosterRow.outcome == "invalid" if bad else RosterRow.outcome != "invalid")
    if page:
        wanted = wanted.limit(PAGE).offset((page - 1) * PAGE)
    return list(db.session.execute(wanted))


def rows_after(import_id: str, number: int, most: int) -> list[Row[Any]]:
    """(number, line, name, email) of the first `most` rows after this one."""
    table = cast("sa.Table", RosterRow.__table__)
    rows = sa.select(table.c.number, table.c.line, table.c.name, table.c.email).where(
        table.c.import_id == import_id, table.c.number > number
    )
    return list(db.session.execute(rows.order_by(table.c.number).limit(most)))


def rows_until(import_id: str, number: int, most: int) -> list[Row[Any]]:
    """The last `most` rows up to this one, in their order."""
    rows = sa.select(RosterRow.__table__).where(RosterRow.import_id == import_id, RosterRow.number <= number)
    return list(db.session.execute(rows.order_by(RosterRow.number.desc()).limit(most)))[::-1]


def used_before(import_id: str, number: int, addresses: Collection[str]) -> set[str]:
    """Those of the addresses that stand in a row up to this one and could be used."""
    found: set[str] = set()
    for part in parts(addresses):
        rows = sa.select(RosterRow.email).where(
            RosterRow.import_id == import_id, RosterRow.number <= number, RosterRow.outcome != "invalid",
            RosterRow.email.in_(part),
        )  # fmt: skip
        found.update(db.session.scalars(rows))
    return found


@dataclass(frozen=True)
class Came:
    """What came of a list that is written: its counts, the people who are new by it, their invitations, the questions put to
    those of other spaces.
    """

    counts: dict[str, int]
    new: list[str]
    invitations: list[str]
    questions: list[str]


def came_of(import_id: str) -> Came:
    """What came of a list that is written."""
    rows = db.session.execute(
        sa.select(
            RosterRow.outcome, RosterRow.enrolled, RosterRow.person_id, RosterRow.invitation_id, RosterRow.transfer_id
        )
        .where(RosterRow.import_id == import_id)
        .order_by(RosterRow.number)
    ).all()
    letters = [row.invitation_id for row in rows if row.invitation_id]
    counts = counted(rows) | {"enrolled": sum(row.enrolled for row in rows), "invitations": len(letters)}
    new = [row.person_id for row in rows if row.outcome == "new" and row.person_id]
    return Came(counts, new, letters, [row.transfer_id for row in rows if row.transfer_id])


def enrolments_by(import_id: str, course_id: str) -> list[str]:
    """Ids of the enrolments that a list has made, and that run."""
    theirs = sa.select(Enrolment.id).join(RosterRow, RosterRow.person_id == Enrolment.person_id)
    mine = theirs.where(RosterRow.import_id == import_id, RosterRow.enrolled, Enrolment.course_id == course_id)
    return list(db.session.scalars(mine.where(Enrolment.state == "active").order_by(RosterRow.number)))


def kept_rows(import_id: str) -> list[Row[Any]]:
    """The rows that an undo has left, because somebody had acted on them."""
    rows = sa.select(RosterRow.__table__).where(RosterRow.import_id == import_id, RosterRow.kept)
    return list(db.session.execute(rows.order_by(RosterRow.number)))


def taken_back(import_id: str, what: str, most: int = 100) -> list[Row[Any]]:
    """(name, email) of the first rows whose question an undo has withdrawn (`what` = questions), or whose request to join it has
    opened again (requests).
    """
    of = {"questions": RosterRow.transfer_id != "", "requests": RosterRow.answered}[what]
    rows = sa.select(RosterRow.name, RosterRow.email).where(RosterRow.import_id == import_id, RosterRow.back, of)
    return list(db.session.execute(rows.order_by(RosterRow.number).limit(most)))


def imports_of(space_id: str, most: int = 20) -> list[Row[Any]]:
    """(id, name, state, counts, made_at, done_at, back_since, who) of the lists brought to a space, newest first; not those only
    read.
    """
    return list(
        db.session.execute(
            sa.select(
                RosterImport.id, RosterImport.name, RosterImport.state, RosterImport.counts, RosterImport.made_at,
                RosterImport.done_at, RosterImport.back_since, Person.name.label("who"),
            )
            .outerjoin(Person, Person.id == RosterImport.brought_by)
            .where(RosterImport.space_id == space_id, RosterImport.state != "read")
            .order_by(RosterImport.made_at.desc(), RosterImport.id)
            .limit(most)
        )
    )  # fmt: skip


def waiting_of(person_id: str) -> list[str]:
    """Ids of the lists of this person that wait for the job, in the order in which they will be applied. One whose job was set
    aside holds nobody up.
    """
    aside = sa.exists().where(
        Job.state == "failed",
        Job.task == "rosters.apply",
        Job.key.like(sa.literal("rosters.apply:") + RosterImport.id + "%"),
    )
    return list(
        db.session.scalars(
            sa.select(RosterImport.id)
            .where(
                RosterImport.brought_by == person_id, RosterImport.state == "waiting", RosterImport.back_since.is_(None),
                ~aside,
            )
            .order_by(RosterImport.made_at, RosterImport.id)
        )
    )  # fmt: skip


def stands_still(import_id: str) -> bool:
    """Whether no job works on a list any more, or will: it failed too often and was set aside."""
    keys = [Job.key == f"rosters.apply:{import_id}"] + [
        Job.key.startswith(f"{task}:{import_id}:", autoescape=True) for task in ("rosters.apply", "rosters.undo")
    ]
    return not db.session.scalar(sa.select(sa.exists().where(Job.state.in_(("due", "leased")), sa.or_(*keys))))


def standing_in(course_id: str, person_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Person -> (id, state, due_on) of their enrolment in a course, for at most a thousand people."""
    rows: Any = db.session.execute(
        sa.select(Enrolment.person_id, Enrolment.id, Enrolment.state, Enrolment.due_on).where(
            Enrolment.course_id == course_id, Enrolment.person_id.in_(person_ids)
        )
    )
    return {row.person_id: row for row in rows}


def who_acted(here: RosterImport, first: int, last: int) -> set[str]:
    """Of the people whom rows `first` to `last` of an import brought: everybody who has done something since, or for whom
    somebody else has.

    Of all: invited anew, by somebody or because they asked for it. Of those it made: signed in, accepted,
    joined another space, was put on another course by somebody; any row of any
    table that points to them and was not written by the import, or by what the space asks of whoever joins. Derived from
    the schema, so that a table of tomorrow counts too. Of those who had an account before: accepted, signed in since,
    became more than a learner, chose to be seen in the space.
    """
    these = sa.and_(RosterRow.import_id == here.id, RosterRow.number.between(first, last))
    brought = sa.select(RosterRow.person_id).where(these, RosterRow.outcome == "new")
    made = brought.where(RosterRow.made)
    asked: list[sa.Select[Any]] = [
        sa.select(column).where(column.in_(made)) for column in _columns_of_people() if column.table.name not in _NO_ACT
    ]
    asked.append(
        sa.select(Membership.person_id).where(Membership.person_id.in_(made), Membership.space_id != here.space_id)
    )
    mine = sa.and_(Enrolment.course_id == here.course_id, RosterRow.enrolled) if here.course_id else sa.false()
    asked.append(
        sa.select(Enrolment.person_id)
        .join(RosterRow, sa.and_(RosterRow.person_id == Enrolment.person_id, these))
        .where(RosterRow.made, sa.or_(Enrolment.state != "active", sa.not_(sa.or_(mine, _asked_of_all(here)))))
    )
    asked.append(
        sa.select(Person.id).where(
            Person.id.in_(made), sa.or_(Person.password_hash.is_not(None), Person.state != "active")
        )
    )
    asked.append(
        sa.select(Membership.person_id).where(
            Membership.person_id.in_(brought), Membership.space_id == here.space_id,
            sa.or_(Membership.role != "learner", Membership.seen != "no"),
        )
    )  # fmt: skip
    asked.append(
        sa.select(RosterRow.person_id)
        .join(Invitation, Invitation.id == RosterRow.invitation_id)
        .where(these, Invitation.used_at.is_not(None))
    )
    asked.append(
        sa.select(RosterRow.person_id)
        .join(Invitation, sa.and_(Invitation.email == RosterRow.email, Invitation.space_id == here.space_id))
        .join(
            Membership,
            sa.and_(Membership.person_id == RosterRow.person_id, Membership.space_id == here.space_id),
        )
        .where(
            these, RosterRow.outcome == "new", Invitation.id != RosterRow.invitation_id, Invitation.withdrawn_at.is_(None),
            Invitation.created_at > Membership.since,
        )
    )  # fmt: skip
    asked.append(
        sa.select(LoginSession.person_id)
        .join(
            Membership,
            sa.and_(Membership.person_id == LoginSession.person_id, Membership.space_id == here.space_id),
        )
        .where(LoginSession.person_id.in_(brought), LoginSession.created_at >= Membership.since)
    )
    return set(db.session.scalars(sa.union(*asked)))


def who_is_named(here: RosterImport, first: int, last: int) -> set[str]:
    """Of the people whom rows `first` to `last` of an import brought: everybody whom a later list of the space names that stands,
    since whoever brought that one counts on them.
    """
    these = sa.and_(RosterRow.import_id == here.id, RosterRow.number.between(first, last), RosterRow.outcome == "new")
    came = sa.and_(Membership.person_id == RosterRow.person_id, Membership.space_id == here.space_id)
    asked = sa.select(RosterRow.person_id).join(Membership, came)
    return set(db.session.scalars(asked.where(these, _named_later(here, Membership.since))))


def _named_later(here: RosterImport, since: Any, course_id: str | None = None) -> sa.ColumnElement[bool]:
    """Whether another list of the space (for this course), written since then and not undone, names the person of a row."""
    other, again = aliased(RosterImport), aliased(RosterRow)
    found = sa.exists().where(
        again.person_id == RosterRow.person_id, again.import_id != here.id, other.id == again.import_id,
        other.space_id == here.space_id, other.state.in_(("done", "waiting")), other.back_since.is_(None),
        again.number <= other.progress, sa.or_(other.done_at.is_(None), other.done_at >= since),
    )  # fmt: skip
    return (found if course_id is None else found.where(other.course_id == course_id)).correlate_except(other, again)


def _asked_of_all(here: RosterImport) -> sa.ColumnElement[bool]:
    """Whether an enrolment may come from what is asked of whoever joins the space: nobody did that for the person."""
    return (
        sa.exists()
        .where(
            AssignmentCourse.course_id == Enrolment.course_id, Assignment.id == AssignmentCourse.assignment_id,
            Assignment.who != "people", Enrolment.source == "manager",
            sa.or_(Assignment.space_id.is_(None), Assignment.space_id == here.space_id),
        )
        .correlate(Enrolment)
    )  # fmt: skip


def who_learned(here: RosterImport, first: int, last: int) -> set[str]:
    """Of the people whom rows `first` to `last` enrolled: everybody who has left something in the course, or has left it."""
    theirs = sa.select(RosterRow.person_id).where(
        RosterRow.import_id == here.id, RosterRow.number.between(first, last), RosterRow.enrolled
    )
    asked: list[sa.Select[Any]] = [
        sa.select(table.c.person_id).where(table.c.person_id.in_(theirs), table.c.course_id == here.course_id)
        for table in Base.metadata.sorted_tables
        if "person_id" in table.c and "course_id" in table.c and table.name not in _NO_ACT
    ]
    asked.append(
        sa.select(Enrolment.person_id).where(
            Enrolment.person_id.in_(theirs), Enrolment.course_id == here.course_id, Enrolment.state != "active"
        )
    )
    # Whom a later list puts on the same course: whoever brought that one counts on it.
    mine = sa.and_(Enrolment.person_id == RosterRow.person_id, Enrolment.course_id == here.course_id)
    counted_on = sa.select(RosterRow.person_id).join(Enrolment, mine).where(
        RosterRow.import_id == here.id, RosterRow.number.between(first, last), RosterRow.enrolled,
        _named_later(here, Enrolment.created_at, here.course_id),
    )  # fmt: skip
    return set(db.session.scalars(sa.union(*asked, counted_on)))


def _columns_of_people() -> list[sa.Column[Any]]:
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table.name == "person"
    ]
