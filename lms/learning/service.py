"""What changes learning: enrolling, moving, finishing, attempting, answering, planning.

All of it runs inside the caller's `writing()`. The actor is always the person the caller names from the session.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import SystemRandom
from typing import Any, cast

import sqlalchemy as sa

from lms.catalogue import queries as catalogue
from lms.catalogue.models import Course
from lms.catalogue.queries import Published
from lms.content.documents import Activity
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _
from lms.jobs import outbox
from lms.learning import rules
from lms.learning.certificates.service import issue_if_earned
from lms.learning.events import CourseFinished, CourseLeft, Enrolled, QuizGraded, Suggested, UnitCompleted
from lms.learning.models import Answer, Attempt, Completion, Draft, Enrolment, Place, Plan, Walk
from lms.learning.moves import service as moves
from lms.learning.moves.rules import shared_units
from lms.learning.plans import service as plans
from lms.learning.renewals import service as renewals
from lms.learning.renewals.queries import attempts_before
from lms.learning.reviews import service as reviews

#: The longest word of a manager to the person they enrol, in characters.
WHY_LONGEST = 300
#: How many people are enrolled in one statement.
AT_ONCE = 1_000
_draw = SystemRandom()


@dataclass(frozen=True)
class Counts:
    """What became of people put on a course together."""

    enrolled: int
    already: int
    #: Said no before; that stands.
    declined: int
    #: Of those who were there already: whose day was changed.
    redated: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.enrolled + other.enrolled,
            self.already + other.already,
            self.declined + other.declined,
            self.redated + other.redated,
        )


def enrol(
    person_id: str,
    course_id: str,
    *,
    source: str = "self",
    by: str | None = None,
    due_on: date | None = None,
    why: str = "",
) -> Enrolment:
    """Have a person take a course. Twice is once; somebody who said no may come back by themself, not by another's
    hand.

    Raises `NotFound` for a course that is not offered.
    """
    served = catalogue.published(course_id)
    if served is None:
        raise NotFound()
    before = _enrolment(person_id, course_id)
    if before is None:
        row = {
            "id": new_id(),
            "person_id": person_id,
            "course_id": course_id,
            "version_id": served.version_id,
            "state": "active",
            "source": source,
            "due_on": due_on,
            "why": rules.clean_line(why)[:WHY_LONGEST],
            "enrolled_by": by,
            "created_at": now(),
            "finished_at": None,
        }
        upsert(Enrolment, [row], key=["person_id", "course_id"])
        made = _enrolment(person_id, course_id)
        assert made is not None
        if made.id == row["id"]:
            outbox.tell(Enrolled(id=made.id, person_id=person_id, course_id=course_id, source=source))
            _take_up(made, served)
        return made
    if before.state == "declined" and source == "self":
        before.state = "active"
        db.session.flush()
        _take_up(before, served)
        issue_if_earned(person_id, served)
    return before


def _take_up(row: Enrolment, served: Published) -> None:
    """What counts from the first moment: units that were finished in another course that shares them."""
    brought = moves.bring_shared(served, [row.person_id])
    _finish_if_whole(row, served)
    if brought:
        issue_if_earned(row.person_id, served)


def enrol_many(
    person_ids: Collection[str],
    course_id: str,
    *,
    by: str | None,
    due_on: date | Mapping[str, date | None] | None = None,
    why: str = "",
    redate: bool = False,
    anew: bool = False,
    tell: bool = True,
) -> Counts:
    """Put people on a course, as their manager. The caller has checked that they are `by`'s people.

    `due_on` is one day for all, or a day for each person. With `redate`, an enrolment that runs gets it too (None takes
    its day away); with `anew`, one that others asked for says `why` from now on, in the name of `by`, if anything.
    Without `tell`, no mail leaves before `tell_enrolled`. Who said no before is left alone, and who finished stays so.
    A fixed number of statements for each thousand people. Raises `NotFound` for a course that is not offered.
    """
    served = catalogue.published(course_id)
    if served is None:
        raise NotFound()
    said = rules.clean_line(why)[:WHY_LONGEST]
    counts = Counts(0, 0, 0)
    # In one order: two managers at once wait for each other instead of blocking each other.
    people = sorted(set(person_ids))
    for begin in range(0, len(people), AT_ONCE):
        part = people[begin : begin + AT_ONCE]
        days = {one: due_on.get(one) if isinstance(due_on, Mapping) else due_on for one in part}
        counts += _enrol_part(days, served, by=by, why=said, redate=redate, anew=anew, tell=tell)
    return counts


def _enrol_part(
    days: Mapping[str, date | None],
    served: Published,
    *,
    by: str | None,
    why: str,
    redate: bool,
    anew: bool,
    tell: bool,
) -> Counts:
    """Enrol the people of `days`, each until their day: what is in nobody's way of `AT_ONCE` people or fewer."""
    if shared_units(served.document):
        moves.hold_all(days)
    moment = now()
    rows = [
        {
            "id": new_id(), "person_id": person_id, "course_id": served.course_id, "version_id": served.version_id,
            "state": "active", "source": "manager", "due_on": day, "why": why, "enrolled_by": by,
            "created_at": moment, "finished_at": None,
        }
        for person_id, day in days.items()
    ]  # fmt: skip
    upsert(Enrolment, rows, key=["person_id", "course_id"])
    stand = db.session.execute(
        sa.select(Enrolment.id, Enrolment.person_id, Enrolment.state, Enrolment.due_on)
        .where(Enrolment.course_id == served.course_id, Enrolment.person_id.in_(days))
        .order_by(Enrolment.person_id)
        .with_for_update()
    ).all()
    made = {row["id"] for row in rows}
    fresh = {row.person_id: row.id for row in stand if row.id in made}
    outbox.tell_many(
        Enrolled(id=enrolment_id, person_id=person_id, course_id=served.course_id, source="manager")
        for person_id, enrolment_id in fresh.items()
    )
    if tell:
        tell_enrolled(list(fresh.values()))
    brought = moves.bring_shared(served, fresh) if fresh else []
    _finish_those_who_are_whole(fresh, served)
    for person_id in brought:
        issue_if_earned(person_id, served)
    moved = [
        {"enrolment": row.id, "day": days[row.person_id]}
        for row in stand
        if redate and row.id not in made and row.state == "active" and row.due_on != days[row.person_id]
    ]
    if moved:
        table = cast("sa.Table", Enrolment.__table__)
        change = sa.update(table).where(table.c.id == sa.bindparam("enrolment")).values(due_on=sa.bindparam("day"))
        db.session.connection().execute(change, moved)
    if anew and why:
        others = [row.id for row in stand if row.id not in made and row.state == "active"]
        # What somebody chose by themselves stays their own choice, of which others hear nothing.
        runs = sa.update(Enrolment).where(Enrolment.id.in_(others), Enrolment.source == "manager")
        told = runs.values(why=why, enrolled_by=by)
        db.session.execute(told, execution_options={"synchronize_session": False})
    declined = sum(row.state == "declined" for row in stand)
    return Counts(len(fresh), len(stand) - len(fresh) - declined, declined, len(moved))


def tell_enrolled(enrolment_ids: Sequence[str]) -> None:
    """Have the people of these new enrolments told by mail."""
    outbox.tell_many(Suggested(new_id(), part) for part in outbox.parts(enrolment_ids))


def _finish_those_who_are_whole(fresh: Mapping[str, str], served: Published) -> None:
    """Finish the course for those of `fresh` (person -> enrolment) who did all of it before they were enrolled."""
    done: dict[str, set[str]] = {}
    for person_id, unit in db.session.execute(
        sa.select(Completion.person_id, Completion.unit).where(
            Completion.course_id == served.course_id, Completion.person_id.in_(fresh)
        )
    ):
        done.setdefault(person_id, set()).add(unit)
    langs: dict[str, str | None] = {}
    if done and served.document.fallback == "hide":
        read_in = sa.select(Place.person_id, Place.lang).where(
            Place.course_id == served.course_id, Place.person_id.in_(done)
        )
        langs = {person_id: lang for person_id, lang in db.session.execute(read_in)}
    whole = [
        person_id
        for person_id, units in done.items()
        if rules.progress([one.id for one in rules.listed(served.document, langs.get(person_id))], units).is_whole
    ]
    if not whole:
        return
    db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.id.in_([fresh[person_id] for person_id in whole]))
        .values(state="finished", finished_at=now())
        .execution_options(synchronize_session=False)
    )
    outbox.tell_many(
        CourseFinished(id=fresh[person_id], person_id=person_id, course_id=served.course_id) for person_id in whole
    )


def decline(person_id: str, course_id: str) -> None:
    """Leave a course, without a reason. What was finished stays. Raises `NotFound` without an enrolment that runs."""
    row = _enrolment(person_id, course_id)
    if row is None or row.state != "active":
        raise NotFound()
    row.state = "declined"
    outbox.tell(CourseLeft(id=new_id(), person_id=person_id, course_id=course_id))


def move(
    person_id: str, course_id: str, unit: str, activity: str, lang: str | None = None, *, heading: str = ""
) -> None:
    """Remember where a person is, in which language they read it, and the last heading read. The caller has checked that
    they take the course and that the activity is in it.
    """
    row = {
        "person_id": person_id,
        "course_id": course_id,
        "unit": unit,
        "activity": activity,
        "at": now(),
        "lang": lang,
    }
    row["heading"] = heading
    upsert(Place, [row], key=["person_id", "course_id"], update=["unit", "activity", "at", "lang", "heading"])


def read_to(person_id: str, course_id: str, unit: str, activity: str, heading: str) -> None:
    """Remember the last heading read, if this is still the activity the person is in: what a page tells while it is left
    must not bring them back to it. The caller has checked that there is such a heading.
    """
    db.session.execute(
        sa.update(Place)
        .where(
            Place.person_id == person_id,
            Place.course_id == course_id,
            Place.unit == unit,
            Place.activity == activity,
            Place.heading != heading,
        )
        .values(heading=heading)
    )


def complete(person_id: str, course_id: str, unit: str, *, kind: str) -> bool:
    """Finish a unit; with the last one, the course, in the same transaction. Twice is once.

    Gives whether the course is finished now. Raises `NotFound` for somebody who does not take the course or a unit that
    the served version does not have.
    """
    row = _enrolment(person_id, course_id)
    if row is None or row.state == "declined":
        raise NotFound()
    served = _served(course_id)
    if unit not in [one.id for one in served.document.units]:
        raise NotFound()
    _finish_unit(row, served, unit, kind, served.version_id)
    return row.state == "finished"


def close(person_id: str, course_id: str, lang: str) -> bool:
    """Finish a course of which nothing is left to do in `lang`: a version took the last open unit away, or the course
    has fewer in this language. Gives whether it is finished now; where something is left, nothing changes.

    Raises `NotFound` for somebody who does not take the course.
    """
    row = _enrolment(person_id, course_id)
    if row is None or row.state == "declined":
        raise NotFound()
    served = _served(course_id)
    _finish_if_whole(row, served, lang)
    if row.state == "finished":
        mine = sa.and_(Place.person_id == person_id, Place.course_id == course_id)
        db.session.execute(sa.update(Place).where(mine).values(lang=lang))
        issue_if_earned(person_id, served)
    return row.state == "finished"


def start(person_id: str, course_id: str, unit: str, activity: str, *, knowing: bool = False) -> Attempt:
    """Begin an attempt at a quiz on the served version, or go on with the open one. `knowing`: at the door "I already
    know this"; an attempt that is open stays what it was begun as.

    Raises `NotFound` for a quiz that is not there or a course not taken, `Refused` when the attempts are used up.
    """
    row = _enrolment(person_id, course_id)
    if row is None or row.state == "declined":
        raise NotFound()
    served = _served(course_id)
    quiz = rules.variant(served.document, unit, activity, served.document.source)
    if quiz is None or quiz.quiz is None:
        raise NotFound()
    names = [question.id for question in quiz.questions]
    if quiz.quiz.draw is not None and quiz.quiz.draw < len(names):
        picked = set(_draw.sample(names, quiz.quiz.draw))
        names = [name for name in names if name in picked]
    limit = quiz.quiz.attempts
    if limit is not None:
        limit += attempts_before(person_id, course_id, unit, activity)  # what is asked anew begins anew
    return _attempt(row, served, unit, activity, names, limit=limit, knowing=knowing)


def answer(
    person_id: str, attempt_id: str, question_id: str, given: Any, *, lang: str, sure: bool | None = None
) -> bool:
    """Keep an answer (`given` as the question reads it, None for "I don't know"; read in `lang`; `sure` if they said
    so). The first one stands; gives whether that is this one, or the same.

    The last answer hands the attempt in. Raises `NotFound` for a missing or foreign attempt and for a question it
    does not ask,
    `content.kinds.WrongShape` for an answer this question cannot have.
    """
    row = _own_attempt(person_id, attempt_id)
    if question_id not in row.questions:
        raise NotFound()
    if row.submitted_at is not None:
        return bool(_standing(row, question_id) == given)
    stands = _keep_answer(row, question_id, given, lang, sure)
    if len(_answered(row)) == len(row.questions):
        submit(person_id, attempt_id)
    return stands


def submit(person_id: str, attempt_id: str) -> Attempt:
    """Hand an attempt in: it is marked on its own version, and its unit finished where the quiz ends it. Twice is once.

    Raises `NotFound` for a missing or foreign attempt.
    """
    row = _own_attempt(person_id, attempt_id)
    if row.submitted_at is not None:
        return row
    own = _version(row.version_id)
    quiz = _text(own, row.unit, row.activity, own.document.source)
    points = {one.id: one.points for one in quiz.questions if one.id in row.questions and one.kind != "open"}
    row.score = rules.score(_answered(row), points)
    row.passed = rules.passes(row.score, own.document.pass_mark(quiz))
    row.submitted_at = now()
    db.session.flush()
    outbox.tell(QuizGraded(id=row.id, person_id=person_id, course_id=row.course_id))
    taken = _enrolment(person_id, row.course_id)
    unit = own.document.unit(row.unit)
    if taken is not None and taken.state != "declined" and unit:
        if row.knowing and row.passed:
            _finish_unit(taken, _served(row.course_id), row.unit, rules.KNOWN, row.version_id)
        elif not row.knowing and rules.closing_activity(unit) == row.activity:
            _finish_unit(taken, _served(row.course_id), row.unit, "quiz", row.version_id)
    if row.passed:
        issue_if_earned(person_id, _served(row.course_id))
        renewals.passed(person_id, _served(row.course_id))
    return row


def practise(
    person_id: str, course_id: str, unit: str, activity: str, question_id: str, given: Any, *, lang: str
) -> bool:
    """Keep an answer to a question inside a lesson, on the served version. The first one on a version stands; gives
    whether it is this one.

    Raises `NotFound` for a question that is not there or a course not taken.
    """
    row = _enrolment(person_id, course_id)
    if row is None or row.state == "declined":
        raise NotFound()
    served = _served(course_id)
    lesson = rules.variant(served.document, unit, activity, served.document.source)
    names = [question.id for question in lesson.questions] if lesson is not None else []
    if lesson is None or lesson.quiz is not None or question_id not in names:
        raise NotFound()
    db.session.execute(
        sa.update(Attempt)
        .where(
            Attempt.person_id == person_id,
            Attempt.course_id == course_id,
            Attempt.unit == unit,
            Attempt.activity == activity,
            Attempt.submitted_at.is_(None),
            Attempt.version_id != served.version_id,
        )
        .values(submitted_at=now())
    )
    return _keep_answer(_attempt(row, served, unit, activity, names, limit=None), question_id, given, lang)


def keep_plan(
    person_id: str,
    course_id: str,
    unit: str,
    block: str,
    *,
    situation: str,
    action: str,
    planned_on: date | None,
    remind: bool = False,
) -> None:
    """Save a plan of one's own over the former one of the same block. An empty one is taken away. With
    `remind`, a mail comes on the morning of its day.
    """
    _forget_draft(person_id, course_id, unit, block)
    when, do = rules.clean_line(situation), rules.clean_line(action)
    if not when and not do:
        db.session.execute(
            sa.delete(Plan).where(
                Plan.person_id == person_id, Plan.course_id == course_id, Plan.unit == unit, Plan.block == block
            )
        )
        plans.take_back(person_id, (course_id, unit, block))
        return
    row = {
        "person_id": person_id,
        "course_id": course_id,
        "unit": unit,
        "block": block,
        "situation": when,
        "action": do,
        "planned_on": planned_on,
        "remind": remind,
        "saved_at": now(),
    }
    plans.renewed(person_id, (course_id, unit, block), situation=when, action=do, planned_on=planned_on)
    upsert(
        Plan,
        [row],
        key=["person_id", "course_id", "unit", "block"],
        update=["situation", "action", "planned_on", "remind", "saved_at"],
    )
    plans.dated(person_id, (course_id, unit, block), planned_on, remind=remind)


@dataclass(frozen=True)
class Begun:
    """A draft was kept: when, and when another page or device had kept the other one that it replaces."""

    at: datetime
    over: datetime | None = None


def keep_draft(
    person_id: str,
    course_id: str,
    unit: str,
    activity: str,
    block: str,
    typed: Mapping[str, list[str]],
    *,
    version_id: str,
    lang: str,
    since: datetime | None = None,
) -> Begun | None:
    """Keep what somebody has begun to answer, to write or to plan, over what was kept before; nothing typed takes it away.
    `since` is what the page knew of: what was kept later came from elsewhere.

    Gives None where the question is answered already. The caller has checked that there is such a block and
    that `typed` holds its fields alone. Raises `NotFound` for a course not taken.
    """
    row = _enrolment(person_id, course_id)
    if row is None or row.state == "declined":
        raise NotFound()
    answered = db.session.scalar(
        sa.select(Answer.question)
        .join(Attempt, Attempt.id == Answer.attempt_id)
        .where(
            Attempt.person_id == person_id,
            Attempt.course_id == course_id,
            Attempt.unit == unit,
            Attempt.activity == activity,
            Attempt.version_id == version_id,
            Attempt.submitted_at.is_(None),
            Answer.question == block,
        )
    )
    if answered is not None:
        return None
    before = db.session.execute(
        sa.select(Draft.saved_at, Draft.typed).filter_by(
            person_id=person_id, course_id=course_id, unit=unit, activity=activity, block=block
        )
    ).one_or_none()
    is_other = before is not None and since is not None and before.saved_at > since and before.typed != typed
    over = before.saved_at if before is not None and is_other else None
    if not typed:
        forget_draft(person_id, course_id, unit, activity, block)
        return Begun(now(), over)
    at = now()
    fact = {
        "person_id": person_id,
        "course_id": course_id,
        "unit": unit,
        "activity": activity,
        "block": block,
        "version_id": version_id,
        "lang": lang,
        "typed": dict(typed),
        "saved_at": at,
    }
    upsert(
        Draft,
        [fact],
        key=["person_id", "course_id", "unit", "activity", "block"],
        update=["version_id", "lang", "typed", "saved_at"],
    )
    return Begun(at, over)


def forget_draft(person_id: str, course_id: str, unit: str, activity: str, block: str) -> None:
    """What was begun is done: its draft goes."""
    db.session.execute(
        sa.delete(Draft).filter_by(person_id=person_id, course_id=course_id, unit=unit, activity=activity, block=block)
    )


def walk(
    person_id: str,
    course_id: str,
    unit: str,
    activity: str,
    path: Sequence[str],
    *,
    seen: Sequence[str],
    version_id: str,
    lang: str = "",
) -> bool:
    """Go along `path` (the first scene, then steps of `rules.steps_of`, to the scene to see now) in a scenario, as
    `version_id` has it, read in `lang`. An ending finishes the unit where the scenario closes it, and the scene that
    decided it comes back.

    `seen` is the way the page showed that this was asked from. Where the person has gone on elsewhere since, nothing
    changes; gives whether they are now at the end of `path`. The caller has checked that the path can be gone. Raises
    `NotFound` for a course not taken.
    """
    row = _enrolment(person_id, course_id)
    if row is None or row.state == "declined":
        raise NotFound()
    kept = db.session.execute(
        sa.select(Walk.path, Walk.version_id)
        .where(Walk.person_id == person_id, Walk.course_id == course_id, Walk.unit == unit, Walk.activity == activity)
        .order_by(Walk.at.desc())
        .limit(1)
    ).one_or_none()
    if kept is not None and (kept.path, kept.version_id) == (list(path), version_id):
        return True
    if (kept.path if kept is not None else []) != list(seen):
        return False
    own = _version(version_id)
    fact = {
        "person_id": person_id,
        "course_id": course_id,
        "unit": unit,
        "activity": activity,
        "version_id": version_id,
        "path": list(path),
        "at": now(),
    }
    upsert(Walk, [fact], key=["person_id", "course_id", "unit", "activity", "version_id"], update=["path", "at"])
    text = _text(own, unit, activity, lang or own.document.source)
    last = text.scene(rules.scene_of(path[-1])) if path[0] == text.scenes[0].id else None
    if last is None or not last.ending:
        return True
    reviews.ended(Walk(**fact), text)
    found = own.document.unit(unit)
    if found and rules.closing_activity(found) == activity:
        _finish_unit(row, _served(course_id), unit, "scenario", version_id)
    return True


def follow_version(course_id: str) -> None:
    """Bring history along to the served version of a course: what was done with questions and plans that moved goes on in
    their new place, and units it shares with other courses count for those who finished them there.
    """
    served = _served(course_id)
    moves.follow_blocks(course_id, served.document)
    if not shared_units(served.document):
        return
    people = db.session.scalars(
        sa.select(Enrolment.person_id)
        .where(Enrolment.course_id == course_id, Enrolment.state != "declined")
        .order_by(Enrolment.person_id)
    ).all()
    for begin in range(0, len(people), AT_ONCE):
        part = people[begin : begin + AT_ONCE]
        moves.hold_all(part)
        for person_id in moves.bring_shared(served, part):
            row = _enrolment(person_id, course_id)
            if row is not None:
                _finish_if_whole(row, served)
                issue_if_earned(person_id, served)


def _enrolment(person_id: str, course_id: str) -> Enrolment | None:
    """The enrolment, held until the end of the transaction: what follows from it happens one after the other.

    All of the person's are held with it, in one order: a unit that courses share is finished in all of them at once.
    """
    mine = db.session.scalars(
        sa.select(Enrolment).where(Enrolment.person_id == person_id).order_by(Enrolment.course_id).with_for_update()
    ).all()
    return next((row for row in mine if row.course_id == course_id), None)


def _own_attempt(person_id: str, attempt_id: str) -> Attempt:
    """A person's own attempt. The enrolment is locked first, as everywhere here: two orders of locks would block each
    other.
    """
    found = sa.select(Attempt).where(Attempt.id == attempt_id, Attempt.person_id == person_id)
    course_id = db.session.scalar(found.with_only_columns(Attempt.course_id))
    if course_id is None:
        raise NotFound()
    _enrolment(person_id, course_id)
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def _version(version_id: str) -> Published:
    found = catalogue.version(version_id)
    assert found is not None, "versions are never deleted"
    return found


def _served(course_id: str) -> Published:
    """The served version, also of an archived course: who began it keeps it."""
    return _version(db.session.scalars(sa.select(Course.current_version_id).where(Course.id == course_id)).one())


def _finish_unit(row: Enrolment, served: Published, unit: str, kind: str, version_id: str) -> None:
    known = db.session.scalar(
        sa.select(Completion.unit).where(
            Completion.person_id == row.person_id, Completion.course_id == row.course_id, Completion.unit == unit
        )
    )
    if known is None:
        moment = now()
        fact = {
            "person_id": row.person_id,
            "course_id": row.course_id,
            "unit": unit,
            "version_id": version_id,
            "kind": kind,
            "done_at": moment,
        }
        upsert(Completion, [fact], key=["person_id", "course_id", "unit"])
        if row.begun_at is None:
            row.begun_at = moment
        outbox.tell(
            UnitCompleted(
                id=f"{row.person_id}:{row.course_id}:{unit}",
                person_id=row.person_id,
                course_id=row.course_id,
                unit=unit,
            )
        )
        issue_if_earned(row.person_id, served)
        _finish_elsewhere(row, unit, kind, version_id)
    _finish_if_whole(row, served)


def _finish_elsewhere(row: Enrolment, unit: str, kind: str, version_id: str) -> None:
    """Finish a unit in the other courses of this person that share it. Those already finished there end the circle."""
    place = shared_units(_version(version_id).document).get(unit)
    if place is None:
        return
    others = db.session.execute(
        sa.select(Enrolment, Course.current_version_id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(
            Enrolment.person_id == row.person_id, Enrolment.course_id != row.course_id, Enrolment.state != "declined"
        )
        .order_by(Enrolment.course_id)
        .with_for_update(of=Enrolment)
        .execution_options(populate_existing=True)
    ).all()
    versions = catalogue.versions({version for _other, version in others})
    for other, current in others:
        if shared_units(versions[current].document).get(unit) == place:
            _finish_unit(other, versions[current], unit, kind, current)


def _finish_if_whole(row: Enrolment, served: Published, lang: str | None = None) -> None:
    """Finish the course where every unit of it is done that there is in `lang`, or in the language they last read in."""
    if row.state != "active":
        return
    done = db.session.scalars(
        sa.select(Completion.unit).where(Completion.person_id == row.person_id, Completion.course_id == row.course_id)
    ).all()
    if lang is None and served.document.fallback == "hide":
        lang = db.session.scalar(
            sa.select(Place.lang).where(Place.person_id == row.person_id, Place.course_id == row.course_id)
        )
    if rules.progress([unit.id for unit in rules.listed(served.document, lang)], done).is_whole:
        row.state, row.finished_at = "finished", now()
        db.session.flush()
        outbox.tell(CourseFinished(id=row.id, person_id=row.person_id, course_id=row.course_id))


def _attempt(
    row: Enrolment,
    served: Published,
    unit: str,
    activity: str,
    questions: list[str],
    *,
    limit: int | None,
    knowing: bool = False,
) -> Attempt:
    """The open attempt, or a new one with the next number. The unique number decides a race: both get the same row."""
    mine = sa.and_(
        Attempt.person_id == row.person_id,
        Attempt.course_id == row.course_id,
        Attempt.unit == unit,
        Attempt.activity == activity,
    )
    is_open = sa.select(Attempt).where(mine, Attempt.submitted_at.is_(None)).execution_options(populate_existing=True)
    found = db.session.scalar(is_open)
    if found is not None:
        return found
    before = db.session.scalar(sa.select(sa.func.max(Attempt.number)).where(mine)) or 0
    if not rules.may_try(before, limit):
        raise Refused(_("You have used all the attempts of this quiz."))
    fresh = {
        "id": new_id(),
        "person_id": row.person_id,
        "course_id": row.course_id,
        "unit": unit,
        "activity": activity,
        "number": before + 1,
        "version_id": served.version_id,
        "questions": questions,
        "started_at": now(),
        "submitted_at": None,
        "score": None,
        "passed": None,
        "knowing": knowing,
    }
    upsert(Attempt, [fresh], key=["person_id", "course_id", "unit", "activity", "number"])
    made = db.session.scalar(is_open)
    if made is None:
        raise Refused(_("You have used all the attempts of this quiz."))
    return made


def _answered(row: Attempt) -> dict[str, float]:
    return {
        name: share
        for name, share in db.session.execute(
            sa.select(Answer.question, Answer.share).where(Answer.attempt_id == row.id)
        )
    }


def _text(own: Published, unit: str, activity: str, lang: str) -> Activity:
    found = rules.variant(own.document, unit, activity, lang)
    assert found is not None, "an attempt's version has its activity"
    return found


def _forget_draft(person_id: str, course_id: str, unit: str, block: str) -> None:
    """The ids of questions and plans are unique in their unit."""
    db.session.execute(
        sa.delete(Draft).where(
            Draft.person_id == person_id, Draft.course_id == course_id, Draft.unit == unit, Draft.block == block
        )
    )


def _keep_answer(row: Attempt, question_id: str, given: Any, lang: str, sure: bool | None = None) -> bool:
    text = _text(_version(row.version_id), row.unit, row.activity, lang)
    question = text.question(question_id)
    if question is None:
        raise NotFound()
    kept = question.accept(given)
    share = question.mark(kept).fraction or 0.0
    fact: dict[str, Any] = {
        "attempt_id": row.id,
        "question": question_id,
        "given": kept,
        "lang": text.lang,
        "share": min(1.0, max(0.0, share)),
        "sure": sure,
        "answered_at": now(),
    }
    is_first = question_id not in _answered(row)
    upsert(Answer, [fact], key=["attempt_id", "question"])
    if is_first:
        reviews.entered(row, text, question, kept, fact["share"], sure=sure)
    _forget_draft(row.person_id, row.course_id, row.unit, question_id)
    return is_first or bool(_standing(row, question_id) == kept)


def _standing(row: Attempt, question_id: str) -> Any:
    """The answer to a question of an attempt that stands, None for "I don't know" and for none."""
    return db.session.scalar(sa.select(Answer.given).where(Answer.attempt_id == row.id, Answer.question == question_id))
