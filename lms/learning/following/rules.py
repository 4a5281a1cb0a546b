"""Rules of following: how often somebody may be reminded, which week or month a report tells of, when it pauses. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

#: Nobody is reminded of a course more often than this, whoever asks.
APART: Final = timedelta(days=3)
#: The longest sentence a manager adds to a reminder, in characters.
SENTENCE_LONGEST: Final = 300
#: How often a report comes. Nobody gets one unasked.
RHYTHMS: Final = ("off", "weekly", "monthly")
#: The report that nobody opened so many times in a row is the last, and says so.
PATIENCE: Final = 4
#: How long a table may take from its first byte to its last: a hundred thousand people over a slow line. Then it is cut off, so
#: that nobody has two on their way; what a process left behind that died is forgotten after the same time.
TABLE_LONGEST: Final = timedelta(minutes=10)


def may_remind(last: datetime | None, moment: datetime) -> bool:
    """Whether somebody who was last reminded then may be reminded again."""
    return last is None or moment - last >= APART


def period_before(day: date, rhythm: str) -> tuple[date, date]:
    """The whole week or month that was over when `day` began: its first day, and the first day after it."""
    if rhythm == "weekly":
        end = day - timedelta(days=day.weekday())
        return end - timedelta(days=7), end
    end = day.replace(day=1)
    return (end - timedelta(days=1)).replace(day=1), end


def pauses(unread: int) -> bool:
    """Whether the next report is the last, where `unread` before it were not opened."""
    return unread + 1 >= PATIENCE
