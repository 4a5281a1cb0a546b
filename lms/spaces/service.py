"""What changes places and roles: the network set up, people invited, invitations accepted, people joining."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.accounts.queries import person_with_email
from lms.accounts.rules import clean_email
from lms.accounts.visitor import Role, Visitor
from lms.foundation.clock import DEFAULT_ZONE, now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import Expired, Forbidden, NotFound, Refused
from lms.foundation.i18n import _
from lms.foundation.tokens import digest, mint
from lms.jobs import outbox
from lms.spaces.audit.service import note
from lms.spaces.events import PeopleJoined, PersonInvited, RequestAnswered
from lms.spaces.models import SPACE_ROLES, Application, Invitation, Membership, Network, NetworkRole, Space
from lms.spaces.policy import may
from lms.spaces.queries import has_token, removed_lately
from lms.spaces.rules import may_give

#: How long an invitation waits for its person, and how long its address is kept afterwards.
INVITATION_LIFE = timedelta(days=7)
INVITATION_KEPT = timedelta(days=30)
#: How many people one event tells of.
JOINED_AT_ONCE = 500


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


def give_role(person_id: str, role: str, space_id: str | None) -> None:
    """Give a role: one of a space (learner, deputy, manager), or trainer or coordinator of the network.

    Given twice is given once, and nobody who is more in the space already becomes less.
    """
    if role in SPACE_ROLES:
        row = {"person_id": person_id, "space_id": space_id, "role": role, "since": now()}
        upsert(Membership, [row], key=["person_id", "space_id"])
        if lower := SPACE_ROLES[: SPACE_ROLES.index(role)]:
            mine = (Membership.person_id == person_id, Membership.space_id == space_id)
            db.session.execute(sa.update(Membership).where(*mine, Membership.role.in_(lower)).values(role=role))
        tell_joined(str(space_id), [person_id])
    else:
        upsert(NetworkRole, [{"person_id": person_id, "role": role}], key=["person_id", "role"])


def tell_joined(space_id: str, person_ids: Collection[str]) -> None:
    """Tell that people belong to a space from now on, many in one: whoever makes memberships in bulk calls this."""
    people = sorted(person_ids)
    outbox.tell_many(
        PeopleJoined(id=new_id(), space_id=space_id, person_ids=tuple(people[first : first + JOINED_AT_ONCE]))
        for first in range(0, len(people), JOINED_AT_ONCE)
    )


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
    must_be_open(space_id)
    token, moment = mint(), now()
    made = Invitation(
        id=new_id(), email=address, role=role, space_id=space_id, lang=lang, invited_by=invited_by,
        token_digest=None if mailed else digest(token), created_at=moment, expires_at=moment + INVITATION_LIFE,
        used_at=None,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    # Who is awaited is awaited anew from here on.
    awaited = sa.update(Person).where(Person.email == address, Person.awaited_since.is_not(None))
    db.session.execute(awaited.values(awaited_since=moment))
    note(by=invited_by, what="invited" if space_id else "invited_network", space_id=space_id, after=role)
    if mailed:
        outbox.tell(PersonInvited(id=made.id))
    return made, token


def mint_invitation(invitation_id: str) -> tuple[Invitation, str] | None:
    """A token for an invitation that is about to be mailed; None if it is used, over, its giver lost the right, or its space
    is archived.
    """
    row = db.session.get(Invitation, invitation_id)
    if row is None or row.used_at is not None or row.expires_at <= now():
        return None
    place = db.session.get(Space, row.space_id) if row.space_id else None
    if place is not None and place.archived_at is not None:
        return None
    if row.invited_by is not None and not holds_right(row.invited_by, row.role, row.space_id):
        return None
    token = mint()
    row.token_digest = digest(token)
    return row, token


def accept_invitation(token: str, *, name: str, lang: str) -> Person:
    """Spend an invitation: the person is made if need be and gets the role that stands in the row, nothing else.

    Raises `Expired` for one that is used, too old, or whose giver may no longer give it, `Refused` where its space is archived.
    """
    row = db.session.scalar(sa.select(Invitation).where(has_token(token)).with_for_update())
    if row is None or row.used_at is not None or row.expires_at <= now():
        raise Expired(_("This link has expired. Get a new one."))
    if row.invited_by is not None and not holds_right(row.invited_by, row.role, row.space_id):
        raise Expired(_("The person who invited you can no longer do so. Ask your space for a new invitation."))
    person = person_with_email(row.email) or accounts.create_person(
        email=row.email, name=name, lang=lang, zone=_zone_of(row.space_id)
    )
    if person.state != "active":
        raise Expired(_("This link has expired. Get a new one."))
    must_be_open(row.space_id)
    row.used_at = now()
    person.awaited_since = None
    give_role(person.id, row.role, row.space_id)
    what = "joined" if row.space_id else "joined_network"
    note(by=person.id, what=what, space_id=row.space_id, subject=person.id, after=row.role)
    return person


def must_be_open(space_id: str | None) -> None:
    """Make sure that a space (None: the network) takes people in, and does until this write is done: whoever archives it
    waits. Called by everything that brings somebody in; rows of invitations are locked before, never after. Raises `Refused`.
    """
    if space_id is None:
        return
    archived = sa.select(Space.archived_at).where(Space.id == space_id)
    if db.session.scalar(archived.with_for_update(read=True, key_share=True)) is not None:
        raise Refused(_("This space is archived: nobody new comes in."))


def _zone_of(space_id: str | None) -> str:
    """The zone a new person begins with: the space's, or the network's."""
    place = db.session.get(Space, space_id) if space_id else None
    found = place or db.session.get(Network, 1)
    return found.zone if found else DEFAULT_ZONE


def cancel_invitation(invitation_id: str, space_id: str, *, by: str) -> None:
    """Withdraw an invitation into a space, by whoever may give its role. Raises `NotFound` if the space has none such, `Refused`
    if accepted, and for a role that only the coordinator gives.
    """
    wide = _coordinates(by)
    if not wide:
        hold_right(by, "invite", space_id)
    row = db.session.scalar(
        sa.select(Invitation).where(Invitation.id == invitation_id, Invitation.space_id == space_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    if row.used_at is not None:
        raise Refused(_("This invitation has been accepted already."))
    if not wide and not holds_right(by, row.role, space_id):
        raise Refused(_("Only the coordinator of the network can do this for somebody who runs the space."))
    if row.expires_at > now():
        row.expires_at = row.withdrawn_at = now()
        note(by=by, what="invitation_withdrawn", space_id=space_id)


def register(*, email: str, name: str, lang: str, after: str = "") -> None:
    """Where somebody may come by themselves: have a sign-in link mailed to this address, making its person if need be.
    `after` is where the link leads, a path of ours.

    The caller's answer is the same whoever exists: the link proves the address, and without it nothing opens. Raises
    `TooMany` when too many mails were asked for the address, `Refused` for an unusable address or name.
    """
    address = clean_email(email)
    accounts.count_mail(address or email)
    known = person_with_email(email)
    person = known or accounts.create_person(email=email, name=name, lang=lang, zone=_zone_of(None), awaited=True)
    if person.state == "active" and not person.demo:
        accounts.new_link(person.id, "sign_in", after=after)


def apply(person_id: str, space_id: str, *, source: str = "open") -> bool:
    """Ask to join a space; opens nothing until its manager accepts. Asked twice is asked once. Gives whether this was the first.

    Who was declined, or belonged to the space and left, may ask again. Nothing happens for who belongs to it.
    Raises `Refused` where the space is archived.
    """
    if db.session.get(Membership, (person_id, space_id)) is not None:
        return False
    must_be_open(space_id)
    moment = now()
    fresh = {"asked_at": moment, "state": "asked", "decided_by": None, "source": source, "why": ""}
    upsert(Application, [{"person_id": person_id, "space_id": space_id, **fresh}], key=["person_id", "space_id"])
    db.session.execute(
        sa.update(Application)
        .where(Application.person_id == person_id, Application.space_id == space_id, Application.state != "asked")
        .values(**fresh),
        execution_options={"synchronize_session": False},
    )
    theirs = (Application.person_id == person_id, Application.space_id == space_id)
    return db.session.scalar(sa.select(Application.asked_at).where(*theirs)) == moment


def decide(person_id: str, space_id: str, *, accept: bool, by: str, why: str = "") -> None:
    """Accept or decline somebody who asked to join, who is told by mail, with `why` where the answer is no. Raises
    `Refused` if nothing waits for an answer, and for a yes where the space is archived.
    """
    hold_right(by, "invite", space_id)
    if accept:
        must_be_open(space_id)
    changed = db.session.execute(
        sa.update(Application)
        .where(Application.person_id == person_id, Application.space_id == space_id, Application.state == "asked")
        .values(state="accepted" if accept else "declined", decided_by=by, why="" if accept else why)
    )
    if getattr(changed, "rowcount", 0) != 1:
        raise Refused(_("This request was already answered."))
    what = "request_accepted" if accept else "request_declined"
    note(by=by, what=what, space_id=space_id, subject=person_id)
    if accept:
        give_role(person_id, "learner", space_id)
    outbox.tell(RequestAnswered(id=new_id(), person_id=person_id, space_id=space_id, accepted=accept))


def forget_old(moment: datetime) -> None:
    """Delete invitations made more than `INVITATION_KEPT` ago, with the addresses in them."""
    db.session.execute(sa.delete(Invitation).where(Invitation.created_at < moment - INVITATION_KEPT))


# --- the people of a space ---------------------------------------------------------------------------------------


def hold_right(by: str, permission: str, space_id: str | None = None) -> None:
    """Make sure that `by` has `permission` now, and keeps it until this write is done: whoever takes it away waits.

    Called first by every service that acts for somebody: between the page and the write the right may have gone. Raises
    `NotFound` for a right in a space, as a foreign space is answered, and `Forbidden` for one of the network.
    """
    if not may(Visitor(by, roles=_roles_held(by)), permission, space_id):
        raise NotFound() if space_id is not None else Forbidden()


def _roles_held(person_id: str) -> frozenset[Role]:
    """What somebody may be, read again and held until this write is done; nothing for who is not active."""
    held = sa.select(Membership.role, Membership.space_id).where(Membership.person_id == person_id)
    wide = sa.select(NetworkRole.role).where(NetworkRole.person_id == person_id)
    state = sa.select(Person.state).where(Person.id == person_id)
    if db.session.scalar(state.with_for_update(read=True)) != "active":
        return frozenset()
    return frozenset(
        [Role(role, place) for role, place in db.session.execute(held.with_for_update(read=True))]
        + [Role(role) for role in db.session.scalars(wide.with_for_update(read=True))]
    )


def name_deputy(person_id: str, space_id: str, *, by: str | None) -> None:
    """Make somebody who learns in the space its deputy. Twice is once. Raises `NotFound` for who is not of the space and for
    a giver who is not its manager, `Refused` where the person manages it.
    """
    _may_govern(by, space_id, "deputy")
    row = _member(person_id, space_id)
    if row.role == "manager":
        raise Refused(_("This person runs the space already."))
    if row.role == "learner":
        row.role = "deputy"
        note(by=by, what="deputy_named", space_id=space_id, subject=person_id)


def end_deputy(person_id: str, space_id: str, *, by: str | None) -> None:
    """Take the role of deputy back; the person stays in the space. Twice is once. Raises as `name_deputy`."""
    _may_govern(by, space_id, "deputy")
    row = _member(person_id, space_id)
    if row.role == "deputy":
        row.role = "learner"
        note(by=by, what="deputy_ended", space_id=space_id, subject=person_id)


def name_manager(person_id: str, space_id: str, *, by: str | None) -> None:
    """Entrust somebody of the space with it. Twice is once. Raises `NotFound` for who is not of the space, `Forbidden` for a
    giver who does not coordinate the network.
    """
    _may_govern(by, space_id, "manager")
    row = _member(person_id, space_id)
    if row.role != "manager":
        note(by=by, what="manager_named", space_id=space_id, subject=person_id, before=row.role)
        row.role = "manager"


def end_manager(person_id: str, space_id: str, *, by: str | None) -> None:
    """Take the management of the space back; the person stays in it. Twice is once. Raises as `name_manager`."""
    _may_govern(by, space_id, "manager")
    row = _member(person_id, space_id)
    if row.role == "manager":
        row.role = "learner"
        note(by=by, what="manager_ended", space_id=space_id, subject=person_id)


def end_membership(person_id: str, space_id: str, *, by: str | None, what: str = "") -> str:
    """End a membership; what the person learned stays theirs. Gives the role they had. `what` is another name for it in the
    audit.

    Anybody may leave (`by` is the person themself), a manager only where another one stays. Others end memberships of roles
    strictly below their own; the coordinator and the operator (None) any. Raises `NotFound` for who is not of the space and
    for a giver without the right, `Refused` for a last manager who would leave and for a role that is not below.
    """
    if by == person_id:
        # One leaves after the other: two managers who leave at once must not both count on each other.
        db.session.execute(sa.select(Space.id).where(Space.id == space_id).with_for_update(key_share=True))
    elif by is not None and not _coordinates(by):
        hold_right(by, "team", space_id)  # first of all: a stranger to the space learns nothing of who is in it
    row = _member(person_id, space_id)
    role = row.role
    if by == person_id:
        if role == "manager" and not _another_manager(person_id, space_id):
            raise Refused(
                _("You are the only one who runs this space. Ask the coordinator to entrust somebody with it first.")
            )
    elif by is not None and not _coordinates(by):
        if role == "manager":
            raise Refused(_("Only the coordinator of the network can do this for somebody who runs the space."))
        _may_govern(by, space_id, role)
    db.session.delete(row)
    db.session.flush()
    what = what or ("member_left" if by == person_id else "member_removed")
    note(by=by, what=what, space_id=space_id, subject=person_id, before=role)
    return role


def bring_back(person_id: str, space_id: str, *, by: str) -> None:
    """Undo the end of a membership within a day, as a learner. Twice is once.

    Only for somebody whom others removed: who left by themself is asked again, not brought back. Raises `NotFound` for
    anybody else, and for a giver without the right.
    """
    if not _coordinates(by):
        hold_right(by, "team", space_id)
    if person_id in {row.id for row in removed_lately(space_id)}:
        give_role(person_id, "learner", space_id)
        note(by=by, what="member_back", space_id=space_id, subject=person_id)
    else:
        _member(person_id, space_id)


def _member(person_id: str, space_id: str) -> Membership:
    row = db.session.scalar(
        sa.select(Membership)
        .where(Membership.person_id == person_id, Membership.space_id == space_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound()
    return row


def _coordinates(by: str) -> bool:
    """Whether `by` coordinates the network now, and does until this write is done."""
    try:
        hold_right(by, "network")
    except Forbidden:
        return False
    return True


def _may_govern(by: str | None, space_id: str, role: str) -> None:
    """Make sure that `by` (None: the operator) stands above `role` in the space: strictly lower roles only."""
    if by is None:
        return
    if role == "manager":
        hold_right(by, "network")
    else:
        hold_right(by, "appoint" if role == "deputy" else "team", space_id)


def _another_manager(person_id: str, space_id: str) -> bool:
    """Whether somebody else manages the space; whoever does cannot stop while this write lasts."""
    others = db.session.scalars(
        sa.select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.space_id == space_id,
            Membership.role == "manager",
            Membership.person_id != person_id,
            Person.state == "active",
        )
        .with_for_update(of=Membership)
    )
    return others.first() is not None


def holds_right(person_id: str, role: str, space_id: str | None) -> bool:
    """Whether this person may give `role` (in this space) at this moment: an invitation lives as long as its giver's right."""
    holds = {held.kind for held in _roles_held(person_id) if held.space_id in (None, space_id)}
    return may_give(role, holds)


def _still_may(person_id: str, role: str, space_id: str | None) -> None:
    if not holds_right(person_id, role, space_id):
        raise Refused(_("You can invite people to your own space, to learn."))
