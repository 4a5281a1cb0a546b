"""What changes the personal calendar: making and ending its address, keeping what stands there up to date.

Inside the caller's `writing()`.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from lms.foundation.clock import now
from lms.foundation.db import db, upsert
from lms.foundation.tokens import digest, mint
from lms.learning.calendar import queries, rules
from lms.learning.calendar.models import CalendarEntry, CalendarFeed
from lms.learning.calendar.rules import Change, Wanted


def make(person_id: str, wanted: Mapping[str, Wanted], *, details: bool) -> str:
    """Give a person's calendar a new secret address, with what is `wanted` there (`queries.wanted_for`, read before the
    transaction: it is slow); a former one leads nowhere from now on. Gives the secret, once.
    """
    token = mint()
    row = {"person_id": person_id, "token_digest": digest(token), "details": details, "made_at": now()}
    upsert(CalendarFeed, [row], key=["person_id"], update=["token_digest", "details", "made_at"])
    follow({person_id: wanted})
    return token


def keep_details(person_id: str, wanted: Mapping[str, Wanted], *, details: bool) -> None:
    """Tell plans in the person's own words, or call them all "My plan"; `wanted` as in `make`. Nothing happens without an
    address.
    """
    db.session.execute(sa.update(CalendarFeed).where(CalendarFeed.person_id == person_id).values(details=details))
    follow({person_id: wanted})


def stop(person_id: str) -> None:
    """End the secret address of a person, and forget what stood there."""
    db.session.execute(sa.delete(CalendarEntry).where(CalendarEntry.person_id == person_id))
    db.session.execute(sa.delete(CalendarFeed).where(CalendarFeed.person_id == person_id))


def follow(wanted: Mapping[str, Mapping[str, Wanted]]) -> None:
    """Have exactly `wanted` (person -> key -> event) stand at the addresses of these people, of those who still have one.

    Writes what has changed and nothing else.
    """
    there = db.session.scalars(sa.select(CalendarFeed.person_id).where(CalendarFeed.person_id.in_(wanted))).all()
    told = queries.told_to(there)
    for person_id in there:
        for change in rules.changes(told.get(person_id, {}), wanted[person_id], now()):
            _write(person_id, change)


def _write(person_id: str, change: Change) -> None:
    one = change.wanted
    if one is None:
        db.session.execute(
            sa.delete(CalendarEntry).where(CalendarEntry.person_id == person_id, CalendarEntry.key == change.key)
        )
        return
    moment = now()
    row = {
        "person_id": person_id, "key": change.key, "day": one.day, "starts_at": one.starts_at, "minutes": one.minutes,
        "title": one.title, "text": one.text, "link": one.link, "sequence": change.sequence, "changed_at": moment,
        "cancelled_at": moment if change.cancelled else None,
    }  # fmt: skip
    kept = [name for name in row if name not in ("person_id", "key")]
    upsert(CalendarEntry, [row], key=["person_id", "key"], update=kept)
