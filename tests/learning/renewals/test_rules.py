"""Rules of renewals, as tables."""

from __future__ import annotations

from datetime import date

import pytest

from lms.learning.renewals import rules


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2036, 1, 15), 12, date(2037, 1, 15)),
        (date(2036, 2, 29), 12, date(2037, 2, 28)),
        (date(2036, 8, 31), 6, date(2037, 2, 28)),
        (date(2036, 12, 31), 2, date(2037, 2, 28)),
        (date(2036, 12, 1), 24, date(2038, 12, 1)),
    ],
)
def test_months_later(day: date, months: int, expected: date) -> None:
    assert rules.months_later(day, months) == expected


def test_the_window_is_the_last_days_and_never_begins_before_it_was_finished() -> None:
    assert rules.window(date(2036, 1, 1), 12, 60) == (date(2036, 11, 2), date(2037, 1, 1))
    assert rules.window(date(2036, 1, 1), 1, 90) == (date(2036, 1, 1), date(2036, 2, 1))


def test_what_ran_out_before_it_was_asked_has_time_from_then_on() -> None:
    assert rules.due(date(2037, 1, 1), date(2036, 12, 1), 60) == date(2037, 1, 1)
    assert rules.due(date(2036, 1, 1), date(2036, 12, 1), 60) == date(2037, 1, 30)


@pytest.mark.parametrize(
    ("asked", "passed", "expected"),
    [
        ([("a", "quiz")], [], False),
        ([("a", "quiz")], [("a", "quiz"), ("b", "quiz")], True),
        ([("a", "quiz"), ("b", "quiz")], [("b", "quiz")], False),
        ([], [("a", "quiz")], False),
    ],
)
def test_it_is_done_when_everything_was_passed(
    asked: list[tuple[str, str]], passed: list[tuple[str, str]], expected: bool
) -> None:
    assert rules.is_done(asked, passed) is expected
