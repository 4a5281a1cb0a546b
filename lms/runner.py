"""The process that empties the outbox on one machine: `python -m lms.runner`, started by `serve`."""

from __future__ import annotations

from lms.jobs.runner import run_forever
from lms.startup import refuse_unsafe
from wsgi import app

if __name__ == "__main__":
    with app.app_context():
        refuse_unsafe()
    run_forever(app)
