"""Reads about people."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from lms.accounts.models import Installation, Person, SignInLink
from lms.accounts.rules import clean_email
from lms.foundation.clock import now
from lms.foundation.db import db
from lms.foundation.tokens import digest


def person_with_email(text: str) -> Person | None:
    """The person whose address is `text` in any spelling, or None."""
    email = clean_email(text)
    return db.session.scalar(sa.select(Person).where(Person.email == email)) if email else None


def person(person_id: str) -> Person | None:
    """The person with this id, or None."""
    return db.session.get(Person, person_id)


def names_of(person_ids: Collection[str]) -> dict[str, str]:
    """id -> name of these people."""
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}


def is_demo() -> bool:
    """Whether this installation is marked as a demonstration."""
    return bool(db.session.scalar(sa.select(Installation.demo)))


def is_marked() -> bool:
    """Whether it was decided what this installation is: a demonstration, or not."""
    return db.session.scalar(sa.select(Installation.id)) is not None


def anybody_there() -> bool:
    """Whether there is any person at all."""
    return db.session.scalar(sa.select(Person.id).limit(1)) is not None


def usable_link(token: str) -> tuple[SignInLink, Person] | None:
    """The link this token opens, if it is unused, in time, and its person active."""
    row = db.session.execute(
        sa.select(SignInLink, Person)
        .join(Person, Person.id == SignInLink.person_id)
        .where(
            SignInLink.token_digest == digest(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now(),
            Person.state == "active",
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def people_in_table() -> list[Row[Any]]:
    """(id, email, name, state, created_at) of everybody, by address: for the operator's command line."""
    return list(
        db.session.execute(
            sa.select(Person.id, Person.email, Person.name, Person.state, Person.created_at).order_by(Person.email)
        )
    )
