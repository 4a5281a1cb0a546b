"""Doors for what follows elsewhere: people who join, and courses that are finished."""

from __future__ import annotations

from typing import Any

from lms.foundation.clock import today
from lms.foundation.db import writing
from lms.foundation.tokens import digest
from lms.jobs import outbox
from lms.jobs.tasks import Effect, task
from lms.learning.assignments import queries, service
from lms.learning.events import DueSoon


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


@task("learning.find_due", queue="compute", every=21_600)
def find_due(args: dict[str, Any]) -> Effect:
    """Some times a day: have people reminded of what is due in the next days. Each day of an enrolment is told once."""
    found = [(one, day.isoformat()) for one, day in queries.due_soon(today())]

    def effect() -> None:
        outbox.tell_many(DueSoon(digest(repr(part)), part) for part in outbox.parts(found))

    return effect


@task("learning.keep_renewals", queue="compute", every=21_600)
def keep_renewals(args: dict[str, Any]) -> Effect:
    """Some times a day: what is valid for a while is asked anew in time, one assignment after the other."""
    for one in queries.renewing():
        with writing():
            service.keep_renewals(one.id)
    return None
