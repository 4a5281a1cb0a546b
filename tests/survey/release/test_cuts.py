"""The smallest cut of a graph: against every cut there is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.survey.release.cuts import small_cut


def graph(nodes: int, edges: list[tuple[int, int, int]]) -> np.ndarray:
    weights = np.zeros((nodes, nodes), dtype=np.int64)
    for one, other, people in edges:
        if one != other:
            weights[one, other] += people
            weights[other, one] += people
    return weights


def through(weights: np.ndarray, side: frozenset[int]) -> int:
    inside = np.zeros(len(weights), dtype=bool)
    inside[list(side)] = True
    return int(weights[inside][:, ~inside].sum())


@pytest.mark.parametrize(
    ("nodes", "edges", "has"),
    [
        (1, [], False),
        (2, [], False),
        (2, [(0, 1, 4)], True),
        (2, [(0, 1, 5)], False),
        (3, [(0, 1, 3), (1, 2, 3), (0, 2, 3)], False),
        (3, [(0, 1, 9), (1, 2, 2), (0, 2, 2)], True),
        (4, [(0, 1, 9), (2, 3, 9)], False),
        (4, [(0, 1, 9), (2, 3, 9), (0, 2, 1)], True),
        (4, [(0, 1, 5), (2, 3, 4)], True),
    ],
)
def test_a_small_cut_is_found_where_there_is_one(nodes, edges, has):
    weights = graph(nodes, edges)
    side = small_cut(weights, 5)
    assert (side is not None) == has
    assert side is None or 0 < through(weights, side) < 5


@settings(max_examples=200, deadline=None)
@given(
    nodes=st.integers(2, 7),
    edges=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 6)), max_size=18),
    k=st.integers(2, 9),
)
def test_it_misses_none_and_invents_none(nodes, edges, k):
    weights = graph(nodes, [(one % nodes, other % nodes, people) for one, other, people in edges])
    least = min(
        (
            cut
            for size in range(1, nodes)
            for side in combinations(range(nodes), size)
            if (cut := through(weights, frozenset(side)))
        ),
        default=None,
    )
    side = small_cut(weights, k)
    assert (side is not None) == (least is not None and least < k)
    assert side is None or 0 < through(weights, side) < k
