"""What this room holds about a person, and how it is given out and deleted. Never a password hash or a token digest."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.accounts.models import CountedTry, LoginSession, Person, SignInLink
from lms.foundation.db import db
from lms.foundation.tokens import digest


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Table name -> what it says of the person, in words and moments. `counted_try` names nobody: nothing to read."""
    who = db.session.get(Person, person_id)
    sessions = db.session.scalars(sa.select(LoginSession).where(LoginSession.person_id == person_id))
    links = db.session.scalars(sa.select(SignInLink).where(SignInLink.person_id == person_id))
    return {
        "person": [
            {
                "email": who.email, "name": who.name, "lang": who.lang, "zone": who.zone, "state": who.state,
                "has_password": who.password_hash is not None, "created_at": who.created_at,
            }
        ] if who else [],
        "login_session": [{"created_at": row.created_at, "expires_at": row.expires_at} for row in sessions],
        "sign_in_link": [
            {"purpose": row.purpose, "created_at": row.created_at, "expires_at": row.expires_at, "used_at": row.used_at}
            for row in links
        ],
        "counted_try": [],
    }  # fmt: skip


def forget(person_id: str) -> None:
    """Delete the account and everything in this room that belongs to it. The rooms above forget first."""
    who = db.session.get(Person, person_id)
    if who is None:
        return
    counted = [digest(f"{what}:{who.email}") for what in ("password", "mail", "mails a day", "invitations")]
    silent = {"synchronize_session": False}
    db.session.execute(sa.delete(CountedTry).where(CountedTry.key.in_(counted)), execution_options=silent)
    db.session.execute(sa.delete(LoginSession).where(LoginSession.person_id == person_id), execution_options=silent)
    db.session.execute(sa.delete(SignInLink).where(SignInLink.person_id == person_id), execution_options=silent)
    db.session.execute(sa.delete(Person).where(Person.id == person_id), execution_options=silent)
    db.session.expunge(who)
