"""Partial pooling: what it promises by arithmetic, and that it finds the first needs of small groups better than they do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.survey.analysis.pooling import Groups, pool, weighted_discrepancy
from lms.survey.analysis.ratings import Floats

sizes = st.lists(st.integers(0, 40), min_size=1, max_size=12)


def groups(n: list[int], seed: int, items: int = 3) -> Groups:
    chance = np.random.default_rng(seed)
    shape = (len(n), items)
    people = np.broadcast_to(np.array(n)[:, None], shape).astype(np.int64)
    return Groups(people, chance.normal(3, 1.5, shape), chance.uniform(0.1, 4, shape))


@settings(max_examples=100, deadline=None)
@given(n=sizes, seed=st.integers(0, 9_999))
def test_the_estimate_is_the_mixture_of_the_two(n: list[int], seed: int) -> None:
    of, network = groups(n, seed), np.array([3.0, 2.5, -1.0])
    found = pool(of, network)
    with np.errstate(invalid="ignore"):
        a = np.where(np.isinf(found.kappa), 0.0, of.n / np.maximum(of.n + found.kappa, 1e-300))
    assert np.allclose(found.weight, a)
    assert np.allclose(found.estimate, a * of.score + (1 - a) * network)
    assert ((found.weight >= 0) & (found.weight <= 1)).all()
    assert (found.between >= 0).all()
    # never outside the two, and people carry the weight: of two groups the larger keeps more of its own
    assert (np.abs(found.estimate - network) <= np.abs(of.score - network) + 1e-9).all()
    assert (np.diff(found.weight[np.argsort(n, kind="stable")], axis=0) >= -1e-12).all()


@settings(max_examples=60, deadline=None)
@given(n=sizes, seed=st.integers(0, 9_999), times=st.floats(0.1, 10), moved=st.floats(-5, 5))
def test_a_scale_and_a_shift_pass_through(n: list[int], seed: int, times: float, moved: float) -> None:
    of, network = groups(n, seed), np.array([3.0, 2.5, -1.0])
    one = pool(of, network)
    two = pool(Groups(of.n, of.score * times + moved, of.variance * times**2), network * times + moved)
    assert np.allclose(one.estimate * times + moved, two.estimate, rtol=1e-6, atol=1e-6)
    assert np.allclose(one.se * times, two.se, rtol=1e-5, atol=1e-6, equal_nan=True)
    assert np.allclose(one.weight, two.weight, rtol=1e-5, atol=1e-6)


def one_item(n: list[int], score: list[float], variance: list[float]) -> Groups:
    return Groups(
        np.array(n, dtype=np.int64)[:, None], np.array(score, dtype=float)[:, None], np.array(variance)[:, None]
    )


def test_analysis_of_variance_by_hand() -> None:
    # Three groups of four: mean square within 2, between 4 * var(1, 3, 5) = 16, so between = (16 - 2) / 4 and kappa = 4 / 7.
    found = pool(one_item([4, 4, 4], [1.0, 3.0, 5.0], [2.0, 2.0, 2.0]), np.array([3.0]))
    assert found.within.tolist() == [2.0]
    assert found.between.tolist() == [3.5]
    assert found.kappa[0] == pytest.approx(4 / 7)
    assert found.weight[:, 0] == pytest.approx([7 / 8] * 3)
    assert found.estimate[:, 0] == pytest.approx([1.25, 3.0, 4.75])
    steady = 2 / 12 + 3.5 * 48 / 144
    assert found.se[:, 0] == pytest.approx([np.sqrt(3.5 / 8 + steady / 64)] * 3)
    assert found.differs(np.array([3.0]))[:, 0].tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("n", "score", "variance", "estimate", "weight"),
    [
        ([7], [5.0], [1.0], [3.0], [0.0]),  # one group: nothing says how far groups differ
        ([4, 4], [2.0, 4.0], [0.0, 0.0], [2.0, 4.0], [1.0, 1.0]),  # people agree, groups differ
        ([4, 4], [2.0, 2.0], [0.0, 0.0], [3.0, 3.0], [0.0, 0.0]),  # nothing varies at all
        ([4, 4], [2.9, 3.1], [9.0, 9.0], [3.0, 3.0], [0.0, 0.0]),  # less than chance between them
        ([1, 1, 1], [1.0, 3.0, 5.0], [np.nan] * 3, [3.0] * 3, [0.0] * 3),  # nobody shares a group
        ([0, 0], [np.nan] * 2, [np.nan] * 2, [3.0, 3.0], [0.0, 0.0]),  # nobody at all
    ],
)
def test_little_is_known(
    n: list[int], score: list[float], variance: list[float], estimate: list[float], weight: list[float]
) -> None:
    found = pool(one_item(n, score, variance), np.array([3.0]))
    assert found.estimate[:, 0] == pytest.approx(estimate)
    assert found.weight[:, 0] == pytest.approx(weight)
    assert not found.differs(np.array([3.0])).any() or max(weight) == 1.0


def test_a_group_without_pairs_has_the_networks_score_and_the_widest_error() -> None:
    found = pool(one_item([9, 9, 0], [1.0, 5.0, np.nan], [1.0, 1.0, np.nan]), np.array([3.0]))
    assert found.estimate[2, 0] == 3.0
    assert found.se[2, 0] > found.se[0, 0]
    assert not found.differs(np.array([3.0]))[2, 0]
    assert np.isnan(pool(one_item([0], [np.nan], [np.nan]), np.array([np.nan])).estimate).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9_999))
def test_counts_give_each_groups_score_and_the_variance_of_one_person(seed: int) -> None:
    chance = np.random.default_rng(seed)
    counts = chance.integers(0, 3, (4, 2, 6, 6))
    of, network = weighted_discrepancy(counts)
    every = counts[:, :, 1:, 1:]
    for item in range(2):
        cells = [(i, c) for i in range(1, 6) for c in range(1, 6)]
        people = [
            [pair for pair in cells for _time in range(every[s, item, pair[0] - 1, pair[1] - 1])] for s in range(4)
        ]
        whole = np.array([pair for group in people for pair in group], dtype=float)
        important, able = whole.mean(axis=0)
        assert network[item] == pytest.approx((important - able) * important)
        for at, group in enumerate(people):
            own = np.array(group, dtype=float)
            assert of.n[at, item] == len(own)
            if len(own):
                assert of.score[at, item] == pytest.approx((own[:, 0] - own[:, 1]).mean() * own[:, 0].mean())
            if len(own) > 1:
                person = (2 * important - able) * own[:, 0] - important * own[:, 1]
                assert of.variance[at, item] == pytest.approx(person.var(ddof=1))
    larger, same = weighted_discrepancy(counts, counts.sum(axis=0) * 2)
    assert np.allclose(larger.score, of.score, equal_nan=True)
    assert np.allclose(same, network)


@dataclass(frozen=True)
class World:
    """Spaces with needs of their own, and what some of their people answered."""

    n: npt.NDArray[np.int64]
    true: Floats
    counts: npt.NDArray[np.int64]


def world(seed: int, spaces: int = 200, items: int = 24) -> World:
    """Spaces of five people on average, whose needs differ from the network's; the truth is the MWDS of 2,000 of their people."""
    chance = np.random.default_rng(seed)
    n = 1 + chance.poisson(4, spaces)
    network = chance.normal(3.6, 0.5, items), chance.normal(2.8, 0.4, items)
    own = chance.normal(network[0], 0.35, (spaces, items)), chance.normal(network[1], 0.35, (spaces, items))
    counts = np.zeros((spaces, items, 6, 6), dtype=np.int64)
    true = np.empty((spaces, items))
    for space in range(spaces):
        many = 2_000 + n[space]
        shift, sure = chance.normal(0, 0.5, (many, 1)), chance.normal(0, 0.3, (many, 1))
        important = np.clip(np.rint(chance.normal(own[0][space] + shift, 0.9)), 1, 5).astype(int)
        able = np.clip(np.rint(chance.normal(own[1][space] + shift + sure, 0.9)), 1, 5).astype(int)
        true[space] = (important[n[space] :] - able[n[space] :]).mean(axis=0) * important[n[space] :].mean(axis=0)
        for item in range(items):
            np.add.at(counts[space, item], (important[: n[space], item], able[: n[space], item]), 1)
    return World(n, true, counts)


def hits(guess: Floats, true: Floats) -> Floats:
    """The share of the true first five among the guessed ones, space by space."""
    first = [np.argsort(-one, axis=1, kind="stable")[:, :5] for one in (guess, true)]
    return np.array([len(set(one) & set(two)) / 5 for one, two in zip(*first, strict=True)])


def test_pooling_finds_the_first_needs_of_small_spaces() -> None:
    """Raw answers of few people say least, the network's order is the same for everybody; pooled ones beat both."""
    raw, pooled, network, size, held = [], [], [], [], []
    for seed in range(2):
        made = world(seed)
        of, whole = weighted_discrepancy(made.counts)
        found = pool(of, whole)
        raw.append(hits(of.score, made.true))
        pooled.append(hits(found.estimate, made.true))
        network.append(hits(np.broadcast_to(whole, made.true.shape), made.true))
        size.append(made.n)
        held.append((np.abs(found.estimate - made.true) <= 1.96 * found.se).mean())
    own, mixed, same, n = (np.concatenate(each) for each in (raw, pooled, network, size))
    few, some, many = n <= 3, (n >= 4) & (n <= 7), n >= 8
    assert mixed[few].mean() > own[few].mean() + 0.1
    assert mixed[some].mean() > own[some].mean() + 0.05
    assert mixed[many].mean() > own[many].mean() - 0.01
    assert mixed.mean() > same.mean() + 0.03
    # and the standard error is honest: true scores lie within 1.96 of it about 95 times in 100
    assert 0.9 < np.mean(held) < 0.98
