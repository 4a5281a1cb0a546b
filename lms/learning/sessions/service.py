"""What changes live sessions: following the course, giving seats, noting who was there. Inside the caller's `writing()`.

Seats are given under a lock on the session's row, so that one comes after the other; a unique number per seat stands
behind it. Whoever holds an enrolment takes it first: two orders of locks would block each other.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.catalogue import queries as catalogue
from lms.catalogue.models import Course
from lms.catalogue.queries import Published
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _
from lms.jobs import outbox
from lms.learning import service as learning
from lms.learning.models import Enrolment
from lms.learning.moves.service import hold_all
from lms.learning.rules import closing_activity
from lms.learning.sessions import rules
from lms.learning.sessions.events import SeatGiven, SessionChanged
from lms.learning.sessions.models import LiveSession, Presence, Seat
from lms.learning.sessions.rules import Facts


def follow(course_id: str) -> None:
    """Bring the sessions of a course to what the served version says: announce new ones, move and cancel others, and tell
    everybody who has a seat or waits. Twice is once.
    """
    served = _served(course_id)
    wanted = rules.sessions_of(served.document)
    # All of them before any of them changes, by their ids, as whoever leaves holds them too.
    rows = db.session.scalars(
        sa.select(LiveSession).where(LiveSession.course_id == course_id).order_by(LiveSession.id).with_for_update()
    ).all()
    for (unit, activity), facts in wanted.items():
        _follow(course_id, unit, activity, facts)
    for row in rows:
        gone = (row.unit, row.activity) not in wanted
        if gone and row.cancelled_at is None and rules.state(row.starts_at, row.minutes, now()) == "ahead":
            row.cancelled_at = row.changed_at = now()
            row.sequence += 1
            _tell_all(row, "cancelled")


def take(person_id: str, course_id: str, unit: str, activity: str) -> bool:
    """Give a person a seat, or put them on the waiting list. Twice is once. Gives whether they have a seat.

    Raises `NotFound` for a course not taken or a session there is not, `Refused` once it is over.
    """
    _hold(person_id, course_id)
    row = _session(course_id, unit, activity)
    mine = db.session.get(Seat, {"session_id": row.id, "person_id": person_id})
    if mine is not None:
        return mine.number is not None
    if rules.state(row.starts_at, row.minutes, now()) == "over":
        raise Refused(_("This session is over."))
    # Nobody passes those who wait, even where a seat is free for a moment.
    number = None if _waiting(row) else rules.free_number(_taken(row), row.seats)
    last = db.session.scalar(sa.select(sa.func.max(Seat.turn)).where(Seat.session_id == row.id)) or 0
    db.session.add(
        Seat(
            session_id=row.id, person_id=person_id, number=number, turn=last + 1, taken_at=now(), promoted_at=None
        )
    )  # fmt: skip
    db.session.flush()
    return number is not None


def give_back(person_id: str, course_id: str, unit: str, activity: str) -> None:
    """Give a seat back, or stop waiting; the seat goes to whoever waits longest. Twice is once.

    Raises `NotFound` for a session there is not.
    """
    row = db.session.scalar(
        sa.select(LiveSession)
        .where(LiveSession.course_id == course_id, LiveSession.unit == unit, LiveSession.activity == activity)
        .with_for_update()
    )
    if row is None:
        if (unit, activity) not in rules.sessions_of(_served(course_id).document):
            raise NotFound()
        return
    _give_back(row, person_id)


def leave(person_id: str, course_id: str | None = None) -> None:
    """Give back every seat of a person that is still ahead (in a course, or anywhere), because they left."""
    if course_id is not None and _takes(person_id, course_id):
        return  # they came back before this was done
    mine = sa.select(Seat.session_id).where(Seat.person_id == person_id)
    wanted = sa.select(LiveSession).where(LiveSession.id.in_(mine)).order_by(LiveSession.id).with_for_update()
    if course_id is not None:
        wanted = wanted.where(LiveSession.course_id == course_id)
    for row in db.session.scalars(wanted).all():
        if course_id is None or rules.state(row.starts_at, row.minutes, now()) == "ahead":
            _give_back(row, person_id)


def note(course_id: str, unit: str, activity: str, here: Collection[str], *, by: str) -> int:
    """Note who of those with a seat was there (the others were not); the step is done for those who were. Gives how many.

    A note that is taken back takes nothing back that was finished. Raises `NotFound` for a session there is not, `Refused`
    before it begins.
    """
    # Enrolments before the session, as whoever takes a seat does, and one after the other.
    hold_all(here)
    row = _session(course_id, unit, activity)
    if rules.state(row.starts_at, row.minutes, now()) == "ahead":
        raise Refused(_("The session has not begun: note who was there when it has."))
    listed = db.session.scalars(
        sa.select(Seat.person_id).where(Seat.session_id == row.id).order_by(Seat.person_id)
    ).all()  # fmt: skip
    there = [person_id for person_id in listed if person_id in here]
    absent = [person_id for person_id in listed if person_id not in here]
    db.session.execute(
        sa.delete(Presence).where(
            Presence.session_id == row.id, Presence.how == "attended", Presence.person_id.in_(absent)
        )
    )
    for person_id in there:
        _note(row, person_id, "attended", by)
    return len(there)


def watched(person_id: str, course_id: str, unit: str, activity: str) -> bool:
    """Note that a person watched the recording; the step is done. Gives whether the course is finished now.

    Raises `NotFound` for a course not taken or a session there is not, `Refused` before it is over.
    """
    _hold(person_id, course_id)
    row = _session(course_id, unit, activity)
    if rules.state(row.starts_at, row.minutes, now()) != "over":
        raise Refused(_("The session is not over: there is no recording yet."))
    return _note(row, person_id, "replay", person_id)


def _note(row: LiveSession, person_id: str, how: str, by: str) -> bool:
    """Note a presence and finish the step where the session ends it. To have been there counts more than a recording."""
    fact = {"session_id": row.id, "person_id": person_id, "how": how, "noted_by": by, "at": now()}
    changing = ["how", "noted_by", "at"] if how == "attended" else []
    known = db.session.get(Presence, {"session_id": row.id, "person_id": person_id})
    if known is None or known.how != how:
        upsert(Presence, [fact], key=["session_id", "person_id"], update=changing)
    unit = _served(row.course_id).document.unit(row.unit)
    if unit is None or not _takes(person_id, row.course_id) or closing_activity(unit) != row.activity:
        return False
    return learning.complete(person_id, row.course_id, row.unit, kind="live")


def _served(course_id: str) -> Published:
    """The served version, also of an archived course: who began it keeps it. Raises `NotFound` for no such course."""
    current = db.session.scalar(sa.select(Course.current_version_id).where(Course.id == course_id))
    found = catalogue.version(current) if current else None
    if found is None:
        raise NotFound()
    return found


def _takes(person_id: str, course_id: str) -> bool:
    """Whether a person takes a course."""
    found = sa.select(Enrolment.id).where(Enrolment.person_id == person_id, Enrolment.course_id == course_id)
    return db.session.scalar(found.where(Enrolment.state != "declined")) is not None


def _hold(person_id: str, course_id: str) -> None:
    """Hold an enrolment until the end of the transaction. Raises `NotFound` without one that runs."""
    hold_all([person_id])
    held = db.session.scalar(
        sa.select(Enrolment.id)
        .where(Enrolment.person_id == person_id, Enrolment.course_id == course_id, Enrolment.state != "declined")
        .with_for_update()
    )
    if held is None:
        raise NotFound()


def _session(course_id: str, unit: str, activity: str) -> LiveSession:
    """The row of a session, held, as the served version has it. Raises `NotFound` for one there is not."""
    facts = rules.sessions_of(_served(course_id).document).get((unit, activity))
    if facts is None:
        raise NotFound()
    return _follow(course_id, unit, activity, facts)


def _follow(course_id: str, unit: str, activity: str, facts: Facts) -> LiveSession:
    """The row of a session, held, brought to what the course says of it; whoever sits or waits in it is told."""
    fresh = {
        "id": new_id(), "course_id": course_id, "unit": unit, "activity": activity, "title": facts.title,
        "starts_at": facts.starts_at, "zone": facts.zone, "minutes": facts.minutes, "link": facts.link,
        "seats": facts.seats, "sequence": 0, "changed_at": now(), "moved_from": None, "cancelled_at": None,
    }  # fmt: skip
    upsert(LiveSession, [fresh], key=["course_id", "unit", "activity"])
    row = db.session.scalars(
        sa.select(LiveSession)
        .where(LiveSession.course_id == course_id, LiveSession.unit == unit, LiveSession.activity == activity)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    before = Facts(row.title, row.starts_at, row.zone, row.minutes, row.link, row.seats)
    if rules.is_other(before, facts) or row.cancelled_at is not None:
        row.sequence += 1
        row.changed_at = now()
        was_over = rules.state(before.starts_at, before.minutes, now()) == "over"
        is_told = rules.is_moved(before, facts) or row.cancelled_at is not None
        row.cancelled_at = None
        _write(row, facts)
        is_over = rules.state(facts.starts_at, facts.minutes, now()) == "over"
        if is_told and was_over and not is_over:
            # It has taken place: this is another meeting. Its seats are given anew and nobody was there yet; a step that
            # the former one finished stays done. (Over before and after, the course has only told its hour better.)
            for table in (Seat, Presence):
                db.session.execute(sa.delete(table).where(table.session_id == row.id))
            row.moved_from = None
        elif is_told:
            row.moved_from = before.starts_at
            if not is_over:
                _tell_all(row, "moved")
    if row.seats != facts.seats:
        row.seats = facts.seats
        db.session.flush()
        _promote(row)
    return row


def _write(row: LiveSession, facts: Facts) -> None:
    row.title, row.starts_at, row.zone = facts.title, facts.starts_at, facts.zone
    row.minutes, row.link = facts.minutes, facts.link
    db.session.flush()


def _tell_all(row: LiveSession, what: str) -> None:
    db.session.flush()
    for person_id in db.session.scalars(
        sa.select(Seat.person_id).where(Seat.session_id == row.id).order_by(Seat.turn)
    ).all():  # fmt: skip
        outbox.tell(
            SessionChanged(
                id=f"{row.id}:{row.sequence}:{person_id}", session_id=row.id, person_id=person_id, what=what,
                sequence=row.sequence,
            )
        )  # fmt: skip


def _taken(row: LiveSession) -> set[int]:
    found = db.session.scalars(sa.select(Seat.number).where(Seat.session_id == row.id, Seat.number.is_not(None)))
    return {number for number in found if number is not None}


def _waiting(row: LiveSession) -> Seat | None:
    """Whoever waits longest, of those who still take the course."""
    return db.session.scalars(
        sa.select(Seat)
        .join(Person, Person.id == Seat.person_id)
        .join(Enrolment, Enrolment.person_id == Seat.person_id)
        .where(
            Seat.session_id == row.id,
            Seat.number.is_(None),
            Person.state == "active",
            Enrolment.course_id == row.course_id,
            Enrolment.state != "declined",
        )
        .order_by(Seat.turn)
        .limit(1)
    ).one_or_none()


def _give_back(row: LiveSession, person_id: str) -> None:
    mine = db.session.get(Seat, {"session_id": row.id, "person_id": person_id})
    if mine is None:
        return
    db.session.delete(mine)
    db.session.flush()
    _promote(row)


def _promote(row: LiveSession) -> None:
    """Give the free seats to those who wait, one each, in their order; not once the session has begun."""
    if row.cancelled_at is not None or rules.state(row.starts_at, row.minutes, now()) != "ahead":
        return
    while (first := _waiting(row)) is not None:
        number = rules.free_number(_taken(row), row.seats)
        if number is None:
            return
        first.number, first.promoted_at = number, now()
        db.session.flush()
        outbox.tell(SeatGiven(id=new_id(), session_id=row.id, person_id=first.person_id))
