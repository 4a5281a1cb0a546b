"""Rules of the catalogue page as tables: bands, filters, counts, order, proposals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.home.rules import FACETS, Card, band, chosen, counts, first_said, proposals

REASON = {"competency": "ecouter", "share": 40, "rank": 1}


def card(name: str, **more: Any) -> Card:
    facts: dict[str, Any] = {
        "course_id": name, "title": name.title(), "summary": "", "domain": "mediation", "level": 1, "languages": ("fr",),
        "steps": 3, "low": 10, "high": 20, "done": 0, "finished": False, "taken": False, "reason": None, "pinned": False,
    }  # fmt: skip
    return Card(**{**facts, **more})


def names(cards: list[Card]) -> list[str]:
    return [one.course_id for one in cards]


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [(10, 20, "short"), (25, 34, "short"), (25, 35, "medium"), (50, 70, "medium"), (50, 71, "long"), (0, 0, "short")],
)
def test_the_length_is_that_of_the_middle(low: int, high: int, wanted: str) -> None:
    assert band(card("a", low=low, high=high)) == wanted


SHELF = [
    card("a", domain="mediation", level=1, languages=("fr", "en"), low=10, high=20),
    card("b", domain="management", level=2, languages=("fr",), low=40, high=60, finished=True, taken=True),
    card("c", domain="mediation", level=3, languages=("ca",), low=80, high=100),
    card("d", domain="project", level=1, languages=("en",), low=10, high=20),
]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, ["a", "c", "d", "b"]),
        ({"domain": "mediation"}, ["a", "c"]),
        ({"language": "en"}, ["a", "d"]),
        ({"language": "fr"}, ["a", "b"]),
        ({"domain": "mediation", "language": "en"}, ["a"]),
        ({"level": "1", "length": "short"}, ["a", "d"]),
        ({"domain": "communication"}, []),
        ({"domain": "project", "language": "ca"}, []),
    ],
)
def test_filters_combine_and_what_is_finished_comes_last(filters: Mapping[str, str], wanted: list[str]) -> None:
    assert names(chosen(SHELF, filters)) == wanted


def test_counts_without_filters() -> None:
    assert counts(SHELF, {}) == {
        "domain": {"management": 1, "project": 1, "mediation": 2},
        "length": {"short": 2, "medium": 1, "long": 1},
        "language": {"fr": 2, "ca": 1, "en": 2},
        "level": {"1": 2, "2": 1, "3": 1},
    }


def test_values_stand_in_their_own_order() -> None:
    found = counts(SHELF, {})
    assert [list(values) for values in found.values()] == [
        ["management", "project", "mediation"],
        ["short", "medium", "long"],
        ["fr", "ca", "en"],
        ["1", "2", "3"],
    ]
    odd = counts([card("a", domain="zoology"), card("b", domain="alchemy"), card("c", domain="communication")], {})
    assert list(odd["domain"]) == ["communication", "alchemy", "zoology"]


def test_a_chosen_value_that_leaves_nothing_can_still_be_taken_away() -> None:
    found = counts(SHELF, {"domain": "project", "language": "ca"})
    assert found["domain"] == {"project": 0, "mediation": 1}
    assert found["language"] == {"ca": 0, "en": 1}


VALUES = {name: sorted(values) for name, values in counts(SHELF, {}).items()}


@given(st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}))
def test_a_count_is_what_the_link_leads_to(filters: dict[str, str]) -> None:
    for name, values in counts(SHELF, filters).items():
        assert name in FACETS
        for value, many in values.items():
            assert len(chosen(SHELF, {**filters, name: value})) == many
        assert all(values[value] or value == filters.get(name) for value in values), "no link leads to nothing"


@pytest.mark.parametrize(
    ("cards", "wanted"),
    [
        ([], []),
        ([card("a"), card("b")], []),
        ([card("a", reason=REASON), card("b"), card("c", pinned=True)], ["a", "c"]),
        ([card("a", reason=REASON, taken=True), card("b", reason=REASON)], ["b"]),
        ([card("a", reason=REASON, taken=True, finished=True)], []),
        ([card("a", reason=REASON, declined=True), card("b", reason=REASON)], ["b"]),
        ([card(name, reason=REASON) for name in "abcd"], ["a", "b", "c"]),
        ([card("z", pinned=True), card("a", reason=REASON)], ["z", "a"]),
    ],
)
def test_proposals_are_the_first_three_with_a_reason_that_are_not_begun(cards: list[Card], wanted: list[str]) -> None:
    assert names(proposals(cards)) == wanted


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ((), ""),
        (("<p>Personne ne parle.</p>",), ""),
        (("<p>Le mot «&nbsp;merci&nbsp;» suffit.</p>",), ""),
        (
            ("<p>Rien.</p>",
             "<p>Elle&nbsp;: «&nbsp;Je ne viens <em>plus</em> &amp; voilà.&nbsp;» «&nbsp;Je pars.&nbsp;»</p>"),
            "«\u00a0Je ne viens plus & voilà.\u00a0»",
        ),
        (("<p>“Do you need a safe place?” she asks.</p>",), "“Do you need a safe place?”"),
        (("<p>«&nbsp;Une phrase" + " sans fin" * 20 + ".&nbsp;»</p>",), ""),
    ],
)  # fmt: skip
def test_a_voice_is_a_whole_short_sentence(texts: tuple[str, ...], said: str) -> None:
    assert first_said(texts) == said
