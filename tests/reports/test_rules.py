"""What the team table says, as tables."""

from __future__ import annotations

from datetime import date

import pytest

from lms.reports.rules import PersonLine, week_word, went_on

WEDNESDAY = date(2027, 3, 3)


@pytest.mark.parametrize(
    ("week", "word"),
    [
        (None, "never"),
        (date(2027, 3, 1), "this"),
        (date(2027, 3, 8), "this"),  # a space ahead of us in time: never a negative week
        (date(2027, 2, 22), "last"),
        (date(2027, 2, 15), "earlier"),
        (date(2026, 12, 28), "earlier"),
    ],
)
def test_how_long_ago_a_week_was(week: date | None, word: str) -> None:
    assert week_word(week, WEDNESDAY) == word


@pytest.mark.parametrize(
    ("today", "word"), [(date(2027, 1, 1), "this"), (date(2027, 1, 3), "this"), (date(2027, 1, 4), "last")]
)
def test_the_week_does_not_end_with_the_year(today: date, word: str) -> None:
    assert week_word(date(2026, 12, 28), today) == word


@pytest.mark.parametrize(
    ("weeks", "many"),
    [
        ([], 0),
        ([None], 0),
        ([date(2027, 3, 1), None], 1),
        ([date(2027, 2, 8), date(2027, 2, 8)], 2),
        ([date(2027, 2, 1)], 0),
    ],
)
def test_who_went_on_this_month(weeks: list[date | None], many: int) -> None:
    assert went_on([PersonLine(str(n), "Léa", "learner", [], week) for n, week in enumerate(weeks)], WEDNESDAY) == many
