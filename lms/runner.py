"""The process that empties the outbox on one machine: `python -m lms.runner`, started by `serve`."""

from __future__ import annotations

import os
import sys
import threading


def _end_with_parent() -> None:
    """End as soon as the pipe on standard input closes: the site has ended, however that happened."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    # Before the imports: they take a second or four, and the site may be stopped in the meantime.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from lms.jobs.runner import run_forever
    from lms.startup import Unsafe, refuse_unsafe
    from wsgi import app

    try:
        with app.app_context():
            refuse_unsafe()
    except Unsafe as fault:
        sys.exit(str(fault))
    run_forever(app)
