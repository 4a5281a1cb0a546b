"""Plans from needs and courses in plain arithmetic. Pure.

Notation: r_k is what is left of the need for competency k, q_ck how much of it course c covers, 0 to 1. Coverage is
monotone and submodular, so that taking the best next course again and again comes within 1 - 1/e of the best plan of that
length (Khuller, Moss & Naor 1999, Information Processing Letters 70(1):39-45). Values are compared at 12 decimals; ties go by
need (V), then hours, then id, so that the same input gives the same order anywhere.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Final

AVAILABLE: Final = "available"
STATUSES: Final = (AVAILABLE, "draft", "missing")
DECIMALS: Final = 12
#: A course that adds less than this share of all need comes after the cut.
WORTH: Final = 0.01
#: What one planning cycle of waiting adds to a score: after four, age beats any base score.
A_CYCLE: Final = 0.25


@dataclass(frozen=True)
class Course:
    """A course as far as a plan needs it. `hours` are those of writing that are left, `age` the planning cycles waited."""

    id: str
    coverage: Mapping[str, float]
    status: str
    hours: float
    age: float = 0.0
    domain: str = ""
    prerequisites: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Build:
    """A course to write: what it would cover of the residual need, that for an hour (None: no hour is left), its score."""

    id: str
    benefit: float
    per_hour: float | None
    score: float


def value(needs: Mapping[str, float], coverage: Mapping[str, float]) -> float:
    """V_c = sum over k of u_k q_ck; needs below 0 count as 0."""
    return fsum(max(0.0, needs.get(name, 0.0)) * share for name, share in coverage.items())


def greedy(needs: Mapping[str, float], courses: Iterable[Course]) -> list[tuple[str, float]]:
    """(id, what it adds) of all courses: each time the one that covers most of what is left."""
    left = {name: max(0.0, need) for name, need in needs.items()}
    whole = dict(left)
    waiting = {course.id: course for course in courses}
    out = []
    while waiting:
        adds = {name: value(left, course.coverage) for name, course in waiting.items()}
        best = min(
            waiting.values(),
            key=lambda one: (-_round(adds[one.id]), -_round(value(whole, one.coverage)), one.hours, one.id),
        )
        out.append((best.id, adds[best.id]))
        left = residual(left, [best])
        del waiting[best.id]
    return out


def cut(plan: Sequence[tuple[str, float]], needs: Mapping[str, float]) -> int:
    """How many courses of a greedy plan come before the first that adds less than 1 % of all need."""
    total = fsum(max(0.0, need) for need in needs.values())
    for at, (_name, adds) in enumerate(plan):
        if adds < WORTH * total or total == 0:
            return at
    return len(plan)


def residual(needs: Mapping[str, float], courses: Iterable[Course]) -> dict[str, float]:
    """r_k = u_k times the product of (1 - q_ck) over the courses; in any order of them the same, to the last digit."""
    factors: dict[str, list[float]] = {}
    for course in courses:
        for name, share in course.coverage.items():
            factors.setdefault(name, []).append(1 - share)
    return {name: math.prod(sorted(factors.get(name, ())), start=max(0.0, need)) for name, need in needs.items()}


def run_now(needs: Mapping[str, float], courses: Iterable[Course]) -> list[str]:
    """Ids of the available courses by V, the largest first."""
    ready = [course for course in courses if course.status == AVAILABLE]
    return [one.id for one in sorted(ready, key=lambda one: (-_round(value(needs, one.coverage)), one.hours, one.id))]


def build_next(needs: Mapping[str, float], courses: Collection[Course]) -> list[Build]:
    """The courses to write, by score: 0.5 rank-percentile of benefit per hour + 0.5 rank-percentile of benefit + age / 4.

    Benefits are on what the available courses leave, each by itself. A rank-percentile is the share of the courses to write
    that are strictly below. What needs no more hours is above all in benefit per hour, and first among equals.
    """
    left = residual(needs, [course for course in courses if course.status == AVAILABLE])
    waiting = [course for course in courses if course.status != AVAILABLE]
    benefit = {course.id: value(left, course.coverage) for course in waiting}
    hourly = {
        course.id: benefit[course.id] / course.hours
        if course.hours > 0
        else math.inf
        if benefit[course.id] > 0
        else 0.0
        for course in waiting
    }
    by_benefit, by_hour = percentiles(benefit), percentiles(hourly)
    made = {
        course.id: Build(
            course.id, benefit[course.id], hourly[course.id] if course.hours > 0 else None,
            0.5 * by_hour[course.id] + 0.5 * by_benefit[course.id] + A_CYCLE * course.age,
        )
        for course in waiting
    }  # fmt: skip
    first = sorted(
        waiting,
        key=lambda one: (
            -_round(made[one.id].score), one.hours > 0, -_round(benefit[one.id]), one.hours, one.id,
        ),
    )  # fmt: skip
    return [made[course.id] for course in first]


def percentiles(values: Mapping[str, float]) -> dict[str, float]:
    """Of each value the share of all that are strictly below, 0 to less than 1."""
    ordered = sorted(_round(one) for one in values.values())
    return {name: bisect_left(ordered, _round(one)) / len(ordered) for name, one in values.items()}


def _round(number: float) -> float:
    return round(number, DECIMALS)
