"""The jobs of rosters: applying a long list, and the nightly forgetting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lms.foundation.clock import now
from lms.foundation.db import db, new_id, writing
from lms.jobs import outbox
from lms.jobs.tasks import Effect, task
from lms.learning.rosters import queries, service
from lms.learning.rosters.models import RosterImport

#: So many rows are looked at before the page is told.
STEP = 1000
#: A list waits so long for the same person's list before it.
NEXT = timedelta(seconds=2)


@task("rosters.apply", queue="compute")
def apply(args: dict[str, Any]) -> Effect:
    """Apply a list (`args["id"]`). The addresses are looked at outside the transaction, the rest is one transaction; a right
    that was lost meanwhile ends it, and nothing has happened.
    """
    import_id = args["id"]
    here = db.session.get(RosterImport, import_id)
    if here is None or here.state != "waiting":
        return None
    before = queries.waiting_of(here.brought_by) if here.brought_by is not None else []
    if before and before[0] != import_id:
        again = now() + NEXT
        return lambda: _put_again(import_id, again)
    space_id, entries = here.space_id, service.entries_of(import_id)
    db.session.rollback()
    for start in range(0, len(entries), STEP):
        service.planned_for(entries[start : start + STEP], space_id)
        with writing():
            service.advance(import_id, min(start + STEP, len(entries)))
    return lambda: service.finish(import_id, entries)


def _put_again(import_id: str, due: Any) -> None:
    outbox.put("rosters.apply", {"id": import_id}, key=f"rosters.apply:{import_id}:{new_id()}", due=due, priority=9)


@task("rosters.forget_old", queue="compute", every=86_400)
def forget_old(args: dict[str, Any]) -> Effect:
    """Once a day: forget lists that were never applied, and what was read of those applied a month ago."""
    return lambda: service.forget_old(now())
