"""The nightly forgetting of invitations that led nowhere."""

from __future__ import annotations

from typing import Any

from lms.foundation.clock import now
from lms.jobs.tasks import Effect, task
from lms.spaces import service


@task("spaces.forget_old", queue="compute", every=86_400)
def forget_old(args: dict[str, Any]) -> Effect:
    """Once a day: delete invitations of more than a month ago, with their addresses."""
    return lambda: service.forget_old(now())
