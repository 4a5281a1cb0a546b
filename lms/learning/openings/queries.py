"""Reads about courses in preparation: who wishes to be told of which."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.catalogue.queries import announced_among, published, published_among
from lms.foundation.db import db
from lms.learning.openings.models import OpeningWish


@dataclass(frozen=True)
class Waited:
    """A course that somebody wishes to be told of. `title` is its id where nothing of it is shown any more."""

    course_id: str
    title: str
    #: Whether it has a page.
    shown: bool


@dataclass(frozen=True)
class Opened:
    """Whom a mail tells that a course is open."""

    person_id: str
    name: str
    email: str
    lang: str
    course_id: str
    title: str


def wishes(person_id: str, course_id: str) -> bool:
    """Whether somebody wishes to be told when a course opens."""
    found = sa.select(OpeningWish.id).where(OpeningWish.person_id == person_id, OpeningWish.course_id == course_id)
    return db.session.scalar(found) is not None


def waited_by(person_id: str, lang: str) -> list[Waited]:
    """The courses somebody wishes to be told of, the newest wish first."""
    ids = db.session.scalars(
        sa.select(OpeningWish.course_id)
        .where(OpeningWish.person_id == person_id)
        .order_by(OpeningWish.asked_at.desc(), OpeningWish.course_id)
    ).all()
    documents = {one.id: one for one in announced_among(ids)}
    documents |= {course_id: one.document for course_id, one in published_among(ids).items()}
    return [Waited(one, documents[one].title(lang) if one in documents else one, one in documents) for one in ids]


def waiting_for(course_id: str) -> list[str]:
    """The wishes of those who are to be told now: none while the course is not offered."""
    if published(course_id) is None:
        return []
    return list(
        db.session.scalars(sa.select(OpeningWish.id).where(OpeningWish.course_id == course_id).order_by(OpeningWish.id))
    )


def opened_for(wish_id: str) -> Opened | None:
    """Whom to tell because of this wish. None where it was taken back, the course is not offered, or the person's account is
    not in use.
    """
    row = db.session.execute(
        sa.select(OpeningWish.course_id, Person.id, Person.name, Person.email, Person.lang)
        .join(Person, Person.id == OpeningWish.person_id)
        .where(OpeningWish.id == wish_id, Person.state == "active")
    ).one_or_none()
    served = published(row.course_id) if row else None
    if row is None or served is None:
        return None
    return Opened(row.id, row.name, row.email, row.lang, row.course_id, served.document.title(row.lang))
