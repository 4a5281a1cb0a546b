"""Work of the exit behind the page: making the release of what was counted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from lms.jobs.tasks import task
from lms.survey.release import service
from lms.survey.release.rules import Unsafe

log = logging.getLogger("lms.survey")


@task("survey.release", queue="compute", every=3600)
def release(args: dict[str, Any]) -> Callable[[], None] | None:
    """With a campaign: its release. By the hour's schedule (a slot): whatever was counted and has none yet."""
    campaign_id = args.get("campaign_id") or service.unreleased()
    if campaign_id is None:
        return None
    try:
        prepared = service.prepare(campaign_id)
    except Unsafe as error:
        log.error("nothing new is released of campaign %s: %s", campaign_id, error)
        return None
    if prepared is None:
        return None

    def effect() -> None:
        service.store(prepared)

    return effect
