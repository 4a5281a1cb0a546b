"""Rules of assignments, as tables."""

from __future__ import annotations

from datetime import date

import pytest

from lms.learning.assignments import rules
from lms.learning.assignments.rules import Due

START, DAY, OWN = date(2037, 1, 30), date(2037, 3, 1), date(2037, 5, 1)


@pytest.mark.parametrize(
    ("due", "own", "expected"),
    [
        (Due("none"), None, None),
        (Due("none"), OWN, OWN),
        (Due("day", DAY), None, DAY),
        (Due("day", DAY), OWN, OWN),
        (Due("after", days=30), None, date(2037, 3, 1)),
        (Due("after", days=30), OWN, OWN),
    ],
)
def test_a_day_for_somebody(due: Due, own: date | None, expected: date | None) -> None:
    assert due.day(START, own) == expected


def test_who_was_there_before_starts_when_it_is_asked() -> None:
    assert rules.start_of(date(2030, 1, 1), START) == START
    assert rules.start_of(DAY, START) == DAY


@pytest.mark.parametrize(
    ("finished", "expected"), [((), "a"), (("a",), "b"), (("b",), "a"), (("a", "b"), "c"), (("a", "b", "c"), None)]
)
def test_what_comes_next_on_a_path(finished: tuple[str, ...], expected: str | None) -> None:
    assert rules.next_course(("a", "b", "c"), finished) == expected


@pytest.mark.parametrize(
    ("states", "place"),
    [
        ((None, None), 1), (("active", None), 1), (("finished", None), 2), (("finished", "active"), 2), (("finished",) * 2, 0),
        (("declined", None), 0), (("finished", "declined", None), 0), (("declined", "active"), 2),
        (("declined", "finished", None), 0), ((None, "declined"), 1),
    ],
)  # fmt: skip
def test_what_is_to_be_done_now_on_a_path(states: tuple[str | None, ...], place: int) -> None:
    assert rules.place_now(states) == place


@pytest.mark.parametrize(("ahead", "expected"), [(-1, False), (0, False), (1, True), (3, True), (4, False)])
def test_somebody_is_reminded_in_the_last_days_but_not_on_the_day(ahead: int, expected: bool) -> None:
    assert rules.to_remind(date(2037, 3, 10 + ahead), date(2037, 3, 10)) is expected
