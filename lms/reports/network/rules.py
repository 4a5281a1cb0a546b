"""What the table of spaces shows, how it is sorted and narrowed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

#: What the table may be sorted by; a minus in front of it turns the order.
SORTS = ("name", "territory", "people", "active", "priority", "managers", "last")
#: Counts and dates are read from the largest, words from A.
DOWN_FIRST = frozenset({"people", "active", "last"})
#: What the table may be narrowed to.
ONLY = ("idle", "unrun")


@dataclass(frozen=True)
class Line:
    """A space as its coordinator sees it: counts of people, and by name those alone who run it."""

    id: str
    name: str
    place: str
    territory_id: str
    territory: str
    country: str
    people: int
    #: Who went on within thirty days.
    active: int
    #: The domain with the largest gap, of the space or (`wider`) of its territory; "" where too few answered.
    priority: str
    wider: bool
    managers: tuple[str, ...]
    #: How many invitations to run it wait.
    invited: int
    #: The Monday of the last week somebody went on; None where nobody has begun.
    last: date | None


def asked(sort: str) -> tuple[str, bool]:
    """(column, downwards) of an address; by territory where it names no column."""
    name, down = sort.removeprefix("-"), sort.startswith("-")
    return (name, down) if name in SORTS else ("territory", False)


def turned(column: str, now: tuple[str, bool]) -> str:
    """Where the heading of `column` leads: the other way round where the table is sorted by it already."""
    down = not now[1] if now[0] == column else column in DOWN_FIRST
    return f"-{column}" if down else column


def ordered(lines: Iterable[Line], sort: tuple[str, bool], by_name: Callable[[str], Any]) -> list[Line]:
    """The lines in the order asked for; among equals by name. Who has nobody, no need or no activity stands last."""
    column, down = sort
    known: dict[str, Callable[[Line], Any]] = {
        "name": lambda line: by_name(line.name),
        "territory": lambda line: by_name(line.territory),
        "people": lambda line: line.people,
        "active": lambda line: line.active,
        "priority": lambda line: by_name(line.priority),
        "managers": lambda line: by_name(line.managers[0]),
        "last": lambda line: line.last,
    }
    empty: dict[str, Callable[[Line], bool]] = {
        "priority": lambda line: not line.priority,
        "managers": lambda line: not line.managers,
        "last": lambda line: line.last is None,
    }
    lacks = empty.get(column)
    found = sorted(lines, key=lambda line: (by_name(line.name), line.id))
    bare = [line for line in found if lacks is not None and lacks(line)]
    return sorted((line for line in found if line not in bare), key=known[column], reverse=down) + bare


def narrowed(
    lines: Iterable[Line], *, words: str, territory: str, only: str, plain: Callable[[str], str]
) -> list[Line]:
    """The lines that fit: every one of `words` in name, place or territory; `only` idle spaces or those nobody runs."""
    looked = plain(words).split()
    return [
        line
        for line in lines
        if (not territory or line.territory_id == territory)
        and (only != "idle" or line.last is None)
        and (only != "unrun" or not line.managers)
        and all(word in plain(f"{line.name} {line.place} {line.territory}") for word in looked)
    ]
