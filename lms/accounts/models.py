"""Tables of people: person, login session, sign-in link, counted tries, and the mark of the installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment, words
from lms.foundation.i18n import sort_key


def _sorted_by_name(context: Any) -> str:
    return sort_key(context.get_current_parameters()["name"])


class Person(Base):
    """Somebody who learns, manages, writes or coordinates. The e-mail is the name they sign in with."""

    __tablename__ = "person"
    __table_args__ = (sa.Index("ix_person_sort", "sort", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    #: As it is written to, lower case, NFC, domain in IDNA form: two spellings of one address are one person.
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    #: The name as a dictionary sorts it and as it is looked for (`i18n.sort_key`): long lists are read in this order, a
    #: page at a time. Compared sign by sign, so that both databases have the same order.
    sort: Mapped[str] = mapped_column(
        sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql"),
        default=_sorted_by_name,
        server_default="",
    )
    #: Argon2id; none for people who sign in by link alone.
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    lang: Mapped[str] = mapped_column(words("lang", "fr", "es", "ca", "en"))
    zone: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[str] = mapped_column(words("state", "active", "disabled"))
    #: One of the four accounts a demonstration prints; signs in only where the installation is marked as one.
    demo: Mapped[bool] = mapped_column(sa.Boolean)
    created_at: Mapped[datetime] = mapped_column(Moment)
    #: Since when this person is awaited: a list has brought them, or they gave an address and have not proved it. None once
    #: they have signed in.
    awaited_since: Mapped[datetime | None] = mapped_column(Moment)


class LoginSession(Base):
    """A browser that is signed in. Deleting the row signs it out at its next request."""

    __tablename__ = "login_session"

    #: SHA-256 of the token in the cookie.
    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class Coded:
    """A row whose mail carries a code of eight signs besides its link. It fits with the row's own address alone."""

    #: Keyed with the machine's secret (`foundation.tokens.code_digest`); none before the mail is written.
    code_digest: Mapped[str | None] = mapped_column(sa.String(64))
    #: How often a code was tried on this row, right or wrong; after five it opens nothing, and a new mail is needed.
    code_tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0, server_default="0")


class SignInLink(Coded, Base):
    """A link that was asked for. The token is minted when its mail is written; only its digest is kept."""

    __tablename__ = "sign_in_link"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(words("purpose", "sign_in", "reset"))
    token_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    #: A path of ours where the person goes on after signing in; empty for their home.
    after: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class CountedTry(Base):
    """How often something was tried in a window of time: password checks and mails asked for, over all processes."""

    __tablename__ = "counted_try"

    #: SHA-256 of what is counted ("password:" and the address ...), so that the table names nobody.
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(Moment)
    count: Mapped[int] = mapped_column(sa.Integer)


class Installation(Base):
    """One row, written once: whether this database is a demonstration, for ever."""

    __tablename__ = "installation"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    demo: Mapped[bool] = mapped_column(sa.Boolean)
    made_at: Mapped[datetime] = mapped_column(Moment)
