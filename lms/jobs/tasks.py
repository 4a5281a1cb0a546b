"""Declaring tasks, claiming duties, running them so that each effect stands exactly once in the database.

A task is a function of the job's arguments. Its body reads, computes and does slow things (mail, files) outside any
transaction and gives back an `effect`; the frame runs the effect in the very transaction that marks the job done. Whoever
is killed before that leaves the row to be claimed again; whoever wakes up after losing the claim is refused by the fence.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.engine import Row
from sqlalchemy.orm import aliased

from lms.foundation.clock import now
from lms.foundation.db import db, writing
from lms.jobs.models import Job

log = logging.getLogger("lms.jobs")

Effect: TypeAlias = Callable[[], None] | None
Body: TypeAlias = Callable[[dict[str, Any]], Effect]

#: The queues a worker serves; a task names one of them.
QUEUES = ("mail", "compute")
#: How long a claim lasts without renewal, in seconds, and how often a running task renews it.
LEASE = 60
RENEW = 20
#: After this many claims a job is set aside as failed.
ATTEMPTS = 5


@dataclass(frozen=True)
class Task:
    """A registered task: its name ("room.verb"), the queue that serves it, its body."""

    name: str
    queue: str
    body: Body


@dataclass(frozen=True)
class Schedule:
    """A task that is due again in every slot of `every` seconds, with the slot as its only argument."""

    task: str
    every: int


@dataclass(frozen=True)
class Claim:
    """What a worker holds while it works on a job."""

    id: str
    task: str
    args: dict[str, Any]
    fence: int
    attempts: int


TASKS: dict[str, Task] = {}
SCHEDULES: list[Schedule] = []


def task(name: str, *, queue: str, every: int | None = None) -> Callable[[Body], Body]:
    """Register a body under `name` on `queue`; with `every` (seconds) it is also due by itself once in each slot.

    Raises `ValueError` for a queue nobody serves or a name taken twice.
    """
    if queue not in QUEUES:
        raise ValueError(f"no worker serves the queue {queue!r}")

    def register(body: Body) -> Body:
        if name in TASKS:
            raise ValueError(f"two tasks are named {name!r}")
        TASKS[name] = Task(name, queue, body)
        if every is not None:
            SCHEDULES.append(Schedule(name, every))
        return body

    return register


def kill_point(name: str) -> None:
    """Die here, as if the power of this process were cut, when a test asks for it by `LMS_KILL_POINT`."""
    if os.environ.get("LMS_KILL_POINT") == name:
        os.kill(os.getpid(), signal.SIGKILL)


def _waiting(moment: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(Job.state == "due", Job.due_at <= moment), sa.and_(Job.state == "leased", Job.lease_until < moment)
    )


def claim(job_id: str | None = None) -> Claim | None:
    """Take the most urgent waiting job (with `job_id`: of that one’s queue) under a lease. None when nothing waits."""
    moment = now()
    with writing() as session:
        wanted = sa.select(Job.id).where(_waiting(moment)).order_by(Job.priority, Job.due_at).limit(1)
        if job_id:
            rung = aliased(Job)
            wanted = wanted.where(Job.queue == sa.select(rung.queue).where(rung.id == job_id).scalar_subquery())
        found = session.scalar(wanted.with_for_update(skip_locked=True))
        if found is None:
            return None
        row: Row[Any] = session.execute(
            sa.update(Job)
            .where(Job.id == found)
            .values(
                state="leased",
                lease_until=moment + timedelta(seconds=LEASE),
                fence=Job.fence + 1,
                attempts=Job.attempts + 1,
            )
            .returning(Job.id, Job.task, Job.args, Job.fence, Job.attempts),
            execution_options={"synchronize_session": False},
        ).one()
    return Claim(row.id, row.task, dict(row.args), row.fence, row.attempts)


def _hold(claim: Claim, **values: Any) -> bool:
    """Change the claimed row if the claim still stands."""
    result = db.session.execute(
        sa.update(Job).where(Job.id == claim.id, Job.fence == claim.fence, Job.state == "leased").values(**values),
        execution_options={"synchronize_session": False},
    )
    return bool(getattr(result, "rowcount", 0) == 1)


@contextmanager
def _renewed(claim: Claim, app: Flask) -> Iterator[None]:
    """Renew the lease while a long body runs. A lease lasts longer than the gap between renewals, not than the job."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEW):
            with app.app_context(), writing():
                _hold(claim, lease_until=now() + timedelta(seconds=LEASE))

    thread = threading.Thread(target=renew, daemon=True, name="lease")
    thread.start()
    try:
        yield
    finally:
        over.set()


def run(claim: Claim) -> str:
    """Work on a claimed job. Gives "done", "fenced" (another holds it now), "again" (will be tried again) or "failed"."""
    known = TASKS.get(claim.task)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    kill_point("claimed")
    try:
        if known is None:
            raise LookupError(f"no task is named {claim.task!r}")
        if claim.attempts > ATTEMPTS:
            raise RuntimeError("the process died in each of the tries before")
        with _renewed(claim, app):
            effect = known.body(claim.args)
        db.session.rollback()
        kill_point("prepared")
        with writing():
            if not _hold(claim, state="done", done_at=now(), lease_until=None, error=None):
                return "fenced"
            kill_point("marked")
            if effect is not None:
                effect()
            kill_point("effected")
        kill_point("committed")
    except Exception as error:
        log.exception("job %s (%s) try %d", claim.id, claim.task, claim.attempts)
        final = claim.attempts >= ATTEMPTS or known is None
        wait = timedelta(seconds=30 * 4 ** min(claim.attempts - 1, 4))
        with writing():
            held = _hold(
                claim,
                state="failed" if final else "due",
                due_at=now() + wait,
                lease_until=None,
                error=f"{type(error).__name__}: {error}"[:500],
            )
        return "fenced" if not held else "failed" if final else "again"
    return "done"


def execute(job_id: str) -> str:
    """Run one job: what a Celery worker does when the bell of `job_id` rings. Bells come in the order in which they were rung,
    so it takes what is most urgent of that queue; there are as many bells as jobs. One too many is a quiet no-op.
    """
    held = claim(job_id)
    return run(held) if held else "nothing"


def drain(limit: int = 10_000) -> int:
    """Run waiting jobs one after another until none waits. Gives how many were run (for the runner, seeds and tests)."""
    for count in range(limit):
        held = claim()
        if held is None:
            return count
        run(held)
    return limit


def tick(put: Callable[..., str]) -> None:
    """Write down the duties of this time slot, once each, whoever else does it too. `put` is `outbox.put`."""
    moment = int(now().timestamp())
    with writing():
        for schedule in SCHEDULES:
            slot = moment // schedule.every
            put(schedule.task, {"slot": slot}, key=f"{schedule.task}@{slot}")


def waiting(limit: int = 500) -> list[tuple[str, str]]:
    """(id, queue) of the jobs that wait now, most urgent first, `limit` at most."""
    rows = db.session.execute(
        sa.select(Job.id, Job.task).where(_waiting(now())).order_by(Job.priority, Job.due_at).limit(limit)
    )
    return [(row.id, row.task) for row in rows]


def oldest_wait() -> int:
    """How many seconds the oldest due job has been waiting, 0 where none waits."""
    first = db.session.scalar(sa.select(sa.func.min(Job.due_at)).where(Job.state == "due", Job.due_at <= now()))
    return 0 if first is None else max(0, int((now() - first).total_seconds()))
