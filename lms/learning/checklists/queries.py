"""Reads about checklists: one's own ticks."""

from __future__ import annotations

import sqlalchemy as sa

from lms.content.documents import Activity
from lms.foundation.db import db
from lms.learning.checklists import rules
from lms.learning.checklists.models import Tick


def ticked(person_id: str, course_id: str, unit: str, source: Activity) -> frozenset[rules.Line]:
    """The lines of a checklist (as the course writes it in its own language) that a person ticked and that still stand."""
    rows = db.session.execute(
        sa.select(Tick.section, Tick.place, Tick.sentence).where(
            Tick.person_id == person_id, Tick.course_id == course_id, Tick.unit == unit, Tick.activity == source.key
        )
    )
    return rules.standing(
        {(section, place): sentence for section, place, sentence in rows}, rules.sentences(source.checklist)
    )
