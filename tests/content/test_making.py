"""`courses new-unit`: examples of every type and language pass the check, and course.yml gets its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lms.content.checking import check
from lms.content.door import new_unit_command
from lms.content.language import LANGUAGES
from lms.content.loading import load_course
from lms.content.making import sample, with_unit
from lms.content.sources import TYPES
from tests.content.building import COURSE, write


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_types_in_a_language_pass_the_check_without_a_warning(tmp_path: Path, lang: str) -> None:
    titles = "{fr: Petit, es: Pequeño, ca: Petit, en: Small}"
    header = (
        COURSE.replace("source: fr", f"source: {lang}")
        .replace("[fr]", f"[{lang}]")
        .replace("{fr: Petit cours, es: Curso pequeño}", titles)
        .replace("summary: {fr: Un cours pour essayer.}\n", "")
    )
    ready = {f"petit/units/ecouter/{key}.fr.md": None for key in ("lesson", "quiz", "scenario")}
    write(
        tmp_path,
        {
            **ready,
            "petit/course.yml": header,
            f"petit/units/ecouter/lesson.{lang}.md": sample("lesson", lang, "ecouter"),
        },
    )
    text, code = new_unit_command("essai", tmp_path / "petit", ",".join(TYPES))
    assert code == 0
    assert text.split("\n")[-1] == "course.yml"
    report = check(tmp_path)
    assert report.findings == ()
    unit = load_course(tmp_path / "petit").units[1]
    assert tuple(unit.activities) == TYPES
    assert {one.lang for one in unit.in_language(lang)} == {lang}


def test_all_languages_of_a_type_belong_together(tmp_path: Path) -> None:
    names = {lang: "Petit" for lang in LANGUAGES}
    header = COURSE.replace("[fr]", "[fr, es, ca, en]").replace(
        "{fr: Petit cours, es: Curso pequeño}", json.dumps(names)
    )
    files = {f"petit/units/essai/{type}.{lang}.md": sample(type, lang, "essai") for type in TYPES for lang in LANGUAGES}
    write(tmp_path, {"petit/course.yml": header + "  - essai\n", **files})
    assert {one.code for one in check(tmp_path).findings} <= {"W403"}


@pytest.mark.parametrize(
    ("header", "made"),
    [
        ("units:\n  - a\n  - b\n", "units:\n  - a\n  - b\n  - c\n"),
        ("units:\n- a\nlevel: 1", "units:\n- a\n- c\nlevel: 1"),
        (
            "units:\n  - a  # la première\n  # fin\nlevel: 1\n",
            "units:\n  - a  # la première\n  - c\n  # fin\nlevel: 1\n",
        ),
        ("units: [a, b]  # deux\n", "units: [a, b, c]  # deux\n"),
        ("units:\n  - use: _shared/units/b\nid: x\n", "units:\n  - use: _shared/units/b\n  - c\nid: x\n"),
        ("units: []\n", None),
        ("id: x\n", None),
        ("units: a\n", None),
    ],
)
def test_the_line_in_the_header(header: str, made: str | None) -> None:
    assert with_unit(header, "c") == made


@pytest.mark.parametrize(
    ("unit", "types", "code", "word"),
    [
        ("Écouter", "lesson", 2, "Écouter"),
        ("essai", "lesson,essay", 2, "essay"),
        ("essai", "", 2, "lesson"),
        ("ecouter", "lesson", 1, "ecouter"),
    ],
)
def test_what_is_refused_writes_nothing(tmp_path: Path, unit: str, types: str, code: int, word: str) -> None:
    write(tmp_path, {})
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    text, found = new_unit_command(unit, tmp_path / "petit", types)
    assert found == code
    assert word in text
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_folder_that_is_no_course_is_wrong_usage(tmp_path: Path) -> None:
    assert new_unit_command("essai", tmp_path)[1] == 2


@pytest.mark.parametrize(("asked", "code"), [("es", 2), ("ca", 2), ("fr", 0)])
def test_a_translation_of_what_is_not_written_yet_is_not_made(tmp_path: Path, asked: str, code: int) -> None:
    write(tmp_path, {})
    text, found = new_unit_command("essai", tmp_path / "petit", "lesson", asked)
    assert found == code
    assert ("“fr”" in text) == bool(code)
    assert (tmp_path / "petit" / "units" / "essai").is_dir() != bool(code)
