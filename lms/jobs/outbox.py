"""Writing duties down: `put` a task, or `tell` an event and let the wiring page say who listens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from flask import current_app

from lms.foundation.clock import now
from lms.foundation.db import after_commit, is_writing, new_id, upsert
from lms.jobs.models import Job
from lms.jobs.tasks import TASKS

#: How urgent a duty is that is one of many (0 first, 9 last).
IN_BULK = 7
#: So many people are one duty where many are told: a sign-in mail never waits for more of them.
TOLD_AT_ONCE = 50
Told = TypeVar("Told")


def put(
    task: str,
    args: Mapping[str, Any],
    *,
    key: str,
    due: datetime | None = None,
    priority: int = 5,
    queue: str | None = None,
) -> str:
    """Write the duty to run `task` with `args` (ids, never secrets), once for `key`. Gives the new row's id.

    Must be called inside `writing()`. Where a row with `key` stands already nothing is written. Raises `KeyError` for a task
    nobody registered.
    """
    if not is_writing():
        raise RuntimeError("a duty is written in the transaction that makes it necessary")
    known = TASKS[task]
    row = _row(task, args, key, due=due, priority=priority, queue=queue)
    job_id: str = row["id"]
    upsert(Job, [row], key=["key"])
    bell = current_app.extensions.get("doorbell")
    if bell is not None and due is None:
        after_commit(lambda: bell(known, job_id))
    return job_id


def tell(event: Any, *, due: datetime | None = None) -> None:
    """Tell what has happened: one duty for each listener the wiring page names. `event` is a frozen record with an `id`.

    With `due`, nobody listens before that moment.
    """
    for task in current_app.extensions["listeners"].get(type(event), ()):
        urgent = TASKS[task].queue == "mail"  # somebody waits for a mail; nobody waits for a sum
        put(task, vars(event), key=f"{task}:{event.id}", due=due, priority=1 if urgent else 5)


def tell_many(events: Iterable[Any]) -> None:
    """Tell of many things at once, in one statement. They go behind what somebody waits for: a thousand letters never
    hold up the mail with which somebody signs in.
    """
    if not is_writing():
        raise RuntimeError("a duty is written in the transaction that makes it necessary")
    listeners = current_app.extensions["listeners"]
    rows = [
        _row(task, vars(event), f"{task}:{event.id}", priority=IN_BULK)
        for event in events
        for task in listeners.get(type(event), ())
    ]
    upsert(Job, rows, key=["key"])
    bell = current_app.extensions.get("doorbell")
    if bell is not None and rows:
        rung = [(TASKS[row["task"]], row["id"]) for row in rows]

        def ring() -> None:
            for known, job_id in rung:
                bell(known, job_id)

        after_commit(ring)


def parts(told: Sequence[Told]) -> Iterator[tuple[Told, ...]]:
    """Those who are told of something, in their order, `TOLD_AT_ONCE` at a time."""
    for start in range(0, len(told), TOLD_AT_ONCE):
        yield tuple(told[start : start + TOLD_AT_ONCE])


def _row(
    task: str,
    args: Mapping[str, Any],
    key: str,
    *,
    due: datetime | None = None,
    priority: int = 5,
    queue: str | None = None,
) -> dict[str, Any]:
    moment = now()
    return {
        "id": new_id(), "task": task, "queue": queue or TASKS[task].queue, "args": dict(args), "key": key[:200],
        "priority": priority, "state": "due", "due_at": due or moment, "lease_until": None, "fence": 0, "attempts": 0,
        "error": None, "created_at": moment, "done_at": None,
    }  # fmt: skip
