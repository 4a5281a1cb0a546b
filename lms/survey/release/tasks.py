"""Work of the exit behind the page: making the release of what was counted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from lms.foundation.db import new_id
from lms.jobs import outbox
from lms.jobs.tasks import task
from lms.survey.release import service
from lms.survey.release.rules import Unsafe

log = logging.getLogger("lms.survey")


@task("survey.release", queue="compute", every=3600)
def release(args: dict[str, Any]) -> Callable[[], None] | None:
    """With a campaign: its release. By the hour's schedule (a slot): a duty for each campaign that lacks one, so that none
    that fails stands in the way of another.
    """
    if "slot" in args:
        return partial(_ask, service.unreleased())
    campaign_id = args["campaign_id"]
    try:
        prepared = service.prepare(campaign_id)
    except Unsafe as error:
        log.error("nothing new is released of campaign %s: %s", campaign_id, error)
        return None
    if prepared is None:
        return None

    def effect() -> None:
        if service.store(prepared) is None:  # another was stored meanwhile, perhaps of fewer batches
            _ask([campaign_id])

    return effect


def _ask(campaigns: Sequence[str]) -> None:
    for one in campaigns:
        outbox.put("survey.release", {"campaign_id": one}, key=f"survey.release:{new_id()}")
