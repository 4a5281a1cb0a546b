"""How sure an order is: bootstrap of respondents, rank intervals, chances, simultaneous rank sets. Pure.

Every number comes from a seed: the same table and the same seed give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from lms.survey.analysis.ratings import Floats, Ratings
from lms.survey.analysis.reading import Unusable
from lms.survey.analysis.scores import (
    DECIMALS,
    Moments,
    Scores,
    competition_ranks,
    is_high,
    moments,
    scores,
    slices,
)

#: Draws of the bootstrap, and of the joint normal.
DRAWS: Final = 2_000
#: Above so many respondents the means are drawn from their joint normal distribution instead of resampling people.
RESAMPLED_MOST: Final = 5_000
#: Share of the draws that an interval leaves out on each side; the error that rank sets may make together.
TAIL: Final = 0.025
ALPHA: Final = 0.05
#: A sample that cannot be weighed is drawn again so many times.
TRIES: Final = 100
_CHUNK: Final = 100

#: How often each person is in a sample; and what gives their weights in it.
Times: TypeAlias = npt.NDArray[np.int64]
Reweigh: TypeAlias = Callable[[Times], Floats]


@dataclass(frozen=True)
class Draws:
    """Means and scores of the items, each as often as drawn: arrays of draws x items, NaN where a draw met no pair."""

    importance: Floats
    competence: Floats
    mwds: Floats


@dataclass(frozen=True)
class Standing:
    """Where items stand, over the draws: rank interval of 95 %, chance of a rank up to `top`, score interval of 95 %."""

    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]
    top: Floats
    score_low: Floats
    score_high: Floats


def draw(
    table: Ratings,
    by_mean: Floats,
    seed: int,
    draws: int = DRAWS,
    *,
    sums: Moments | None = None,
    spaces: Sequence[str] | None = None,
    reweigh: Reweigh | None = None,
) -> Draws:
    """Means of the items in as many samples as `draws`; `sums` are the table's moments where they are known.

    Up to `RESAMPLED_MOST` people: respondents are drawn with repetition, each with all their answers and their weight
    (Efron 1979). Above: the means are drawn from the normal distribution with their covariance `by_mean` (see
    `covariance_of_means`); the two agree where people are many.

    `spaces`, a name for each respondent, where people were invited by space: spaces are drawn with repetition, then in each
    drawn space as many people as answered there. `reweigh` gives the weights anew from how often each person was drawn, where
    weights come from raking; a sample it cannot weigh (`Unusable`) is drawn again. With `reweigh` people are always resampled.
    """
    chance = np.random.Generator(np.random.PCG64(seed))
    if len(table.respondents) > RESAMPLED_MOST and reweigh is None:
        return _from_normal(sums or moments(table), by_mean, chance, draws)
    width = len(table.items)
    flat = _columns(table, slice(None))
    take = _sampler(len(table.respondents), spaces, chance)
    found = np.empty((draws, 3, width))
    for begin in range(0, draws, _CHUNK):
        many = min(_CHUNK, draws - begin)
        if reweigh is None:
            times = np.stack([take() for _draw in range(many)]) * table.weights
        else:
            times = np.stack([_weighed(take, reweigh) for _draw in range(many)])
        found[begin : begin + many] = (times @ flat).reshape(many, 3, width)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(found[:, 0] > 0, found[:, 0], np.nan)
        return _draws(found[:, 1] / weight, found[:, 2] / weight)


def _sampler(people: int, spaces: Sequence[str] | None, chance: np.random.Generator) -> Callable[[], Times]:
    """What draws people: how often each of them is in one sample."""
    if spaces is None:
        return lambda: np.bincount(chance.integers(people, size=people), minlength=people)
    _names, space = np.unique(np.array(spaces, dtype=object).astype(str), return_inverse=True)
    by_space = np.argsort(space, kind="stable")
    sizes = np.bincount(space)
    begins = np.cumsum(sizes) - sizes

    def take() -> Times:
        chosen = chance.integers(len(sizes), size=len(sizes))
        each = sizes[chosen]
        inside = (chance.random(int(each.sum())) * np.repeat(each, each)).astype(np.int64)
        return np.bincount(by_space[np.repeat(begins[chosen], each) + inside], minlength=people)

    return take


def _weighed(take: Callable[[], Times], reweigh: Reweigh) -> Floats:
    for _try in range(TRIES):
        try:
            return reweigh(take())
        except Unusable as fault:
            last = fault
    raise last


def _draws(importance: Floats, competence: Floats) -> Draws:
    return Draws(importance, competence, (importance - competence) * importance)


def _from_normal(sums: Moments, by_mean: Floats, chance: np.random.Generator, draws: int) -> Draws:
    found = scores(sums)
    width = len(found.n)
    means = np.concatenate([found.importance, found.competence])
    known = ~np.isnan(means)
    moved = chance.standard_normal((draws, 2 * width)) @ _root(by_mean).T
    drawn = np.where(known, np.nan_to_num(means) + moved, np.nan)
    return _draws(np.clip(drawn[:, :width], 1, 5), np.clip(drawn[:, width:], 1, 5))


def _root(covariance: Floats) -> Floats:
    """A matrix whose product with its transpose is the covariance, also where some figures do not vary."""
    try:
        return np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        return np.asarray(vectors * np.sqrt(np.clip(values, 0, None)))


def _columns(table: Ratings, rows: slice, dtype: type = np.float64) -> npt.NDArray[np.floating]:
    """1, I and C of each pair, 0 where there is none: people x (3 x items)."""
    important, able = table.importance[rows], table.competence[rows]
    pairs = (important > 0) & (able > 0)
    width = pairs.shape[1]
    columns = np.empty((len(pairs), 3 * width), dtype=dtype)
    columns[:, :width] = pairs
    np.multiply(important, pairs, out=columns[:, width : 2 * width])
    np.multiply(able, pairs, out=columns[:, 2 * width :])
    return columns


def covariance_of_means(table: Ratings, *, sums: Moments | None = None, spaces: Sequence[str] | None = None) -> Floats:
    """Covariance of the mean importances and mean competences of the items (2 x items on a side), pairwise complete; `sums` are
    the table's moments where they are known.

    The influence of person i on a mean over the pairs of item k is w_i (x_ik - xbar_k) / sum of w, 0 without a pair; the
    covariance is the sum over people of the products of influences. These sums are taken apart, so that people are gone
    through once. With `spaces`, a name for each respondent, it is the sum over spaces of the products of what their people's
    influences add up to (the sandwich for clusters: Liang & Zeger 1986, Biometrika 73(1):13-22), times S / (S - 1).
    """
    sums = sums or moments(table)
    found = scores(sums)
    width = len(table.items)
    weight = np.tile(np.where(sums.weight > 0, sums.weight, np.inf), 2)
    means = np.nan_to_num(np.concatenate([found.importance, found.competence]))
    if spaces is not None:
        names, space = np.unique(np.array(spaces, dtype=object).astype(str), return_inverse=True)
        columns = np.zeros((len(names), 3 * width))
        np.add.at(columns, space, _columns(table, slice(None)) * table.weights[:, None])
        influence = (columns[:, width:] - np.tile(columns[:, :width], (1, 2)) * means) / weight
        return np.asarray(influence.T @ influence) * (len(names) / max(1, len(names) - 1))
    products = np.zeros((3 * width, 3 * width))
    for rows in slices(len(table.respondents)):
        if table.weighted:
            columns = _columns(table, rows) * table.weights[rows, None]
            products += columns.T @ columns
        else:  # whole numbers below 2**24 are exact in single precision, and twice as quick
            single = _columns(table, rows, np.float32)
            products += single.T @ single
    pairs, crossed, rated = products[:width, :width], products[width:, :width], products[width:, width:]
    both = np.tile(pairs, (2, 2))
    across = np.tile(crossed, (1, 2)) * means[None, :]
    return np.asarray((rated - across - across.T + means[:, None] * both * means[None, :]) / np.outer(weight, weight))


def covariance_of_draws(drawn: Draws) -> Floats:
    """The same from draws, for samples whose weights were made anew in each. Draws without a pair of an item are passed over."""
    means = np.hstack([drawn.importance, drawn.competence])
    moved = np.where(np.isnan(means), 0.0, means - np.nan_to_num(_middles(means.T)))
    return np.asarray(moved.T @ moved / max(1, len(means) - 1))


def standing(drawn: Draws, top: int) -> Standing:
    """Rank intervals (percentiles of the draws), chances of the first `top` places, and intervals of the scores."""
    draws, width = drawn.mwds.shape
    ranks = competition_ranks(drawn.mwds)
    # How often each item had each rank; a percentile is the first rank by which that share of the draws is reached.
    often = np.bincount((ranks + np.arange(width) * (width + 1)).ravel(), minlength=width * (width + 1))
    reached = np.cumsum(often.reshape(width, width + 1), axis=1)
    low = (reached < TAIL * draws - 1e-9).sum(axis=1)
    high = (reached < (1 - TAIL) * draws - 1e-9).sum(axis=1)
    scored = np.ascontiguousarray(np.where(np.isnan(drawn.mwds), -np.inf, drawn.mwds).T)
    first, last = (max(0, math.ceil(share * draws - 1e-9) - 1) for share in (TAIL, 1 - TAIL))
    scored.partition([first, last], axis=1)
    return Standing(low, high, reached[:, min(top, width)] / draws, scored[:, first], scored[:, last])


def label(mwds: float, chance: float) -> str:
    """What may be said of an item: "no_gap", or how clearly it is among the first: "clear", "likely", "contender", "none"."""
    if round(mwds, DECIMALS) <= 0:
        return "no_gap"
    return standing_of(chance)


def standing_of(chance: float) -> str:
    """How clearly something is among the first that is so in this share of the draws (0 to 1)."""
    return "clear" if chance >= 0.8 else "likely" if chance >= 0.5 else "contender" if chance >= 0.2 else "none"


def quadrant_chances(drawn: Draws, important: npt.NDArray[np.bool_], able: npt.NDArray[np.bool_]) -> Floats:
    """For each item the share of the draws that met a pair of it in which it stands in the same quadrant (`important`, `able`),
    the cross-hairs of each draw at its own means. NaN where none did.
    """
    across, up = _middles(drawn.importance)[:, None], _middles(drawn.competence)[:, None]
    same = (is_high(drawn.importance, across) == important) & (is_high(drawn.competence, up) == able)
    met = ~np.isnan(drawn.importance)
    with np.errstate(invalid="ignore"):
        return np.asarray((same & met).sum(axis=0) / met.sum(axis=0), dtype=np.float64)


def _middles(values: Floats) -> Floats:
    """The mean of each row without its gaps, NaN for a row of gaps alone."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, values, 0.0).sum(axis=1) / known.sum(axis=1))


def score_covariance(found: Scores, by_mean: Floats) -> Floats:
    """Covariance of the MWDS of the items from that of their means (`covariance_of_means`): to first order, an item's score
    moves by (2 Ibar - Cbar) with its mean importance and by -Ibar with its mean competence.
    """
    slope = np.nan_to_num(np.hstack([np.diag(2 * found.importance - found.competence), np.diag(-found.importance)]))
    return np.asarray(slope @ by_mean @ slope.T)


def rank_sets(
    values: Floats, covariance: Floats, seed: int, *, freedom: Floats, draws: int = DRAWS, alpha: float = ALPHA
) -> npt.NDArray[np.int64]:
    """Simultaneous confidence sets of the ranks: all of them hold the true rank together with probability 1 - alpha.

    Mogstad, Romano, Shaikh & Wilhelm 2024, Review of Economic Studies 91(1):476-518: of every two items it is tested which
    one is larger, by the studentised difference; the critical value is the quantile of the largest of them under the joint
    normal distribution with the full covariance, step by step without those that are decided. An item's best rank is 1 plus
    the items that are larger for certain, its worst one the number of items minus those that are smaller for certain. Two
    items whose difference does not vary are never told apart. Gives items x (best, worst); items without a score (NaN) may
    have any rank.

    That holds where people are many. With few, a studentised difference strays further than a normal one, and of 276 pairs of
    equal items one would be told apart wrongly in three surveys of 20 people. So each is first turned into the normal deviate
    that is as unlikely as it is under Student's distribution with the degrees of `freedom` of its two items, the fewer of
    them (people with the pair, less one); of fewer than one degree nothing is known. With many people nothing changes by it.
    """
    width = len(values)
    spread = np.sqrt(np.clip(np.diag(covariance)[:, None] + np.diag(covariance)[None, :] - 2 * covariance, 0, None))
    degrees = np.minimum(freedom[:, None], freedom[None, :])
    known = ~np.isnan(values)
    open_ = known[:, None] & known[None, :] & (spread > 1e-9) & (degrees >= 1)
    ahead = np.zeros((width, width), dtype=bool)
    one, two = np.nonzero(np.triu(open_))
    if len(one):
        normal = np.random.Generator(np.random.PCG64(seed)).standard_normal((draws, width)) @ _root(covariance).T
        across = np.ascontiguousarray(normal.T)
        drawn = (across[one] - across[two]) / spread[one, two][:, None]  # pairs x draws
        apart = np.zeros((width, width))
        # the covariance has n where an estimate of a variance has n - 1
        few = np.sqrt(degrees[one, two] / (degrees[one, two] + 1))
        apart[one, two] = normal_deviates((values[one] - values[two]) / spread[one, two] * few, degrees[one, two])
        apart -= apart.T
        while open_.any():
            there, back = open_[one, two], open_[two, one]
            largest = np.maximum(drawn[there].max(axis=0, initial=-np.inf), -drawn[back].min(axis=0, initial=np.inf))
            decided = open_ & (apart > np.quantile(largest, 1 - alpha))
            if not decided.any():
                break
            ahead |= decided
            open_ &= ~decided
    best = 1 + ahead.sum(axis=0)
    worst = width - ahead.sum(axis=1)
    return np.stack([best, worst], axis=1)


def normal_deviates(t: Floats, degrees: Floats) -> Floats:
    """The normal deviates that are as unlikely as `t` under Student's distribution with these degrees of freedom (1 or more).

    Hill 1970, Algorithm 395, Communications of the ACM 13(10):617-619: right to four digits from five degrees on.
    """
    a = degrees - 0.5
    b = 48 * a * a
    y = a * np.log1p(t * t / degrees)
    turned = (((((-0.4 * y - 3.3) * y - 24) * y - 85.5) / (0.8 * y * y + 100 + b) + y + 3) / b + 1) * np.sqrt(y)
    return np.asarray(np.sign(t) * turned)


def tau_best(sets: npt.NDArray[np.int64], tau: int) -> npt.NDArray[np.int64]:
    """Which items may be among the first `tau`: those whose best rank is `tau` or better. The true first `tau` are all among
    them with the confidence of the sets.
    """
    return np.flatnonzero(sets[:, 0] <= tau)
