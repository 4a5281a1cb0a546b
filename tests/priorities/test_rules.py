"""Rankings: from the figures of a campaign to the weight of each course, and numbers a page can add up."""

from __future__ import annotations

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.priorities import rules

ITEMS = [{"competency": name, "mwds": score} for name, score in (("a", 4.2), ("b", 5.4), ("held", -1.0), ("c", 10.4))]


def test_the_worked_sum() -> None:
    # 20 points of need in all; the course practises the first competency and teaches the second
    levers = {"a": [2, 1, 4], "b": [1, 1, 4], "held": [3, 1, 4]}
    made = rules.result_of({"items": ITEMS, "courses": {"course": {"version": "v", "levers": levers}}})
    assert made["shares"] == pytest.approx({"a": 0.21, "b": 0.27, "held": 0, "c": 0.52})
    course = made["courses"]["course"]
    assert course == {"value": pytest.approx(0.23), "parts": [["a", pytest.approx(0.14)], ["b", pytest.approx(0.09)]]}
    assert rules.shown_parts(course["value"], course["parts"]) == (0.23, [("a", 0.14), ("b", 0.09)])


def test_without_need_nothing_weighs() -> None:
    items = [{"competency": "a", "mwds": 0.0}, {"competency": "b", "mwds": -2.0}]
    made = rules.result_of({"items": items, "courses": {"c": {"version": "v", "levers": {"a": [3, 1, 4]}}}})
    assert made == {"shares": {"a": 0.0, "b": 0.0}, "courses": {"c": {"value": 0.0, "parts": []}}}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 1)))
def test_shown_parts_add_up_to_the_shown_sum(parts: dict[str, float]) -> None:
    value = fsum(parts.values())
    shown, told = rules.shown_parts(value, list(parts.items()))
    assert abs(fsum(part for _name, part in told) - shown) <= 1e-9
    assert abs(shown - value) <= 0.005 + 1e-9
