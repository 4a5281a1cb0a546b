"""What changes reflections. Runs inside the caller's `writing()`; the person is the one of the session."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert
from lms.learning.reflections import rules
from lms.learning.reflections.models import Reflection, ReflectionText
from lms.learning.reflections.rules import Written
from lms.learning.service import forget_draft


def save(
    person_id: str,
    course_id: str,
    unit: str,
    activity: str,
    sent: Mapping[str, Written],
    *,
    revision: int,
    lang: str,
    version_id: str,
) -> bool:
    """Keep a page as a whole. Gives False, and changes nothing, where it was saved elsewhere since `revision` was read.

    The same page sent twice is saved once. The caller has checked that the person takes the course, that the prompts
    are its own and that the texts are no longer than `rules.LONGEST`.
    """
    page = _held(person_id, course_id, unit, activity)
    rows = {
        row.question: row
        for row in db.session.scalars(sa.select(ReflectionText).where(ReflectionText.reflection_id == page.id))
    }
    kept = {name: Written(row.text, row.shown) for name, row in rows.items()}
    changed = rules.differing(kept, sent)
    if not changed:
        forget_draft(person_id, course_id, unit, activity, "reflection")
        return True
    if page.revision != revision:
        return False
    forget_draft(person_id, course_id, unit, activity, "reflection")
    moment = now()
    for name in changed:
        one = rules.agreed(sent[name])
        row = rows.get(name)
        if row is None:
            row = ReflectionText(reflection_id=page.id, question=name, text="", former="", former_at=None)
            db.session.add(row)
        if row.text != one.text:
            if row.text:
                row.former, row.former_at = row.text, moment
            row.text, row.lang, row.version_id, row.saved_at = one.text, lang, version_id, moment
        row.shown = one.shown
    page.revision, page.saved_at = page.revision + 1, moment
    db.session.flush()
    return True


def forget_former(moment: datetime) -> None:
    """Delete the texts that were replaced thirty days ago and more."""
    db.session.execute(
        sa.update(ReflectionText)
        .where(ReflectionText.former_at <= moment - rules.FORMER_KEPT)
        .values(former="", former_at=None)
    )


def _held(person_id: str, course_id: str, unit: str, activity: str) -> Reflection:
    """The person's page, made where there is none, held until the end of the transaction."""
    key = {"person_id": person_id, "course_id": course_id, "unit": unit, "activity": activity}
    upsert(Reflection, [{"id": new_id(), **key, "revision": 0, "saved_at": now()}], key=list(key))
    return db.session.scalars(
        sa.select(Reflection).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    ).one()
