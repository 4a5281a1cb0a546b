"""What changes renewals: rounds begun, windows opened, renewed. Inside the caller's `writing()`.

Nothing here changes a completion: a renewal that is missed or done leaves what was finished as it is. Of an enrolment it takes
the day alone by which the shorter course was to be done, once it has renewed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from lms.catalogue.queries import Published, published
from lms.foundation.clock import now, today
from lms.foundation.db import db, new_id, upsert
from lms.jobs import outbox
from lms.learning.certificates import service as certificates
from lms.learning.events import RenewalOpened
from lms.learning.models import Enrolment
from lms.learning.renewals import queries, rules
from lms.learning.renewals.models import Renewal


@dataclass(frozen=True)
class Terms:
    """What an assignment says about renewing (see `assignments.models.Assignment`)."""

    assignment_id: str
    months: int
    days: int
    renew_by: str
    other_course_id: str | None


def begin(terms: Terms, course_id: str, since: Mapping[str, date]) -> None:
    """Begin the first round of people (person -> the day they finished) who have none yet. Again is nothing more."""
    upsert(
        Renewal,
        [_round(terms, course_id, person_id, day, 1) for person_id, day in sorted(since.items())],
        key=["person_id", "course_id", "round"],
    )
    ends = {person_id: rules.window(day, terms.months, terms.days)[1] for person_id, day in since.items()}
    certificates.set_ends(course_id, ends)


def _round(terms: Terms, course_id: str, person_id: str, since: date, number: int) -> dict[str, object]:
    opens, until = rules.window(since, terms.months, terms.days)
    return {
        "id": new_id(), "person_id": person_id, "course_id": course_id, "round": number,
        "assignment_id": terms.assignment_id, "months": terms.months, "days": terms.days,
        "valid_until": until, "opens_on": opens, "renew_by": terms.renew_by,
        "quiz_course_id": terms.other_course_id or course_id, "opened_at": None, "due_on": None, "done_at": None,
    }  # fmt: skip


def open_windows(renewal_ids: Iterable[str], *, day: date) -> int:
    """Ask these people anew, those who were not asked yet: each gets a day, and is told. Gives how many."""
    rows = db.session.scalars(
        sa.select(Renewal)
        .where(Renewal.id.in_(list(renewal_ids)), Renewal.opened_at.is_(None), Renewal.opens_on <= day)
        .order_by(Renewal.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        row.opened_at, row.due_on = now(), rules.due(row.valid_until, day, row.days)
    db.session.flush()
    outbox.tell_many(RenewalOpened(new_id(), part) for part in outbox.parts([row.id for row in rows]))
    return len(rows)


def passed(person_id: str, served: Published) -> None:
    """Somebody passed a quiz of this course: what it renews is renewed, where nothing is left to pass. Twice is once."""
    rows = db.session.scalars(
        sa.select(Renewal)
        .where(
            Renewal.person_id == person_id,
            Renewal.quiz_course_id == served.course_id,
            Renewal.opened_at.is_not(None),
            Renewal.done_at.is_(None),
        )
        .order_by(Renewal.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        assert row.opened_at is not None
        there = queries.passed_since(person_id, served.course_id, row.opened_at)
        if rules.is_done(rules.asked(served.document, row.renew_by), there):
            row.done_at = now()
            db.session.flush()
            _go_on(row)


def _go_on(row: Renewal) -> None:
    """The next round, as long as the former was; with a new certificate. The former one stays valid until its own end."""
    other = row.quiz_course_id if row.renew_by == "course" else None
    terms = Terms(row.assignment_id, row.months, row.days, row.renew_by, other)
    following = _round(terms, row.course_id, row.person_id, today(), row.round + 1)
    upsert(Renewal, [following], key=["person_id", "course_id", "round"])
    if other is not None:
        # Its quizzes renew; nobody is late with the rest of it.
        db.session.execute(
            sa.update(Enrolment)
            .where(
                Enrolment.person_id == row.person_id, Enrolment.course_id == other, Enrolment.state == "active",
                Enrolment.due_on == row.due_on,
            )
            .values(due_on=None)
        )  # fmt: skip
    served = published(row.course_id)
    if served is not None:
        certificates.issue_anew(row.person_id, served, rules.window(today(), terms.months, terms.days)[1])
