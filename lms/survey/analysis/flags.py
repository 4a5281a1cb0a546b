"""Signs that a return may have been filled in without care. Flagged, never deleted. Pure.

Sources: longest identical run after Johnson 2005, Journal of Research in Personality 39(1):103-129; spread within a person
after Dunn et al. 2018, Journal of Business and Psychology 33:105-121. The share of "I don't know" is our own line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lms.survey.analysis.ratings import DONT_KNOW, NOT_ASKED, Codes, Ratings

#: The longest run of one answer within a scale, as a share of its answers, from which it is flagged.
RUN: Final = 0.9
#: A run is flagged from this share on, too, where it is longer than this share of people's and so many are compared.
LONG: Final = 0.5
UNUSUAL: Final = 0.99
COMPARED: Final = 100
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


def flags(
    table: Ratings, *, domains: Mapping[str, str] | None = None, groups: Sequence[str] | None = None
) -> list[Flag]:
    """What stands out, by respondent in the order of the table. `domains` has each item's page, `groups` a name for each
    respondent (their space); without them all items are one page, and nobody is compared with others.

    `same_importance`, `same_competence`: a run of one answer over 90 % of at least ten answers, in item order, or one longer
    than 99 in 100 people's and over half of the answers, where a hundred people can be compared (value: its share).
    `no_spread`: all ratings of a page, at least ten (twenty without `domains`), are the same number (value: how many such
    pages). `no_difference`: I = C in each of at least ten pairs (value: pairs); people without a gap answer so too, alone it
    means little. `dont_know`: more than half of the ratings asked for (value: their share). `identical`: all answers, at least
    twenty numbers among them, are those of somebody else in the group (value: how many people share them). `doubtful`: two or
    more of these (value: how many), not counting `no_spread` beside the runs it implies.

    How long a page took is not looked at: no times are kept.
    """
    important, able = _runs(table.importance), _runs(table.competence)
    lines = _line(important), _line(able)
    pairs = table.pairs
    many = pairs.sum(axis=1)
    equal = ((table.importance == table.competence) & pairs).sum(axis=1)
    asked = (table.importance != NOT_ASKED).sum(axis=1) + (table.competence != NOT_ASKED).sum(axis=1)
    unsure = (table.importance == DONT_KNOW).sum(axis=1) + (table.competence == DONT_KNOW).sum(axis=1)
    share = unsure / np.maximum(asked, 1)
    even = _even_pages(table, domains)
    same = (many >= ROWS) & (equal == many)
    twins = _twins(table, groups)
    out: list[Flag] = []
    found_any = (important >= lines[0]) | (able >= lines[1]) | (even > 0) | same | (share > UNSURE) | (twins > 1)
    for at in np.flatnonzero(found_any).tolist():
        who = table.respondents[at]
        found = []
        if important[at] >= lines[0]:
            found.append(Flag(who, "same_importance", float(important[at])))
        if able[at] >= lines[1]:
            found.append(Flag(who, "same_competence", float(able[at])))
        if even[at]:
            found.append(Flag(who, "no_spread", float(even[at])))
        if same[at]:
            found.append(Flag(who, "no_difference", float(many[at])))
        if share[at] > UNSURE:
            found.append(Flag(who, "dont_know", float(share[at])))
        if twins[at] > 1:
            found.append(Flag(who, "identical", float(twins[at])))
        implied = any(one.flag in ("same_importance", "same_competence") for one in found)
        signs = sum(not (one.flag == "no_spread" and implied) for one in found)
        out += found
        if signs >= 2:
            out.append(Flag(who, "doubtful", float(signs)))
    return out


def _line(runs: npt.NDArray[np.float64]) -> float:
    """The share from which a run is flagged."""
    compared = runs[runs > 0]
    if len(compared) < COMPARED:
        return RUN
    # above the run that 99 of 100 people stay within
    usual = float(np.quantile(compared, UNUSUAL, method="higher"))
    return min(RUN, max(LONG, float(np.nextafter(usual, 1.0))))


def _even_pages(table: Ratings, domains: Mapping[str, str] | None) -> npt.NDArray[np.int64]:
    """On how many pages all ratings of a person, of both scales and at least `ROWS`, are one number."""
    pages: dict[str, list[int]] = {}
    for at, item in enumerate(table.items):
        pages.setdefault(domains.get(item, "") if domains else "", []).append(at)
    found = np.zeros(len(table.respondents), dtype=np.int64)
    for places in pages.values():
        both = np.hstack([table.importance[:, places], table.competence[:, places]])
        given = (both > 0).sum(axis=1)
        smallest = np.where(both > 0, both, np.int8(9)).min(axis=1, initial=9)
        found += (given >= (ROWS if domains else 2 * ROWS)) & (both.max(axis=1, initial=0) == smallest)
    return found


def _twins(table: Ratings, groups: Sequence[str] | None) -> npt.NDArray[np.int64]:
    """How many people of the group gave all the same answers; 0 for those with fewer than twice `ROWS` numbers."""
    found = np.zeros(len(table.respondents), dtype=np.int64)
    if groups is None:
        return found
    both = np.hstack([table.importance, table.competence])
    long = np.flatnonzero((both > 0).sum(axis=1) >= 2 * ROWS)
    keys = [(groups[at], both[at].tobytes()) for at in long.tolist()]
    times = Counter(keys)
    found[long] = [times[key] for key in keys]
    return found


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
