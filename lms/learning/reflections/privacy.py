"""What reflections keep about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.privacy import deleted, given, rows_of
from lms.learning.reflections.models import Reflection, ReflectionText


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Every text of a person, the former ones too: table -> rows, ready for JSON."""
    texts = sa.select(ReflectionText.__table__).join(Reflection, Reflection.id == ReflectionText.reflection_id)
    return {
        **given(person_id, Reflection),
        "reflection_text": rows_of(texts.where(Reflection.person_id == person_id)),
    }


def forget(person_id: str) -> None:
    """Delete all of it. Inside `writing()`."""
    mine = sa.select(Reflection.id).where(Reflection.person_id == person_id)
    db.session.execute(sa.delete(ReflectionText).where(ReflectionText.reflection_id.in_(mine)))
    deleted(person_id, Reflection)
