"""Work of priorities behind the page: computing the order anew when answers were counted or a course has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lms.jobs.tasks import task
from lms.priorities import service


@task("priorities.recompute", queue="compute")
def recompute(args: dict[str, Any]) -> Callable[[], None] | None:
    """Compute from the newest campaign, whatever it was that happened; the ranking and the shelf change together."""
    prepared = service.prepare(anew=args.keys() == {"id"})  # a campaign that was closed always gets its final ranking
    if prepared is None:
        return None

    def effect() -> None:
        service.publish(prepared)

    return effect
