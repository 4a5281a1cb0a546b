"""Gap closure of a course: weighted, split, and silent where nothing can be said."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.priorities.planning.closure import Moved, closure


def test_a_closure_by_hand() -> None:
    moved = {"a": Moved(2.0, -0.5, 0.5), "b": Moved(1.0, 0.0, -0.25), "c": Moved(4.0, 0.0, 4.0)}
    found = closure({"a": 1.0, "b": 1 / 3, "c": 0.0, "d": 1.0}, moved)
    assert found is not None
    assert found.about == ("a", "b")
    whole = 2.0 + 1 / 3
    assert found.by_competence == pytest.approx(100 * (0.5 - 0.25 / 3) / whole)
    assert found.by_importance == pytest.approx(100 * 0.5 / whole)
    assert found.closed == pytest.approx(100 * (1.0 - 0.25 / 3) / whole)
    assert found.is_faded  # more than half of it is importance that fell


@pytest.mark.parametrize(
    "moved",
    [
        {},
        {"b": Moved(2.0, 0.0, 1.0)},
        {"a": Moved(0.0, 1.0, 0.0)},
        {"a": Moved(-1.0, 0.0, 1.0)},
        {"a": Moved(math.nan, 0.0, 1.0)},
        {"a": Moved(2.0, math.nan, 1.0)},
        {"a": Moved(1e-14, 0.0, 1.0)},
    ],
)
def test_nothing_is_said_without_a_gap_that_both_waves_know(moved: dict[str, Moved]) -> None:
    assert closure({"a": 1.0, "c": 1.0}, moved) is None


@pytest.mark.parametrize(
    ("importance", "competence", "faded"),
    [(-1.0, 1.0, True), (-0.9, 1.0, False), (0.0, 1.0, False), (-1.0, -1.5, False), (-2.0, 0.0, True)],
)
def test_a_gap_that_faded_is_marked(importance: float, competence: float, faded: bool) -> None:
    found = closure({"a": 2 / 3}, {"a": Moved(2.0, importance, competence)})
    assert found is not None
    assert found.is_faded == faded


SMALL = st.floats(-4, 4)


@given(st.dictionaries(st.sampled_from("abcd"), st.builds(Moved, st.floats(0.01, 4), SMALL, SMALL), min_size=1))
def test_the_parts_add_up_and_one_competency_has_its_own_closure(moved: dict[str, Moved]) -> None:
    found = closure(dict.fromkeys(moved, 2 / 3), moved)
    assert found is not None
    assert found.by_competence + found.by_importance == pytest.approx(found.closed, abs=1e-9)
    for name, one in moved.items():
        alone = closure({name: 1 / 3}, moved)
        assert alone is not None
        after = one.gap + one.importance - one.competence
        assert alone.closed == pytest.approx(100 * (one.gap - after) / one.gap, abs=1e-6)
