"""Weights that make the people who answered stand for all: raking on margins. Pure.

Deming & Stephan 1940, Annals of Mathematical Statistics 11(4):427-444. Weights do not repair a refusal to answer that has to
do with the need itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from lms.survey.analysis.ratings import Floats
from lms.survey.analysis.reading import Table, Unusable, number, scaled

#: Rounds end when no weight changes by more than this, as a share; there are at most so many.
CLOSE: Final = 1e-6
ROUNDS: Final = 100
#: Sums of the targets of two margins may differ by this share.
AGREE: Final = 1e-9
#: A weight is no larger than this many times the mean one.
TRIM: Final = 5.0


#: One margin: the group of each person as a number, the target of each group, how many groups.
Margin: TypeAlias = tuple[npt.NDArray[np.intp], Floats, int]


@dataclass(frozen=True)
class Sample:
    """The people who answered, with the groups they belong to: margin -> value for each person; and starting weights."""

    respondents: Sequence[str]
    groups: Mapping[str, Sequence[str]]
    weights: Floats
    #: The line of each person in their file.
    lines: Sequence[int]


@dataclass(frozen=True)
class Raked:
    """Weights in the order of the people, their sum the number of people; `trimmed` is how many stand at the largest weight."""

    weights: Floats
    rounds: int
    trimmed: int


def read_sample(table: Table) -> Sample:
    """People and their groups from `respondent,<margins...>[,weight]`. Raises `Unusable`."""
    who_at = table.at("respondent")
    weight_at = table.headers.index("weight") if "weight" in table.headers else None
    margins = [(at, name) for at, name in enumerate(table.headers) if at not in (who_at, weight_at)]
    if not margins:
        raise Unusable("no_margin", 1)
    people: list[str] = []
    groups: dict[str, list[str]] = {name: [] for _at, name in margins}
    weights: list[float] = []
    lines: list[int] = []
    known: set[str] = set()
    for line, row in table.rows:
        who = row[who_at].strip()
        if not who:
            raise Unusable("blank", line, column="respondent")
        if who in known:
            raise Unusable("respondent_twice", line, respondent=who)
        known.add(who)
        people.append(who)
        lines.append(line)
        weights.append(1.0 if weight_at is None else number(row[weight_at], "weight", line, least=0.0))
        for at, name in margins:
            groups[name].append(row[at].strip())
    if not people:
        raise Unusable("no_rows", 1)
    if not max(weights) > 0:
        raise Unusable("zero_weights", lines[0])
    return Sample(people, groups, scaled(np.array(weights)), lines)


def read_targets(table: Table) -> dict[str, dict[str, float]]:
    """Margin -> value -> target from `margin,value,target` (shares or counts). Raises `Unusable`, also where the margins do not
    add up to the same.
    """
    margin_at, value_at, target_at = (table.at(name) for name in ("margin", "value", "target"))
    targets: dict[str, dict[str, float]] = {}
    last = 1
    for line, row in table.rows:
        margin, value = row[margin_at].strip(), row[value_at].strip()
        if not margin:
            raise Unusable("blank", line, column="margin")
        if value in targets.setdefault(margin, {}):
            raise Unusable("target_twice", line, margin=margin, value=value)
        targets[margin][value] = number(row[target_at], "target", line, least=0.0)
        last = line
    if not targets:
        raise Unusable("no_rows", 1)
    sums = {margin: sum(of.values()) for margin, of in targets.items()}
    first, total = next(iter(sums.items()))
    for margin, other in sums.items():
        if other <= 0:
            raise Unusable("margin_empty", last, margin=margin)
        if abs(other - total) > AGREE * max(other, total):
            raise Unusable("margins_differ", last, margin=margin, sum=other, first=first, total=total)
    return targets


def rake(sample: Sample, targets: Mapping[str, Mapping[str, float]], *, trim: float = TRIM) -> Raked:
    """Weights under which each margin of the sample is as its target, none larger than `trim` times the mean weight.

    Margin by margin, weights are multiplied by target / present sum, until the largest change of a weight is less than
    `CLOSE`. Where one ends above `trim` times the mean, all is raked anew with weights held at that: each step then looks for
    the factor under which the held and the free weights of a group add up to its target. Raises `Unusable` for a margin the
    people do not have, a group without target, a target without people or with too few for `trim`, and where there is no end
    to it.
    """
    people = len(sample.respondents)
    margins: list[Margin] = []
    for margin, wanted in targets.items():
        if margin not in sample.groups:
            raise Unusable("margin_missing", 0, margin=margin, columns=", ".join(sample.groups))
        values = sorted(wanted)
        place = {value: at for at, value in enumerate(values)}
        for at, value in enumerate(sample.groups[margin]):
            if value not in place:
                raise Unusable("no_target", sample.lines[at], margin=margin, value=value)
        cells = np.array([place[value] for value in sample.groups[margin]], dtype=np.intp)
        total = sum(wanted.values())
        goal = np.array([wanted[value] / total * people for value in values])
        here = np.bincount(cells, sample.weights, len(values))
        for value, aim, present in zip(values, goal, here, strict=True):
            if (aim > 0) != (present > 0):
                raise Unusable("target_alone" if aim > 0 else "target_zero", 0, margin=margin, value=value)
        margins.append((cells, goal, len(values)))
    first = sample.weights * (people / sample.weights.sum())
    weights, rounds = _converge(first, margins, np.inf)
    if weights.max() <= trim * (1 + CLOSE):
        return Raked(weights * (people / weights.sum()), rounds, 0)
    for (cells, goal, width), (margin, wanted) in zip(margins, targets.items(), strict=True):
        room = trim * np.bincount(cells, first > 0, width)
        for value, aim, most in zip(sorted(wanted), goal, room, strict=True):
            if aim > most * (1 + CLOSE):
                raise Unusable("trim_short", 0, margin=margin, value=value, trim=trim)
    weights, more = _converge(first, margins, trim)
    return Raked(weights * (people / weights.sum()), rounds + more, int((weights >= trim * (1 - CLOSE)).sum()))


def _converge(start: Floats, margins: Sequence[Margin], most: float) -> tuple[Floats, int]:
    """Weights of `most` or less that meet the margins, and the rounds it took."""
    free, weights = start, np.minimum(start, most)
    for done in range(1, ROUNDS + 1):
        before = weights
        for cells, goal, width in margins:
            free = free * _factors(free, cells, goal, width, most)[cells]
        weights = np.minimum(free, most)
        changed = np.abs(weights - before)[before > 0] / before[before > 0]
        if changed.max(initial=0.0) < CLOSE:
            return weights, done
    raise Unusable("no_end", 0, rounds=ROUNDS)


def _factors(free: Floats, cells: npt.NDArray[np.intp], goal: Floats, width: int, most: float) -> Floats:
    """For each cell the factor under which its weights, none above `most`, add up to its goal."""
    present = np.bincount(cells, free, width)
    factors = np.divide(goal, present, out=np.ones(width), where=present > 0)
    if np.isinf(most):
        return factors
    for cell in range(width):
        own = np.sort(free[cells == cell])[::-1]
        if goal[cell] <= 0 or not len(own) or factors[cell] * own[0] <= most:
            continue
        rest = own.sum() - np.cumsum(own) + own  # what is left from each person on
        each = (goal[cell] - most * np.arange(len(own))) / np.where(rest > 0, rest, np.inf)
        fits = np.flatnonzero((each * own <= most * (1 + 1e-12)) & (each > 0))
        if len(fits):
            factors[cell] = each[fits[0]]
    return factors


def design_effect(weights: Floats) -> float:
    """Kish's design effect: n sum(w^2) / (sum w)^2, 1 or more (Kish 1965, Survey Sampling). NaN where all weights are 0."""
    with np.errstate(invalid="ignore"):
        return float(len(weights) * (weights**2).sum() / weights.sum() ** 2)
