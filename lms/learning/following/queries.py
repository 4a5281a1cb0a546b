"""Reads of following. A list is read a page at a time, and costs the same for a hundred people and for a hundred thousand:
nothing is counted beyond `MANY`, and nothing is read that is not shown.

A space with few people is read from its members; one with many from the index its list stands in, until a page is full. Which
of both is decided by counting to `MANY`; the two ways give the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.catalogue import queries as catalogue
from lms.catalogue.models import Course
from lms.foundation.clock import end_of
from lms.foundation.db import Moment, db, read
from lms.foundation.i18n import sort_key
from lms.learning.assignments.models import Assignment, AssignmentCourse, AssignmentException, LearningPath
from lms.learning.certificates.models import Certificate
from lms.learning.following.models import NoReminders, Reminder, TeamReport
from lms.learning.models import Completion, Enrolment, Place
from lms.learning.renewals.models import Renewal
from lms.spaces.models import Membership, NetworkRole, Space

#: People on one page of a list.
PAGE: Final = 50
#: Counts end here: a page says "more than 1,000".
MANY: Final = 1000
#: How many late people are counted: "more than 100" needs no figure.
LATE_MANY: Final = 100
#: The lists there are, besides that of everybody on one course.
LISTS: Final = ("all", "late", "idle", "done")
#: The longest thing looked for, in characters.
SOUGHT_LONGEST: Final = 60


@dataclass(frozen=True)
class Wanted:
    """Which people of a space: one of `LISTS`, or who takes `course`; whose name has `sought` at the beginning of a word."""

    space_id: str
    show: str = "all"
    course: str = ""
    sought: str = ""


@dataclass(frozen=True)
class Listed:
    """A page of people, by id, and whether there are others before and behind it."""

    people: list[str]
    before: bool = False
    after: bool = False


@dataclass(frozen=True)
class LateLine:
    """Somebody who is late with a course, and when they were last reminded of it."""

    enrolment_id: str
    person_id: str
    name: str
    course_id: str
    version_id: str
    due_on: date
    reminded_at: datetime | None
    #: They want no reminders by mail.
    silent: bool


@dataclass(frozen=True)
class Event:
    """A fact about somebody, with its day. `what`: joined, enrolled, excused, redated, steps, finished, certificate, renewal,
    renewed, reminded.
    """

    what: str
    at: datetime
    course_id: str = ""
    #: By whom, where it was somebody of this space; the sentence they added; how many steps.
    by: str = ""
    why: str = ""
    count: int = 0
    #: Until when it is asked; of a certificate, the last day on which it is valid.
    due_on: date | None = None
    #: Whether they said no to it meanwhile.
    declined: bool = False
    #: The title of a path, where that is what it is about.
    path: str = ""

    @property
    def week(self) -> date:
        """The Monday of its week."""
        return self.at.date() - timedelta(days=self.at.weekday())


@dataclass
class Told:
    """What a report tells of a week or month. The lists of names are cut; `more` says of which there were others."""

    moved: list[tuple[str, int]] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    certified: list[tuple[str, str]] = field(default_factory=list)
    more: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.moved or self.late or self.certified)


#: What the statements of this room are asked with: they are built once, since building one takes longer than its answer.
_SPACE = sa.bindparam("space", type_=sa.String)
_DAY = sa.bindparam("day", type_=sa.Date)


def _members(*columns: Any, space: Any = _SPACE) -> sa.Subquery:
    return (
        sa.select(*(columns or (sa.literal(1),)))
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.space_id == space, Person.state == "active")
        .limit(MANY + 1)
        .subquery()
    )


#: Whoever is not active counts too: it is asked which way a list is read, and people need not be looked at for that.
_SIZE = sa.select(sa.func.count()).select_from(
    sa.select(sa.literal(1)).select_from(Membership).where(Membership.space_id == _SPACE).limit(MANY + 1).subquery()
)


def is_large(space_id: str) -> bool:
    """Whether a space has so many people that its lists are read from their indexes. One query."""
    return int(read(_SIZE, space=space_id).scalar_one()) > MANY


def _of_space(people: sa.Select[Any], large: bool, space: Any = _SPACE) -> sa.Select[Any]:
    """Those of a list of people that belong to the space."""
    if not large:
        return people.join(Membership, Membership.person_id == Person.id).where(Membership.space_id == space)
    # As a question asked of each line no planner can begin with it: the list's own index leads, until a page is full.
    own = sa.select(Membership.space_id).where(Membership.person_id == Person.id, Membership.space_id == space)
    return people.where(own.correlate(Person).scalar_subquery().is_not(None))


_ACTIVE = sa.text("enrolment.state = 'active'")
_LATE = (_ACTIVE, sa.text("enrolment.due_on IS NOT NULL"), Enrolment.due_on < _DAY)


def _stands_before(
    other: Any, column: str, *where: sa.ColumnElement[bool], falling: bool = False
) -> sa.ColumnElement[bool]:
    """Whether a list ordered by `column` holds the same person with an `other` course before this one: they stand in it once."""
    theirs, this = (sa.tuple_(getattr(one, column), one.id) for one in (other, Enrolment))
    first = theirs > this if falling else theirs < this
    return sa.select(sa.literal(1)).where(other.person_id == Enrolment.person_id, *where, first).exists()


def _asked_with(wanted: Wanted, day: date) -> dict[str, Any]:
    """What the statement of `_list` is asked with."""
    words = _sought(wanted).replace("/", "//").replace("%", "/%").replace("_", "/_")
    return {
        "space": wanted.space_id, "day": day, "course": wanted.course, "begins": f"{words}%", "further": f"% {words}%",
    }  # fmt: skip


def _sought(wanted: Wanted) -> str:
    return sort_key(" ".join(wanted.sought.split()))[:SOUGHT_LONGEST]


def _list(
    show: str, course: bool, sought: bool, large: bool, space: Any = _SPACE
) -> tuple[sa.Select[Any], tuple[Any, ...], bool]:
    """The people of a list with what it is ordered by, and whether the greatest comes first."""
    base = _of_space(sa.select(Person.id).where(Person.state == "active"), large, space)
    if sought:
        begins, further = (Person.sort.like(sa.bindparam(name), escape="/") for name in ("begins", "further"))
        base = base.where(sa.or_(begins, further))
    if not course and show not in LISTS[1:]:
        return base, (Person.sort, Person.id), False
    taken = base.join(Enrolment, Enrolment.person_id == Person.id)
    if course:
        column = Enrolment.course_id if large else Enrolment.course_id.concat("")
        chosen = taken.where(column == sa.bindparam("course"), Enrolment.state != "declined")
        return chosen, (Enrolment.created_at, Enrolment.id), False
    other = aliased(Enrolment)
    if show == "late":
        twice = _stands_before(other, "due_on", other.state == "active", other.due_on < _DAY)
        return taken.where(*_LATE, ~twice), (Enrolment.due_on, Enrolment.id), False
    if show == "idle":
        twice = _stands_before(other, "created_at", other.state == "active", other.begun_at.is_(None))
        idle = (_ACTIVE, sa.text("enrolment.begun_at IS NULL"), ~twice)
        return taken.where(*idle), (Enrolment.created_at, Enrolment.id), False
    twice = _stands_before(other, "finished_at", other.state == "finished", falling=True)
    done = (sa.text("enrolment.state = 'finished'"), ~twice)
    return taken.where(*done), (Enrolment.finished_at, Enrolment.id), True


def _page(found: sa.Select[Any], order: tuple[Any, ...], down: bool, marked: bool, limit: int) -> sa.Select[Any]:
    """The first lines of a list, or those beyond a mark (`mark0`, `mark1`), one more than a page has."""
    if marked:
        place = sa.tuple_(*order)
        mark = sa.tuple_(*(sa.bindparam(f"mark{number}", type_=one.type) for number, one in enumerate(order)))
        found = found.where(place < mark if down else place > mark)
    return found.order_by(*(one.desc() if down else one for one in order)).limit(limit + 1)


@cache
def _people_page(
    show: str, course: bool, sought: bool, large: bool, marked: bool, backwards: bool, limit: int
) -> sa.Select[Any]:
    found, order, falling = _list(show, course, sought, large)
    return _page(found, order, falling != backwards, marked, limit)


@cache
def _people_mark(show: str, course: bool, sought: bool, large: bool) -> sa.Select[Any]:
    found, order, _falling = _list(show, course, sought, large)
    return found.with_only_columns(*order).where(Person.id == sa.bindparam("edge"))


def people_listed(
    wanted: Wanted, *, day: date, large: bool, after: str = "", before: str = "", limit: int = PAGE
) -> Listed:
    """A page of a list: what comes after the person `after`, or before the person `before`. Two queries at most.

    Somebody who is not in the list, or not in the space, is taken for nobody: the first page.
    """
    which = (wanted.show, bool(wanted.course), bool(_sought(wanted)), large)
    asked, edge = _asked_with(wanted, day), after or before
    mark = read(_people_mark(*which), **asked, edge=edge).first() if edge else None
    marks = {f"mark{number}": value for number, value in enumerate(mark or ())}
    backwards = bool(before) and mark is not None
    statement = _people_page(*which, mark is not None, backwards, limit)
    rows = list(read(statement, **asked, **marks).scalars())
    more = len(rows) > limit
    people = rows[:limit]
    if backwards:
        return Listed(people[::-1], before=more, after=True)
    return Listed(people, before=mark is not None, after=more)


@dataclass(frozen=True)
class Figures:
    """What stands above a team: how many people it has (`MANY` + 1 for more), how many of them went on, None in a large space,
    and how many are late (`LATE_MANY` + 1 for more).
    """

    size: int
    active: int | None
    late: int

    @property
    def large(self) -> bool:
        """Whether its lists are read from their indexes."""
        return self.size > MANY


def _late_count(large: bool, space: Any = _SPACE) -> sa.ScalarSelect[int]:
    everyone, _order, _falling = _list("late", False, False, large, space)
    return sa.select(sa.func.count()).select_from(everyone.limit(LATE_MANY + 1).subquery()).scalar_subquery()


def _figures() -> sa.Select[Any]:
    few, since = _members(Person.id.label("person")), sa.bindparam("since", type_=Moment)
    size = sa.select(sa.func.count().label("size")).select_from(_members()).subquery()
    moved = (
        sa.select(sa.func.count())
        .select_from(few)
        .where(
            sa.or_(
                sa.exists().where(Place.person_id == few.c.person, Place.at >= since),
                sa.exists().where(Completion.person_id == few.c.person, Completion.done_at >= since),
            )
        )
        .scalar_subquery()
    )
    small = size.c.size <= MANY
    return sa.select(
        size.c.size,
        sa.case((small, moved), else_=None),
        sa.case((small, _late_count(large=False)), else_=_late_count(large=True)),
    )


_FIGURES = _figures()


def figures_of(space_id: str, *, day: date, since: datetime) -> Figures:
    """The figures of a team on `day`; those went on who opened or finished something since `since`. One query."""
    return Figures(*read(_FIGURES, space=space_id, day=day, since=since).one())


@cache
def _late_in(count: int) -> sa.Executable:
    """Of so many spaces (`space0`, ...): id, name, how many are late."""

    def one(space: Any) -> sa.Select[Any]:
        size = sa.select(sa.func.count()).select_from(_members(space=space)).scalar_subquery()
        late = sa.case((size <= MANY, _late_count(False, space)), else_=_late_count(True, space))
        return sa.select(Space.id, Space.name.label("name"), late).where(Space.id == space)

    spaces = [sa.bindparam(f"space{number}", type_=sa.String) for number in range(count)]
    return sa.union_all(*map(one, spaces)).order_by("name")


def late_by_space(space_ids: Sequence[str], *, day: date) -> list[tuple[str, str, int]]:
    """(space id, name, how many of its people are late with something), by name; spaces without any are left out, and
    `LATE_MANY` + 1 stands for more. One query for all of them.
    """
    if not space_ids:
        return []
    asked = {f"space{number}": space_id for number, space_id in enumerate(space_ids)}
    return [(space_id, name, late) for space_id, name, late in read(_late_in(len(asked)), day=day, **asked) if late]


def among(space_id: str, people: Collection[str]) -> frozenset[str]:
    """Those of `people` who are active and belong to the space."""
    return frozenset(
        db.session.scalars(
            sa.select(Membership.person_id)
            .join(Person, Person.id == Membership.person_id)
            .where(Membership.person_id.in_(people), Membership.space_id == space_id, Person.state == "active")
        )
    )


# --- late and reminded -----------------------------------------------------------------------------------------------


def _last_reminder() -> Any:
    return (
        sa.select(sa.func.max(Reminder.at))
        .where(Reminder.person_id == Enrolment.person_id, Reminder.course_id == Enrolment.course_id)
        .correlate(Enrolment)
        .scalar_subquery()
    )


def _late_lines(large: bool) -> sa.Select[Any]:
    from_course = sa.select(
        Enrolment.id, Person.id, Person.name, Enrolment.course_id, Enrolment.version_id, Enrolment.due_on,
        _last_reminder().label("reminded_at"), NoReminders.person_id.is_not(None),
    )  # fmt: skip
    people = (
        from_course.join(Person, Person.id == Enrolment.person_id)
        .outerjoin(NoReminders, NoReminders.person_id == Person.id)
        .where(Person.state == "active", *_LATE)
    )
    return _of_space(people, large)


_LATE_ORDER = (Enrolment.due_on, Enrolment.id)


@cache
def _late_page(large: bool, marked: bool) -> sa.Select[Any]:
    return _page(_late_lines(large), _LATE_ORDER, False, marked, PAGE)


@cache
def _late_mark(large: bool) -> sa.Executable:
    return _late_lines(large).with_only_columns(*_LATE_ORDER).where(Enrolment.id == sa.bindparam("edge"))


def late_lines(space_id: str, *, day: date, after: str = "") -> tuple[list[LateLine], bool]:
    """Who is late with what, longest first: a page after the line `after`, and whether there are more. Three queries."""
    large, asked = is_large(space_id), {"space": space_id, "day": day}
    mark = read(_late_mark(large), **asked, edge=after).first() if after else None
    marks = {f"mark{number}": value for number, value in enumerate(mark or ())}
    rows: Any = read(_late_page(large, mark is not None), **asked, **marks).all()
    return [LateLine(*row) for row in rows[:PAGE]], len(rows) > PAGE


def late_among(space_id: str, enrolments: Collection[str], *, day: date) -> list[LateLine]:
    """Those of `enrolments` that are late and belong to people of the space; held to the end of a write."""
    rows: Any = db.session.execute(
        _late_lines(large=False)
        .where(Enrolment.id.in_(enrolments))
        .order_by(Enrolment.id)
        .with_for_update(of=Enrolment),
        {"space": space_id, "day": day},
    )
    return [LateLine(*row) for row in rows]


@dataclass(frozen=True)
class ToRemind:
    """What the mail of a reminder is written from."""

    person_id: str
    name: str
    email: str
    lang: str
    course_id: str
    version_id: str
    due_on: date
    sentence: str
    manager: str
    space: str


def to_remind(reminder_id: str) -> ToRemind | None:
    """Whom this reminder still reminds. None where they finished, left or were given another day meanwhile, where the one who
    reminded runs the space no more, or where they want no mails. One query, and one for the day.
    """
    manager, runs = aliased(Person), aliased(Membership)
    row: Any = db.session.execute(
        sa.select(
            Person.id, Person.name, Person.email, Person.lang, Enrolment.course_id, Enrolment.version_id, Enrolment.due_on,
            Reminder.sentence, manager.name, Space.name, Space.zone, Reminder.day,
        )
        .select_from(Reminder)
        .join(Person, Person.id == Reminder.person_id)
        .join(Space, Space.id == Reminder.space_id)
        .join(Membership, sa.and_(Membership.person_id == Person.id, Membership.space_id == Space.id))
        .join(manager, manager.id == Reminder.reminded_by)
        .join(runs, sa.and_(runs.person_id == manager.id, runs.space_id == Space.id, runs.role != "learner"))
        .join(
            Enrolment,
            sa.and_(Enrolment.person_id == Person.id, Enrolment.course_id == Reminder.course_id),
        )
        .outerjoin(NoReminders, NoReminders.person_id == Person.id)
        .where(
            Reminder.id == reminder_id, Person.state == "active", manager.state == "active",
            Enrolment.state == "active", Enrolment.due_on < Reminder.day, NoReminders.person_id.is_(None),
        )
    ).first()  # fmt: skip
    return ToRemind(*row[:-2]) if row else None


# --- one person ------------------------------------------------------------------------------------------------------


def member(space_id: str, person_id: str) -> Any:
    """(id, name, email, role, since) of an active person of a space, or None."""
    return db.session.execute(
        sa.select(Person.id, Person.name, Person.email, Membership.role, Membership.since)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.space_id == space_id, Person.id == person_id, Person.state == "active")
    ).first()


def timeline(space_id: str, person_id: str, since: datetime) -> list[Event]:
    """The facts about somebody that the managers of a space see, the newest first. Who enrolled them, and why, is told where
    it was somebody of this space or a coordinator, and that they said no to it; exceptions and renewals are those that the
    space, its territory or the network asked for, reminders those of this space. Five queries.
    """
    by, theirs = aliased(Person), aliased(Membership)
    events = [Event("joined", since)]
    coordinates = sa.exists().where(NetworkRole.person_id == by.id, NetworkRole.role == "coordinator")
    for row in db.session.execute(
        sa.select(Enrolment, by.name.label("by_name"), theirs.person_id.label("here"), coordinates.label("network"))
        .outerjoin(by, by.id == Enrolment.enrolled_by)
        .outerjoin(theirs, sa.and_(theirs.person_id == by.id, theirs.space_id == space_id))
        .where(Enrolment.person_id == person_id)
    ):
        one = row.Enrolment
        ours, declined = row.here is not None or row.network, one.state == "declined"
        if declined and not (ours and one.source == "manager"):
            continue  # a course of their own choice that they left is theirs alone
        events.append(
            Event(
                "enrolled", one.created_at, one.course_id, by=row.by_name if ours else "", why=one.why if ours else "",
                due_on=None if declined else one.due_on, declined=declined,
            )
        )  # fmt: skip
        if one.finished_at is not None:
            events.append(Event("finished", one.finished_at, one.course_id))
    weeks: dict[tuple[str, date], list[datetime]] = {}
    certified = sa.select(
        sa.literal("certificate"), Certificate.course_id, Certificate.issued_at, Certificate.ends_on
    ).where(
        Certificate.person_id == person_id,
        sa.or_(Certificate.revoked_at.is_(None), Certificate.revoked_for == "renewed"),
    )
    steps = sa.select(sa.literal("steps"), Completion.course_id, Completion.done_at, sa.null())
    for what, course_id, at, ends_on in db.session.execute(
        certified.union_all(steps.where(Completion.person_id == person_id))
    ):
        if what == "certificate":
            events.append(Event(what, at, course_id, due_on=ends_on))
        else:
            monday = at.date() - timedelta(days=at.weekday())
            weeks.setdefault((course_id, monday), []).append(at)
    events += [Event("steps", max(moments), course_id, count=len(moments)) for (course_id, _), moments in weeks.items()]
    events += [
        Event("reminded", row.at, row.course_id, by=row.name or "", why=row.sentence)
        for row in db.session.execute(
            sa.select(Reminder.at, Reminder.course_id, Reminder.sentence, by.name)
            .outerjoin(by, by.id == Reminder.reminded_by)
            .where(Reminder.person_id == person_id, Reminder.space_id == space_id)
        )
    ]
    events += [*_exceptions(space_id, person_id), *_renewals(space_id, person_id)]
    return sorted(events, key=lambda one: (one.at, one.what), reverse=True)


def _asked_in(space_id: str) -> sa.ColumnElement[bool]:
    """Of assignments: whether it was the space that asked, its territory or the network."""
    territory = sa.select(Space.territory_id).where(Space.id == space_id).scalar_subquery()
    wide = sa.or_(Assignment.territory_id.is_(None), Assignment.territory_id == territory)
    return sa.or_(Assignment.space_id == space_id, sa.and_(Assignment.space_id.is_(None), wide))


def _exceptions(space_id: str, person_id: str) -> list[Event]:
    rows = db.session.execute(
        sa.select(AssignmentException, AssignmentCourse.course_id, LearningPath.title, Person.name)
        .join(Assignment, Assignment.id == AssignmentException.assignment_id)
        .join(
            AssignmentCourse, sa.and_(AssignmentCourse.assignment_id == Assignment.id, AssignmentCourse.position == 0)
        )
        .outerjoin(LearningPath, LearningPath.id == Assignment.path_id)
        .outerjoin(Person, Person.id == AssignmentException.made_by)
        .where(AssignmentException.person_id == person_id, _asked_in(space_id))
    )
    return [
        Event(
            "excused" if one.excused else "redated",
            one.at,
            course_id,
            by=name or "",
            due_on=one.due_on,
            path=path or "",
        )
        for one, course_id, path, name in rows
    ]


def _renewals(space_id: str, person_id: str) -> list[Event]:
    rows = db.session.execute(
        sa.select(Renewal.course_id, Renewal.opened_at, Renewal.due_on, Renewal.done_at)
        .join(Assignment, Assignment.id == Renewal.assignment_id)
        .where(Renewal.person_id == person_id, Renewal.opened_at.is_not(None), _asked_in(space_id))
    )
    found = []
    for course_id, opened_at, due_on, done_at in rows:
        assert opened_at is not None, "the query says so"
        found.append(Event("renewal", opened_at, course_id, due_on=due_on))
        if done_at is not None:
            found.append(Event("renewed", done_at, course_id))
    return found


# --- the report ------------------------------------------------------------------------------------------------------


def report_of(person_id: str, space_id: str) -> TeamReport | None:
    """The report somebody wants on a space."""
    return db.session.get(TeamReport, (person_id, space_id))


def runs(person_id: str, space_id: str) -> Any:
    """(id, name, email, lang, zone, space name, space zone) of an active person who runs the space at this moment, or None."""
    return db.session.execute(
        sa.select(Person.id, Person.name, Person.email, Person.lang, Person.zone, Space.name.label("space"),
                  Space.zone.label("space_zone"))
        .join(Membership, Membership.person_id == Person.id)
        .join(Space, Space.id == Membership.space_id)
        .where(
            Person.id == person_id, Person.state == "active", Membership.space_id == space_id, Membership.role != "learner"
        )
    ).first()  # fmt: skip


def told(space_id: str, since: date, until: date, zone: str, *, names: int = 20) -> Told:
    """What happened in a space from one day to another (not included): who moved on and by how many steps, who is late on that
    day, who holds a new certificate. At most `names` of each.
    """
    start, end = end_of(since - timedelta(days=1), zone), end_of(until - timedelta(days=1), zone)
    people = (
        sa.select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.space_id == space_id, Person.state == "active")
    )
    moved = db.session.execute(
        sa.select(Person.name, sa.func.count())
        .join(Completion, Completion.person_id == Person.id)
        .where(Person.id.in_(people), Completion.done_at >= start, Completion.done_at < end)
        .group_by(Person.id, Person.name, Person.sort)
        .order_by(Person.sort)
        .limit(names + 1)
    ).all()
    certified = db.session.execute(
        sa.select(Person.name, Certificate.course_id)
        .join(Certificate, Certificate.person_id == Person.id)
        .where(
            Person.id.in_(people), Certificate.issued_at >= start, Certificate.issued_at < end,
            Certificate.revoked_at.is_(None),
        )
        .order_by(Person.sort)
        .limit(names + 1)
    ).all()  # fmt: skip
    listed = people_listed(Wanted(space_id, "late"), day=until, large=is_large(space_id), limit=names)
    called = {
        row.id: row.name
        for row in db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(listed.people)))
    }
    cut = {"moved": len(moved) > names, "late": listed.after, "certified": len(certified) > names}
    return Told(
        [(name, count) for name, count in moved[:names]],
        [called[person_id] for person_id in listed.people],
        [(name, course_id) for name, course_id in certified[:names]],
        frozenset(name for name, was in cut.items() if was),
    )


_EVERY = sa.select(Course.id, Course.current_version_id)
_SOME = _EVERY.where(Course.id.in_(sa.bindparam("courses", expanding=True)))


def titles(course_ids: Collection[str], lang: str) -> dict[str, str]:
    """Course id -> its title in `lang`, archived courses too."""
    return _titled(read(_SOME, courses=list(course_ids)), lang)


def every_title(lang: str) -> dict[str, str]:
    """The same for every course there is."""
    return _titled(read(_EVERY), lang)


def _titled(rows: Iterable[Any], lang: str) -> dict[str, str]:
    served = {course_id: version_id for course_id, version_id in rows if version_id}
    said = catalogue.titles(list(served.values()), lang)
    return {course_id: said[version_id] for course_id, version_id in served.items()}


# --- tables ----------------------------------------------------------------------------------------------------------


class Fact(NamedTuple):
    """One person on one course, as a line of a table. Without a course the fields after the role are empty."""

    id: str
    name: str
    email: str
    role: str
    course_id: str | None
    state: str | None
    due_on: date | None
    #: Steps finished; whether they hold the certificate; the Monday of the last week in which they were here.
    done: int
    certified: bool
    week: date | None


def facts_of(wanted: Wanted, *, day: date, at_once: int) -> Iterator[Fact]:
    """The people of a whole list with the courses they take, in the list's order. One query, read `at_once` rows at a time."""
    found, order, falling = _list(wanted.show, bool(wanted.course), bool(_sought(wanted)), large=False)
    taken, place = aliased(Enrolment), aliased(Place)
    done = sa.and_(Completion.person_id == taken.person_id, Completion.course_id == taken.course_id)
    held = sa.and_(
        Certificate.person_id == taken.person_id,
        Certificate.course_id == taken.course_id,
        Certificate.revoked_at.is_(None),
    )
    statement = (
        found.with_only_columns(
            Person.id, Person.name, Person.email, Membership.role, taken.course_id, taken.state, taken.due_on,
            sa.select(sa.func.count()).where(done).scalar_subquery(), sa.select(Certificate.id).where(held).exists(),
            place.at, sa.select(sa.func.max(Completion.done_at)).where(done).scalar_subquery(),
        )
        .outerjoin(taken, sa.and_(taken.person_id == Person.id, taken.state != "declined"))
        .outerjoin(place, sa.and_(place.person_id == taken.person_id, place.course_id == taken.course_id))
        .order_by(*(one.desc() if falling else one for one in order), taken.created_at)
    )  # fmt: skip
    asked = _asked_with(wanted, day)
    rows = db.session.connection().execute(statement, asked, execution_options={"yield_per": at_once})
    for who, name, email, role, course_id, state, due_on, steps, certified, at, last in rows:
        here = at if last is None or (at is not None and at > last) else last
        monday = here.date() - timedelta(days=here.weekday()) if here else None
        yield Fact(who, name, email, role, course_id, state, due_on, steps, bool(certified), monday)
