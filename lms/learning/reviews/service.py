"""What changes the queue: an answer in a lesson or a quiz, the end of a scenario, an answer here; in it or out of it.

All of it runs inside the caller's `writing()`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.catalogue import queries as catalogue
from lms.content.documents import Activity
from lms.content.kinds import Question
from lms.foundation.clock import DEFAULT_ZONE, now, today
from lms.foundation.db import db, upsert
from lms.foundation.errors import NotFound
from lms.learning.models import Attempt, Walk
from lms.learning.moves.rules import stands_now
from lms.learning.reviews import queries, rules
from lms.learning.reviews.models import Review, ReviewMail
from lms.learning.reviews.queries import Item, Key
from lms.learning.reviews.scenes import asked_of, chosen, decisive

_KEY = ("person_id", "course_id", "unit", "activity", "question")


def entered(
    attempt: Attempt, text: Activity, question: Question, given: Any, share: float, *, sure: bool | None = None
) -> None:
    """A question was answered in a lesson or a quiz (`text`, whose language is that of the answer): it enters the
    queue, or stands where `rules.answered_again` puts it. `sure` is what was said before answering, if anything.
    """
    if not rules.returns(text.type, question):
        return
    # An attempt keeps its version; the question comes back where it stands now.
    served = catalogue.published(attempt.course_id)
    stand = stands_now(served.document, attempt.unit, attempt.activity, question.id) if served else None
    key = (attempt.course_id, *(stand or (attempt.unit, attempt.activity)), question.id)
    _enter(attempt.person_id, key, given, share, version_id=attempt.version_id, lang=text.lang, sure=sure)


def ended(walk: Walk, text: Activity) -> None:
    """A scenario came to an ending (`text`, in the language it was read in): its decisive scene enters the queue, or
    stands where `rules.answered_again` puts it. A way that never came through that scene missed nothing.
    """
    scene = decisive(text)
    if scene is None:
        return
    given = chosen(text, scene.id, walk.path)
    share = 1.0 if given is None else scene.mark(given).fraction or 0.0
    key = (walk.course_id, walk.unit, walk.activity, scene.id)
    _enter(walk.person_id, key, given, share, version_id=walk.version_id, lang=text.lang)


def _enter(
    person_id: str, key: Key, given: Any, share: float, *, version_id: str, lang: str, sure: bool | None = None
) -> None:
    zone = db.session.scalar(sa.select(Person.zone).where(Person.id == person_id))
    row, day = _row(person_id, key), today(zone or DEFAULT_ZONE)
    if row is None:
        rung = rules.first(day)
        fact = {
            **dict(zip(_KEY, (person_id, *key), strict=True)),
            "state": rung.state,
            "step": rung.step,
            "due_on": rung.due_on,
            "version_id": version_id,
            "given": given,
            "lang": lang,
            "missed": not rules.held(share),
            "sure": sure,
            "answered_at": now(),
            "reviewed_on": None,
        }
        upsert(Review, [fact], key=_KEY)
        return
    _climb(row, rules.answered_again(rules.Rung(row.state, row.step, row.due_on), share, day))
    row.version_id, row.given, row.lang = version_id, given, lang
    row.missed, row.sure, row.answered_at = not rules.held(share), sure, now()
    db.session.flush()


def answer(person_id: str, key: Key, given: Any, *, lang: str, sure: bool | None, day: date) -> None:
    """Keep an answer to a question that is due on `day`, read in `lang`, and put it on its next rung.

    Sent twice, the first one stands. Raises `NotFound` for a question that is not in this person's queue or no longer
    in the course, `content.kinds.WrongShape` for an answer it cannot have.
    """
    row, item = _own(person_id, key)
    if row.state != "waiting" or row.due_on is None or row.due_on > day:
        return
    served = catalogue.version(item.current_version_id)
    text = queries.text_of(item, served, lang) if served else None
    question = asked_of(text, item.question) if text else None
    if text is None or question is None:
        raise NotFound()
    kept = question.accept(given)
    share = question.mark(kept).fraction or 0.0
    _climb(row, rules.after(item.rung, share, day))
    row.version_id, row.given, row.lang = item.current_version_id, kept, text.lang
    row.missed, row.sure = not rules.held(share), sure
    row.answered_at, row.reviewed_on = now(), day
    db.session.flush()


def take_out(person_id: str, key: Key) -> None:
    """Ask this question no more. Raises `NotFound` for one that is not in the queue."""
    row, item = _own(person_id, key)
    _climb(row, rules.taken_out(item.rung))


def put_back(person_id: str, key: Key, day: date) -> None:
    """Ask it again after all. Raises `NotFound` for one that is not in the queue."""
    row, item = _own(person_id, key)
    _climb(row, rules.put_back(item.rung, day))


def want_mail(person_id: str, *, wanted: bool) -> None:
    """Send this person a mail in weeks in which questions wait, or no longer. Twice is once."""
    if wanted:
        upsert(ReviewMail, [{"person_id": person_id, "since": now()}], key=["person_id"])
    else:
        db.session.execute(sa.delete(ReviewMail).where(ReviewMail.person_id == person_id))


def _climb(row: Review, rung: rules.Rung) -> None:
    row.state, row.step, row.due_on = rung.state, rung.step, rung.due_on


def _row(person_id: str, key: Key) -> Review | None:
    names = dict(zip(_KEY, (person_id, *key), strict=True))
    return db.session.scalar(sa.select(Review).filter_by(**names).with_for_update())


def _own(person_id: str, key: Key) -> tuple[Review, Item]:
    row = _row(person_id, key)
    item = queries.item_of(person_id, key)
    if row is None or item is None:
        raise NotFound()
    return row, item
