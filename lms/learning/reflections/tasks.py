"""The nightly forgetting of texts that were replaced thirty days ago."""

from __future__ import annotations

from typing import Any

from lms.foundation.clock import now
from lms.jobs.tasks import Effect, task
from lms.learning.reflections import service


@task("reflections.forget_former", queue="compute", every=86_400)
def forget_former(args: dict[str, Any]) -> Effect:
    """Once a day: delete what was replaced thirty days ago."""
    return lambda: service.forget_former(now())
