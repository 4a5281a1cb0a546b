"""What coming back knows about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.reviews.models import Review


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """The queue with its last answers: table -> rows, ready for JSON."""
    rows = db.session.execute(sa.select(Review.__table__).where(Review.person_id == person_id)).mappings()
    return {
        "review": [
            {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
            for row in rows
        ]
    }


def forget(person_id: str) -> None:
    """Delete it. Inside `writing()`."""
    db.session.execute(sa.delete(Review).where(Review.person_id == person_id))
