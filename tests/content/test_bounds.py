"""Rows D1 and D3 of the guard list, of the checker and the renderer: no course, however written, takes long to read.

The limits are ten times what was measured on two shared cores; what each of these took before it was bounded is far above.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lms.content.checking import check
from lms.content.headers import read_yaml
from lms.content.language import polish
from lms.content.links import links_in
from lms.content.loading import load_course
from lms.content.questions import cells, is_look_alike
from lms.content.reading import Line, read_page
from lms.content.rendering import Renderer
from lms.content.texts import fold, plain, read_span, read_typed, slug
from tests.content.building import COMPETENCIES, COURSE, LESSON, QUIZ, SCENARIO, quiz, write

UNIT = "petit/units/ecouter"
Files = dict[str, str | bytes | None]


def each(template: str, count: int) -> str:
    """The text so many times, `#` being the number of the time."""
    return "".join(template.replace("#", str(number)) for number in range(count))


def in_lesson(text: str) -> Files:
    return {f"{UNIT}/lesson.fr.md": f"{LESSON}\n{text}\n"}


def in_quiz(text: str) -> Files:
    return {f"{UNIT}/quiz.fr.md": quiz(f"\n## Un\n<!-- {text}\n")}


#: Files by a number, that number, seconds.
HOSTILE: dict[str, tuple[Callable[[int], Files], int, float]] = {
    "a heading of brackets": (lambda n: in_lesson("## " + "[" * n), 100_000, 1),
    "a heading of links": (lambda n: in_lesson("## " + "[a](b" * n), 30_000, 1),
    "a heading of escapes": (lambda n: in_lesson("## " + r"\*" * n), 90_000, 1),
    "a paragraph of escapes": (lambda n: in_lesson(r"\*" * n), 90_000, 1),
    "a paragraph of backslashes": (lambda n: in_lesson("\\" * n), 180_000, 1),
    "paragraphs of a bracket": (lambda n: in_lesson("[\n\n" * n), 60_000, 5),
    "gaps and hints": (
        lambda n: in_quiz("q-un cloze -->\n\n" + each("un [=abcdef#]\n\n", n) + "> [!TIP]\n> bonjour\n\n" * n),
        2_000,
        5,
    ),
    "ways to scenes that are not there": (
        lambda n: {
            f"{UNIT}/scenario.fr.md": SCENARIO
            + each('\n<a id="scene-numero-#"></a>\n## S\n<!-- end: good -->\n\n- [a](#scene-numerx-#)\n', n).replace(
                "](", "](#"
            )
        },
        900,
        8,
    ),
    "words that the glossary does not hold": (
        lambda n: {
            "petit/glossary.fr.md": "# G\n" + each("\n## Mot numéro #\n\nt\n", n),
            f"{UNIT}/lesson.fr.md": LESSON + each("\n[b](../../glossary.fr.md~mot-numerx-#)\n", n).replace("~", "#"),
        },
        1_800,
        8,
    ),
    "ids that moved from nowhere": (
        lambda n: {
            f"{UNIT}/quiz.fr.md": f"---\nid: ecouter\ntitle: E\nmoved: [{each('q-zz#, ', n)}]\n---\n"
            + each("\n## Un #\n<!-- q-zx# -->\n\n- [ ] a\n- [x] b\n", n)
        },
        1_300,
        8,
    ),
    "keys that nobody knows": (
        lambda n: {"petit/course.yml": COURSE.replace("units:", f"{each('titl#: a~', n)}units:").replace("~", "\n")},
        10_000,
        8,
    ),
    "activities that a certificate asks for": (
        lambda n: {"petit/course.yml": f"{COURSE}certificate:\n  require: [{each('ecouter/quiz-#, ', n)}]\n"},
        8_000,
        5,
    ),
    "competencies that nobody knows": (
        lambda n: {
            "_competencies.yml": COMPETENCIES,
            "petit/course.yml": COURSE.replace("[ecouter]", f"[{each('ecout#, ', n)}]"),
        },
        8_000,
        5,
    ),
    "options": (lambda n: in_quiz("q-un " + "ordre " * n + "-->\n\n- [ ] a\n- [x] b"), 20_000, 5),
    "lines to put in order": (lambda n: in_quiz("q-un order -->\n\n" + each("1. a#\n", n)), 15_000, 5),
    "pairs": (lambda n: in_quiz("q-un match -->\n\n| a | b |\n| - | - |\n" + each("| a# | b# |\n", n)), 9_000, 5),
    "the same id": (lambda n: {f"{UNIT}/quiz.fr.md": QUIZ + "\n## Un\n<!-- q-un -->\n\n- [ ] a\n- [x] b\n" * n}, 1_900, 5),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_D1_and_D3_a_hostile_course_is_checked_in_time(tmp_path: Path, what: str) -> None:
    files, number, seconds = HOSTILE[what]
    write(tmp_path, files(number))
    began = time.process_time()
    report = check(tmp_path)
    if not report.errors:
        load_course(tmp_path / "petit")
    assert time.process_time() - began < seconds


#: What stands in one paragraph, so often that a file holds no more.
MARKS = (
    "*a* ", "**a** ", "`a` ", "`a`b", "&#1;", "&copy;", "<a@b.c>", r"\*", "\\\\", "~~a~~ ", "***a***", "&", r"\`a", "*a",
    "*a **a *a ", "« a » ", "1. a\n", "- [x] a\n",
)  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
def test_D1_a_paragraph_of_marks_is_refused_or_rendered_in_time(mark: str) -> None:
    page = read_page("a " + mark * (199_000 // len(mark)), header=False)
    if any(fault.key.startswith("E009") for fault in page.faults):
        return
    began = time.process_time()
    Renderer("fr").block(page.sections[0].text)
    assert time.process_time() - began < 8


#: Texts of a hundred thousand characters, and what reads a text with patterns.
EVIL = (
    "a" * 100_000, " " * 100_000, "-" * 100_000, "[a](" * 25_000, "1 000" * 20_000, "." * 100_000, "e\u0301" * 50_000,
    "<" * 100_000, "<a " * 33_000, "|" * 100_000, "- [" * 33_000, "- [x] " + " " * 99_000, '<img alt="' * 10_000,
    '![a](b "' * 12_000, "5 ± " * 25_000, ": " * 50_000,
)  # fmt: skip
READERS: dict[str, Callable[[str], object]] = {
    "front matter": lambda text: read_yaml(text[:16_000], 2), "links": lambda text: links_in([Line(1, text)]),
    "words": fold, "words of HTML": plain, "slugs": slug, "numbers of authors": read_span, "numbers of learners": read_typed,
    "look-alikes": is_look_alike, "cells": cells, "lines": lambda text: read_page(text, header=False),
    "French spaces": lambda text: polish(text, "fr"),
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_D3_patterns_take_no_longer_on_evil_texts(reader: str) -> None:
    for text in EVIL:
        for ending in ("", "!"):
            began = time.process_time()
            READERS[reader](text + ending)
            assert time.process_time() - began < 3, text[:9]


def test_a_long_text_of_a_person_is_not_refused() -> None:
    """Two hundred kilobytes as people write them, the longest paragraph of a page and marks in every line."""
    line = "Le *médiateur* écoute `chacun`, \\* note [un mot](https://example.org) & ~~propose~~ **essaie** une fois.\n"
    text = "\n".join([line * 20] * 90)
    assert 180_000 < len(text.encode()) < 200_000
    assert not [fault for fault in read_page(text, header=False).faults if fault.blocks]
