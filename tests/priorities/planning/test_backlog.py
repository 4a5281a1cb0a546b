"""The trainers' backlog: what stands in it, in which order, and how cycles work it off."""

from __future__ import annotations

import pytest

from lms.priorities.planning.backlog import ESTIMATE, Fact, State, backlog, brief, plan_cycle
from lms.priorities.planning.rules import Course
from lms.priorities.rules import Need


def need(competency: str, n: int, importance: float, level: float, share: float, **more: int) -> Need:
    gap = importance - level
    return Need(competency, n, importance, level, gap, gap * importance, share, -share, **more)


def test_what_is_needed_and_not_written_gets_a_brief() -> None:
    needs = {"a": 0.5, "b": 0.3, "c": 0.181, "d": 0.01, "e": 0.009, "f": 0.0}
    courses = [
        Course("ready", {"a": 2 / 3, "b": 1.0}, "available", 0),
        Course("draft", {"c": 1 / 3, "d": 0.0}, "draft", 8),
    ]
    made = backlog(needs, courses, {}, domains={"a": "mediation"}, ages={"d": 2})
    assert {item.course.id: item.brief is not None for item in made.items} == {
        "draft": False, "brief:a": True, "brief:d": True,
    }  # fmt: skip
    assert made.small == {"e": 0.009}
    of = {item.course.id: item.course for item in made.items}
    assert (of["brief:a"].domain, of["brief:a"].hours, of["brief:d"].age) == ("mediation", ESTIMATE, 2)


def test_without_need_nothing_is_to_be_written() -> None:
    assert backlog({"a": 0.0, "b": -1.0}, [], {}, domains={}).items == ()


def test_a_brief_says_for_whom_from_where_to_where_and_why() -> None:
    network = {"a": need("a", 400, 4.4, 2.6, 62.0, rank=2, best=1, worst=3)}
    valley = {"a": need("a", 30, 4.6, 1.2, 90.0, rank=1)}
    few = {"a": need("a", 29, 5.0, 1.0, 100.0, rank=1)}
    made = brief("a", {"": network, "valley": valley, "few": few})
    assert (made.target, made.entry, made.exit, made.people) == ("valley", 1, 5, 27)
    assert made.facts == (Fact("gap", (90.0, 30)), Fact("means", (4.6, 1.2)), Fact("rank", (2, 1, 3)))
    assert brief("a", {"": network, "few": few}) == brief("a", {"": network})
    assert (brief("a", {"": network}).target, brief("a", {"": network}).people) == ("", 248)


@pytest.mark.parametrize(("share", "people"), [(5.0, None), (14.9, None), (15.0, 5), (50.0, 15)])
def test_a_course_is_not_said_to_be_for_two_people(share: float, people: int | None) -> None:
    assert brief("a", {"": {"a": need("a", 30, 4.4, 4.2, share)}}).people == people


@pytest.mark.parametrize(
    ("importance", "level", "entry", "exit"),
    [(1.0, 1.0, 1, 2), (5.0, 5.0, 4, 5), (4.49, 1.99, 1, 4), (4.5, 2.0, 2, 5), (3.0, 3.9, 3, 4)],
)
def test_a_brief_leads_up_by_a_level_at_least(importance: float, level: float, entry: int, exit: int) -> None:
    made = brief("a", {"": {"a": need("a", 12, importance, level, 50.0)}})
    assert (made.entry, made.exit) == (entry, exit)
    assert (made.people, made.facts[0]) == (None, Fact("pairs", (12,)))


def test_a_draft_that_is_nearly_done_goes_first_among_equals() -> None:
    waiting = [
        Course("a", {"k": 1.0}, "draft", 8, whole=40),
        Course("b", {"k": 1.0}, "missing", 8, whole=40),
        Course("c", {"k": 1.0}, "draft", 8, whole=39),
        Course("d", {"k": 1.0}, "draft", 8),
    ]
    order = [item.course.id for item in backlog({"k": 1.0}, waiting[::-1], {}, domains={}).items]
    assert order == ["a", "b", "c", "d"]


NEEDS = {"k": 1.0, "j": 0.5, "i": 0.1}
COURSES = (
    Course("large", {"k": 1.0}, "missing", 25, domain="m"),
    Course("small", {"j": 1.0}, "draft", 4, domain="m"),
    Course("third", {"i": 1.0}, "missing", 30, domain="m"),
    Course("other", {"i": 0.5}, "missing", 10, domain="p"),
    Course("free", {"i": 0.1}, "draft", 0, domain="m"),
    Course("ready", {"z": 1.0}, "available", 0, domain="m"),
)


def test_hours_are_given_down_the_list_and_a_large_course_takes_several_cycles() -> None:
    state, told = State(COURSES), []
    for _cycle in range(4):
        state, cycle = plan_cycle(NEEDS, state, {"m": 20.0})
        told.append((dict(cycle.given), cycle.begins, cycle.ends))
    assert told[0] == ({"large": 20.0, "free": 0.0}, ("large", "free"), ("free",))
    assert told[1] == ({"large": 5.0, "small": 4.0, "third": 11.0}, ("small", "third"), ("large", "small"))
    assert told[2] == ({"third": 19.0}, (), ("third",))
    assert told[3] == ({}, (), ())
    assert {one.id: one.status for one in state.courses} == {
        "large": "available", "small": "available", "third": "available", "other": "missing", "free": "available",
        "ready": "available",
    }  # fmt: skip
    assert next(one for one in state.courses if one.id == "other").age == 4  # its domain has no trainers


def test_what_is_begun_is_never_jumped() -> None:
    state, _cycle = plan_cycle(
        {"k": 1.0, "j": 0.1}, State((Course("slow", {"j": 1.0}, "missing", 100, domain="m"),)), {"m": 10}
    )
    state = State((*state.courses, Course("urgent", {"k": 1.0}, "missing", 1, age=40, domain="m")), state.begun)
    for _later in range(9):
        state, cycle = plan_cycle({"k": 1.0, "j": 0.1}, state, {"m": 10})
        assert cycle.given == (("slow", 10.0),)
    state, cycle = plan_cycle({"k": 1.0, "j": 0.1}, state, {"m": 10})
    assert cycle.given == (("urgent", 1.0),)


def test_two_courses_that_are_begun_go_on_in_their_order() -> None:
    courses = tuple(Course(name, {"k": 1.0}, "missing", 10, domain="m") for name in "ab")
    state, _cycle = plan_cycle({"k": 1.0}, State(courses), {"m": 15})
    assert state.begun == ("b",)
    state = State(tuple(Course(name, {"k": 1.0}, "missing", 10, domain="m") for name in "ab"), ("b", "a"))
    state, cycle = plan_cycle({"k": 1.0}, state, {"m": 12})
    assert cycle.given == (("b", 10.0), ("a", 2.0))
