"""A door for what follows from elsewhere: a course has a version that is offered."""

from __future__ import annotations

from typing import Any

from lms.jobs.tasks import Effect, task
from lms.learning.openings import service
from lms.learning.openings.queries import waiting_for


@task("learning.tell_of_opening", queue="compute")
def tell_of_opening(args: dict[str, Any]) -> Effect:
    """Have those told who wait for a course (`args["course_id"]`). Nothing while it is not offered."""
    if not waiting_for(args["course_id"]):
        return None
    return lambda: service.tell(args["course_id"])
