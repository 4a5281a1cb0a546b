"""Rules of polls: when one can vote, when results are shown, which count belongs to which choice. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from lms.content.documents import Poll

#: Results are shown from so many votes on: with fewer, a bar is a person.
SMALLEST: Final = 5


def state(poll: Poll, day: date) -> str:
    """`before`, `open` or `closed` on `day`. The first and the last day belong to the poll."""
    if poll.opens is not None and day < poll.opens:
        return "before"
    if poll.closes is not None and day > poll.closes:
        return "closed"
    return "open"


def shows_results(state: str, *, voted: bool, votes: int) -> bool:
    """Whether somebody sees the results: after their own vote, or when nobody can vote any more; never of a few votes."""
    return (voted or state == "closed") and votes >= SMALLEST


def origins(kept: Sequence[str], choices: Sequence[str]) -> list[int]:
    """For each of `choices` (fingerprints, as they stand now) where it stands in `kept` (those of before, as many).

    A choice is the same one where it is moved. One whose words were mended is the choice in the same turn among those that
    are not found again.
    """
    left = list(range(len(kept)))
    found: list[int | None] = []
    for choice in choices:
        place = next((place for place in left if kept[place] == choice), None)
        if place is not None:
            left.remove(place)
        found.append(place)
    rest = iter(left)
    return [next(rest) if place is None else place for place in found]


def aligned(kept: Sequence[tuple[str, int]], choices: Sequence[str]) -> list[int]:
    """The votes of `choices` (fingerprints, as they stand now) out of those kept (fingerprint, votes), in their order.
    `kept` is as long as `choices`, or empty.
    """
    if not kept:
        return [0] * len(choices)
    return [kept[place][1] for place in origins([name for name, _votes in kept], choices)]


def percent(votes: int, total: int) -> int:
    """A share in whole percent, 0 where there is no vote."""
    return round(votes * 100 / total) if total else 0
