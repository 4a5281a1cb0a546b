"""What this room holds about a person: until when what they finished is valid, and that they renewed it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.renewals.models import Renewal


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Table -> rows, ready for JSON."""
    rows = db.session.execute(sa.select(Renewal.__table__).where(Renewal.person_id == person_id)).mappings()
    return {
        "renewal": [
            {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
            for row in rows
        ]
    }


def forget(person_id: str) -> None:
    """Delete it. Inside `writing()`."""
    db.session.execute(
        sa.delete(Renewal).where(Renewal.person_id == person_id), execution_options={"synchronize_session": False}
    )
