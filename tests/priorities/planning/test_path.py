"""The person path: which courses, in which order, within which hours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.priorities.planning.path import Lever, Offered, Suggestion, reach, suggest
from lms.priorities.planning.rules import need_shares


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
def test_reach(importance: int, level: int, lever: Lever, expected: float) -> None:
    assert reach(importance, level, lever) == expected


MEDIATION = Offered({"conflict": Lever(3, 1, 3), "listen": Lever(3, 1, 4)})
PRICE = Offered({"price": Lever(3, 1, 4)}, before=("keys",))
KEYS = Offered({"keys": Lever(2, 1, 4)})
SHELF = {"med": MEDIATION, "price": PRICE, "keys": KEYS}


def ids(path: list[Suggestion]) -> list[str]:
    return [one.course_id for one in path]


def test_a_person_is_offered_what_they_need() -> None:
    out = suggest({"conflict": (5, 1), "price": (3, 3)}, SHELF, {})
    assert [(one.course_id, one.about) for one in out] == [("med", ("conflict",))]
    assert out[0].score == pytest.approx(0.8 * (5 * 4 / 20) * 1 * 0.5)


def test_the_group_adds_a_fifth() -> None:
    out = suggest({"conflict": (5, 1)}, {"med": MEDIATION}, {"conflict": 0.5, "listen": 0.5})
    assert out[0].score == pytest.approx(0.8 * 0.5 + 0.2 * 1)


def test_what_should_come_before_comes_before() -> None:
    out = suggest({"price": (5, 1)}, SHELF, {})
    assert [(one.course_id, one.leads_to) for one in out] == [("keys", "price"), ("price", None)]


@pytest.mark.parametrize(
    ("done", "refused", "expected"),
    [
        ((), (), ["b", "goal"]),  # the one of them that serves more
        (("a",), (), ["goal", "b"]),
        ((), ("b",), ["a", "goal"]),
        ((), ("a", "b"), []),
        ((), ("goal",), ["b"]),
        (("goal",), (), ["b"]),
    ],
)
def test_one_of_several_is_enough(done: tuple[str, ...], refused: tuple[str, ...], expected: list[str]) -> None:
    shelf = {
        "goal": Offered({"k": Lever(3, 1, 5)}, either=("a", "b", "gone")),
        "a": Offered({}),
        "b": Offered({"j": Lever(1, 1, 5)}),
    }
    out = suggest({"k": (5, 1), "j": (3, 1)}, shelf, {}, done=done, refused=refused)
    assert ids(out) == expected


def test_what_is_not_offered_asks_for_nothing() -> None:
    shelf = {"goal": Offered({"k": Lever(3, 1, 5)}, before=("gone",), either=("gone", "lost"))}
    assert ids(suggest({"k": (5, 1)}, shelf, {})) == ["goal"]


def test_what_follows_a_refused_course_is_not_proposed() -> None:
    assert ids(suggest({"price": (5, 1)}, SHELF, {}, refused={"keys"})) == []


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(None, ["big", "small"]), (13, ["big", "small"]), (12, ["big"]), (4, ["small"]), (0.5, []), (0, [])],
)
def test_the_path_ends_with_the_hours(hours: float | None, expected: list[str]) -> None:
    shelf = {
        "big": Offered({"k": Lever(3, 1, 5)}, before=("step",), hours=10),
        "step": Offered({}, hours=2),
        "small": Offered({"j": Lever(3, 1, 5)}, hours=1),
    }
    out = [name for name in ids(suggest({"k": (5, 1), "j": (3, 1)}, shelf, {}, hours=hours)) if name != "step"]
    assert out == expected


def test_equals_are_told_apart_by_need_then_hours_then_id() -> None:
    def course(hours: float, *more: str) -> Offered:
        return Offered({"k": Lever(3, 1, 5), **{name: Lever(3, 1, 5) for name in more}}, hours=hours)

    shares = {"other": 0.0}
    long = {"a": course(3), "b": course(2), "c": course(2)}
    assert ids(suggest({"k": (5, 1)}, long, shares))[0] == "b"


def test_a_copy_of_a_chosen_course_is_worth_nothing() -> None:
    full = Offered({"conflict": Lever(3, 1, 5)})
    assert ids(suggest({"conflict": (5, 1)}, {"a": full, "b": full}, {"conflict": 1.0})) == ["a"]


def test_without_answers_the_group_decides_and_done_courses_stay_away() -> None:
    courses = {"med": MEDIATION, "keys": KEYS}
    shares = {"conflict": 0.4, "keys": 0.5}
    assert ids(suggest({}, courses, shares)) == ["med", "keys"]
    assert ids(suggest({}, courses, shares, done={"med"})) == ["keys"]


def test_courses_in_a_circle_are_not_proposed() -> None:
    circle = {
        "a": Offered({"k": Lever(3)}, before=("b",)),
        "b": Offered({"k": Lever(1)}, before=("a",)),
        "c": Offered({"k": Lever(1)}),
    }
    assert ids(suggest({"k": (5, 1)}, circle, {})) == ["c"]


NAMES = [f"k{n}" for n in range(5)]
COURSES = "abcdef"
offered = st.builds(
    Offered,
    st.dictionaries(
        st.sampled_from(NAMES), st.builds(Lever, st.integers(0, 3), st.integers(1, 2), st.integers(3, 5)), max_size=3
    ),
    st.lists(st.sampled_from(COURSES), max_size=2, unique=True).map(tuple),
    st.lists(st.sampled_from(COURSES), max_size=2, unique=True).map(tuple),
    st.integers(0, 8).map(float),
)


@given(
    pairs=st.dictionaries(st.sampled_from(NAMES), st.tuples(st.integers(1, 5), st.integers(1, 5))),
    shelf=st.dictionaries(st.sampled_from(COURSES), offered),
    scores=st.fixed_dictionaries({name: st.floats(-6, 20) for name in NAMES}),
    done=st.sets(st.sampled_from(COURSES), max_size=2),
    refused=st.sets(st.sampled_from(COURSES), max_size=2),
    hours=st.none() | st.integers(0, 20).map(float),
)
def test_a_path_keeps_its_promises(
    pairs: dict[str, tuple[int, int]],
    shelf: dict[str, Offered],
    scores: dict[str, float],
    done: set[str],
    refused: set[str],
    hours: float | None,
) -> None:
    shares = need_shares(scores)
    out = suggest(pairs, shelf, shares, done=done, refused=refused, hours=hours)
    taken = ids(out)
    assert len(set(taken)) == len(taken)
    assert not set(taken) & (done | refused)
    assert hours is None or sum(shelf[name].hours for name in taken) <= hours
    for at, name in enumerate(taken):
        met = done | set(taken[:at])
        assert all(one in met or one not in shelf for one in shelf[name].before)
        options = [one for one in shelf[name].either if one in met or one in shelf]
        assert not options or any(one in met for one in options)
    again = suggest(
        dict(reversed(pairs.items())), dict(reversed(shelf.items())), shares, done=done, refused=refused, hours=hours
    )
    assert again == out
    assert suggest(pairs, shelf, shares, done=done, refused=refused, hours=hours, most=2) == out[:2]
