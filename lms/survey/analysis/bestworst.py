"""Best-worst scaling in closed form, from counts. Pure.

Louviere's best-worst choices; closed form after Lipovetsky & Conklin 2014, Journal of Choice Modelling 10:1-9.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist, median, stdev
from typing import Any, NamedTuple

from lms.survey.analysis.reading import Table, Unusable, whole_number

_WIDTH = NormalDist().inv_cdf(0.975)


class Count(NamedTuple):
    """How often an item was shown, called the best of its set, called the worst."""

    shown: int
    best: int
    worst: int


#: Importance has a ceiling where the median of the items' means is so high, or where they differ so little.
CEILING, FLAT = 4.5, 0.25


def has_ceiling(means: Sequence[float]) -> bool:
    """Whether ratings of importance (item means, 1 to 5) are so high or so much alike that best-worst scaling should follow."""
    return bool(means) and (median(means) >= CEILING or (len(means) > 1 and stdev(means) < FLAT))


def sets_of(items: Sequence[str]) -> list[tuple[str, ...]]:
    """The sets to show: of 13 items 13 sets of 4, in which any two meet once; of 16 items 16 sets of 6, in which any two meet
    twice. Balanced incomplete block designs: the projective plane of order 3 from the difference set 0, 1, 3, 9 (Singer 1938),
    and the biplane of a square of 4 by 4, each place with the others of its row and column. Raises `ValueError` for another
    number of items.
    """
    many = len(items)
    if many == 13:
        return [tuple(items[(at + step) % 13] for step in (0, 1, 3, 9)) for at in range(13)]
    if many == 16:
        return [
            tuple(items[at] for at in range(16) if at != own and (at // 4 == own // 4 or at % 4 == own % 4))
            for own in range(16)
        ]
    raise ValueError("best-worst sets are made of 13 or 16 items")


def read_counts(table: Table) -> dict[str, Count]:
    """Item -> counts from `item,shown,best,worst`. Raises `Unusable`."""
    places = [table.at(name) for name in ("item", "shown", "best", "worst")]
    found: dict[str, Count] = {}
    for line, row in table.rows:
        item = row[places[0]].strip()
        if not item:
            raise Unusable("blank", line, column="item")
        if item in found:
            raise Unusable("item_twice", line, item=item)
        shown, best, worst = (
            whole_number(row[at], name, line) for at, name in zip(places[1:], ("shown", "best", "worst"), strict=True)
        )
        if not shown or best + worst > shown:
            raise Unusable("choices", line, item=item, shown=shown, best=best, worst=worst)
        found[item] = Count(shown, best, worst)
    if not found:
        raise Unusable("no_rows", 1)
    return found


def best_worst(counts: Mapping[str, Count]) -> dict[str, dict[str, Any]]:
    """For each item: `score` = (B - W) / n, -1 to 1; `p` = (n - W + B) / (2 n), the chance to be preferred; `b` = ln(p / (1 - p))
    with its standard error `se` = 1 / sqrt(2 n p (1 - p)) and 95 % interval `low`, `high`; `share` = softmax of b.

    For an item that was always best or always worst b is not finite: `b`, `se`, `low`, `high` are None; its share is the
    limit (always best: shared among those; always worst: 0).
    """
    out: dict[str, dict[str, Any]] = {}
    odds: dict[str, float] = {}
    for item, (shown, best, worst) in sorted(counts.items()):
        p = (shown - worst + best) / (2 * shown)
        b = se = None
        if 0 < p < 1:
            b, se = math.log(p / (1 - p)), 1 / math.sqrt(2 * shown * p * (1 - p))
        odds[item] = math.inf if p == 1 else p / (1 - p)
        out[item] = {
            "score": (best - worst) / shown, "p": p, "b": b, "se": se,
            "low": b - _WIDTH * se if b is not None and se is not None else None,
            "high": b + _WIDTH * se if b is not None and se is not None else None,
            "share": None,
        }  # fmt: skip
    endless = [item for item, odd in odds.items() if math.isinf(odd)]
    total = sum(odds.values())
    for item, odd in odds.items():
        if endless:
            out[item]["share"] = 1 / len(endless) if item in endless else 0.0
        else:
            out[item]["share"] = odd / total if total else 1 / len(odds)
    return out
