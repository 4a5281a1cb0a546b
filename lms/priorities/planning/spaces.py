"""The plan of a space: the network's rules on the space's own pooled needs, and where these differ. Pure.

E_sk, the pooled score of a space (see `lms.survey.analysis.pooling`), stands in place of the network's N_k. Below the smallest
group nothing of the space is read: its territory's people of the same role speak for it, then its territory, then the
network, and the plan says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lms.priorities.planning.rules import DECIMALS, Course, greedy, need_shares, parts

#: A space differs from the network where it is further from it than so many standard errors.
APART: Final = 1.96
#: How many courses a space's plan names.
FIRST: Final = 3


@dataclass(frozen=True)
class Told:
    """What was released of a group. `of` is "space", "territory_role", "territory" or "network"; `n` its people; `scores` are by
    competency, pooled for a space; `errors` their standard errors, where known.
    """

    of: str
    n: int
    scores: Mapping[str, float]
    errors: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """A course of a plan: the share of the group's need it adds, and that as a sum by competency, the largest part first."""

    course_id: str
    adds: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Plan:
    """The first courses for a space. `of` says whose needs they follow (see `Told`). `apart` is competency -> E - N where the
    space differs from the network.
    """

    of: str
    steps: tuple[Step, ...]
    apart: Mapping[str, float]


def first_told(groups: Iterable[Told], k: int) -> Told | None:
    """The first group, from the nearest on, of at least `k` people. Nothing of one below is read but its size."""
    return next((group for group in groups if group.n >= k and group.scores), None)


def apart(space: Told, network: Told) -> dict[str, float]:
    """Competency -> E - N, where |E - N| > 1.96 SE; nothing is said where no error is known."""
    found = {}
    for name, error in sorted(space.errors.items()):
        if name in space.scores and name in network.scores:
            off = space.scores[name] - network.scores[name]
            if round(abs(off) - APART * error, DECIMALS) > 0:  # false for an error that is no number
                found[name] = off
    return found


def plan(groups: Sequence[Told], courses: Iterable[Course], k: int, most: int = FIRST) -> Plan | None:
    """The first `most` courses for a space, taken greedily on the needs of the first of `groups` that may speak, from the
    space itself to the network, which is last. None where none may.

    What of a competency a group does not tell, the network does. A course that adds nothing is not named.
    """
    spoken = first_told(groups, k)
    if spoken is None:
        return None
    network = groups[-1]
    shares = need_shares({**network.scores, **spoken.scores} if network.n >= k else spoken.scores)
    of = {course.id: course for course in courses}
    left, steps = dict(shares), []
    for name, adds in greedy(shares, of.values())[:most]:
        if round(adds, DECIMALS) <= 0:
            break
        steps.append(Step(name, adds, parts(left, of[name].coverage)))
        for one, share in of[name].coverage.items():
            left[one] = left.get(one, 0.0) * (1 - share)
    is_own = spoken.of == "space" and network.n >= k
    return Plan(spoken.of, tuple(steps), apart(spoken, network) if is_own else {})
