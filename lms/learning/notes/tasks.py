"""The nightly forgetting of texts that notes have replaced."""

from __future__ import annotations

from typing import Any

from lms.foundation.clock import now
from lms.jobs.tasks import Effect, task
from lms.learning.notes import service


@task("learning.forget_former_notes", queue="compute", every=86_400)
def forget_former_notes(args: dict[str, Any]) -> Effect:
    """Once a day: forget what was written over more than 30 days ago."""
    return lambda: service.forget_former(now())
