"""The embedded runner: the same tasks from the same rows, on one machine without Redis.

A child of the serving process (`python -m lms.runner`), which ends with it.
"""

from __future__ import annotations

import logging
import signal
import threading
import time

from flask import Flask

from lms.jobs import outbox
from lms.jobs.tasks import claim, run, tick

log = logging.getLogger("lms.jobs")

#: How often an idle runner looks for work, and writes down scheduled duties, in seconds.
IDLE = 0.5
TICK = 20.0


def run_forever(app: Flask) -> None:
    """Run waiting jobs until told to stop. A database that is away for a while is waited for."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    next_tick = 0.0
    while not stop.is_set():
        try:
            with app.app_context():
                if time.monotonic() >= next_tick:
                    tick(outbox.put)
                    next_tick = time.monotonic() + TICK
                held = claim()
                if held is None:
                    stop.wait(IDLE)
                else:
                    run(held)
        except Exception:
            log.exception("the runner stumbled")
            stop.wait(2)
