"""Rules of renewals: when something ends, when its window opens, what has to be passed. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta

from lms.content.documents import CourseDocument


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where there is none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def window(since: date, months: int, days: int) -> tuple[date, date]:
    """(first day of the window, last day of validity) of what is valid since that day."""
    until = months_later(since, months)
    return max(since, until - timedelta(days=days)), until


def due(until: date, opened: date, days: int) -> date:
    """Until when it is to be renewed: the end of its validity; so many days from now where that is over already."""
    return until if until > opened else opened + timedelta(days=days)


def quizzes(document: CourseDocument) -> list[tuple[str, str]]:
    """(unit, activity) of every quiz of a course, in order."""
    return [
        (unit.id, activity)
        for unit in document.units
        for activity in unit.activities
        if activity.partition("-")[0] == "quiz"
    ]


def asked(document: CourseDocument, renew_by: str) -> list[tuple[str, str]]:
    """What has to be passed anew: all quizzes, or (closing) the last one."""
    found = quizzes(document)
    return found[-1:] if renew_by == "closing" else found


def is_done(asked: Collection[tuple[str, str]], passed: Collection[tuple[str, str]]) -> bool:
    """Whether everything that is asked was passed since; a course that has no quiz any more asks for nothing it can have."""
    return bool(asked) and set(asked) <= set(passed)
