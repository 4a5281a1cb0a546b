"""The day of an assignment in the personal calendar: moved, it is the same event with a higher sequence; gone, it is off."""

from __future__ import annotations

from datetime import date
from typing import Any

from lms.foundation.clock import now
from lms.foundation.db import db
from lms.learning.assignments import service
from lms.learning.assignments.queries import Scope
from lms.learning.assignments.rules import Due
from lms.learning.calendar import queries, tasks
from lms.learning.calendar.models import CalendarFeed
from tests.learning.assignments.conftest import Town


def test_a_moved_day_and_one_that_is_off(any_town: Town) -> None:
    lea, by = any_town.ids["lea"], any_town.ids["boss"]
    any_town.write(
        lambda: db.session.add(CalendarFeed(person_id=lea, token_digest="d" * 64, details=False, made_at=now()))
    )

    def entry() -> Any:
        any_town.do(lambda: tasks.keep_calendars({}))
        return any_town.do(lambda: queries.told_to([lea]))[lea]["due/alpha"]

    made, _counts = any_town.assign(Scope("bobine", None, "all"), due=Due("day", date(2037, 3, 1)))
    first = entry()
    assert (first.wanted.day, first.cancelled_at) == (date(2037, 3, 1), None)
    any_town.write(lambda: service.except_person(made, lea, by=by, due_on=date(2037, 5, 1)))
    moved = entry()
    assert (moved.wanted.day, moved.sequence) == (date(2037, 5, 1), first.sequence + 1)
    any_town.write(lambda: service.except_person(made, lea, by=by, excused=True))
    off = entry()
    assert off.cancelled_at is not None
    assert off.sequence == moved.sequence + 1
    any_town.write(lambda: service.except_person(made, lea, by=by))
    back = entry()
    assert (back.wanted.day, back.cancelled_at) == (date(2037, 3, 1), None)
    assert back.sequence > off.sequence
