"""Ids of spaces, what a search finds, who sees whom: tables."""

from __future__ import annotations

import pytest

from lms.spaces.directory.rules import Card, narrowed, plain, shown_to, slug


@pytest.mark.parametrize(
    ("text", "taken", "wanted"),
    [
        ("L’Estive Olette", set(), "lestive-olette"),
        ("Le Four banal  Ça", set(), "le-four-banal-ca"),
        ("El Forn", {"el-forn"}, "el-forn-2"),
        ("El Forn", {"el-forn", "el-forn-2"}, "el-forn-3"),
        ("../../etc", set(), "etc"),
        ("???", set(), "space"),
        ("x" * 300, set(), "x" * 56),
        ("山", set(), "space"),
    ],
)
def test_slug(text: str, taken: set[str], wanted: str) -> None:
    assert slug(text, taken.__contains__) == wanted


def card(name: str, **more: object) -> Card:
    given = {
        "place": "Prades", "territory": "t", "territory_name": "Conflent", "country": "FR", "lang": "fr", "spoken": ("fr",),
        "theme": "food", "good_at": "Réparer", "desks": 4, **more,
    }  # fmt: skip
    return Card(name, name, **given)  # type: ignore[arg-type]


CARDS = [
    card("Bobine", spoken=("fr", "ca")),
    card("Estive", theme="making", place="Olette"),
    card("Forn", territory="p", territory_name="Pallars", good_at="L’hort"),
]


@pytest.mark.parametrize(
    ("words", "wanted", "found"),
    [
        ("", {}, ["Bobine", "Estive", "Forn"]),
        ("reparer", {}, ["Bobine", "Estive"]),
        ("OLETTE réparer", {}, ["Estive"]),
        ("l'hort", {}, ["Forn"]),
        ("nothing", {}, []),
        ("", {"theme": "food"}, ["Bobine", "Forn"]),
        ("", {"spoken": "ca"}, ["Bobine"]),
        ("", {"territory": "p", "theme": "making"}, []),
        ("pallars", {"territory": "p"}, ["Forn"]),
    ],
)
def test_narrowed(words: str, wanted: dict[str, str], found: list[str]) -> None:
    assert [one.name for one in narrowed(CARDS, words, wanted)] == found


def test_plain_folds_accents_and_capitals() -> None:
    assert plain("L’Été À Bòrda") == "l'ete a borda"


def test_strangers_see_whom_everybody_sees() -> None:
    assert shown_to(False) == ("public",)
    assert shown_to(True) == ("network", "public")
