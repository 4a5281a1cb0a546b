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


def people(space_id: str, page: int) -> tuple[list[Row[Any]], int]:
    """(id, name, email, role, since) of the active people on page `page` (from 0), and how many there are. Two queries."""
    there = (Membership.space_id == space_id, Person.state == "active")
    count = sa.select(sa.func.count()).select_from(Membership).join(Person, Person.id == Membership.person_id)
    rank = sa.case((Membership.role == "manager", 0), (Membership.role == "deputy", 1), else_=2)
    rows: Any = db.session.execute(
        sa.select(Person.id, Person.name, Person.email, Membership.role, Membership.since)
        .join(Membership, Membership.person_id == Person.id)
        .where(*there)
        .order_by(rank, sa.func.lower(Person.name), Person.id)
        .limit(PAGE)
        .offset(page * PAGE)
    )
    return list(rows), db.session.scalar(count.where(*there)) or 0
