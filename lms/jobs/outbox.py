"""Writing duties down: `put` a task, or `tell` an event and let the wiring page say who listens."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app

from lms.foundation.clock import now
from lms.foundation.db import after_commit, is_writing, new_id, upsert
from lms.jobs.models import Job
from lms.jobs.tasks import TASKS


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
    job_id = new_id()
    row = {
        "id": job_id, "task": task, "queue": queue or known.queue, "args": dict(args), "key": key[:200], "priority": priority,
        "state": "due", "due_at": due or now(), "lease_until": None, "fence": 0, "attempts": 0, "error": None,
        "created_at": now(), "done_at": None,
    }  # fmt: skip
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
        put(task, dataclasses.asdict(event), key=f"{task}:{event.id}", due=due, priority=1 if urgent else 5)
