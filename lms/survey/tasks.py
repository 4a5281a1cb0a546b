"""Work of the survey behind the page: letting waiting returns join the results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lms.jobs.tasks import task
from lms.survey import service
from lms.survey.queries import open_campaign


@task("survey.flush", queue="compute", every=86400)
def flush(args: dict[str, Any]) -> Callable[[], None] | None:
    """With a campaign: its full tens join. By the day's schedule (a slot): all of the open campaign, if they are k or
    more.
    """
    found = open_campaign()
    campaign_id = args.get("campaign_id") or (found.id if found else None)
    if campaign_id is None:
        return None

    def effect() -> None:
        service.flush(campaign_id, day_is_over="slot" in args)

    return effect
