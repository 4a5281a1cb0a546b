"""Read, write, read: the same question, for each kind; and no move, new order or other title changes an id."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.kinds import build
from lms.content.questions import Gap, Item, Pair, Sketch, sketch
from lms.content.reading import read_page
from lms.content.rendering import Renderer
from lms.content.sources import read_course
from lms.content.writing import written
from tests.content.building import QUIZ

_WORD = st.text("abcéçàñ’«»“”?!.,;:%*_()[]€|1234567890-+~`$\\#>", min_size=1, max_size=6).map(lambda word: f"a{word}a")
_LINE = st.lists(_WORD, min_size=1, max_size=6).map(" ".join)
_BARE = st.text("abcéçàñ’ ?!.,", min_size=1, max_size=8).map(lambda word: f"a{word}a")
_TEXT = st.lists(st.one_of(_LINE, st.just("")), min_size=1, max_size=4).map(lambda lines: "\n".join(lines).strip("\n"))
_LINES = _TEXT.filter(bool)
_MAYBE = st.one_of(st.just(""), _LINES)
_CLEAN = st.lists(st.text("abcéç’ .,", min_size=1, max_size=9).map(lambda word: f"a{word}a"), min_size=1, max_size=3)
_OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "points": st.sampled_from(["2", "10", "0.5"]),
        "shuffle": st.sampled_from(["yes", "no"]),
        "review": st.just("no"),
    },
)


def _plain(text: str) -> str:
    """Words that hold no gap, no formula and no code: a prompt that a gap may stand in."""
    return re.sub(r"[\[\]`$\\*_|<>]", "", text)


@st.composite
def sketches(draw: st.DrawFn, kind: str) -> Sketch:
    """A question of a kind as an author could have written it."""
    words: list[tuple[str, str]] = list(draw(_OPTIONS).items())
    parts: dict[str, Any] = {"prompt": draw(_MAYBE)}
    feedback = st.one_of(st.just(""), _LINES)
    if kind in ("order", "match", "cloze"):
        words.insert(0, (kind, ""))
    if kind == "single":
        count = draw(st.integers(2, 6))
        right = draw(st.integers(0, count - 1))
        parts["items"] = tuple(Item(0, "x" if n == right else " ", draw(_LINE), draw(feedback)) for n in range(count))
    elif kind == "multiple":
        parts["items"] = tuple(Item(0, sign, draw(_LINE), draw(feedback)) for sign in ["x", "x", " ", "x"])
    elif kind == "numeric":
        spans = draw(
            st.lists(st.sampled_from(["12,5", "10 ± 5", "5..15", "-3.25 .. 4", "40 %"]), min_size=1, max_size=3)
        )
        parts["items"] = (
            *(Item(0, "=", span, draw(feedback)) for span in spans),
            Item(0, "~", "30", draw(feedback)),
            Item(0, " ", "*", draw(feedback)),
        )
    elif kind == "short":
        parts["items"] = tuple(
            Item(0, sign, draw(_LINE), draw(feedback)) for sign in draw(st.sampled_from(["=", "=~", "==~"]))
        )
    elif kind == "order":
        parts["items"] = tuple(Item(0, "", draw(_LINE)) for _ in range(draw(st.integers(2, 6))))
    elif kind == "match":
        lefts = draw(st.lists(_LINE, min_size=1, max_size=5))
        decoys = [""] * draw(st.integers(0, 2))
        parts["pairs"] = tuple(Pair(0, left, draw(_LINE)) for left in [*lefts, *decoys])
        parts["columns"] = (draw(_LINE), draw(_LINE))
    elif kind == "cloze":
        gaps = draw(st.lists(st.tuples(_CLEAN, st.one_of(st.just([]), _CLEAN)), min_size=1, max_size=4))
        parts["gaps"] = tuple(Gap(tuple(right), tuple(wrong)) for right, wrong in gaps)
        places = [f"{_plain(draw(_BARE))} \ue000{number}\ue001" for number in range(len(gaps))]
        parts["prompt"] = "\n".join([*places, draw(_BARE)])
    title = draw(_LINE).rstrip("#")
    parts |= {"hints": tuple(draw(st.lists(_LINES, max_size=3))), "explanation": draw(_MAYBE)}
    if kind == "open":
        parts["model_answer"] = draw(_MAYBE)
        parts["prompt"] = parts["prompt"].replace("[=", "(")
    return Sketch("q-une", title, 0, kind, tuple(words), **parts)


def without_lines(one: Sketch) -> Sketch:
    """A sketch without the lines it stood on."""
    items = tuple(replace(item, line=0) for item in one.items)
    return replace(one, line=0, items=items, pairs=tuple(replace(pair, line=0) for pair in one.pairs))


def read(text: str) -> Sketch:
    (section,) = read_page(text, header=False).sections
    return without_lines(sketch(section)[0])


KINDS = ("single", "multiple", "numeric", "short", "order", "match", "cloze", "open")


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_written_reads_back_as_the_same_question(kind: str, data: st.DataObject) -> None:
    one = data.draw(sketches(kind))
    text = written(one)
    again = read(text)
    assert again == one
    assert written(again) == text


@pytest.mark.parametrize("number", range(7))
def test_the_questions_of_a_file_are_the_same_for_learners_after_writing(number: int) -> None:
    section = [section for section in read_page(QUIZ).sections if section.mark][number]
    before = sketch(section)[0]
    after = read(written(before, level=section.level))
    assert after == without_lines(before)
    assert build(after, Renderer("fr")) == build(before, Renderer("fr"))


# ---- ids


def _ids(course: Path) -> set[tuple[str, ...]]:
    source = read_course(course)
    return {
        (file.key, file.lang, section.mark.id) for file in source.each_file() for section in file.marked if section.mark
    }


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_moving_reordering_and_renaming_change_no_id(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("course")
    questions = [
        f"## Question {number} ?\n<!-- q-n{number} -->\n\n- [ ] a\n  > a\n- [x] b\n  > b\n" for number in range(6)
    ]
    units = {"un": questions[:3], "deux": questions[3:]}

    def put(units: dict[str, list[str]], title: str) -> Path:
        folder = root / str(len(list(root.iterdir()))) / "petit"
        folder.mkdir(parents=True)
        names = "".join(f"  - {unit}\n" for unit in units)
        (folder / "course.yml").write_text(
            "dialect: 1\nid: petit\nsource: fr\nlanguages: [fr]\n"
            f'title: {{fr: "{title}"}}\ndomain: mediation\nunits:\n{names}'
        )
        for unit, parts in units.items():
            path = folder / "units" / unit / "quiz.fr.md"
            path.parent.mkdir(parents=True)
            path.write_text(f"---\nid: {unit}\ntitle: {title}\n---\n\n" + "\n".join(parts))
        return folder

    before = _ids(put(units, "Avant"))
    order = data.draw(st.permutations(list(units)))
    moved = {
        data.draw(st.sampled_from(["a", "b", "c"])) + unit: data.draw(st.permutations(units[unit])) for unit in order
    }
    if data.draw(st.booleans()):
        first, second = list(moved)
        moved[second] = [*moved[second], moved[first][0]]
        moved[first] = moved[first][1:]
    title = data.draw(st.text("abcé ", min_size=1, max_size=9).map(lambda text: f"T{text}"))
    renamed = {unit: [part.replace("Question", title) for part in parts] for unit, parts in moved.items()}
    assert _ids(put(renamed, title)) == before
