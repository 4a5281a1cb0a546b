"""Reads about reflections: one's own page, and what others lend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation.clock import now
from lms.foundation.db import db
from lms.learning.models import Enrolment
from lms.learning.reflections import rules
from lms.learning.reflections.models import Reflection, ReflectionText
from lms.learning.reflections.rules import Written


@dataclass(frozen=True)
class KeptText:
    """A text as it stands; `former` is what it replaced in the last thirty days, empty if nothing."""

    written: Written
    lang: str
    saved_at: datetime
    former: str = ""
    former_at: datetime | None = None

    @property
    def former_until(self) -> datetime | None:
        """Until when the former text can be read."""
        return self.former_at + rules.FORMER_KEPT if self.former_at else None


@dataclass(frozen=True)
class Kept:
    """One's own page: how often it was saved, when last, the texts by prompt."""

    revision: int = 0
    saved_at: datetime | None = None
    texts: dict[str, KeptText] = field(default_factory=dict)

    @property
    def written(self) -> dict[str, Written]:
        """Prompt -> text and who may read it."""
        return {name: one.written for name, one in self.texts.items()}


@dataclass(frozen=True)
class Lent:
    """A text somebody else lends; `name` is empty where they chose so."""

    text: str
    lang: str
    name: str


def kept_of(person_id: str, course_id: str, unit: str, activity: str) -> Kept:
    """A person's own page of an activity. One query."""
    moment = now()
    rows = db.session.execute(
        sa.select(
            Reflection.revision,
            Reflection.saved_at.label("page_saved_at"),
            ReflectionText.question,
            ReflectionText.text,
            ReflectionText.shown,
            ReflectionText.lang,
            ReflectionText.saved_at,
            ReflectionText.former,
            ReflectionText.former_at,
        )
        .outerjoin(ReflectionText, ReflectionText.reflection_id == Reflection.id)
        .where(
            Reflection.person_id == person_id,
            Reflection.course_id == course_id,
            Reflection.unit == unit,
            Reflection.activity == activity,
        )
    ).all()
    if not rows:
        return Kept()
    texts = {}
    for row in rows:
        if row.question is None:
            continue
        former = (row.former, row.former_at) if rules.still_kept(row.former_at, moment) else ("", None)
        texts[row.question] = KeptText(Written(row.text, row.shown), row.lang, row.saved_at, *former)
    return Kept(rows[0].revision, rows[0].page_saved_at if rows[0].revision else None, texts)


def written_in(person_id: str, course_id: str) -> set[tuple[str, str]]:
    """(unit, activity) of the reflections of a course in which somebody has written. One query."""
    wanted = sa.select(Reflection.unit, Reflection.activity).where(
        Reflection.person_id == person_id, Reflection.course_id == course_id
    )
    return {(row.unit, row.activity) for row in db.session.execute(wanted)}


def lent_to(
    person_id: str, course_id: str, unit: str, activity: str, questions: Collection[str]
) -> dict[str, list[Lent]]:
    """What others who take the course lend to these prompts, the newest first, a few of each. One query.

    The caller names the prompts to which this person has saved a text of their own: nobody reads before writing.
    """
    if not questions:
        return {}
    place = (
        sa.func.row_number()
        .over(
            partition_by=ReflectionText.question,
            order_by=(ReflectionText.saved_at.desc(), ReflectionText.reflection_id),
        )
        .label("place")
    )
    lent = (
        sa.select(ReflectionText.question, ReflectionText.text, ReflectionText.lang, ReflectionText.shown, Person.name)
        .add_columns(place)
        .join(Reflection, Reflection.id == ReflectionText.reflection_id)
        .join(Person, Person.id == Reflection.person_id)
        .join(
            Enrolment,
            sa.and_(Enrolment.person_id == Reflection.person_id, Enrolment.course_id == Reflection.course_id),
        )
        .where(
            Reflection.course_id == course_id,
            Reflection.unit == unit,
            Reflection.activity == activity,
            Reflection.person_id != person_id,
            ReflectionText.question.in_(questions),
            ReflectionText.shown != "nobody",
            Person.state == "active",
            Enrolment.state != "declined",
        )
        .subquery()
    )
    found: dict[str, list[Lent]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(lent).where(lent.c.place <= rules.OTHERS_SHOWN).order_by(lent.c.question, lent.c.place)
    ):
        found[row.question].append(Lent(row.text, row.lang, row.name if row.shown == "named" else ""))
    return dict(found)
