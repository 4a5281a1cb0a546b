"""What the team table says, as tables."""

from __future__ import annotations

from datetime import date

import pytest

from lms.reports.rules import PersonLine, month_begins, week_word

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
    ("today", "monday"),
    [(WEDNESDAY, date(2027, 2, 8)), (date(2027, 3, 1), date(2027, 2, 8)), (date(2027, 1, 3), date(2026, 12, 7))],
)
def test_a_month_is_four_whole_weeks(today: date, monday: date) -> None:
    assert month_begins(today) == monday


@pytest.mark.parametrize(
    ("plan", "asked"),
    [
        (None, False),
        (("on crie", "je baisse la voix", None), False),
        (("on crie", "je baisse la voix", date(2027, 3, 4)), False),
        (("on crie", "je baisse la voix", WEDNESDAY), True),
        (("on crie", "je baisse la voix", date(2027, 2, 1)), True),
    ],
)
def test_one_asks_how_it_went_once_its_day_has_come(plan: tuple[str, str, date | None] | None, asked: bool) -> None:
    assert PersonLine("1", "Léa", "learner", plan=plan).may_be_asked(WEDNESDAY) is asked
