"""What changes notes. All of it inside the caller's `writing()`."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from lms.foundation.clock import now
from lms.foundation.db import db, upsert
from lms.learning.models import Enrolment
from lms.learning.notes import rules
from lms.learning.notes.models import Note
from lms.learning.service import forget_draft

_KEY = ("person_id", "course_id", "unit", "activity")


def keep(person_id: str, course_id: str, unit: str, activity: str, text: str, *, seen: str) -> str:
    """Keep a note over the former text, which stays for 30 days. `seen` is the mark of the text the page showed.

    Gives "same", "saved" or "conflict": then another page has saved meanwhile and nothing changes. The caller has
    checked that the person takes the course and that there is such an activity.
    """
    # Two first notes at once have no row of their own to wait for: the enrolment is held instead.
    db.session.execute(
        sa.select(Enrolment.id)
        .where(Enrolment.person_id == person_id, Enrolment.course_id == course_id)
        .with_for_update()
    )
    words = rules.clean_text(text)
    where = dict(zip(_KEY, (person_id, course_id, unit, activity), strict=True))
    row = db.session.scalar(sa.select(Note).filter_by(**where).with_for_update())
    mark = row.saved_at.isoformat() if row else ""
    found = rules.outcome(words, row.text if row else None, seen=seen, mark=mark)
    if found != "conflict":
        forget_draft(person_id, course_id, unit, activity, "note")
    if found != "saved":
        return found
    if row is None:
        fact = {**where, "text": words, "saved_at": now(), "former": None, "former_at": None}
        upsert(Note, [fact], key=_KEY)
    else:
        row.former, row.former_at, row.text, row.saved_at = row.text, now(), words, now()
        db.session.flush()
    return found


def forget_former(moment: datetime) -> None:
    """Forget the texts that were replaced more than 30 days before `moment`, and the notes that are empty since."""
    over = Note.former_at < moment - rules.FORMER_KEPT
    db.session.execute(sa.delete(Note).where(over, Note.text == ""))
    db.session.execute(sa.update(Note).where(over).values(former=None, former_at=None))
