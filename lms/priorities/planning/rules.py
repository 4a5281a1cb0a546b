"""The heart of every order of courses: what a course is worth, what is left after some, what to run and what to build. Pure.

Notation: u_k is the need for competency k, q_ck how much of it course c covers, 0 to 1, r_k what is left of the need. Coverage is
monotone and submodular, so that taking the best next course again and again comes within 1 - 1/e of the best plan of that
length (Khuller, Moss & Naor 1999, Information Processing Letters 70(1):39-45). The value V_c of a course is its priority, the
greedy list is the plan: raising a need never lowers the value of a course for it, but may move it in the plan.

Values are compared at 12 decimals of all need; ties go by need, then hours, then id. So the same input gives the same order
anywhere, and needs of another size but of the same proportions give it too.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from itertools import accumulate
from math import fsum
from typing import Final

AVAILABLE: Final = "available"
DRAFT: Final = "draft"
MISSING: Final = "missing"
STATUSES: Final = (AVAILABLE, DRAFT, MISSING)
DECIMALS: Final = 12
#: A course that adds less than this share of all need comes after the cut.
WORTH: Final = 0.01
#: What one planning cycle of waiting adds to a score: after four, age beats any base score.
A_CYCLE: Final = 0.25
#: A draft with no more than this share of its hours left is nearly done, and first among equals.
NEARLY: Final = 0.2


@dataclass(frozen=True)
class Course:
    """A course as far as a plan needs it. `hours` are those of writing that are left, `whole` those it takes in all (None: not
    known), `age` the planning cycles waited.
    """

    id: str
    coverage: Mapping[str, float]
    status: str
    hours: float
    age: float = 0.0
    domain: str = ""
    prerequisites: tuple[str, ...] = field(default=())
    whole: float | None = None

    @property
    def is_nearly_done(self) -> bool:
        """Whether at most a fifth of its hours is left."""
        return self.hours == 0 or (
            self.status == DRAFT and self.whole is not None and self.hours <= NEARLY * self.whole
        )


@dataclass(frozen=True)
class Build:
    """A course to write: what it would cover of the residual need, that for an hour (None: no hour is left), its score."""

    id: str
    benefit: float
    per_hour: float | None
    score: float


def need_shares(scores: Mapping[str, float]) -> dict[str, float]:
    """u_k = max(0, MWDS_k) / the sum of the same over all k. All zero where nobody has a need. Multiplying all scores
    by a constant changes nothing.
    """
    positive = {name: max(0.0, score) for name, score in scores.items()}
    total = fsum(positive.values())
    return {name: value / total if total > 0 else 0.0 for name, value in positive.items()}


def total_of(needs: Mapping[str, float]) -> float:
    """All need; needs below 0 count as 0."""
    return fsum(max(0.0, need) for need in needs.values())


def parts(needs: Mapping[str, float], coverage: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """(competency, u_k q_ck), those above 0, the largest first: a course's value explained as the sum it is."""
    made = ((name, max(0.0, needs.get(name, 0.0)) * share) for name, share in coverage.items())
    return tuple(sorted((part for part in made if part[1] > 0), key=lambda part: (-part[1], part[0])))


def value(needs: Mapping[str, float], coverage: Mapping[str, float]) -> float:
    """V_c = sum over k of u_k q_ck; needs below 0 count as 0."""
    return fsum(max(0.0, needs.get(name, 0.0)) * share for name, share in coverage.items())


def greedy(needs: Mapping[str, float], courses: Iterable[Course]) -> list[tuple[str, float]]:
    """(id, what it adds) of all courses: each time the one that covers most of what is left.

    What a course adds never grows, so what it added when last looked at is a bound, and only the first of the heap is looked at
    again (Minoux 1978, Accelerated greedy algorithms).
    """
    left, scale = {name: max(0.0, need) for name, need in needs.items()}, total_of(needs) or 1.0
    offered = {course.id: course for course in courses}
    heap = []
    for course in offered.values():
        worth = -round(value(left, course.coverage) / scale, DECIMALS)
        heap.append((worth, worth, course.hours, course.id))
    heapify(heap)
    out = []
    while heap:
        _bound, worth, hours, name = heap[0]
        coverage = offered[name].coverage
        adds = value(left, coverage)
        key = (-round(adds / scale, DECIMALS), worth, hours, name)
        if key > heap[0]:
            heapreplace(heap, key)
            continue
        heappop(heap)
        out.append((name, adds))
        for one, share in coverage.items():
            if one in left:
                left[one] *= 1 - share
    return out


def cut(plan: Sequence[tuple[str, float]], needs: Mapping[str, float]) -> int:
    """How many courses of a greedy plan come before the first that adds less than 1 % of all need."""
    total = total_of(needs)
    for at, (_name, adds) in enumerate(plan):
        if total == 0 or round(adds / total, DECIMALS) < WORTH:
            return at
    return len(plan)


def curve(plan: Sequence[tuple[str, float]], needs: Mapping[str, float]) -> list[float]:
    """The coverage curve of a greedy plan: the share of all need, 0 to 1, that its first course covers, its first two, ..."""
    total = total_of(needs) or 1.0
    return [min(1.0, covered / total) for covered in accumulate(adds for _name, adds in plan)]


def residual(needs: Mapping[str, float], courses: Iterable[Course]) -> dict[str, float]:
    """r_k = u_k times the product of (1 - q_ck) over the courses; in any order of them the same, to the last digit."""
    factors: dict[str, list[float]] = {}
    for course in courses:
        for name, share in course.coverage.items():
            factors.setdefault(name, []).append(1 - share)
    return {name: math.prod(sorted(factors.get(name, ())), start=max(0.0, need)) for name, need in needs.items()}


def run_now(needs: Mapping[str, float], courses: Iterable[Course]) -> list[str]:
    """Ids of the available courses by V, the largest first."""
    ready, scale = [course for course in courses if course.status == AVAILABLE], total_of(needs) or 1.0
    worth = {course.id: round(value(needs, course.coverage) / scale, DECIMALS) for course in ready}
    return [one.id for one in sorted(ready, key=lambda one: (-worth[one.id], one.hours, one.id))]


def build_next(needs: Mapping[str, float], courses: Collection[Course]) -> list[Build]:
    """The courses to write, by score: 0.5 rank-percentile of benefit per hour + 0.5 rank-percentile of benefit + age / 4.

    Benefits are on what the available courses leave, each by itself. A rank-percentile is the share of the courses to write
    that are strictly below. What needs no more hours is above all in benefit per hour. Among equal scores what needs no more
    hours is first, then what is nearly done, then what has the larger benefit.
    """
    left, scale = residual(needs, (one for one in courses if one.status == AVAILABLE)), total_of(needs) or 1.0
    waiting = [course for course in courses if course.status != AVAILABLE]
    benefit = {course.id: value(left, course.coverage) for course in waiting}
    hourly = {course.id: _an_hour(benefit[course.id], course.hours) for course in waiting}
    by_benefit = percentiles({name: one / scale for name, one in benefit.items()})
    by_hour = percentiles({name: one / scale for name, one in hourly.items()})
    made = {
        course.id: Build(
            course.id, benefit[course.id],
            hourly[course.id] if course.hours > 0 and math.isfinite(hourly[course.id]) else None,
            0.5 * by_hour[course.id] + 0.5 * by_benefit[course.id] + A_CYCLE * course.age,
        )
        for course in waiting
    }  # fmt: skip
    first = sorted(
        waiting,
        key=lambda one: (
            -round(made[one.id].score, DECIMALS), one.hours > 0, not one.is_nearly_done,
            -round(benefit[one.id] / scale, DECIMALS), one.hours, one.id,
        ),
    )  # fmt: skip
    return [made[course.id] for course in first]


def _an_hour(benefit: float, hours: float) -> float:
    """Benefit for an hour; infinite for what helps and needs no hour."""
    if hours > 0:
        return benefit / hours
    return math.inf if benefit > 0 else 0.0


def percentiles(values: Mapping[str, float]) -> dict[str, float]:
    """Of each value the share of all that are strictly below, 0 to less than 1."""
    rounded = {name: round(one, DECIMALS) for name, one in values.items()}
    ordered = sorted(rounded.values())
    return {name: bisect_left(ordered, one) / len(ordered) for name, one in rounded.items()}
