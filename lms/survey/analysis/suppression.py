"""Hiding small counts of a table whose margins are published, so that no hidden one can be computed. Pure.

A hidden cell is solvable from the margins and the shown cells exactly if it alone joins two parts of the graph whose nodes
are rows and columns and whose edges are the hidden cells (Gusfield 1988, SIAM Journal on Computing 17(3):552-571). So each
hidden cell is put on a circle of hidden ones; the result is audited by linear algebra in whole numbers, which knows nothing
of graphs.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Set
from typing import Final, TypeAlias

import numpy as np

from lms.survey.analysis.reading import Table, Unusable, whole_number

Place: TypeAlias = tuple[str, str]
#: A table has no more cells than this: the audit takes the cube of what is hidden.
CELLS_MOST: Final = 20_000


def read_cells(table: Table) -> dict[Place, int]:
    """(row, column) -> count from `row,col,count`. Raises `Unusable`."""
    row_at, column_at, count_at = (table.at(name) for name in ("row", "col", "count"))
    found: dict[Place, int] = {}
    for line, row in table.rows:
        place = row[row_at].strip(), row[column_at].strip()
        if not all(place):
            raise Unusable("blank", line, column="col" if place[0] else "row")
        if place in found:
            raise Unusable("cell_twice", line, row=place[0], col=place[1])
        found[place] = whole_number(row[count_at], "count", line)
        if len(found) > CELLS_MOST:
            raise Unusable("cells_most", line, most=CELLS_MOST)
    if not found:
        raise Unusable("no_rows", 1)
    return found


def suppress(cells: Mapping[Place, int], k: int) -> dict[Place, str]:
    """Which cells to hide: "primary" for counts of 1 to k - 1, "secondary" for those hidden so that no primary one can be
    computed from the row and column totals. A cell that is not in the table is an empty place, known to be so. Counts of 0
    are hidden last of all. Raises `Unusable` where a hidden cell can be computed whatever else is hidden (it is alone in its
    row or column).
    """
    hidden: dict[Place, str] = {place: "primary" for place, count in cells.items() if 0 < count < k}
    while True:
        alone = _bridges(hidden.keys())
        if not alone:
            return hidden
        place = min(alone, key=lambda one: (cells[one], one))
        way = _way_round(place, cells, hidden.keys())
        if way is None:
            raise Unusable("cannot_hide", 0, row=place[0], col=place[1])
        for cell in way:
            hidden.setdefault(cell, "secondary")


def _bridges(hidden: Set[Place]) -> set[Place]:
    """Hidden cells that are on no circle."""
    around: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for row, column in sorted(hidden):
        around.setdefault((0, row), []).append((1, column))
        around.setdefault((1, column), []).append((0, row))
    seen: dict[tuple[int, str], int] = {}
    low: dict[tuple[int, str], int] = {}
    found: set[Place] = set()
    for root in around:
        if root in seen:
            continue
        seen[root] = low[root] = len(seen)
        path: list[tuple[tuple[int, str], tuple[int, str] | None, int]] = [(root, None, 0)]
        while path:
            node, parent, at = path.pop()
            if at < len(around[node]):
                path.append((node, parent, at + 1))
                other = around[node][at]
                if other == parent:
                    continue
                if other in seen:
                    low[node] = min(low[node], seen[other])
                else:
                    seen[other] = low[other] = len(seen)
                    path.append((other, node, 0))
            elif parent is not None:
                low[parent] = min(low[parent], low[node])
                if low[node] > seen[parent]:
                    row, column = (node[1], parent[1]) if node[0] == 0 else (parent[1], node[1])
                    found.add((row, column))
    return found


def _way_round(place: Place, cells: Mapping[Place, int], hidden: Set[Place]) -> list[Place] | None:
    """The cells that close a circle with `place` and hide the fewest people: the shortest way from its row to its column."""
    around: dict[tuple[int, str], list[tuple[tuple[int, str], Place]]] = {}
    for row, column in sorted(cells):
        if (row, column) != place:
            around.setdefault((0, row), []).append(((1, column), (row, column)))
            around.setdefault((1, column), []).append(((0, row), (row, column)))
    empty = 1 + sum(cells.values())  # a shown 0 costs more than everything else
    begin, end = (0, place[0]), (1, place[1])
    best: dict[tuple[int, str], tuple[int, int]] = {begin: (0, 0)}
    came: dict[tuple[int, str], tuple[tuple[int, str], Place]] = {}
    queue: list[tuple[tuple[int, int], tuple[int, str]]] = [((0, 0), begin)]
    while queue:
        cost, node = heapq.heappop(queue)
        if node == end:
            way = []
            while node != begin:
                node, cell = came[node]
                way.append(cell)
            return way
        if cost > best[node]:
            continue
        for other, cell in around.get(node, ()):
            more = 0 if cell in hidden else cells[cell] or empty
            reached = (cost[0] + more, cost[1] + 1)
            if other not in best or reached < best[other]:
                best[other] = reached
                came[other] = node, cell
                heapq.heappush(queue, (reached, other))
    return None


def solvable(hidden: Set[Place]) -> list[Place]:
    """The hidden cells whose count follows from the row and column totals: those whose unit vector is in the span of the
    margins' equations. Exact: elimination in whole numbers, which stay -1, 0 and 1 since the matrix is totally unimodular.
    """
    places = sorted(hidden)
    lines = sorted({(0, row) for row, _column in places} | {(1, column) for _row, column in places})
    at = {line: number for number, line in enumerate(lines)}
    matrix = np.zeros((len(lines), len(places)), dtype=np.int64)
    for column, (row, col) in enumerate(places):
        matrix[at[0, row], column] = matrix[at[1, col], column] = 1
    done = 0
    for column in range(len(places)):
        below = np.flatnonzero(matrix[done:, column])
        if not len(below):
            continue
        matrix[[done, done + below[0]]] = matrix[[done + below[0], done]]
        matrix[done] *= matrix[done, column]
        for other in np.flatnonzero(matrix[:, column]).tolist():
            if other != done:
                matrix[other] -= matrix[other, column] * matrix[done]
        done += 1
        if done == len(lines):
            break
    single = matrix[np.count_nonzero(matrix, axis=1) == 1]
    return [places[int(np.flatnonzero(line)[0])] for line in single]
