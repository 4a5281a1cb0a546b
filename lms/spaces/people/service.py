"""What becomes of people who are awaited: asked once more, taken off the list, forgotten where they never come."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.accounts.service import MAILS_ASKED, count_try
from lms.foundation.clock import now
from lms.foundation.db import db
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _
from lms.spaces import service as spaces
from lms.spaces.audit.service import note
from lms.spaces.joining.models import Transfer
from lms.spaces.models import Application, Invitation, Membership, NetworkRole

#: So long after their last invitation somebody who never came is forgotten.
AWAITED_FOR = timedelta(days=30)
#: So many are forgotten in one transaction: nobody waits long for it.
AT_ONCE = 200


def ask_again(person_id: str, space_id: str, *, by: str) -> None:
    """Send somebody who is awaited in the space a new invitation. Raises `NotFound` for who is not of the space and for a giver
    without the right, `Refused` for who came meanwhile, `TooMany` after three mails in an hour.
    """
    spaces.hold_right(by, "invite", space_id)
    who = _awaited(person_id, space_id)
    count_try(f"invitations:{who.email}", MAILS_ASKED)
    spaces.invite(email=who.email, role="learner", space_id=space_id, lang=who.lang, invited_by=by)


def take_off(person_id: str, space_id: str, *, by: str) -> None:
    """Take somebody who is awaited off the space: the membership and what invites them to it end, and where nobody else
    counts on them, they are forgotten. Raises as `end_membership`, and `Refused` for who came meanwhile.
    """
    # Invitations first: whoever accepts one at this moment has it, and then has come.
    address = sa.select(Person.email).where(Person.id == person_id).scalar_subquery()
    theirs = sa.select(Invitation).where(
        Invitation.email == address, Invitation.space_id == space_id, Invitation.used_at.is_(None)
    )
    invitations = list(db.session.scalars(theirs.with_for_update()))
    spaces.end_membership(person_id, space_id, by=by, what="awaited_off")
    who = db.session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if who is None or who.awaited_since is None:
        raise Refused(_("This person has come meanwhile."))
    moment = now()
    for one in invitations:
        if one.expires_at > moment:
            one.expires_at = one.withdrawn_at = moment
    if db.session.scalar(sa.select(Person.id).where(Person.id == person_id, ~_counted_on())):
        _forget([person_id])


def forget_awaited(moment: datetime) -> int:
    """Forget people who were awaited for `AWAITED_FOR` and never came, `AT_ONCE` of them, in the caller's `writing()`. Gives how
    many. Each space learns how many it was, not who.
    """
    old = sa.select(Person.id).where(Person.awaited_since < moment - AWAITED_FOR, ~_runs()).limit(AT_ONCE)
    people = list(db.session.scalars(old.with_for_update(skip_locked=True)))
    places = Counter(db.session.scalars(sa.select(Membership.space_id).where(Membership.person_id.in_(people))))
    _forget(people)
    for space_id, many in sorted(places.items()):
        note(by=None, what="awaited_forgotten", space_id=space_id, after=str(many))
    return len(people)


def _awaited(person_id: str, space_id: str) -> Person:
    found = db.session.execute(
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.id == person_id, Membership.space_id == space_id, Person.state == "active")
    ).scalar_one_or_none()
    if found is None:
        raise NotFound()
    if found.awaited_since is None:
        raise Refused(_("This person has come meanwhile."))
    return found


def _runs() -> sa.ColumnElement[bool]:
    """Whether a person has a role that others rely on; such a one is not forgotten in silence."""
    return sa.or_(
        sa.exists().where(Membership.person_id == Person.id, Membership.role != "learner"),
        sa.exists().where(NetworkRole.person_id == Person.id),
    )


def _counted_on() -> sa.ColumnElement[bool]:
    """Whether another space or the network still has to do with a person: belongs, asks, is asked, is invited."""
    moment = now()
    return sa.or_(
        _runs(),
        sa.exists().where(Transfer.person_id == Person.id, Transfer.state == "asked", Transfer.expires_at > moment),
        sa.exists().where(
            Invitation.email == Person.email, Invitation.used_at.is_(None), Invitation.expires_at > moment
        ),
        sa.exists().where(Membership.person_id == Person.id),
        sa.exists().where(Application.person_id == Person.id, Application.state == "asked"),
    )


def _forget(people: list[str]) -> None:
    """Delete people who have never signed in: all that can stand about them hangs on their row, but for their address."""
    silent = {"synchronize_session": False}
    addresses = sa.select(Person.email).where(Person.id.in_(people))
    db.session.execute(sa.delete(Invitation).where(Invitation.email.in_(addresses)), execution_options=silent)
    db.session.execute(sa.delete(Person).where(Person.id.in_(people)), execution_options=silent)
