"""Reads of joining: the questions put to a person, what a space may know of its own, the code on its screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.engine import Row

from lms.accounts.models import Person
from lms.accounts.queries import person
from lms.foundation.clock import now
from lms.foundation.db import db, read
from lms.spaces.joining.models import ScreenCode, Transfer
from lms.spaces.joining.rules import invitation_state, outcome
from lms.spaces.models import Application, Invitation, Membership, Space


@dataclass(frozen=True)
class Asked:
    """A question that waits for its person: which space asks, who, until when. `email`, `name`, `lang` are the person's."""

    id: str
    person_id: str
    email: str
    name: str
    lang: str
    space_id: str
    space: str
    place: str
    zone: str
    #: Who asks; "" and None for the operator.
    by: str
    by_id: str | None
    asked_at: datetime
    expires_at: datetime


_ASKER = orm.aliased(Person)
_ASKED = (
    sa.select(
        Transfer.id, Transfer.person_id, Person.email, Person.name, Person.lang, Transfer.space_id, Space.name.label("space"),
        Space.place, Space.zone, sa.func.coalesce(_ASKER.name, "").label("by"), Transfer.asked_by.label("by_id"),
        Transfer.asked_at, Transfer.expires_at,
    )
    .join(Person, Person.id == Transfer.person_id)
    .join(Space, Space.id == Transfer.space_id)
    .outerjoin(_ASKER, _ASKER.id == Transfer.asked_by)
    .where(
        Transfer.state == "asked", Transfer.expires_at > sa.bindparam("now"), Person.state == "active",
        Space.archived_at.is_(None),
    )
)  # fmt: skip
_OF_PERSON = _ASKED.where(Transfer.person_id == sa.bindparam("person")).order_by(Transfer.asked_at, Transfer.id)
_ONE = _ASKED.where(Transfer.id == sa.bindparam("transfer"))


def asked_of(person_id: str) -> list[Asked]:
    """The questions that wait for this person, oldest first; an archived space asks nobody in."""
    return [Asked(**row._mapping) for row in read(_OF_PERSON, person=person_id, now=now())]


def asked(transfer_id: str) -> Asked | None:
    """The question with this id, while it waits and its space is not archived."""
    row = read(_ONE, transfer=transfer_id, now=now()).one_or_none()
    return Asked(**row._mapping) if row else None


@dataclass(frozen=True)
class Question:
    """A question as the asking space sees it: to whom, when, and what came of it. Nothing else of the person."""

    id: str
    email: str
    asked_at: datetime
    #: "asked", "joined", "declined", "over" or "withdrawn".
    outcome: str


_OF_SPACE = (
    sa.select(Transfer.id, Person.email, Transfer.asked_at, Transfer.state, Transfer.expires_at)
    .join(Person, Person.id == Transfer.person_id)
    .where(Transfer.space_id == sa.bindparam("space"), Person.state == "active")
    .order_by(Transfer.asked_at.desc(), Transfer.id)
    .limit(sa.bindparam("most"))
)


def questions_of(space_id: str, most: int = 100) -> list[Question]:
    """What this space asked of people who belong elsewhere, newest first."""
    moment = now()
    return [
        Question(row.id, row.email, row.asked_at, outcome(row.state, row.expires_at, moment))
        for row in read(_OF_SPACE, space=space_id, most=most)
    ]


def belongs_elsewhere(person_id: str, space_id: str) -> bool:
    """Whether somebody belongs to a space, and not to this one."""
    found = set(db.session.scalars(sa.select(Membership.space_id).where(Membership.person_id == person_id)))
    return bool(found) and space_id not in found


@dataclass(frozen=True)
class Left:
    """Whom to tell that somebody left: one who runs the space (address, name, language), the person's and the space's name."""

    email: str
    name: str
    lang: str
    person: str
    space: str


def left_for(person_id: str, space_id: str, manager_id: str) -> Left | None:
    """What is told of a person who left to one who runs the space; None where either is so no more."""
    gone = person(person_id)
    back = db.session.get(Membership, (person_id, space_id))
    runs = db.session.execute(
        sa.select(Person.email, Person.name, Person.lang, Space.name.label("space"))
        .join(Membership, Membership.person_id == Person.id)
        .join(Space, Space.id == Membership.space_id)
        .where(
            Person.id == manager_id,
            Person.state == "active",
            Membership.space_id == space_id,
            Membership.role != "learner",
        )
    ).one_or_none()
    if gone is None or back is not None or runs is None:
        return None
    return Left(runs.email, runs.name, runs.lang, gone.name, runs.space)


@dataclass(frozen=True)
class Answered:
    """What became of somebody's request to join: `why` is the space's sentence where it declined."""

    email: str
    name: str
    lang: str
    space: str
    place: str
    accepted: bool
    why: str


def answered_to(person_id: str, space_id: str) -> Answered | None:
    """The answer to a request; None while it waits, and for somebody who was accepted and has left since."""
    row = db.session.execute(
        sa.select(
            Person.email, Person.name, Person.lang, Space.name.label("space"), Space.place, Application.state,
            Application.why, Membership.role,
        )
        .select_from(Application)
        .join(Person, Person.id == Application.person_id)
        .join(Space, Space.id == Application.space_id)
        .outerjoin(
            Membership,
            sa.and_(Membership.person_id == Application.person_id, Membership.space_id == Application.space_id),
        )
        .where(Application.person_id == person_id, Application.space_id == space_id, Person.state == "active")
    ).one_or_none()  # fmt: skip
    if row is None or row.state == "asked" or (row.state == "accepted" and row.role is None):
        return None
    return Answered(row.email, row.name, row.lang, row.space, row.place, row.state == "accepted", row.why)


def screen_code(space_id: str) -> ScreenCode | None:
    """The code on this space's screen, while it works; an archived space asks nobody in."""
    return db.session.scalar(
        sa.select(ScreenCode)
        .join(Space, Space.id == ScreenCode.space_id)
        .where(ScreenCode.space_id == space_id, ScreenCode.expires_at > now(), Space.archived_at.is_(None))
    )


def space_with_code(code: str) -> str | None:
    """The id of the space on whose screen this code stands, while it works; an archived space asks nobody in."""
    return db.session.scalar(
        sa.select(ScreenCode.space_id)
        .join(Space, Space.id == ScreenCode.space_id)
        .where(ScreenCode.code == code, ScreenCode.expires_at > now(), Space.archived_at.is_(None))
    )


@dataclass(frozen=True)
class Invited:
    """An invitation as the manager's list shows it. `state`: "waiting", "joined", "withdrawn" or "over"."""

    id: str
    email: str
    role: str
    created_at: datetime
    expires_at: datetime
    state: str


def invited_to(space_id: str, most: int = 200) -> list[Invited]:
    """The newest invitation of each address into this space, those that wait first, then the newest."""
    moment = now()
    # Before the limit: a long list that was undone is newer than the few who still wait.
    waits = sa.and_(Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.expires_at > moment)
    rows = read(
        sa.select(
            Invitation.id, Invitation.email, Invitation.role, Invitation.created_at, Invitation.expires_at, Invitation.used_at,
            Invitation.withdrawn_at,
        )
        .where(Invitation.space_id == space_id)
        .order_by(sa.case((waits, 0), else_=1), Invitation.created_at.desc(), Invitation.id)
        .limit(most)
    )  # fmt: skip
    found: dict[str, Invited] = {}
    for row in rows:
        state = invitation_state(row.used_at, row.withdrawn_at, row.expires_at, moment)
        found.setdefault(row.email, Invited(row.id, row.email, row.role, row.created_at, row.expires_at, state))
    return sorted(found.values(), key=lambda one: one.state != "waiting")


@dataclass(frozen=True)
class Mine:
    """A space somebody belongs to."""

    id: str
    name: str
    place: str
    role: str
    since: datetime


def spaces_of(person_id: str) -> list[Mine]:
    """The spaces this person belongs to, by name."""
    rows = read(
        sa.select(Space.id, Space.name, Space.place, Membership.role, Membership.since)
        .join(Membership, Membership.space_id == Space.id)
        .where(Membership.person_id == person_id)
        .order_by(Space.name, Space.id)
    )
    return [Mine(**row._mapping) for row in rows]


@dataclass(frozen=True)
class Requested:
    """A request to join that waits: who asks, since when, and by which way they came."""

    id: str
    name: str
    email: str
    asked_at: datetime
    source: str


def requests_to(space_id: str, most: int = 200) -> list[Requested]:
    """Who asks to join this space, the oldest first."""
    rows = read(
        sa.select(Person.id, Person.name, Person.email, Application.asked_at, Application.source)
        .join(Application, Application.person_id == Person.id)
        .where(Application.space_id == space_id, Application.state == "asked", Person.state == "active")
        .order_by(Application.asked_at, Person.id)
        .limit(most)
    )
    return [Requested(**row._mapping) for row in rows]


def requested_by(person_id: str, most: int = 20) -> list[Row[Any]]:
    """(name, place, state, asked_at, why) of the spaces this person asked to join, newest first."""
    return list(
        read(
            sa.select(Space.name, Space.place, Application.state, Application.asked_at, Application.why)
            .join(Application, Application.space_id == Space.id)
            .where(Application.person_id == person_id)
            .order_by(Application.asked_at.desc(), Space.id)
            .limit(most)
        )
    )


def newest_question(person_id: str, space_id: str) -> str | None:
    """The id of the question that this space put to this person last; one put anew has a new id. None if it never did."""
    mine = db.session.execute(sa.select(Transfer.id, Transfer.space_id).where(Transfer.person_id == person_id))
    return next((row.id for row in mine if row.space_id == space_id), None)


def transfer_state(transfer_id: str, person_id: str) -> str | None:
    """What became of a question that was put to this person; None if none such was."""
    row = db.session.execute(
        sa.select(Transfer.state, Transfer.expires_at).where(
            Transfer.id == transfer_id, Transfer.person_id == person_id
        )
    ).one_or_none()
    return None if row is None else outcome(row.state, row.expires_at, now())
