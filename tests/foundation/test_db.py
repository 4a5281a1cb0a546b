"""The unit of work, the column types, upserts: nothing half done, nothing lost between two writers."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.models import CountedTry, Installation
from lms.foundation.clock import end_of, local, now, today
from lms.foundation.db import Moment, after_commit, db, is_writing, new_id, upsert, writing
from lms.spaces.models import Membership, Territory


def territory(name: str = "conflent", called: str = "Conflent") -> dict[str, str]:
    return {"id": name, "name": called, "country": "FR"}


def names() -> dict[str, str]:
    db.session.rollback()
    return {row.id: row.name for row in db.session.execute(sa.select(Territory.id, Territory.name))}


# --- the unit of work ------------------------------------------------------------------------------------------------


def test_what_is_written_stands(any_ctx: Flask) -> None:
    assert not is_writing()
    with writing() as session:
        assert is_writing()
        session.add(Territory(**territory()))
    assert not is_writing()
    assert names() == {"conflent": "Conflent"}


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit])
def test_any_exception_takes_everything_back(any_ctx: Flask, fault: type[BaseException]) -> None:
    def work() -> None:
        with writing() as session:
            session.add(Territory(**territory()))
            session.flush()
            raise fault

    with pytest.raises(fault):
        work()
    assert names() == {}
    assert not is_writing()
    with writing() as session:
        session.add(Territory(**territory()))
    assert len(names()) == 1, "the next writer is not disturbed"


def test_writing_inside_writing_is_refused_and_takes_the_outer_back(ctx: Flask) -> None:
    def work() -> None:
        with writing() as session:
            session.add(Territory(**territory()))
            with writing():
                pass

    with pytest.raises(RuntimeError, match="inside"):
        work()
    assert names() == {}


def test_no_write_outside(any_ctx: Flask) -> None:
    tries: list[Any] = [
        lambda: (db.session.add(Territory(**territory())), db.session.flush()),
        lambda: (db.session.add(Territory(**territory())), db.session.execute(sa.select(Territory))),  # autoflush
        lambda: (db.session.add(Territory(**territory())), db.session.commit()),
        lambda: db.session.execute(sa.insert(Territory).values(**territory())),
        lambda: db.session.execute(sa.update(Territory).values(name="x")),
        lambda: db.session.execute(sa.delete(Territory)),
        lambda: db.session.execute(sa.insert(Territory.__table__).values(**territory())),
        lambda: upsert(Territory, [territory()], key=["id"]),
    ]
    for number, one in enumerate(tries):
        with pytest.raises(RuntimeError, match="outside"):
            one()
        db.session.rollback()
        assert names() == {}, number


def test_what_was_added_before_is_not_smuggled_in(ctx: Flask) -> None:
    db.session.add(Territory(**territory()))
    with writing():
        pass
    assert names() == {}


def test_bells_ring_after_the_commit_and_only_then(any_ctx: Flask) -> None:
    rung: list[dict[str, str]] = []
    with writing() as session:
        session.add(Territory(**territory()))
        after_commit(lambda: rung.append(names()))
        session.flush()
        assert rung == []
    assert rung == [{"conflent": "Conflent"}]

    def fail() -> None:
        with writing():
            after_commit(lambda: rung.append({}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with writing():
        pass
    assert len(rung) == 1


def test_a_promise_that_breaks_at_the_commit_rings_nothing(ctx: Flask) -> None:
    rung: list[int] = []

    def work() -> None:
        with writing() as session:
            session.add(Membership(person_id=new_id(), space_id="nowhere", role="learner", since=now()))
            after_commit(lambda: rung.append(1))

    with pytest.raises(sa.exc.IntegrityError):
        work()
    assert rung == []


def test_two_threads_lose_nothing(any_app: Flask) -> None:
    """Read, add one, write: forty times from four threads at once."""
    barrier, faults = threading.Barrier(4), []

    def work() -> None:
        with any_app.app_context():
            barrier.wait()
            for _ in range(10):
                try:
                    with writing():
                        accounts.count_try("tests", (1000, timedelta(days=1)))
                except Exception as fault:  # whatever it is, it must not be lost in a thread
                    faults.append(fault)
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with any_app.app_context():
        assert db.session.scalar(sa.select(CountedTry.count)) == 40
        db.session.remove()


def test_a_reader_sees_the_whole_change_or_nothing(any_app: Flask) -> None:
    with any_app.app_context(), writing() as session:
        session.add_all([Territory(**territory("a")), Territory(**territory("b"))])
        session.flush()

        seen: list[int] = []

        def look() -> None:
            with any_app.app_context():
                seen.append(len(names()))
                db.session.remove()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join(30)
        assert seen == [0], "a reader neither waits for a writer nor sees half of it"


def test_sqlite_keeps_what_it_acknowledged(make_app: Any) -> None:
    for durability, level in (("full", 2), ("test", 0)):
        app = make_app(LMS_DURABILITY=durability)
        with app.app_context(), db.engine.connect() as connection:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
            }
        assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": level, "busy_timeout": 10_000}


# --- types -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
        datetime(2027, 10, 31, 2, 30, tzinfo=ZoneInfo("Europe/Paris")),
        datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Paris")),
        datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-11))),
    ],
)
def test_a_moment_comes_back_as_it_was_in_utc(any_ctx: Flask, moment: datetime) -> None:
    with writing() as session:
        session.add(Installation(id=1, demo=False, made_at=moment))
    db.session.rollback()
    kept = db.session.scalars(sa.select(Installation).execution_options(populate_existing=True)).one().made_at
    assert kept.astimezone(UTC) == moment.astimezone(UTC)
    assert kept.utcoffset() == timedelta(0)
    found = sa.select(Installation.id).where(Installation.made_at == moment)
    assert db.session.scalar(found) == 1, "and is found by any spelling of itself"


def test_a_moment_without_a_zone_is_refused() -> None:
    dialect: Any = sa.create_engine("sqlite://").dialect
    with pytest.raises(ValueError, match="zone"):
        Moment().process_bind_param(datetime(2027, 1, 1), dialect)  # noqa: DTZ001
    assert Moment().process_bind_param(None, dialect) is None
    assert Moment().process_result_value(None, dialect) is None


def test_ids_are_random_and_fit_their_column() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(one) for one in ids} == {22}
    assert all(one.replace("-", "").replace("_", "").isalnum() and one.isascii() for one in ids)


# --- upserts ---------------------------------------------------------------------------------------------------------


def test_upsert(any_ctx: Flask) -> None:
    with writing():
        upsert(Territory, [], key=["id"])
        upsert(Territory, [territory("a", "A"), territory("b", "B")], key=["id"])
    with writing():
        upsert(Territory, [territory("a", "other"), territory("c", "C")], key=["id"])
    assert names() == {"a": "A", "b": "B", "c": "C"}, "without `update`, what stands stays"
    with writing():
        upsert(Territory, [territory("a", "new"), territory("d", "D")], key=["id"], update=["name"])
    assert names() == {"a": "new", "b": "B", "c": "C", "d": "D"}


# --- the clock -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "zone", "wanted"),
    [
        ((2027, 3, 27), "Europe/Paris", "2027-03-27T23:00:00+00:00"),  # the night before summer time
        ((2027, 3, 28), "Europe/Paris", "2027-03-28T22:00:00+00:00"),  # 23 hours long
        ((2027, 10, 31), "Europe/Madrid", "2027-10-31T23:00:00+00:00"),  # 25 hours long
        ((2027, 12, 31), "Europe/Andorra", "2027-12-31T23:00:00+00:00"),
        ((2028, 2, 29), "UTC", "2028-03-01T00:00:00+00:00"),
    ],
)
def test_a_day_ends_at_midnight_of_its_place(day: tuple[int, int, int], zone: str, wanted: str) -> None:
    assert end_of(datetime(*day, tzinfo=UTC).date(), zone).isoformat() == wanted


def test_now_is_utc_and_today_is_somewhere() -> None:
    assert now().utcoffset() == timedelta(0)
    assert today("Pacific/Kiritimati") > today("Pacific/Pago_Pago"), "25 hours apart"
    assert local(datetime(2027, 7, 1, 22, 30, tzinfo=UTC)).isoformat() == "2027-07-02T00:30:00+02:00"
