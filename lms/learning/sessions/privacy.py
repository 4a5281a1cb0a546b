"""What sessions know about a person: their seats, and where they were."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.privacy import deleted, given
from lms.learning.sessions import service
from lms.learning.sessions.models import Presence, Seat


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept here about a person: table -> rows, ready for JSON."""
    return given(person_id, Seat, Presence, without=("noted_by",))


def forget(person_id: str) -> None:
    """Give their seats to those who wait, delete where they were, and their name from what they noted of others. Inside
    `writing()`.
    """
    service.leave(person_id)
    deleted(person_id, Presence)
    db.session.execute(sa.update(Presence).where(Presence.noted_by == person_id).values(noted_by=None))
