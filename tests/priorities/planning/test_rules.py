"""Plans: what they hold, by hand and over many drawn inputs. (The ten properties are in `test_properties.py`.)"""

from __future__ import annotations

import math
from itertools import combinations, pairwise
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.priorities.planning.rules import (
    Course,
    build_next,
    curve,
    cut,
    greedy,
    percentiles,
    residual,
    total_of,
    value,
)

COMPETENCIES = ("K1", "K2", "K3", "K4")
share = st.sampled_from([0.0, 1 / 3, 2 / 3, 1.0])
need = st.floats(-1, 5, allow_nan=False)
needs_of_all = st.fixed_dictionaries(dict.fromkeys(COMPETENCIES, need))


@st.composite
def courses(draw: st.DrawFn, most: int = 7) -> list[Course]:
    many = draw(st.integers(1, most))
    return [
        Course(
            f"c{at}", draw(st.dictionaries(st.sampled_from(COMPETENCIES), share, max_size=4)),
            draw(st.sampled_from(["available", "draft", "missing"])), draw(st.sampled_from([0.0, 1.0, 8.0, 40.0])),
            float(draw(st.integers(0, 6))),
        )
        for at in range(many)
    ]  # fmt: skip


SEVERAL = settings(max_examples=80, deadline=None)


@SEVERAL
@given(needs=needs_of_all, offered=courses(most=12))
def test_the_plan_holds_every_course_once_and_adds_less_and_less(
    needs: dict[str, float], offered: list[Course]
) -> None:
    plan = greedy(needs, offered)
    assert sorted(name for name, _adds in plan) == sorted(course.id for course in offered)
    adds = [one for _name, one in plan]
    assert all(after <= before + 1e-12 for before, after in pairwise(adds))
    covered = math.fsum(max(0.0, one) for one in needs.values()) - math.fsum(residual(needs, offered).values())
    assert math.fsum(adds) == pytest.approx(covered, abs=1e-9)


@SEVERAL
@given(needs=needs_of_all, offered=courses(most=6), length=st.integers(1, 3))
def test_the_first_courses_are_nearly_the_best_ones(
    needs: dict[str, float], offered: list[Course], length: int
) -> None:
    mine = math.fsum(adds for _name, adds in greedy(needs, offered)[:length])
    total = math.fsum(max(0.0, one) for one in needs.values())
    best = max(
        total - math.fsum(residual(needs, some).values()) for some in combinations(offered, min(length, len(offered)))
    )
    assert mine >= (1 - 1 / math.e) * best - 1e-9


@SEVERAL
@given(needs=needs_of_all, offered=courses())
def test_what_is_left_is_what_no_course_covers(needs: dict[str, float], offered: list[Course]) -> None:
    left = residual(needs, offered)
    for name, one in needs.items():
        uncovered = math.prod(1 - course.coverage.get(name, 0.0) for course in offered)
        assert left[name] == pytest.approx(max(0.0, one) * uncovered, abs=1e-12)


@SEVERAL
@given(needs=needs_of_all, offered=courses(most=12))
def test_the_plan_is_that_of_looking_at_every_course_each_time(needs: dict[str, float], offered: list[Course]) -> None:
    total = total_of(needs) or 1.0
    left, waiting, plain = {name: max(0.0, one) for name, one in needs.items()}, list(offered), []
    while waiting:
        best = min(
            waiting,
            key=lambda one, left=left: (  # type: ignore[misc]
                -round(value(left, one.coverage) / total, 12), -round(value(needs, one.coverage) / total, 12),
                one.hours, one.id,
            ),
        )  # fmt: skip
        plain.append((best.id, value(left, best.coverage)))
        left = residual(left, [best])
        waiting.remove(best)
    assert greedy(needs, offered) == plain


@SEVERAL
@given(needs=needs_of_all, offered=courses(most=12))
def test_the_curve_rises_to_what_all_courses_cover(needs: dict[str, float], offered: list[Course]) -> None:
    rising = curve(greedy(needs, offered), needs)
    assert len(rising) == len(offered)
    assert all(0 <= before <= after <= 1 for before, after in pairwise(rising))
    total = total_of(needs)
    left = math.fsum(residual(needs, offered).values())
    assert rising[-1] == pytest.approx((total - left) / total if total else 0.0, abs=1e-9)


def test_a_plan_of_many_courses_is_made_at_once() -> None:
    needs = {f"k{at}": 1.0 + at % 7 for at in range(60)}
    many = [
        Course(f"c{at}", {f"k{(at * step) % 60}": (at % 3 + 1) / 3 for step in (1, 7, 11)}, "available", at % 9)
        for at in range(4_000)
    ]
    began = process_time()
    assert len(greedy(needs, many)) == len(many)
    assert process_time() - began < 5


def test_four_cycles_of_waiting_beat_any_score() -> None:
    offered = [
        Course("old", {"K1": 0.0}, "missing", 40, age=4),
        Course("young", {"K1": 1.0}, "draft", 0),
        *(Course(f"o{at}", {"K1": 0.1}, "missing", 40) for at in range(20)),
    ]
    assert build_next({"K1": 1.0}, offered)[0].id == "old"


def test_a_plan_by_hand() -> None:
    offered = [
        Course("a", {"K1": 2 / 3}, "available", 0),
        Course("b", {"K1": 1.0, "K2": 1 / 3}, "draft", 10),
        Course("c", {"K2": 1.0}, "missing", 0),
        Course("d", {"K3": 1.0}, "missing", 5),
    ]
    needs = {"K1": 0.6, "K2": 0.3, "K3": -1.0}
    plan = greedy(needs, offered)
    assert [name for name, _adds in plan] == ["b", "c", "a", "d"]
    assert [adds for _name, adds in plan] == pytest.approx([0.7, 0.2, 0, 0])
    assert cut(plan, needs) == 2
    assert residual(needs, offered[:1]) == pytest.approx({"K1": 0.2, "K2": 0.3, "K3": 0})
    built = build_next(needs, offered)
    assert [(one.id, one.per_hour) for one in built] == [("c", None), ("b", pytest.approx(0.03)), ("d", 0)]
    assert [one.score for one in built] == pytest.approx([0.5 * 2 / 3 + 0.5 / 3, 0.5 / 3 + 0.5 / 3, 0])


@pytest.mark.parametrize(
    ("needs", "adds", "before"),
    [
        ({"K1": 1.0}, [0.9, 0.01, 0.0], 2),
        ({"K1": 1.0}, [0.9, 0.0099, 0.0], 1),
        ({"K1": 1.0, "K2": -5.0}, [0.9, 0.01, 0.01], 3),
        ({"K1": 0.0}, [0.0], 0),
    ],
)
def test_the_cut_is_at_one_per_cent_of_all_need(needs: dict[str, float], adds: list[float], before: int) -> None:
    assert cut([(f"c{at}", one) for at, one in enumerate(adds)], needs) == before


def test_rank_percentiles_count_what_is_strictly_below() -> None:
    assert percentiles({"a": 1.0, "b": 2.0, "c": 2.0, "d": 3.0}) == {"a": 0, "b": 0.25, "c": 0.25, "d": 0.75}
    assert percentiles({"a": 0.1 + 0.2, "b": 0.3}) == {"a": 0, "b": 0}
