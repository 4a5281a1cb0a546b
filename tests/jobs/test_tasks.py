"""The outbox: a duty is written with its cause, done once, tried again, set aside; whoever is killed loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import CountedTry
from lms.foundation.clock import now
from lms.foundation.db import db, writing
from lms.foundation.tokens import digest
from lms.jobs import outbox, tasks
from lms.jobs.models import Job
from lms.jobs.tasks import TASKS, claim, drain, execute, run, task, tick
from tests.conftest import Apps
from tests.jobs.worker import register

KILL_POINTS = ("claimed", "prepared", "marked", "effected", "committed")


@pytest.fixture(autouse=True)
def _known_tasks() -> Iterator[None]:
    before, schedules = dict(TASKS), list(tasks.SCHEDULES)
    register()
    yield
    TASKS.clear()
    TASKS.update(before)
    tasks.SCHEDULES[:] = schedules


def put(what: str = "a", key: str = "k", **more: Any) -> str:
    with writing():
        return outbox.put("tests.count", {"what": what}, key=key, **more)


def counted(what: str = "a") -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(CountedTry.count).where(CountedTry.key == digest(what))) or 0


def job() -> Job:
    db.session.rollback()
    return db.session.scalars(sa.select(Job).execution_options(populate_existing=True)).one()


def expire_lease() -> None:
    with writing():
        db.session.execute(sa.update(Job).where(Job.state == "leased").values(lease_until=now() - timedelta(seconds=1)))


def test_one_cause_one_effect(any_ctx: Flask) -> None:
    put(key="same")
    put(key="same")
    assert drain() == 1
    assert counted() == 1
    assert job().state == "done"


def test_a_bell_runs_what_is_most_urgent_of_its_queue(any_ctx: Flask) -> None:
    """Ten thousand letters were rung for before somebody asked to sign in: that mail does not wait for them."""
    letters = [put(f"letter {n}", key=f"letter {n}", priority=outbox.IN_BULK) for n in range(3)]
    urgent = put("urgent", key="urgent", priority=1)
    elsewhere = put("elsewhere", key="elsewhere", priority=0, queue="mail")
    assert execute(letters[0]) == "done"
    assert [counted("urgent"), counted("letter 0"), counted("elsewhere")] == [1, 0, 0]
    assert [execute(rung) for rung in (*letters[1:], urgent, letters[0])] == ["done", "done", "done", "nothing"]
    assert [counted(f"letter {n}") for n in range(3)] == [1, 1, 1]
    assert execute("gone") == "nothing"
    assert execute(elsewhere) == "done"


def test_a_duty_goes_with_its_transaction(ctx: Flask) -> None:
    def cause() -> None:
        with writing():
            outbox.put("tests.count", {"what": "a"}, key="k")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cause()
    assert drain() == 0


def test_a_duty_needs_a_transaction(ctx: Flask) -> None:
    with pytest.raises(RuntimeError):
        outbox.put("tests.count", {}, key="k")


def test_an_unknown_task_is_refused_at_once(ctx: Flask) -> None:
    with pytest.raises(KeyError), writing():
        outbox.put("tests.nobody", {}, key="k")


def test_a_future_duty_waits(ctx: Flask) -> None:
    put(due=now() + timedelta(hours=1))
    assert drain() == 0


def test_urgent_first(ctx: Flask) -> None:
    slow, quick = put(key="slow", priority=9), put(key="quick", priority=0)
    first, second = claim(), claim()
    assert [held.id for held in (first, second) if held] == [quick, slow]


def test_delivered_five_times_stands_once(any_ctx: Flask) -> None:
    job_id = put()
    assert [execute(job_id) for _ in range(5)] == ["done", "nothing", "nothing", "nothing", "nothing"]
    assert counted() == 1


def test_two_workers_at_once(any_app: Flask) -> None:
    with any_app.app_context():
        job_id = put()
        db.session.remove()
    barrier, answers = threading.Barrier(4), []

    def work() -> None:
        with any_app.app_context():
            barrier.wait()
            answers.append(execute(job_id))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "nothing", "nothing", "nothing"]
    with any_app.app_context():
        assert counted() == 1


def test_a_worker_that_lost_its_claim_is_refused(any_ctx: Flask) -> None:
    put()
    late = claim()
    assert late is not None
    expire_lease()
    assert drain() == 1
    assert run(late) == "fenced"
    assert counted() == 1


def test_a_failing_task_is_tried_again_then_set_aside(ctx: Flask) -> None:
    @task("tests.fail", queue="compute")
    def fail(args: dict[str, Any]) -> None:
        raise ValueError("no luck")

    with writing():
        outbox.put("tests.fail", {}, key="k")
    for attempt in range(1, 6):
        held = claim()
        assert held is not None
        assert held.attempts == attempt
        assert run(held) == ("failed" if attempt == 5 else "again")
        with writing():
            db.session.execute(sa.update(Job).values(due_at=now() - timedelta(seconds=1)))
    assert claim() is None
    assert job().error == "ValueError: no luck"


def test_an_effect_that_fails_leaves_nothing_half_done(any_ctx: Flask) -> None:
    @task("tests.half", queue="compute")
    def half(args: dict[str, Any]) -> Any:
        def effect() -> None:
            TASKS["tests.count"].body({"what": "a"})()  # type: ignore[misc]
            raise ValueError

        return effect

    with writing():
        outbox.put("tests.half", {}, key="k")
    drain()
    assert counted() == 0
    assert job().state == "due"


def test_a_scheduled_duty_is_written_once_per_slot(any_ctx: Flask) -> None:
    task("tests.daily", queue="compute", every=86400)(TASKS["tests.count"].body)
    tasks.SCHEDULES[:] = [schedule for schedule in tasks.SCHEDULES if schedule.task == "tests.daily"]
    tick(outbox.put)
    tick(outbox.put)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


def test_no_two_tasks_and_no_unserved_queue() -> None:
    with pytest.raises(ValueError, match="two tasks"):
        task("tests.count", queue="compute")(lambda args: None)
    with pytest.raises(ValueError, match="no worker serves"):
        task("tests.lost", queue="nowhere")


@pytest.mark.parametrize("point", KILL_POINTS)
def test_killed_between_any_two_steps_its_effect_stands_once(any_app: Flask, any_url: str, point: str) -> None:
    """kill -9 at each step of a task; then a healthy worker. Row R8 of the guard list, for the frame of tasks."""
    with any_app.app_context():
        put()
        db.session.remove()
    env = {**os.environ, **Apps.settings(any_app.config["CORDADA"].instance, DATABASE_URL=any_url)}
    killed = subprocess.run(
        [sys.executable, "-m", "tests.jobs.worker"],
        env={**env, "LMS_KILL_POINT": point},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    with any_app.app_context():
        assert counted() == (1 if point == "committed" else 0)
        db.session.remove()
        expire_lease()
        drain()
        assert counted() == 1
        assert job().state == "done"
