"""How often one may be reminded, which period a report tells of, when it pauses: as tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from lms.learning.following import rules

NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "may"),
    [(None, True), (NOON, False), (NOON - timedelta(days=3, seconds=-1), False), (NOON - timedelta(days=3), True)],
)
def test_once_in_three_days(last: datetime | None, may: bool) -> None:
    assert rules.may_remind(last, NOON) is may


@pytest.mark.parametrize(
    ("day", "rhythm", "since", "until"),
    [
        (date(2027, 3, 1), "weekly", date(2027, 2, 22), date(2027, 3, 1)),
        (date(2027, 3, 7), "weekly", date(2027, 2, 22), date(2027, 3, 1)),
        (date(2027, 1, 4), "weekly", date(2026, 12, 28), date(2027, 1, 4)),
        (date(2027, 1, 1), "monthly", date(2026, 12, 1), date(2027, 1, 1)),
        (date(2028, 3, 31), "monthly", date(2028, 2, 1), date(2028, 3, 1)),
    ],
)
def test_the_last_whole_week_or_month(day: date, rhythm: str, since: date, until: date) -> None:
    assert rules.period_before(day, rhythm) == (since, until)


@pytest.mark.parametrize(("unread", "last"), [(0, False), (2, False), (3, True), (9, True)])
def test_the_fourth_that_nobody_opens_is_the_last(unread: int, last: bool) -> None:
    assert rules.pauses(unread) is last
