"""Writing the audit: one entry in the transaction of the change it tells of."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from lms.foundation.clock import now
from lms.foundation.db import db, new_id
from lms.spaces.audit.kinds import KINDS
from lms.spaces.audit.models import AuditEntry

#: How long the audit tells of a change.
KEPT = timedelta(days=365)


def note(
    *,
    by: str | None,
    what: str,
    space_id: str | None = None,
    subject: str = "",
    before: str = "",
    after: str = "",
) -> AuditEntry:
    """Write down a change, inside the caller's `writing()`. Gives the row.

    `by` is a person's id, None for the operator's command line. `what` is a key of `kinds.KINDS`; where its kind is about a
    person, `subject` is that person's id. No name and no address of anybody belongs into `subject`, `before` and `after`:
    codes of `kinds.SAID`, numbers, titles; what is too long is cut. Raises `KeyError` for an unknown kind.
    """
    about = KINDS[what].person
    made = AuditEntry(
        id=new_id(), at=now(), actor_id=by, operator=by is None, what=what, space_id=space_id,
        person_id=(subject or None) if about else None, subject="" if about else subject[:200],
        before=before[:500], after=after[:500],
    )  # fmt: skip
    db.session.add(made)
    return made


def forget_old(moment: datetime) -> None:
    """Delete entries older than `KEPT`: what was changed stands, who changed it is no longer kept."""
    old = sa.delete(AuditEntry).where(AuditEntry.at < moment - KEPT)
    db.session.execute(old, execution_options={"synchronize_session": False})
