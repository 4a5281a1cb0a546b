"""Reads about mails."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.notifications.models import SentMail
from lms.spaces.models import Membership, Space

#: A page of a demonstration's mails shows this many.
SHOWN = 50


def has_left(key: str) -> bool:
    """Whether the mail of this cause was sent or kept already."""
    return db.session.scalar(sa.select(SentMail.id).where(SentMail.key == key)) is not None


def have_left(keys: Collection[str]) -> frozenset[str]:
    """Those of these causes whose mail was sent or kept already."""
    return frozenset(db.session.scalars(sa.select(SentMail.key).where(SentMail.key.in_(keys))))


def not_yet_asked(campaign_id: str) -> list[Row[Any]]:
    """(id, name, email, lang, demo, space id, territory id, role) of active members without a letter for this campaign.

    A person who belongs to several spaces is asked once, for the first of them by id.
    """
    statement: Any = (
        sa.select(
            Person.id, Person.name, Person.email, Person.lang, Person.demo, Space.id.label("space_id"), Space.territory_id,
            Membership.role,
        )
        .join(Membership, Membership.person_id == Person.id)
        .join(Space, Space.id == Membership.space_id)
        .outerjoin(SentMail, sa.and_(SentMail.person_id == Person.id, SentMail.key == survey_key(campaign_id, Person.id)))
        .where(Person.state == "active", SentMail.id.is_(None))
        .order_by(Person.id, Space.id)
    )  # fmt: skip
    first: dict[str, Row[Any]] = {}
    for row in db.session.execute(statement):
        first.setdefault(row.id, row)
    return list(first.values())


def survey_key(campaign_id: str, person_id: Any) -> Any:
    """What a survey letter is filed under: one per campaign and person. Takes a column for a person too."""
    return f"survey:{campaign_id}." + person_id


def kept_mails(to: str = "", limit: int = SHOWN) -> list[SentMail]:
    """The mails a demonstration keeps, newest first; with `to`, those to addresses that hold it, in any case."""
    kept = sa.select(SentMail).where(SentMail.state == "kept").order_by(SentMail.at.desc(), SentMail.id)
    if to:
        kept = kept.where(SentMail.address.icontains(to, autoescape=True))
    return list(db.session.scalars(kept.limit(limit)))
