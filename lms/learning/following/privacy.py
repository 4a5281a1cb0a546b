"""What following knows about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.following.models import NoReminders, Reminder, TableOnItsWay, TeamReport


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """The reminders they got, the reports and the silence they asked for, a table on its way: table -> rows, ready for JSON."""
    found = {}
    for model in (Reminder, TeamReport, NoReminders, TableOnItsWay):
        table: sa.Table = model.__table__  # type: ignore[assignment]
        rows = db.session.execute(sa.select(table).where(table.c.person_id == person_id)).mappings()
        found[table.name] = [
            {
                name: value.isoformat() if hasattr(value, "isoformat") else value
                for name, value in row.items()
                if name != "reminded_by"
            }
            for row in rows
        ]
    return found


def forget(person_id: str) -> None:
    """Delete it, and the person's name from the reminders they sent. Inside `writing()`."""
    db.session.execute(sa.update(Reminder).where(Reminder.reminded_by == person_id).values(reminded_by=None))
    for model in (Reminder, TeamReport, NoReminders, TableOnItsWay):
        db.session.execute(sa.delete(model).where(model.person_id == person_id))
