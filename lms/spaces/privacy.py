"""What this room holds about a person: where they belong, what they may do, who invited whom."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.spaces.models import Application, Invitation, Membership, NetworkRole


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _address(person_id: str) -> sa.ScalarSelect[str]:
    return sa.select(Person.email).where(Person.id == person_id).scalar_subquery()


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Table -> rows, ready for JSON. Invitations they sent are told without the other address."""
    members = db.session.scalars(sa.select(Membership).where(Membership.person_id == person_id))
    roles = db.session.scalars(sa.select(NetworkRole).where(NetworkRole.person_id == person_id))
    invited = db.session.scalars(
        sa.select(Invitation).where(sa.or_(Invitation.email == _address(person_id), Invitation.invited_by == person_id))
    )
    asked = db.session.scalars(sa.select(Application).where(Application.person_id == person_id))
    found: dict[str, list[dict[str, Any]]] = {
        "membership": [
            {"space": row.space_id, "role": row.role, "since": row.since, "seen": row.seen} for row in members
        ],
        "network_role": [{"role": row.role} for row in roles],
        "invitation": [
            {
                "sent": row.invited_by == person_id,
                "role": row.role,
                "space": row.space_id,
                "lang": row.lang,
                "created_at": row.created_at,
                "expires_at": row.expires_at,
                "used_at": row.used_at,
                "withdrawn_at": row.withdrawn_at,
            }
            for row in invited
        ],
        "application": [
            {"space": row.space_id, "asked_at": row.asked_at, "state": row.state, "source": row.source, "why": row.why}
            for row in asked
        ],
    }  # fmt: skip
    return {
        table: [{name: _plain(value) for name, value in row.items()} for row in rows] for table, rows in found.items()
    }


def forget(person_id: str) -> None:
    """Delete what belongs to the person; what they decided about others stays, without them. Inside `writing()`."""
    silent = {"synchronize_session": False}
    gone = (
        sa.delete(Membership).where(Membership.person_id == person_id),
        sa.delete(NetworkRole).where(NetworkRole.person_id == person_id),
        sa.delete(Application).where(Application.person_id == person_id),
        sa.delete(Invitation).where(Invitation.email == _address(person_id)),
        sa.update(Application).where(Application.decided_by == person_id).values(decided_by=None),
        # An invitation whose giver is unknown would pass for the operator's: it ends with them.
        sa.delete(Invitation).where(Invitation.invited_by == person_id, Invitation.used_at.is_(None)),
        sa.update(Invitation).where(Invitation.invited_by == person_id).values(invited_by=None),
    )
    for statement in gone:
        db.session.execute(statement, execution_options=silent)
