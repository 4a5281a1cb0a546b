"""Reads about learning. Every one of them takes a fixed number of queries, however many people, courses and units
there are.

What comes back are values, not mapped rows: they stay readable after a write has closed the transaction they were
read in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Row

from lms.accounts.models import Person
from lms.catalogue.models import Course
from lms.catalogue.queries import Published, published, versions
from lms.content.documents import Unit
from lms.foundation.clock import today
from lms.foundation.db import db, read
from lms.foundation.i18n import language
from lms.learning import rules
from lms.learning.certificates.models import Certificate
from lms.learning.models import Answer, Attempt, Completion, Draft, Enrolment, Place, Plan, Walk
from lms.spaces.models import Membership, Space

#: Somebody counts as active who opened or finished something within this time.
ACTIVE = timedelta(days=30)


@dataclass(frozen=True)
class Taken:
    """An enrolment, as it stands (see `models.Enrolment` for the columns)."""

    id: str
    person_id: str
    course_id: str
    version_id: str
    state: str
    source: str
    due_on: date | None
    why: str
    enrolled_by: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """Where somebody is in a course: the last activity they opened, when, in which language, the last heading read."""

    unit: str
    activity: str
    at: datetime
    lang: str | None = None
    heading: str = ""


@dataclass(frozen=True)
class Learning:
    """A course somebody takes, on the version that is served now, and how far they are."""

    published: Published
    enrolment: Taken
    place: Standing | None
    #: Units finished in any version, with the moment; `done` are those the course still has.
    finished: Mapping[str, datetime] = field(default_factory=dict)
    #: The language in which the course is looked at: some courses have fewer steps in some (see `rules.listed`).
    lang: str | None = None
    #: The version in which each finished unit was finished.
    finished_in: Mapping[str, str] = field(default_factory=dict)
    #: Finished units that were known already: shown by their quiz alone.
    known: frozenset[str] = frozenset()

    @cached_property
    def listed(self) -> tuple[Unit, ...]:
        """The units the course has now in this language, in order."""
        return rules.listed(self.published.document, self.lang)

    @cached_property
    def units(self) -> list[str]:
        """Their ids."""
        return list(_units_of(self.published, self.lang))

    @cached_property
    def done(self) -> frozenset[str]:
        """Units finished, of those the course has now in this language."""
        return frozenset(unit for unit in self.units if unit in self.finished)

    @property
    def reached(self) -> frozenset[str]:
        """Units finished, in any version, and the one somebody is in."""
        return frozenset(self.finished) | ({self.place.unit} if self.place else frozenset())

    @property
    def known_now(self) -> int:
        """How many of the units done were known already."""
        return len(self.done & self.known)

    @property
    def total(self) -> int:
        """How many units the course has now in this language."""
        return len(self.listed)

    @property
    def is_finished(self) -> bool:
        """Whether the course was finished once; a newer version with more units does not change that."""
        return self.enrolment.state == "finished"

    @cached_property
    def next_unit(self) -> str | None:
        """The unit to go on with, None when all are done."""
        return rules.next_unit(self.units, self.done, self.place.unit if self.place else None)

    @property
    def next_activity(self) -> str | None:
        """The activity of `next_unit` to open: where the person was, else its first."""
        unit = self.next_unit
        if unit is None:
            return None
        found = self.published.document.unit(unit)
        here = self.place.activity if self.place and self.place.unit == unit else None
        return rules.next_activity(list(found.activities), here) if found else None

    def heading_in(self, lang: str) -> str:
        """The heading of `next_activity` to go on from, in `lang`; empty for its beginning."""
        if self.place is None or (self.place.unit, self.place.activity) != (self.next_unit, self.next_activity):
            return ""
        return rules.heading_in(self.published.document, self.place.unit, self.place.activity, self.place.heading, lang)


def _units_of(published: Published, lang: str | None) -> tuple[str, ...]:
    """The ids of the units that a version shows and counts in a language, in order."""
    return published.once(
        lambda: tuple(unit.id for unit in rules.listed(published.document, lang)), "units", lang or ""
    )


@dataclass(frozen=True)
class Given:
    """What somebody answered to a question: `given` is None for "I don't know"."""

    attempt_id: str
    version_id: str
    question: str
    given: Any
    share: float
    #: The language in which it was answered: words and pairs can be read in no other.
    lang: str


@dataclass(frozen=True)
class Try:
    """An attempt, as it stands (see `models.Attempt`)."""

    id: str
    person_id: str
    course_id: str
    unit: str
    activity: str
    number: int
    version_id: str
    questions: tuple[str, ...]
    started_at: datetime
    submitted_at: datetime | None
    score: float | None
    passed: bool | None
    knowing: bool = False
    #: The version that is served now, where it was asked for.
    served_id: str = ""


@dataclass(frozen=True)
class Begun:
    """A draft: the fields of a question's or a plan's form, as typed on that version in that language."""

    block: str
    version_id: str
    lang: str
    typed: Mapping[str, list[str]]
    saved_at: datetime


@dataclass(frozen=True)
class Way:
    """How somebody goes through a scenario: the scenes seen, on that version."""

    version_id: str
    path: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Commitment:
    """A plan its owner saved: when ..., I ..., on that day."""

    course_id: str
    unit: str
    block: str
    situation: str
    action: str
    planned_on: date | None
    saved_at: datetime
    #: See `models.Plan`.
    place: str = ""
    may_ask: str = "nobody"
    remind: bool = False
    state: str = "planned"


class TeamRow(NamedTuple):
    """One person on one course, as their manager may see it: never an answer, activity by week. A page has hundreds."""

    person_id: str
    name: str
    #: learner, deputy or manager.
    role: str
    #: None where the person takes no course: then the fields below are empty.
    course_id: str | None
    published: Published | None
    state: str | None
    done: int
    total: int
    unit: str | None
    #: The place of that unit among them, from 1; 0 for none.
    at: int
    #: The Monday of the week in which they last opened or finished something.
    active_week: date | None
    due_on: date | None
    late: bool
    email: str = ""
    #: Whether they hold a valid certificate of the course.
    certified: bool = False


_TAKEN = [getattr(Enrolment, name) for name in Taken.__dataclass_fields__]
_TRY = [getattr(Attempt, name) for name in Try.__dataclass_fields__ if name != "served_id"]
_BEGUN = [getattr(Draft, name) for name in Begun.__dataclass_fields__]
_COMMITMENT = [getattr(Plan, name) for name in Commitment.__dataclass_fields__]


def _taken(row: Row[Any]) -> Taken:
    return Taken(*row[: len(_TAKEN)])


def _place(row: Row[Any]) -> Standing | None:
    return Standing(row.at_unit, row.at_activity, row.at, row.at_lang, row.at_heading) if row.at_unit else None


def _try(row: Any) -> Try:
    values: dict[str, Any] = {name: getattr(row, name, "") for name in Try.__dataclass_fields__}
    return Try(**{**values, "questions": tuple(values["questions"])})


def _enrolments() -> sa.Select[Any]:
    """Enrolments with the served version of their course and the place in it."""
    return (
        sa.select(
            *_TAKEN,
            Course.current_version_id,
            Place.unit.label("at_unit"),
            Place.activity.label("at_activity"),
            Place.heading.label("at_heading"),
            Place.at.label("at"),
            Place.lang.label("at_lang"),
        )
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(Place, sa.and_(Place.person_id == Enrolment.person_id, Place.course_id == Enrolment.course_id))
    )


# The questions that nearly every page asks are built once: that takes longer than asking them.
_OF_PERSON = _enrolments().where(Enrolment.person_id == sa.bindparam("person"), Enrolment.state != "declined")
_DONE_BY_PERSON = sa.select(
    Completion.course_id, Completion.unit, Completion.done_at, Completion.version_id, Completion.kind
).where(Completion.person_id == sa.bindparam("person"))
_OF_PERSON_IN_COURSE = (
    _enrolments()
    .add_columns(
        Completion.unit.label("done_unit"), Completion.done_at, Completion.version_id.label("done_in"), Completion.kind
    )
    .outerjoin(
        Completion,
        sa.and_(Completion.person_id == Enrolment.person_id, Completion.course_id == Enrolment.course_id),
    )
    .where(
        Enrolment.person_id == sa.bindparam("person"),
        Enrolment.course_id == sa.bindparam("course"),
        Enrolment.state != "declined",
    )
)


def courses_of(person_id: str) -> list[Learning]:
    """Every course a person takes or finished: what they opened last first. Declined ones are left out."""
    rows = read(_OF_PERSON, person=person_id).all()
    finished: dict[str, list[Any]] = defaultdict(list)
    if rows:
        for fact in read(_DONE_BY_PERSON, person=person_id):
            finished[fact.course_id].append(fact)
    served = versions([row.current_version_id for row in rows])
    lang = language()
    found = [
        Learning(
            served[row.current_version_id],
            _taken(row),
            _place(row),
            {fact.unit: fact.done_at for fact in finished[row.course_id]},
            lang,
            {fact.unit: fact.version_id for fact in finished[row.course_id]},
            frozenset(fact.unit for fact in finished[row.course_id] if fact.kind == rules.KNOWN),
        )
        for row in rows
    ]
    return sorted(
        found, key=lambda one: (one.place.at if one.place else one.enrolment.created_at, one.enrolment.id), reverse=True
    )


def learning_of(person_id: str, course_id: str) -> Learning | None:
    """A person's course, None where they are not enrolled (or declined). One query, and one for an unseen version."""
    rows = read(_OF_PERSON_IN_COURSE, person=person_id, course=course_id).all()
    if not rows:
        return None
    served = versions([rows[0].current_version_id])[rows[0].current_version_id]
    facts = [row for row in rows if row.done_unit]
    return Learning(
        served,
        _taken(rows[0]),
        _place(rows[0]),
        {row.done_unit: row.done_at for row in facts},
        language(),
        {row.done_unit: row.done_in for row in facts},
        frozenset(row.done_unit for row in facts if row.kind == rules.KNOWN),
    )


_DECLINED = sa.select(Enrolment.course_id).where(
    Enrolment.person_id == sa.bindparam("person"), Enrolment.state == "declined"
)


def declined_by(person_id: str) -> frozenset[str]:
    """Ids of the courses this person was put on and said no to."""
    return frozenset(read(_DECLINED, person=person_id).scalars())


#: The attempts of somebody at an activity; what every page of a course asks is built once.
_HERE = (
    Attempt.person_id == sa.bindparam("person"),
    Attempt.course_id == sa.bindparam("course"),
    Attempt.unit == sa.bindparam("unit"),
    Attempt.activity == sa.bindparam("activity"),
)
_TRIES = sa.select(*_TRY).where(*_HERE).order_by(Attempt.number)
_TRIES_WITH_ANSWERS = (
    sa.select(*_TRY, Answer.question, Answer.given, Answer.share, Answer.lang)
    .outerjoin(Answer, Answer.attempt_id == Attempt.id)
    .where(*_HERE)
    .order_by(Attempt.number)
)
_OWN_TRY = (
    sa.select(
        *_TRY,
        Answer.question,
        Answer.given,
        Answer.share,
        Answer.lang,
        Course.current_version_id.label("served_id"),
    )
    .join(Course, Course.id == Attempt.course_id)
    .outerjoin(Answer, Answer.attempt_id == Attempt.id)
    .where(Attempt.id == sa.bindparam("attempt"), Attempt.person_id == sa.bindparam("person"))
)
_OPEN_TRY = sa.select(*_TRY).where(*_HERE, Attempt.submitted_at.is_(None))
_OPEN_TRIES = (
    sa.select(*_TRY)
    .where(
        Attempt.person_id == sa.bindparam("person"),
        Attempt.course_id == sa.bindparam("course"),
        Attempt.submitted_at.is_(None),
        Attempt.activity.like("quiz%"),
    )
    .order_by(Attempt.started_at)
)


def tries_of(person_id: str, course_id: str, unit: str, activity: str) -> list[Try]:
    """A person's attempts at an activity, the first first."""
    return [_try(row) for row in read(_TRIES, person=person_id, course=course_id, unit=unit, activity=activity)]


def try_of(person_id: str, attempt_id: str) -> tuple[Try, dict[str, Given]] | None:
    """A person's own attempt with its answers by question. None for a missing one and for somebody else's alike."""
    rows: Sequence[Any] = read(_OWN_TRY, person=person_id, attempt=attempt_id).all()
    if not rows:
        return None
    one = _try(rows[0])
    return one, {
        row.question: Given(one.id, one.version_id, row.question, row.given, row.share, row.lang)
        for row in rows
        if row.question
    }


def tries_with_answers(person_id: str, course_id: str, unit: str, activity: str) -> list[tuple[Try, dict[str, Given]]]:
    """A person's attempts at an activity with their answers by question, the first first. One query."""
    rows = read(_TRIES_WITH_ANSWERS, person=person_id, course=course_id, unit=unit, activity=activity)
    tries: dict[str, Try] = {}
    answers: dict[str, dict[str, Given]] = defaultdict(dict)
    for row in rows:
        one = tries.setdefault(row.id, _try(row))
        if row.question:
            answers[one.id][row.question] = Given(one.id, one.version_id, row.question, row.given, row.share, row.lang)
    return [(one, answers[one.id]) for one in tries.values()]


def tries_left_open(own: Learning) -> list[Try]:
    """A person's attempts at quizzes that they have begun and that the course no longer has, the oldest first."""
    rows = read(_OPEN_TRIES, person=own.enrolment.person_id, course=own.enrolment.course_id)
    there = {(unit.id, key) for unit in own.published.document.units for key in unit.activities}
    return [_try(row) for row in rows if (row.unit, row.activity) not in there]


def open_try_of(person_id: str, course_id: str, unit: str, activity: str) -> Try | None:
    """A person's open attempt at an activity, if there is one."""
    row = read(_OPEN_TRY, person=person_id, course=course_id, unit=unit, activity=activity).one_or_none()
    return _try(row) if row else None


_DRAFT = sa.select(*_BEGUN).where(
    Draft.person_id == sa.bindparam("person"),
    Draft.course_id == sa.bindparam("course"),
    Draft.unit == sa.bindparam("unit"),
    Draft.activity == sa.bindparam("activity"),
    Draft.block == sa.bindparam("block"),
)


def draft_of(person_id: str, course_id: str, unit: str, activity: str, block: str) -> Begun | None:
    """What a person has begun to answer to a question, if anything is kept."""
    row = read(_DRAFT, person=person_id, course=course_id, unit=unit, activity=activity, block=block).one_or_none()
    return Begun(*row) if row else None


_WAY = (
    sa.select(Walk.version_id, Walk.path, Walk.at)
    .where(
        Walk.person_id == sa.bindparam("person"),
        Walk.course_id == sa.bindparam("course"),
        Walk.unit == sa.bindparam("unit"),
        Walk.activity == sa.bindparam("activity"),
    )
    .order_by(Walk.at.desc())
    .limit(1)
)


def way_of(person_id: str, course_id: str, unit: str, activity: str) -> Way | None:
    """The way a person is on through a scenario, None where they have not begun."""
    row = read(_WAY, person=person_id, course=course_id, unit=unit, activity=activity).one_or_none()
    return Way(row.version_id, tuple(row.path), row.at) if row else None


def _memory() -> sa.Executable:
    """Answers and drafts in a lesson and the plans of its unit, as one list: `number` is 0 for plans, -1 for drafts."""
    person: sa.BindParameter[str] = sa.bindparam("person")
    course: sa.BindParameter[str] = sa.bindparam("course")
    plans = sa.select(
        Plan.block,
        sa.null(),
        sa.null(),
        sa.null(),
        sa.null(),
        sa.null(),
        Plan.situation,
        Plan.action,
        Plan.planned_on,
        Plan.saved_at,
        sa.literal(0).label("number"),
    ).where(Plan.person_id == person, Plan.course_id == course, Plan.unit == sa.bindparam("unit"))
    # The types of a union are those of its first part: say them where it holds nothing.
    nothing = [
        sa.type_coerce(sa.null(), column.type).label(column.key)
        for column in (Plan.situation, Plan.action, Plan.planned_on, Plan.saved_at)
    ]
    answers = (
        sa.select(
            Answer.question.label("name"),
            Attempt.id.label("attempt_id"),
            Attempt.version_id.label("version_id"),
            Answer.given.label("given"),
            Answer.share.label("share"),
            Answer.lang.label("lang"),
            *nothing,
            Attempt.number.label("number"),
        )
        .join(Attempt, Attempt.id == Answer.attempt_id)
        .where(
            Attempt.person_id == person,
            Attempt.course_id == course,
            sa.or_(
                sa.and_(Attempt.unit == sa.bindparam("unit"), Attempt.activity == sa.bindparam("activity")),
                Answer.question.in_(sa.bindparam("arrived", expanding=True)),
            ),
        )
    )
    drafts = sa.select(
        Draft.block,
        sa.null(),
        Draft.version_id,
        Draft.typed,
        sa.null(),
        Draft.lang,
        sa.null(),
        sa.null(),
        sa.null(),
        Draft.saved_at,
        sa.literal(-1),
    ).where(
        Draft.person_id == person,
        Draft.course_id == course,
        Draft.unit == sa.bindparam("unit"),
        Draft.activity == sa.bindparam("activity"),
    )
    return sa.union_all(answers, plans, drafts).order_by(sa.text("number DESC"))


_MEMORY = _memory()


def lesson_memory(
    person_id: str, course_id: str, unit: str, activity: str, arrived: Sequence[str] = ()
) -> tuple[list[Given], dict[str, Commitment], dict[str, Begun]]:
    """What somebody left in a lesson: their answers, newest attempt first, their plans and what they have begun to
    answer or to plan, both by block. One query.

    `arrived` are questions that came from another unit: what was answered to them there stands here too.
    """
    rows: Sequence[Any] = read(
        _MEMORY, person=person_id, course=course_id, unit=unit, activity=activity, arrived=list(arrived)
    ).all()
    given = [
        Given(row.attempt_id, row.version_id, row.name, row.given, row.share, row.lang)
        for row in rows
        if row.attempt_id
    ]
    plans = {
        row.name: Commitment(course_id, unit, row.name, row.situation, row.action, row.planned_on, row.saved_at)
        for row in rows
        if not row.attempt_id and row.number == 0
    }
    return (
        given,
        plans,
        {
            row.name: Begun(row.name, row.version_id, row.lang, row.given, row.saved_at)
            for row in rows
            if row.number < 0
        },
    )


_PLANS = (
    sa.select(*_COMMITMENT)
    .where(Plan.person_id == sa.bindparam("person"))
    .order_by(Plan.planned_on.is_(None), Plan.planned_on, Plan.saved_at)
)


def plans_of(person_id: str) -> list[Commitment]:
    """A person's own plans, the nearest day first, those without a day last."""
    return [Commitment(*row) for row in read(_PLANS, person=person_id)]


def _week(moment: datetime | None) -> date | None:
    """The Monday of the week of a moment: a manager sees weeks, not hours."""
    if moment is None:
        return None
    day = moment.date()
    return day - timedelta(days=day.weekday())


_TEAM = (
    sa.select(
        Person.id.label("who"),
        Person.name.label("name"),
        Membership.role.label("role"),
        Space.zone.label("zone"),
        Person.email.label("email"),
        Certificate.id.is_not(None).label("certified"),
        Enrolment.course_id,
        Enrolment.state,
        Enrolment.due_on,
        Course.current_version_id,
        Place.unit.label("at_unit"),
        Place.at.label("at"),
        Place.lang.label("at_lang"),
    )
    .join(Membership, Membership.person_id == Person.id)
    .join(Space, Space.id == Membership.space_id)
    .outerjoin(Enrolment, sa.and_(Enrolment.person_id == Person.id, Enrolment.state != "declined"))
    .outerjoin(Course, Course.id == Enrolment.course_id)
    .outerjoin(Place, sa.and_(Place.person_id == Enrolment.person_id, Place.course_id == Enrolment.course_id))
    .outerjoin(
        Certificate,
        sa.and_(
            Certificate.person_id == Enrolment.person_id,
            Certificate.course_id == Enrolment.course_id,
            Certificate.revoked_at.is_(None),
        ),
    )
    .where(Membership.space_id == sa.bindparam("space"), Person.state == "active")
    .order_by(Person.name, Person.id, Enrolment.created_at)
)
_DONE_BY_TEAM = (
    sa.select(Completion.person_id, Completion.course_id, Completion.unit, Completion.done_at)
    .join(Membership, Membership.person_id == Completion.person_id)
    .where(Membership.space_id == sa.bindparam("space"))
)


_TEAM_OF = _TEAM.where(Person.id.in_(sa.bindparam("people", expanding=True)))
_DONE_BY = sa.select(Completion.person_id, Completion.course_id, Completion.unit, Completion.done_at).where(
    Completion.person_id.in_(sa.bindparam("people", expanding=True))
)


def team_progress(space_id: str, people: Sequence[str] | None = None) -> list[TeamRow]:
    """The active people of a space, by name, with one row per course they take (one empty row for none); with `people`,
    those of them. Three queries at most.
    """
    if people is None:
        rows, done = read(_TEAM, space=space_id).all(), read(_DONE_BY_TEAM, space=space_id)
    else:
        rows = read(_TEAM_OF, space=space_id, people=list(people)).all()
        done = read(_DONE_BY, people=[row.who for row in rows])
    finished: dict[tuple[str, str], dict[str, datetime]] = defaultdict(dict)
    for person_id, course_id, unit, done_at in done:
        finished[person_id, course_id][unit] = done_at
    served = versions([row.current_version_id for row in rows if row.current_version_id])
    days = {zone: today(zone) for zone in {row.zone for row in rows}}
    return [_team_row(row, served, finished, days[row.zone]) for row in rows]


def _team_row(
    row: Any, served: Mapping[str, Published], finished: Mapping[tuple[str, str], dict[str, datetime]], day: date
) -> TeamRow:
    who, name, role, _zone, email, certified, course_id, state, due_on, version_id, at_unit, at, lang = row
    if course_id is None:
        return TeamRow(who, name, role, None, None, None, 0, 0, None, 0, None, None, False, email)
    done = finished.get((who, course_id), {})
    units = _units_of(served[version_id], lang)
    whole = state == "finished"
    onward = None if whole else rules.next_unit(units, done, at_unit)
    moments = [*done.values(), at] if at else done.values()
    return TeamRow(
        who,
        name,
        role,
        course_id,
        served[version_id],
        state,
        done=len(units) if whole else sum(unit in done for unit in units),
        total=len(units),
        unit=onward,
        at=0 if onward is None else units.index(onward) + 1,
        active_week=_week(max(moments, default=None)),
        due_on=due_on,
        late=not whole and due_on is not None and due_on < day,
        email=email,
        certified=bool(certified),
    )


def learners_of(course_id: str) -> tuple[int, int]:
    """How many active people take a course, and how many of them finished it. One query."""
    row = db.session.execute(
        sa.select(sa.func.count(), sa.func.count(Enrolment.finished_at))
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.course_id == course_id, Enrolment.state != "declined", Person.state == "active")
    ).one()
    return row[0], row[1]


def visible_to(person_id: str, course_id: str) -> tuple[Published | None, Learning | None]:
    """A course as this visitor may see it: offered to all, or archived and taken by them before. None: no such
    course.
    """
    own = learning_of(person_id, course_id) if person_id else None
    return (own.published if own else published(course_id)), own
