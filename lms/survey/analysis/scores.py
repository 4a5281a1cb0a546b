"""Scores of items, their orders, ties, and the Wilcoxon test. Pure; formulas with their sources.

Every mean and percentage of an item is taken over its pairs (people with *both* ratings), weighted where weights are given;
nothing is rounded but for comparing: two scores are equal if they are equal at 12 decimals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from lms.survey.analysis.ratings import DONT_KNOW, HIGHEST, LOWEST, NOT_ASKED, Floats, Ratings

#: Scores are compared at this many decimals.
DECIMALS: Final = 12
#: Up to so many differences the Wilcoxon test counts every assignment of signs; above, it takes the normal distribution.
EXACT_MOST: Final = 200
#: People whose answers are added up at once.
AT_ONCE: Final = 20_000
#: Codes are -4 to 5: so many, and the smallest made 0.
_CODES: Final = HIGHEST - NOT_ASKED + 1
METHODS: Final = ("mwds", "rdm", "gap", "pni_modified", "high_low", "importance")


@dataclass(frozen=True)
class Moments:
    """What scores are made of, for each item (arrays of one length); sums are weighted, `n` is not."""

    #: People with both ratings.
    n: npt.NDArray[np.int64]
    #: Sum of their weights.
    weight: Floats
    importance: Floats
    competence: Floats
    #: Weights of the pairs with C < I, with C > I, and with I >= 4 and C <= 2.
    more: Floats
    less: Floats
    high_low: Floats
    #: How many people gave importance I and competence C: items x 5 x 5, I down, C across; never weighted.
    counts: npt.NDArray[np.int64] = field(repr=False)


@dataclass(frozen=True)
class Scores:
    """Scores of the items, arrays of one length, NaN where an item has no pair."""

    n: npt.NDArray[np.int64]
    #: Means over pairs, 1 to 5.
    importance: Floats
    competence: Floats
    #: Ibar - Cbar, -4 to 4 (Kaufman's discrepancy).
    gap: Floats
    #: (Ibar - Cbar) Ibar, -6.25 to 20. Borich 1980, Journal of Teacher Education 31(3):39-42. The original PNI is the same.
    mwds: Floats
    #: (Ibar - Cbar) / Cbar, -0.8 to 4. Wiratchai & Wongwanich.
    pni_modified: Floats
    #: Percentages of pairs with C < I, C > I, C = I, 0 to 100. Narine & Harder 2021, Advancements in Agricultural
    #: Development 2(3):96-111 (our reading, not checked against the full text).
    nr: Floats
    pr: Floats
    tr: Floats
    #: (-1) NR + (+1) PR + 0 TR, -100 (everybody has a gap) to 100.
    rds: Floats
    #: Percentage of pairs with I >= 4 and C <= 2, 0 to 100.
    high_low: Floats


def moments(table: Ratings) -> Moments:
    """Sums over the pairs of each item, from how often each pair of ratings was given."""
    width = len(table.items)
    counts = np.zeros((width, _CODES * _CODES), dtype=np.int64)
    weights = np.zeros((width, _CODES * _CODES))
    for rows in slices(len(table.respondents)):
        # Both codes in one number of eight bits: missing ones have cells of their own, which are not read.
        cells = (
            table.importance[rows] * np.int8(_CODES) + table.competence[rows] - np.int8(NOT_ASKED * (_CODES + 1))
        ).T
        for item, cell in enumerate(np.ascontiguousarray(cells)):
            counts[item] += np.bincount(cell, minlength=_CODES * _CODES)
            if table.weighted:
                weights[item] += np.bincount(cell, table.weights[rows], _CODES * _CODES)
    first = 1 - NOT_ASKED
    people = np.ascontiguousarray(counts.reshape(width, _CODES, _CODES)[:, first:, first:])
    grid = weights.reshape(width, _CODES, _CODES)[:, first:, first:] if table.weighted else people.astype(np.float64)
    weight, importance, competence, more, less, high_low = _totals(grid)
    return Moments(people.sum(axis=(1, 2)), weight, importance, competence, more, less, high_low, people)


def _totals(grid: Floats) -> list[Floats]:
    """Sums over the pairs: of their weights, of I, of C, and of the weights with C < I, with C > I, with I >= 4 and C <= 2."""
    high, low = np.indices((HIGHEST, HIGHEST)) + 1
    of = [np.ones_like(high), high, low, low < high, low > high, (high >= 4) & (low <= 2)]
    flat = grid.reshape(len(grid), HIGHEST * HIGHEST)
    return list((flat @ np.stack([one.ravel() for one in of], axis=1).astype(np.float64)).T)


def slices(people: int) -> Iterator[slice]:
    """The rows of a table, so many at a time that memory stays small."""
    for begin in range(0, people, AT_ONCE):
        yield slice(begin, begin + AT_ONCE)


def scores(of: Moments) -> Scores:
    """All scores of each item. Without weights each is one division of whole numbers."""
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(of.weight > 0, of.weight, np.nan)
        difference = of.importance - of.competence
        nr, pr = 100 * of.more / weight, 100 * of.less / weight
        return Scores(
            n=of.n,
            importance=of.importance / weight,
            competence=of.competence / weight,
            gap=difference / weight,
            mwds=difference * of.importance / (weight * weight),
            pni_modified=difference / np.where(of.competence > 0, of.competence, np.nan),
            nr=nr,
            pr=pr,
            tr=100 * (weight - of.more - of.less) / weight,
            rds=100 * (of.less - of.more) / weight,
            high_low=100 * of.high_low / weight,
        )


def dont_know(table: Ratings) -> Floats:
    """Weighted percentage, item by item, of the people asked who said "I don't know" to one rating or both; NaN where nobody
    was asked.
    """
    asked = (table.importance != NOT_ASKED) | (table.competence != NOT_ASKED)
    said = (table.importance == DONT_KNOW) | (table.competence == DONT_KNOW)
    with np.errstate(divide="ignore", invalid="ignore"):
        share: Floats = 100 * (table.weights @ said) / (table.weights @ asked)
    return np.where(asked.any(axis=0), share, np.nan)


#: Method -> the figures it orders by, the most needed first. The ranked discrepancy is turned, so that need is positive.
BY_METHOD: Final[Mapping[str, Callable[[Scores], Floats]]] = {
    "mwds": lambda one: one.mwds,
    "rdm": lambda one: -one.rds,
    "gap": lambda one: one.gap,
    "pni_modified": lambda one: one.pni_modified,
    "high_low": lambda one: one.high_low,
    "importance": lambda one: one.importance,
}


def finite(value: float) -> float | None:
    """A figure as a plain value: None where there is none."""
    return float(value) if math.isfinite(value) else None


def order(values: Floats, items: Sequence[str]) -> list[str | list[str]]:
    """Items from the largest value to the smallest; those that tie stand together as a list, by item code. Items without a
    value (NaN) are left out.
    """
    rounded = np.round(values, DECIMALS)
    groups: dict[float, list[str]] = {}
    for at in np.lexsort((np.arange(len(items)), -rounded)):
        if not math.isnan(rounded[at]):
            groups.setdefault(float(rounded[at]), []).append(items[at])
    return [sorted(tied) if len(tied) > 1 else tied[0] for tied in groups.values()]


def competition_ranks(values: Floats) -> npt.NDArray[np.int64]:
    """Rank 1 for the largest; equals share a rank and the next is skipped (1, 2, 2, 4). NaN comes last.

    `values` may have several rows (draws); ranks are within each row.
    """
    # Items first: each is compared with all others in one go over the draws.
    across = np.ascontiguousarray(np.where(np.isnan(values), -np.inf, np.round(values, DECIMALS)).T)
    small = np.int8 if len(across) < 127 else np.int64
    ranks = np.empty(across.shape, dtype=np.int64)
    for item, own in enumerate(across):
        ranks[item] = 1 + (across > own).sum(axis=0, dtype=small)
    return np.ascontiguousarray(ranks.T)


def mid_ranks(values: Floats) -> Floats:
    """Rank 1 for the largest; equals share the mean of their places (1, 2.5, 2.5, 4): for statistics, never for a page."""
    rounded = np.round(values, DECIMALS)
    ahead = (rounded[None, :] > rounded[:, None]).sum(axis=1)
    same = (rounded[None, :] == rounded[:, None]).sum(axis=1)
    return np.asarray(ahead + (same + 1) / 2, dtype=np.float64)


@dataclass(frozen=True)
class Wilcoxon:
    """Wilcoxon's signed-rank test of one item: two-sided, differences of zero left out, mid-ranks for ties.

    `method` is "exact" (every assignment of signs to the mid-ranks counted), "normal" (with the tie correction, without
    continuity correction), or "none" where no difference is left. `r` is the matched rank-biserial correlation
    (T+ - T-) / (T+ + T-), -1 to 1.
    """

    n: int
    zeros: int
    t_plus: float
    t_minus: float
    method: str
    p: float
    r: float


def wilcoxon(counts: npt.NDArray[np.int64]) -> Wilcoxon:
    """Test whether the differences I - C of an item lie about zero (Wilcoxon 1945), from how many people gave each pair of
    ratings (5 x 5, I down, C across). Weights play no part in it.
    """
    width = len(counts)
    zeros = int(np.trace(counts))
    upward = np.array([np.trace(counts, -size) for size in range(1, width)])
    each = upward + np.array([np.trace(counts, size) for size in range(1, width)])
    n = int(each.sum())
    if n == 0:
        return Wilcoxon(0, zeros, 0.0, 0.0, "none", 1.0, 0.0)
    # Twice the mid-rank of each size, a whole number: 2 * (people before + (people + 1) / 2).
    double = 2 * (np.cumsum(each) - each) + each + 1
    plus = int(double @ upward)
    minus = n * (n + 1) - plus
    r = (plus - minus) / (plus + minus)
    if n <= EXACT_MOST:
        p, method = _exact(double, each, min(plus, minus)), "exact"
    else:
        ties = float((each.astype(float) ** 3 - each).sum())
        variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48
        z = (min(plus, minus) / 2 - n * (n + 1) / 4) / math.sqrt(variance)
        p, method = min(1.0, 2 * NormalDist().cdf(z)), "normal"
    return Wilcoxon(n, zeros, plus / 2, minus / 2, method, p, r)


def _exact(double: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], smaller: int) -> float:
    """The chance of a sum of (doubled) ranks as far out as `smaller`, on both sides."""
    chances = np.zeros(smaller + 1)
    chances[0] = 1.0
    for rank, times in zip(double.tolist(), counts.tolist(), strict=True):
        for _time in range(times):
            moved = np.zeros_like(chances)
            if rank <= smaller:
                moved[rank:] = chances[: smaller + 1 - rank]
            chances = (chances + moved) / 2
    return min(1.0, 2 * float(chances.sum()))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment (Holm 1979, Scandinavian Journal of Statistics 6:65-70), in the order given."""
    adjusted = [0.0] * len(p_values)
    worst = 0.0
    for place, at in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        worst = max(worst, min(1.0, (len(p_values) - place) * p_values[at]))
        adjusted[at] = worst
    return adjusted


#: Importance-performance analysis (Martilla & James 1977, Journal of Marketing 41(1):77-79): (importance high, competence high).
QUADRANTS: Final = {
    (True, False): "concentrate_here",
    (True, True): "keep_up",
    (False, False): "low_priority",
    (False, True): "possible_overkill",
}


def cut(values: Floats, *, centred: bool = True) -> float:
    """Where the cross-hairs stand: at the mean of the items' means (data-centred), NaN without items; or at the middle of the
    scale, which no other item moves.
    """
    if not centred:
        return (LOWEST + HIGHEST) / 2
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan


def is_high(values: Floats, line: float | Floats) -> npt.NDArray[np.bool_]:
    """Which values stand on the line or above it, compared at 12 decimals."""
    high: npt.NDArray[np.bool_] = np.round(values, DECIMALS) >= np.round(line, DECIMALS)
    return high


def ipa_quadrant(important: bool, able: bool) -> str:
    """The quadrant of an item in the plane (competence across, importance up)."""
    return QUADRANTS[bool(important), bool(able)]


def locus_quadrant(wide: bool, important: bool) -> str:
    """Locus for Focus (Mink, Shultz & Mink 1991): first letter the mean gap, second the importance, H or L. HH comes first."""
    return ("H" if wide else "L") + ("H" if important else "L")
