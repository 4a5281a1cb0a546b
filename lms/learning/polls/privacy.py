"""What polls know about a person: that they voted, and what they chose where names are shown."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.polls.models import PollVoter


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept here about a person: table -> rows, ready for JSON."""
    table = PollVoter.__table__
    rows = db.session.execute(sa.select(table).where(table.c.person_id == person_id)).mappings()
    return {"voter": [dict(row) for row in rows]}


def forget(person_id: str) -> None:
    """Delete that they voted; their vote stays counted and leads to nobody. Inside `writing()`."""
    db.session.execute(sa.delete(PollVoter).where(PollVoter.person_id == person_id))
