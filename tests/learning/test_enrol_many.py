"""Putting many people on a course at once: what it costs, what it leaves alone, and races with real threads."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import Person
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert, writing
from lms.foundation.errors import NotFound
from lms.jobs.models import Job
from lms.learning import service
from lms.learning.events import CourseFinished, Enrolled
from lms.learning.models import Enrolment
from lms.learning.service import Counts
from tests.learning.conftest import inside, person, serve

COURSE = "ecouter-bien"
DAY, LATER = date(2037, 3, 1), date(2037, 4, 1)


def crowd(app: Flask, count: int) -> list[str]:
    """So many new people; gives their ids."""

    def make() -> list[str]:
        rows = [
            {
                "id": new_id(), "email": f"p{number}@example.org", "name": f"P {number}", "lang": "fr",
                "zone": "Europe/Paris", "state": "active", "demo": False, "created_at": now(),
            }
            for number in range(count)
        ]  # fmt: skip
        with writing():
            upsert(Person, rows, key=["email"])
        return [row["id"] for row in rows]

    return list(inside(app, make))  # type: ignore[call-overload]


def enrol_all(app: Flask, people: list[str], **more: Any) -> Counts:
    def do() -> Counts:
        with writing():
            return service.enrol_many(people, COURSE, **{"by": None, **more})

    found = inside(app, do)
    assert isinstance(found, Counts)
    return found


def rows_of(app: Flask) -> dict[str, tuple[str, date | None, str]]:
    def read() -> dict[str, tuple[str, date | None, str]]:
        return {row.person_id: (row.state, row.due_on, row.source) for row in db.session.scalars(sa.select(Enrolment))}

    return dict(inside(app, read))  # type: ignore[call-overload]


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that are sent meanwhile; one for many rows is one."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def test_who_said_no_who_finished_and_who_is_there_are_left_alone(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    new, there, gone, done, ready = (person(any_app, name) for name in ("new", "there", "gone", "done", "ready"))

    def before() -> None:
        with writing():
            for one in (there, gone, done, ready):
                service.enrol(one, COURSE)
            for unit in ("un", "deux", "trois"):
                service.complete(done, COURSE, unit, kind="lesson")
                service.complete(ready, COURSE, unit, kind="lesson")
            service.decline(gone, COURSE)
            db.session.execute(sa.delete(Enrolment).where(Enrolment.person_id == ready))

    inside(any_app, before)
    people = [new, there, gone, done, ready, new]
    counts = enrol_all(any_app, people, due_on=DAY, why="pour l’été")
    assert counts == Counts(enrolled=2, already=2, declined=1)
    assert rows_of(any_app) == {
        new: ("active", DAY, "manager"),
        there: ("active", None, "self"),
        gone: ("declined", None, "self"),
        done: ("finished", None, "self"),
        ready: ("finished", DAY, "manager"),  # did all of it before anybody asked
    }
    again = enrol_all(any_app, people, due_on=LATER, redate=True)
    assert again == Counts(enrolled=0, already=4, declined=1, redated=2)
    days = {one: day for one, (_state, day, _source) in rows_of(any_app).items()}
    assert days == {new: LATER, there: LATER, gone: None, done: None, ready: DAY}


def test_each_may_have_a_day_of_their_own(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    lea, tom = person(any_app, "lea"), person(any_app, "tom")
    enrol_all(any_app, [lea, tom], due_on={lea: DAY, tom: LATER})
    enrol_all(any_app, [lea, tom], due_on={lea: LATER}, redate=True)
    assert rows_of(any_app) == {lea: ("active", LATER, "manager"), tom: ("active", None, "manager")}


def test_a_course_that_is_not_offered_is_refused(app: Flask, courses: Path) -> None:
    serve(app, courses)
    who = person(app)
    with app.app_context(), pytest.raises(NotFound), writing():
        service.enrol_many([who], "nothing", by=None)


def test_the_number_of_statements_follows_the_thousands_and_not_the_people(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    people = crowd(any_app, 3_001)
    enrol_all(any_app, people[3_000:])  # the version is read once in a process
    with counted(any_app) as few:
        enrol_all(any_app, people[:10])
    with counted(any_app) as one:
        enrol_all(any_app, people[10:1_010])
    with counted(any_app) as two:
        enrol_all(any_app, people[1_010:3_000])
    assert len(one) == len(few)
    assert len(two) <= 2 * len(one)


def test_everybody_is_told_of_once(any_app: Flask, courses: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(any_app, courses)
    listeners = {Enrolled: ("accounts.forget_old",), CourseFinished: ()}
    monkeypatch.setitem(any_app.extensions, "listeners", listeners)
    people = crowd(any_app, 40)
    enrol_all(any_app, people)
    enrol_all(any_app, people)

    def told() -> list[dict[str, Any]]:
        found = db.session.scalars(sa.select(Job.args).where(Job.key.like("accounts.forget_old:%")))
        return list(found)

    found = inside(any_app, told)
    assert isinstance(found, list)
    assert sorted(args["person_id"] for args in found) == sorted(people)
    assert {args["source"] for args in found} == {"manager"}


def at_once(app: Flask, *works: Callable[[], object]) -> list[BaseException]:
    """Do all of it at the same moment, each in a thread of its own; gives what went wrong."""
    wrong: list[BaseException] = []
    ready = threading.Barrier(len(works))

    def one(work: Callable[[], object]) -> None:
        ready.wait()
        try:
            inside(app, work)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return wrong


def test_two_managers_at_once_enrol_everybody_once(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    people = crowd(any_app, 400)
    found: list[Counts] = []

    def assign(order: list[str], day: date) -> Callable[[], None]:
        def do() -> None:
            with writing():
                made = service.enrol_many(order, COURSE, by=None, due_on=day, redate=True)
            found.append(made)

        return do

    assert not at_once(any_app, assign(people, DAY), assign(people[::-1], LATER), assign(people[100:300], DAY))
    rows = rows_of(any_app)
    assert len(rows) == 400
    assert sum(counts.enrolled for counts in found) == 400
    assert len({day for _state, day, _source in rows.values()}) <= 2


def test_who_leaves_while_they_are_enrolled_has_left(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    people = crowd(any_app, 60)
    enrol_all(any_app, people)

    def leave() -> None:
        for one in people:
            with writing():
                service.decline(one, COURSE)

    def assign() -> None:
        for _ in range(5):
            with writing():
                service.enrol_many(people, COURSE, by=None, due_on=DAY, redate=True)

    assert not at_once(any_app, leave, assign)
    assert Counter(state for state, _day, _source in rows_of(any_app).values()) == {"declined": 60}
