"""Needs into an order: exact sums, and the promises the order keeps."""

from __future__ import annotations

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.priorities import rules
from lms.priorities.rules import Lever, Offered
from lms.survey import rules as survey

NAMES = [f"k{n}" for n in range(8)]
SCORES = st.fixed_dictionaries({name: st.floats(-6.25, 20) for name in NAMES})
LEVERS = st.dictionaries(
    st.sampled_from(NAMES), st.builds(Lever, st.integers(0, 3), st.integers(1, 2), st.integers(3, 5)), max_size=5
)
COURSES = st.dictionaries(st.sampled_from("abcdef"), LEVERS, max_size=6)


def ranking(scores, courses):
    shares = rules.need_shares(scores)
    return {name: rules.priority(shares, levers) for name, levers in courses.items()}


def test_the_worked_sum():
    # 20 points of need in all; the course practises the first competency and teaches the second
    shares = rules.need_shares({"negotiation": 4.2, "facilitation": 5.4, "held": -1.0, "rest": 10.4})
    assert shares["held"] == 0
    assert fsum(shares.values()) == pytest.approx(1)
    made = rules.priority(shares, {"negotiation": Lever(2), "facilitation": Lever(1), "held": Lever(3)})
    assert made.parts == (("negotiation", pytest.approx(0.14)), ("facilitation", pytest.approx(0.09)))
    assert made.value == pytest.approx(0.23)
    assert rules.shown_parts(made.value, made.parts) == (0.23, [("negotiation", 0.14), ("facilitation", 0.09)])


def test_without_need_nothing_weighs():
    assert rules.need_shares({"a": 0.0, "b": -2.0}) == {"a": 0.0, "b": 0.0}
    assert rules.priority({"a": 0.0}, {"a": Lever(3)}).value == 0


@given(SCORES, COURSES)
def test_property_2_contributions_add_up(scores, courses):
    for made in ranking(scores, courses).values():
        assert abs(fsum(value for _name, value in made.parts) - made.value) <= 1e-9
        shown, parts = rules.shown_parts(made.value, made.parts)
        assert abs(fsum(value for _name, value in parts) - shown) <= 1e-9
        assert abs(shown - made.value) <= 0.005 + 1e-9


@given(SCORES, COURSES, st.floats(0.01, 100))
def test_property_4_scale_free(scores, courses, factor):
    grown = {name: score * factor for name, score in scores.items()}
    one, other = ranking(scores, courses), ranking(grown, courses)
    for name in courses:
        assert one[name].value == pytest.approx(other[name].value, abs=1e-9)


@given(SCORES, COURSES, st.randoms())
def test_property_8_the_same_data_give_the_same_order(scores, courses, chance):
    mixed = list(courses.items())
    chance.shuffle(mixed)
    assert rules.order(ranking(scores, courses)) == rules.order(ranking(dict(reversed(scores.items())), dict(mixed)))


PEOPLE = st.lists(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=3, max_size=3), min_size=2, max_size=12
)


@given(PEOPLE, st.integers(0, 11), st.booleans(), st.integers(1, 3))
def test_property_1_a_larger_gap_never_lowers_its_course(people, who, raise_importance, thirds):
    """V of a course with q > 0 on the item, against one without; needs not normalised, by mean weighted discrepancy.

    Where the weighted score would fall as importance rises (Ibar < Cbar / 2) there is no gap and it counts as 0.
    """
    who %= len(people)

    def score(column):
        sums = survey.sums_of([f"{i}{c}" for i, c in column], 1)
        found = survey.figures_of("k", sums[0])
        assert found is not None
        return max(0.0, found.mwds)

    before = [row[0] for row in people]
    i, c = before[who]
    after = list(before)
    after[who] = (min(5, i + 1), c) if raise_importance else (i, max(1, c - 1))
    assert score(after) * thirds / 3 >= score(before) * thirds / 3 - 1e-12


def test_an_equal_weight_is_ordered_by_id():
    made = {name: rules.Priority(0.5, ()) for name in ("b", "a")}
    assert rules.order(made) == ["a", "b"]


# ---- the person path ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("importance", "level", "lever", "expected"),
    [
        (5, 1, Lever(3, 1, 3), 0.5),
        (5, 1, Lever(3, 1, 5), 1.0),
        (4, 3, Lever(3, 1, 5), 1.0),
        (5, 3, Lever(3, 1, 3), 0.0),  # it ends where the person stands
        (5, 1, Lever(3, 2, 5), 0.0),  # it begins above the person
        (3, 3, Lever(3, 1, 5), 0.0),  # no gap
        (2, 4, Lever(3, 1, 5), 0.0),
    ],
)
def test_reach(importance, level, lever, expected):
    assert rules.reach(importance, level, lever) == expected


MEDIATION = Offered({"conflict": Lever(3, 1, 3), "listen": Lever(3, 1, 4)})
PRICE = Offered({"price": Lever(3, 1, 4)}, before=("keys",))
KEYS = Offered({"keys": Lever(2, 1, 4)})


def test_a_person_is_offered_what_they_need():
    out = rules.suggest({"conflict": (5, 1), "price": (3, 3)}, {"med": MEDIATION, "price": PRICE, "keys": KEYS}, {})
    assert [(one.course_id, one.about) for one in out] == [("med", ("conflict",))]
    assert out[0].score == pytest.approx(0.8 * (5 * 4 / 20) * 1 * 0.5)


def test_what_should_come_before_comes_before():
    out = rules.suggest({"price": (5, 1)}, {"med": MEDIATION, "price": PRICE, "keys": KEYS}, {})
    assert [(one.course_id, one.leads_to) for one in out] == [("keys", "price"), ("price", None)]


def test_a_copy_of_a_chosen_course_is_worth_nothing():
    full = Offered({"conflict": Lever(3, 1, 5)})
    out = rules.suggest({"conflict": (5, 1)}, {"a": full, "b": full}, {"conflict": 1.0})
    assert [one.course_id for one in out] == ["a"]


def test_without_answers_the_network_decides_and_done_courses_stay_away():
    courses = {"med": MEDIATION, "keys": KEYS}
    shares = {"conflict": 0.4, "keys": 0.5}
    assert [one.course_id for one in rules.suggest({}, courses, shares)] == ["med", "keys"]
    assert [one.course_id for one in rules.suggest({}, courses, shares, done={"med"})] == ["keys"]


def test_a_circle_of_courses_ends():
    circle = {"a": Offered({"k": Lever(3)}, before=("b",)), "b": Offered({"k": Lever(1)}, before=("a",))}
    assert {one.course_id for one in rules.suggest({"k": (5, 1)}, circle, {})} <= {"a", "b"}


@given(
    st.dictionaries(st.sampled_from(NAMES), st.tuples(st.integers(1, 5), st.integers(1, 5))),
    COURSES,
    SCORES,
)
def test_suggestions_are_few_different_and_repeatable(pairs, courses, scores):
    offered = {name: Offered(levers) for name, levers in courses.items()}
    out = rules.suggest(pairs, offered, rules.need_shares(scores))
    assert len(out) <= 3
    assert len({one.course_id for one in out}) == len(out)
    again = rules.suggest(dict(reversed(pairs.items())), dict(reversed(offered.items())), rules.need_shares(scores))
    assert [one.course_id for one in again] == [one.course_id for one in out]
