"""Seats on a real database, also in a race (row N1): never one too many, one promotion for each free seat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from lms.accounts import service as accounts
from lms.foundation.db import db, writing
from lms.foundation.errors import NotFound, Refused
from lms.jobs.models import Job
from lms.learning import service as learning
from lms.learning.models import Completion
from lms.learning.sessions import privacy, queries, service
from lms.learning.sessions.models import LiveSession, Presence, Seat
from tests.catalogue.courses import write_head
from tests.learning.conftest import at_once, inside, serve
from tests.learning.together import LIVE, TOGETHER, write_live, write_together

SESSION = (TOGETHER, *LIVE)
MOVED, SEAT = "notifications.tell_of_session", "notifications.tell_of_seat"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_together(tmp_path / "courses")
    return tmp_path / "courses"


def people(count: int) -> list[str]:
    """New people who take the course. Inside an app context."""
    with writing():
        ids = [
            accounts.create_person(email=f"p{number}@example.org", name=f"P{number}", lang="fr").id
            for number in range(count)
        ]
        for one in ids:
            learning.enrol(one, TOGETHER)
    return ids


def one_person(app: Flask) -> str:
    found: list[str] = inside(app, lambda: people(1))  # type: ignore[assignment]
    return found[0]


def take(who: str) -> bool:
    with writing():
        return service.take(who, *SESSION)


def give_back(who: str) -> None:
    with writing():
        service.give_back(who, *SESSION)


def seated() -> dict[str, int]:
    rows = db.session.execute(sa.select(Seat.person_id, Seat.number).where(Seat.number.is_not(None)))
    return {who: number for who, number in rows if number is not None}


def waiting() -> list[str]:
    return list(db.session.scalars(sa.select(Seat.person_id).where(Seat.number.is_(None)).order_by(Seat.turn)))


def jobs(task: str) -> list[dict[str, Any]]:
    return list(db.session.scalars(sa.select(Job.args).where(Job.task == task).order_by(Job.created_at)))


def test_seats_then_the_waiting_list_in_turn(any_app: Flask, folder: Path) -> None:
    serve(any_app, folder)

    def check() -> None:
        a, b, c, d = people(4)
        assert [take(one) for one in (a, b, c, d, c)] == [True, True, False, False, False]
        assert seated() == {a: 1, b: 2}
        assert waiting() == [c, d]
        standing = queries.standing_of(d, *SESSION)
        assert (standing.seated, standing.waiting, standing.place) == (2, 2, 2)
        give_back(a)
        give_back(a)
        assert seated() == {b: 2, c: 1}
        assert waiting() == [d]
        assert [job["person_id"] for job in jobs(SEAT)] == [c]
        assert queries.standing_of(c, *SESSION).promoted_at is not None
        give_back(d)  # stops waiting
        give_back(b)
        assert len(jobs(SEAT)) == 1
        assert take(a), "a seat is free again"

    inside(any_app, check)


def test_N1_the_last_seat_goes_to_one_of_eight_at_once(any_app: Flask, folder: Path) -> None:
    write_live(folder / TOGETHER, seats=1)
    serve(any_app, folder)
    ids: list[str] = inside(any_app, lambda: people(8))  # type: ignore[assignment]
    found = at_once(any_app, *[lambda one=one: take(one) for one in ids])
    assert sorted(map(bool, found)) == [False] * 7 + [True]

    def check() -> None:
        assert list(seated().values()) == [1]
        assert len(waiting()) == 7
        assert len({row.turn for row in db.session.scalars(sa.select(Seat))}) == 8

    inside(any_app, check)


def test_N2_the_same_form_four_times_at_once_is_one_seat(any_app: Flask, folder: Path) -> None:
    serve(any_app, folder)
    who = one_person(any_app)
    assert at_once(any_app, *[lambda: take(who)] * 4) == [True] * 4
    assert inside(any_app, lambda: (len(seated()), waiting())) == (1, [])


def test_N1_giving_back_and_taking_at_once_promotes_once_for_each_free_seat(any_app: Flask, folder: Path) -> None:
    write_live(folder / TOGETHER, seats=3)
    serve(any_app, folder)
    ids: list[str] = inside(any_app, lambda: people(10))  # type: ignore[assignment]
    inside(any_app, lambda: [take(one) for one in ids[:7]])  # three sit, four wait

    def leave(who: str) -> Callable[[], object]:
        return lambda: give_back(who)

    def come(who: str) -> Callable[[], object]:
        return lambda: take(who)

    # Two give back (one of them twice), three come, all at once.
    at_once(any_app, leave(ids[0]), leave(ids[0]), leave(ids[1]), *[come(one) for one in ids[7:]])

    def check() -> None:
        assert set(seated().values()) == {1, 2, 3}
        assert set(seated()) == {ids[2], ids[3], ids[4]}, "those who waited longest, nobody passes them"
        assert sorted(job["person_id"] for job in jobs(SEAT)) == sorted(ids[3:5])
        assert len(waiting()) == 5

    inside(any_app, check)


@pytest.mark.parametrize("seed", range(3))
def test_N1_no_order_of_acts_ever_passes_the_seats(any_app: Flask, folder: Path, seed: int) -> None:
    """Any mixture of coming and leaving: never over the seats, nobody waits while a seat is free."""
    serve(any_app, folder)

    def check() -> None:
        rng, ids = Random(seed), people(6)
        for _turn in range(40):
            rng.choice((take, give_back))(rng.choice(ids))
            assert len(seated()) <= 2
            assert not waiting() or len(seated()) == 2

    inside(any_app, check)


def test_the_constraint_holds_what_a_lock_would_let_through(any_app: Flask, folder: Path) -> None:
    serve(any_app, folder)

    def check() -> None:
        a, b = people(2)
        take(a)
        row = db.session.scalars(sa.select(Seat)).one()
        values = {
            "session_id": row.session_id,
            "person_id": b,
            "number": row.number,
            "turn": 9,
            "taken_at": row.taken_at,
        }
        with pytest.raises(sa.exc.IntegrityError), writing():
            db.session.execute(sa.insert(Seat).values(values))

    inside(any_app, check)


def test_more_seats_in_a_new_version_go_to_those_who_wait(any_app: Flask, folder: Path) -> None:
    write_live(folder / TOGETHER, seats=1)
    serve(any_app, folder)
    ids: list[str] = inside(any_app, lambda: people(4))  # type: ignore[assignment]
    inside(any_app, lambda: [take(one) for one in ids])
    write_live(folder / TOGETHER, seats=3)
    serve(any_app, folder)

    def check() -> None:
        with writing():
            service.follow(TOGETHER)
        with writing():
            service.follow(TOGETHER)
        assert list(seated()) == ids[:3] or set(seated()) == set(ids[:3])
        assert len(jobs(SEAT)) == 2
        assert jobs(MOVED) == [], "a session with more seats is no other session"

    inside(any_app, check)


def test_fewer_seats_take_none_away_and_none_is_given_on(any_app: Flask, folder: Path) -> None:
    serve(any_app, folder)
    ids: list[str] = inside(any_app, lambda: people(3))  # type: ignore[assignment]
    inside(any_app, lambda: [take(one) for one in ids])
    write_live(folder / TOGETHER, seats=1)
    serve(any_app, folder)

    def check() -> None:
        with writing():
            service.follow(TOGETHER)
        assert set(seated()) == set(ids[:2]), "what was promised stands"
        give_back(ids[0])
        assert set(seated()) == {ids[1]}
        assert jobs(SEAT) == []

    inside(any_app, check)


def test_a_moved_session_is_told_once_to_everybody_in_it(app: Flask, folder: Path) -> None:
    serve(app, folder)
    ids: list[str] = inside(app, lambda: people(4))  # type: ignore[assignment]
    inside(app, lambda: [take(one) for one in ids[:3]])
    write_live(folder / TOGETHER, start="2037-03-06T16:30")
    serve(app, folder)

    def check() -> None:
        for _again in range(2):
            with writing():
                service.follow(TOGETHER)
        row = db.session.scalars(sa.select(LiveSession)).one()
        assert (row.sequence, row.moved_from is not None, row.cancelled_at) == (1, True, None)
        assert [(job["person_id"], job["what"]) for job in jobs(MOVED)] == [(one, "moved") for one in ids[:3]]
        assert set(seated()) == set(ids[:2])

    inside(app, check)


def test_a_cancelled_session_is_told_and_can_come_back(app: Flask, folder: Path) -> None:
    serve(app, folder)
    who = one_person(app)
    inside(app, lambda: take(who))
    path = write_live(folder / TOGETHER)
    path.unlink()
    head = folder / TOGETHER / "course.yml"
    before = head.read_text()
    head.write_text(before.replace(f"  - {LIVE[0]}\n", ""))
    serve(app, folder)

    def gone() -> None:
        with writing():
            service.follow(TOGETHER)
        row = db.session.scalars(sa.select(LiveSession)).one()
        assert (row.sequence, row.cancelled_at is not None) == (1, True)
        assert [job["what"] for job in jobs(MOVED)] == ["cancelled"]
        with pytest.raises(NotFound):
            take(who)

    inside(app, gone)
    write_live(folder / TOGETHER)
    head.write_text(before)
    serve(app, folder)

    def back() -> None:
        with writing():
            service.follow(TOGETHER)
        row = db.session.scalars(sa.select(LiveSession)).one()
        assert (row.sequence, row.cancelled_at) == (2, None)
        assert [job["what"] for job in jobs(MOVED)] == ["cancelled", "moved"]

    inside(app, back)


def test_a_past_session_moved_ahead_is_another_one_with_seats_of_its_own(app: Flask, folder: Path) -> None:
    serve(app, folder)
    who = one_person(app)
    inside(app, lambda: take(who))
    write_live(folder / TOGETHER, start="2038-03-04T14:00")
    with time_machine.travel("2037-06-01T12:00:00Z"):
        serve(app, folder)

        def check() -> None:
            with writing():
                service.follow(TOGETHER)
            assert seated() == {}
            assert jobs(MOVED) == []

        inside(app, check)


@pytest.mark.parametrize(
    ("start", "there"),
    [
        ("2038-03-04T14:00", {}),  # ahead: another meeting, at which nobody was yet
        ("2037-03-05T15:30", {"attended"}),  # over, too: the course tells its hour better
    ],
)
def test_who_was_there_was_at_that_meeting(app: Flask, folder: Path, start: str, there: set[str]) -> None:
    serve(app, folder)
    who = one_person(app)
    inside(app, lambda: take(who))

    def noted() -> None:
        with writing():
            assert service.note(*SESSION, [who], by=who) == 1

    def followed() -> None:
        with writing():
            service.follow(TOGETHER)
        assert {row.how for row in db.session.scalars(sa.select(Presence))} == set(there)
        assert [row.kind for row in db.session.scalars(sa.select(Completion))] == ["live"], "what was done stays done"

    with time_machine.travel("2037-06-01T12:00:00Z"):
        inside(app, noted)
        write_live(folder / TOGETHER, start=start)
        serve(app, folder)
        inside(app, followed)


def test_a_new_version_and_people_who_leave_do_not_block_each_other(any_app: Flask, folder: Path) -> None:
    units = [LIVE[0], *(f"rencontre{number}" for number in range(6))]

    def write(seats: int) -> None:
        write_head(folder / TOGETHER, units)
        for unit in units:
            write_live(folder / TOGETHER, unit=unit, seats=seats)
        serve(any_app, folder)

    write(2)
    ids: list[str] = inside(any_app, lambda: people(8))  # type: ignore[assignment]

    def sit() -> None:
        for one in ids:
            for unit in units:
                with writing():
                    service.take(one, TOGETHER, unit, "live")
        for one in ids[:4]:
            with writing():
                learning.decline(one, TOGETHER)

    inside(any_app, sit)
    write(3)

    def follow() -> None:
        with writing():
            service.follow(TOGETHER)

    def leave(one: str) -> None:
        with writing():
            service.leave(one, TOGETHER)

    acts: list[Callable[[], object]] = [lambda one=one: leave(one) for one in ids[:4]]  # type: ignore[misc]
    assert at_once(any_app, *acts, follow, follow) == [None] * 6

    def check() -> None:
        found = db.session.execute(sa.select(Seat.session_id, Seat.person_id, Seat.number)).all()
        assert {row.person_id for row in found} == set(ids[4:])
        assert len([row for row in found if row.number is not None]) == 3 * len(units)

    inside(any_app, check)


def test_whoever_leaves_the_course_frees_the_seat(any_app: Flask, folder: Path) -> None:
    serve(any_app, folder)

    def check() -> None:
        a, b, c = people(3)
        for one in (a, b, c):
            take(one)
        with writing():
            learning.decline(a, TOGETHER)
        assert [job["person_id"] for job in jobs("learning.free_seats")] == [a]
        with writing():
            service.leave(a, TOGETHER)
        assert set(seated()) == {b, c}
        with writing():
            service.leave(b, TOGETHER)
        assert set(seated()) == {b, c}, "they came back, or never left"
        with writing():
            learning.decline(c, TOGETHER)
        with pytest.raises(NotFound):
            take(a)

    inside(any_app, check)


def test_forgetting_a_person_gives_their_seat_on(any_app: Flask, folder: Path) -> None:
    serve(any_app, folder)

    def check() -> None:
        a, b, c = people(3)
        for one in (a, b, c):
            take(one)
        assert len(privacy.export(a)["seat"]) == 1
        with writing():
            privacy.forget(a)
        assert set(seated()) == {b, c}
        assert privacy.export(a) == {"seat": [], "presence": []}

    inside(any_app, check)


def test_no_seat_after_the_end_and_no_promotion_after_the_beginning(app: Flask, folder: Path) -> None:
    serve(app, folder)

    def check() -> None:
        a, b, c, d = people(4)
        for one in (a, b, c):
            take(one)
        begins = db.session.scalars(sa.select(LiveSession.starts_at)).one()
        with time_machine.travel(begins + timedelta(minutes=5)):
            give_back(a)
            assert (set(seated()), waiting()) == ({b}, [c])
        with time_machine.travel(begins + timedelta(minutes=60)), pytest.raises(Refused):
            take(d)

    inside(app, check)


def test_noting_who_was_there_and_watching_at_once_do_not_block_each_other(any_app: Flask, folder: Path) -> None:
    serve(any_app, folder)
    ids: list[str] = inside(any_app, lambda: people(6))  # type: ignore[assignment]
    inside(any_app, lambda: [take(one) for one in ids[:2]])
    begins: Any = inside(any_app, lambda: db.session.scalars(sa.select(LiveSession.starts_at)).one())

    def note() -> None:
        with writing():
            service.note(*SESSION, ids, by=ids[5])

    def watch(who: str) -> None:
        with writing():
            service.watched(who, *SESSION)

    with time_machine.travel(begins + timedelta(minutes=90)):
        for _again in range(6):
            acts = [note, *(lambda who=who: watch(who) for who in ids[:2]), note]  # type: ignore[misc]
            assert at_once(any_app, *acts) == [None] * 4

            def forget() -> None:
                with writing():
                    db.session.execute(sa.delete(Presence))
                    db.session.execute(sa.delete(Completion))

            inside(any_app, forget)


def test_presence_finishes_the_step_and_taking_it_back_unfinishes_nothing(app: Flask, folder: Path) -> None:
    serve(app, folder)

    def check() -> None:
        a, b, c, d = people(4)
        for one in (a, b, c):
            take(one)
        begins = db.session.scalars(sa.select(LiveSession.starts_at)).one()
        with pytest.raises(Refused), writing():
            service.note(*SESSION, [a], by=d)
        with time_machine.travel(begins + timedelta(minutes=90)):
            for _again in range(2):
                with writing():
                    assert service.note(*SESSION, [a, c, d, "nobody"], by=d) == 2
            with writing():
                service.note(*SESSION, [a], by=d)
            with writing():
                service.watched(b, *SESSION)
            with writing():
                service.watched(a, *SESSION)  # was there: that stands
        rows = {row.person_id: row.how for row in db.session.scalars(sa.select(Presence))}
        assert rows == {a: "attended", b: "replay"}
        done = db.session.execute(sa.select(Completion.person_id, Completion.kind)).all()
        assert {tuple(row) for row in done} == {(a, "live"), (b, "live"), (c, "live")}

    inside(app, check)
