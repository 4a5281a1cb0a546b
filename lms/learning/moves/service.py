"""What is brought along when a course has a new version, or when somebody takes one. All of it runs inside the caller's
`writing()`.
"""

from __future__ import annotations

from collections.abc import Collection
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
from lms.learning.models import Completion, Enrolment
from lms.learning.moves import rules
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


def follow_questions(course_id: str, document: CourseDocument) -> None:
    """Have the questions that come back be asked where they stand now, in the version that is served.

    Of two entries for one question, one from each place, the one that was answered last stays.
    """
    places = db.session.execute(
        sa.select(Review.unit, Review.activity, Review.question).where(Review.course_id == course_id).distinct()
    ).all()
    for unit, activity, question in places:
        stand = rules.stands_now(document, unit, activity, question)
        if stand is not None and stand != (unit, activity):
            _carry(course_id, question, (unit, activity), stand)


def _carry(course_id: str, question: str, old: rules.Stand, new: rules.Stand) -> None:
    def at(table: type[Review], stand: rules.Stand) -> sa.ColumnElement[bool]:
        return sa.and_(
            table.course_id == course_id,
            table.question == question,
            table.unit == stand[0],
            table.activity == stand[1],
        )

    other = aliased(Review)
    same = Review.person_id == other.person_id
    beside = {"synchronize_session": False}
    newer = sa.exists().where(at(other, new), same, other.answered_at >= Review.answered_at)
    db.session.execute(sa.delete(Review).where(at(Review, old), newer).execution_options(**beside))
    newer = sa.exists().where(at(other, old), same)
    db.session.execute(sa.delete(Review).where(at(Review, new), newer).execution_options(**beside))
    db.session.execute(
        sa.update(Review).where(at(Review, old)).values(unit=new[0], activity=new[1]).execution_options(**beside)
    )
