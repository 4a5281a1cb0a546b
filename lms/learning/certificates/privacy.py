"""What certificates know about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.certificates.models import Certificate


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept here about a person: table -> rows, ready for JSON."""
    rows = db.session.execute(
        sa.select(Certificate.__table__).where(Certificate.__table__.c.person_id == person_id)
    ).mappings()
    return {
        "certificate": [
            {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
            for row in rows
        ]
    }


def forget(person_id: str) -> None:
    """Delete the certificates of a person: their codes then lead nowhere. Inside `writing()`."""
    db.session.execute(sa.delete(Certificate).where(Certificate.person_id == person_id))
