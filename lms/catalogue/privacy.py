"""What the catalogue knows about a person: which offers they pinned, as a coordinator."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.catalogue.models import Offer
from lms.foundation.db import db


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """The offers a person pinned: table -> rows, ready for JSON."""
    rows = db.session.execute(
        sa.select(Offer.course_id, Offer.pin, Offer.updated_at).where(Offer.pinned_by == person_id)
    )
    return {"offer": [{"course_id": course, "pin": pin, "updated_at": at.isoformat()} for course, pin, at in rows]}


def forget(person_id: str) -> None:
    """Take the person's name from the offers they pinned; the places stay. Inside `writing()`."""
    db.session.execute(sa.update(Offer).where(Offer.pinned_by == person_id).values(pinned_by=None))
