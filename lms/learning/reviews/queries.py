"""Reads of coming back: today's sitting, one question of the queue. Two queries at most, whatever the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.catalogue.models import Course
from lms.catalogue.queries import Published, versions
from lms.content.documents import Activity
from lms.content.kinds import Question
from lms.content.texts import plain
from lms.foundation.clock import local, now
from lms.foundation.db import db, read
from lms.learning.models import Enrolment
from lms.learning.moves.rules import stood_then
from lms.learning.reviews import rules
from lms.learning.reviews.models import Review, ReviewMail
from lms.learning.reviews.scenes import asked_of
from lms.learning.rules import variant

#: More waiting questions than this are not looked at in one go: the nearest days come first.
LOOKED_AT = 300

Key = tuple[str, str, str, str]
"""Course, unit, activity, question."""


@dataclass(frozen=True)
class Item:
    """A question of somebody's queue, as the row says (see `models.Review`), with the version served now."""

    course_id: str
    unit: str
    activity: str
    question: str
    state: str
    step: int
    due_on: date | None
    version_id: str
    given: Any
    lang: str
    missed: bool
    sure: bool | None
    reviewed_on: date | None
    current_version_id: str

    @property
    def key(self) -> Key:
        """What names it for its person."""
        return self.course_id, self.unit, self.activity, self.question

    @property
    def rung(self) -> rules.Rung:
        """Where it stands."""
        return rules.Rung(self.state, self.step, self.due_on)


@dataclass(frozen=True)
class Today:
    """Coming back today: what is left to ask, what more is due, when the next sitting is."""

    sitting: tuple[Key, ...]
    #: How many were asked today already.
    done: int
    #: How many are due in all, today's sitting included.
    due: int
    #: The day of the next sitting after today's; None where nothing waits.
    next_on: date | None
    #: Whether this person has a queue at all.
    begun: bool

    @property
    def minutes(self) -> int:
        """How long the sitting takes."""
        return rules.minutes(len(self.sitting))


@dataclass(frozen=True)
class Mailed:
    """Somebody to whom the mail of a week is written: how much waits today, and the first question of it, plain text."""

    person_id: str
    name: str
    email: str
    lang: str
    count: int
    minutes: int
    first: str


_COLUMNS = [getattr(Review, name) for name in list(Item.__dataclass_fields__)[:-1]]
_ITEMS = (
    sa.select(*_COLUMNS, Course.current_version_id)
    .join(Course, Course.id == Review.course_id)
    .join(Enrolment, sa.and_(Enrolment.person_id == Review.person_id, Enrolment.course_id == Review.course_id))
    .where(Review.person_id == sa.bindparam("person"), Enrolment.state != "declined")
)
_QUEUE = (
    _ITEMS.where(sa.or_(Review.state == "waiting", Review.reviewed_on == sa.bindparam("day", type_=sa.Date)))
    .order_by(
        sa.case((Review.reviewed_on == sa.bindparam("day", type_=sa.Date), 0), else_=1), Review.due_on, Review.question
    )
    .limit(LOOKED_AT)
)
_ITEM = _ITEMS.where(
    Review.course_id == sa.bindparam("course"),
    Review.unit == sa.bindparam("unit"),
    Review.activity == sa.bindparam("activity"),
    Review.question == sa.bindparam("question"),
)


def today_of(person_id: str, day: date) -> Today:
    """What `day` asks of a person. Questions that the served version no longer has, or that no longer return, are
    left out.
    """
    items = [Item(*row) for row in read(_QUEUE, person=person_id, day=day)]
    served = versions({one.current_version_id for one in items})
    here = [one for one in items if is_asked(one, served)]
    waiting = [
        rules.Due(one.key, one.due_on, one.missed, one.sure)
        for one in here
        if one.state == "waiting" and one.due_on is not None
    ]
    done = [(one.course_id, one.unit) for one in items if one.reviewed_on == day]
    return Today(
        tuple(one.key for one in rules.sitting(waiting, day, done)),
        len(done),
        sum(one.due_on <= day for one in waiting),
        rules.next_day(waiting, day, done),
        bool(items),
    )


def item_of(person_id: str, key: Key) -> Item | None:
    """A question of a person's own queue; None for one that is not in it."""
    course, unit, activity, question = key
    row = read(_ITEM, person=person_id, course=course, unit=unit, activity=activity, question=question).first()
    return Item(*row) if row else None


def wants_mail(person_id: str) -> bool:
    """Whether somebody wants a mail in weeks in which questions wait."""
    return db.session.get(ReviewMail, person_id) is not None


def to_mail() -> list[tuple[str, str]]:
    """(person, week) of the active people who want a mail, for whom it is the hour of it and something may wait. Two
    queries; what waits is read again when the mail is written (`mail_of`).
    """
    moment = now()
    weeks: dict[str, str] = {}
    for zone in db.session.scalars(
        sa.select(Person.zone).join(ReviewMail, ReviewMail.person_id == Person.id).distinct()
    ):
        weeks[zone] = rules.week_of_mail(local(moment, zone))
    found = db.session.execute(
        sa.select(Person.id, Person.zone)
        .join(ReviewMail, ReviewMail.person_id == Person.id)
        .where(
            Person.state == "active",
            Person.zone.in_([zone for zone, week in weeks.items() if week]),
            sa.exists().where(
                Review.person_id == Person.id,
                Review.state == "waiting",
                # Days begin earlier in the east: who has nothing today where they live gets nothing in the end.
                Review.due_on <= moment.date() + timedelta(days=1),
            ),
        )
        .order_by(Person.id)
    )
    return [(row.id, weeks[row.zone]) for row in found]


def mail_of(person_id: str, week: str) -> Mailed | None:
    """The mail of a week for somebody, as things are now; None where they want none any more, may no longer come in,
    the week is over, or nothing waits today.
    """
    row = db.session.execute(
        sa.select(Person.name, Person.email, Person.lang, Person.zone)
        .join(ReviewMail, ReviewMail.person_id == Person.id)
        .where(Person.id == person_id, Person.state == "active")
    ).one_or_none()
    if row is None:
        return None
    day = local(now(), row.zone).date()
    found = today_of(person_id, day)
    first = item_of(person_id, found.sitting[0]) if found.sitting else None
    if first is None or not rules.is_in_week(week, day):
        return None
    served = versions({first.current_version_id})[first.current_version_id]
    text = text_of(first, served, row.lang)
    asked = asked_of(text, first.question) if text else None
    title = plain(asked.title) if asked else ""
    return Mailed(person_id, row.name, row.email, row.lang, len(found.sitting), found.minutes, title)


def is_asked(one: Item, served: Mapping[str, Published]) -> bool:
    """Whether the served version still has the question, and still has it come back."""
    text = text_of(one, served[one.current_version_id], one.lang)
    found = asked_of(text, one.question) if text else None
    return text is not None and found is not None and rules.returns(text.type, found)


def text_of(one: Item, own: Published, lang: str) -> Activity | None:
    """The activity of a question as a version has it, in `lang` or the nearest there is; in a former version, where it
    stood then.
    """
    unit, activity = one.unit, one.activity
    if own.version_id != one.current_version_id:
        unit, activity = stood_then(own.document, unit, activity, one.question)
    return variant(own.document, unit, activity, lang)


def has_changed(one: Item, then: Published | None, now: Published) -> bool:
    """Whether the question is no longer the one that was answered, in the language it was answered in."""
    return then is not None and _question(one, then) != _question(one, now)


def _question(one: Item, own: Published) -> Question | None:
    text = text_of(one, own, one.lang)
    return asked_of(text, one.question) if text else None
