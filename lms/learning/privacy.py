"""What learning knows about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.models import Answer, Attempt, Completion, Draft, Enrolment, Place, Plan, Walk

#: Tables whose rows belong to one person.
_OWN = (Enrolment, Place, Completion, Attempt, Draft, Walk, Plan)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything learning keeps about a person: table -> rows, ready for JSON."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model in _OWN:
        table = model.__table__
        rows = db.session.execute(sa.select(table).where(table.c.person_id == person_id)).mappings()
        found[model.__tablename__] = [
            {name: _plain(value) for name, value in row.items() if name != "enrolled_by"} for row in rows
        ]
    answers = db.session.execute(
        sa.select(Answer.__table__).join(Attempt, Attempt.id == Answer.attempt_id).where(Attempt.person_id == person_id)
    ).mappings()
    found["answer"] = [{name: _plain(value) for name, value in row.items()} for row in answers]
    return found


def forget(person_id: str) -> None:
    """Delete all of it, and the person's name from enrolments they made for others. Inside `writing()`."""
    attempts = sa.select(Attempt.id).where(Attempt.person_id == person_id)
    db.session.execute(sa.delete(Answer).where(Answer.attempt_id.in_(attempts)))
    for model in _OWN:
        db.session.execute(sa.delete(model).where(model.person_id == person_id))
    db.session.execute(sa.update(Enrolment).where(Enrolment.enrolled_by == person_id).values(enrolled_by=None))
