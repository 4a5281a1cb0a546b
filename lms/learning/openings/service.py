"""What changes wishes to be told of an opening. Inside the caller's `writing()`."""

from __future__ import annotations

import sqlalchemy as sa

from lms.catalogue.service import hold_announced
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import NotFound
from lms.jobs import outbox
from lms.learning.openings.events import CourseOpened
from lms.learning.openings.models import OpeningWish
from lms.learning.openings.queries import waiting_for


def wish(person_id: str, course_id: str) -> None:
    """Have somebody told when a course opens. Twice is once. Raises `NotFound` for a course that is not in preparation.

    Held until the end: a course that opens at this moment sees the wish, or is open already.
    """
    if not hold_announced(course_id):
        raise NotFound()
    row = {"id": new_id(), "person_id": person_id, "course_id": course_id, "asked_at": now()}
    upsert(OpeningWish, [row], key=["person_id", "course_id"])


def take_back(person_id: str, course_id: str) -> None:
    """Tell somebody nothing of a course. Nothing where they wished nothing."""
    db.session.execute(
        sa.delete(OpeningWish).where(OpeningWish.person_id == person_id, OpeningWish.course_id == course_id)
    )


def tell(course_id: str) -> None:
    """Have everybody told who waits for a course, if it is offered now. A wish that is told of twice has one mail."""
    outbox.tell_many(CourseOpened(new_id(), part) for part in outbox.parts(waiting_for(course_id)))


def told(wish_id: str) -> None:
    """The mail of a wish has left: it is granted."""
    db.session.execute(sa.delete(OpeningWish).where(OpeningWish.id == wish_id))
