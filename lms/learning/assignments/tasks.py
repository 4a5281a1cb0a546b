"""Doors for what follows elsewhere: people who join, and courses that are finished."""

from __future__ import annotations

from typing import Any

from lms.jobs.tasks import Effect, task
from lms.learning.assignments import service


@task("learning.enrol_newcomers", queue="compute")
def enrol_newcomers(args: dict[str, Any]) -> Effect:
    """People joined a space (`space_id`, `person_ids`): enrol them in what is asked there of those who still belong to it."""

    def effect() -> None:
        service.enrol_newcomers(args["space_id"], args["person_ids"])

    return effect


@task("learning.follow_path", queue="compute")
def follow_path(args: dict[str, Any]) -> Effect:
    """Somebody finished a course: the next one of their path."""

    def effect() -> None:
        service.follow(args["id"])

    return effect
