"""What changes plans after they were made: their circumstances, what came of them, what others may read of it.

All of it runs inside the caller's `writing()`.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _
from lms.foundation.tokens import digest
from lms.jobs import outbox
from lms.learning.events import PlanDated
from lms.learning.models import Plan
from lms.learning.plans import rules
from lms.learning.plans.models import PracticeNote
from lms.learning.plans.queries import Key
from lms.learning.rules import clean_line


def renewed(person_id: str, key: Key, *, situation: str, action: str, planned_on: date | None) -> None:
    """The plan is saved again with these words: one that was told and changes now is one to try again."""
    row = _plan(person_id, key)
    if row is not None:
        _renew(row, situation, action, planned_on)


def dated(person_id: str, key: Key, planned_on: date | None, *, remind: bool) -> None:
    """The plan has this day: have its owner reminded that morning, if they want it. Written down once for each day."""
    if not remind:
        return
    zone = db.session.scalar(sa.select(Person.zone).where(Person.id == person_id)) or "Europe/Paris"
    due = rules.reminder_at(planned_on, zone, now())
    if due is None or planned_on is None:
        return
    course_id, unit, block = key
    name = digest("\0".join((person_id, *key, planned_on.isoformat())))
    outbox.tell(PlanDated(name, person_id, course_id, unit, block, planned_on.isoformat()), due=due)


def change(
    person_id: str,
    key: Key,
    *,
    situation: str,
    action: str,
    planned_on: date | None,
    place: str,
    may_ask: str,
    remind: bool,
) -> None:
    """Save the whole of a plan. Raises `NotFound` for a missing one, `Refused` for one without words."""
    row = _own(person_id, key)
    when, do = clean_line(situation), clean_line(action)
    if not when and not do:
        raise Refused(_("A plan needs at least a few words."))
    _renew(row, when, do, planned_on)
    row.situation, row.action, row.planned_on = when, do, planned_on
    row.place, row.may_ask, row.remind = clean_line(place)[: rules.PLACE_LONGEST].strip(), may_ask, remind
    row.saved_at = now()
    db.session.flush()
    dated(person_id, key, planned_on, remind=remind)


def tell(person_id: str, key: Key, *, state: str, happened: str, keeps: str) -> None:
    """What became of a plan: tried, adapted or dropped, in its owner's words. Raises `NotFound` for a missing one."""
    assert state in rules.TOLD
    row = _own(person_id, key)
    row.state, row.told_at = state, now()
    row.happened = rules.clean_text(happened, rules.ANSWER_LONGEST)
    row.keeps = rules.clean_text(keeps, rules.ANSWER_LONGEST)
    db.session.flush()


def give_on(person_id: str, key: Key, *, text: str, place: str, lang: str) -> None:
    """Publish what was tried as a practice note, over a former one. Where a moderator hid it, it stays hidden.

    Raises `NotFound` for a missing plan, `Refused` for one that was not tried, an empty or a long text.
    """
    row = _own(person_id, key)
    if row.state not in ("tried", "adapted"):
        raise Refused(_("Only what was tried can be given on."))
    words = rules.clean_text(text, rules.PRACTICE_LONGEST)
    if not words or rules.word_count(words) > rules.PRACTICE_WORDS:
        raise Refused(_("A practice note has between 1 and 80 words."))
    fact = {
        **_names(person_id, key),
        "id": new_id(),
        "place": place[: rules.PLACE_LONGEST],
        "text": words,
        "lang": lang,
        "state": "shown",
        "published_at": now(),
    }
    upsert(
        PracticeNote,
        [fact],
        key=["person_id", "course_id", "unit", "block"],
        update=["place", "text", "lang", "published_at"],
    )


def take_back(person_id: str, key: Key) -> None:
    """Take a practice note of one's own back; one that was hidden keeps its place, so that it cannot return unseen.

    Twice is once.
    """
    mine = sa.and_(*(getattr(PracticeNote, name) == value for name, value in _names(person_id, key).items()))
    db.session.execute(sa.delete(PracticeNote).where(mine, PracticeNote.state == "shown"))


def moderate(note_id: str, *, state: str) -> None:
    """Hide a practice note from view, or show it again. Raises `NotFound` for a missing one."""
    assert state in ("shown", "hidden")
    row = db.session.scalar(sa.select(PracticeNote).where(PracticeNote.id == note_id).with_for_update())
    if row is None:
        raise NotFound()
    row.state = state
    db.session.flush()


def _names(person_id: str, key: Key) -> dict[str, str]:
    return dict(zip(("person_id", "course_id", "unit", "block"), (person_id, *key), strict=True))


def _plan(person_id: str, key: Key) -> Plan | None:
    return db.session.scalar(
        sa.select(Plan).filter_by(**_names(person_id, key)).with_for_update().execution_options(populate_existing=True)
    )


def _own(person_id: str, key: Key) -> Plan:
    row = _plan(person_id, key)
    if row is None:
        raise NotFound()
    return row


def _renew(row: Plan, situation: str, action: str, planned_on: date | None) -> None:
    changed = (row.situation, row.action, row.planned_on) != (situation, action, planned_on)
    if rules.begins_anew(row.state, changed=changed):
        row.state, row.told_at = "planned", None
        db.session.flush()
