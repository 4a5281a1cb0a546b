"""What this room holds about a person: that mails were sent to them, and in a demonstration the mails."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.notifications.models import SentMail


def _theirs(person_id: str) -> sa.ColumnElement[bool]:
    address = sa.select(Person.email).where(Person.id == person_id).scalar_subquery()
    return sa.or_(SentMail.person_id == person_id, SentMail.address == address)


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Table -> rows, ready for JSON."""
    rows = db.session.scalars(sa.select(SentMail).where(_theirs(person_id)).order_by(SentMail.at))
    return {
        "sent_mail": [
            {
                "kind": row.kind,
                "address": row.address,
                "subject": row.subject,
                "body": row.body,
                "at": row.at.isoformat(),
            }
            for row in rows
        ]
    }


def forget(person_id: str) -> None:
    """Delete it. Before `accounts.privacy.forget`, which deletes the address. Inside `writing()`."""
    db.session.execute(sa.delete(SentMail).where(_theirs(person_id)), execution_options={"synchronize_session": False})
