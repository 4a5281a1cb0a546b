"""The door for what is done every few minutes: calendars follow plans, due dates and seats."""

from __future__ import annotations

from typing import Any

from lms.foundation.clock import now
from lms.foundation.db import writing
from lms.jobs.tasks import Effect, task
from lms.learning.calendar import queries, rules, service

#: Programs read a calendar every few hours: what stands there need not be younger than this, in seconds.
EVERY = 600
#: How many people's calendars are brought up to date in one transaction.
TOGETHER = 200


@task("learning.keep_calendars", queue="compute", every=EVERY)
def keep_calendars(args: dict[str, Any]) -> Effect:
    """Bring what stands at all secret addresses up to date, some people at a time; most of the time nothing is written."""
    everybody = queries.readers()
    for first in range(0, len(everybody), TOGETHER):
        people = everybody[first : first + TOGETHER]
        wanted = queries.wanted_for(people)
        told = queries.told_to(wanted)
        if any(rules.changes(told.get(one, {}), wanted[one], now()) for one in wanted):
            with writing():
                service.follow(wanted)
    return None
