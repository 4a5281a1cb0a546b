"""What remarks know about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.remarks.models import Remark


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """What they said and what was answered: table -> rows, ready for JSON."""
    rows = db.session.execute(sa.select(Remark.__table__).where(Remark.person_id == person_id)).mappings()
    return {
        "remark": [
            {
                name: value.isoformat() if hasattr(value, "isoformat") else value
                for name, value in row.items()
                if name not in ("answered_by", "digest")
            }
            for row in rows
        ]
    }


def forget(person_id: str) -> None:
    """Delete them, and the person's name from answers they gave. Inside `writing()`."""
    db.session.execute(sa.delete(Remark).where(Remark.person_id == person_id))
    db.session.execute(sa.update(Remark).where(Remark.answered_by == person_id).values(answered_by=None))
