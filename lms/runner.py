"""The process that empties the outbox on one machine: `python -m lms.runner`, started by `serve`."""

from __future__ import annotations

import sys

from lms.jobs.runner import run_forever
from lms.startup import Unsafe, refuse_unsafe
from wsgi import app

if __name__ == "__main__":
    try:
        with app.app_context():
            refuse_unsafe()
    except Unsafe as fault:
        sys.exit(str(fault))
    run_forever(app)
