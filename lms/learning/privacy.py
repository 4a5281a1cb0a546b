"""What learning knows about a person: to give it to them, and to forget it. Its sub-rooms do so with the same helpers."""

from __future__ import annotations

import base64
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from lms.foundation.db import Base, db
from lms.learning.models import Answer, Attempt, Completion, Draft, Enrolment, Place, Plan, Walk

#: Tables whose rows belong to one person.
_OWN = (Enrolment, Place, Completion, Attempt, Draft, Walk, Plan)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if hasattr(value, "isoformat") else value


def rows_of(statement: sa.Select[Any], *, without: Collection[str] = ()) -> list[dict[str, Any]]:
    """The rows of `statement`, ready for JSON (files as base64), without the columns `without`."""
    return [
        {name: _plain(value) for name, value in row.items() if name not in without}
        for row in db.session.execute(statement).mappings()
    ]


def given(person_id: str, *models: type[Base], without: Collection[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """What tables hold that belong to one person (in their column `person_id`): table -> rows, ready for JSON."""
    tables = [model.__table__ for model in models]
    return {
        model.__tablename__: rows_of(sa.select(table).where(table.c.person_id == person_id), without=without)
        for model, table in zip(models, tables, strict=True)
    }


def deleted(person_id: str, *models: type[Base]) -> None:
    """Delete what tables hold that belong to one person. Inside `writing()`."""
    for model in models:
        db.session.execute(sa.delete(model).where(model.__table__.c.person_id == person_id))


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything learning keeps about a person: table -> rows, ready for JSON."""
    answers = sa.select(Answer.__table__).join(Attempt, Attempt.id == Answer.attempt_id)
    return {
        **given(person_id, *_OWN, without=("enrolled_by",)),
        "answer": rows_of(answers.where(Attempt.person_id == person_id)),
    }


def forget(person_id: str) -> None:
    """Delete all of it, and the person's name from enrolments they made for others. Inside `writing()`."""
    attempts = sa.select(Attempt.id).where(Attempt.person_id == person_id)
    db.session.execute(sa.delete(Answer).where(Answer.attempt_id.in_(attempts)))
    deleted(person_id, *_OWN)
    db.session.execute(sa.update(Enrolment).where(Enrolment.enrolled_by == person_id).values(enrolled_by=None))
