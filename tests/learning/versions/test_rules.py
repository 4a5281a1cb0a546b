"""What became of a course between two versions: a table of edits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lms.content.documents import CourseDocument
from lms.content.loading import load_course
from lms.learning.versions import rules
from tests.catalogue.courses import SHORT_QUIZ, write_course, write_head, write_lesson, write_quiz

UNITS = ["un", "deux", "trois"]


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("", "", True),
        ("a b c d e f g h i j k l", "a b c d e f g h i j k L", True),
        ("a b c d", "a b c x", False),
        ("", "neuf", False),
        ("une phrase dite", "une tout autre chose", False),
    ],
)
def test_a_mended_word_is_not_told(before: str, after: str, same: bool) -> None:
    assert rules.is_same(before, after) is same


def lesson(course: Path, old: str, new: str, unit: str = "un") -> None:
    path = course / "units" / unit / "lesson.fr.md"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def quiz(course: Path, old: str, new: str) -> None:
    path = course / "units" / "deux" / "quiz.fr.md"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


EXTRA = "\n## Et puis ?\n<!-- q-puis -->\n\n- [x] Oui\n  > Oui.\n- [ ] Non\n  > Non.\n"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda course: None, {}),
        (lambda course: lesson(course, "title: Étape un", "title: Autre titre"), {}),
        (lambda course: write_lesson(course, "un", lang="es"), {}),
        (lambda course: lesson(course, "## À retenir", "## Encore\n\nUn mot.\n\n## À retenir"), {"sections_added": 1}),
        (
            lambda course: lesson(
                course, "- La position se discute.\n- Le besoin s’entend.", "- Autre chose, en somme."
            ),
            {"sections_changed": 1},
        ),
        (
            lambda course: lesson(course, "## À retenir\n\n- La position se discute.\n- Le besoin s’entend.", ""),
            {"sections_removed": 1},
        ),
        (
            lambda course: lesson(course, "- [ ] « C’est la règle. »", "- [ ] « Une tout autre phrase, plus longue. »"),
            {"questions_changed": 1},
        ),
        (lambda course: quiz(course, "# Une question\n", "# Une question\n" + EXTRA), {"questions_added": 1}),
        (
            lambda course: quiz(
                course, "- [x] Oui\n  > RIGHT-FEEDBACK Oui.\n- [ ] Non", "- [ ] Oui\n  > R.\n- [x] Non"
            ),
            {"questions_changed": 1},
        ),
    ],
)
def test_what_is_told_of_a_unit(tmp_path: Path, edit: Callable[[Path], object], expected: dict[str, int]) -> None:
    course = write_course(tmp_path, languages=["fr", "es"], units=["un", "deux"])
    write_quiz(course, "deux", body=SHORT_QUIZ)
    before = load_course(course)
    edit(course)
    after = load_course(course)
    found = [rules.unit_change(before.units[place], after.units[place], "fr") for place in (0, 1)]
    told = [{name: count for name, count in vars(one).items() if count and name != "unit"} for one in found]
    assert [one for one in told if one] == ([expected] if expected else [])
    assert any(found) is bool(expected)


def test_units_that_came_and_went(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    first = load_course(course)
    write_lesson(course, "quatre")
    write_head(course, ["trois", "un", "quatre"])
    now = load_course(course)
    everything = tuple(unit.id for unit in now.units)

    def told(finished: dict[str, CourseDocument], listed: tuple[str, ...] = everything) -> rules.Changes:
        return rules.changes(first, now, finished, listed)

    found = told(dict.fromkeys(UNITS, first))
    assert (found.added, found.changed, found.removed) == (("quatre",), (), ("deux",))
    assert told({"un": first}, ("un", "trois")).added == (), "a step that is not shown is not told"
    assert told({"un": first, "quatre": now}).added == (), "what is done is not new"
    assert not rules.changes(now, now, {"un": now}, everything)
