"""A door for what follows from elsewhere: a course has a new version."""

from __future__ import annotations

from typing import Any

from lms.jobs.tasks import Effect, task
from lms.learning import service


@task("learning.follow_version", queue="compute")
def follow_version(args: dict[str, Any]) -> Effect:
    """Bring history along to the served version of a course (`args["course_id"]`): questions that moved, shared steps."""
    return lambda: service.follow_version(args["course_id"])
