"""What sessions know about a person: their seats, and where they were."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.sessions import service
from lms.learning.sessions.models import Presence, Seat


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept here about a person: table -> rows, ready for JSON."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model in (Seat, Presence):
        table = model.__table__
        rows = db.session.execute(sa.select(table).where(table.c.person_id == person_id)).mappings()
        found[model.__tablename__] = [
            {
                name: value.isoformat() if hasattr(value, "isoformat") else value
                for name, value in row.items()
                if name != "noted_by"
            }
            for row in rows
        ]
    return found


def forget(person_id: str) -> None:
    """Give their seats to those who wait, delete where they were, and their name from what they noted of others. Inside
    `writing()`.
    """
    service.leave(person_id)
    db.session.execute(sa.delete(Presence).where(Presence.person_id == person_id))
    db.session.execute(sa.update(Presence).where(Presence.noted_by == person_id).values(noted_by=None))
