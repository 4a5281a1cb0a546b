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
    found = [rules.unit_change(before, after, unit) for unit in ("un", "deux")]
    told = [{name: count for name, count in vars(one).items() if count and name != "unit"} for one in found]
    assert [one for one in told if one] == ([expected] if expected else [])
    assert any(found) is bool(expected)


ASKED = (
    "## Que dites-vous d’abord ?\n<!-- q-mot -->\n\n"
    "- [ ] « C’est la règle. »\n  > Non.\n- [x] « Que vous faut-il ? »\n  > Oui.\n\n"
)
TRIED = "## J’essaie\n<!-- k-essai -->\n\nQuand **une personne se plaint**,\nje **reformule d’abord**.\n\n"


@pytest.mark.parametrize("part", [ASKED, TRIED])
@pytest.mark.parametrize(
    ("named", "reworded", "expected"),
    [
        (True, False, {}),
        (True, True, {"deux": "changed"}),
        (False, False, {"un": "removed", "deux": "added"}),
    ],
)
def test_what_moved_has_neither_come_nor_gone(
    tmp_path: Path, part: str, named: bool, reworded: bool, expected: dict[str, str]
) -> None:
    name = "questions" if part is ASKED else "sections"
    text = "---\nid: {unit}\ntitle: {title}\nminutes: 5\n---\n\n# {title}\n\nUn mot.\n\n"
    course = write_course(tmp_path, units=["un", "deux"])
    write_lesson(course, "un", body=text + part)
    write_lesson(course, "deux", body=text)
    before = load_course(course)
    write_lesson(course, "un", body=text)
    id = part[part.index("<!-- ") + 5 : part.index(" -->")]
    there = part.replace("« C’est la règle. »", "« Une tout autre phrase, et bien plus longue. »")
    there = there.replace("une personne se plaint", "deux voisins ne se parlent plus depuis des mois")
    head = text.replace("minutes: 5\n", f"minutes: 5\nmoved: [{id}]\n") if named else text
    write_lesson(course, "deux", body=head + (there if reworded else part))
    after = load_course(course)
    found = {unit: vars(rules.unit_change(before, after, unit)) for unit in ("un", "deux")}
    told = {unit: [word for word, count in one.items() if word != "unit" and count] for unit, one in found.items()}
    assert {unit: words for unit, words in told.items() if words} == {
        unit: [f"{name}_{what}"] for unit, what in expected.items()
    }


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
