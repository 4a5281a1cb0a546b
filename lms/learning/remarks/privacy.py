"""What remarks know about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.privacy import deleted, given
from lms.learning.remarks.models import Remark


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """What they said and what was answered: table -> rows, ready for JSON."""
    return given(person_id, Remark, without=("answered_by", "digest"))


def forget(person_id: str) -> None:
    """Delete them, and the person's name from answers they gave. Inside `writing()`."""
    deleted(person_id, Remark)
    db.session.execute(sa.update(Remark).where(Remark.answered_by == person_id).values(answered_by=None))
