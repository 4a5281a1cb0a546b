"""The nightly forgetting of what is over: sessions, spent links, counters."""

from __future__ import annotations

from typing import Any

from lms.accounts import service
from lms.foundation.clock import now
from lms.jobs.tasks import Effect, task


@task("accounts.forget_old", queue="compute", every=86_400)
def forget_old(args: dict[str, Any]) -> Effect:
    """Once a day: delete ended sessions, links spent a week ago, counters of yesterday."""
    return lambda: service.forget_old(now())
