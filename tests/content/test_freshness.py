"""Translations: current, stale (so many sections), draft, missing; and what a minor edit does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lms.content.checking import check
from lms.content.door import current_command, status_command
from lms.content.loading import load_course
from tests.content.building import COURSE, LESSON, QUIZ, write

UNIT = "petit/units/ecouter"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course in French with a lesson in Spanish and Catalan, both marked up to date."""
    files: dict[str, str | bytes | None] = {
        "petit/course.yml": COURSE.replace("[fr]", "[fr, es, ca]"),
        f"{UNIT}/quiz.fr.md": None,
        f"{UNIT}/scenario.fr.md": None,
        f"{UNIT}/lesson.es.md": LESSON,
        f"{UNIT}/lesson.ca.md": LESSON,
    }
    folder = write(tmp_path, files) / "petit"
    for lang in ("es", "ca"):
        assert current_command(file_of(folder, lang))[1] == 0
    return folder


def file_of(course: Path, lang: str) -> Path:
    return course / "units" / "ecouter" / f"lesson.{lang}.md"


def edit(course: Path, old: str, new: str, lang: str = "fr") -> None:
    path = file_of(course, lang)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def stale(course: Path) -> dict[str, int]:
    unit = load_course(course).units[0]
    return {lang: unit.activities["lesson"][lang].stale_sections for lang in ("es", "ca")}


def test_marking_writes_the_header_and_the_lock_and_nothing_else(course: Path) -> None:
    text = file_of(course, "es").read_text()
    assert re.sub(r"from: fr@[0-9a-f]{8}\n", "", text) == LESSON
    lock = json.loads((course / "translations.lock").read_text())
    assert sorted(lock) == [f"units/ecouter/lesson.{lang}.md" for lang in ("ca", "es", "fr")]
    entry = lock["units/ecouter/lesson.es.md"]
    assert f"from: {entry['source']}\n" in text
    assert re.fullmatch(r"fr@[0-9a-f]{8}", entry["source"])
    assert all(re.fullmatch(r"[0-9a-f]{8}", one) for one in entry["sections"])
    assert "W402" not in {one.code for one in check(course).findings}
    current_command(file_of(course, "es"))
    assert file_of(course, "es").read_text() == text


def test_only_the_changed_sections_are_stale(course: Path) -> None:
    edit(course, "La règle.", "Le règlement.")
    assert stale(course) == {"es": 1, "ca": 1}
    edit(course, "Le besoin s’entend.", "Le besoin se dit.")
    assert stale(course) == {"es": 2, "ca": 2}
    current_command(file_of(course, "es"))
    assert stale(course) == {"es": 0, "ca": 2}
    told = [one for one in check(course).findings if one.code == "W402"]
    assert [one.path for one in told] == ["units/ecouter/lesson.ca.md"]


def test_a_minor_edit_leaves_translations_current(course: Path) -> None:
    edit(course, "La règle.", "La regle.")
    assert stale(course) == {"es": 1, "ca": 1}
    assert current_command(file_of(course, "fr"), minor=True)[1] == 0
    assert stale(course) == {"es": 0, "ca": 0}
    assert "from: " in file_of(course, "es").read_text()


def test_a_minor_edit_does_not_hide_an_earlier_change(course: Path) -> None:
    edit(course, "La règle.", "Le règlement dit non.")
    current_command(file_of(course, "es"))
    edit(course, "Le besoin s’entend.", "Le besoin s’entend bien.")
    current_command(file_of(course, "fr"), minor=True)
    assert stale(course) == {"es": 0, "ca": 1}
    edit(course, "Le règlement dit non.", "Le règlement dit : non.")
    current_command(file_of(course, "fr"), minor=True)
    assert stale(course) == {"es": 0, "ca": 1}


def test_a_change_is_not_minor_because_it_was_noted(course: Path) -> None:
    edit(course, "La règle.", "Le règlement.")
    current_command(file_of(course, "fr"))
    assert stale(course) == {"es": 1, "ca": 1}


def test_still_right_is_said_of_one_translation_in_the_lock_alone(course: Path) -> None:
    edit(course, "La règle.", "La regle.")
    before = file_of(course, "ca").read_text()
    current_command(file_of(course, "ca"), minor=True)
    assert stale(course) == {"es": 1, "ca": 0}
    assert file_of(course, "ca").read_text() == before


def test_comments_and_trailing_spaces_change_nothing(course: Path) -> None:
    edit(course, "## À retenir\n", "<!-- note: pour la formatrice -->\n## À retenir   \n")
    edit(course, "Le besoin s’entend.", "Le besoin s’entend.  ")
    assert stale(course) == {"es": 0, "ca": 0}


def test_status_by_course_and_unit(course: Path) -> None:
    edit(course, "La règle.", "Le règlement.")
    edit(course, "minutes: 12", "minutes: 12\nstatus: draft", "ca")
    assert status_command([course], "es") == ("petit es: stale (1)\n  ecouter: stale (1)", 0)
    assert status_command([course.parent], "ca")[0] == "petit ca: draft\n  ecouter: draft"
    assert status_command([course], "fr")[0] == "petit fr: current\n  ecouter: current"
    assert status_command([course], "en")[0] == "petit en: missing\n  ecouter: missing"
    told = json.loads(status_command([course], None, "json")[0])
    assert [(one["lang"], one["state"]) for one in told["courses"]] == [("es", "stale"), ("ca", "draft")]
    assert told["courses"][0]["units"] == [
        {
            "unit": "ecouter",
            "state": "stale",
            "stale_sections": 1,
            "activities": {"lesson": "stale"},
            "stale": {"lesson": 1},
        }
    ]


def test_a_stale_file_does_not_hide_behind_a_missing_one(course: Path) -> None:
    edit(course, "La règle.", "Le règlement.")
    (course / "units/ecouter/quiz.fr.md").write_text(QUIZ)
    assert status_command([course], "es")[0].split("\n") == [
        "petit es: missing, stale (1)",
        "  ecouter: missing, stale (1)",
        "    lesson: stale (1)",
        "    quiz: missing",
    ]
    (unit,) = json.loads(status_command([course], "es", "json")[0])["courses"][0]["units"]
    assert (unit["activities"], unit["stale"]) == ({"lesson": "stale", "quiz": "missing"}, {"lesson": 1})


def test_what_cannot_be_read_is_said(course: Path) -> None:
    assert status_command([course / "absent"])[1] == 2
    assert current_command(course / "absent.fr.md")[1] == 2
    assert current_command(course / "course.yml")[1] == 2
    (course / "course.yml").write_text("id: [")
    text, code = status_command([course])
    assert (code, "petit" in text) == (1, True)


def test_a_shared_unit_has_its_lock_beside_it(tmp_path: Path) -> None:
    lesson = LESSON.replace("ecouter", "commun")
    files = {
        "petit/course.yml": COURSE.replace("[fr]", "[fr, es]") + "  - use: _shared/units/commun\n",
        "_shared/units/commun/lesson.fr.md": lesson,
        "_shared/units/commun/lesson.es.md": lesson,
    }
    folder = write(tmp_path, files) / "petit"
    path = tmp_path / "_shared/units/commun/lesson.es.md"
    assert current_command(path)[1] == 0
    assert sorted(json.loads((tmp_path / "_shared/translations.lock").read_text())) == [
        "units/commun/lesson.es.md",
        "units/commun/lesson.fr.md",
    ]
    source = tmp_path / "_shared/units/commun/lesson.fr.md"
    source.write_text(source.read_text().replace("La règle.", "Le règlement."))
    shared = load_course(folder).units[1].activities["lesson"]["es"]
    assert shared.stale_sections == 1
