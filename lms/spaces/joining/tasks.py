"""The nightly forgetting of questions that are over and codes that no screen shows."""

from __future__ import annotations

from typing import Any

from lms.foundation.clock import now
from lms.jobs.tasks import Effect, task
from lms.spaces.joining import service


@task("joining.forget_old", queue="compute", every=86_400)
def forget_old(args: dict[str, Any]) -> Effect:
    """Once a day: delete questions put two months ago, and codes that are over."""
    return lambda: service.forget_old(now())
