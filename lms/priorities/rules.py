"""How needs become an order of courses: plain sums, exact to the last digit, the same for the same data. Pure.

Notation: competency k, course c. u_k is the share of the network's need that lies in k; q_ck says how far c takes k. A
competency or course is named by its id; ties are broken by id, so an order never depends on where it was computed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import floor, fsum
from typing import Any

#: How far a course takes a competency, in thirds: mentioned, taught, practised, practised and assessed.
THIRDS = {"mentioned": 0, "taught": 1, "practised": 2, "assessed": 3}
#: Of a person's suggestion: the weight of their own answers, and of the network's need.
OWN, NETWORK = 0.8, 0.2
#: From so many pairs on, a percentage is told without "as an indication".
SURE = 30
#: Below this a course is no suggestion: nothing of it is needed.
NOTHING = 1e-9


@dataclass(frozen=True)
class Lever:
    """What a course does for a competency: q in thirds, and the levels (1 to 5) it takes people from and to."""

    thirds: int
    entry: int = 1
    exit: int = 4

    @property
    def q(self) -> float:
        """0, 1/3, 2/3 or 1."""
        return self.thirds / 3


@dataclass(frozen=True)
class Offered:
    """A course as far as its place matters: its levers and what should come before it."""

    levers: Mapping[str, Lever]
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class Priority:
    """A course's weight and the sum it is: (competency, contribution), the largest first; `value` is their sum."""

    value: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Suggestion:
    """A course for one person: its score, and the competencies it is for, the largest contribution first."""

    course_id: str
    score: float
    about: tuple[str, ...] = field(default=())
    #: It is here because the course named comes next.
    leads_to: str | None = None


def need_shares(scores: Mapping[str, float]) -> dict[str, float]:
    """u_k = max(0, MWDS_k) / the sum of the same over all k. All zero where nobody has a need. Multiplying all scores
    by a constant changes nothing.
    """
    positive = {name: max(0.0, score) for name, score in scores.items()}
    total = fsum(positive.values())
    return {name: value / total if total > 0 else 0.0 for name, value in positive.items()}


def _sorted(parts: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((part for part in parts if part[1] > 0), key=lambda part: (-part[1], part[0])))


def priority(shares: Mapping[str, float], levers: Mapping[str, Lever]) -> Priority:
    """V_c = sum over k of u_k q_ck, with its parts: the explanation is the sum itself."""
    parts = _sorted((name, shares.get(name, 0.0) * lever.q) for name, lever in levers.items())
    return Priority(fsum(value for _name, value in parts), parts)


def order(priorities: Mapping[str, Priority]) -> list[str]:
    """Course ids by priority, the largest first; equal ones by id. Values are compared at 12 decimals."""
    return sorted(priorities, key=lambda name: (-round(priorities[name].value, 12), name))


def shown_parts(
    value: float, parts: Iterable[tuple[str, float]], digits: int = 2
) -> tuple[float, list[tuple[str, float]]]:
    """A sum and its parts rounded so that the rounded parts add up to the rounded sum (largest remainders).

    For a page that says "0.23 = Negotiation 0.14 + Facilitation 0.09". A part that rounds to nothing is left out.
    """
    unit = 10**digits
    rows = list(parts)
    total = round(value * unit)
    down = [floor(part * unit + 1e-9) for _name, part in rows]
    by_rest = sorted(range(len(rows)), key=lambda at: (down[at] - rows[at][1] * unit, rows[at][0]))
    for at in by_rest[: max(0, total - sum(down))]:
        down[at] += 1
    return total / unit, [(name, whole / unit) for (name, _part), whole in zip(rows, down, strict=True) if whole]


def reach(importance: int, level: int, lever: Lever) -> float:
    """l_ick = (e - C) / (I - C) within 0 and 1: which part of a person's gap the course can close.

    0 without a gap, and where the course begins above the person's level.
    """
    if importance <= level or lever.entry > level:
        return 0.0
    return max(0.0, min(1.0, (lever.exit - level) / (importance - level)))


def suggest(
    pairs: Mapping[str, tuple[int, int]],
    courses: Mapping[str, Offered],
    shares: Mapping[str, float],
    *,
    done: Collection[str] = (),
    most: int = 3,
) -> list[Suggestion]:
    """The person path: up to `most` courses for one person, in the order to take them.

    `pairs` is competency -> (importance I, level C). w_k = I max(0, I - C) / 20 in 0..1; a course's score is 0.8 sum of
    w_k q_ck l_ck plus 0.2 sum of u_k q_ck. It is chosen greedily on what is left: after each choice w_k and u_k keep
    the part the course does not cover, so a copy of a chosen course is worth nothing. A course that asks for another
    one first lets that one go before it. Without answers the network's needs alone decide. `done` are courses not to
    suggest.
    """
    own = {name: i * max(0, i - c) / 20 for name, (i, c) in pairs.items()}
    left = dict(shares)
    waiting = {name: course for name, course in courses.items() if name not in done}
    out: list[Suggestion] = []
    while waiting and len(out) < most:
        scored = {name: _score(own, left, pairs, course.levers) for name, course in waiting.items()}
        best = min(scored, key=lambda name: (-round(fsum(v for _k, v in scored[name]), 12), name))
        if fsum(value for _name, value in scored[best]) <= NOTHING:
            break
        chosen = _first_before(best, waiting)
        parts = _sorted(scored[chosen])
        out.append(
            Suggestion(
                chosen, fsum(value for _name, value in parts), tuple(name for name, _value in parts),
                leads_to=best if chosen != best else None,
            )
        )  # fmt: skip
        for name, lever in waiting.pop(chosen).levers.items():
            left[name] = left.get(name, 0.0) * (1 - lever.q)
            if name in own:
                own[name] *= 1 - lever.q * reach(*pairs[name], lever)
    return out


def _score(
    own: Mapping[str, float],
    left: Mapping[str, float],
    pairs: Mapping[str, tuple[int, int]],
    levers: Mapping[str, Lever],
) -> list[tuple[str, float]]:
    return [
        (
            name,
            OWN * (own[name] * lever.q * reach(*pairs[name], lever) if name in own else 0.0)
            + NETWORK * left.get(name, 0.0) * lever.q,
        )
        for name, lever in levers.items()
    ]


def _first_before(name: str, waiting: Mapping[str, Offered]) -> str:
    """The course to begin with so that `name` can follow: itself, or the first thing that should come before it."""
    seen = {name}
    while True:
        before = [one for one in waiting[name].before if one in waiting and one not in seen]
        if not before:
            return name
        name = before[0]
        seen.add(name)


# ---- from figures to a ranking, and what can be said of it ---------------------------------------------------------


@dataclass(frozen=True)
class Need:
    """One competency in a ranking: the figures the survey released for it (see there for the formulas)."""

    competency: str
    n: int
    importance: float
    level: float
    gap: float
    mwds: float
    share: float
    rds: float
    rank: int | None = None
    best: int | None = None
    worst: int | None = None
    top: float | None = None
    depends: bool = False
    unsure: int = 0


def result_of(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a ranking from its kept inputs, both as they are stored: the same inputs give the same result for
    ever.
    """
    shares = need_shares({item["competency"]: item["mwds"] for item in inputs["items"]})
    courses = {}
    for name, course in sorted(inputs["courses"].items()):
        made = priority(shares, {k: Lever(*numbers) for k, numbers in course["levers"].items()})
        courses[name] = {"value": made.value, "parts": [list(part) for part in made.parts]}
    return {"shares": shares, "courses": courses}


def reason_of(parts: Iterable[Iterable[Any]], needs: Mapping[str, Need], ranking_id: str) -> dict[str, Any] | None:
    """Why a course weighs what it weighs, as data for the shelf: its largest part and the figures behind it.

    None for a course that no need speaks for. Under 30 pairs the reason is an indication and no percentage is told.
    """
    rows = [tuple(part) for part in parts]
    if not rows:
        return None
    need = needs[rows[0][0]]
    return {
        "competency": need.competency, "share": round(need.share), "pairs": need.n, "rank": need.rank,
        "parts": [list(row) for row in rows], "indicative": need.n < SURE, "ranking": ranking_id,
    }  # fmt: skip


def certainty(need: Need) -> str:
    """How sure it is that a need is among the first five: "clear" (80 of 100 draws or more), "likely", "contender" or
    "".
    """
    top = need.top or 0.0
    return "clear" if top >= 0.8 else "likely" if top >= 0.5 else "contender" if top >= 0.2 else ""


def standing_out(needs: Sequence[Need]) -> int:
    """How many needs from the first on are clearly among the first five."""
    count = 0
    for need in needs:
        if certainty(need) != "clear":
            break
        count += 1
    return count


def is_order_sure(first: Need, second: Need) -> bool:
    """Whether the bands of two needs that follow one another do not touch."""
    return first.worst is not None and second.best is not None and first.worst < second.best


def cut_after(needs: Sequence[Need], most: int) -> int:
    """The first place, up to `most` - 1, after which every band lies below every band before; 0 where there is none."""
    for at in range(1, min(most, len(needs))):
        worst = [need.worst for need in needs[:at] if need.worst is not None]
        best = [need.best for need in needs[at:] if need.best is not None]
        if len(worst) == at and best and max(worst) < min(best):
            return at
    return 0
