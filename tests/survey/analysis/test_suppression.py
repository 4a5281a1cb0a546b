"""The hiding of parts of a total that is told once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.survey.analysis.suppression import suppressed


@pytest.mark.parametrize(
    ("total", "parts", "hidden"),
    [
        (20, {"a": 10, "b": 10}, set()),
        (14, {"a": 10, "b": 4}, {"a", "b"}),  # a beside the total would give b away
        (30, {"a": 14, "b": 12, "c": 4}, {"b", "c"}),
        (31, {"a": 14, "b": 12, "c": 3, "d": 2}, {"c", "d"}),  # two small ones are five together
        (25, {"a": 10, "b": 12}, {"a"}),  # three people of the total belong to no part
        (4, {"a": 4}, {"a"}),
        (5, {"a": 5}, set()),
    ],
)
def test_suppression(total, parts, hidden):
    assert suppressed(total, parts, 5) == hidden


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 20), max_size=12), st.integers(0, 8))
def test_nothing_small_comes_back_by_subtraction(parts, outside):
    total = sum(parts.values()) + outside
    shown = {name: size for name, size in parts.items() if name not in suppressed(total, parts, 5)}
    assert all(size >= 5 for size in shown.values())
    assert not shown or not 0 < total - sum(shown.values()) < 5
