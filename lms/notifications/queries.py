"""Reads about mails."""

from __future__ import annotations

import sqlalchemy as sa

from lms.foundation.db import db
from lms.notifications.models import SentMail

#: A page of a demonstration's mails shows this many.
SHOWN = 50


def has_left(key: str) -> bool:
    """Whether the mail of this cause was sent or kept already."""
    return db.session.scalar(sa.select(SentMail.id).where(SentMail.key == key)) is not None


def kept_mails(limit: int = SHOWN) -> list[SentMail]:
    """The mails a demonstration keeps, newest first."""
    return list(
        db.session.scalars(
            sa.select(SentMail).where(SentMail.state == "kept").order_by(SentMail.at.desc(), SentMail.id).limit(limit)
        )
    )
