"""The nightly forgetting: of invitations that led nowhere, of people who never came, of changes of more than a year ago."""

from __future__ import annotations

from typing import Any

from lms.foundation.clock import now
from lms.foundation.db import writing
from lms.jobs.tasks import Effect, task
from lms.spaces import service
from lms.spaces.audit import service as audit
from lms.spaces.people import service as people


@task("spaces.forget_old", queue="compute", every=86_400)
def forget_old(args: dict[str, Any]) -> Effect:
    """Once a day: delete invitations of more than a month ago, with their addresses."""
    return lambda: service.forget_old(now())


@task("spaces.forget_awaited", queue="compute", every=86_400)
def forget_awaited(args: dict[str, Any]) -> Effect:
    """Once a day: forget people who were invited a month ago and never came, some at a time: others write in between."""
    many = people.AT_ONCE
    while many == people.AT_ONCE:
        with writing():
            many = people.forget_awaited(now())
    return None


@task("spaces.forget_audit", queue="compute", every=86_400)
def forget_audit(args: dict[str, Any]) -> Effect:
    """Once a day: delete what was written down of changes more than a year ago."""
    return lambda: audit.forget_old(now())
