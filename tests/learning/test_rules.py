"""Progress, what comes next, minutes, marks: tables of values."""

from __future__ import annotations

import pytest

from lms.learning import rules

UNITS = ["a", "b", "c"]


@pytest.mark.parametrize(
    ("done", "expected", "whole"),
    [([], 0, False), (["a"], 1, False), (["a", "b", "c"], 3, True), (["a", "gone"], 1, False), (["gone"], 0, False)],
)
def test_progress_counts_the_units_the_course_has_now(done: list[str], expected: int, whole: bool) -> None:
    found = rules.progress(UNITS, done)
    assert (found.done, found.total, found.is_whole) == (expected, 3, whole)


def test_a_course_without_units_is_never_whole() -> None:
    assert not rules.progress([], []).is_whole


@pytest.mark.parametrize(
    ("done", "at", "expected"),
    [
        ([], None, "a"),
        (["a"], None, "b"),
        (["a"], "c", "c"),  # where the person is, though b is open
        (["a", "c"], "c", "b"),  # past the end, round to what is open
        (["b"], "b", "c"),
        (["a", "b", "c"], "b", None),
        ([], "gone", "a"),  # a unit that was removed
    ],
)
def test_next_unit(done: list[str], at: str | None, expected: str | None) -> None:
    assert rules.next_unit(UNITS, done, at) == expected


def test_next_activity_is_where_somebody_was_else_the_first() -> None:
    assert rules.next_activity(["lesson", "quiz"], "quiz") == "quiz"
    assert rules.next_activity(["lesson", "quiz"], None) == "lesson"
    assert rules.next_activity(["lesson", "quiz"], "gone") == "lesson"


def test_states() -> None:
    assert rules.states(UNITS, {"a"}, "b") == ["done", "now", "todo"]
    assert rules.states(UNITS, {"a", "b", "c"}, None) == ["done"] * 3


@pytest.mark.parametrize(
    ("minutes", "expected"), [(1, (1, 2)), (5, (4, 7)), (8, (6, 10)), (12, (10, 15)), (30, (25, 40)), (60, (50, 75))]
)
def test_minutes_are_told_as_a_range(minutes: int, expected: tuple[int, int]) -> None:
    assert rules.minutes_range(minutes) == expected


@pytest.mark.parametrize(
    ("shares", "points", "expected"),
    [
        ({}, {}, None),  # only open questions
        ({"q": 1.0}, {"q": 1.0}, 1.0),
        ({"q": 1.0}, {"q": 1.0, "r": 1.0}, 0.5),  # an answer that is missing counts nothing
        ({"q": 0.5, "r": 1.0}, {"q": 2.0, "r": 1.0}, 2 / 3),
        ({"q": 1.0, "other": 1.0}, {"q": 1.0}, 1.0),
    ],
)
def test_score(shares: dict[str, float], points: dict[str, float], expected: float | None) -> None:
    found = rules.score(shares, points)
    assert found == pytest.approx(expected) if expected is not None else found is None


@pytest.mark.parametrize(
    ("score", "mark", "expected"), [(None, 80, None), (0.8, 80, True), (0.79, 80, False), (0.0, 0, True)]
)
def test_passes(score: float | None, mark: int, expected: bool | None) -> None:
    assert rules.passes(score, mark) is expected


@pytest.mark.parametrize(
    ("used", "limit", "expected"), [(0, None, True), (99, None, True), (0, 1, True), (1, 1, False), (4, 3, False)]
)
def test_may_try(used: int, limit: int | None, expected: bool) -> None:
    assert rules.may_try(used, limit) is expected


def test_next_question() -> None:
    assert rules.next_question(["q", "r"], set()) == 1
    assert rules.next_question(["q", "r"], {"q"}) == 2
    assert rules.next_question(["q", "r"], {"q", "r"}) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  deux \n mots ", "deux mots"),
        ("caf" + "e\u0301", "café"),
        ("un\u202eordre\x00", "unordre"),
        ("x" * 900, "x" * 500),
        ("   ", ""),
    ],
)
def test_a_line_of_a_plan_is_cleaned(typed: str, kept: str) -> None:
    assert rules.clean_line(typed) == kept


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p>Oui. Vous proposez un besoin.</p>", "<p>Vous proposez un besoin.</p>"),
        ("Sí. Nombras la necesidad.", "Nombras la necesidad."),
        ("<p>Yes. You offer a need.</p>", "<p>You offer a need.</p>"),
        ("<p>Oui, et vous le dites.</p>", "<p>Oui, et vous le dites.</p>"),
        ("<p>Ouistreham.</p>", "<p>Ouistreham.</p>"),
    ],
)
def test_a_feedback_does_not_say_yes_twice(html: str, left: str) -> None:
    assert rules.without_yes(html) == left


# --- lines of an order ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ({}, "abc"),
        ({"a": "3", "b": "1", "c": "2"}, "bca"),
        ({"c": "1"}, "cab"),
        ({"a": "2"}, "bac"),
        ({"a": "2", "b": "2"}, "bac"),  # a place that is taken is as good as none
        ({"a": "0", "b": "4", "c": "one"}, "abc"),
        ({"a": ""}, "abc"),
    ],
)
def test_lines_stand_where_they_were_put_and_the_others_fill_the_gaps(places: dict[str, str], order: str) -> None:
    assert "".join(rules.in_order("abc", places)) == order


@pytest.mark.parametrize(
    ("name", "step", "order"), [("a", -1, "abc"), ("a", 1, "bac"), ("b", -1, "bac"), ("b", 1, "acb"), ("c", 1, "abc")]
)
def test_a_line_goes_up_or_down_by_one(name: str, step: int, order: str) -> None:
    places = rules.moved("abc", {}, name, step)
    assert places == {one: str(place) for place, one in enumerate(order, 1)}
    assert "".join(rules.in_order("abc", places)) == order
