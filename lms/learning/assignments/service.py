"""What changes assignments and paths. All of it runs inside the caller's `writing()`.

Who asks is checked again in here: a right that was lost while a form was filled is lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms.catalogue import queries as catalogue
from lms.foundation.clock import local, now, today
from lms.foundation.db import db, upsert
from lms.foundation.errors import Forbidden, NotFound, Refused
from lms.foundation.i18n import _
from lms.learning import service as learning
from lms.learning.assignments import queries
from lms.learning.assignments.models import (
    TITLE_LONGEST,
    WHY_LONGEST,
    Assignment,
    AssignmentCourse,
    AssignmentException,
    AssignmentPerson,
    LearningPath,
    PathCourse,
)
from lms.learning.assignments.queries import Scope, Standing
from lms.learning.assignments.rules import COURSES_MOST, Due, next_course, start_of
from lms.learning.models import Enrolment
from lms.learning.renewals import service as renewals
from lms.learning.renewals.rules import due as due_again
from lms.learning.renewals.rules import quizzes
from lms.learning.renewals.service import Terms
from lms.learning.rules import clean_line
from lms.learning.service import Counts
from lms.spaces.audit.service import note
from lms.spaces.queries import roles_of
from lms.spaces.service import hold_right


@dataclass(frozen=True)
class Renewing:
    """How long what was finished is valid, and how it is renewed (see `models.Assignment`)."""

    months: int
    days: int
    by: str
    course_id: str | None = None


def may_assign(person_id: str, space_id: str | None) -> bool:
    """Whether somebody may, at this moment and until this write is done, assign for a space (its manager and deputies), or for
    the network's territories (a coordinator).
    """
    try:
        hold_right(person_id, "enrol_others" if space_id else "assign_widely", space_id)
    except (NotFound, Forbidden):
        return False
    return True


def _still_may(person_id: str, space_id: str | None) -> None:
    if not may_assign(person_id, space_id):
        raise NotFound()


def assign(
    assignment_id: str,
    scope: Scope,
    *,
    by: str,
    course_id: str | None = None,
    path_id: str | None = None,
    due: Due | None = None,
    why: str = "",
    renewing: Renewing | None = None,
) -> Counts:
    """Ask these people to take a course or a path, and enrol everybody concerned. The same id twice is once.

    Who takes it already gets its day, and its reason; who finished or said no is left alone. Raises `NotFound` for a
    place that is not `by`'s, a course that is not offered or a path out of reach, `Refused` for people who are not (or
    no longer) there: then nobody is enrolled.
    """
    _still_may(by, scope.space_id)
    if scope.who == "people" and queries.concerned(scope).keys() != set(scope.people):
        raise Refused(_("Somebody you chose is not there any more. Check who is ticked."))
    courses = _courses(scope, course_id, path_id)
    when = due or Due("none")
    if renewing is not None and not _can_be_renewed(courses, renewing):
        raise Refused(_("A course without a quiz cannot be renewed. Choose a shorter course that has one."))
    row = {
        "id": assignment_id, "space_id": scope.space_id, "territory_id": scope.territory_id, "who": scope.who,
        "path_id": path_id, "due": when.kind, "due_on": when.on, "due_days": when.days,
        "why": clean_line(why)[:WHY_LONGEST], "made_by": by, "created_at": now(), "ended_at": None,
        "valid_months": renewing.months if renewing else None, "renew_days": renewing.days if renewing else 60,
        "renew_by": renewing.by if renewing else None, "renew_course_id": renewing.course_id if renewing else None,
    }  # fmt: skip
    there = db.session.scalar(sa.select(Assignment.id).where(Assignment.id == assignment_id))
    upsert(Assignment, [row], key=["id"])
    made = _held(assignment_id)
    if there is not None or made.made_by != by:
        return Counts(0, 0, 0)  # the form came twice
    upsert(
        AssignmentCourse,
        [{"assignment_id": made.id, "position": place, "course_id": one} for place, one in enumerate(courses)],
        key=["assignment_id", "position"],
    )
    if scope.who == "people":
        chosen = [{"assignment_id": made.id, "person_id": one} for one in sorted(set(scope.people))]
        upsert(AssignmentPerson, chosen, key=["assignment_id", "person_id"])
    standing = _standing(assignment_id)
    counts = _enrol(standing, queries.concerned(standing), by=by, redate=when.kind != "none", anew=True)
    what = "assigned" if scope.space_id else "assigned_network"
    note(by=by, what=what, space_id=scope.space_id, subject=_name_of(standing), after=str(counts.enrolled))
    return counts


def _name_of(one: Standing) -> str:
    """What the audit calls an assignment: the path's title, or the course's in its own language."""
    served = catalogue.published(one.courses[0])
    return one.title or (served.document.title(served.document.source) if served else one.courses[0])


def _courses(scope: Scope, course_id: str | None, path_id: str | None) -> tuple[str, ...]:
    if path_id is not None:
        path = next((one for one in queries.paths_for(scope.space_id) if one.id == path_id), None)
        if path is None:
            raise NotFound()
        return path.courses
    if course_id is None or catalogue.published(course_id) is None:
        raise NotFound()
    return (course_id,)


def _held(assignment_id: str) -> Assignment:
    row = db.session.scalar(
        sa.select(Assignment)
        .where(Assignment.id == assignment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound()
    return row


def _standing(assignment_id: str) -> Standing:
    found = queries.assignment(assignment_id)
    if found is None:
        raise NotFound()
    return found


def _enrol(
    one: Standing,
    people: Mapping[str, datetime],
    *,
    by: str | None,
    redate: bool = False,
    anew: bool = False,
    few: bool = False,
    after: datetime | None = None,
) -> Counts:
    """Enrol these people (person -> member since) in the course they are to take next; nobody who is excused.

    `few`: they are few of those concerned. `after`: when they finished the course before, where that is why.
    """
    excused, own = queries.excused_from(one.id), queries.own_days(one.id)
    stand = queries.states_in(one.courses, one, among=people if few else None)
    days: dict[str, dict[str, date | None]] = defaultdict(dict)
    whole = 0
    for person_id, since in people.items():
        if person_id in excused:
            continue
        done = [course for course, state in stand.get(person_id, {}).items() if state == "finished"]
        course = next_course(one.courses, done)
        if course is None:
            whole += 1
            continue
        start = start_of(local(since, one.zone).date(), one.assigned_on)
        if after is not None:
            start = max(start, local(after, one.zone).date())
        days[course][person_id] = one.due.day(start, own.get(person_id))
    counts = Counts(0, whole, 0)
    for course, wanted in sorted(days.items()):
        if catalogue.published(course) is not None:  # one that was archived meanwhile is asked of nobody
            counts += learning.enrol_many(wanted, course, by=by, due_on=wanted, why=one.why, redate=redate, anew=anew)
    return counts


def _voice(one: Standing) -> str | None:
    """In whose name somebody is enrolled later: of whoever assigned it, while they still may; else of the place alone."""
    return one.made_by if one.made_by is not None and may_assign(one.made_by, one.space_id) else None


def enrol_everybody(assignment_id: str, *, by: str) -> Counts:
    """Enrol everybody concerned who is not enrolled yet. Raises `NotFound` for one that is not `by`'s, `Refused` for one
    that has ended.
    """
    row = _held(assignment_id)
    _still_may(by, row.space_id)
    if row.ended_at is not None:
        raise Refused(_("This assignment has ended."))
    one = _standing(assignment_id)
    return _enrol(one, queries.concerned(one), by=by)


def enrol_newcomers(space_id: str, person_ids: Collection[str]) -> Counts:
    """Enrol people who have joined a space in what is asked of it, of its territory and of everybody, each with their own
    day. Again is nothing more. Who has left meanwhile is asked nothing.
    """
    counts = Counts(0, 0, 0)
    for one in sorted(queries.running_in([space_id]), key=lambda each: each.id):
        people = queries.concerned(one, among=person_ids)
        counts += _enrol(one, people, by=_voice(one), few=True)
    return counts


def follow(enrolment_id: str) -> None:
    """Somebody finished a course: enrol them in the next one of the paths they are on. Again is nothing more."""
    taken = db.session.get(Enrolment, enrolment_id)
    if taken is None or taken.finished_at is None:
        return
    spaces = [role.space_id for role in roles_of(taken.person_id) if role.space_id]
    running = queries.running_in(spaces, with_course=taken.course_id) if spaces else []
    for one in sorted(running, key=lambda each: each.id):
        if len(one.courses) > 1:
            people = queries.concerned(one, among=[taken.person_id])
            _enrol(one, people, by=_voice(one), few=True, after=taken.finished_at)


def keep_renewals(assignment_id: str) -> int:
    """Begin rounds for who has finished, and ask those anew whose window is open. Again is nothing more; what was missed
    for days is caught up. Gives how many were asked.
    """
    row = db.session.scalar(sa.select(Assignment).where(Assignment.id == assignment_id).with_for_update())
    if row is None or row.ended_at is not None or row.valid_months is None or row.renew_by is None:
        return 0
    one = _standing(assignment_id)
    excused, day = queries.excused_from(one.id), today(one.zone)
    terms = Terms(one.id, row.valid_months, row.renew_days, row.renew_by, row.renew_course_id)
    for course in one.courses:
        finished = {
            person_id: local(moment, one.zone).date()
            for person_id, moment in queries.to_begin(one, course).items()
            if person_id not in excused
        }
        renewals.begin(terms, course, finished)
    waiting = [each for each in queries.to_open(one, day) if each[1] not in excused]
    asked = renewals.open_windows([renewal_id for renewal_id, _person, _until in waiting], day=day)
    if row.renew_course_id is not None and waiting and catalogue.published(row.renew_course_id) is not None:
        until = {person_id: due_again(last, day, row.renew_days) for _renewal, person_id, last in waiting}
        learning.enrol_many(until, row.renew_course_id, by=_voice(one), due_on=until, why=one.why)
    return asked


def _can_be_renewed(courses: Collection[str], renewing: Renewing) -> bool:
    """Whether there are quizzes to pass anew."""
    asked = [renewing.course_id] if renewing.course_id is not None else list(courses)
    served = [catalogue.published(one) for one in asked]
    return all(one is not None and quizzes(one.document) for one in served)


def end(assignment_id: str, *, by: str) -> None:
    """Ask it of nobody any more; who is enrolled stays so. Twice is once."""
    row = _held(assignment_id)
    _still_may(by, row.space_id)
    if row.ended_at is not None:
        return
    row.ended_at = now()
    db.session.flush()
    note(by=by, what="assignment_ended", space_id=row.space_id, subject=_name_of(_standing(assignment_id)))


def resume(assignment_id: str, *, by: str) -> Counts:
    """Take the end back, and enrol those who joined meanwhile."""
    row = _held(assignment_id)
    _still_may(by, row.space_id)
    row.ended_at = None
    db.session.flush()
    one = _standing(assignment_id)
    note(by=by, what="assignment_resumed", space_id=one.space_id, subject=_name_of(one))
    return _enrol(one, queries.concerned(one), by=by)


def except_person(
    assignment_id: str, person_id: str, *, by: str, due_on: date | None = None, excused: bool = False
) -> None:
    """Give one person another day, or excuse them; neither takes the exception back. What they began stays theirs.

    Raises `NotFound` for an assignment that is not `by`'s and for somebody it does not concern.
    """
    row = _held(assignment_id)
    _still_may(by, row.space_id)
    one = _standing(assignment_id)
    since = queries.concerned(one, among=[person_id]).get(person_id)
    if since is None:
        raise NotFound()
    if excused or due_on is not None:
        fact = {
            "assignment_id": one.id, "person_id": person_id, "excused": excused, "due_on": None if excused else due_on,
            "made_by": by, "at": now(),
        }  # fmt: skip
        upsert(
            AssignmentException,
            [fact],
            key=["assignment_id", "person_id"],
            update=["excused", "due_on", "made_by", "at"],
        )
    else:
        db.session.execute(
            sa.delete(AssignmentException).where(
                AssignmentException.assignment_id == one.id, AssignmentException.person_id == person_id
            )
        )
    _redate(one, person_id, since, excused=excused)


def _redate(one: Standing, person_id: str, since: datetime, *, excused: bool) -> None:
    """Bring the days of somebody's enrolments in line with what is asked of them now."""
    rows = {
        row.course_id: row
        for row in db.session.scalars(
            sa.select(Enrolment)
            .where(Enrolment.person_id == person_id, Enrolment.course_id.in_(one.courses))
            .order_by(Enrolment.course_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    before: datetime | None = None
    for course in one.courses:
        row = rows.get(course)
        if row is not None and row.state == "active":
            row.due_on = None if excused else queries.day_for(one, person_id, since, before)
        before = row.finished_at if row is not None else None
    db.session.flush()


# --- paths ------------------------------------------------------------------------------------------------------------


def compose(path_id: str, space_id: str | None, title: str, courses: Collection[str], *, by: str) -> None:
    """Put courses in an order under a title, for a space or (None) for the network. The same id twice is once.

    Raises `NotFound` for a place that is not `by`'s or a course that is not offered, `Refused` without a title, or with
    fewer than two courses, too many, or one twice.
    """
    _still_may(by, space_id)
    said, order = clean_line(title)[:TITLE_LONGEST], list(courses)
    if not said:
        raise Refused(_("Give the path a title."))
    if not 2 <= len(order) <= COURSES_MOST or len(set(order)) != len(order):
        raise Refused(_("A path has at least two courses, each of them once."))
    if any(catalogue.published(course) is None for course in order):
        raise NotFound()
    row = {
        "id": path_id, "space_id": space_id, "title": said, "made_by": by, "created_at": now(), "put_away_at": None
    }  # fmt: skip
    there = db.session.scalar(sa.select(LearningPath.id).where(LearningPath.id == path_id))
    if there is not None:
        return
    upsert(LearningPath, [row], key=["id"])
    upsert(
        PathCourse,
        [{"path_id": path_id, "position": place, "course_id": course} for place, course in enumerate(order)],
        key=["path_id", "position"],
    )


def put_away(path_id: str, *, by: str, back: bool = False) -> str | None:
    """Offer a path no longer for assigning, or again; assignments of it go on. Gives whose it is (a space, or None).

    Raises `NotFound` for one that is not `by`'s.
    """
    row = db.session.scalar(sa.select(LearningPath).where(LearningPath.id == path_id).with_for_update())
    if row is None:
        raise NotFound()
    _still_may(by, row.space_id)
    row.put_away_at = None if back else row.put_away_at or now()
    db.session.flush()
    return row.space_id
