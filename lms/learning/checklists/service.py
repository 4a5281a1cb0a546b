"""What changes checklists: saving the ticks. Inside the caller's `writing()`."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from lms.content.documents import Activity
from lms.foundation.db import db, upsert
from lms.foundation.errors import NotFound
from lms.learning.checklists import rules
from lms.learning.checklists.models import Tick
from lms.learning.models import Enrolment

_KEY = ("person_id", "course_id", "unit", "activity", "section", "place")


def keep(person_id: str, course_id: str, unit: str, source: Activity, wanted: Collection[rules.Line]) -> None:
    """Have exactly the lines `wanted` ticked, of a checklist as the course writes it in its own language.

    Raises `NotFound` for a course not taken.
    """
    # Held until the end: two forms of one person come one after the other, and the last one stands whole.
    held = db.session.scalar(
        sa.select(Enrolment.id)
        .where(Enrolment.person_id == person_id, Enrolment.course_id == course_id, Enrolment.state != "declined")
        .with_for_update()
    )
    if held is None:
        raise NotFound()
    db.session.execute(
        sa.delete(Tick).where(
            Tick.person_id == person_id, Tick.course_id == course_id, Tick.unit == unit, Tick.activity == source.key
        )
    )
    sentences = rules.sentences(source.checklist)
    rows = [
        {
            "person_id": person_id,
            "course_id": course_id,
            "unit": unit,
            "activity": source.key,
            "section": section,
            "place": place,
            "sentence": sentences[section, place],
        }
        for section, place in sorted(wanted)
    ]
    upsert(Tick, rows, key=_KEY)
