"""What the team table says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple


class CourseLine(NamedTuple):
    """One course of one person, as their manager sees it."""

    course_id: str
    title: str
    done: int
    total: int
    #: The step they are in, None when the course is finished.
    step: str | None
    #: The place of that step in the course, from 1; 0 when the course is finished.
    at: int
    due_on: date | None
    late: bool
    #: The languages of title and step where they are not the reader's.
    title_lang: str = ""
    step_lang: str = ""
    #: Whether they hold a valid certificate of it.
    certified: bool = False

    @property
    def stands_at(self) -> tuple[object, ...]:
        """What the table says of it besides its day: the same for all who have come as far in it."""
        return self.course_id, self.done, self.total, self.at, self.certified, self.step


class PersonLine(NamedTuple):
    """One person of the team. `week` is the Monday of the last week with activity."""

    id: str
    name: str
    role: str
    courses: Sequence[CourseLine] = ()
    week: date | None = None
    #: What they try next, where they chose that their manager may ask about it: when, what, the day.
    plan: tuple[str, str, date | None] | None = None
    email: str = ""

    def may_be_asked(self, today: date) -> bool:
        """Whether the day of that plan has come, so that one can ask how it went."""
        return self.plan is not None and self.plan[2] is not None and self.plan[2] <= today


def month_begins(today: date) -> date:
    """The Monday three weeks before this week's: a month, in whole weeks."""
    return today - timedelta(days=today.weekday() + 21)


def week_word(week: date | None, today: date) -> str:
    """How long ago a week was: "never", "this", "last" or "earlier"."""
    if week is None:
        return "never"
    weeks = (today - timedelta(days=today.weekday()) - week).days // 7
    return "this" if weeks <= 0 else "last" if weeks == 1 else "earlier"
