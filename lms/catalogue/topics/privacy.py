"""What topics know about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.catalogue.topics.models import Topic
from lms.foundation.db import db


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """What they proposed: table -> rows, ready for JSON."""
    rows = db.session.scalars(
        sa.select(Topic).where(Topic.person_id == person_id).order_by(Topic.proposed_at, Topic.id)
    )
    return {
        "topic": [
            {
                "id": row.id,
                "text": row.text,
                "lang": row.lang,
                "proposed_at": row.proposed_at.isoformat(),
                "handled_at": row.handled_at.isoformat() if row.handled_at else None,
            }
            for row in rows
        ]
    }


def forget(person_id: str) -> None:
    """Delete it. Inside `writing()`."""
    db.session.execute(sa.delete(Topic).where(Topic.person_id == person_id))
