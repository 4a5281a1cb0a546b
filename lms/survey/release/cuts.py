"""Whether somebody who keeps every figure can compute one about fewer than k people. Pure.

The figures of one track (one item, or the number of people) are sums over sets of people. Everything that can be computed from
them by adding and subtracting is a sum over people with coefficients; it is about those whose coefficient is not 0. Where the
sets come from two partitions of the people (the network's batches, and the parts that are told of territories and spaces), a
coefficient is the potential of the person's batch minus that of the person's part; people told by neither side stand on a node
of potential 0. So the people are the edges of a graph, and what can be computed is its cut space: the smallest group that
anything is about is its smallest cut that is not empty (Gusfield 1988, SIAM Journal on Computing 17(3):552-571, for single
cells).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lms.survey.analysis.ratings import Floats


def small_cut(weights: npt.NDArray[Any], k: int) -> frozenset[int] | None:
    """One side of a cut through which 1 to k - 1 people go, or None where there is none.

    `weights` is nodes x nodes, symmetric: how many people join two nodes; the diagonal is not read. By maximum adjacency
    orderings (Stoer & Wagner 1997, Journal of the ACM 44(4):585-591): the last node of an ordering is cut off from the one
    before it most cheaply by itself, and a node to which k people or more lead from those before it cannot be cut off from
    its neighbour in the order by fewer than k (Nagamochi & Ibaraki 1992, SIAM Journal on Discrete Mathematics 5(1):54-66),
    so that the two become one.
    """
    whole = np.array(weights, dtype=np.float64)
    np.fill_diagonal(whole, 0.0)
    for part in _components(whole > 0):
        groups, inside = _merged([[int(node)] for node in part], whole[np.ix_(part, part)], k)
        while len(groups) > 1:
            order, joined = _ordering(inside)
            if joined[-1] < k:
                return frozenset(groups[order[-1]])
            near = np.empty(len(groups), dtype=np.int64)
            near[order] = np.cumsum(np.concatenate([[0.0], joined[1:] < k])).astype(np.int64)
            groups, inside = _as_one(groups, inside, near)
    return None


def _merged(groups: list[list[int]], weights: Floats, k: int) -> tuple[list[list[int]], Floats]:
    """Nodes that k people or more join directly become one, for no small cut parts them."""
    names = np.zeros(len(groups), dtype=np.int64)
    for name, part in enumerate(_components(weights >= k)):
        names[part] = name
    return _as_one(groups, weights, names)


def _as_one(groups: list[list[int]], weights: Floats, names: npt.NDArray[np.int64]) -> tuple[list[list[int]], Floats]:
    """The groups of one name together, and how many people join what results."""
    made: list[list[int]] = [[] for _name in range(int(names.max()) + 1)]
    for group, name in zip(groups, names.tolist(), strict=True):
        made[name] += group
    onto = np.zeros((len(groups), len(made)))
    onto[np.arange(len(groups)), names] = 1.0
    inside = onto.T @ weights @ onto
    np.fill_diagonal(inside, 0.0)
    return made, inside


def _components(joined: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.int64]]:
    """The nodes of each part that hangs together."""
    left = np.ones(len(joined), dtype=bool)
    parts = []
    while left.any():
        inside = np.zeros(len(joined), dtype=bool)
        edge = np.array([int(np.flatnonzero(left)[0])])
        while len(edge):
            inside[edge] = True
            edge = np.flatnonzero(joined[edge].any(axis=0) & ~inside)
        left &= ~inside
        parts.append(np.flatnonzero(inside))
    return parts


def _ordering(weights: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """Nodes in maximum adjacency order, and how many people lead to each from all before it."""
    many = len(weights)
    order, joined = np.empty(many, dtype=np.int64), np.zeros(many)
    pull = np.zeros(many)
    node = 0
    for place in range(many):
        order[place], joined[place] = node, max(pull[node], 0.0)
        pull += weights[node]
        pull[order[: place + 1]] = -1.0
        node = int(pull.argmax())
    return order, joined
