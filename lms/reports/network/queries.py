"""Reads of the table of spaces. The same number of queries for any number of spaces and people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from lms.accounts.models import Person
from lms.foundation.clock import local, now
from lms.foundation.db import Moment, read
from lms.foundation.i18n import by_name, pick
from lms.learning.models import Place
from lms.priorities.queries import groups_of
from lms.reports.network.rules import Line
from lms.spaces.models import Invitation, Membership, Space, Territory
from lms.spaces.queries import all_spaces
from lms.survey.queries import asked_in, newest_campaign, shown_campaign

#: Who did something within this time is active.
ACTIVE = timedelta(days=30)

#: When each person went on last: read in the order of the key, without a look at anything else.
_WENT_ON = sa.select(Place.person_id, sa.func.max(Place.at).label("at")).group_by(Place.person_id).subquery()
#: Everything that is counted, in one pass: no table is asked once for each person.
_COUNTS = (
    sa.select(
        Membership.space_id,
        sa.func.count().label("people"),
        sa.func.sum(sa.case((_WENT_ON.c.at >= sa.bindparam("since", type_=Moment), 1), else_=0)).label("active"),
        sa.func.max(_WENT_ON.c.at, type_=Moment).label("last"),
    )
    .outerjoin(_WENT_ON, _WENT_ON.c.person_id == Membership.person_id)
    .where(Membership.person_id.not_in(sa.select(Person.id).where(Person.state != "active")))
    .group_by(Membership.space_id)
)
_MANAGERS = (
    sa.select(Membership.space_id, Person.name)
    .join(Person, Person.id == Membership.person_id)
    .where(Membership.role == "manager", Person.state == "active")
)
_INVITED = (
    sa.select(Invitation.space_id, sa.func.count().label("waiting"))
    .where(Invitation.role == "manager", Invitation.used_at.is_(None), Invitation.expires_at > sa.bindparam("now"))
    .group_by(Invitation.space_id)
)


def lines() -> list[Line]:
    """Every space that is not archived, with its counts."""
    counts = {row.space_id: row for row in read(_COUNTS, since=now() - ACTIVE)}
    managers: dict[str, list[str]] = defaultdict(list)
    for row in read(_MANAGERS):
        managers[row.space_id].append(row.name)
    invited = {row.space_id: row.waiting for row in read(_INVITED, now=now())}
    places = all_spaces()
    needs = _first_needs(places)
    found = []
    for space, territory in places:
        if space.archived_at is not None:
            continue
        count = counts.get(space.id)
        own = needs.get(("space", space.id), "")
        found.append(
            Line(
                space.id, space.name, space.place, territory.id, territory.name, territory.country,
                count.people if count else 0, count.active if count else 0, own or needs.get(("territory", territory.id), ""),
                not own, tuple(sorted(managers[space.id], key=by_name)), invited.get(space.id, 0),
                _monday(count.last) if count and count.last else None,
            )
        )  # fmt: skip
    return found


def archived() -> list[Row[Any]]:
    """(id, name, place) of the archived spaces, by name."""
    rows: Any = read(sa.select(Space.id, Space.name, Space.place).where(Space.archived_at.is_not(None)))
    return sorted(rows, key=lambda row: (by_name(row.name), row.id))


def _monday(moment: datetime) -> date:
    """The week of a moment, and not its hour."""
    day = local(moment).date()
    return day - timedelta(days=day.weekday())


def _first_needs(places: Sequence[Row[Space, Territory]]) -> dict[tuple[str, str], str]:
    """("space" or "territory", id) -> the domain with the largest gap among the figures that may be shown of it."""
    shown = shown_campaign(newest_campaign())
    if shown is None:
        return {}
    asked = asked_in(shown)
    found: dict[tuple[str, str], str] = {}
    for above in groups_of(shown, places):
        for kind, row in (("territory", above), *(("space", below) for below in above.below)):
            if row.group is not None and not row.is_hidden:
                gaps = row.group.domains
                first = max(sorted(gaps), key=lambda name: gaps[name])
                if gaps[first] > 0:
                    found[kind, row.key] = pick(dict(asked.domains[first]))
    return found
