"""Hiding small counts of a table whose margins are published, so that no hidden one can be computed. Pure.

What a reader knows: the row and column totals, the shown counts, which cells are hidden as primary and which as secondary,
and this rule: a primary count is 1 to k - 1, a secondary one k or more. Two things are looked at.

*Solvable*: the count follows from the totals alone. A hidden cell is solvable exactly if it alone joins two parts of the
graph whose nodes are rows and columns and whose edges are the hidden cells (Gusfield 1988, SIAM Journal on Computing
17(3):552-571). None is left; the result is audited by linear algebra in whole numbers, which knows nothing of graphs.

*Told*: the count follows from the totals and the rule together. Two hidden cells of a row that add up to 2 are both 1. A
count is not told exactly if there is a circle of hidden cells on which one person can be moved round, cell by cell one more
and one less, without leaving what the rule allows (a circle of the residual network: Cox 1995, Journal of the American
Statistical Association 90:1453-1462). Cells are hidden until each is on such a circle. Where a table has none (small rows of
zeros, k = 2), the cell stays told, and is named.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Final, TypeAlias

import numpy as np

from lms.survey.analysis.reading import Table, Unusable, whole_number

Place: TypeAlias = tuple[str, str]
#: A row (0, its name) or a column (1, its name).
Node: TypeAlias = tuple[int, str]
Arcs: TypeAlias = Mapping[Node, Sequence[tuple[Node, Place]]]
#: A table has no more cells than this: the audit takes the cube of what is hidden.
CELLS_MOST: Final = 20_000
#: To hide a count of 0 costs more than to hide everybody else.
ZERO: Final = 10**30


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
    """Which cells to hide: "primary" for counts of 1 to k - 1, "secondary" for those hidden so that no count can be computed from
    the row and column totals, nor from these and the rule (see above) where the table allows it. A cell that is not in the
    table is an empty place, known to be so. Counts of 0 are hidden last of all, and only against the totals. Raises `Unusable`
    where a hidden cell can be computed whatever else is hidden (it is alone in its row or column).
    """
    hidden: dict[Place, str] = {place: "primary" for place, count in cells.items() if 0 < count < k}
    lost: set[Place] = set()
    around = _around(cells, lambda place: _moves(place, cells, k))
    while bare := sorted(told(cells, hidden.keys(), k) - lost, key=lambda one: (cells[one], one)):
        for place in bare:
            row, column = (0, place[0]), (1, place[1])
            more, less = _moves(place, cells, k)
            ways = [_cheapest(around, column, row, place, cells, hidden.keys())] if more else []
            ways += [_cheapest(around, row, column, place, cells, hidden.keys())] if less else []
            found = [way for way in ways if way is not None]
            if not found:
                lost.add(place)
                continue
            for cell in min(found)[1]:
                hidden.setdefault(cell, "secondary")
    around = _around(cells, lambda _place: (True, True))
    while alone := sorted(_bridges(hidden.keys()), key=lambda one: (cells[one], one)):
        for place in alone:
            way = _cheapest(around, (0, place[0]), (1, place[1]), place, cells, hidden.keys())
            if way is None:
                raise Unusable("cannot_hide", 0, row=place[0], col=place[1])
            for cell in way[1]:
                hidden.setdefault(cell, "secondary")
    return hidden


def _moves(place: Place, cells: Mapping[Place, int], k: int) -> tuple[bool, bool]:
    """Whether a cell, once hidden, can hold one person more, and one less, and still be what the rule says of it."""
    count = cells[place]
    if count < k:
        return 0 < count < k - 1, count > 1
    return True, count > k


def _around(cells: Mapping[Place, int], moves: Callable[[Place], tuple[bool, bool]]) -> Arcs:
    """The arcs from each row and column: one person more in a cell goes from its row to its column, one less goes back."""
    around: dict[Node, list[tuple[Node, Place]]] = {}
    for place in sorted(cells):
        row, column = (0, place[0]), (1, place[1])
        more, less = moves(place)
        if more:
            around.setdefault(row, []).append((column, place))
        if less:
            around.setdefault(column, []).append((row, place))
    return around


def told(cells: Mapping[Place, int], hidden: Set[Place], k: int) -> set[Place]:
    """The hidden cells whose count a reader who knows the rule can tell, by an equation or not: those on no circle of allowed
    moves. An arc is on a circle exactly if both its ends are in one strong component; a pair of arcs there and back is no
    circle, but is on one if it is no bridge of its component (Boesch & Tindell 1980, American Mathematical Monthly
    87(9):716-719).
    """
    arcs: dict[Node, list[Node]] = {}
    movable: list[Place] = []
    for place in sorted(hidden):
        row, column = (0, place[0]), (1, place[1])
        more, less = _moves(place, cells, k)
        if more or less:
            movable.append(place)
        for begin, end, free in ((row, column, more), (column, row, less)):
            arcs.setdefault(begin, [])
            if free:
                arcs[begin].append(end)
    part = _strong_parts(arcs)
    inside = {place for place in movable if part[0, place[0]] == part[1, place[1]]}
    return set(hidden - inside) | _bridges(inside)


def _strong_parts(arcs: Mapping[Node, Sequence[Node]]) -> dict[Node, int]:
    """The strong component of each node (Tarjan 1972, SIAM Journal on Computing 1(2):146-160)."""
    seen: dict[Node, int] = {}
    low: dict[Node, int] = {}
    part: dict[Node, int] = {}
    waiting: list[Node] = []
    for root in arcs:
        if root in seen:
            continue
        path = [(root, 0)]
        while path:
            node, at = path.pop()
            if at == 0:
                seen[node] = low[node] = len(seen)
                waiting.append(node)
            elif (before := arcs[node][at - 1]) not in part:
                low[node] = min(low[node], low[before])
            while at < len(arcs[node]) and arcs[node][at] in seen:
                if arcs[node][at] not in part:
                    low[node] = min(low[node], seen[arcs[node][at]])
                at += 1
            if at < len(arcs[node]):
                path += [(node, at + 1), (arcs[node][at], 0)]
            elif low[node] == seen[node]:
                while True:
                    other = waiting.pop()
                    part[other] = seen[node]
                    if other == node:
                        break
    return part


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


def _cheapest(
    around: Arcs, begin: Node, end: Node, without: Place, cells: Mapping[Place, int], hidden: Set[Place]
) -> tuple[tuple[int, int], list[Place]] | None:
    """The way between two nodes, past the cell `without`, that hides the fewest people more, of those the one with the fewest
    cells (Dijkstra): ((people, cells), its cells). None where there is no way.
    """
    best: dict[Node, tuple[int, int]] = {begin: (0, 0)}
    came: dict[Node, tuple[Node, Place]] = {}
    queue: list[tuple[tuple[int, int], Node]] = [((0, 0), begin)]
    while queue:
        cost, node = heapq.heappop(queue)
        if node == end:
            way = []
            while node != begin:
                node, cell = came[node]
                way.append(cell)
            return cost, way
        if cost > best[node]:
            continue
        for other, cell in around.get(node, ()):
            if cell == without:
                continue
            more = 0 if cell in hidden else cells[cell] or ZERO
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


def suppressed(total: int, parts: Mapping[str, int], k: int) -> frozenset[str]:
    """Which parts of a total must stay hidden so that no difference shows fewer than `k` people.

    `total` is the number of people the parent's figure is made of, `parts` that of each part (a part is a subset of the
    parent). Parts under `k` are hidden; then the smallest shown part is hidden too, as long as the parent without the
    shown parts is 1 to k - 1 people (complementary suppression). For a table that is told once; what is told again and
    again goes through `lms.survey.release`.
    """
    hidden = {name for name, size in parts.items() if size < k}
    shown = sorted((size, name) for name, size in parts.items() if name not in hidden)
    while shown and 0 < total - sum(size for size, _name in shown) < k:
        hidden.add(shown.pop(0)[1])
    return frozenset(hidden)
