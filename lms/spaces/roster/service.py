"""Bringing people into a space by the list: people, memberships, invitations, in a fixed number of statements per thousand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.foundation.clock import now
from lms.foundation.db import Base, db, new_id
from lms.jobs import outbox
from lms.spaces.events import PeopleInvited
from lms.spaces.models import Application, Invitation, Membership, Space
from lms.spaces.roster.queries import not_to_invite, parts
from lms.spaces.roster.rules import Planned
from lms.spaces.service import INVITATION_LIFE, must_be_open, tell_joined


@dataclass(frozen=True)
class Brought:
    """What became of a new row: whose it is, whether that person was made, the invitation that was written (or ""), and whether
    a request to join was answered.
    """

    person_id: str
    made: bool
    invitation_id: str
    answered: bool = False


def bring_in(new: Collection[Planned], space: Space, *, by: str | None) -> dict[str, Brought]:
    """Make the people of `new` rows, let them belong to `space` and invite them. Gives address -> what became of it.

    `by` is who invites; None for the operator. Who was invited already, or too often, gets no further mail; who asked to join is
    answered. No invitation leaves, and nobody is told, before `tell_brought`. The caller has made sure of the right. Raises
    `Refused` where the space is archived, `IntegrityError` where somebody else writes an address down at the same moment.
    """
    if new:
        must_be_open(space.id)
    moment = now()
    names = {one.email: one.name for one in new if not one.person_id}
    made = accounts.create_people(names, lang=space.lang, zone=space.zone)
    whose = {one.email: one.person_id or made[one.email] for one in new}
    members = [
        {"person_id": person_id, "space_id": space.id, "role": "learner", "since": moment}
        for person_id in sorted(whose.values())
    ]
    _insert(Membership, members)
    answered: set[str] = set()
    for part in parts({one.person_id for one in new if one.person_id}):
        answers = sa.update(Application).where(
            Application.space_id == space.id, Application.person_id.in_(part), Application.state == "asked"
        )
        accepted = answers.values(state="accepted", decided_by=by).returning(Application.person_id)
        answered.update(db.session.scalars(accepted, execution_options={"synchronize_session": False}))
    held = not_to_invite(list(whose), space.id)
    invitations = [
        {
            "id": new_id(), "email": email, "role": "learner", "space_id": space.id, "lang": space.lang, "invited_by": by,
            "token_digest": None, "created_at": moment, "expires_at": moment + INVITATION_LIFE, "used_at": None,
        }
        for email in whose
        if email not in held
    ]  # fmt: skip
    _insert(Invitation, invitations)
    for part in parts({whose[str(row["email"])] for row in invitations} - set(made.values())):
        # Whoever gave an address and never came is awaited anew from here on.
        awaited = sa.update(Person).where(Person.id.in_(part), Person.awaited_since.is_not(None))
        db.session.execute(awaited.values(awaited_since=moment), execution_options={"synchronize_session": False})
    letters = {str(row["email"]): str(row["id"]) for row in invitations}
    return {
        email: Brought(person_id, email in made, letters.get(email, ""), person_id in answered)
        for email, person_id in whose.items()
    }


def tell_brought(space_id: str, person_ids: Collection[str], invitation_ids: Sequence[str]) -> None:
    """Let the invitations of `bring_in` leave, and tell that these people belong to the space."""
    tell_joined(space_id, person_ids)
    outbox.tell_many(PeopleInvited(new_id(), part) for part in outbox.parts(invitation_ids))


def _insert(model: type[Base], rows: list[dict[str, Any]]) -> None:
    """New rows, past the mapper: it takes twice as long."""
    if rows:
        db.session.connection().execute(sa.insert(cast("sa.Table", model.__table__)), rows)


def take_back(brought: Mapping[str, Brought], space_id: str) -> None:
    """Undo `bring_in` for these addresses: invitations end, memberships go, and people who were made for them too; requests to
    join that it answered are open again.

    The caller has made sure that none of these people has done anything yet.
    """
    silent, moment = {"synchronize_session": False}, now()
    for part in parts({one.invitation_id for one in brought.values() if one.invitation_id}):
        ends = sa.update(Invitation).where(Invitation.id.in_(part), Invitation.used_at.is_(None))
        # Withdrawn, not merely over: whoever has the mail must not be able to ask for the invitation anew.
        db.session.execute(ends.values(expires_at=moment, withdrawn_at=moment), execution_options=silent)
    for part in parts({one.person_id for one in brought.values()}):
        gone = sa.delete(Membership).where(Membership.space_id == space_id, Membership.person_id.in_(part))
        db.session.execute(gone, execution_options=silent)
    for part in parts({one.person_id for one in brought.values() if one.answered}):
        again = sa.update(Application).where(
            Application.space_id == space_id, Application.person_id.in_(part), Application.state == "accepted"
        )
        db.session.execute(again.values(state="asked", decided_by=None), execution_options=silent)
    for part in parts({one.person_id for one in brought.values() if one.made}):
        db.session.execute(sa.delete(Person).where(Person.id.in_(part)), execution_options=silent)
