"""Rules of assignments: when something is due for whom, and what comes next. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

#: The longest time people are given, in days, and the most courses a path has.
DAYS_MOST: Final = 730
COURSES_MOST: Final = 8
#: So long before the day somebody is reminded, once.
REMIND_DAYS: Final = 3


@dataclass(frozen=True)
class Due:
    """How an assignment sets its day: none, a day (`on`), or so many `days` after each person's start."""

    kind: str
    on: date | None = None
    days: int | None = None

    def day(self, start: date, own: date | None = None) -> date | None:
        """The day for somebody who starts then; `own` is an exception made for them and is stronger."""
        if own is not None:
            return own
        if self.kind == "day":
            return self.on
        return start + timedelta(days=self.days) if self.kind == "after" and self.days is not None else None


def looked_at(scope: object, what: str, due: Due) -> str:
    """What somebody looked at before it is assigned, in a word: whom, what and until when."""
    return sha256(repr((scope, what, due)).encode()).hexdigest()[:32]


def start_of(since: date, assigned: date) -> date:
    """When somebody starts: the day they joined, or the day it was asked of all, whichever is later."""
    return max(since, assigned)


def next_course(courses: Sequence[str], finished: Collection[str]) -> str | None:
    """The first course of a path that is not finished; None when all are."""
    return next((course for course in courses if course not in finished), None)


def place_now(states: Sequence[str | None]) -> int:
    """The place (from 1) of the course of a path that is to be done now, by the states of its enrolments (None: not enrolled);
    0 for none: all are finished, or they said no to one, and nobody is enrolled in what follows it.
    """
    declined = False
    for place, state in enumerate(states, start=1):
        if state == "declined":
            declined = True
        elif state != "finished" and (state is not None or not declined):
            return place
    return 0


def to_remind(due_on: date, today: date) -> bool:
    """Whether somebody is reminded of that day today: at most `REMIND_DAYS` before it, and not on the day itself or later."""
    return 0 < (due_on - today).days <= REMIND_DAYS
