"""Marks of every kind against a second marker, written from the rules alone: it reads neither sketches nor questions.

The rules: single, true/false, numeric, short text 0 or 1; multiple (right picked - wrong picked) / right, never below 0;
matching and cloze by part; ordering: neighbours of the right order that are neighbours, in that order, divided by n - 1.
"""

from __future__ import annotations

import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.kinds import MISSING
from tests.content.test_kinds import question

WORDS = ("besoin", "Été", "l’écoute", "un mot", "cœur", "ça va", "mañana", "col·lega", "5 bis", "a-b")
FEW = settings(max_examples=60, deadline=None)


def bare(text: str) -> str:
    """The words as the rule compares them: trimmed, single spaces, no case, no accents."""
    letters = unicodedata.normalize("NFD", " ".join(text.split()).casefold().replace("’", "'").replace("œ", "oe"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def spelled(draw: st.DrawFn, word: str) -> str:
    """The same word as somebody else would type it."""
    form = draw(st.sampled_from(["NFC", "NFD"]))
    change = draw(st.sampled_from([str, str.upper, str.lower, str.title]))
    return "  " + unicodedata.normalize(form, change(word)).replace(" ", "   ") + " "


@st.composite
def boxes(draw: st.DrawFn) -> tuple[list[bool], list[int]]:
    right = draw(st.lists(st.booleans(), min_size=2, max_size=8).filter(lambda all_: any(all_) and not all(all_)))
    return right, draw(st.lists(st.integers(1, len(right)), unique=True))


@FEW
@given(boxes())
def test_choices(drawn: tuple[list[bool], list[int]]) -> None:
    right, picked = drawn
    made = question("\n".join(f"- [{'x' if one else ' '}] c{number}" for number, one in enumerate(right)), "multiple")
    good = sum(right[place - 1] for place in picked)
    expected = max(Fraction(0), Fraction(good - (len(picked) - good), sum(right)))
    assert made.mark(made.accept(picked)).fraction == pytest.approx(float(expected))
    if sum(right) == 1:
        single = question("\n".join(f"- [{'x' if one else ' '}] c{number}" for number, one in enumerate(right)))
        for place, one in enumerate(right, 1):
            assert single.mark(single.accept([place])).fraction == one


@FEW
@given(st.permutations(range(1, 7)), st.integers(2, 6))
def test_orders(order: list[int], size: int) -> None:
    given_ = [place for place in order if place <= size]
    made = question("\n".join(f"{place}. ligne {place}" for place in range(1, size + 1)), "order")
    neighbours = {(given_[at], given_[at + 1]) for at in range(size - 1)}
    right = sum((place, place + 1) in neighbours for place in range(1, size))
    assert made.mark(made.accept(given_)).fraction == pytest.approx(right / (size - 1))


@FEW
@given(st.data())
def test_pairs(data: st.DataObject) -> None:
    rights = data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), "rights, the same one may stand twice")
    decoys = data.draw(st.lists(st.sampled_from(["leurre", "piège"]), unique=True), "decoys")
    rows = [f"| gauche {number} | {right} |" for number, right in enumerate(rights)] + [
        f"|  | {one} |" for one in decoys
    ]
    made = question("\n".join(["| a | b |", "| - | - |", *rows]), "match")
    chosen = data.draw(st.lists(st.one_of(st.none(), st.sampled_from([*rights, *decoys])), max_size=len(rights)))
    answer = [[f"gauche {number}", right] for number, right in enumerate(chosen) if right is not None]
    good = sum(right == wanted for right, wanted in zip(chosen, rights, strict=False))
    assert made.mark(made.accept(answer)).fraction == pytest.approx(good / len(rights))


@FEW
@given(st.data())
def test_gaps(data: st.DataObject) -> None:
    gaps = data.draw(
        st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique_by=bare), min_size=1, max_size=5)
    )
    menus = data.draw(st.lists(st.booleans(), min_size=len(gaps), max_size=len(gaps)))
    text = " puis ".join(
        "[=" + "|".join([*variants, *(["!faux", "!pas ça"] if menu else [])]) + "]"
        for variants, menu in zip(gaps, menus, strict=True)
    )
    made = question(f"Il y a {text}.", "cloze")
    typed = [data.draw(st.sampled_from(["", "faux", "autre", *WORDS])) for _ in gaps]
    typed = [spelled(data.draw, word) if word else word for word in typed]
    good = sum(bare(word) in map(bare, variants) for word, variants in zip(typed, gaps, strict=True))
    assert made.mark(made.accept(typed)).fraction == pytest.approx(good / len(gaps))


@FEW
@given(st.data())
def test_words(data: st.DataObject) -> None:
    right = data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique_by=bare))
    near = data.draw(st.lists(st.sampled_from([word for word in WORDS if word not in right]), max_size=2, unique=True))
    lines = [f"- [=] {word}" for word in right] + [f"- [~] {word}\n  > presque" for word in near] + ["- [ ] *\n  > non"]
    made = question("\n".join(data.draw(st.permutations(lines))), "text")
    word = data.draw(st.sampled_from([*WORDS, "autre"]))
    mark = made.mark(made.accept(spelled(data.draw, word)))
    assert mark.fraction == (word in right)
    assert mark.feedback == (() if word in right else ("<p>presque</p>",) if word in near else ("<p>non</p>",))


@FEW
@given(st.data())
def test_numbers(data: st.DataObject) -> None:
    def written(value: Fraction) -> str:
        text = f"{float(value):.1f}"
        return text.replace(".", data.draw(st.sampled_from([",", "."])))

    value = Fraction(data.draw(st.integers(-200, 200)), 10)
    other = Fraction(data.draw(st.integers(0, 50)), 10)
    unit = data.draw(st.sampled_from(["", " %", " min"]))
    form = data.draw(st.sampled_from(["alone", "±", ".."]))
    low, high = {"alone": (value, value), "±": (value - other, value + other), "..": (value, value + other)}[form]
    more = {"alone": "", "±": f" ± {written(other)}", "..": f"..{written(high)}"}[form]
    made = question(f"- [=] {written(value)}{more}{unit}")
    typed = data.draw(
        st.sampled_from([low, high, low - Fraction(1, 10), high + Fraction(1, 10), (low + high) / 2, value])
    )
    typed = Fraction(round(typed * 10), 10)
    said = data.draw(st.sampled_from(["", unit, " km"]))
    expected = low <= typed <= high and (said != " km")
    assert made.mark(made.accept(written(typed) + said)).fraction == expected


@pytest.mark.parametrize("body", ["- [ ] a\n- [x] b", "- [x] a\n- [x] b\n- [ ] c", "- [=] 5", "- [=] mot"])
def test_what_is_unknown_or_absent_marks_0(body: str) -> None:
    made = question(body)
    assert made.mark(made.accept(None)).fraction == made.mark(MISSING).fraction == 0
