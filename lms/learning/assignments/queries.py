"""Reads about assignments. Each takes a fixed number of queries, however many people, courses and assignments there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.catalogue.models import Course
from lms.catalogue.queries import places, titles
from lms.foundation.clock import DEFAULT_ZONE, end_of, local, now, today
from lms.foundation.db import db, read
from lms.foundation.i18n import language
from lms.learning.assignments.models import (
    Assignment,
    AssignmentCourse,
    AssignmentException,
    AssignmentPerson,
    LearningPath,
    PathCourse,
)
from lms.learning.assignments.rules import REMIND_DAYS, Due, next_course, place_now, start_of
from lms.learning.following.models import NoReminders
from lms.learning.models import Enrolment
from lms.learning.renewals.models import Renewal
from lms.spaces.models import Invitation, Membership, Network, Space, Territory
from lms.spaces.queries import roles_of

#: So long after an invitation its mail counts as being on its way.
EXPECTED = timedelta(days=1)
#: People on one page of a list.
PAGE = 40
#: What a list of people can be cut down to.
SHOWN = ("all", "missing", "late", "declined", "excused", "finished")


@dataclass(frozen=True)
class Scope:
    """Whose people, and which of them: a space's, a territory's, or the network's. `people` where they are chosen."""

    space_id: str | None
    territory_id: str | None
    who: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """An assignment, as it stands (see `models.Assignment`)."""

    id: str
    space_id: str | None
    territory_id: str | None
    who: str
    path_id: str | None
    #: The title of the path, "" for a single course.
    title: str
    courses: tuple[str, ...]
    due: Due
    why: str
    made_by: str | None
    created_at: datetime
    ended_at: datetime | None
    valid_months: int | None
    renew_days: int
    renew_by: str | None
    renew_course_id: str | None
    #: The name of the place, "" for the network, and its zone.
    place: str
    zone: str

    @property
    def assigned_on(self) -> date:
        """The day it was made, where the place is."""
        return local(self.created_at, self.zone).date()


@dataclass(frozen=True)
class Tally:
    """How an assignment goes: people it concerns, who finished, who is late, who is not enrolled in what is next for them, who
    said no.
    """

    people: int = 0
    finished: int = 0
    late: int = 0
    missing: int = 0
    declined: int = 0


@dataclass(frozen=True)
class Line:
    """One person of an assignment. `state`: missing, to_do, active (begun), finished, declined, excused."""

    id: str
    name: str
    since: date
    state: str
    course_id: str | None
    due_on: date | None
    late: bool
    own_day: date | None


@dataclass(frozen=True)
class Path:
    """A learning path: its courses in order."""

    id: str
    space_id: str | None
    title: str
    courses: tuple[str, ...]


# --- whom it concerns ------------------------------------------------------------------------------------------------


def _in_place(scope: Scope | Standing) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Person.state == "active", Space.archived_at.is_(None)]
    if scope.space_id is not None:
        found.append(Membership.space_id == scope.space_id)
    if scope.territory_id is not None:
        found.append(Space.territory_id == scope.territory_id)
    if scope.who == "learners":
        found.append(Membership.role == "learner")
    elif scope.who == "managers":
        found.append(Membership.role != "learner")
    elif scope.who == "people" and isinstance(scope, Scope):
        found.append(Membership.person_id.in_(scope.people))
    elif scope.who == "people" and isinstance(scope, Standing):
        chosen = sa.select(AssignmentPerson.person_id).where(AssignmentPerson.assignment_id == scope.id)
        found.append(Membership.person_id.in_(chosen))
    return found


def _members(scope: Scope | Standing) -> sa.Select[str, datetime]:
    """(person_id, since) of everybody concerned today: the roles and memberships of this moment."""
    return (
        sa.select(Membership.person_id.label("person_id"), sa.func.min(Membership.since).label("since"))
        .join(Person, Person.id == Membership.person_id)
        .join(Space, Space.id == Membership.space_id)
        .where(*_in_place(scope))
        .group_by(Membership.person_id)
    )


def concerned(scope: Scope | Standing, among: Collection[str] | None = None) -> dict[str, datetime]:
    """Person -> since when they belong there, of everybody concerned (`among` these people)."""
    statement = _members(scope)
    if among is not None:
        statement = statement.where(Membership.person_id.in_(among))
    return {row.person_id: row.since for row in db.session.execute(statement)}


def excused_from(assignment_id: str) -> frozenset[str]:
    """Who is excused."""
    return frozenset(
        db.session.scalars(
            sa.select(AssignmentException.person_id).where(
                AssignmentException.assignment_id == assignment_id, AssignmentException.excused.is_(True)
            )
        )
    )


def own_days(assignment_id: str) -> dict[str, date]:
    """Person -> the day that was set for them alone."""
    rows = db.session.execute(
        sa.select(AssignmentException.person_id, AssignmentException.due_on).where(
            AssignmentException.assignment_id == assignment_id, AssignmentException.due_on.is_not(None)
        )
    )
    return {person_id: day for person_id, day in rows if day is not None}


def states_in(
    courses: Collection[str], scope: Scope | Standing, among: Collection[str] | None = None
) -> dict[str, dict[str, str]]:
    """Person -> course -> the state of their enrolment, of those concerned (`among` these people) who have one."""
    members = _members(scope)
    people = (members if among is None else members.where(Membership.person_id.in_(among))).subquery()
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for person_id, course_id, state in db.session.execute(
        sa.select(Enrolment.person_id, Enrolment.course_id, Enrolment.state)
        .join(people, people.c.person_id == Enrolment.person_id)
        .where(Enrolment.course_id.in_(courses))
    ):
        found[person_id][course_id] = state
    return found


# --- assignments ------------------------------------------------------------------------------------------------------


def _standings(*where: sa.ColumnElement[bool]) -> list[Standing]:
    rows = db.session.execute(
        sa.select(
            Assignment,
            LearningPath.title,
            Space.name.label("space"),
            Space.zone.label("space_zone"),
            Territory.name.label("territory"),
            sa.select(Network.zone).where(Network.id == 1).scalar_subquery().label("zone"),
        )
        .outerjoin(LearningPath, LearningPath.id == Assignment.path_id)
        .outerjoin(Space, Space.id == Assignment.space_id)
        .outerjoin(Territory, Territory.id == Assignment.territory_id)
        .where(*where)
        .order_by(Assignment.created_at.desc(), Assignment.id)
    ).all()
    courses: dict[str, list[str]] = defaultdict(list)
    if rows:
        for assignment_id, course_id in db.session.execute(
            sa.select(AssignmentCourse.assignment_id, AssignmentCourse.course_id)
            .where(AssignmentCourse.assignment_id.in_([row.Assignment.id for row in rows]))
            .order_by(AssignmentCourse.position)
        ):
            courses[assignment_id].append(course_id)
    return [_standing(row, tuple(courses[row.Assignment.id])) for row in rows]


def _standing(row: Any, courses: tuple[str, ...]) -> Standing:
    one: Assignment = row.Assignment
    return Standing(
        id=one.id, space_id=one.space_id, territory_id=one.territory_id, who=one.who, path_id=one.path_id,
        title=row.title or "", courses=courses, due=Due(one.due, one.due_on, one.due_days), why=one.why,
        made_by=one.made_by, created_at=one.created_at, ended_at=one.ended_at, valid_months=one.valid_months,
        renew_days=one.renew_days, renew_by=one.renew_by, renew_course_id=one.renew_course_id,
        place=row.space or row.territory or "", zone=row.space_zone or row.zone or DEFAULT_ZONE,
    )  # fmt: skip


def assignment(assignment_id: str) -> Standing | None:
    """The assignment with this id, or None."""
    return next(iter(_standings(Assignment.id == assignment_id)), None)


def assignments_of_space(space_id: str) -> list[Standing]:
    """The assignments of a space, the newest first."""
    return _standings(Assignment.space_id == space_id)


def assignments_of_network() -> list[Standing]:
    """The assignments of territories and of the whole network, the newest first."""
    return _standings(Assignment.space_id.is_(None))


def running_in(space_ids: Collection[str], *, with_course: str | None = None) -> list[Standing]:
    """The assignments that run and may concern people of these spaces; with `with_course`, those of that course."""
    territories = sa.select(Space.territory_id).where(Space.id.in_(space_ids))
    where: list[sa.ColumnElement[bool]] = [
        Assignment.ended_at.is_(None),
        sa.or_(
            Assignment.space_id.in_(space_ids),
            Assignment.territory_id.in_(territories),
            sa.and_(Assignment.space_id.is_(None), Assignment.territory_id.is_(None)),
        ),
    ]
    if with_course is not None:
        having = sa.select(AssignmentCourse.assignment_id).where(AssignmentCourse.course_id == with_course)
        where.append(Assignment.id.in_(having))
    return _standings(*where)


def _each() -> sa.Subquery:
    """(assignment, person) of everybody concerned by any assignment, with how far they are in it."""
    taken = sa.and_(
        Enrolment.person_id == Membership.person_id, Enrolment.course_id == AssignmentCourse.course_id
    )  # fmt: skip
    excepted = sa.and_(
        AssignmentException.assignment_id == Assignment.id, AssignmentException.person_id == Membership.person_id
    )
    chosen = sa.exists().where(
        AssignmentPerson.assignment_id == Assignment.id, AssignmentPerson.person_id == Membership.person_id
    )

    def count(*what: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.distinct(sa.case((sa.and_(*what), Enrolment.course_id))))

    def first(*what: sa.ColumnElement[bool]) -> sa.ColumnElement[int | None]:
        return sa.func.min(sa.case((sa.and_(*what), AssignmentCourse.position)))

    return (
        sa.select(
            Assignment.id.label("assignment_id"),
            Membership.person_id.label("person_id"),
            sa.func.count(sa.distinct(AssignmentCourse.course_id)).label("courses"),
            count(Enrolment.state == "finished").label("finished"),
            count(Enrolment.state == "declined").label("declined"),
            first(sa.func.coalesce(Enrolment.state, "") != "finished").label("next"),
            first(Enrolment.id.is_(None), Course.state == "published").label("open"),
            count(Enrolment.state == "active", Enrolment.due_on < sa.bindparam("today")).label("late"),
        )
        .select_from(Assignment)
        .join(AssignmentCourse, AssignmentCourse.assignment_id == Assignment.id)
        .join(Course, Course.id == AssignmentCourse.course_id)
        .join(Space, sa.and_(
            sa.or_(Assignment.space_id.is_(None), Space.id == Assignment.space_id),
            sa.or_(Assignment.territory_id.is_(None), Space.territory_id == Assignment.territory_id),
            Space.archived_at.is_(None),
        ))
        .join(Membership, Membership.space_id == Space.id)
        .join(Person, sa.and_(Person.id == Membership.person_id, Person.state == "active"))
        .outerjoin(Enrolment, taken)
        .outerjoin(AssignmentException, excepted)
        .where(
            Assignment.id.in_(sa.bindparam("assignments", expanding=True)),
            sa.or_(AssignmentException.excused.is_(None), AssignmentException.excused.is_(False)),
            sa.or_(
                Assignment.who == "all",
                sa.and_(Assignment.who == "learners", Membership.role == "learner"),
                sa.and_(Assignment.who == "managers", Membership.role != "learner"),
                sa.and_(Assignment.who == "people", chosen),
            ),
        )
        .group_by(Assignment.id, Membership.person_id)
        .subquery()
    )  # fmt: skip


_EACH = _each()
_TALLIES = sa.select(
    _EACH.c.assignment_id,
    sa.func.count().label("people"),
    sa.func.sum(sa.case((_EACH.c.finished == _EACH.c.courses, 1), else_=0)).label("finished"),
    sa.func.sum(sa.case((_EACH.c.late > 0, 1), else_=0)).label("late"),
    sa.func.sum(sa.case((_EACH.c.open == _EACH.c.next, 1), else_=0)).label("missing"),
    sa.func.sum(sa.case((_EACH.c.declined > 0, 1), else_=0)).label("declined"),
).group_by(_EACH.c.assignment_id)


def tallies(standings: Collection[Standing]) -> dict[str, Tally]:
    """Assignment -> how it goes. One query. Who is excused is not counted. Not enrolled is whom `service.enrol_everybody` would
    enrol: the first course they have not finished is offered, and they do not have it.
    """
    if not standings:
        return {}
    day = today(next(iter(standings)).zone)
    rows = read(_TALLIES, assignments=[one.id for one in standings], today=day)
    found = {row.assignment_id: Tally(*(int(value) for value in row[1:])) for row in rows}
    return {one.id: found.get(one.id, Tally()) for one in standings}


def people_of(one: Standing, shown: str = "all", page: int = 0) -> tuple[list[Line], bool]:
    """A page of the people an assignment concerns, by name, cut down to what is `shown`; and whether there are more.

    Four queries. Somebody who said no stands there as a fact, without a reason.
    """
    members = _members(one).subquery()
    mine = sa.and_(Enrolment.person_id == members.c.person_id, Enrolment.course_id.in_(one.courses))
    excused = sa.exists().where(
        AssignmentException.assignment_id == one.id,
        AssignmentException.person_id == members.c.person_id,
        AssignmentException.excused.is_(True),
    )
    day, courses = today(one.zone), _offered_of(one)
    done = sa.select(sa.func.count()).where(mine, Enrolment.state == "finished").scalar_subquery()

    def next_is(place: int) -> sa.ColumnElement[bool]:
        theirs = Enrolment.person_id == members.c.person_id
        before = sa.select(sa.func.count()).where(
            theirs, Enrolment.course_id.in_(one.courses[:place]), Enrolment.state == "finished"
        )
        return sa.and_(
            before.scalar_subquery() == place, ~sa.exists().where(theirs, Enrolment.course_id == one.courses[place])
        )

    missing = [next_is(place) for place, course in enumerate(one.courses) if course in courses]
    filters: dict[str, list[sa.ColumnElement[bool]]] = {
        "all": [],
        "missing": [sa.or_(sa.false(), *missing), ~excused],
        "late": [sa.exists().where(mine, Enrolment.state == "active", Enrolment.due_on < day), ~excused],
        "declined": [sa.exists().where(mine, Enrolment.state == "declined")],
        "excused": [excused],
        "finished": [done == len(one.courses)],
    }
    rows = db.session.execute(
        sa.select(Person.id, Person.name, members.c.since)
        .join(members, members.c.person_id == Person.id)
        .where(*filters[shown])
        .order_by(Person.sort, Person.id)
        .limit(PAGE + 1)
        .offset(page * PAGE)
    ).all()
    return _lines(one, rows[:PAGE], day, courses), len(rows) > PAGE


def person_of(one: Standing, person_id: str) -> Line | None:
    """One of the people an assignment concerns; None for anybody else."""
    members = _members(one).where(Membership.person_id == person_id).subquery()
    rows = db.session.execute(
        sa.select(Person.id, Person.name, members.c.since).join(members, members.c.person_id == Person.id)
    ).all()
    return next(iter(_lines(one, rows, today(one.zone), _offered_of(one))), None)


def _offered_of(one: Standing) -> frozenset[str]:
    """Those of its courses that can be taken."""
    return frozenset(
        db.session.scalars(sa.select(Course.id).where(Course.id.in_(one.courses), Course.state == "published"))
    )


def _lines(one: Standing, rows: Collection[Any], day: date, courses: Collection[str]) -> list[Line]:
    ids = [row.id for row in rows]
    taken: dict[str, dict[str, Any]] = defaultdict(dict)
    excepted: dict[str, Any] = {}
    fact: Any
    if ids:
        for fact in db.session.execute(
            sa.select(
                Enrolment.person_id, Enrolment.course_id, Enrolment.state, Enrolment.due_on, Enrolment.begun_at
            ).where(Enrolment.person_id.in_(ids), Enrolment.course_id.in_(one.courses))
        ):
            taken[fact.person_id][fact.course_id] = fact
        for fact in db.session.execute(
            sa.select(AssignmentException.person_id, AssignmentException.excused, AssignmentException.due_on).where(
                AssignmentException.assignment_id == one.id, AssignmentException.person_id.in_(ids)
            )
        ):
            excepted[fact.person_id] = fact
    return [_line(one, row, taken[row.id], excepted.get(row.id), day, courses) for row in rows]


def _line(
    one: Standing, row: Any, taken: Mapping[str, Any], exception: Any, day: date, courses: Collection[str]
) -> Line:
    current = next(
        (taken[course] for course in one.courses if course in taken and taken[course].state != "finished"), None
    )
    after = next_course(one.courses, [course for course in taken if taken[course].state == "finished"])
    whole = after is None
    lacking = after is not None and after not in taken and (after in courses or not taken)
    state = "finished" if whole else "missing" if lacking else current.state if current else "active"
    if exception is not None and exception.excused and not whole:
        state = "excused"
    due_on = current.due_on if current is not None and current.state == "active" and state != "excused" else None
    if state == "active" and not any(course.begun_at or course.state == "finished" for course in taken.values()):
        state = "to_do"
    return Line(
        row.id, row.name, local(row.since, one.zone).date(), state, current.course_id if current else None, due_on,
        due_on is not None and due_on < day, exception.due_on if exception is not None else None,
    )  # fmt: skip


def day_for(one: Standing, person_id: str, since: datetime, before: datetime | None = None) -> date | None:
    """The day of somebody who belongs there `since`; of a later course of a path, who finished the former one `before`."""
    start = start_of(local(since, one.zone).date(), one.assigned_on)
    if before is not None:
        start = max(start, local(before, one.zone).date())
    return one.due.day(start, own_days(one.id).get(person_id))


# --- paths ------------------------------------------------------------------------------------------------------------


def paths_for(space_id: str | None) -> list[Path]:
    """The paths that can be assigned for a space (its own, and the network's), or (None) the network's, by title."""
    reach: sa.ColumnElement[bool] = LearningPath.space_id.is_(None)
    if space_id is not None:
        reach = sa.or_(reach, LearningPath.space_id == space_id)
    rows = db.session.execute(
        sa.select(LearningPath.id, LearningPath.space_id, LearningPath.title, PathCourse.course_id)
        .join(PathCourse, PathCourse.path_id == LearningPath.id)
        .where(reach, LearningPath.put_away_at.is_(None))
        .order_by(LearningPath.title, LearningPath.id, PathCourse.position)
    ).all()
    courses: dict[tuple[str, str | None, str], list[str]] = defaultdict(list)
    for path_id, owner, title, course_id in rows:
        courses[path_id, owner, title].append(course_id)
    return [Path(*key, tuple(each)) for key, each in courses.items()]


_WAYS = (
    sa.select(
        Assignment.id, LearningPath.title, AssignmentCourse.course_id, Enrolment.state, Course.current_version_id,
    )
    .join(LearningPath, LearningPath.id == Assignment.path_id)
    .join(AssignmentCourse, AssignmentCourse.assignment_id == Assignment.id)
    .join(Course, Course.id == AssignmentCourse.course_id)
    .outerjoin(
        Enrolment,
        sa.and_(Enrolment.person_id == sa.bindparam("person"), Enrolment.course_id == AssignmentCourse.course_id),
    )
    .where(
        Assignment.ended_at.is_(None),
        sa.exists()
        .where(Membership.person_id == sa.bindparam("person"), Space.id == Membership.space_id)
        .where(
            sa.or_(Assignment.space_id.is_(None), Space.id == Assignment.space_id),
            sa.or_(Assignment.territory_id.is_(None), Space.territory_id == Assignment.territory_id),
            Space.archived_at.is_(None),
            sa.or_(
                Assignment.who == "all",
                sa.and_(Assignment.who == "learners", Membership.role == "learner"),
                sa.and_(Assignment.who == "managers", Membership.role != "learner"),
                sa.and_(
                    Assignment.who == "people",
                    sa.exists()
                    .where(
                        AssignmentPerson.assignment_id == Assignment.id,
                        AssignmentPerson.person_id == sa.bindparam("person"),
                    )
                    .correlate(Assignment),
                ),
            ),
        )
        .correlate(Assignment),
        ~sa.exists()
        .where(
            AssignmentException.assignment_id == Assignment.id,
            AssignmentException.person_id == sa.bindparam("person"),
            AssignmentException.excused.is_(True),
        )
        .correlate(Assignment),
    )
    .order_by(Assignment.created_at, Assignment.id, AssignmentCourse.position)
)  # fmt: skip


# --- what has to be renewed --------------------------------------------------------------------------------------------


def renewing() -> list[Standing]:
    """The assignments that run and say how long what was finished is valid."""
    return _standings(Assignment.ended_at.is_(None), Assignment.valid_months.is_not(None))


def to_begin(one: Standing, course_id: str) -> dict[str, datetime]:
    """Person -> when they finished the course, of those concerned who have no round of renewal for it yet."""
    members = _members(one).subquery()
    rows = db.session.execute(
        sa.select(Enrolment.person_id, Enrolment.finished_at)
        .join(members, members.c.person_id == Enrolment.person_id)
        .outerjoin(Renewal, sa.and_(Renewal.person_id == Enrolment.person_id, Renewal.course_id == Enrolment.course_id))
        .where(Enrolment.course_id == course_id, Enrolment.state == "finished", Renewal.id.is_(None))
    )
    return {person_id: moment for person_id, moment in rows if moment is not None}


def to_open(one: Standing, day: date) -> list[tuple[str, str, date]]:
    """(renewal, person, end of validity) of those concerned whose window opens on that day or has opened before."""
    members = _members(one).subquery()
    rows = db.session.execute(
        sa.select(Renewal.id, Renewal.person_id, Renewal.valid_until)
        .join(members, members.c.person_id == Renewal.person_id)
        .where(Renewal.assignment_id == one.id, Renewal.opened_at.is_(None), Renewal.opens_on <= day)
        .order_by(Renewal.person_id)
    )
    return [(renewal_id, person_id, until) for renewal_id, person_id, until in rows]


# --- what is told by mail ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """An enrolment that somebody is told of: whom, in which language, who asks (or ""), why, until when."""

    person_id: str
    email: str
    name: str
    lang: str
    course_id: str
    title: str
    by: str
    why: str
    due_on: date | None


def asked_of(enrolment_id: str, *, by_others: bool = True) -> Asked | None:
    """An enrolment that runs, to be told to its person. None where it ended, and (`by_others`) where whoever asked, or the
    person, no longer has to do with it: they share no space any more, and nobody of the network asked.
    """
    asking = aliased(Person)
    row = db.session.execute(
        sa.select(
            Person.id, Person.email, Person.name, Person.lang, Enrolment.course_id, Course.current_version_id,
            asking.name.label("by"), Enrolment.enrolled_by, Enrolment.source, Enrolment.why, Enrolment.due_on,
        )
        .join(Enrolment, Enrolment.person_id == Person.id)
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(asking, asking.id == Enrolment.enrolled_by)
        .where(Enrolment.id == enrolment_id, Enrolment.state == "active", Person.state == "active")
    ).one_or_none()  # fmt: skip
    if row is None or (by_others and (row.source != "manager" or not _still_asks(row.enrolled_by, row.id))):
        return None
    if by_others and db.session.scalar(_expected().where(Person.id == row.id).limit(1)) is not None:
        return None  # one mail is enough: the invitation leads to the course too
    title = titles([row.current_version_id], row.lang)[row.current_version_id]
    return Asked(row.id, row.email, row.name, row.lang, row.course_id, title, row.by or "", row.why, row.due_on)


def _expected() -> sa.Select[str]:
    """Those who were brought into a space within the last day, and whose invitation waits for them. One from another space, or
    an old one, is no reason to say nothing.
    """
    moment = now()
    return (
        sa.select(Person.id)
        .join(Invitation, Invitation.email == Person.email)
        .join(Membership, sa.and_(Membership.person_id == Person.id, Membership.space_id == Invitation.space_id))
        .where(
            Invitation.used_at.is_(None), Invitation.expires_at > moment, Invitation.created_at > moment - EXPECTED,
        )
    )  # fmt: skip


def waiting_for(person_id: str, lang: str) -> list[tuple[str, date | None]]:
    """(title in `lang`, day) of the courses that others have put somebody on and that run, the nearest day first."""
    rows = db.session.execute(
        sa.select(Course.current_version_id, Enrolment.due_on)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.person_id == person_id, Enrolment.state == "active", Enrolment.source == "manager")
        .order_by(Enrolment.due_on.is_(None), Enrolment.due_on, Enrolment.course_id)
    ).all()
    said = titles([row.current_version_id for row in rows], lang)
    return [(said[row.current_version_id], row.due_on) for row in rows]


def renewal_asked(renewal_id: str) -> Asked | None:
    """A renewal that waits for its person, to be told to them; None where it is done, or they belong nowhere any more."""
    row = db.session.execute(
        sa.select(
            Person.id, Person.email, Person.name, Person.lang, Renewal.course_id, Course.current_version_id,
            Renewal.due_on, Assignment.why,
        )
        .join(Renewal, Renewal.person_id == Person.id)
        .join(Course, Course.id == Renewal.course_id)
        .join(Assignment, Assignment.id == Renewal.assignment_id)
        .where(
            Renewal.id == renewal_id, Renewal.opened_at.is_not(None), Renewal.done_at.is_(None), Person.state == "active",
            Assignment.ended_at.is_(None),
        )
    ).one_or_none()  # fmt: skip
    if row is None or not _still_asks(None, row.id):
        return None
    title = titles([row.current_version_id], row.lang)[row.current_version_id]
    return Asked(row.id, row.email, row.name, row.lang, row.course_id, title, "", row.why, row.due_on)


def _still_asks(by: str | None, person_id: str) -> bool:
    theirs = {role.space_id for role in roles_of(person_id) if role.space_id}
    if by is None:
        return bool(theirs)
    return any(
        role.kind == "coordinator" or (role.space_id in theirs and role.kind != "learner") for role in roles_of(by)
    )


def due_soon(day: date) -> list[tuple[str, date]]:
    """(enrolment, day) of what is due in the days after `day` that somebody wants to be reminded of. One query.

    Nobody is reminded of what was asked of them in the same days.
    """
    last = day + timedelta(days=REMIND_DAYS)
    asked_before = end_of(day - timedelta(days=REMIND_DAYS))
    rows = db.session.execute(
        sa.select(Enrolment.id, Enrolment.due_on)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(NoReminders, NoReminders.person_id == Enrolment.person_id)
        .where(
            Enrolment.state == "active",
            Enrolment.due_on > day,
            Enrolment.due_on <= last,
            Enrolment.created_at < asked_before,
            Person.state == "active",
            NoReminders.person_id.is_(None),
        )
        .order_by(Enrolment.id)
    )
    return [(enrolment_id, due_on) for enrolment_id, due_on in rows if due_on is not None]


def wants_reminders(person_id: str) -> bool:
    """Whether somebody has not asked for silence."""
    return db.session.get(NoReminders, person_id) is None


@dataclass(frozen=True)
class Told:
    """A path in words: (course, title, state) in order, the place of the course to do now (see `rules.place_now`)."""

    title: str
    steps: tuple[tuple[str, str, str | None], ...]
    at: int


def ways_told(person_id: str, course_id: str | None = None) -> list[Told]:
    """The paths somebody is on, with titles in their language; with `course_id`, those it is in. One query."""
    rows = read(_WAYS, person=person_id).all()
    said = titles([row.current_version_id for row in rows], language())
    steps: dict[tuple[str, str], list[tuple[str, str, str | None]]] = defaultdict(list)
    for row in rows:
        steps[row.id, row.title].append((row.course_id, said[row.current_version_id], row.state))
    return [
        Told(title, tuple(each), place_now([one[2] for one in each]))
        for (_assignment, title), each in steps.items()
        if course_id is None or any(one[0] == course_id for one in each)
    ]


# --- before it is assigned ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Forecast:
    """What would become of whom: people it concerns, newly enrolled, of these told by mail (the others were invited within the
    last day), enrolled already, who finished, who said no.
    """

    people: int
    fresh: int
    told: int
    already: int
    finished: int
    declined: int


def forecast(scope: Scope, courses: Collection[str]) -> Forecast:
    """What assigning these courses would do. Three queries."""
    people, stand = concerned(scope), states_in(courses, scope)
    expected = set(
        db.session.scalars(_expected().where(Person.id.in_(_members(scope).with_only_columns(Membership.person_id))))
    )
    tally = {"fresh": 0, "told": 0, "active": 0, "finished": 0, "declined": 0}
    for person_id in people:
        states = stand.get(person_id, {})
        course = next_course(list(courses), [one for one, state in states.items() if state == "finished"])
        end = "finished" if course is None else states.get(course, "fresh")
        tally[end] += 1
        tally["told"] += end == "fresh" and person_id not in expected
    return Forecast(
        len(people), tally["fresh"], tally["told"], tally["active"], tally["finished"], tally["declined"]
    )  # fmt: skip


def offered() -> dict[str, str]:
    """Course -> its title in this reader's language, of what can be assigned, in the order of the shelf."""
    found = places()
    said = titles([one.version_id for one in found], language())
    return {one.course_id: said[one.version_id] for one in found}


def titles_of(course_ids: Collection[str]) -> dict[str, str]:
    """Course -> its title, also of those that are offered no more."""
    if not course_ids:
        return {}
    rows = db.session.execute(sa.select(Course.id, Course.current_version_id).where(Course.id.in_(course_ids))).all()
    said = titles([row.current_version_id for row in rows], language())
    return {row.id: said[row.current_version_id] for row in rows}
