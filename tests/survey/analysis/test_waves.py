"""Two waves: identities of change, the matched panel, badges, and intervals that hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.survey.analysis.ratings import DONT_KNOW, UNANSWERED, Ratings, ratings
from lms.survey.analysis.uncertainty import RESAMPLED_MOST
from lms.survey.analysis.waves import compare, difference, matched, panel_intervals, trend

code = st.one_of(st.integers(1, 5), st.sampled_from([UNANSWERED, DONT_KNOW]))
wave = st.dictionaries(
    st.sampled_from([f"p{at}" for at in range(8)]),
    st.dictionaries(st.sampled_from(["A", "B", "C"]), st.tuples(code, code), min_size=1),
    min_size=1,
)


@settings(max_examples=120, deadline=None)
@given(first=wave, second=wave)
def test_identities(
    first: dict[str, dict[str, tuple[int, int]]], second: dict[str, dict[str, tuple[int, int]]]
) -> None:
    before, after = ratings(first), ratings(second)
    panel = matched(before, after)
    for of in (trend(before, after), panel.trend):
        assert list(of.items) == sorted(set(before.items) & set(after.items))
        assert np.allclose(of.gap, of.importance - of.competence, equal_nan=True)
        closed = of.closure
        gap = of.before.gap > 1e-9
        assert np.isnan(closed[~gap]).all()
        known = gap & ~np.isnan(of.after.gap)
        assert np.allclose(closed[known], -100 * of.gap[known] / of.before.gap[known])
        assert not of.faded[~known].any()
        for at in np.flatnonzero(known & (of.gap < -1e-9)):  # narrowed: either importance or competence did more of it
            assert of.faded[at] == (-of.importance[at] >= of.competence[at] - 1e-9)
    for at, item in enumerate(panel.after.items):  # the same people in both waves, item by item
        both = [
            who
            for who in second
            if who in first and min(*first[who].get(item, (0, 0)), *second[who].get(item, (0, 0))) > 0
        ]
        assert panel.trend.before.n[at] == panel.trend.after.n[at] == len(both)
        if both:
            moved = [
                (second[who][item][0] - second[who][item][1]) - (first[who][item][0] - first[who][item][1])
                for who in both
            ]
            assert panel.trend.gap[at] == pytest.approx(np.mean(moved))
    assert list(panel.before.respondents) == list(panel.after.respondents) == [one for one in second if one in first]


def one(importance: list[int], competence: list[int]) -> Ratings:
    return ratings({f"p{at}": {"A": pair} for at, pair in enumerate(zip(importance, competence, strict=True))})


@pytest.mark.parametrize(
    ("before", "after", "closure", "faded"),
    [
        (([5, 5], [3, 3]), ([5, 5], [4, 4]), 50.0, False),  # learned
        (([5, 5], [3, 3]), ([4, 4], [3, 3]), 50.0, True),  # importance fell
        (([5, 5], [3, 3]), ([4, 4], [4, 4]), 100.0, True),  # half and half: said so
        (([5, 5], [3, 3]), ([4, 5], [4, 4]), 75.0, False),  # mostly learned
        (([5, 5], [3, 3]), ([3, 3], [2, 2]), 50.0, True),  # both fell
        (([4, 4], [3, 3]), ([5, 5], [3, 3]), -100.0, False),  # widened
        (([4, 4], [3, 3]), ([4, 4], [5, 5]), 200.0, False),  # turned
        (([3, 3], [3, 3]), ([3, 3], [2, 2]), None, False),  # there was none
        (([3, 3], [4, 4]), ([2, 2], [4, 4]), None, False),
    ],
)
def test_closure_and_its_badge(
    before: tuple[list[int], list[int]], after: tuple[list[int], list[int]], closure: float | None, faded: bool
) -> None:
    told = compare(one(*before), one(*after), seed=1)
    for part in ("all", "panel"):
        assert told[part]["A"]["closure_pct"] == (None if closure is None else pytest.approx(closure))
        assert told[part]["A"]["importance_fell"] is faded


def test_everybody_and_the_panel_are_told_apart_and_a_reworded_item_has_no_trend() -> None:
    before = ratings({"a": {"A": (5, 1), "B1": (4, 2)}, "b": {"A": (5, 3)}})
    after = ratings({"c": {"A": (5, 5), "B2": (4, 2)}, "b": {"A": (5, 4)}})
    told = compare(before, after, seed=1)
    assert told["no_trend"] == ["B1", "B2"]
    assert list(told["all"]) == list(told["panel"]) == ["A"]
    assert told["all"]["A"]["gap"] == -2.5
    assert (told["panel"]["A"]["gap"], told["panel"]["A"]["n_before"], told["n_matched"]) == (-1.0, 1, 1)
    assert told["panel"]["A"]["gap_low"] is None  # one person has no interval


def test_ranked_discrepancy_changes_in_points() -> None:
    # Two of four had a gap; one of them has closed it.
    told = compare(one([5, 5, 3, 3], [3, 3, 3, 3]), one([5, 5, 3, 3], [5, 3, 3, 3]), seed=1)["panel"]["A"]
    assert told["rds"] == 25.0
    assert told["rds_low"] <= 25.0 <= told["rds_high"]


def test_without_anybody_in_both_waves() -> None:
    told = compare(ratings({"a": {"A": (5, 1)}}), ratings({"b": {"A": (5, 2)}}), seed=1, trained=["b"])
    assert told["n_matched"] == 0
    assert told["panel"]["A"]["gap"] is None
    assert told["difference"]["A"]["gap"] is None
    assert told["difference"]["A"]["gap_low"] is None


def waves(many: int, seed: int, learned: float, trained: int) -> tuple[Ratings, Ratings]:
    """Two waves of the same people; of the first `trained` many learned on average `learned` more than the others."""
    chance = np.random.default_rng(seed)
    own = chance.normal(0, 0.5, (many, 1))
    gains = np.where(np.arange(many) < trained, learned, 0.0)[:, None]

    def wave(more: object) -> Ratings:
        important = np.clip(np.rint(chance.normal(3.4 + own, 0.8, (many, 2))), 1, 5)
        able = np.clip(np.rint(chance.normal(2.6 + own + more, 0.8, (many, 2))), 1, 5)
        return Ratings(
            [f"p{at}" for at in range(many)], ["A", "B"], important.astype(np.int8), able.astype(np.int8), np.ones(many)
        )

    return wave(0.0), wave(gains)


@pytest.mark.parametrize("learned", [0.0, 0.6])
def test_difference_in_differences_holds_the_truth(learned: float) -> None:
    """Between 40 trained and 60 others: the interval holds the difference of two very large groups, 95 times in 100."""
    many = waves(200_000, 1, learned, 100_000)
    truth = difference(matched(*many), {f"p{at}" for at in range(100_000)}, seed=1, draws=10)
    assert truth.gap == pytest.approx(truth.importance - truth.competence)
    assert truth.gap == pytest.approx([-learned] * 2, abs=0.1)  # ends of the scale take a little away
    held = 0
    for seed in range(100):
        found = difference(
            matched(*waves(100, seed, learned, 40)), {f"p{at}" for at in range(40)}, seed=seed, draws=300
        )
        held += int(((found.gap_interval.low <= truth.gap) & (truth.gap <= found.gap_interval.high)).sum())
        assert found.trained.tolist() == [40, 40]
        assert found.others.tolist() == [60, 60]
    assert held / 200 > 0.89


def test_many_people_are_drawn_from_the_normal_and_agree_with_resampling() -> None:
    before, after = waves(RESAMPLED_MOST + 1, 4, 0.3, 3_000)
    few = np.arange(RESAMPLED_MOST + 1) < RESAMPLED_MOST
    normal = panel_intervals(matched(before, after), seed=1)
    resampled = panel_intervals(matched(before.of(few), after.of(few)), seed=1)
    for one, two in zip(normal, resampled, strict=True):
        assert np.allclose(one.high - one.low, two.high - two.low, rtol=0.1)


def test_one_seed_one_result() -> None:
    before, after = waves(30, 5, 0.5, 10)
    assert compare(before, after, seed=7, trained=["p1", "p2"]) == compare(before, after, seed=7, trained=["p1", "p2"])
    assert compare(before, after, seed=7)["panel"] != compare(before, after, seed=8)["panel"]
