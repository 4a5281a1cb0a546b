"""The jobs of rosters: writing a long list, undoing it, and the nightly forgetting."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from lms.foundation.clock import now
from lms.foundation.db import db, new_id, writing
from lms.jobs import outbox
from lms.jobs.tasks import Effect, kill_point, task
from lms.learning.rosters import queries, service
from lms.learning.rosters.models import RosterImport

#: A list waits so long for the same person's list before it.
NEXT = timedelta(seconds=2)
#: Between two parts, in seconds: whoever waits for SQLite's one writer looks ten times a second whether it is free.
PAUSE = 0.12


def through(part: Callable[[], bool]) -> None:
    """Do `part` again and again, each time in a transaction of its own, until it says that nothing is left; others write in
    between.
    """
    while _once(part):
        kill_point("rosters.part")
        if db.engine.dialect.name == "sqlite":
            time.sleep(PAUSE)


def _once(part: Callable[[], bool]) -> bool:
    try:
        with writing():
            return part()
    except IntegrityError:  # somebody else wrote one of the addresses down at the same moment: now it is known
        with writing():
            return part()


@task("rosters.apply", queue="compute")
def apply(args: dict[str, Any]) -> Effect:
    """Write a list (`args["id"]`), part by part. Whoever is killed in the middle leaves a list that the next one goes on with; a
    right that was lost meanwhile ends it, and what is written is undone, as it is where whoever brought it was forgotten.
    """
    import_id = args["id"]
    here = db.session.get(RosterImport, import_id)
    if here is None or here.state != "waiting":
        return None
    before = queries.waiting_of(here.brought_by) if here.brought_by is not None else []
    if before and before[0] != import_id:
        again = now() + NEXT
        return lambda: _put_again(import_id, again)
    through(lambda: _there(import_id) and service.write_part(import_id))
    through(lambda: _there(import_id) and service.undo_part(import_id))
    return None


@task("rosters.undo", queue="compute")
def undo(args: dict[str, Any]) -> Effect:
    """Undo a list (`args["id"]`), asked for by `args["by"]` (None: nobody), part by part."""
    import_id, by = args["id"], args["by"]
    through(lambda: _there(import_id) and service.undo_part(import_id, by=by))
    return None


def _there(import_id: str) -> bool:
    """Whether the list is still there: whoever brought it may be forgotten, and their lists with them."""
    return db.session.get(RosterImport, import_id) is not None


def _put_again(import_id: str, due: Any) -> None:
    outbox.put("rosters.apply", {"id": import_id}, key=f"rosters.apply:{import_id}:{new_id()}", due=due, priority=9)


@task("rosters.forget_old", queue="compute", every=86_400)
def forget_old(args: dict[str, Any]) -> Effect:
    """Once a day: forget lists that were never applied, and what was read of those applied a month ago."""
    return lambda: service.forget_old(now())
