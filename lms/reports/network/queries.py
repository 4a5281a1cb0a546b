"""Reads of the table of spaces. The same number of queries for any number of spaces and people."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation.clock import local, now
from lms.foundation.db import db, read
from lms.foundation.i18n import by_name, pick
from lms.learning.models import Completion, Place
from lms.priorities.queries import groups_of
from lms.reports.network.rules import Line
from lms.spaces.models import Invitation, Membership
from lms.spaces.queries import all_spaces, people_by_space
from lms.survey.queries import instrument_of, newest_campaign

#: Who did something within this time is active.
ACTIVE = timedelta(days=30)

_LATELY = (
    sa.select(Place.person_id)
    .where(Place.at >= sa.bindparam("since"))
    .union(sa.select(Completion.person_id).where(Completion.done_at >= sa.bindparam("since")))
    .subquery()
)
_ACTIVE = (
    sa.select(Membership.space_id, sa.func.count().label("people"))
    .join(_LATELY, _LATELY.c.person_id == Membership.person_id)
    .join(Person, Person.id == Membership.person_id)
    .where(Person.state == "active")
    .group_by(Membership.space_id)
)
_LAST = (
    sa.select(Membership.space_id, sa.func.max(Place.at).label("at"))
    .join(Place, Place.person_id == Membership.person_id)
    .join(Person, Person.id == Membership.person_id)
    .where(Person.state == "active")
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
    people = people_by_space()
    active = {row.space_id: row.people for row in read(_ACTIVE, since=now() - ACTIVE)}
    last: dict[str, date] = {}
    for space_id, at in db.session.execute(_LAST):
        day = local(at).date()
        last[space_id] = day - timedelta(days=day.weekday())  # the week, not the hour
    managers: dict[str, list[str]] = defaultdict(list)
    for row in read(_MANAGERS):
        managers[row.space_id].append(row.name)
    invited = {row.space_id: row.waiting for row in read(_INVITED, now=now())}
    needs = _first_needs()
    found = []
    for space, territory in all_spaces():
        if space.archived_at is not None:
            continue
        own = needs.get(("space", space.id), "")
        found.append(
            Line(
                space.id, space.name, space.place, territory.id, territory.name, territory.country,
                people.get(space.id, 0), active.get(space.id, 0), own or needs.get(("territory", territory.id), ""),
                not own, tuple(sorted(managers[space.id], key=by_name)), invited.get(space.id, 0), last.get(space.id),
            )
        )  # fmt: skip
    return found


def _first_needs() -> dict[tuple[str, str], str]:
    """("space" or "territory", id) -> the domain with the largest gap among the figures that may be shown of it."""
    newest = newest_campaign()
    shown = newest_campaign(least=newest.k) if newest else None
    asked: Any = instrument_of(shown.id) if shown else None
    if shown is None or asked is None:
        return {}
    found: dict[tuple[str, str], str] = {}
    for above in groups_of(shown.id):
        for kind, row in (("territory", above), *(("space", below) for below in above.below)):
            if row.group is not None and not row.is_hidden:
                gaps = row.group.domains
                first = max(sorted(gaps), key=lambda name: gaps[name])
                if gaps[first] > 0:
                    found[kind, row.key] = pick(dict(asked.domains[first]))
    return found
