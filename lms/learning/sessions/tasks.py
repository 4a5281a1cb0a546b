"""Doors for what follows from elsewhere: a course has a new version, somebody left a course."""

from __future__ import annotations

from typing import Any

from lms.jobs.tasks import Effect, task
from lms.learning.sessions import service


@task("learning.follow_sessions", queue="compute")
def follow_sessions(args: dict[str, Any]) -> Effect:
    """Announce, move and cancel the sessions of a course (`args["course_id"]`) as its served version says."""
    return lambda: service.follow(args["course_id"])


@task("learning.free_seats", queue="compute")
def free_seats(args: dict[str, Any]) -> Effect:
    """Give back the seats of somebody who left a course (`args["person_id"]`, `args["course_id"]`)."""
    return lambda: service.leave(args["person_id"], args["course_id"])
