"""What joining holds about a person: which spaces asked them to come, and what they answered."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.spaces.joining.models import ScreenCode, Transfer


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Table -> rows, ready for JSON. Questions they put to others are told without the other person."""
    asked = db.session.scalars(
        sa.select(Transfer).where(sa.or_(Transfer.person_id == person_id, Transfer.asked_by == person_id))
    )
    codes = db.session.scalars(sa.select(ScreenCode).where(ScreenCode.made_by == person_id))
    found: dict[str, list[dict[str, Any]]] = {
        "transfer": [
            {
                "sent": row.asked_by == person_id, "space": row.space_id, "state": row.state, "asked_at": row.asked_at,
                "expires_at": row.expires_at, "answered_at": row.answered_at,
            }
            for row in asked
        ],
        "screen_code": [
            {"space": row.space_id, "code": row.code, "made_at": row.made_at, "expires_at": row.expires_at} for row in codes
        ],
    }  # fmt: skip
    return {
        table: [{name: _plain(value) for name, value in row.items()} for row in rows] for table, rows in found.items()
    }


def forget(person_id: str) -> None:
    """Delete what was asked of them; what they asked of others, and the code they made, end. Inside `writing()`."""
    silent = {"synchronize_session": False}
    for statement in (
        sa.delete(Transfer).where(Transfer.person_id == person_id),
        # A question whose asker is unknown would pass for the operator's: it ends with them.
        sa.delete(Transfer).where(Transfer.asked_by == person_id, Transfer.state == "asked"),
        sa.update(Transfer).where(Transfer.asked_by == person_id).values(asked_by=None),
        sa.delete(ScreenCode).where(ScreenCode.made_by == person_id),
    ):
        db.session.execute(statement, execution_options=silent)
