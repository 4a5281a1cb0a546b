"""What is brought along when a course has a new version, or when somebody takes one. All of it runs inside the caller's
`writing()`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.catalogue import queries as catalogue
from lms.catalogue.queries import Published
from lms.content.documents import CourseDocument
from lms.foundation.clock import now
from lms.foundation.db import db, upsert
from lms.jobs import outbox
from lms.learning.events import UnitCompleted
from lms.learning.models import Completion, Draft, Enrolment, Plan
from lms.learning.moves import rules
from lms.learning.plans import service as plans
from lms.learning.plans.models import PracticeNote
from lms.learning.reviews.models import Review


def bring_shared(served: Published, people: Collection[str] | None = None) -> list[str]:
    """Have the units that a course shares with others count as done for those who finished them there. Gives whom that
    concerns.

    `people`: those who were just enrolled; None: all who take the course. What was done is copied: when and how. It was done
    in the version this course serves, so that what changes in it from now on is told. Twice is once.
    """
    shared = rules.shared_units(served.document)
    if not shared:
        return []
    there = aliased(Completion)
    takes = sa.select(Enrolment.person_id).where(Enrolment.course_id == served.course_id, Enrolment.state != "declined")
    rows = db.session.execute(
        sa.select(Completion.person_id, Completion.unit, Completion.version_id, Completion.kind, Completion.done_at)
        .where(
            Completion.unit.in_(shared),
            Completion.course_id != served.course_id,
            Completion.person_id.in_(takes if people is None else people),
            ~sa.exists().where(
                there.person_id == Completion.person_id,
                there.course_id == served.course_id,
                there.unit == Completion.unit,
            ),
        )
        .order_by(Completion.done_at, Completion.version_id)
    ).all()
    versions = catalogue.versions({row.version_id for row in rows})
    facts: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        if rules.shared_units(versions[row.version_id].document).get(row.unit) == shared[row.unit]:
            fact = {**row._mapping, "course_id": served.course_id, "version_id": served.version_id}
            facts.setdefault((row.person_id, row.unit), fact)
    upsert(Completion, list(facts.values()), key=["person_id", "course_id", "unit"])
    whom = sorted({person_id for person_id, _unit in facts})
    db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.course_id == served.course_id, Enrolment.person_id.in_(whom), Enrolment.begun_at.is_(None))
        .values(begun_at=now())
    )
    outbox.tell_many(
        UnitCompleted(f"{person_id}:{served.course_id}:{unit}", person_id, served.course_id, unit)
        for person_id, unit in facts
    )
    return whom


def hold_all(people: Collection[str]) -> None:
    """Hold every enrolment of these people until the end of the transaction, in the order in which everything here does:
    a unit that courses share is finished in all of them at once.
    """
    db.session.execute(
        sa.select(Enrolment.id)
        .where(Enrolment.person_id.in_(people))
        .order_by(Enrolment.person_id, Enrolment.course_id)
        .with_for_update()
    )


def follow_blocks(course_id: str, document: CourseDocument) -> None:
    """Have what somebody did with a question or a plan go along to where it stands now, in the version that is served: the
    review queue, what was begun, plans with their reminders and practice notes.
    """
    _follow(course_id, document, Review, Review.question, Review.answered_at)
    _follow(course_id, document, Draft, Draft.block, Draft.saved_at)
    _follow_plans(course_id, document)


def _follow(
    course_id: str,
    document: CourseDocument,
    table: type[Review | Draft],
    block: sa.orm.InstrumentedAttribute[str],
    moment: sa.orm.InstrumentedAttribute[datetime],
) -> None:
    """Move rows of `table`. Of two of a person, one from each place, the one with the later `moment` stays."""
    rows = sa.select(table.unit, table.activity, block).where(table.course_id == course_id).distinct()
    if table is Draft:
        # What is begun in an attempt stays there; other blocks than questions and plans go nowhere.
        rows = rows.where(sa.not_(table.activity.like("quiz%")), sa.or_(block.like("q-%"), block.like("k-%")))
    for unit, activity, name in db.session.execute(rows).all():
        stand = rules.stands_now(document, unit, activity, name)
        if stand is not None and stand != (unit, activity):
            _carry(table, {"course_id": course_id, block.key: name}, (unit, activity), stand, moment.key)


def _carry(
    table: type[Review | Draft], same: Mapping[str, str], old: rules.Stand, new: rules.Stand, moment: str
) -> None:
    other = aliased(table)

    def at(one: Any, stand: rules.Stand) -> sa.ColumnElement[bool]:
        keys = {**same, "unit": stand[0], "activity": stand[1]}
        return sa.and_(*(getattr(one, name) == value for name, value in keys.items()))

    mine = table.person_id == other.person_id
    beside = {"synchronize_session": False}
    newer = sa.exists().where(at(other, new), mine, getattr(other, moment) >= getattr(table, moment))
    db.session.execute(sa.delete(table).where(at(table, old), newer).execution_options(**beside))
    db.session.execute(
        sa.delete(table).where(at(table, new), sa.exists().where(at(other, old), mine)).execution_options(**beside)
    )
    db.session.execute(
        sa.update(table).where(at(table, old)).values(unit=new[0], activity=new[1]).execution_options(**beside)
    )


def _follow_plans(course_id: str, document: CourseDocument) -> None:
    """Move plans. Whoever has one in the new place too keeps both where they are: they are words of their own."""
    places = sa.select(Plan.unit, Plan.block).where(Plan.course_id == course_id).distinct()
    notes = sa.select(PracticeNote.unit, PracticeNote.block).where(PracticeNote.course_id == course_id).distinct()
    for unit, block in db.session.execute(places.union(notes)).all():
        stand = rules.stands_now(document, unit, "", block)
        if stand is not None and stand[0] != unit:
            _carry_plans(course_id, block, unit, stand[0])


def _carry_plans(course_id: str, block: str, old: str, new: str) -> None:
    def at(one: Any, unit: str) -> sa.ColumnElement[bool]:
        return sa.and_(one.course_id == course_id, one.block == block, one.unit == unit)

    def free(table: type[Plan | PracticeNote]) -> list[sa.ColumnElement[bool]]:
        """Of `table`, the rows at the old place of people who have nothing at the new one."""
        there: list[Any] = [aliased(Plan), aliased(PracticeNote)]
        return [at(table, old), *(~sa.exists().where(at(one, new), one.person_id == table.person_id) for one in there)]

    dated = db.session.execute(
        sa.select(Plan.person_id, Plan.planned_on)
        .where(*free(Plan), Plan.remind, Plan.state == "planned", Plan.planned_on.is_not(None))
        .order_by(Plan.person_id)
    ).all()
    people = db.session.scalars(
        sa.select(Plan.person_id).where(*free(Plan)).union(sa.select(PracticeNote.person_id).where(*free(PracticeNote)))
    ).all()

    def carry(table: type[Plan | PracticeNote]) -> None:
        mine = sa.update(table).where(at(table, old), table.person_id.in_(people))
        db.session.execute(mine.values(unit=new).execution_options(synchronize_session=False))

    carry(Plan)
    carry(PracticeNote)
    for person_id, day in dated:
        # The mail that was due names the old place and finds nothing there any more.
        plans.dated(person_id, (course_id, new, block), day, remind=True)
