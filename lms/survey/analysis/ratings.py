"""Ratings of many people on many items as arrays. Pure.

Notation: item k, person i, importance I and competence C from 1 to 5; a pair is both ratings of one
item by one person. Codes of a missing rating are 0 and below, four of them and never a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Codes: TypeAlias = npt.NDArray[np.int8]
Floats: TypeAlias = npt.NDArray[np.float64]

#: Left empty, "I don't know", "not my role", "I prefer not to say"; and no row at all: the item was not asked.
UNANSWERED: Final = 0
DONT_KNOW: Final = -1
NOT_MY_ROLE: Final = -2
WITHHELD: Final = -3
NOT_ASKED: Final = -4
LOWEST: Final = 1
HIGHEST: Final = 5


@dataclass(frozen=True)
class Ratings:
    """What people answered: `importance` and `competence` have a row for each respondent and a column for each item."""

    respondents: Sequence[str]
    #: Item codes, in their order.
    items: Sequence[str]
    importance: Codes
    competence: Codes
    #: A weight for each respondent, each 1 where none is given.
    weights: Floats
    #: Further columns of the table: name -> a value for each respondent.
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: Whether weights were given at all.
    weighted: bool = False

    @property
    def pairs(self) -> npt.NDArray[np.bool_]:
        """Where both ratings are numbers (people x items)."""
        both: npt.NDArray[np.bool_] = (self.importance > 0) & (self.competence > 0)
        return both

    def of(self, rows: npt.NDArray[np.bool_]) -> Ratings:
        """The ratings of some of the people: `rows` is true for those who stay. All items stay."""
        kept: list[int] = np.flatnonzero(rows).tolist()
        return Ratings(
            [self.respondents[row] for row in kept], self.items, self.importance[kept], self.competence[kept],
            self.weights[kept], {name: [values[row] for row in kept] for name, values in self.columns.items()},
            self.weighted,
        )  # fmt: skip


def ratings(
    answers: Mapping[str, Mapping[str, tuple[int, int]]], weights: Mapping[str, float] | None = None
) -> Ratings:
    """Ratings from respondent -> item -> (importance, competence): for small tables and tests.

    Raises `KeyError` for a respondent without a weight where weights are given.
    """
    items = sorted({item for rows in answers.values() for item in rows})
    blank = np.full((len(answers), len(items)), NOT_ASKED, dtype=np.int8)
    importance, competence = blank.copy(), blank.copy()
    for row, rows in enumerate(answers.values()):
        for item, (important, able) in rows.items():
            importance[row, items.index(item)] = important
            competence[row, items.index(item)] = able
    people = list(answers)
    given = np.array([weights[one] for one in people], dtype=float) if weights is not None else np.ones(len(people))
    return Ratings(people, items, importance, competence, given, weighted=weights is not None)
