"""Which weights: cells, margins or merged ones, from a register of everybody who was asked; and who answered of whom. Pure.

Post-stratification where every cell has people enough (Holt & Smith 1979, Journal of the Royal Statistical Society A
142(1):33-46); else raking on the margins; else raking after values were merged by a rule that was written down before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from lms.survey.analysis.raking import TRIM, Raked, Sample, rake
from lms.survey.analysis.ratings import Floats
from lms.survey.analysis.reading import Unusable
from lms.survey.analysis.uncertainty import Reweigh, Times

#: A cell stands for itself with at least so many who answered.
CELL_LEAST: Final = 5
#: Weights decide the ranking from this share of the members on of whom the register is complete.
REGISTER_LEAST: Final = 0.95

#: One value of each margin, in the order of the margins: ("manager", "Arrens").
Cell: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Rate:
    """Of how many people in a cell how many answered."""

    answered: int
    asked: int

    @property
    def share(self) -> float | None:
        """How many of the asked answered, 0 to 1; None where nobody was asked."""
        return self.answered / self.asked if self.asked else None


@dataclass(frozen=True)
class Weighed:
    """Weights and how they were made: "cells", "margins" or "merged"."""

    raked: Raked
    way: str


def is_weighted_first(complete: int, members: int) -> bool:
    """Whether the weighted ranking is the one to show: only once the register says, for 95 % of the members or more, all that
    weights are made from (`complete`). Until then it is the unweighted one, with the weighted beside it.
    """
    return members > 0 and complete >= REGISTER_LEAST * members


def response_rates(answered: Iterable[Cell], asked: Mapping[Cell, int]) -> dict[Cell, Rate]:
    """Who answered of whom, cell by cell; a cell of which nobody was asked stands there too if somebody answered in it."""
    came = Counter(answered)
    return {cell: Rate(came[cell], asked.get(cell, 0)) for cell in sorted(asked.keys() | came.keys())}


def weigh(
    sample: Sample,
    register: Mapping[Cell, float],
    *,
    merges: Mapping[str, Mapping[str, str]] | None = None,
    trim: float = TRIM,
) -> Weighed:
    """Weights under which the people who answered stand for the `register`: how many people each cell has, its values in the
    order of the sample's margins. No weight is above `trim` times the mean (see `rake`).

    The cells themselves where each has at least `CELL_LEAST` who answered; else the margins; else the margins after `merges`,
    margin -> value -> the value it is counted as. A cell, or at last a margin's value, that has people in the register and nobody
    who answered cannot be weighed: raises `Unusable`, which names it.
    """
    margins = list(sample.groups)
    people = Counter(_cells(sample))
    if all(people[cell] >= CELL_LEAST for cell, size in register.items() if size > 0):
        crossed = replace(sample, groups={" × ".join(margins): [" × ".join(cell) for cell in _cells(sample)]})
        try:
            targets = {" × ".join(cell): size for cell, size in register.items() if size > 0}
            return Weighed(rake(crossed, {" × ".join(margins): targets}, trim=trim), "cells")
        except Unusable:  # some cell has too few people for the largest weight; the margins may do
            pass
    try:
        return Weighed(rake(sample, _margins(register, margins), trim=trim), "margins")
    except Unusable:
        if not merges:
            raise
    merged = {margin: merges.get(margin, {}) for margin in margins}
    groups = {margin: [merged[margin].get(one, one) for one in values] for margin, values in sample.groups.items()}
    fewer: Counter[Cell] = Counter()
    for cell, size in register.items():
        fewer[tuple(merged[margin].get(one, one) for margin, one in zip(margins, cell, strict=True))] += size  # type: ignore[assignment]
    return Weighed(rake(replace(sample, groups=groups), _margins(fewer, margins), trim=trim), "merged")


def _cells(sample: Sample) -> list[Cell]:
    return list(zip(*sample.groups.values(), strict=True))


def _margins(register: Mapping[Cell, float], margins: Sequence[str]) -> dict[str, dict[str, float]]:
    """Margin -> value -> how many people the register has; values without anybody are left out."""
    out: dict[str, dict[str, float]] = {margin: {} for margin in margins}
    for cell, size in register.items():
        for margin, value in zip(margins, cell, strict=True):
            if size > 0:
                out[margin][value] = out[margin].get(value, 0.0) + size
    return out


def anew(sample: Sample, how: Callable[[Sample], Raked]) -> Reweigh:
    """For `draw`: the weights made anew in each sample that is drawn from these people. `how` is, say, `rake` with its targets.
    Somebody who is drawn twice is two people, each with a weight of their own, and each held at the largest weight by itself.
    """

    def weights(times: Times) -> Floats:
        rows = np.repeat(np.arange(len(times)), times)
        own = rows.tolist()
        made = how(
            Sample(
                [sample.respondents[row] for row in own],
                {margin: [values[row] for row in own] for margin, values in sample.groups.items()},
                sample.weights[rows],
                [sample.lines[row] for row in own],
            )
        )
        return np.bincount(rows, made.weights, len(times)).astype(np.float64)

    return weights
