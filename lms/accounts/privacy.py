"""What this room holds about a person, and how it is given out and deleted. Never a password hash or a token digest."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.accounts.models import CountedTry, LoginSession, Person, SignInLink
from lms.foundation.db import db
from lms.foundation.tokens import digest

#: Table -> the columns that are given out. The others are secrets, or the person's own id.
GIVEN: dict[type, tuple[str, ...]] = {
    Person: ("email", "name", "lang", "zone", "state", "created_at", "awaited_since"),
    LoginSession: ("created_at", "expires_at"),
    SignInLink: ("purpose", "after", "created_at", "expires_at", "used_at"),
}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Table -> rows, ready for JSON. `counted_try` names nobody and holds nothing to read."""
    found: dict[str, list[dict[str, Any]]] = {"counted_try": []}
    for model, names in GIVEN.items():
        table: sa.Table = model.__table__  # type: ignore[attr-defined]
        whose = table.c.id if model is Person else table.c.person_id
        rows = db.session.execute(sa.select(*(table.c[name] for name in names)).where(whose == person_id)).mappings()
        found[table.name] = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return found


def forget(person_id: str) -> None:
    """Delete the account and all of this room that belongs to it, after the rooms above forgot. Inside `writing()`."""
    who = db.session.get(Person, person_id)
    if who is None:
        return
    counted = [digest(f"{what}:{who.email}") for what in ("password", "code", "mail", "mails a day", "invitations")]
    gone = (
        sa.delete(CountedTry).where(CountedTry.key.in_(counted)),
        sa.delete(LoginSession).where(LoginSession.person_id == person_id),
        sa.delete(SignInLink).where(SignInLink.person_id == person_id),
        sa.delete(Person).where(Person.id == person_id),
    )
    db.session.expunge(who)
    for statement in gone:
        db.session.execute(statement, execution_options={"synchronize_session": False})
