"""Reads about certificates. What comes back are values: the facts as they were frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.catalogue.queries import Published
from lms.foundation.clock import today
from lms.foundation.db import db, read
from lms.learning.certificates import rules
from lms.learning.certificates.models import Certificate
from lms.learning.certificates.rules import Demand, Facts
from lms.learning.models import Attempt, Completion, Place


@dataclass(frozen=True)
class Proof:
    """A certificate, valid or taken back."""

    id: str
    code: str
    person_id: str
    course_id: str
    version_id: str
    status_index: int
    facts: Facts
    issued_at: datetime
    revoked_at: datetime | None
    revoked_for: str | None
    revoked_why: str
    #: The last day on which it is valid; None for ever.
    ends_on: date | None = None

    @property
    def is_valid(self) -> bool:
        """Whether it says today what it said then: not taken back, and not over. One that was renewed has its own end."""
        if self.ends_on is not None and self.ends_on < today():
            return False
        return self.revoked_at is None or self.revoked_for == "renewed"


def _proof(row: Any) -> Proof | None:
    if row is None:
        return None
    values = {name: getattr(row, name) for name in Proof.__dataclass_fields__}
    return Proof(**{**values, "facts": Facts.from_json(row.facts)})


_COLUMNS = [getattr(Certificate, name) for name in Proof.__dataclass_fields__]

_VALID = sa.select(*_COLUMNS).where(
    Certificate.person_id == sa.bindparam("person"),
    Certificate.course_id == sa.bindparam("course"),
    Certificate.revoked_at.is_(None),
)


def certificate_of(person_id: str, course_id: str) -> Proof | None:
    """The valid certificate of a person in a course, or None."""
    return _proof(read(_VALID, person=person_id, course=course_id).one_or_none())


def last_of(person_id: str, course_id: str) -> Proof | None:
    """The newest certificate of a person in a course, valid or not, or None."""
    return _proof(
        db.session.execute(
            sa.select(*_COLUMNS)
            .where(Certificate.person_id == person_id, Certificate.course_id == course_id)
            .order_by(Certificate.revoked_at.is_(None).desc(), Certificate.issued_at.desc())
            .limit(1)
        ).one_or_none()
    )


def certificate_with(code: str) -> Proof | None:
    """The certificate with this code (as `rules.read_code` gives it), or None."""
    return _proof(db.session.execute(sa.select(*_COLUMNS).where(Certificate.code == code)).one_or_none())


def taken_back(first: int, count: int) -> list[int]:
    """Which places of `count` from `first` on belong to certificates that are no longer valid (see `Proof.is_valid`): also
    one whose day was only set after its badge had been given out.
    """
    return list(
        db.session.scalars(
            sa.select(Certificate.status_index).where(
                Certificate.status_index >= first,
                Certificate.status_index < first + count,
                sa.or_(Certificate.revoked_for != "renewed", Certificate.ends_on < today()),
            )
        )
    )


def last_list() -> int:
    """The number of the last list that a certificate is on, 0 for the first. The same work however many there are."""
    return (db.session.scalar(sa.select(sa.func.max(Certificate.status_index))) or 0) // rules.LIST_LENGTH


def open_list() -> int:
    """The number of the list that new certificates are put on. Counts one list at most, however many there are."""
    last = last_list()
    on_it = sa.select(sa.func.count()).where(Certificate.status_index >= last * rules.LIST_LENGTH)
    return last + rules.is_full(db.session.scalar(on_it) or 0)


def is_taken(status_index: int) -> bool:
    """Whether a place is a certificate's already."""
    return db.session.scalar(sa.select(Certificate.id).where(Certificate.status_index == status_index)) is not None


def best_of(person_id: str, course_id: str) -> dict[tuple[str, str], float]:
    """The best result of each activity of a course that a person handed in: (unit, activity) -> 0 to 1."""
    found = sa.select(Attempt.unit, Attempt.activity, sa.func.max(Attempt.score)).where(
        Attempt.person_id == person_id, Attempt.course_id == course_id, Attempt.score.is_not(None)
    )
    rows = db.session.execute(found.group_by(Attempt.unit, Attempt.activity))
    return {(unit, key): best for unit, key, best in rows if best is not None}


def demands_of(person_id: str, served: Published) -> list[Demand]:
    """What the certificate of a course asks for and what this person has of it; empty for a course that gives none."""
    if served.document.certificate is None:
        return []
    passed = {
        (row.unit, row.activity)
        for row in db.session.execute(
            sa.select(Attempt.unit, Attempt.activity)
            .where(Attempt.person_id == person_id, Attempt.course_id == served.course_id, Attempt.passed.is_(True))
            .distinct()
        )
    }
    done = set(
        db.session.scalars(
            sa.select(Completion.unit).where(
                Completion.person_id == person_id, Completion.course_id == served.course_id
            )
        )
    )
    lang = None
    if served.document.fallback == "hide" and not served.document.certificate.require:
        lang = db.session.scalar(
            sa.select(Place.lang).where(Place.person_id == person_id, Place.course_id == served.course_id)
        )
    return rules.demands(served.document, passed, done, lang)
