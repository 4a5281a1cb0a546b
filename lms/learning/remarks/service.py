"""What changes remarks: saying something, and answering it. All of it inside the caller's `writing()`."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from lms.accounts.service import count_try
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import NotFound, Refused, TooMany
from lms.foundation.i18n import _
from lms.foundation.tokens import digest
from lms.learning.remarks import rules
from lms.learning.remarks.models import Remark

#: (how many, in how long) one person may say.
SAID = (10, timedelta(hours=1))


def say(
    person_id: str,
    course_id: str,
    unit: str,
    activity: str,
    *,
    question: str,
    lang: str,
    quote: str,
    text: str,
    named: bool,
) -> None:
    """Keep a remark on an activity, or on a question of it. The same one twice is once.

    The caller has checked that the person takes the course and that there is such a page. Raises `Refused` for an
    empty one, `TooMany` past ten in an hour.
    """
    said, passage = rules.clean_text(text, rules.TEXT_LONGEST), rules.clean_text(quote, rules.QUOTE_LONGEST)
    if not said:
        raise Refused(_("Say in a sentence what is wrong, or what you see otherwise."))
    mark = digest("\0".join((person_id, course_id, unit, activity, question, passage, said)))
    if db.session.scalar(sa.select(Remark.id).where(Remark.digest == mark)):
        return
    try:
        count_try(f"remark:{person_id}", SAID)
    except TooMany as error:
        raise TooMany(
            _("That is a lot in one hour. Your text is not sent: try again a little later."), error.retry_after
        ) from None
    fact = {
        "id": new_id(),
        "person_id": person_id,
        "kind": "disagree" if question else "error",
        "course_id": course_id,
        "unit": unit,
        "activity": activity,
        "question": question,
        "lang": lang,
        "quote": passage,
        "text": said,
        "named": named,
        "digest": mark,
        "state": "open",
        "answer": "",
        "answered_by": None,
        "answered_at": None,
        "written_at": now(),
    }
    upsert(Remark, [fact], key=["digest"])


def settle(remark_id: str, *, by: str, answer: str) -> None:
    """Answer a remark, or close it without a word. Raises `NotFound` for a missing one."""
    row = _remark(remark_id)
    row.answer = rules.clean_text(answer, rules.ANSWER_LONGEST)
    row.state = "answered" if row.answer else "closed"
    row.answered_by, row.answered_at = by, now()
    db.session.flush()


def reopen(remark_id: str) -> None:
    """Open a remark again; its answer is taken back. Raises `NotFound` for a missing one."""
    row = _remark(remark_id)
    row.state, row.answer, row.answered_by, row.answered_at = "open", "", None, None
    db.session.flush()


def _remark(remark_id: str) -> Remark:
    found = db.session.scalar(sa.select(Remark).where(Remark.id == remark_id).with_for_update())
    if found is None:
        raise NotFound()
    return found
