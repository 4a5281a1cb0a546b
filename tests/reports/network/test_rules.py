"""The table of spaces: sorting, narrowing, headings that turn. Tables."""

from __future__ import annotations

from datetime import date

import pytest

from lms.reports.network.rules import SORTS, Line, asked, narrowed, ordered, turned


def line(name: str, **more: object) -> Line:
    given = {
        "place": "Prades", "territory_id": "t", "territory": "Conflent", "country": "FR", "people": 4, "active": 1,
        "priority": "Médiation", "wider": False, "managers": ("Ana",), "invited": 0, "last": date(2026, 3, 9), **more,
    }  # fmt: skip
    return Line(name, name, **given)  # type: ignore[arg-type]


LINES = [
    line("Bobine", people=9, active=0, last=None),
    line("Estive", managers=(), territory="Andorra", territory_id="a", last=date(2026, 3, 2)),
    line("Forn", people=2, active=3, priority="", managers=("Zoé",)),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [("name", ("name", False)), ("-people", ("people", True)), ("", ("territory", False)), ("id", ("territory", False)),
     ("--name", ("territory", False)), ("name;drop", ("territory", False))],
)  # fmt: skip
def test_asked(text: str, found: tuple[str, bool]) -> None:
    assert asked(text) == found


@pytest.mark.parametrize("column", SORTS)
def test_a_heading_turns_the_order_and_back(column: str) -> None:
    first = turned(column, ("nothing", False))
    assert asked(turned(column, asked(first))) == (column, not asked(first)[1])
    assert asked(turned(column, asked(turned(column, asked(first))))) == asked(first)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", "Bobine Estive Forn"),
        ("-name", "Forn Estive Bobine"),
        ("territory", "Estive Bobine Forn"),
        ("-people", "Bobine Estive Forn"),
        ("active", "Bobine Estive Forn"),
        ("priority", "Bobine Estive Forn"),
        ("-priority", "Bobine Estive Forn"),
        ("managers", "Bobine Forn Estive"),
        ("-managers", "Forn Bobine Estive"),
        ("last", "Estive Forn Bobine"),
        ("-last", "Forn Estive Bobine"),
    ],
)
def test_what_a_space_has_not_stands_last_in_either_order(sort: str, names: str) -> None:
    assert [one.name for one in ordered(LINES, asked(sort), str.lower)] == names.split()


@pytest.mark.parametrize(
    ("asked_for", "names"),
    [({}, "Bobine Estive Forn"), ({"only": "idle"}, "Bobine"), ({"only": "unrun"}, "Estive"), ({"territory": "a"}, "Estive"),
     ({"words": "for"}, "Forn"), ({"words": "prades bob"}, "Bobine"), ({"words": "x"}, "")],
)  # fmt: skip
def test_narrowed(asked_for: dict[str, str], names: str) -> None:
    whole = {"words": "", "territory": "", "only": "", **asked_for}
    assert [one.name for one in narrowed(LINES, plain=str.lower, **whole)] == names.split()
