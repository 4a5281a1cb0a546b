"""Reads for rosters: whose the addresses of a list are, and which of them were invited lately."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from itertools import islice

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation.clock import now
from lms.foundation.db import db
from lms.spaces.models import Invitation, Membership
from lms.spaces.roster.rules import Known

#: So many addresses are asked about in one statement.
AT_ONCE = 1000
#: An address gets no more invitations into one space than this in a day, however often lists are brought and undone.
INVITED_MOST = 3


def parts(values: Collection[str]) -> Iterator[list[str]]:
    """`values` in their order, `AT_ONCE` at a time."""
    left = iter(sorted(values))
    while part := list(islice(left, AT_ONCE)):
        yield part


def people_with(addresses: Collection[str], space_id: str) -> dict[str, Known]:
    """Address -> whose it is. Who coordinates or writes courses and belongs to no space belongs nowhere else. Addresses in the
    form they are kept in; a fixed number of statements for each thousand.
    """
    here = (
        sa.select(Membership.person_id)
        .where(Membership.person_id == Person.id, Membership.space_id == space_id)
        .correlate(Person)
        .exists()
    )
    other = (
        sa.select(Membership.person_id)
        .where(Membership.person_id == Person.id, Membership.space_id != space_id)
        .correlate(Person)
        .exists()
    )
    found: dict[str, Known] = {}
    for part in parts(addresses):
        rows = db.session.execute(
            sa.select(Person.email, Person.id, Person.state, here.label("here"), other.label("elsewhere")).where(
                Person.email.in_(part)
            )
        )
        for row in rows:
            found[row.email] = Known(row.id, row.state == "active", bool(row.here), bool(row.elsewhere))
    return found


def not_to_invite(addresses: Sequence[str], space_id: str) -> set[str]:
    """Those of `addresses` that have an invitation into this space which still waits, or had `INVITED_MOST` in a day."""
    moment = now()
    held: set[str] = set()
    for part in parts(addresses):
        rows = db.session.execute(
            sa.select(
                Invitation.email,
                sa.func.count().label("sent"),
                sa.func.max(Invitation.expires_at).filter(Invitation.used_at.is_(None)).label("until"),
            )
            .where(
                Invitation.space_id == space_id, Invitation.email.in_(part),
                sa.or_(Invitation.created_at > moment - timedelta(days=1), Invitation.expires_at > moment),
            )
            .group_by(Invitation.email)
        )  # fmt: skip
        for row in rows:
            if row.sent >= INVITED_MOST or (row.until is not None and row.until > moment):
                held.add(row.email)
    return held
