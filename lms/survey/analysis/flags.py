"""Signs that a return may have been filled in without care. Flagged, never deleted. Pure.

Sources: longest identical run after Johnson 2005, Journal of Research in Personality 39(1):103-129; spread within a person
after Dunn et al. 2018, Journal of Business and Psychology 33:105-121. The share of "I don't know" is our own line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lms.survey.analysis.ratings import DONT_KNOW, NOT_ASKED, Codes, Ratings

#: The longest run of one answer within a scale, as a share of its answers, from which it is flagged.
RUN: Final = 0.9
#: A run, a spread and equality say nothing over fewer answers than this.
ROWS: Final = 10
#: More "I don't know" than this, as a share of the ratings asked for.
UNSURE: Final = 0.5


@dataclass(frozen=True)
class Flag:
    """A sign about one respondent: its name, and the figure that raised it."""

    respondent: str
    flag: str
    value: float


def flags(table: Ratings) -> list[Flag]:
    """What stands out, by respondent in the order of the table.

    `same_importance`, `same_competence`: a run of one answer over 90 % of at least ten answers, in item order (value: its
    share). `no_spread`: all ratings of both scales, at least twenty, are the same number (value: 0, their standard deviation).
    `no_difference`: I = C in each of at least ten pairs (value: pairs); people without a gap answer so too, alone it means
    little. `dont_know`: more than half of the ratings asked for (value: their share). `doubtful`: two or more of these
    (value: how many), not counting `no_spread` beside the runs it implies.
    """
    important = _runs(table.importance)
    able = _runs(table.competence)
    pairs = table.pairs
    many = pairs.sum(axis=1)
    equal = ((table.importance == table.competence) & pairs).sum(axis=1)
    asked = (table.importance != NOT_ASKED).sum(axis=1) + (table.competence != NOT_ASKED).sum(axis=1)
    unsure = (table.importance == DONT_KNOW).sum(axis=1) + (table.competence == DONT_KNOW).sum(axis=1)
    both = np.hstack([table.importance, table.competence])
    given = (both > 0).sum(axis=1)
    largest = both.max(axis=1, initial=0)
    smallest = np.where(both > 0, both, 9).min(axis=1, initial=9)
    share = unsure / np.maximum(asked, 1)
    even = (given >= 2 * ROWS) & (largest == smallest)
    same = (many >= ROWS) & (equal == many)
    out: list[Flag] = []
    for at in np.flatnonzero((important >= RUN) | (able >= RUN) | even | same | (share > UNSURE)).tolist():
        who = table.respondents[at]
        found = []
        if important[at] >= RUN:
            found.append(Flag(who, "same_importance", float(important[at])))
        if able[at] >= RUN:
            found.append(Flag(who, "same_competence", float(able[at])))
        if even[at]:
            found.append(Flag(who, "no_spread", 0.0))
        if same[at]:
            found.append(Flag(who, "no_difference", float(many[at])))
        if share[at] > UNSURE:
            found.append(Flag(who, "dont_know", float(share[at])))
        signs = sum(one.flag != "no_spread" for one in found)
        out += found
        if signs >= 2:
            out.append(Flag(who, "doubtful", float(signs)))
    return out


def _runs(codes: Codes) -> npt.NDArray[np.float64]:
    """The longest run of one number within a row, as a share of the row's numbers; 0 for rows with fewer than `ROWS`. What is
    missing neither breaks a run nor counts.
    """
    people = len(codes)
    longest = np.zeros(people, dtype=np.int64)
    current = np.zeros(people, dtype=np.int64)
    last = np.zeros(people, dtype=np.int8)
    for column in codes.T:
        given = column > 0
        same = given & (column == last)
        current = np.where(same, current + 1, np.where(given, 1, current))
        last = np.where(given, column, last)
        longest = np.maximum(longest, current)
    numbers = (codes > 0).sum(axis=1)
    return np.where(numbers >= ROWS, longest / np.maximum(numbers, 1), 0.0)
