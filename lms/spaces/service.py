"""What changes places and roles: the network set up, people invited, invitations accepted, people joining."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.accounts.queries import person_with_email
from lms.accounts.rules import clean_email
from lms.foundation.clock import DEFAULT_ZONE, now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import Expired, NotFound, Refused
from lms.foundation.i18n import _
from lms.foundation.tokens import digest, mint
from lms.jobs import outbox
from lms.spaces.events import PersonInvited
from lms.spaces.models import Application, Invitation, Membership, Network, NetworkRole
from lms.spaces.queries import roles_of
from lms.spaces.rules import may_give

#: How long an invitation waits for its person, and how long its address is kept afterwards.
INVITATION_LIFE = timedelta(days=7)
INVITATION_KEPT = timedelta(days=30)


def found_network(
    *, name: str, lang: str, registration: str = "invitation", contact: str, zone: str = DEFAULT_ZONE
) -> Network:
    """Write the network down; once for an installation."""
    made = Network(
        id=1, name=name, registration=registration, smallest_group=5, lang=lang, zone=zone, contact=contact
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def choose_registration(choice: str) -> None:
    """Let only invited people in (`invitation`), or anybody who proves an address (`open`). Raises `NotFound` before there
    is a network.
    """
    here = db.session.get(Network, 1, with_for_update=True)
    if here is None:
        raise NotFound()
    here.registration = choice


def give_role(person_id: str, role: str, space_id: str | None) -> None:
    """Give a role: learner or manager of a space, trainer or coordinator of the network. Given twice is given once."""
    if role in ("learner", "manager"):
        row = {"person_id": person_id, "space_id": space_id, "role": role, "since": now()}
        update = ["role"] if role == "manager" else []
        upsert(Membership, [row], key=["person_id", "space_id"], update=update)
    else:
        upsert(NetworkRole, [{"person_id": person_id, "role": role}], key=["person_id", "role"])


def invite(
    *, email: str, role: str, space_id: str | None, lang: str, invited_by: str | None, mailed: bool = True
) -> tuple[Invitation, str]:
    """Invite an address to a role. Gives the row and, for the command line, its token (a mailed one mints its own).

    Former invitations of the same address to the same role and space end. Raises `Refused` for something that is no
    address, and for a role the inviter may not give.
    """
    address = clean_email(email)
    if address is None:
        raise Refused(_("This does not look like an e-mail address."))
    if invited_by is not None:
        _still_may(invited_by, role, space_id)
    db.session.execute(
        sa.update(Invitation)
        .where(
            Invitation.email == address,
            Invitation.role == role,
            Invitation.space_id == space_id if space_id else Invitation.space_id.is_(None),
            Invitation.used_at.is_(None),
        )
        .values(expires_at=now())
    )
    token, moment = mint(), now()
    made = Invitation(
        id=new_id(), email=address, role=role, space_id=space_id, lang=lang, invited_by=invited_by,
        token_digest=None if mailed else digest(token), created_at=moment, expires_at=moment + INVITATION_LIFE,
        used_at=None,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    if mailed:
        outbox.tell(PersonInvited(id=made.id))
    return made, token


def mint_invitation(invitation_id: str) -> tuple[Invitation, str] | None:
    """A token for an invitation that is about to be mailed; None if it is used, over, or its giver lost the right."""
    row = db.session.get(Invitation, invitation_id)
    if row is None or row.used_at is not None or row.expires_at <= now():
        return None
    if row.invited_by is not None and not holds_right(row.invited_by, row.role, row.space_id):
        return None
    token = mint()
    row.token_digest = digest(token)
    return row, token


def accept_invitation(token: str, *, name: str, lang: str) -> Person:
    """Spend an invitation: the person is made if need be and gets the role that stands in the row, nothing else.

    Raises `Expired` for one that is used, too old, or whose giver may no longer give it.
    """
    row = db.session.scalar(sa.select(Invitation).where(Invitation.token_digest == digest(token)).with_for_update())
    if row is None or row.used_at is not None or row.expires_at <= now():
        raise Expired(_("This link has expired. Get a new one."))
    if row.invited_by is not None and not holds_right(row.invited_by, row.role, row.space_id):
        raise Expired(_("The person who invited you can no longer do so. Ask your space for a new invitation."))
    person = person_with_email(row.email) or accounts.create_person(email=row.email, name=name, lang=lang)
    if person.state != "active":
        raise Expired(_("This link has expired. Get a new one."))
    row.used_at = now()
    give_role(person.id, row.role, row.space_id)
    return person


def cancel_invitation(invitation_id: str, space_id: str) -> None:
    """Withdraw an invitation into a space. Raises `NotFound` if the space has none such, `Refused` if accepted."""
    row = db.session.scalar(
        sa.select(Invitation).where(Invitation.id == invitation_id, Invitation.space_id == space_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    if row.used_at is not None:
        raise Refused(_("This invitation has been accepted already."))
    row.expires_at = min(row.expires_at, now())


def register(*, email: str, name: str, lang: str) -> None:
    """Where registration is open: have a sign-in link mailed to this address, making its person if need be.

    The caller's answer is the same whoever exists: the link proves the address, and without it nothing opens. Raises
    `TooMany` when too many mails were asked for the address, `Refused` for an unusable address or name.
    """
    address = clean_email(email)
    accounts.count_mail(address or email)
    known = person_with_email(email)
    person = known or accounts.create_person(email=email, name=name, lang=lang)
    if person.state == "active" and not person.demo:
        accounts.new_link(person.id, "sign_in")


def apply(person_id: str, space_id: str) -> None:
    """Ask to join a space; opens nothing until its manager accepts. Asked twice is asked once."""
    row = {"person_id": person_id, "space_id": space_id, "asked_at": now(), "state": "asked", "decided_by": None}
    upsert(Application, [row], key=["person_id", "space_id"])


def decide(person_id: str, space_id: str, *, accept: bool, by: str) -> None:
    """Accept or decline somebody who asked to join. Raises `Refused` if nothing waits for an answer."""
    changed = db.session.execute(
        sa.update(Application)
        .where(Application.person_id == person_id, Application.space_id == space_id, Application.state == "asked")
        .values(state="accepted" if accept else "declined", decided_by=by)
    )
    if getattr(changed, "rowcount", 0) != 1:
        raise Refused(_("This request was already answered."))
    if accept:
        give_role(person_id, "learner", space_id)


def forget_old(moment: datetime) -> None:
    """Delete invitations made more than `INVITATION_KEPT` ago, with the addresses in them."""
    db.session.execute(sa.delete(Invitation).where(Invitation.created_at < moment - INVITATION_KEPT))


def holds_right(person_id: str, role: str, space_id: str | None) -> bool:
    """Whether this person may give `role` (in this space) at this moment: an invitation lives as long as its giver's right."""
    person = db.session.get(Person, person_id)
    if person is None or person.state != "active":
        return False
    holds = {held.kind for held in roles_of(person_id) if held.space_id in (None, space_id)}
    return may_give(role, holds)


def _still_may(person_id: str, role: str, space_id: str | None) -> None:
    if not holds_right(person_id, role, space_id):
        raise Refused(_("You can invite people to your own space, to learn."))
