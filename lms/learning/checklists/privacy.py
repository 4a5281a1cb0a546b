"""What checklists know about a person: the lines they ticked."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.checklists.models import Tick


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept here about a person: table -> rows, ready for JSON."""
    table = Tick.__table__
    rows = db.session.execute(sa.select(table).where(table.c.person_id == person_id)).mappings()
    return {"tick": [dict(row) for row in rows]}


def forget(person_id: str) -> None:
    """Delete the ticks of a person. Inside `writing()`."""
    db.session.execute(sa.delete(Tick).where(Tick.person_id == person_id))
