"""The pages' figures and the researcher's are the same for the same answers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.survey import rules
from lms.survey.analysis.ratings import DONT_KNOW, NOT_MY_ROLE, UNANSWERED, WITHHELD, ratings
from lms.survey.analysis.scores import competition_ranks, moments, scores
from lms.survey.analysis.uncertainty import covariance_of_means, draw, standing

ITEMS = ("K1", "K2", "K3", "K4")
SIGNS = {UNANSWERED: "0", DONT_KNOW: "d", NOT_MY_ROLE: "r", WITHHELD: "w"} | {
    number: str(number) for number in range(1, 6)
}
code = st.sampled_from(sorted(SIGNS))
returns = st.lists(st.lists(st.tuples(code, code), min_size=4, max_size=4), min_size=1, max_size=25)


def both(rows: list[list[tuple[int, int]]]) -> tuple[list[str], object]:
    packed = ["".join(SIGNS[one] + SIGNS[two] for one, two in row) for row in rows]
    return packed, ratings({str(at): dict(zip(ITEMS, row, strict=True)) for at, row in enumerate(rows)})


@settings(max_examples=80, deadline=None)
@given(rows=returns)
def test_scores_and_ranks(rows: list[list[tuple[int, int]]]) -> None:
    packed, table = both(rows)
    found = scores(moments(table))  # type: ignore[arg-type]
    ranks = competition_ranks(found.mwds)
    ordered = []
    for at, (item, sums) in enumerate(zip(ITEMS, rules.sums_of(packed, len(ITEMS)), strict=True)):
        figures = rules.figures_of(item, sums)
        if figures is None:
            assert found.n[at] == 0
            continue
        ordered.append(figures)
        mine = (
            found.n[at],
            found.importance[at],
            found.competence[at],
            found.gap[at],
            found.mwds[at],
            found.rds[at],
            found.nr[at],
        )
        theirs = figures.n, figures.importance, figures.level, figures.gap, figures.mwds, figures.rds, figures.share
        assert mine == theirs
    for figures in rules.ranked(ordered):
        if figures.rank is not None:
            assert figures.rank == ranks[ITEMS.index(figures.item)]
    shown = [ranks[ITEMS.index(one.item)] for one in rules.ranked(ordered)]
    assert all(before <= after for before, after in pairwise(shown))


def test_chances_and_intervals() -> None:
    chance = np.random.default_rng(4)
    rows = [[(int(chance.integers(at + 1, 6)), int(chance.integers(1, 4))) for at in range(4)] for _person in range(40)]
    packed, table = both(rows)
    figures = [one for at, one in enumerate(map(rules.figures_of, ITEMS, rules.sums_of(packed, 4))) if one is not None]
    theirs = {one.item: one for one in rules.with_intervals(rules.ranked(figures), packed, ITEMS, seed=1)}
    mine = standing(draw(table, covariance_of_means(table), 1), rules.TOP)  # type: ignore[arg-type]
    for at, item in enumerate(ITEMS):
        assert abs(mine.low[at] - (theirs[item].best or 0)) <= 1
        assert abs(mine.high[at] - (theirs[item].worst or 0)) <= 1
        assert mine.top[at] == pytest.approx(theirs[item].top, abs=0.04)
