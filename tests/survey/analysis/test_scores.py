"""Scores: the worked example, identities, ties, and a statistician's library as oracle for the Wilcoxon test."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lms.survey.analysis.ratings import DONT_KNOW, NOT_MY_ROLE, UNANSWERED, WITHHELD, Ratings, ratings
from lms.survey.analysis.scores import (
    competition_ranks,
    cut,
    dont_know,
    holm,
    ipa_quadrant,
    locus_quadrant,
    mid_ranks,
    moments,
    order,
    scores,
    wilcoxon,
)

#: Four people, two items; a fifth person without a level changes nothing.
X = [(5, 2), (5, 3), (4, 4), (4, 5)]
Y = [(3, 1), (3, 2), (3, 3), (5, 2)]
EXAMPLE = {f"p{at}": {"X": X[at], "Y": Y[at]} for at in range(4)}

number = st.integers(1, 5)
code = st.one_of(number, st.sampled_from([UNANSWERED, DONT_KNOW, NOT_MY_ROLE, WITHHELD]))
people = st.lists(st.lists(st.tuples(code, code), min_size=3, max_size=3), min_size=1, max_size=30)
complete = st.lists(st.lists(st.tuples(number, number), min_size=3, max_size=3), min_size=1, max_size=30)


def table(rows: list[list[tuple[int, int]]], weights: list[float] | None = None) -> Ratings:
    answers = {f"r{at}": {f"K{item}": pair for item, pair in enumerate(row)} for at, row in enumerate(rows)}
    return ratings(answers, None if weights is None else {f"r{at}": one for at, one in enumerate(weights)})


@pytest.mark.parametrize("fifth", [{}, {"p4": {"X": (5, DONT_KNOW)}}])
def test_the_worked_example(fifth: dict[str, dict[str, tuple[int, int]]]) -> None:
    found = scores(moments(ratings(EXAMPLE | fifth)))
    assert found.n.tolist() == [4, 4]
    assert found.importance.tolist() == [4.5, 3.5]
    assert found.competence.tolist() == [3.5, 2.0]
    assert found.gap.tolist() == [1.0, 1.5]
    assert found.mwds.tolist() == [4.5, 5.25]
    assert (found.nr.tolist(), found.pr.tolist(), found.tr.tolist()) == ([50, 75], [25, 0], [25, 25])
    assert found.rds.tolist() == [-25, -75]
    assert found.pni_modified.tolist() == [1 / 3.5, 0.75]


def test_dont_know_is_a_share_of_those_who_were_asked() -> None:
    found = dont_know(ratings(EXAMPLE | {"p4": {"X": (5, DONT_KNOW)}, "p5": {"X": (UNANSWERED, UNANSWERED)}}))
    assert found.tolist() == [100 / 6, 0.0]


@settings(max_examples=60, deadline=None)
@given(rows=people)
def test_every_figure_is_the_exact_quotient(rows: list[list[tuple[int, int]]]) -> None:
    found = scores(moments(table(rows)))
    for item in range(3):
        pairs = [row[item] for row in rows if row[item][0] > 0 and row[item][1] > 0]
        assert found.n[item] == len(pairs)
        if not pairs:
            assert np.isnan(found.mwds[item])
            continue
        n = len(pairs)
        important, able = sum(one for one, _two in pairs), sum(two for _one, two in pairs)
        assert found.mwds[item] == float(Fraction((important - able) * important, n * n))
        assert found.pni_modified[item] == float(Fraction(important - able, able))
        assert found.rds[item] == float(100 * Fraction(sum((two > one) - (two < one) for one, two in pairs), n))
        assert found.high_low[item] == float(100 * Fraction(sum(one >= 4 and two <= 2 for one, two in pairs), n))


@settings(max_examples=60, deadline=None)
@given(rows=complete, raised=st.lists(number, min_size=5, max_size=5, unique=True))
def test_identities(rows: list[list[tuple[int, int]]], raised: list[int]) -> None:
    found = scores(moments(table(rows)))
    # MWDS is the original PNI: (I - D) I on means; and not the mean of d I, from which it differs by their covariance.
    assert np.allclose(found.mwds, (found.importance - found.competence) * found.importance, atol=1e-12)
    for item in range(3):
        important = np.array([row[item][0] for row in rows])
        gap = important - np.array([row[item][1] for row in rows])
        covariance = (gap * important).mean() - gap.mean() * important.mean()
        assert np.isclose((gap * important).mean() - covariance, found.mwds[item], atol=1e-12)
        # The ranked discrepancy is minus the paired dominance statistic.
        assert np.isclose(found.rds[item], -100 * ((gap > 0).mean() - (gap < 0).mean()), atol=1e-12)
    # A strictly increasing relabelling of both scales leaves it alone; percentages add up.
    larger = sorted(raised)
    moved = scores(moments(table([[(larger[a - 1], larger[b - 1]) for a, b in row] for row in rows])))
    assert np.array_equal(moved.rds, found.rds)
    assert np.allclose(found.nr + found.pr + found.tr, 100)


@settings(max_examples=40, deadline=None)
@given(rows=people, times=st.lists(st.integers(1, 4), min_size=30, max_size=30))
def test_a_weight_of_two_is_the_same_person_twice(rows: list[list[tuple[int, int]]], times: list[int]) -> None:
    weighted = scores(moments(table(rows, [float(times[at]) for at in range(len(rows))])))
    repeated = scores(moments(table([row for at, row in enumerate(rows) for _time in range(times[at])])))
    assert np.allclose(weighted.mwds, repeated.mwds, equal_nan=True, atol=1e-12)
    assert np.allclose(weighted.rds, repeated.rds, equal_nan=True, atol=1e-12)
    assert weighted.n.tolist() == scores(moments(table(rows))).n.tolist()  # people are never weighted


def test_ties_share_a_rank_and_stand_together_by_code() -> None:
    values = np.array([1.0, 2.0 + 1e-14, 2.0, np.nan, -1.0, 2.0])
    assert competition_ranks(values).tolist() == [4, 1, 1, 6, 5, 1]
    assert mid_ranks(np.array([1.0, 2.0 + 1e-14, 2.0, -1.0])).tolist() == [3.0, 1.5, 1.5, 4.0]
    assert order(values, ["a", "f", "c", "d", "e", "b"]) == [["b", "c", "f"], "a", "e"]


def counted(differences: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many people gave each pair of ratings, for these differences I - C."""
    counts = np.zeros((5, 5), dtype=np.int64)
    for one in differences.tolist():
        counts[max(one, 0), max(-one, 0)] += 1
    return counts


@pytest.mark.parametrize("seed", range(12))
def test_wilcoxon_agrees_with_scipy(seed: int) -> None:
    chance = np.random.default_rng(seed)
    few = chance.integers(-4, 5, size=11)
    mine, kept = wilcoxon(counted(few)), few[few != 0]
    theirs = stats.wilcoxon(kept, method=stats.PermutationMethod(n_resamples=np.inf))
    assert (mine.method, mine.n, mine.zeros) == ("exact", len(kept), 11 - len(kept))
    assert min(mine.t_plus, mine.t_minus) == theirs.statistic
    assert mine.p == pytest.approx(theirs.pvalue, abs=1e-12)
    many = chance.integers(-3, 5, size=600)
    mine = wilcoxon(counted(many))
    theirs = stats.wilcoxon(many, zero_method="wilcox", correction=False, method="asymptotic")
    assert mine.method == "normal"
    assert mine.p == pytest.approx(theirs.pvalue, rel=1e-9)
    assert mine.t_plus + mine.t_minus == mine.n * (mine.n + 1) / 2
    assert mine.r == pytest.approx((mine.t_plus - mine.t_minus) / (mine.t_plus + mine.t_minus))


def test_wilcoxon_where_nothing_moves() -> None:
    assert wilcoxon(counted(np.zeros(7, dtype=np.int64))).method == "none"
    assert wilcoxon(counted(np.zeros(7, dtype=np.int64))).p == 1.0


def test_holm_steps_down() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_the_cross_hairs_stand_at_the_mean_of_the_items_or_in_the_middle_of_the_scale() -> None:
    values = np.array([4.0, np.nan, 5.0])
    assert (cut(values), cut(values, centred=False)) == (4.5, 3.0)
    assert np.isnan(cut(values[1:2]))
    assert cut(values[1:2], centred=False) == 3.0


@pytest.mark.parametrize(
    ("important", "able", "quadrant"),
    [
        (True, False, "concentrate_here"),
        (True, True, "keep_up"),
        (False, False, "low_priority"),
        (False, True, "possible_overkill"),
    ],
)
def test_quadrants(important: bool, able: bool, quadrant: str) -> None:
    assert ipa_quadrant(important, able) == quadrant
    assert locus_quadrant(able, important) == ("H" if able else "L") + ("H" if important else "L")
