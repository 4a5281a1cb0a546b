"""Tables of places and roles: the network and its choices, territories, spaces, memberships, invitations, requests."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts.models import Coded
from lms.foundation.db import Base, Id, Moment, words

#: Who may make an account: only invited people, or anybody who proves an address.
REGISTRATIONS = ("invitation", "open")
#: Who sees the directory of spaces: people who are signed in, or everybody.
DIRECTORIES = ("members", "public")
#: To whom somebody shows that they belong to a space: nobody, people of the network who are signed in, everybody.
SEEN = ("no", "network", "public")
#: The roles somebody can have in a space; the others are roles of the whole network.
SPACE_ROLES = ("learner", "deputy", "manager")


class Network(Base):
    """The one network of this installation, with what its coordinators choose."""

    __tablename__ = "network"
    __table_args__ = (
        sa.CheckConstraint("id = 1", name="single"),
        sa.CheckConstraint("smallest_group >= 5", name="smallest_group"),
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(100))
    registration: Mapped[str] = mapped_column(words("registration", *REGISTRATIONS))
    #: The fewest people a published figure is made of.
    smallest_group: Mapped[int] = mapped_column(sa.SmallInteger)
    lang: Mapped[str] = mapped_column(words("lang", "fr", "es", "ca", "en"))
    zone: Mapped[str] = mapped_column(sa.String(64))
    contact: Mapped[str] = mapped_column(sa.String(254))
    #: Who sees the directory of spaces.
    directory: Mapped[str] = mapped_column(
        words("directory", *DIRECTORIES), default="members", server_default="members"
    )
    #: Whom mails come from; empty for what the machine says.
    sender_name: Mapped[str] = mapped_column(sa.String(100), default="", server_default="")
    sender_address: Mapped[str] = mapped_column(sa.String(254), default="", server_default="")


class Territory(Base):
    """A part of the network that plans together (a valley, a county)."""

    __tablename__ = "territory"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    country: Mapped[str] = mapped_column(sa.String(2))


class Space(Base):
    """A coworking space."""

    __tablename__ = "space"

    #: A readable slug; it never changes.
    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    place: Mapped[str] = mapped_column(sa.String(120))
    territory_id: Mapped[str] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    lang: Mapped[str] = mapped_column(words("lang", "fr", "es", "ca", "en"))
    zone: Mapped[str] = mapped_column(sa.String(64))
    latitude: Mapped[float | None] = mapped_column(sa.Float)
    longitude: Mapped[float | None] = mapped_column(sa.Float)
    desks: Mapped[int] = mapped_column(sa.SmallInteger)
    #: The languages spoken there: codes of `directory.themes.SPOKEN`, with a space between two.
    languages: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    #: A code of `directory.themes.THEMES`, or nothing; what the space is good at; a short text about it, in its language.
    theme: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    good_at: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    about: Mapped[str] = mapped_column(sa.String(800), default="", server_default="")
    #: Since when nobody new comes in; its people keep what they have.
    archived_at: Mapped[datetime | None] = mapped_column(Moment)


class Membership(Base):
    """A person in a space: as learner, as manager, or as deputy, who does what the manager does but names no deputies."""

    __tablename__ = "membership"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    space_id: Mapped[str] = mapped_column(sa.ForeignKey("space.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(words("role", *SPACE_ROLES))
    since: Mapped[datetime] = mapped_column(Moment)
    #: To whom the person shows that they belong here: their own choice, which they take back when they like.
    seen: Mapped[str] = mapped_column(words("seen", *SEEN), default="no", server_default="no")


class NetworkRole(Base):
    """A role of the whole network: trainer or coordinator."""

    __tablename__ = "network_role"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(words("role", "trainer", "coordinator"), primary_key=True)


class Invitation(Coded, Base):
    """Somebody is expected: one address, one role, one use, seven days. What it grants is read from this row only."""

    __tablename__ = "invitation"
    __table_args__ = (
        sa.CheckConstraint("(role IN ('learner', 'deputy', 'manager')) = (space_id IS NOT NULL)", name="scope"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    role: Mapped[str] = mapped_column(words("role", *SPACE_ROLES, "trainer", "coordinator"))
    space_id: Mapped[str | None] = mapped_column(sa.ForeignKey("space.id"))
    lang: Mapped[str] = mapped_column(words("lang", "fr", "es", "ca", "en"))
    #: None for an invitation made by the operator at the command line.
    invited_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    token_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    #: When a manager took it back. One that a newer invitation replaced has ended without this.
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)


class Application(Base):
    """Somebody who proved an address asks to join a space: where registration is open, or by the code on its screen. Its
    manager accepts or not.
    """

    __tablename__ = "application"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    space_id: Mapped[str] = mapped_column(sa.ForeignKey("space.id"), primary_key=True, index=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(words("state", "asked", "accepted", "declined"))
    decided_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    #: "open": by the page of all spaces. "screen": by the code that the space shows in its room.
    source: Mapped[str] = mapped_column(words("source", "open", "screen"), default="open", server_default="open")
    #: What the manager wrote with a no, "" for nothing.
    why: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
