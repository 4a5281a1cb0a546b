"""Reads of the audit: entries, newest first, page by page from the last one seen."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.spaces.audit.kinds import kinds_of
from lms.spaces.audit.models import AuditEntry
from lms.spaces.models import Space

#: Entries on one page.
PAGE = 40


def entries(
    *, space_id: str | None = None, topic: str = "", before: str = "", page: int = PAGE
) -> tuple[list[Row[Any]], str]:
    """(entry, name of who did it, name of whom it was done to, name of the space), and where the next page begins ("": nowhere).

    `before` is the id of the last entry of the page before; one that does not exist is like none. One or two queries.
    """
    actor, person = aliased(Person), aliased(Person)
    wanted = (
        sa.select(AuditEntry, actor.name.label("actor"), person.name.label("person"), Space.name.label("space"))
        .outerjoin(actor, actor.id == AuditEntry.actor_id)
        .outerjoin(person, person.id == AuditEntry.person_id)
        .outerjoin(Space, Space.id == AuditEntry.space_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(page + 1)
    )
    if space_id is not None:
        wanted = wanted.where(AuditEntry.space_id == space_id)
    if topic:
        wanted = wanted.where(AuditEntry.what.in_(kinds_of(topic)))
    last = db.session.get(AuditEntry, before[:22]) if before else None
    if last is not None and space_id in (None, last.space_id):
        wanted = wanted.where(
            sa.or_(AuditEntry.at < last.at, sa.and_(AuditEntry.at == last.at, AuditEntry.id < last.id))
        )
    rows: list[Row[Any]] = list(db.session.execute(wanted))
    return rows[:page], rows[page - 1].AuditEntry.id if len(rows) > page else ""
