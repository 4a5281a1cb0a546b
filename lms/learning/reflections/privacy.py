"""What reflections keep about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.reflections.models import Reflection, ReflectionText


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Every text of a person, the former ones too: table -> rows, ready for JSON."""
    pages = sa.select(Reflection.__table__).where(Reflection.person_id == person_id)
    texts = (
        sa.select(ReflectionText.__table__)
        .join(Reflection, Reflection.id == ReflectionText.reflection_id)
        .where(Reflection.person_id == person_id)
    )
    return {
        name: [{column: _plain(value) for column, value in row.items()} for row in db.session.execute(found).mappings()]
        for name, found in (("reflection", pages), ("reflection_text", texts))
    }


def forget(person_id: str) -> None:
    """Delete all of it. Inside `writing()`."""
    mine = sa.select(Reflection.id).where(Reflection.person_id == person_id)
    db.session.execute(sa.delete(ReflectionText).where(ReflectionText.reflection_id.in_(mine)))
    db.session.execute(sa.delete(Reflection).where(Reflection.person_id == person_id))
