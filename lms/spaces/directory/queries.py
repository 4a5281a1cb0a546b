"""Reads of the directory: the list of spaces, the portrait of one, the people who chose to be seen."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from lms.accounts.models import Person
from lms.foundation.db import db, read
from lms.foundation.i18n import by_name
from lms.spaces.directory.rules import Card, shown_to
from lms.spaces.models import Membership, Space, Territory

_CARDS = (
    sa.select(
        Space.id, Space.name, Space.place, Space.territory_id, Territory.name.label("territory"), Territory.country, Space.lang,
        Space.languages, Space.theme, Space.good_at, Space.desks,
    )
    .join(Territory, Territory.id == Space.territory_id)
    .where(Space.archived_at.is_(None))
)  # fmt: skip


def cards() -> list[Card]:
    """Every space that is not archived, by territory and name. One query."""
    found = [
        Card(
            row.id, row.name, row.place, row.territory_id, row.territory, row.country, row.lang,
            tuple(row.languages.split() or [row.lang]), row.theme, row.good_at, row.desks,
        )
        for row in read(_CARDS)
    ]  # fmt: skip
    return sorted(found, key=lambda card: (by_name(card.territory_name), by_name(card.name), card.id))


def portrait(space_id: str) -> Row[Space, Territory] | None:
    """(Space, Territory) of this space, archived or not."""
    return db.session.execute(
        sa.select(Space, Territory).join(Territory, Territory.id == Space.territory_id).where(Space.id == space_id)
    ).first()


def people_seen(space_id: str, *, signed_in: bool) -> list[Row[Any]]:
    """(id, name, role) of the people of a space who chose to be seen by this reader; who runs it first."""
    rank = sa.case((Membership.role == "manager", 0), (Membership.role == "deputy", 1), else_=2)
    rows: Any = db.session.execute(
        sa.select(Person.id, Person.name, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.space_id == space_id, Membership.seen.in_(shown_to(signed_in)), Person.state == "active"
        )
        .order_by(rank, Person.sort, Person.id)
        .limit(200)
    )  # fmt: skip
    return list(rows)


def my_choice(person_id: str, space_id: str) -> str | None:
    """To whom this person shows that they belong to the space; None where they do not."""
    return db.session.scalar(
        sa.select(Membership.seen).where(Membership.person_id == person_id, Membership.space_id == space_id)
    )


def territory(territory_id: str) -> Territory | None:
    """The territory with this id, or None."""
    return db.session.get(Territory, territory_id)


def spaces_of_territories() -> dict[str, int]:
    """Territory id -> how many spaces lie in it."""
    rows = db.session.execute(sa.select(Space.territory_id, sa.func.count()).group_by(Space.territory_id))
    return {territory_id: count for territory_id, count in rows}
