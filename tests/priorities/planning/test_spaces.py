"""The plan of a space: whose needs it follows, and where they differ from the network's."""

from __future__ import annotations

import math

import pytest

from lms.priorities.planning.rules import Course
from lms.priorities.planning.spaces import Told, apart, first_told, plan

NETWORK = Told("network", 400, {"a": 4.0, "b": 2.0, "c": 1.0, "d": -1.0})
TERRITORY = Told("territory", 30, {"a": 1.0, "b": 4.0, "c": 1.0, "d": 0.0})
ROLE = Told("territory_role", 4, {"d": 9.0})
SPACE = Told("space", 8, {"a": 1.0, "b": 2.0, "c": 5.0, "d": 0.0}, {"a": 1.0, "b": 1.0, "c": 1.0, "d": 0.5})
COURSES = [
    Course("for-a", {"a": 1.0}, "available", 0),
    Course("for-b", {"b": 1.0}, "available", 0),
    Course("for-c", {"c": 1.0, "b": 1 / 3}, "available", 0),
    Course("for-d", {"d": 1.0}, "available", 0),
]


def test_a_space_has_its_own_plan() -> None:
    made = plan([SPACE, ROLE, TERRITORY, NETWORK], COURSES, 5)
    assert made is not None
    assert made.of == "space"
    assert [step.course_id for step in made.steps] == ["for-c", "for-b", "for-a"]
    assert made.steps[0].parts == (("c", pytest.approx(5 / 8)), ("b", pytest.approx(2 / 8 / 3)))
    assert [step.adds for step in made.steps] == pytest.approx([5 / 8 + 2 / 24, 2 / 8 * 2 / 3, 1 / 8])
    for step in made.steps:
        assert math.fsum(part for _name, part in step.parts) == pytest.approx(step.adds, abs=1e-9)
    assert made.apart == {"a": -3.0, "c": 4.0, "d": 1.0}


@pytest.mark.parametrize(
    ("space", "role", "territory", "of", "first"),
    [
        (5, 0, 0, "space", "for-c"),
        (4, 5, 5, "territory_role", "for-d"),
        (4, 4, 5, "territory", "for-b"),
        (0, 0, 4, "network", "for-a"),
    ],
)
def test_below_the_smallest_group_the_next_one_speaks(
    space: int, role: int, territory: int, of: str, first: str
) -> None:
    groups = [
        Told("space", space, SPACE.scores, SPACE.errors), Told("territory_role", role, ROLE.scores),
        Told("territory", territory, TERRITORY.scores), NETWORK,
    ]  # fmt: skip
    made = plan(groups, COURSES, 5)
    assert made is not None
    assert (made.of, made.steps[0].course_id) == (of, first)
    assert bool(made.apart) == (of == "space")
    told = first_told(groups, 5)
    assert told is not None
    assert told.of == of


def test_nobody_may_speak() -> None:
    assert plan([SPACE, Told("network", 4, NETWORK.scores)], COURSES, 9) is None
    assert plan([Told("network", 40, {})], COURSES, 5) is None


def test_what_adds_nothing_is_not_named() -> None:
    made = plan([Told("network", 40, {"d": 1.0})], COURSES, 5)
    assert made is not None
    assert [step.course_id for step in made.steps] == ["for-d"]


@pytest.mark.parametrize(
    ("own", "error", "expected"),
    [(4 + 1.96, 1.0, {}), (4 + 1.9601, 1.0, {"a"}), (4 - 1.9601, 1.0, {"a"}), (4.0, 0.0, {}), (9.0, math.nan, {})],
)
def test_far_from_the_network_is_beyond_the_error(own: float, error: float, expected: set[str]) -> None:
    assert set(apart(Told("space", 9, {"a": own}, {"a": error, "z": 1.0}), NETWORK)) == set(expected)
