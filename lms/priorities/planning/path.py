"""The person path: which courses to take, in which order, from somebody's own ratings and what their group needs. Pure.

Of person i and competency k: importance I and level C, 1 to 5. Of course c: q_ck = 0, 1/3, 2/3 or 1, the level a_ck it begins at
and the level e_ck it ends at.

    w_ik  = I max(0, I - C) / 20                                 0 to 1
    l_ick = max(0, min(1, (e_ck - C) / (I - C)))                 0 where a_ck > C
    S_ic  = sum over k of w_ik q_ck l_ick
    score = 0.8 S_ic + 0.2 sum over k of u_k q_ck                u_k: the need of the person's group, as shares
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from math import fsum
from typing import Final

from lms.priorities.planning.rules import DECIMALS, value

#: Of a score: the weight of the person's own answers, and of their group's need.
OWN: Final = 0.8
GROUP: Final = 0.2
#: Below this a course is no suggestion: nothing of it is needed.
NOTHING: Final = 1e-9


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
    """A course as far as a path needs it: its levers, what comes before it (all of `before`, one of `either`), the hours it takes
    to follow.
    """

    levers: Mapping[str, Lever]
    before: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    hours: float = 0.0

    @property
    def coverage(self) -> dict[str, float]:
        """Competency -> q."""
        return {name: lever.q for name, lever in self.levers.items()}


@dataclass(frozen=True)
class Suggestion:
    """A course for one person: its score, and the competencies it is for, the largest contribution first."""

    course_id: str
    score: float
    about: tuple[str, ...] = field(default=())
    #: It is here because the course named comes next.
    leads_to: str | None = None


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
    refused: Collection[str] = (),
    hours: float | None = None,
    most: int | None = None,
) -> list[Suggestion]:
    """The person path: courses for one person, in the order to take them.

    `pairs` is competency -> (importance I, level C), `shares` the need of the person's group (see `spaces.first_told`). The
    path is chosen greedily on what is left: after each choice w_k and u_k keep the part the course does not cover, so a copy
    of a chosen course is worth nothing. Without pairs the group's needs alone decide.

    `done` are the courses finished or begun: not proposed, and met where another asks for them. `refused` are those somebody
    said "not for me" to: not proposed, nor what cannot be taken without them. What should come before a course comes before
    it; a course that is not offered asks for nothing. `hours` are those the person has: a course that does not fit in
    what is left of them, with all that comes before it, gives way to the next that does. At most `most` courses.
    """
    own = {name: i * max(0, i - c) / 20 for name, (i, c) in pairs.items()}
    left, met, ahead = dict(shares), set(done), hours
    worth = {name: round(value(shares, course.coverage), DECIMALS) for name, course in courses.items()}
    rounds = _possible(courses, met, refused)
    out: list[Suggestion] = []
    while most is None or len(out) < most:
        scored = {name: _score(own, left, pairs, courses[name].levers) for name in rounds if name not in met}
        order = {
            name: (-round(fsum(v for _k, v in told), DECIMALS), -worth[name], courses[name].hours, name)
            for name, told in scored.items()
        }
        for best in sorted(scored, key=order.__getitem__):
            if fsum(v for _k, v in scored[best]) <= NOTHING:
                return out
            way = _way(best, courses, met, rounds, order.__getitem__)
            if ahead is None or fsum(courses[name].hours for name in way) <= ahead:
                break
        else:
            return out
        chosen = way[0]
        told = sorted((part for part in scored[chosen] if part[1] > 0), key=lambda part: (-part[1], part[0]))
        out.append(
            Suggestion(
                chosen, fsum(v for _k, v in told), tuple(name for name, _v in told),
                leads_to=best if chosen != best else None,
            )
        )  # fmt: skip
        met.add(chosen)
        ahead = None if ahead is None else ahead - courses[chosen].hours
        for name, lever in courses[chosen].levers.items():
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
            + GROUP * left.get(name, 0.0) * lever.q,
        )
        for name, lever in levers.items()
    ]


def _possible(courses: Mapping[str, Offered], met: Collection[str], refused: Collection[str]) -> dict[str, int]:
    """Course -> how many courses deep the way to it is, for those that can be taken: not refused, and not behind a refused one
    or in a circle.
    """
    found: dict[str, int] = {}
    waiting = {name for name in courses if name not in met and name not in refused}
    deep = 0
    while waiting:
        fresh = {
            name
            for name in waiting
            if all(one in met or one in found or one not in courses for one in courses[name].before)
            and (
                not (options := [one for one in courses[name].either if one in met or one in courses])
                or any(one in met or one in found for one in options)
            )
        }
        if not fresh:
            break
        found.update(dict.fromkeys(fresh, deep))
        waiting -= fresh
        deep += 1
    return found


def _way(
    name: str,
    courses: Mapping[str, Offered],
    met: Collection[str],
    rounds: Mapping[str, int],
    first: Callable[[str], tuple[float, float, float, str]],
) -> list[str]:
    """The courses to take so that `name` can follow, in order, itself last. Of several that would do, the `first`."""
    way: list[str] = []

    def add(one: str) -> None:
        if one in met or one in way:
            return
        for earlier in courses[one].before:
            if earlier in rounds:
                add(earlier)
        options = [other for other in courses[one].either if other in met or other in courses]
        if options and not any(other in met or other in way for other in options):
            add(min((other for other in options if rounds.get(other, rounds[one]) < rounds[one]), key=first))
        way.append(one)

    add(name)
    return way
