"""Reads about places and who belongs to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from lms.accounts.models import LoginSession, Person
from lms.accounts.visitor import Role, Visitor
from lms.foundation.clock import now
from lms.foundation.db import db, read
from lms.foundation.tokens import digest, unsealed
from lms.spaces.audit.models import AuditEntry
from lms.spaces.models import Application, Invitation, Membership, Network, NetworkRole, Space, Territory


def network() -> Network | None:
    """The network, or None before the installation is set up."""
    return db.session.get(Network, 1)


#: Who is behind a session, with what they may be at this moment: one row per pair of membership and role. Built once,
#: since every page asks it.
_VISITOR = (
    sa.select(
        Person.id, Person.email, Person.name, Person.lang, Person.zone,
        Membership.role.label("member"), Membership.space_id, NetworkRole.role.label("wide"),
    )
    .join(LoginSession, LoginSession.person_id == Person.id)
    .outerjoin(Membership, Membership.person_id == Person.id)
    .outerjoin(NetworkRole, NetworkRole.person_id == Person.id)
    .where(
        LoginSession.id == sa.bindparam("session"), LoginSession.expires_at > sa.bindparam("now"), Person.state == "active"
    )
)  # fmt: skip


def visitor_of_session(token: str) -> Visitor | None:
    """The visitor a session token stands for, with today's roles, or None if the session is over. One query."""
    rows = read(_VISITOR, session=digest(token), now=now()).all()
    if not rows:
        return None
    who = rows[0]
    roles = {Role(row.member, row.space_id) for row in rows if row.space_id} | {
        Role(row.wide) for row in rows if row.wide
    }
    return Visitor(who.id, who.email, who.name, who.lang, who.zone, frozenset(roles), session_token=token)


def roles_of(person_id: str) -> frozenset[Role]:
    """Everything a person may be, in one read: memberships and network roles of this moment."""
    member = sa.select(sa.cast(Membership.role, sa.String).label("kind"), Membership.space_id.label("space")).where(
        Membership.person_id == person_id
    )
    wide = sa.select(sa.cast(NetworkRole.role, sa.String), sa.null()).where(NetworkRole.person_id == person_id)
    rows: list[Row[Any, Any]] = list(db.session.execute(sa.union_all(member, wide)))
    return frozenset(Role(kind, space) for kind, space in rows)


def space(space_id: str) -> Space | None:
    """The space with this slug, or None."""
    return db.session.get(Space, space_id)


_NAMED = sa.select(Space).where(Space.id.in_(sa.bindparam("spaces", expanding=True))).order_by(Space.name)


def spaces_named(space_ids: tuple[str, ...]) -> list[Space]:
    """These spaces, by name."""
    return list(db.session.scalars(_NAMED, {"spaces": space_ids}))


def all_spaces() -> list[Row[Space, Territory]]:
    """(Space, Territory) of the whole network, by territory and name."""
    return list(
        db.session.execute(
            sa.select(Space, Territory)
            .join(Territory, Territory.id == Space.territory_id)
            .order_by(Territory.name, Space.name)
        )
    )


def count_spaces() -> int:
    """How many spaces the network has."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Space)) or 0


def territories() -> list[Territory]:
    """Every territory, by name."""
    return list(db.session.scalars(sa.select(Territory).order_by(Territory.name)))


def members_of(space_id: str) -> list[Row[Any]]:
    """(id, name, email, role, since) of the active people of a space, by name."""
    return list(
        db.session.execute(
            sa.select(Person.id, Person.name, Person.email, Membership.role, Membership.since)
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.space_id == space_id, Person.state == "active")
            .order_by(Person.name, Person.id)
        )
    )


def has_coordinator() -> bool:
    """Whether anybody active coordinates the network."""
    return (
        db.session.scalar(
            sa.select(NetworkRole.person_id)
            .join(Person, Person.id == NetworkRole.person_id)
            .where(NetworkRole.role == "coordinator", Person.state == "active")
            .limit(1)
        )
        is not None
    )


def has_token(token: str) -> sa.ColumnElement[bool]:
    """Which invitation a token belongs to: the one whose mail carried it, or the one opened by the code in that mail."""
    opened = unsealed("invitation", token)
    return Invitation.token_digest == digest(token) if opened is None else Invitation.id == opened


def usable_invitation(token: str) -> Invitation | None:
    """The invitation this token opens, if it is unused and in time."""
    return db.session.scalar(
        sa.select(Invitation).where(has_token(token), Invitation.used_at.is_(None), Invitation.expires_at > now())
    )


def invitation_with_token(token: str) -> Invitation | None:
    """The invitation this token belongs to, usable or over: whoever holds the token may be told whom to ask."""
    return db.session.scalar(sa.select(Invitation).where(has_token(token)))


_INVITATIONS = (
    sa.select(Invitation)
    .where(
        Invitation.space_id == sa.bindparam("space"),
        Invitation.used_at.is_(None),
        Invitation.expires_at > sa.bindparam("now"),
    )
    .order_by(Invitation.created_at.desc())
)


def open_invitations(space_id: str) -> list[Invitation]:
    """Invitations into a space that wait for their person, newest first."""
    return list(db.session.scalars(_INVITATIONS, {"space": space_id, "now": now()}))


_APPLICATIONS = (
    sa.select(Person.id, Person.name, Application.asked_at)
    .join(Application, Application.person_id == Person.id)
    .where(Application.space_id == sa.bindparam("space"), Application.state == "asked", Person.state == "active")
    .order_by(Application.asked_at)
)


def applications_to(space_id: str) -> list[Row[Any]]:
    """(id, name, asked_at) of people who asked to join a space and wait for an answer."""
    return list(read(_APPLICATIONS, space=space_id))


def applications_of(person_id: str) -> list[Row[Any]]:
    """(name, place, state, asked_at) of the spaces this person asked to join, newest first."""
    return list(
        db.session.execute(
            sa.select(Space.name, Space.place, Application.state, Application.asked_at)
            .join(Application, Application.space_id == Space.id)
            .where(Application.person_id == person_id)
            .order_by(Application.asked_at.desc(), Space.id)
        )
    )


#: How long the end of a membership can be undone.
UNDO = timedelta(days=1)


def removed_lately(space_id: str) -> list[Row[Any]]:
    """(id, name, at) of active people whom somebody else took off this space within `UNDO` and who are not back, newest first."""
    rows: Any = db.session.execute(
        sa.select(Person.id, Person.name, sa.func.max(AuditEntry.at).label("at"))
        .join(AuditEntry, AuditEntry.person_id == Person.id)
        .outerjoin(Membership, sa.and_(Membership.person_id == Person.id, Membership.space_id == space_id))
        .where(
            AuditEntry.space_id == space_id,
            AuditEntry.what == "member_removed",
            AuditEntry.at > now() - UNDO,
            Membership.person_id.is_(None),
            Person.state == "active",
        )
        .group_by(Person.id, Person.name)
        .order_by(sa.func.max(AuditEntry.at).desc(), Person.id)
    )
    return list(rows)
