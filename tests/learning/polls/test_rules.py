"""When one can vote, when results are shown, whose votes are whose."""

from __future__ import annotations

from datetime import date

import pytest

from lms.content.documents import Poll
from lms.learning.polls import rules

MARCH = (date(2027, 3, 1), date(2027, 3, 15))


@pytest.mark.parametrize(
    ("days", "day", "wanted"),
    [
        (MARCH, date(2027, 2, 28), "before"),
        (MARCH, date(2027, 3, 1), "open"),
        (MARCH, date(2027, 3, 15), "open"),
        (MARCH, date(2027, 3, 16), "closed"),
        ((None, None), date(2027, 3, 16), "open"),
    ],
)
def test_the_first_and_the_last_day_belong_to_the_poll(
    days: tuple[date | None, date | None], day: date, wanted: str
) -> None:
    assert rules.state(Poll("q-jour", "?", "", ("a", "b"), *days), day) == wanted


@pytest.mark.parametrize(
    ("state", "voted", "votes", "shown"),
    [
        ("open", True, 5, True),
        ("open", True, 4, False),
        ("open", False, 50, False),
        ("closed", False, 5, True),
        ("closed", True, 4, False),
        ("before", False, 9, False),
    ],
)
def test_results_are_shown_after_the_own_vote_and_never_of_a_few(
    state: str, voted: bool, votes: int, shown: bool
) -> None:
    assert rules.shows_results(state, voted=voted, votes=votes) is shown


@pytest.mark.parametrize(
    ("kept", "now", "wanted"),
    [
        ([], ["a", "b"], [0, 0]),
        ([("a", 3), ("b", 4)], ["a", "b"], [3, 4]),
        ([("a", 3), ("b", 4)], ["b", "a"], [4, 3]),  # moved
        ([("a", 3), ("b", 4), ("c", 5)], ["a", "B", "c"], [3, 4, 5]),  # a word mended
        ([("a", 3), ("b", 4), ("c", 5)], ["C", "b", "a"], [5, 4, 3]),  # moved, and another mended
    ],
)
def test_a_choice_keeps_its_votes_wherever_it_stands(
    kept: list[tuple[str, int]], now: list[str], wanted: list[int]
) -> None:
    assert rules.aligned(kept, now) == wanted
    assert sum(rules.aligned(kept, now)) == sum(votes for _name, votes in kept)


@pytest.mark.parametrize(
    ("kept", "now", "wanted"),
    [
        ("ab", "ab", [0, 1]),
        ("ab", "ba", [1, 0]),  # moved
        ("abc", "aBc", [0, 1, 2]),  # a word mended
        ("abc", "Cba", [2, 1, 0]),  # moved, and another mended
        ("abc", "bAC", [1, 0, 2]),  # two mended: in their turn
        ("abc", "ABC", [0, 1, 2]),
    ],
)
def test_a_choice_is_known_again_where_it_moved_and_where_it_was_mended(kept: str, now: str, wanted: list[int]) -> None:
    assert rules.origins(kept, now) == wanted
