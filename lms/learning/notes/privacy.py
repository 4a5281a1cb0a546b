"""What notes know about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.notes.models import Note


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Their notes, with the texts before: table -> rows, ready for JSON."""
    rows = db.session.execute(sa.select(Note.__table__).where(Note.person_id == person_id)).mappings()
    return {
        "note": [
            {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
            for row in rows
        ]
    }


def forget(person_id: str) -> None:
    """Delete them. Inside `writing()`."""
    db.session.execute(sa.delete(Note).where(Note.person_id == person_id))
