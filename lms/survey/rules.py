"""Codes of answers, how coarse a cell must be, and how many answers join the results at once. Pure.

The science is in `lms.survey.analysis`, what may be shown of small groups in `lms.survey.release`. Two ratings on scales of 1 to
5: importance I and present level C; a missing code is never a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

#: The four ways of having no number, kept apart: left empty, "I don't know", "not my role", "I prefer not to say".
UNANSWERED, DONT_KNOW, NOT_MY_ROLE, WITHHELD = "0", "d", "r", "w"
MISSING = frozenset((UNANSWERED, DONT_KNOW, NOT_MY_ROLE, WITHHELD))
LEVELS = ("1", "2", "3", "4", "5")
#: What a form may send for one rating.
CODES = frozenset(LEVELS) | MISSING

#: Answers join the results by this many at once.
BATCH = 10


# ---- codes --------------------------------------------------------------------------------------------------------


def pack(answers: Mapping[str, Sequence[str]], items: Sequence[str]) -> str:
    """Two signs per item, importance then level, in the order of `items`; an item without answer is "00".

    Raises `ValueError` for a code that does not exist.
    """
    out = []
    for item in items:
        importance, level = answers.get(item, (UNANSWERED, UNANSWERED))
        if importance not in CODES or level not in CODES:
            raise ValueError(f"no such code for {item}")
        out.append(importance + level)
    return "".join(out)


def pairs_of(packed: str) -> list[tuple[int, int] | None]:
    """(I, C) of each item in order, None where one of the two is missing (pairwise rule)."""
    return [
        (int(packed[at]), int(packed[at + 1])) if packed[at] not in MISSING and packed[at + 1] not in MISSING else None
        for at in range(0, len(packed), 2)
    ]


# ---- small groups -------------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """Where a return belongs, as far as it may say: None where saying it would point at too few people."""

    territory_id: str | None
    space_id: str | None
    role: str | None


def coarsen(cells: Sequence[Cell], k: int) -> list[Cell]:
    """The cells of a mailing, made so coarse that each is shared by at least `k` of the invited people, in the same
    order.

    A space with one manager would otherwise sign that person's answers. Where a role has fewer than k people in a space
    the space's roles are not told; a space with fewer than k is told as its territory, and one more with it where that
    alone would be fewer than k; a territory likewise. Where fewer than k people are invited at all, nothing is told of
    anybody.
    """
    small = {(cell.territory_id, cell.space_id) for cell, people in Counter(cells).items() if people < k}
    out = [cell._replace(role=None) if (cell.territory_id, cell.space_id) in small else cell for cell in cells]
    spaces = Counter((cell.territory_id, cell.space_id) for cell in out)
    for territory in {cell.territory_id for cell in out}:
        mine = {space: people for (above, space), people in spaces.items() if above == territory}
        gone = _merged(mine, k)
        out = [
            Cell(territory, None, None) if cell.territory_id == territory and cell.space_id in gone else cell
            for cell in out
        ]
    gone = _merged(Counter(cell.territory_id for cell in out), k)
    return [Cell(None, None, None) if cell.territory_id in gone else cell for cell in out]


def _merged(sizes: Mapping[str | None, int], k: int) -> set[str | None]:
    """The groups that cannot be told by name: those without one, those under `k`, and the smallest others until these
    are k.
    """
    gone = {name for name, people in sizes.items() if name is None or people < k}
    rest = sorted((people, name) for name, people in sizes.items() if name is not None and name not in gone)
    while rest and 0 < sum(sizes[name] for name in gone) < k:
        gone.add(rest.pop(0)[1])
    return gone


def joining(waiting: Mapping[Cell, int], k: int, *, day_is_over: bool) -> dict[Cell, int]:
    """How many of the returns that wait join the results now, cell by cell: tens in all, or at the day's end as many as
    may.

    Only with `k` or more of their cell: whoever compares the database before and after knows who sent in between, and
    one return of a cell among ten would be signed. And k always stay behind: closing a campaign counts these, so that
    its last step is no smaller than any other.
    """
    joins = {cell: many for cell, many in waiting.items() if many >= k}
    ready = sum(joins.values())
    behind = max(0, k - (sum(waiting.values()) - ready))
    over = behind if day_is_over else behind + (ready - behind) % BATCH
    for cell in sorted(joins, key=lambda cell: -joins[cell]):
        fewer = min(over, joins[cell] - k)
        joins[cell] -= fewer
        over, behind = over - fewer, behind - fewer
    if joins and behind > 0:
        del joins[min(joins, key=lambda cell: joins[cell])]
    return joins if day_is_over or sum(joins.values()) >= BATCH else {}
