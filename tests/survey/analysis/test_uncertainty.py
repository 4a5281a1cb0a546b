"""Bootstrap, intervals, rank sets: calibrated where the truth is known, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from lms.survey.analysis.ratings import Floats, Ratings
from lms.survey.analysis.reading import Unusable
from lms.survey.analysis.scores import moments, scores
from lms.survey.analysis.uncertainty import (
    RESAMPLED_MOST,
    Times,
    covariance_of_draws,
    covariance_of_means,
    draw,
    label,
    normal_deviates,
    quadrant_chances,
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


def test_the_chance_of_a_quadrant_is_of_the_draws_that_met_the_item() -> None:
    """Two of forty people rated B, both high: a draw without either of them says nothing of it."""
    important = np.tile(np.array([1, 0], dtype=np.int8), (40, 1))
    important[:2, 1] = 5
    able = important.copy()
    table = Ratings([str(at) for at in range(40)], ["A", "B"], important, able, np.ones(40))
    drawn = draw(table, covariance_of_means(table), 1)
    assert 0.05 < np.isnan(drawn.mwds[:, 1]).mean() < 0.25
    high, low = np.array([True, True]), np.array([False, False])
    assert quadrant_chances(drawn, high, high)[1] == 1.0
    assert quadrant_chances(drawn, low, low)[1] == 0.0


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
        sets = rank_sets(
            found.mwds, score_covariance(found, covariance_of_means(table)), seed, freedom=found.n - 1.0, draws=1_000
        )
        whole += bool(((sets[:, 0] <= true) & (true <= sets[:, 1])).all())
        assert set(np.flatnonzero(true <= 2)) <= set(tau_best(sets, 2).tolist()) or whole < seed + 1
    assert whole >= 54  # 95 of 100, less the chance of 60 tries


def test_rank_sets_tell_apart_what_is_far_apart_and_nothing_else() -> None:
    values = np.array([10.0, 5.0, 4.9, 0.0, np.nan])
    sets = rank_sets(values, np.diag([0.01, 0.01, 0.01, 0.01, 0.0]), 1, freedom=np.full(5, 99.0))
    assert sets.tolist() == [[1, 2], [2, 4], [2, 4], [4, 5], [1, 5]]
    assert tau_best(sets, 1).tolist() == [0, 4]
    constant = rank_sets(np.array([3.0, 1.0]), np.zeros((2, 2)), 1, freedom=np.full(2, 9.0))
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


@pytest.mark.parametrize(("people_asked", "most"), [(20, 0.16), (50, 0.12), (200, 0.1)])
def test_equal_items_are_seldom_told_apart(people_asked: int, most: float) -> None:
    """The hardest case for rank sets, twenty-four needs that are all the same: five surveys in a hundred may tell any two of
    them apart, more only by the luck of a hundred tries. (By the normal distribution alone it would be thirty at 20 people.)
    """
    wrong = 0
    for seed in range(100):
        table = people(people_asked, 9_000 + seed, [3.6] * 24, missing=0.05)
        found = scores(moments(table))
        covariance = score_covariance(found, covariance_of_means(table))
        sets = rank_sets(found.mwds, covariance, seed, freedom=found.n - 1.0, draws=1_000)
        wrong += bool((sets[:, 0] > 1).any() or (sets[:, 1] < 24).any())
    assert wrong / 100 <= most


@pytest.mark.parametrize("degrees", [3, 5, 19, 49, 1_000])
def test_normal_deviates_are_as_unlikely_as_students(degrees: int) -> None:
    t = np.linspace(-6, 6, 49)
    found = normal_deviates(t, np.full(len(t), float(degrees)))
    exact = np.sign(t) * -stats.norm.ppf(stats.t.sf(np.abs(t), degrees))
    assert np.allclose(found, exact, atol=3e-2 if degrees < 5 else 2e-3)
    assert (np.diff(found) > 0).all()


def test_people_of_one_space_are_alike_and_are_drawn_together() -> None:
    """Where spaces differ, means are less sure than as many people by themselves would make them: by the design effect."""
    chance = np.random.default_rng(8)
    space = np.repeat(np.arange(40), 10)
    own = chance.normal(0, 0.8, (40, 1))[space]
    important = np.clip(np.rint(chance.normal(3.4 + own, 0.7, (400, 3))), 1, 5).astype(np.int8)
    able = np.clip(np.rint(chance.normal(3, 0.7, (400, 3))), 1, 5).astype(np.int8)
    table = Ratings([str(at) for at in range(400)], ["A", "B", "C"], important, able, np.ones(400))
    spaces = [f"s{at}" for at in space]
    alone, together = covariance_of_means(table), covariance_of_means(table, spaces=spaces)
    drawn = draw(table, together, 1, 4_000, spaces=spaces)
    spread = drawn.importance.std(axis=0)
    # The truth, from the variances within and between spaces; drawing people within drawn spaces adds a little.
    groups = important.reshape(40, 10, 3).mean(axis=1)
    exact = groups.std(axis=0, ddof=1) / np.sqrt(40)
    assert np.allclose(np.sqrt(np.diag(together))[:3], exact, rtol=1e-6)
    assert np.allclose(spread, exact, rtol=0.12)
    assert (spread > 1.5 * np.sqrt(np.diag(alone))[:3]).all()
    each = [str(at) for at in range(400)]  # everybody a space of their own: the same but for S / (S - 1)
    assert np.allclose(covariance_of_means(table, spaces=each), alone * 400 / 399, rtol=1e-9, atol=1e-15)


def test_weights_made_anew_in_each_sample_make_raked_margins_sure() -> None:
    """What is raked on is known: with weights made anew, a mean that follows the raked group does not vary by who was drawn."""
    group = np.arange(60) % 3 == 0
    important = np.where(group, 5, 2).astype(np.int8)[:, None]
    table = Ratings([str(at) for at in range(60)], ["A"], important, np.full((60, 1), 3, np.int8), np.ones(60))

    def halves(times: Times) -> Floats:
        inside, outside = (times * group).sum(), (times * ~group).sum()
        if not inside or not outside:
            raise Unusable("target_alone", 0, margin="role", value="m")
        return np.where(group, times * 30 / max(1, inside), times * 30 / max(1, outside))

    fixed, anew = draw(table, np.eye(2), 1, 300), draw(table, np.eye(2), 1, 300, reweigh=halves)
    assert fixed.importance.std() > 0.1
    assert anew.importance == pytest.approx(np.full((300, 1), 3.5))
    assert np.allclose(covariance_of_draws(fixed), np.cov(np.hstack([fixed.importance, fixed.competence]).T))
    with pytest.raises(Unusable):
        draw(table.of(group), np.eye(2), 1, 1, reweigh=lambda times: halves(np.resize(times, 60) * group))
