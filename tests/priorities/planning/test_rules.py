"""Plans: the properties that make them trustworthy, each over many drawn inputs."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.priorities.planning.rules import (
    Course,
    build_next,
    cut,
    greedy,
    percentiles,
    residual,
    run_now,
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
@given(needs=needs_of_all, offered=courses(), raised=st.sampled_from(COMPETENCIES), by=st.floats(0, 5))
def test_raising_a_need_never_lowers_a_course_for_it(
    needs: dict[str, float], offered: list[Course], raised: str, by: float
) -> None:
    more = needs | {raised: needs[raised] + by}
    for course in offered:
        for other in offered:
            if course.coverage.get(raised, 0) > 0 and not other.coverage.get(raised, 0):
                before = value(needs, course.coverage) - value(needs, other.coverage)
                assert value(more, course.coverage) - value(more, other.coverage) >= before - 1e-12


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
@given(needs=needs_of_all, offered=courses(), times=st.sampled_from([0.25, 2.0, 1024.0]))
def test_scaling_all_needs_changes_no_order(needs: dict[str, float], offered: list[Course], times: float) -> None:
    rounded = {name: round(one, 3) for name, one in needs.items()}
    larger = {name: one * times for name, one in rounded.items()}
    assert [name for name, _adds in greedy(rounded, offered)] == [name for name, _adds in greedy(larger, offered)]
    assert run_now(rounded, offered) == run_now(larger, offered)
    assert [one.id for one in build_next(rounded, offered)] == [one.id for one in build_next(larger, offered)]


@SEVERAL
@given(needs=needs_of_all, offered=courses())
def test_an_exact_copy_of_a_whole_course_adds_nothing(needs: dict[str, float], offered: list[Course]) -> None:
    whole = Course("w", {"K1": 1.0, "K2": 1.0}, "available", 0)
    copy = Course("x", {"K1": 1.0, "K2": 1.0}, "available", 0)
    plan = dict(greedy(needs, [*offered, whole, copy]))
    assert min(plan["w"], plan["x"]) == 0


@SEVERAL
@given(needs=needs_of_all, offered=courses())
def test_nothing_that_is_needed_vanishes(needs: dict[str, float], offered: list[Course]) -> None:
    ready = [course for course in offered if course.status == "available"]
    left = residual(needs, ready)
    for name, one in needs.items():
        assert left[name] == pytest.approx(
            max(0.0, one) * math.prod(1 - course.coverage.get(name, 0.0) for course in ready), abs=1e-12
        )
    assert {course.id for course in offered} == set(run_now(needs, offered)) | {
        one.id for one in build_next(needs, offered)
    }


@SEVERAL
@given(needs=needs_of_all, offered=courses(), order=st.randoms(use_true_random=False))
def test_the_same_input_in_another_order_gives_the_same_plan(
    needs: dict[str, float], offered: list[Course], order: object
) -> None:
    shuffled = list(offered)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert greedy(needs, offered) == greedy(needs, shuffled)
    assert build_next(needs, offered) == build_next(needs, shuffled)
    assert residual(needs, offered) == residual(needs, shuffled)


@SEVERAL
@given(needs=needs_of_all, offered=courses(), starts=st.integers(1, 3))
def test_nothing_starves(needs: dict[str, float], offered: list[Course], starts: int) -> None:
    """With `starts` begun in each cycle, all of m items are begun within 4 + ceil(m / starts) cycles."""
    waiting = [Course(one.id, one.coverage, "missing", one.hours) for one in offered]
    many, cycles = len(waiting), 0
    while waiting:
        begun = {one.id for one in build_next(needs, waiting)[:starts]}
        waiting = [
            Course(one.id, one.coverage, "missing", one.hours, one.age + 1) for one in waiting if one.id not in begun
        ]
        cycles += 1
    assert cycles <= 4 + math.ceil(many / starts)


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
