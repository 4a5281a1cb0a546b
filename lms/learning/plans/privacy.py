"""What practice notes know about a person: to give it to them, and to forget it. (Plans are told by learning itself.)"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.plans.models import PracticeNote


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """What they gave on: table -> rows, ready for JSON."""
    rows = db.session.execute(sa.select(PracticeNote.__table__).where(PracticeNote.person_id == person_id)).mappings()
    return {
        "practice_note": [
            {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
            for row in rows
        ]
    }


def forget(person_id: str) -> None:
    """Delete it: nobody reads it any more. Inside `writing()`."""
    db.session.execute(sa.delete(PracticeNote).where(PracticeNote.person_id == person_id))
