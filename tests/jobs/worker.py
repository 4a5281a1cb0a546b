"""A worker process for the kill tests: claims one waiting job and runs it; dies where `LMS_KILL_POINT` says.

python -m tests.jobs.worker        (settings from the environment, as for the site)
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from config import Config
from lms.accounts import service
from lms.app import create_app
from lms.jobs.tasks import TASKS, Effect, drain, task


def count(args: dict[str, Any]) -> Effect:
    """A task whose effect in the database shows how often it stood: one more counted try."""
    return lambda: service.count_try(args["what"], (1000, timedelta(days=1)))


def register() -> None:
    """Make the task known, once per process."""
    if "tests.count" not in TASKS:
        task("tests.count", queue="compute")(count)


if __name__ == "__main__":
    register()
    with create_app(Config.from_env(os.environ)).app_context():
        drain()
