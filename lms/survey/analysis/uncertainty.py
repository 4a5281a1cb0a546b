"""How sure an order is: bootstrap of respondents, rank intervals, chances, simultaneous rank sets. Pure.

Every number comes from a seed: the same table and the same seed give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lms.survey.analysis.ratings import Floats, Ratings
from lms.survey.analysis.scores import (
    DECIMALS,
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
_CHUNK: Final = 100


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


def draw(table: Ratings, by_mean: Floats, seed: int, draws: int = DRAWS) -> Draws:
    """Means of the items in as many samples as `draws`.

    Up to `RESAMPLED_MOST` people: respondents are drawn with repetition, each with all their answers and their weight
    (Efron 1979). Above: the means are drawn from the normal distribution with their covariance `by_mean` (see
    `covariance_of_means`); the two agree where people are many.
    """
    chance = np.random.Generator(np.random.PCG64(seed))
    if len(table.respondents) > RESAMPLED_MOST:
        return _from_normal(table, by_mean, chance, draws)
    people, width = len(table.respondents), len(table.items)
    flat = _columns(table, slice(None)) * table.weights[:, None]
    sums = np.empty((draws, 3, width))
    for begin in range(0, draws, _CHUNK):
        many = min(_CHUNK, draws - begin)
        times = np.stack([np.bincount(chance.integers(people, size=people), minlength=people) for _draw in range(many)])
        sums[begin : begin + many] = (times.astype(np.float64) @ flat).reshape(many, 3, width)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(sums[:, 0] > 0, sums[:, 0], np.nan)
        return _draws(sums[:, 1] / weight, sums[:, 2] / weight)


def _draws(importance: Floats, competence: Floats) -> Draws:
    return Draws(importance, competence, (importance - competence) * importance)


def _from_normal(table: Ratings, by_mean: Floats, chance: np.random.Generator, draws: int) -> Draws:
    found = scores(moments(table))
    width = len(table.items)
    means = np.concatenate([found.importance, found.competence])
    known = ~np.isnan(means)
    values, vectors = np.linalg.eigh(by_mean)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    drawn = np.where(known, np.nan_to_num(means) + chance.standard_normal((draws, 2 * width)) @ root.T, np.nan)
    return _draws(np.clip(drawn[:, :width], 1, 5), np.clip(drawn[:, width:], 1, 5))


def _columns(table: Ratings, rows: slice, dtype: type = np.float64) -> npt.NDArray[np.floating]:
    """1, I and C of each pair, 0 where there is none: people x (3 x items)."""
    important, able = table.importance[rows], table.competence[rows]
    pairs = (important > 0) & (able > 0)
    return np.hstack([pairs, important * pairs, able * pairs]).astype(dtype)


def covariance_of_means(table: Ratings) -> Floats:
    """Covariance of the mean importances and mean competences of the items (2 x items on a side), pairwise complete.

    The influence of person i on a mean over the pairs of item k is w_i (x_ik - xbar_k) / sum of w, 0 without a pair; the
    covariance is the sum over people of the products of influences. These sums are taken apart, so that people are gone
    through once.
    """
    sums = moments(table)
    found = scores(sums)
    width = len(table.items)
    products = np.zeros((3 * width, 3 * width))
    for rows in slices(len(table.respondents)):
        if table.weighted:
            columns = _columns(table, rows) * table.weights[rows, None]
            products += columns.T @ columns
        else:  # whole numbers below 2**24 are exact in single precision, and twice as quick
            single = _columns(table, rows, np.float32)
            products += single.T @ single
    means = np.nan_to_num(np.concatenate([found.importance, found.competence]))
    pairs, crossed, rated = products[:width, :width], products[width:, :width], products[width:, width:]
    weight = np.tile(np.where(sums.weight > 0, sums.weight, np.inf), 2)
    both = np.tile(pairs, (2, 2))
    across = np.tile(crossed, (1, 2)) * means[None, :]
    return np.asarray((rated - across - across.T + means[:, None] * both * means[None, :]) / np.outer(weight, weight))


def standing(drawn: Draws, top: int) -> Standing:
    """Rank intervals (percentiles of the draws), chances of the first `top` places, and intervals of the scores."""
    width = drawn.mwds.shape[1]
    ranks = np.vstack([competition_ranks(part) for part in np.array_split(drawn.mwds, 20) if len(part)])
    low, high = np.quantile(ranks, [TAIL, 1 - TAIL], axis=0, method="inverted_cdf").astype(np.int64)
    scored = np.where(np.isnan(drawn.mwds), -np.inf, drawn.mwds)
    score_low, score_high = np.quantile(scored, [TAIL, 1 - TAIL], axis=0, method="inverted_cdf")
    assert low.shape == (width,)
    return Standing(low, high, (ranks <= top).mean(axis=0), score_low, score_high)


def label(mwds: float, chance: float) -> str:
    """What may be said of an item: "no_gap", or how clearly it is among the first: "clear", "likely", "contender", "none"."""
    if round(mwds, DECIMALS) <= 0:
        return "no_gap"
    return "clear" if chance >= 0.8 else "likely" if chance >= 0.5 else "contender" if chance >= 0.2 else "none"


def quadrant_chances(drawn: Draws, important: bool, able: bool, at: int) -> float:
    """The share of draws in which item `at` stands in the same quadrant (`important`, `able`), the cross-hairs of each draw
    at its own means.
    """
    across, up = _middles(drawn.importance), _middles(drawn.competence)
    same = (is_high(drawn.importance[:, at], across) == important) & (is_high(drawn.competence[:, at], up) == able)
    return float(same.mean())


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
    values: Floats, covariance: Floats, seed: int, draws: int = DRAWS, alpha: float = ALPHA
) -> npt.NDArray[np.int64]:
    """Simultaneous confidence sets of the ranks: all of them hold the true rank together with probability 1 - alpha.

    Mogstad, Romano, Shaikh & Wilhelm 2024, Review of Economic Studies 91(1):476-518: of every two items it is tested which
    one is larger, by the studentised difference; the critical value is the quantile of the largest of them under the joint
    normal distribution with the full covariance, step by step without those that are decided. An item's best rank is 1 plus
    the items that are larger for certain, its worst one the number of items minus those that are smaller for certain. Two
    items whose difference does not vary are never told apart. Gives items x (best, worst); items without a score (NaN) may
    have any rank.
    """
    width = len(values)
    known = ~np.isnan(values)
    spread = np.sqrt(np.clip(np.diag(covariance)[:, None] + np.diag(covariance)[None, :] - 2 * covariance, 0, None))
    open_ = known[:, None] & known[None, :] & (spread > 1e-9)
    ahead = np.zeros((width, width), dtype=bool)
    if open_.any():
        eigen, vectors = np.linalg.eigh(covariance)
        root = vectors * np.sqrt(np.clip(eigen, 0, None))
        drawn = np.random.Generator(np.random.PCG64(seed)).standard_normal((draws, width)) @ root.T
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.where(open_, (values[:, None] - values[None, :]) / spread, -np.inf)
        while open_.any():
            first, second = np.nonzero(open_)
            largest = np.full(draws, -np.inf)
            for begin in range(0, len(first), 200):
                one, two = first[begin : begin + 200], second[begin : begin + 200]
                part = (drawn[:, one] - drawn[:, two]) / spread[one, two]
                largest = np.maximum(largest, part.max(axis=1))
            decided = open_ & (apart > np.quantile(largest, 1 - alpha))
            if not decided.any():
                break
            ahead |= decided
            open_ &= ~decided
    best = 1 + ahead.sum(axis=0)
    worst = width - ahead.sum(axis=1)
    return np.stack([best, worst], axis=1)


def tau_best(sets: npt.NDArray[np.int64], tau: int) -> npt.NDArray[np.int64]:
    """Which items may be among the first `tau`: those whose best rank is `tau` or better. The true first `tau` are all among
    them with the confidence of the sets.
    """
    return np.flatnonzero(sets[:, 0] <= tau)
