"""Rankings: from the figures the survey released to the weight of every course, and what can be said of both. Pure.

The order itself is computed in `planning`: plain sums, exact to the last digit, the same for the same data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from lms.priorities.planning import rules as planning
from lms.priorities.planning.path import Lever
from lms.survey.analysis.uncertainty import standing_of

#: How far a course takes a competency, in thirds: mentioned, taught, practised, practised and assessed.
THIRDS = {"mentioned": 0, "taught": 1, "practised": 2, "assessed": 3}
#: From so many pairs on, a percentage is told without "as an indication".
SURE = 30


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
    shares = planning.need_shares({item["competency"]: item["mwds"] for item in inputs["items"]})
    courses = {}
    for name, course in sorted(inputs["courses"].items()):
        coverage = {k: Lever(*numbers).q for k, numbers in course["levers"].items()}
        courses[name] = {
            "value": planning.value(shares, coverage),
            "parts": [list(part) for part in planning.parts(shares, coverage)],
        }
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
    said = standing_of(need.top or 0.0)
    return "" if said == "none" else said


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
