"""What qualifies an order of needs: would it be another one if it were made otherwise? Pure.

Each check makes the order anew and sets the ranks side by side; none changes a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lms.survey.analysis.flags import Flag
from lms.survey.analysis.ratings import DONT_KNOW, LOWEST, NOT_ASKED, Floats, Ratings
from lms.survey.analysis.scores import BY_METHOD, Scores, competition_ranks, finite, mid_ranks, moments, scores

#: More "I don't know" about the competence among those asked, importance 4 or 5, than this percentage: people cannot judge.
UNJUDGED: Final = 20.0
IMPORTANT: Final = 4
#: An item depends on the method where its places by the two differ by more than this.
PLACES: Final = 3
#: A return with this share of its pairs is complete; a partial one counts item by item all the same.
COMPLETE: Final = 0.5


def unjudged(table: Ratings) -> npt.NDArray[np.bool_]:
    """Where somebody rates an item important (4 or 5) and says "I don't know" of their competence (people x items)."""
    found: npt.NDArray[np.bool_] = (table.importance >= IMPORTANT) & (table.competence == DONT_KNOW)
    return found


def cannot_judge(table: Ratings) -> Floats:
    """Weighted percentage of the people asked about an item who call it important and cannot tell their competence; NaN where
    nobody was asked.
    """
    asked = (table.importance != NOT_ASKED) | (table.competence != NOT_ASKED)
    with np.errstate(divide="ignore", invalid="ignore"):
        share: Floats = 100 * (table.weights @ unjudged(table)) / (table.weights @ asked)
    return np.where(asked.any(axis=0), share, np.nan)


def at_lowest(table: Ratings) -> Ratings:
    """The ratings with each answer of `unjudged` as the lowest competence: the sensitivity run, not the result."""
    return replace(table, competence=np.where(unjudged(table), LOWEST, table.competence).astype(np.int8))


def complete(table: Ratings) -> npt.NDArray[np.bool_]:
    """Whose return has at least half of the pairs that they were asked for."""
    asked = ((table.importance != NOT_ASKED) | (table.competence != NOT_ASKED)).sum(axis=1)
    done: npt.NDArray[np.bool_] = (asked > 0) & (table.pairs.sum(axis=1) >= COMPLETE * asked)
    return done


def places_apart(one: Floats, other: Floats) -> npt.NDArray[np.int64]:
    """How many places lie between where each item stands by one score and by another, ties counted in favour of agreement."""
    rank, first = competition_ranks(one), competition_ranks(other)
    last = len(other) + 1 - competition_ranks(-other)  # the last of the places that equals share
    apart: npt.NDArray[np.int64] = np.maximum(first - rank, np.maximum(rank - last, 0))
    return apart


def depends(found: Scores) -> list[str | None]:
    """For each item what makes its place depend on the method, or None: its places by MWDS and by the ranked discrepancy differ
    by more than `PLACES` (see `places_apart`).

    The ranked discrepancy counts who has a gap; the mean gap adds how wide it is; MWDS how important it is. "size" or
    "importance" is the step that moves the item further.
    """
    weighted, share, gap = (BY_METHOD[name](found) for name in ("mwds", "rdm", "gap"))
    size = np.abs(mid_ranks(gap) - mid_ranks(share))
    importance = np.abs(mid_ranks(weighted) - mid_ranks(gap))
    return [
        None if not n or away <= PLACES else "size" if wide >= heavy else "importance"
        for n, away, wide, heavy in zip(found.n, places_apart(weighted, share), size, importance, strict=True)
    ]


def agreement(one: Floats, two: Floats) -> float:
    """Spearman's correlation of two orders, by mid-ranks, over the items that both have; NaN for fewer than two or where one
    ties all of them. 1: the same order.
    """
    both = ~np.isnan(one) & ~np.isnan(two)
    first, second = mid_ranks(one[both]), mid_ranks(two[both])
    if both.sum() < 2 or not first.std() or not second.std():
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def checks(table: Ratings, found: Scores, flagged: Sequence[Flag]) -> dict[str, Any]:
    """All of them, ready for JSON: see `docs/researcher.md`. `found` and `flagged` are the table's scores and flags."""
    doubtful = {one.respondent for one in flagged if one.flag == "doubtful"}
    share = cannot_judge(table)
    names = table.items
    kept = np.array([who not in doubtful for who in table.respondents], dtype=bool)
    done = complete(table)
    out: dict[str, Any] = {
        "cannot_judge": {
            name: part
            for part, name in sorted(zip(share.tolist(), names, strict=True), key=lambda one: (-one[0], one[1]))
            if part > UNJUDGED
        },
        "at_lowest": _beside(table, found, at_lowest(table)),
        "depends_on_method": {name: part for name, part in zip(names, depends(found), strict=True) if part},
        "agreement": {
            method: finite(agreement(found.mwds, values(found))) for method, values in BY_METHOD.items() if method != "mwds"
        },
        "n_complete": int(done.sum()),
        "n_doubtful": len(doubtful),
        "without_doubtful": _beside(table, found, table.of(kept)),
    }  # fmt: skip
    if table.weighted:
        unweighted = replace(table, weights=np.ones(len(table.respondents)), weighted=False)
        out["unweighted"] = _beside(table, found, unweighted)
    return out


def _beside(table: Ratings, found: Scores, other: Ratings) -> dict[str, Any]:
    """The ranks by MWDS of another way beside the table's own: the items whose rank moves, and how far the orders agree."""
    again = scores(moments(other))
    mine, theirs = competition_ranks(found.mwds), competition_ranks(again.mwds)
    return {
        "agreement": finite(agreement(found.mwds, again.mwds)),
        "moved": {
            name: [int(mine[at]), int(theirs[at])]
            for at, name in enumerate(table.items)
            if found.n[at] and again.n[at] and mine[at] != theirs[at]
        },
    }
