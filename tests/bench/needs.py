"""The order of needs with its intervals, held against the counting that any such figures begin with."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np

from lms.survey.analysis.ratings import DONT_KNOW, UNANSWERED, Ratings
from lms.survey.analysis.scores import moments, scores
from lms.survey.analysis.uncertainty import covariance_of_means, draw, standing

ITEMS = 24


def people(many: int) -> Ratings:
    """What so many people answered: importance about 3.4, competence about 2.8, one rating in twenty missing."""
    chance = np.random.default_rng(1)
    shape = (many, ITEMS)
    importance = chance.choice(np.array([1, 2, 3, 4, 5], np.int8), shape, p=[0.06, 0.14, 0.3, 0.34, 0.16])
    competence = chance.choice(np.array([1, 2, 3, 4, 5], np.int8), shape, p=[0.14, 0.26, 0.34, 0.18, 0.08])
    importance[chance.random(shape, np.float32) < 0.02] = UNANSWERED
    competence[chance.random(shape, np.float32) < 0.03] = DONT_KNOW
    names = [f"p{at}" for at in range(many)]
    return Ratings(names, [f"K{at:02}" for at in range(ITEMS)], importance, competence, np.ones(many))


def ranking(many: int) -> tuple[Callable[[], object], Callable[[], object], float]:
    """(scores, ranks, intervals and chances; how often each pair was given, item by item; peak of memory in MB)."""
    table = people(many)

    def ours() -> object:
        sums = moments(table)
        drawn = draw(table, covariance_of_means(table, sums=sums), 1, sums=sums)
        return scores(sums), standing(drawn, 5)

    def least() -> object:
        counts = []
        for important, able in zip(table.importance.T, table.competence.T, strict=True):
            both = (important > 0) & (able > 0)
            counts.append(np.bincount(important[both] * 6 + able[both], minlength=36))
        return counts

    tracemalloc.start()
    ours()
    held = table.importance.nbytes + table.competence.nbytes + table.weights.nbytes
    peak = (tracemalloc.get_traced_memory()[1] + held) / 1e6
    tracemalloc.stop()
    return ours, least, peak
