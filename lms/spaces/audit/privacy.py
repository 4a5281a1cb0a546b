"""What the audit holds about a person: what they changed, and what was changed about them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.spaces.audit.models import AuditEntry


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Table -> rows, ready for JSON. Of entries that others wrote about them, not by whom: that is the other's."""
    rows = db.session.scalars(
        sa.select(AuditEntry)
        .where(sa.or_(AuditEntry.actor_id == person_id, AuditEntry.person_id == person_id))
        .order_by(AuditEntry.at, AuditEntry.id)
    )
    return {
        "audit_entry": [
            {
                "at": row.at.isoformat(),
                "by_me": row.actor_id == person_id,
                "about_me": row.person_id == person_id,
                "what": row.what,
                "space": row.space_id,
                "subject": row.subject,
                "before": row.before,
                "after": row.after,
            }
            for row in rows
        ]
    }


def forget(person_id: str) -> None:
    """Keep what happened, without them. Inside `writing()`."""
    silent = {"synchronize_session": False}
    for column in (AuditEntry.actor_id, AuditEntry.person_id):
        db.session.execute(
            sa.update(AuditEntry).where(column == person_id).values({column: None}), execution_options=silent
        )
