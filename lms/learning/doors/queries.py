"""Reads of the doors: which of the courses that come first somebody has finished."""

from __future__ import annotations

import sqlalchemy as sa

from lms.catalogue.queries import Published, published_among
from lms.content.documents import CourseDocument
from lms.foundation.db import read
from lms.learning.doors import rules
from lms.learning.models import Enrolment
from lms.learning.queries import Learning

_FINISHED = sa.select(Enrolment.course_id).where(
    Enrolment.person_id == sa.bindparam("person"),
    Enrolment.course_id.in_(sa.bindparam("courses", expanding=True)),
    Enrolment.state == "finished",
)


def before(document: CourseDocument, person_id: str) -> tuple[rules.Before, dict[str, Published]]:
    """What comes before a course for this person (empty id: nobody), and the courses that are offered. Two queries at
    most, none where nothing comes before.
    """
    asked = document.prerequisites
    wanted = [*asked.all, *asked.any]
    if not wanted:
        return rules.Before(), {}
    offered = published_among(wanted)
    finished = set(read(_FINISHED, person=person_id, courses=wanted).scalars()) if person_id else set()
    return rules.before(asked, finished, offered), offered


def is_shut(document: CourseDocument, person_id: str, unit: str, own: Learning | None) -> bool:
    """Whether a step is shut for this person. What they have done stays open, and all of a course once finished."""
    if not document.prerequisites.strict or (own is not None and (own.is_finished or unit in own.finished)):
        return False
    return before(document, person_id)[0].shuts


def shut_among(courses: list[Learning]) -> frozenset[str]:
    """Ids of those of somebody's own courses whose steps are shut. One query at most."""
    strict = [one for one in courses if one.published.document.prerequisites.strict and not one.is_finished]
    if not strict:
        return frozenset()
    finished = {one.published.course_id for one in courses if one.is_finished}
    asked = {one.published.course_id: one.published.document.prerequisites for one in strict}
    offered = published_among({name for wanted in asked.values() for name in (*wanted.all, *wanted.any)})
    return frozenset(name for name, wanted in asked.items() if rules.before(wanted, finished, offered).shuts)
