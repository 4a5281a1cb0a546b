"""Bootstrap, intervals, rank sets: calibrated where the truth is known, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from lms.survey.analysis.ratings import Floats, Ratings
from lms.survey.analysis.scores import moments, scores
from lms.survey.analysis.uncertainty import (
    RESAMPLED_MOST,
    covariance_of_means,
    draw,
    label,
    rank_sets,
    score_covariance,
    standing,
    tau_best,
)


def people(many: int, seed: int, wanted: list[float], missing: float = 0.0, weights: Floats | None = None) -> Ratings:
    """Ratings of `many` people: importance about the numbers `wanted`, competence about 3."""
    chance = np.random.default_rng(seed)
    width = len(wanted)
    important = np.clip(np.rint(chance.normal(wanted, 1, (many, width))), 1, 5).astype(np.int8)
    able = np.clip(np.rint(chance.normal(3, 1, (many, width))), 1, 5).astype(np.int8)
    able[chance.random((many, width)) < missing] = 0
    return Ratings(
        [str(at) for at in range(many)], [f"K{at:02}" for at in range(width)], important, able,
        np.ones(many) if weights is None else weights, weighted=weights is not None,
    )  # fmt: skip


WANTED = [2.5, 3.0, 3.2, 3.6, 4.0, 4.4]


def test_the_covariance_of_means_is_that_of_many_samples() -> None:
    weights = np.random.default_rng(5).uniform(0.2, 3, 400)
    table = people(400, 2, WANTED, missing=0.2, weights=weights)
    by_mean = covariance_of_means(table)
    drawn = draw(table, by_mean, 1, 6_000)
    seen = np.cov(np.hstack([drawn.importance, drawn.competence]).T)
    spread = np.sqrt(np.diag(by_mean))
    assert np.allclose(np.sqrt(np.diag(seen)), spread, rtol=0.08)
    assert np.allclose(seen / np.outer(spread, spread), by_mean / np.outer(spread, spread), atol=0.08)
    found = scores(moments(table))
    assert np.allclose(np.sqrt(np.diag(score_covariance(found, by_mean))), drawn.mwds.std(axis=0), rtol=0.08)


def test_whole_numbers_and_weights_of_one_give_the_same_covariance() -> None:
    table = people(3_000, 2, WANTED, missing=0.1)
    again = Ratings(table.respondents, table.items, table.importance, table.competence, np.ones(3_000), weighted=True)
    assert np.allclose(covariance_of_means(table), covariance_of_means(again), rtol=1e-9, atol=1e-15)


def test_many_people_are_drawn_from_the_normal_and_agree_with_resampling() -> None:
    many = people(RESAMPLED_MOST + 1, 3, WANTED)
    few = many.of(np.arange(RESAMPLED_MOST + 1) < RESAMPLED_MOST)
    normal = draw(many, covariance_of_means(many), 1)
    resampled = draw(few, covariance_of_means(few), 1)
    assert np.allclose(normal.mwds.mean(axis=0), resampled.mwds.mean(axis=0), atol=0.02)
    assert np.allclose(normal.mwds.std(axis=0), resampled.mwds.std(axis=0), rtol=0.1)


@pytest.mark.parametrize("many", [30, RESAMPLED_MOST + 1])
def test_one_seed_one_result(many: int) -> None:
    table = people(many, 4, WANTED)
    by_mean = covariance_of_means(table)
    assert np.array_equal(draw(table, by_mean, 7).mwds, draw(table, by_mean, 7).mwds)
    assert not np.array_equal(draw(table, by_mean, 7).mwds, draw(table, by_mean, 8).mwds)


def test_intervals_and_chances_agree_with_the_truth() -> None:
    """Over many surveys of 60 people: rank intervals hold the true rank about 95 times in 100, and chances come true."""
    true = np.argsort(np.argsort(-np.array(WANTED))) + 1
    held, said, came = 0, [], []
    for seed in range(60):
        table = people(60, 100 + seed, WANTED)
        places = standing(draw(table, covariance_of_means(table), seed, 400), 3)
        held += int(((places.low <= true) & (true <= places.high)).sum())
        said += places.top.tolist()
        came += (true <= 3).tolist()
    assert held / (60 * len(WANTED)) > 0.9
    likely = [truth for chance, truth in zip(said, came, strict=True) if chance >= 0.8]
    unlikely = [truth for chance, truth in zip(said, came, strict=True) if chance < 0.2]
    assert np.mean(likely) > 0.85
    assert np.mean(unlikely) < 0.15


def test_rank_sets_hold_all_true_ranks_together() -> None:
    true = np.argsort(np.argsort(-np.array(WANTED))) + 1
    whole = 0
    for seed in range(60):
        table = people(120, 500 + seed, WANTED)
        found = scores(moments(table))
        sets = rank_sets(found.mwds, score_covariance(found, covariance_of_means(table)), seed, 1_000)
        whole += bool(((sets[:, 0] <= true) & (true <= sets[:, 1])).all())
        assert set(np.flatnonzero(true <= 2)) <= set(tau_best(sets, 2).tolist()) or whole < seed + 1
    assert whole >= 54  # 95 of 100, less the chance of 60 tries


def test_rank_sets_tell_apart_what_is_far_apart_and_nothing_else() -> None:
    values = np.array([10.0, 5.0, 4.9, 0.0, np.nan])
    sets = rank_sets(values, np.diag([0.01, 0.01, 0.01, 0.01, 0.0]), 1)
    assert sets.tolist() == [[1, 2], [2, 4], [2, 4], [4, 5], [1, 5]]
    assert tau_best(sets, 1).tolist() == [0, 4]
    constant = rank_sets(np.array([3.0, 1.0]), np.zeros((2, 2)), 1)
    assert constant.tolist() == [[1, 2], [1, 2]]  # answers that do not vary prove nothing


@pytest.mark.parametrize(
    ("mwds", "chance", "said"),
    [
        (0.0, 1.0, "no_gap"), (-2.0, 0.9, "no_gap"), (1.0, 0.8, "clear"), (1.0, 0.79, "likely"), (1.0, 0.5, "likely"),
        (1.0, 0.49, "contender"), (1.0, 0.2, "contender"), (1.0, 0.19, "none"),
    ],
)  # fmt: skip
def test_labels(mwds: float, chance: float, said: str) -> None:
    assert label(mwds, chance) == said
