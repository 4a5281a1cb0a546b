"""What qualifies an order: each check against a table small enough to see through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lms.survey.analysis.checks import agreement, at_lowest, cannot_judge, checks, complete, depends
from lms.survey.analysis.flags import flags
from lms.survey.analysis.ratings import DONT_KNOW, UNANSWERED, Ratings, ratings
from lms.survey.analysis.report import analyse
from lms.survey.analysis.scores import moments, scores


def test_what_people_cannot_judge() -> None:
    table = ratings(
        {
            "a": {"X": (5, DONT_KNOW), "Y": (5, 3)}, "b": {"X": (4, 2), "Y": (3, DONT_KNOW)}, "c": {"X": (4, 2), "Y": (4, 3)},
            "d": {"X": (4, 3), "Y": (UNANSWERED, 3)},
        }
    )  # fmt: skip
    assert cannot_judge(table).tolist() == [25.0, 0.0]  # who finds Y less important than 4 does not count
    found = scores(moments(table))
    made = checks(table, found, [])
    assert made["cannot_judge"] == {"X": 25.0}
    lowest = scores(moments(at_lowest(table)))
    assert lowest.n.tolist() == [4, 2]
    assert lowest.competence[0] == (1 + 2 + 2 + 3) / 4
    assert table.competence[0, 0] == DONT_KNOW  # the table stays as it was


def test_an_item_that_moves_between_the_methods_says_why() -> None:
    """Everybody has a small gap in A: first by the ranked discrepancy, behind five items with wide gaps by MWDS."""
    rows = {
        f"p{at}": {"A": (3, 2)} | {f"W{item}": (5, 1) if at < 8 else (3, 3) for item in range(5)} | {"Z": (2, 2)}
        for at in range(10)
    }
    found = scores(moments(ratings(rows)))
    assert depends(found) == ["size", None, None, None, None, None, None]
    assert checks(ratings(rows), found, [])["depends_on_method"] == {"A": "size"}
    # The same gaps everywhere; one item is nearly unimportant.
    rows = {
        f"p{at}": {"A": (2, 1)} | {f"W{item}": (5, 4) if at < 9 else (5, 5) for item in range(5)} for at in range(10)
    }
    assert depends(scores(moments(ratings(rows))))[0] == "importance"


def test_ties_speak_for_agreement() -> None:
    rows = {f"p{at}": {f"K{item}": (item, item - 1) for item in range(2, 6)} for at in range(3)}
    rows = {who: {f"{name}{copy}": pair for name, pair in own.items() for copy in "ab"} for who, own in rows.items()}
    assert depends(scores(moments(ratings(rows)))) == [None] * 8  # by the share all eight are equal


@settings(max_examples=60, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=12))
def test_agreement_is_spearmans(pairs: list[tuple[int, int]]) -> None:
    one, two = np.array(pairs, dtype=float).T
    if one.std() and two.std():
        assert agreement(one, two) == pytest.approx(stats.spearmanr(one, two).statistic)
    else:
        assert np.isnan(agreement(one, two))


def test_half_of_the_pairs_make_a_return_complete() -> None:
    table = ratings(
        {
            "a": {"X": (5, 1), "Y": (5, DONT_KNOW)}, "b": {"X": (5, UNANSWERED), "Y": (5, DONT_KNOW)}, "c": {"X": (5, 1)},
        }
    )  # fmt: skip
    assert complete(table).tolist() == [True, False, True]


def robots(weighted: bool) -> Ratings:
    """Twenty people for whom A comes first, and ten who answer 5 and 1 to B and nothing else."""
    items = [f"K{at:02}" for at in range(12)]
    chance = np.random.default_rng(2)
    importance = np.vstack([chance.integers(2, 6, (20, 12)), np.full((10, 12), 5)]).astype(np.int8)
    competence = np.vstack([chance.integers(1, 4, (20, 12)), np.full((10, 12), 1)]).astype(np.int8)
    importance[:20, 0], competence[:20, 0] = 5, 1
    importance[20:, 0], competence[20:, 0] = 5, 5
    weights = np.array([1.0] * 20 + [3.0] * 10) if weighted else np.ones(30)
    return Ratings([f"p{at}" for at in range(30)], items, importance, competence, weights, weighted=weighted)


def test_orders_with_and_without_the_doubtful_and_the_weights() -> None:
    table = robots(weighted=True)
    found = analyse(table, seed=1, checked=True)
    made = found["checks"]
    assert made["n_doubtful"] == 10
    alone = analyse(table.of(np.arange(30) < 20), seed=1)
    assert alone["items"]["K00"]["rank"] == 1
    assert found["items"]["K00"]["rank"] > 1
    assert made["without_doubtful"]["moved"]["K00"] == [found["items"]["K00"]["rank"], 1]
    plain = analyse(robots(weighted=False), seed=1)["items"]
    assert made["unweighted"]["moved"] == {
        item: [one["rank"], plain[item]["rank"]]
        for item, one in found["items"].items()
        if one["rank"] != plain[item]["rank"]
    }
    assert "unweighted" not in analyse(robots(weighted=False), seed=1, checked=True)["checks"]
    assert "checks" not in plain
    assert {one.flag for one in flags(table)} == {"same_importance", "same_competence", "doubtful"}
