"""What comes first, what stays shut, which quiz shows that somebody knows a step: tables of values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lms.catalogue.rules import offered
from lms.content.documents import CourseDocument, Prerequisites
from lms.content.loading import load_course
from lms.learning import rules as learning
from lms.learning.doors import rules
from tests.catalogue.courses import SHORT_QUIZ, write_course, write_head, write_lesson, write_quiz

OPEN_QUIZ = """---
id: {unit}
title: Une question
{more}---

# Une question

## Racontez.
<!-- q-recit open -->

> [!IMPORTANT]
> Un mardi.
"""


@pytest.mark.parametrize(
    ("all_", "any_", "finished", "offered_", "met", "missing"),
    [
        ((), (), (), (), True, []),
        (("a",), (), (), ("a",), False, ["a"]),
        (("a",), (), ("a",), ("a",), True, []),
        (("a", "b"), (), ("a",), ("a", "b"), False, ["b"]),
        ((), ("a", "b"), (), ("a", "b"), False, ["a", "b"]),
        ((), ("a", "b"), ("b",), ("a", "b"), True, []),
        (("c",), ("a", "b"), ("b",), ("a", "b", "c"), False, ["c"]),
        (("c",), ("a", "b"), ("c",), ("a", "b", "c"), False, ["a", "b"]),
        # a course that nobody can take any more asks for nothing; whoever finished it is told so
        (("a",), (), (), (), True, []),
        (("a",), (), ("a",), (), True, []),
        (("a", "gone"), (), ("a",), ("a",), True, []),
        ((), ("gone",), (), (), True, []),
    ],
)
def test_what_comes_before(
    all_: tuple[str, ...], any_: tuple[str, ...], finished: tuple[str, ...], offered_: tuple[str, ...], met: bool,
    missing: list[str],
) -> None:  # fmt: skip
    for strict in (False, True):
        found = rules.before(Prerequisites(all_, any_, strict), finished, offered_)
        assert found.is_met is met
        assert [one.course_id for one in found.missing] == missing
        assert found.shuts is (strict and not met)


@pytest.mark.parametrize(
    ("limit", "used", "may"),
    [(None, 0, True), (None, 99, True), (1, 0, False), (2, 0, True), (2, 1, False), (3, 1, True), (3, 3, False)],
)
def test_one_attempt_is_always_left_for_the_step_itself(limit: int | None, used: int, may: bool) -> None:
    assert rules.may_show(limit, used) is may


@pytest.mark.parametrize(
    ("quizzes", "more", "body", "expected"),
    [
        ((), "", SHORT_QUIZ, None),
        (("quiz",), "", SHORT_QUIZ, "quiz"),
        (("quiz", "quiz-fin"), "", SHORT_QUIZ, "quiz-fin"),
        (("quiz",), "attempts: 1\n", SHORT_QUIZ, None),
        (("quiz",), "attempts: 2\n", SHORT_QUIZ, "quiz"),
        (("quiz",), "", OPEN_QUIZ, None),
    ],
)
def test_the_quiz_that_shows_it(
    tmp_path: Path, quizzes: tuple[str, ...], more: str, body: str, expected: str | None
) -> None:
    course = write_course(tmp_path, units=["un"])
    for number, name in enumerate(quizzes):
        text = body.replace("q-", f"q-n{number}-")
        write_quiz(course, "un", name=name, more=more, body=text)
    unit = load_course(course).units[0]
    assert rules.knowing_quiz(unit) == expected


def test_a_unit_that_is_a_quiz_alone_needs_no_such_door(tmp_path: Path) -> None:
    course = write_course(tmp_path, units=["un"])
    (course / "units" / "un" / "lesson.fr.md").unlink()
    write_quiz(course, "un", body=SHORT_QUIZ)
    assert rules.knowing_quiz(load_course(course).units[0]) is None


def test_what_a_unit_builds_on(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    lesson = course / "units" / "trois" / "lesson.fr.md"
    lesson.write_text(lesson.read_text("utf-8").replace("minutes: 12", "minutes: 12\nrequires: [un, deux]"), "utf-8")
    unit = load_course(course).units[2]
    assert rules.builds_on(unit, (), ("un", "deux", "trois")) == ("un", "deux")
    assert rules.builds_on(unit, ("un",), ("un", "deux", "trois")) == ("deux",)
    assert rules.builds_on(unit, (), ("un", "trois")) == ("un",), "a step that is not listed is not told"


# --- which steps there are in which language ---------------------------------------------------------------------


def variants(root: Path, **languages: str) -> CourseDocument:
    """A course of units "un deux trois" in French, and of those named in other languages."""
    course = write_course(root, languages=["fr", *languages])
    write_quiz(course, "deux", body=SHORT_QUIZ)
    for lang, units in languages.items():
        for unit in units.split():
            write_lesson(course, unit, lang=lang)
    return offered(load_course(course))


@pytest.mark.parametrize(
    ("fallback", "lang", "shown"),
    [
        ("ask", "es", "un deux trois"),
        ("source", "es", "un deux trois"),
        ("hide", "fr", "un deux trois"),
        ("hide", "es", "un"),  # deux has a lesson in Spanish and no quiz
        ("hide", "ca", "un deux trois"),  # nothing whole: the course in its source language
        ("hide", "en", "un deux trois"),  # a language the course does not have
        ("hide", None, "un deux trois"),
    ],
)
def test_which_units_are_listed(tmp_path: Path, fallback: str, lang: str | None, shown: str) -> None:
    document = replace(variants(tmp_path, es="un deux", ca="deux"), fallback=fallback)
    assert " ".join(unit.id for unit in learning.listed(document, lang)) == shown


def test_what_the_certificate_asks_for_is_never_left_out(tmp_path: Path) -> None:
    course = write_course(tmp_path, languages=["fr", "es"], more="certificate:\n  require: [trois/quiz]\n")
    write_quiz(course, "trois", body=SHORT_QUIZ)
    write_lesson(course, "un", lang="es")
    document = replace(load_course(course), fallback="hide")
    assert [unit.id for unit in learning.listed(document, "es")] == ["un", "trois"]


def test_a_language_the_course_does_not_publish_is_not_served(tmp_path: Path) -> None:
    course = write_course(tmp_path, languages=["fr", "es"])
    for lang in ("es", "ca"):
        write_lesson(course, "un", lang=lang)
    assert set(offered(load_course(course)).units[0].activities["lesson"]) == {"fr", "es"}
    write_head(course, ["un", "deux", "trois"])
    assert set(offered(load_course(course)).units[0].activities["lesson"]) == {"fr"}


def test_drafts_are_not_served_in_any_language(tmp_path: Path) -> None:
    course = write_course(tmp_path, languages=["fr", "es"])
    for unit, lang in (("un", "es"), ("deux", "fr")):
        path = write_lesson(course, unit, lang=lang)
        path.write_text(path.read_text("utf-8").replace("minutes: 12", "minutes: 12\nstatus: draft"), "utf-8")
    document = offered(load_course(course))
    assert [unit.id for unit in document.units] == ["un", "trois"]
    assert set(document.units[0].activities["lesson"]) == {"fr"}
