"""Reading tables of answers, weights, targets and counts: everything that is wrong is told with its line. Pure."""

from __future__ import annotations

import csv
import io
import math
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lms.survey.analysis.ratings import (
    DONT_KNOW,
    HIGHEST,
    LOWEST,
    NOT_ASKED,
    NOT_MY_ROLE,
    UNANSWERED,
    WITHHELD,
    Floats,
    Ratings,
)

#: What a rating may be written as.
CODES: Final = {str(number): number for number in range(LOWEST, HIGHEST + 1)} | {
    "": UNANSWERED, "DK": DONT_KNOW, "NA": NOT_MY_ROLE, "PNS": WITHHELD,
}  # fmt: skip
#: A cell has no more signs than this.
LONGEST: Final = 1_000
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE: Final = re.compile(r"\d{1,15}", re.ASCII)
_OTHERS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}


class Unusable(Exception):
    """A table that cannot be used. `code` names the kind of fault (see `wording.py`), `line` the line of the file from 1 (0: the
    whole), `about` what its sentence speaks of.
    """

    def __init__(self, code: str, line: int = 0, **about: object) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.about = about


@dataclass(frozen=True)
class Table:
    """A CSV file: its columns, and its rows with their lines, read as they are asked for."""

    headers: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]

    def at(self, name: str) -> int:
        """Where a column stands. Raises `Unusable` if it is missing."""
        if name not in self.headers:
            raise Unusable("column", 1, column=name, columns=", ".join(self.headers))
        return self.headers.index(name)


def read_table(text: str) -> Table:
    """Headers and rows of a CSV text with commas. Raises `Unusable` for an empty one, for headers that stand twice, for another
    separator, for a sign that no text has; while rows are read, for rows of another length and cells beyond all measure.
    """
    if "\0" in text:
        raise Unusable("nul", text.count("\n", 0, text.index("\0")) + 1)
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        first = next(lines, None)
    except csv.Error as error:
        raise _fault(error, 1) from error
    if first is None or not any(cell.strip() for cell in first):
        raise Unusable("empty", 1)
    headers = tuple(cell.strip() for cell in first)
    if max(map(len, headers)) > LONGEST:
        raise Unusable("cell_long", 1, most=LONGEST)
    if len(headers) == 1:
        for sign, name in _OTHERS.items():
            if sign in headers[0]:
                raise Unusable("separator", 1, found=name)
    for name in headers:
        if headers.count(name) > 1:
            raise Unusable("header_twice", 1, column=name)

    def rows() -> Iterator[tuple[int, list[str]]]:
        while True:
            line = lines.line_num + 1
            try:
                row = next(lines, None)
            except csv.Error as error:
                raise _fault(error, line) from error
            if row is None:
                return
            if not row:
                continue
            if len(row) != len(headers):
                raise Unusable("cells", line, found=len(row), wanted=len(headers))
            if max(map(len, row)) > LONGEST:
                raise Unusable("cell_long", line, most=LONGEST)
            yield line, row

    return Table(headers, rows())


def _fault(error: csv.Error, line: int) -> Unusable:
    return Unusable("cell_long", line, most=LONGEST) if "limit" in str(error) else Unusable("quote", line)


def read_ratings(text: str) -> Ratings:
    """Ratings from a long table: `respondent,item,importance,competence` and any further columns, which are the
    respondent's own. Raises `Unusable`.
    """
    table = read_table(text)
    who_at, item_at, important_at, able_at = (
        table.at(name) for name in ("respondent", "item", "importance", "competence")
    )
    further = [
        (at, name) for at, name in enumerate(table.headers) if at not in (who_at, item_at, important_at, able_at)
    ]
    people: dict[str, int] = {}
    items: dict[str, int] = {}
    columns: dict[str, list[str]] = {name: [] for _at, name in further}
    where, what, important, able, lines = array("l"), array("l"), array("b"), array("b"), array("l")
    for line, row in table.rows:
        who, item = row[who_at].strip(), row[item_at].strip()
        if not who or not item:
            raise Unusable("blank", line, column="respondent" if not who else "item")
        person = people.get(who)
        if person is None:
            person = people[who] = len(people)
            for at, name in further:
                columns[name].append(row[at].strip())
        else:
            for at, name in further:
                if columns[name][person] != row[at].strip():
                    raise Unusable("two_values", line, respondent=who, column=name, before=columns[name][person])
        where.append(person)
        what.append(items.setdefault(item, len(items)))
        important.append(_rating(row[important_at], "importance", line))
        able.append(_rating(row[able_at], "competence", line))
        lines.append(line)
    if not people:
        raise Unusable("no_rows", 1)
    _refuse_twice(where, what, lines, list(people), list(items))
    ordered = sorted(items)
    places = np.empty(len(items), dtype=np.int64)
    for place, item in enumerate(ordered):
        places[items[item]] = place
    blank = np.full((len(people), len(items)), NOT_ASKED, dtype=np.int8)
    importance, competence = blank.copy(), blank
    rows, cells = np.asarray(where), places[np.asarray(what)]
    importance[rows, cells] = np.asarray(important, dtype=np.int8)
    competence[rows, cells] = np.asarray(able, dtype=np.int8)
    return Ratings(list(people), ordered, importance, competence, np.ones(len(people)), columns)


def _rating(cell: str, column: str, line: int) -> int:
    code = CODES.get(cell.strip())
    if code is None:
        raise Unusable("rating", line, column=column, value=cell)
    return code


def _refuse_twice(where: array[int], what: array[int], lines: array[int], people: list[str], items: list[str]) -> None:
    keys = np.asarray(where, dtype=np.int64) * len(items) + np.asarray(what, dtype=np.int64)
    kept, first = np.unique(keys, return_index=True)
    if len(kept) == len(keys):
        return
    again = np.setdiff1d(np.arange(len(keys)), first)[0]
    before = int(first[np.searchsorted(kept, keys[again])])
    raise Unusable(
        "row_twice", lines[again], respondent=people[where[again]], item=items[what[again]], before=lines[before]
    )


def with_weights(found: Ratings, text: str) -> Ratings:
    """The ratings with the weights of a table `respondent,weight`. Weights of people without answers are passed over. Raises
    `Unusable`, also for a respondent without a weight.
    """
    table = read_table(text)
    who_at, weight_at = table.at("respondent"), table.at("weight")
    given: dict[str, float] = {}
    first = 0
    for line, row in table.rows:
        first = first or line
        who = row[who_at].strip()
        if not who:
            raise Unusable("blank", line, column="respondent")
        if who in given:
            raise Unusable("respondent_twice", line, respondent=who)
        given[who] = number(row[weight_at], "weight", line, least=0.0)
    missing = [who for who in found.respondents if who not in given]
    if missing:
        raise Unusable("no_weight", 0, respondent=missing[0], many=len(missing))
    weights = scaled(np.array([given[who] for who in found.respondents]))
    if not weights.sum() > 0:
        raise Unusable("zero_weights", first)
    return Ratings(
        found.respondents, found.items, found.importance, found.competence, weights, found.columns, weighted=True
    )


def scaled(weights: Floats) -> Floats:
    """The same weights with the largest below 1, so that sums and squares of any can be reckoned with. Only by a power of two:
    not a digit changes.
    """
    return np.asarray(np.ldexp(weights, -np.frexp(weights.max())[1]), dtype=np.float64)


def number(cell: str, column: str, line: int, *, least: float) -> float:
    """A number of `least` or more, with a decimal point. Raises `Unusable` for anything else."""
    value = float(cell) if _NUMBER.fullmatch(cell.strip()) else math.nan
    if not math.isfinite(value) or value < least:
        raise Unusable("number", line, column=column, value=cell)
    return value


def whole_number(cell: str, column: str, line: int) -> int:
    """A whole number of 0 or more. Raises `Unusable` for anything else."""
    if not _WHOLE.fullmatch(cell.strip()):
        raise Unusable("whole", line, column=column, value=cell)
    return int(cell)


#: What a fault may speak of that stands in the columns of a file.
_PLACES: Final = ("row", "col", "margin", "value", "respondent")


def line_of(text: str, about: Mapping[str, object]) -> int:
    """The line of the first row that has what a fault is `about` in the columns of these names; any row where it is about none.
    0 where there is none, or no table.
    """
    wanted = {name: str(about[name]) for name in _PLACES if name in about}
    try:
        table = read_table(text)
        places = {table.at(name): one for name, one in wanted.items()}
        return next((line for line, row in table.rows if all(row[at].strip() == one for at, one in places.items())), 0)
    except Unusable:
        return 0


def columns_of(table: Table, *names: str) -> Sequence[int]:
    """Where these columns stand. Raises `Unusable` for a missing one."""
    return [table.at(name) for name in names]
