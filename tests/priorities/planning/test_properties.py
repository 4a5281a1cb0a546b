"""The ten properties that the rules of courses hold, one test each, over many drawn inputs."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.priorities import rules as rankings
from lms.priorities.planning.backlog import LEFT, State, backlog, plan_cycle
from lms.priorities.planning.path import Lever, Offered, suggest
from lms.priorities.planning.rules import (
    Course,
    build_next,
    cut,
    greedy,
    need_shares,
    parts,
    residual,
    run_now,
    total_of,
    value,
)
from lms.priorities.planning.spaces import Told, plan

COMPETENCIES = ("K1", "K2", "K3", "K4")
SEVERAL = settings(max_examples=80, deadline=None)
#: The smallest group of which anything is told.
K = 5

share = st.sampled_from([0.0, 1 / 3, 2 / 3, 1.0])
coverage = st.dictionaries(st.sampled_from(COMPETENCIES), share, max_size=4)
needs_of_all = st.fixed_dictionaries(dict.fromkeys(COMPETENCIES, st.floats(-1, 5).map(lambda one: round(one, 3))))
ratings = st.tuples(st.integers(1, 5), st.integers(1, 5))


@st.composite
def courses(draw: st.DrawFn, most: int = 7) -> list[Course]:
    many = draw(st.integers(1, most))
    return [
        Course(
            f"c{at}", draw(coverage), draw(st.sampled_from(["available", "draft", "missing"])),
            draw(st.sampled_from([0.0, 1.0, 8.0, 40.0])), float(draw(st.integers(0, 6))),
            draw(st.sampled_from(["m", "p"])), whole=draw(st.sampled_from([None, 40.0])),
        )
        for at in range(many)
    ]  # fmt: skip


def orders(needs: dict[str, float], offered: list[Course]) -> list[list[str]]:
    """Every order there is, as ids."""
    written = backlog(needs, offered, {}, domains={})
    told = plan([Told("network", 40, needs)], offered, K)
    return [
        [name for name, _adds in greedy(needs, offered)],
        run_now(needs, offered),
        [one.id for one in build_next(needs, offered)],
        [item.course.id for item in written.items],
        [step.course_id for step in told.steps] if told else [],
    ]


@SEVERAL
@given(
    people=st.lists(st.tuples(ratings, ratings), min_size=2, max_size=12),
    who=st.integers(0, 11),
    raises=st.booleans(),
    q=st.sampled_from([1 / 3, 2 / 3, 1.0]),
    other=share,
)
def test_monotone(
    people: list[tuple[tuple[int, int], tuple[int, int]]], who: int, raises: bool, q: float, other: float
) -> None:
    """1. Raising one person's importance, or lowering their level, never lowers a course for it against one that is not.

    Needs are not normalised. Where the weighted score would fall as importance rises there is no gap, and it counts as 0.
    """
    who %= len(people)

    def needs(answers: list[tuple[tuple[int, int], tuple[int, int]]]) -> dict[str, float]:
        found = {}
        for at, name in enumerate(("K1", "K2")):
            important, able = fmean(row[at][0] for row in answers), fmean(row[at][1] for row in answers)
            found[name] = (important - able) * important
        return found

    (i, c), rest = people[who]
    changed = list(people)
    changed[who] = ((min(5, i + 1), c) if raises else (i, max(1, c - 1)), rest)
    before, after = needs(people), needs(changed)
    for_it, for_the_other = {"K1": q}, {"K2": other}
    lead = value(before, for_it) - value(before, for_the_other)
    assert value(after, for_it) - value(after, for_the_other) >= lead - 1e-12


@SEVERAL
@given(needs=needs_of_all, offered=courses())
def test_additive(needs: dict[str, float], offered: list[Course]) -> None:
    """2. The contributions that are shown add up to the score that is shown, to 1e-9."""
    shares = need_shares(needs)
    for course in offered:
        made = math.fsum(part for _name, part in parts(shares, course.coverage))
        assert abs(made - value(shares, course.coverage)) <= 1e-9
        shown, told = rankings.shown_parts(made, parts(shares, course.coverage))
        assert abs(math.fsum(part for _name, part in told) - shown) <= 1e-9
    followed = plan([Told("network", 40, needs)], offered, K, most=99)
    for step in followed.steps if followed else ():
        assert abs(math.fsum(part for _name, part in step.parts) - step.adds) <= 1e-9


@SEVERAL
@given(needs=needs_of_all, offered=courses())
def test_diminishing(needs: dict[str, float], offered: list[Course]) -> None:
    """3. An exact copy of a chosen course that covers all of it adds nothing; nothing adds more later than earlier."""
    whole = Course("w", {"K1": 1.0, "K2": 1.0}, "available", 0)
    made = greedy(needs, [*offered, whole, replace(whole, id="x")])
    assert min(dict(made)["w"], dict(made)["x"]) == 0
    assert all(made[at][1] >= made[at + 1][1] - 1e-12 for at in range(len(made) - 1))
    lever = Offered({"K1": Lever(3, 1, 5)})
    out = suggest({"K1": (5, 1)}, {"w": lever, "x": lever}, need_shares(needs))
    assert [one.course_id for one in out] == ["w"]


@SEVERAL
@given(
    needs=needs_of_all,
    offered=courses(),
    times=st.one_of(st.floats(1e-9, 1e9), st.sampled_from([1e-200, 1e-15, 0.25, 3.0, 1024.0, 1e200])),
    pair=ratings,
)
def test_scale_free(needs: dict[str, float], offered: list[Course], times: float, pair: tuple[int, int]) -> None:
    """4. Multiplying all needs by a constant changes no order."""
    larger = {name: one * times for name, one in needs.items()}
    assert orders(needs, offered) == orders(larger, offered)
    assert cut(greedy(needs, offered), needs) == cut(greedy(larger, offered), larger)
    shelf = {one.id: Offered({name: Lever(round(3 * q)) for name, q in one.coverage.items()}) for one in offered}
    paths = [suggest({"K1": pair}, shelf, need_shares(those)) for those in (needs, larger)]
    assert [one.course_id for one in paths[0]] == [one.course_id for one in paths[1]]


@SEVERAL
@given(needs=needs_of_all, offered=courses())
def test_complete(needs: dict[str, float], offered: list[Course]) -> None:
    """5. What is needed is covered, or in the backlog, or named as too small for it; nothing vanishes."""
    written = backlog(needs, offered, {}, domains={})
    left = residual(needs, [one for one in offered if one.status == "available"])
    for name, need in needs.items():
        if need <= 0 or left[name] <= 0:
            continue
        stands = any(item.course.coverage.get(name, 0) > 0 for item in written.items)
        assert stands or name in written.small
        assert stands or left[name] / total_of(needs) < LEFT + 1e-9
    every = [*(one.id for one in offered if one.status == "available"), *(one.course.id for one in written.items)]
    assert len(set(every)) == len(every)
    assert {one.id for one in offered} <= set(every)
    assert sorted(name for name, _adds in greedy(needs, offered)) == sorted(one.id for one in offered)


@SEVERAL
@given(needs=needs_of_all, data=st.data(), starts=st.integers(1, 3), most=st.integers(1, 7))
def test_no_starvation(needs: dict[str, float], data: st.DataObject, starts: int, most: int) -> None:
    """6. With at most m waiting in a domain and B beginnings a cycle, each is begun within 4 + ceil(m / B) cycles.

    New ones come in every cycle, as many as the limit allows, and may need less time and help more.
    """
    state, waits, number = State(()), dict[str, int](), 0
    for _cycle in range(14):
        fresh = []
        while len(waits) < most and data.draw(st.booleans()):
            number += 1
            name = f"c{number:02}"
            fresh.append(
                Course(name, data.draw(coverage), "missing", data.draw(st.sampled_from([1.0, 2.0])), domain="m")
            )
            waits[name] = 0
        state = State((*state.courses, *fresh), state.begun)
        state, cycle = plan_cycle(needs, state, {"m": 2.0 * starts})
        assert len(cycle.begins) >= min(starts, len(waits))
        for name in cycle.begins:
            assert waits.pop(name) + 1 <= 4 + math.ceil(most / starts)
        waits = {name: cycles + 1 for name, cycles in waits.items()}
        assert all(cycles < 4 + math.ceil(most / starts) for cycles in waits.values())


@SEVERAL
@given(
    needs=needs_of_all,
    offered=courses(),
    hours=st.dictionaries(st.sampled_from("mp"), st.sampled_from([0.0, 3.5, 50.0])),
)
def test_capacity_only_delays(needs: dict[str, float], offered: list[Course], hours: dict[str, float]) -> None:
    """7. Few hours put off and never delete; 0 hours never divide."""
    assert all((one.per_hour is None) == (of[one.id].hours == 0) for of in [{c.id: c for c in offered}]
               for one in build_next(needs, offered))  # fmt: skip
    state = State(tuple(offered))
    for _cycle in range(3):
        before = state
        state, cycle = plan_cycle(needs, state, hours)
        assert [one.id for one in state.courses] == [one.id for one in offered]
        given_to = dict(cycle.given)
        for old, new in zip(before.courses, state.courses, strict=True):
            assert new.hours == pytest.approx(old.hours - given_to.get(old.id, 0.0))
        for domain in "mp":
            spent = math.fsum(
                spent for name, spent in cycle.given if name in {c.id for c in offered if c.domain == domain}
            )
            assert spent <= hours.get(domain, 0.0) + 1e-9
    for _cycle in range(300):
        state, _cycle_told = plan_cycle(needs, state, {"m": 1.0, "p": 1.0})
    assert {one.status for one in state.courses} == {"available"}


@SEVERAL
@given(needs=needs_of_all, offered=courses(), chance=st.randoms(use_true_random=False))
def test_deterministic(needs: dict[str, float], offered: list[Course], chance: Any) -> None:
    """8. The same data give the same order, however they are listed; ties go by need, then hours, then id."""
    mixed = list(offered)
    chance.shuffle(mixed)
    turned = dict(reversed(needs.items()))
    assert orders(needs, offered) == orders(turned, mixed)
    assert (
        plan_cycle(needs, State(tuple(offered)), {"m": 9.0})[1]
        == plan_cycle(turned, State(tuple(mixed)), {"m": 9.0})[1]
    )
    same = [
        Course("b", {"K1": 1.0}, "available", 1), Course("a", {"K1": 1.0}, "available", 2),
        Course("c", {"K1": 1.0}, "available", 1), Course("d", {"K1": 1.0, "K9": 0.5}, "available", 1),
    ]  # fmt: skip
    assert run_now({"K1": 1.0}, same) == ["b", "c", "d", "a"]
    assert [name for name, _adds in greedy({"K1": 1.0}, same)] == ["b", "c", "d", "a"]
    left = {"K1": 1.0, "K2": 0.5}
    tied = [Course("z", {"K1": 1.0, "K2": 1.0}, "available", 9), Course("w", {"K1": 1.0}, "available", 1)]
    nothing_left = [Course("all", {"K1": 1.0, "K2": 1.0}, "available", 50), *tied]
    assert [name for name, _adds in greedy(left, nothing_left)] == ["z", "all", "w"]


@SEVERAL
@given(
    network=needs_of_all,
    offered=courses(),
    people=st.integers(0, K - 2),
    scores=needs_of_all,
    others=needs_of_all,
    errors=st.floats(0, 2),
)
def test_anonymity(
    network: dict[str, float],
    offered: list[Course],
    people: int,
    scores: dict[str, float],
    others: dict[str, float],
    errors: float,
) -> None:
    """9. No list depends on a group below k: with one person more, or with other answers, it is the same."""
    above = Told("network", 40, network)
    lists = [
        plan([Told("space", n, told, dict.fromkeys(COMPETENCIES, errors)), above], offered, K)
        for n, told in ((people, scores), (people + 1, scores), (people, others), (people + 1, others))
    ]
    assert lists == [plan([above], offered, K)] * 4
    named = [need_of(name, 40, score) for name, score in network.items()]
    few = [
        [need_of(name, n, score) for name, score in told.items()]
        for n, told in ((people, scores), (people + 1, others))
    ]
    briefs = [
        backlog(network, offered, {"": {one.competency: one for one in named}, "s": {one.competency: one for one in group}},
                domains={})
        for group in few
    ]  # fmt: skip
    assert briefs[0] == briefs[1]


def need_of(name: str, n: int, score: float) -> rankings.Need:
    return rankings.Need(name, n, 4.0, 4.0 - score / 4, score / 4, score, 60.0, -60.0)


@SEVERAL
@given(needs=needs_of_all, offered=courses(), name=st.sampled_from(COMPETENCIES))
def test_what_if(needs: dict[str, float], offered: list[Course], name: str) -> None:
    """10. Other levers or hours show another order before anything is saved; a kept list is computed again bit for bit."""
    kept = json.loads(json.dumps([needs, [[one.id, one.coverage, one.status, one.hours, one.age] for one in offered]]))
    again = [Course(*of) for of in kept[1]]
    plain = [replace(one, domain="", whole=None) for one in offered]
    assert greedy(kept[0], again) == greedy(needs, plain)
    assert build_next(kept[0], again) == build_next(needs, plain)
    assert residual(kept[0], again) == residual(needs, plain)

    levers = {
        one.id: {"version": "v", "levers": {k: [round(3 * q), 1, 4] for k, q in one.coverage.items()}}
        for one in offered
    }
    inputs = {"items": [{"competency": k, "mwds": need} for k, need in needs.items()], "courses": levers}
    result = rankings.result_of(inputs)
    assert json.dumps(rankings.result_of(json.loads(json.dumps(inputs)))) == json.dumps(result)
    course = offered[0].id
    tried = json.loads(json.dumps(inputs))
    tried["courses"][course]["levers"][name] = [3, 1, 4]
    assert rankings.result_of(tried)["courses"][course]["value"] >= result["courses"][course]["value"]
    assert rankings.result_of(inputs) == result
    for one in build_next(needs, offered):  # with no hours left a course comes no later than before
        less = [replace(other, hours=0.0) if other.id == one.id else other for other in offered]
        places = [[made.id for made in build_next(needs, those)].index(one.id) for those in (less, offered)]
        assert places[0] <= places[1]
