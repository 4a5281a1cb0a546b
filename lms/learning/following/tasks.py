"""The clock of reports: once an hour, have those written whose week or month is over."""

from __future__ import annotations

from typing import Any

from lms.foundation.clock import now
from lms.jobs.tasks import Effect, task
from lms.learning.following import service


@task("learning.call_reports", queue="compute", every=3_600)
def call_reports(args: dict[str, Any]) -> Effect:
    """Once an hour: it is morning somewhere."""

    def call() -> None:
        service.call_reports(now())

    return call
