"""What the personal calendar knows about a person: that it has an address, and what stands there."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.calendar import service
from lms.learning.calendar.models import CalendarEntry, CalendarFeed


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept here about a person: table -> rows, ready for JSON. The digest of the secret stays here."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model in (CalendarFeed, CalendarEntry):
        table = model.__table__
        rows = db.session.execute(sa.select(table).where(table.c.person_id == person_id)).mappings()
        found[model.__tablename__] = [
            {
                name: value.isoformat() if hasattr(value, "isoformat") else value
                for name, value in row.items()
                if name != "token_digest"
            }
            for row in rows
        ]
    return found


def forget(person_id: str) -> None:
    """End the address and forget what stood there. Inside `writing()`."""
    service.stop(person_id)
