"""Celery: the same tasks, woken by Redis instead of by the embedded runner.

A message carries a job's id and nothing else. Messages may be lost, doubled or late; the row decides.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from queue import SimpleQueue
from typing import Any

from celery import Celery, bootsteps
from celery import Task as CeleryTask
from celery.signals import beat_init
from flask import Flask
from kombu import Connection, Queue
from kombu.pools import producers

from lms.foundation.db import db
from lms.jobs import outbox
from lms.jobs.tasks import QUEUES, TASKS, Task, execute, tick, waiting

log = logging.getLogger("lms.jobs")

#: A page never waits longer than this for Redis, in seconds; after a failure the bell rests this long.
BELL_TIMEOUT = 0.3
BELL_REST = 15.0
#: How often beat writes down scheduled duties and rings again for rows whose bell was lost, in seconds.
SWEEP = 20.0


def make_celery(app: Flask, redis_url: str | None) -> Celery:
    """The Celery application of `app`: one Celery task for each registered task, run inside the app's context."""

    class InApp(CeleryTask):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery("cordada", broker=redis_url or "memory://", task_cls=InApp, set_as_current=False)
    celery.conf.update(
        task_ignore_result=True,
        accept_content=["json"],
        task_serializer="json",
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        task_queues=[Queue(name) for name in QUEUES],
        task_default_queue=QUEUES[-1],
        task_routes={known.name: {"queue": known.queue} for known in TASKS.values()},
        timezone="UTC",
        beat_schedule_filename=str(app.config["CORDADA"].instance / "celerybeat-schedule"),
        beat_schedule={"sweep": {"task": "jobs.sweep", "schedule": SWEEP}},
    )
    for known in TASKS.values():
        celery.task(execute, name=known.name, shared=False)
    bell = Doorbell(celery, redis_url)

    def sweep() -> int:
        """Write down this slot's duties, then ring for whatever waits."""
        tick(outbox.put)
        ids = waiting()
        for job_id, name in ids:
            if name in TASKS:
                bell(TASKS[name], job_id)
        return len(ids)

    celery.task(sweep, name="jobs.sweep", shared=False)

    class NotBeforeItIsSafe(bootsteps.Step):
        """A worker refuses to start where a write could be lost (the same checks as `serve`)."""

        def __init__(self, worker: Any, **kwargs: Any) -> None:
            _check()

    celery.steps["worker"].add(NotBeforeItIsSafe)

    def _check() -> None:
        try:
            with app.app_context():
                app.extensions["refuse_unsafe"]()
                db.engine.dispose()  # a connection that forked children share mixes up their answers
        except Exception as error:
            # Whoever starts it gets the sentences, no trace; and other exceptions of a signal's handler are swallowed.
            raise SystemExit(str(error)) from error

    def _beat(**_: Any) -> None:
        _check()

    # The signal is one for the whole process: it holds the handler weakly, and so keeps no application alive.
    app.extensions["before_beat"] = _beat
    beat_init.connect(_beat)
    if redis_url:
        app.extensions["doorbell"] = bell
    return celery


class Doorbell:
    """Rings a worker for one job, from a thread of its own: no page waits for Redis, not even for one that hangs.

    Never raises, and rests after a failure. A bell that is lost, with the process or otherwise, is rung again by the sweep.
    """

    def __init__(self, celery: Celery, redis_url: str | None) -> None:
        self.celery = celery
        self.quiet_until = 0.0
        self._rings: SimpleQueue[tuple[Task, str]] = SimpleQueue()
        self._ringer: tuple[int, threading.Thread] | None = None
        self._starting = threading.Lock()
        options = {
            "socket_timeout": BELL_TIMEOUT,
            "socket_connect_timeout": BELL_TIMEOUT,
            "retry_on_timeout": False,
            "max_retries": 0,  # else kombu tries again for six seconds, whatever the call itself was told
        }
        self.connection = Connection(redis_url, transport_options=options) if redis_url else None

    def __call__(self, task: Task, job_id: str) -> None:
        if self.connection is None or time.monotonic() < self.quiet_until:
            return
        self._rings.put((task, job_id))
        with self._starting:  # once in each process: a thread does not survive a fork
            if self._ringer is None or self._ringer[0] != os.getpid():
                thread = threading.Thread(target=self._ring_on, name="doorbell", daemon=True)
                self._ringer = (os.getpid(), thread)
                thread.start()

    def _ring_on(self) -> None:
        while True:
            task, job_id = self._rings.get()
            if time.monotonic() >= self.quiet_until:
                self._ring(task, job_id)

    def _ring(self, task: Task, job_id: str) -> None:
        try:
            with producers[self.connection].acquire(block=True, timeout=BELL_TIMEOUT) as producer:
                self.celery.tasks[task.name].apply_async((job_id,), producer=producer, queue=task.queue, retry=False)
        except Exception as error:
            self.quiet_until = time.monotonic() + BELL_REST
            log.warning("redis does not answer (%s); the sweep will ring again", type(error).__name__)
