"""What this room holds about a person: that something was asked of them, exceptions for them, what they asked of others."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.assignments.models import (
    Assignment,
    AssignmentCourse,
    AssignmentException,
    AssignmentPerson,
    LearningPath,
    PathCourse,
)

#: Tables in which somebody stands because they made the row; it stays, without them.
_MADE = (Assignment, LearningPath, AssignmentException)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Table -> rows, ready for JSON."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model, mine in (
        (AssignmentPerson, AssignmentPerson.person_id == person_id),
        (AssignmentException, AssignmentException.person_id == person_id),
        (Assignment, Assignment.made_by == person_id),
        (LearningPath, LearningPath.made_by == person_id),
    ):
        rows = db.session.execute(sa.select(model.__table__).where(mine)).mappings()
        found[model.__tablename__] = [
            {name: _plain(value) for name, value in row.items() if name != "made_by"} for row in rows
        ]
    for listed, above, key in (
        (AssignmentCourse, Assignment, AssignmentCourse.assignment_id == Assignment.id),
        (PathCourse, LearningPath, PathCourse.path_id == LearningPath.id),
    ):
        courses = sa.select(listed.__table__).join(above, key).where(above.made_by == person_id)
        found[listed.__tablename__] = [dict(row) for row in db.session.execute(courses).mappings()]
    return found


def forget(person_id: str) -> None:
    """Delete what is about the person; what they asked of others goes on without their name. Inside `writing()`."""
    silent = {"synchronize_session": False}
    for statement in (
        sa.delete(AssignmentPerson).where(AssignmentPerson.person_id == person_id),
        sa.delete(AssignmentException).where(AssignmentException.person_id == person_id),
        *(sa.update(model).where(model.made_by == person_id).values(made_by=None) for model in _MADE),
    ):
        db.session.execute(statement, execution_options=silent)
