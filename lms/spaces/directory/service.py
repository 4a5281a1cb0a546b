"""What changes the directory: portraits edited, spaces and territories made, spaces archived, people showing themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from lms.foundation.clock import now
from lms.foundation.db import db
from lms.foundation.errors import NotFound
from lms.spaces.audit.service import note
from lms.spaces.directory.rules import slug
from lms.spaces.models import Invitation, Membership, Space, Territory
from lms.spaces.service import hold_right

#: What those who run a space say about it, and what the coordinator decides besides.
PORTRAIT = ("languages", "desks", "theme", "good_at", "about")
FRAME = ("name", "place", "territory_id", "lang", "zone")


def describe(space_id: str, values: Mapping[str, Any], *, by: str, wide: bool) -> list[str]:
    """Keep the portrait of a space; with `wide` (the coordinator) its frame too. One entry of the audit for each change.

    Gives the names of what changed. Raises `NotFound` and `Forbidden` as `hold_right`.
    """
    hold_right(by, "network" if wide else "team", None if wide else space_id)
    row = db.session.get(Space, space_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    allowed = (*FRAME, *PORTRAIT) if wide else PORTRAIT
    changed = [name for name in allowed if name in values and values[name] != getattr(row, name)]
    for name in changed:
        before, after = str(getattr(row, name)), str(values[name])
        setattr(row, name, values[name])
        note(by=by, what="space_changed", space_id=space_id, subject=f"field.{name}", before=before, after=after)
    return changed


def make_space(values: Mapping[str, Any], *, by: str) -> str:
    """A new space; its id comes from its name and place. Gives it. Sent twice, the same space is made once.

    Raises `Forbidden` for who does not coordinate the network, `NotFound` for a territory that is none.
    """
    hold_right(by, "network")
    if db.session.get(Territory, values["territory_id"], with_for_update=True) is None:
        raise NotFound()
    same = sa.select(Space.id).where(
        *(getattr(Space, name) == values[name] for name in ("name", "place", "territory_id"))
    )
    known = db.session.scalar(same.limit(1))
    if known is not None:
        return known
    made = Space(
        id=slug(f"{values['name']} {values['place']}", _taken), latitude=None, longitude=None,
        **{name: values[name] for name in (*FRAME, *PORTRAIT)},
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    note(by=by, what="space_made", space_id=made.id)
    return made.id


def archive(space_id: str, *, by: str) -> None:
    """Let nobody new into a space: its open invitations end, its people keep what they have. Twice is once.

    Raises as `make_space`.
    """
    _turn(space_id, by=by, away=True)


def reopen(space_id: str, *, by: str) -> None:
    """The opposite of `archive`."""
    _turn(space_id, by=by, away=False)


def make_territory(name: str, country: str, *, by: str) -> str:
    """A new territory. Gives its id. Sent twice, the same is made once."""
    hold_right(by, "network")
    same = sa.select(Territory.id).where(Territory.name == name, Territory.country == country)
    known = db.session.scalar(same.limit(1))
    if known is not None:
        return known
    made = Territory(
        id=slug(name, lambda found: db.session.get(Territory, found) is not None), name=name, country=country
    )
    db.session.add(made)
    db.session.flush()
    note(by=by, what="territory_made", subject=name)
    return made.id


def rename_territory(territory_id: str, name: str, country: str, *, by: str) -> None:
    """Another name or country for a territory. Raises `NotFound`, and `Forbidden` as `make_space`."""
    hold_right(by, "network")
    row = db.session.get(Territory, territory_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    before = f"{row.name} ({row.country})"
    after = f"{name} ({country})"
    if before != after:
        row.name, row.country = name, country
        note(by=by, what="territory_changed", subject=name, before=before, after=after)


def show_myself(person_id: str, space_id: str, seen: str) -> None:
    """Let others see, or no longer, that this person belongs to the space. Raises `NotFound` where they do not."""
    row = db.session.get(Membership, (person_id, space_id), with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    row.seen = seen


def _taken(found: str) -> bool:
    return db.session.get(Space, found) is not None


def _turn(space_id: str, *, by: str, away: bool) -> None:
    hold_right(by, "network")
    if away:  # before the space is locked, as whoever accepts one does it
        _end_invitations(space_id)
    row = db.session.get(Space, space_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    if away:  # those that a list wrote until the space was ours; one that is being accepted is refused
        _end_invitations(space_id, skip_locked=True)
    if (row.archived_at is not None) != away:
        row.archived_at = now() if away else None
        note(by=by, what="space_archived" if away else "space_reopened", space_id=space_id)


def _end_invitations(space_id: str, *, skip_locked: bool = False) -> None:
    waiting = sa.select(Invitation.id).where(
        Invitation.space_id == space_id, Invitation.used_at.is_(None), Invitation.expires_at > now()
    )
    held = waiting.with_for_update(skip_locked=True) if skip_locked else waiting
    ends = sa.update(Invitation).where(Invitation.id.in_(held)).values(expires_at=now())
    db.session.execute(ends, execution_options={"synchronize_session": False})
