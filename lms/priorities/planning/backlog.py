"""The trainers' backlog: what is still needed once the published courses are taken, what to write for it, and when. Pure.

r_k is what the available courses leave of the need for competency k. Whatever is 1 % of all need or more stands in the
backlog, as a draft that is being written or as a brief made from the survey; the order is that of `rules.build_next`. Each
domain has so many hours of trainers in a planning cycle. They are given down the list: what is begun goes on before anything
else begins, over as many cycles as it takes, and what waits grows older by a cycle, a quarter of the whole scale. So in a
domain with at most m waiting items and B beginnings a cycle, each is begun within 4 + ceil(m / B) cycles.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import floor
from typing import Final

from lms.priorities.planning.rules import (
    AVAILABLE,
    DECIMALS,
    MISSING,
    Build,
    Course,
    build_next,
    residual,
    total_of,
)
from lms.priorities.rules import SURE, Need

#: A competency of which at least this share of all need is left is written for.
LEFT: Final = 0.01
#: Trainers' hours that a course takes of which nothing is known but what it is for.
ESTIMATE: Final = 40.0
#: A course is said to be for so many people where they are this many or more: fewer are never told as a number.
FEWEST: Final = 5


@dataclass(frozen=True)
class Fact:
    """What the survey says of a competency, as data: `kind` is "gap" (share in 100, of pairs), "pairs" (too few for a share),
    "means" (importance, ease) or "rank" (rank, best and worst plausible). The words are in `wording`.
    """

    kind: str
    figures: tuple[float, ...]


@dataclass(frozen=True)
class Brief:
    """A course that should be written: for which competency and group ("": the network), from which level to which, for how many
    people (None: too few answers to say, or too few people), and three facts.
    """

    competency: str
    target: str
    entry: int
    exit: int
    people: int | None
    facts: tuple[Fact, ...]

    @property
    def id(self) -> str:
        """Its id among courses; none of theirs holds a colon."""
        return f"brief:{self.competency}"


@dataclass(frozen=True)
class Item:
    """A line of the backlog: a draft, or with `brief` a course nobody has begun to write."""

    course: Course
    build: Build
    brief: Brief | None


@dataclass(frozen=True)
class Backlog:
    """What to write, in order. `small` is what is left below 1 % each: competency -> r_k, so that nothing vanishes."""

    items: tuple[Item, ...]
    small: Mapping[str, float]


def backlog(
    needs: Mapping[str, float],
    courses: Collection[Course],
    groups: Mapping[str, Mapping[str, Need]],
    *,
    domains: Mapping[str, str],
    ages: Mapping[str, float] | None = None,
    hours: float = ESTIMATE,
) -> Backlog:
    """The backlog: every course to write, and a brief for each competency with r_k of 1 % or more that none of them is for.

    `groups` is what was released, group ("": the network) -> competency -> figures; `domains` is competency -> domain, `ages`
    competency -> cycles its brief has waited, `hours` what a course takes of which nothing is known.
    """
    left, total = residual(needs, (one for one in courses if one.status == AVAILABLE)), total_of(needs)
    least = {name: r > 0 and round(r / total, DECIMALS) >= LEFT for name, r in left.items()}
    written = {name for one in courses if one.status != AVAILABLE for name, share in one.coverage.items() if share > 0}
    briefs = [brief(name, groups) for name in sorted(left) if least[name] and name not in written]
    made = {
        one.id: Course(
            one.id, {one.competency: 1.0}, MISSING, hours, (ages or {}).get(one.competency, 0.0),
            domains.get(one.competency, ""),
        )
        for one in briefs
    }  # fmt: skip
    every = {**{one.id: one for one in courses}, **made}
    of = {one.id: one for one in briefs}
    items = tuple(Item(every[one.id], one, of.get(one.id)) for one in build_next(needs, list(every.values())))
    return Backlog(items, {name: r for name, r in sorted(left.items()) if r > 0 and not least[name]})


def brief(competency: str, groups: Mapping[str, Mapping[str, Need]]) -> Brief:
    """What should be written for a competency: for the group that needs it most, where that is more than the network does and
    enough people answered to say so, from the level they have to the one they need.
    """
    network = groups.get("", {}).get(competency)
    target, need = "", network
    for name, figures in sorted(groups.items()):
        found = figures.get(competency)
        if name and found is not None and found.n >= SURE and (need is None or found.mwds > need.mwds):
            target, need = name, found
    if need is None:
        return Brief(competency, "", 1, 4, None, ())
    entry = min(4, max(1, floor(need.level)))
    told = need.n >= SURE
    people = floor(need.share * need.n / 100 + 0.5)
    facts = [
        Fact("gap", (need.share, need.n)) if told else Fact("pairs", (need.n,)),
        Fact("means", (need.importance, need.level)),
    ]
    if network is not None and network.rank is not None:
        facts.append(Fact("rank", (network.rank, network.best or network.rank, network.worst or network.rank)))
    return Brief(
        competency, target, entry, min(5, max(entry + 1, floor(need.importance + 0.5))),
        people if told and people >= FEWEST else None, tuple(facts),
    )  # fmt: skip


# ---- cycle after cycle ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """Where writing stands: all courses, those to write with the hours that are left, and ids of those begun, in that order."""

    courses: tuple[Course, ...]
    begun: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cycle:
    """What a planning cycle holds: (course, hours given to it) in order, and which of them begin and end in it."""

    given: tuple[tuple[str, float], ...]
    begins: tuple[str, ...]
    ends: tuple[str, ...]


def plan_cycle(needs: Mapping[str, float], state: State, hours: Mapping[str, float]) -> tuple[State, Cycle]:
    """Plan one cycle; the state it gives is the next one's. `hours` is domain -> trainers' hours in this cycle.

    What is begun has its hours first, in the order it began; then the list is gone down, and what does not fit into what is left
    begins all the same and goes on in the next cycle. What is written is available. What does not begin waits, a cycle older;
    nothing is dropped. What needs no hours needs nobody's, and ends at once.
    """
    begun = dict.fromkeys(state.begun)
    fresh = build_next(needs, [one for one in state.courses if one.id not in begun])
    courses = {one.id: one for one in state.courses}
    left = {domain: max(0.0, given) for domain, given in hours.items()}
    given: list[tuple[str, float]] = []
    begins: list[str] = []
    ends: list[str] = []
    for name in (*state.begun, *(one.id for one in fresh)):
        one = courses[name]
        takes = min(one.hours, left.get(one.domain, 0.0))
        if one.hours > 0 and takes == 0:
            if name not in begun:
                courses[name] = replace(one, age=one.age + 1)
            continue
        given.append((name, takes))
        if name not in begun:
            begins.append(name)
        if takes == one.hours:
            ends.append(name)
            courses[name] = replace(one, hours=0.0, status=AVAILABLE)
        else:
            courses[name] = replace(one, hours=one.hours - takes)
        left[one.domain] = left.get(one.domain, 0.0) - takes
    going = tuple(name for name in (*state.begun, *begins) if name not in ends)
    return State(tuple(courses[one.id] for one in state.courses), going), Cycle(
        tuple(given), tuple(begins), tuple(ends)
    )
