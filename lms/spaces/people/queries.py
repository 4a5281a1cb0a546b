"""Reads of a space's people: those who run it first, then everybody by name, page by page."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.spaces.models import Membership

#: People on one page.
PAGE = 50


def people(space_id: str, page: int, *, awaited: bool = False) -> tuple[list[Row[Any]], int]:
    """(id, name, email, role, since, awaited_since) of the active people on page `page` (from 0), or only of those who are
    awaited, longest first; and how many there are. Two queries.
    """
    there = [Membership.space_id == space_id, Person.state == "active"]
    rank = sa.case((Membership.role == "manager", 0), (Membership.role == "deputy", 1), else_=2)
    order: tuple[Any, ...] = (rank, Person.sort)
    if awaited:
        there.append(Person.awaited_since.is_not(None))
        order = (Person.awaited_since,)
    rows: Any = db.session.execute(
        sa.select(Person.id, Person.name, Person.email, Membership.role, Membership.since, Person.awaited_since)
        .join(Membership, Membership.person_id == Person.id)
        .where(*there)
        .order_by(*order, Person.id)
        .limit(PAGE)
        .offset(page * PAGE)
    )
    return list(rows), _count(*there)


def awaited_in(space_id: str) -> int:
    """How many people of a space have been invited and have not come yet."""
    return _count(Membership.space_id == space_id, Person.state == "active", Person.awaited_since.is_not(None))


def _count(*there: sa.ColumnElement[bool]) -> int:
    count = sa.select(sa.func.count()).select_from(Membership).join(Person, Person.id == Membership.person_id)
    return db.session.scalar(count.where(*there)) or 0
