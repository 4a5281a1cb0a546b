"""Every code has a broken file, a line and a message; good courses have no findings."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lms.content.checking import check, gone_ids
from lms.content.documents import CourseDocument, from_json, to_json
from lms.content.findings import Finding, format_finding
from lms.content.language import LANGUAGES
from lms.content.loading import load_course
from tests.content.building import COMPETENCIES, COURSE, LESSON, QUIZ, SCENARIO, lesson, quiz, write

UNIT = "petit/units/ecouter"
OK = "\n## Un\n<!-- q-un -->\n\n- [ ] a\n  > a\n- [x] b\n  > b\n"


def test_a_good_course_has_no_findings(tmp_path: Path) -> None:
    report = check(write(tmp_path, {}))
    assert [format_finding(one) for one in report.findings] == []
    assert (report.errors, report.warnings, report.courses) == (0, 0, 1)


# (what is wrong, files, the finding as path, line, code)
BROKEN: list[tuple[str, dict[str, str | bytes | None], tuple[str, int, str]]] = [
    ("no language", {f"{UNIT}/poll.md": "x"}, (f"{UNIT}/poll.md", 1, "E001")),
    ("unknown language", {f"{UNIT}/poll.de.md": "x"}, (f"{UNIT}/poll.de.md", 1, "E001")),
    ("unknown type", {f"{UNIT}/lecon.fr.md": "x"}, (f"{UNIT}/lecon.fr.md", 1, "E002")),
    ("stray file", {f"{UNIT}/plan.svg": "x"}, (f"{UNIT}/plan.svg", 1, "E002")),
    ("bad YAML", {f"{UNIT}/lesson.fr.md": "---\nid: ecouter\ntitle: a: b\n---\n"}, (f"{UNIT}/lesson.fr.md", 3, "E003")),
    ("key twice", {f"{UNIT}/lesson.fr.md": "---\nid: ecouter\nid: x\n---\n"}, (f"{UNIT}/lesson.fr.md", 3, "E003")),
    ("tag", {f"{UNIT}/lesson.fr.md": "---\nid: !!python/name:os.system x\n---\n"}, (f"{UNIT}/lesson.fr.md", 2, "E003")),
    (
        "unknown key",
        {f"{UNIT}/lesson.fr.md": LESSON.replace("minutes:", "minuts:")},
        (f"{UNIT}/lesson.fr.md", 4, "E004"),
    ),
    ("unknown key of the course", {"petit/course.yml": COURSE + "licens: x\n"}, ("petit/course.yml", 13, "E004")),
    (
        "unknown option",
        {f"{UNIT}/quiz.fr.md": quiz(OK.replace("q-un", "q-un ordre"))},
        (f"{UNIT}/quiz.fr.md", 7, "E004"),
    ),
    ("unlisted unit", {"petit/units/autre/lesson.fr.md": LESSON}, ("petit/units/autre", 1, "W005")),
    ("no header", {f"{UNIT}/lesson.fr.md": "# Bonjour\n"}, (f"{UNIT}/lesson.fr.md", 1, "E005")),
    ("open header", {f"{UNIT}/lesson.fr.md": "---\nid: ecouter\n"}, (f"{UNIT}/lesson.fr.md", 1, "E005")),
    ("no title", {f"{UNIT}/lesson.fr.md": "---\nid: ecouter\n---\n"}, (f"{UNIT}/lesson.fr.md", 1, "E006")),
    ("no domain", {"petit/course.yml": COURSE.replace("domain: mediation\n", "")}, ("petit/course.yml", 1, "E006")),
    ("live without start", {f"{UNIT}/live.fr.md": quiz("")}, (f"{UNIT}/live.fr.md", 1, "E006")),
    ("wrong value", {"petit/course.yml": COURSE + "level: 9\n"}, ("petit/course.yml", 13, "E007")),
    ("wrong status", {"petit/course.yml": COURSE.replace("published", "publié")}, ("petit/course.yml", 10, "E007")),
    (
        "id of another folder",
        {f"{UNIT}/lesson.fr.md": LESSON.replace("id: ecouter", "id: parler")},
        (f"{UNIT}/lesson.fr.md", 2, "E007"),
    ),
    ("source not published", {"petit/course.yml": COURSE.replace("[fr]", "[es]")}, ("petit/course.yml", 3, "E007")),
    (
        "not UTF-8",
        {f"{UNIT}/lesson.fr.md": b"---\nid: ecouter\ntitle: \xe9t\xe9\n---\n"},
        (f"{UNIT}/lesson.fr.md", 3, "E008"),
    ),
    ("NUL", {f"{UNIT}/lesson.fr.md": b"---\nid: ecouter\n\x00"}, (f"{UNIT}/lesson.fr.md", 3, "E008")),
    ("too large", {f"{UNIT}/lesson.fr.md": lesson("a\n" * 100_001)}, (f"{UNIT}/lesson.fr.md", 1, "E009")),
    ("nest of tags", {f"{UNIT}/lesson.fr.md": lesson("<div>" * 30_000)}, (f"{UNIT}/lesson.fr.md", 7, "E009")),
    ("nest of quotes", {f"{UNIT}/lesson.fr.md": lesson(">" * 60 + " a")}, (f"{UNIT}/lesson.fr.md", 7, "E009")),
    (
        "nest of lists",
        {f"{UNIT}/lesson.fr.md": lesson("\n".join("  " * n + "- a" for n in range(60)))},
        (f"{UNIT}/lesson.fr.md", 57, "E009"),
    ),
    ("brackets", {f"{UNIT}/lesson.fr.md": lesson("[a](b) " * 9_000)}, (f"{UNIT}/lesson.fr.md", 7, "E009")),
    ("large header", {f"{UNIT}/lesson.fr.md": lesson("", f"# {'a' * 16_000}\n")}, (f"{UNIT}/lesson.fr.md", 2, "E009")),
    (
        "alias",
        {f"{UNIT}/lesson.fr.md": lesson("", "requires: &x [a]\nmoved: *x\n")},
        (f"{UNIT}/lesson.fr.md", 6, "E009"),
    ),
    (
        "slug with dots",
        {"petit/course.yml": COURSE.replace("- ecouter", "- ../../etc")},
        ("petit/course.yml", 12, "E010"),
    ),
    (
        "course id with dots",
        {"petit/course.yml": COURSE.replace("id: petit", "id: ../petit")},
        ("petit/course.yml", 2, "E010"),
    ),
    (
        "shared unit elsewhere",
        {"petit/course.yml": COURSE + "  - use: _shared/../x\n"},
        ("petit/course.yml", 13, "E010"),
    ),
    ("odd id", {f"{UNIT}/quiz.fr.md": quiz(OK.replace("q-un", "q-Été"))}, (f"{UNIT}/quiz.fr.md", 7, "E010")),
    ("odd file name", {f"{UNIT}/quiz-Fin_.fr.md": QUIZ}, (f"{UNIT}/quiz-Fin_.fr.md", 1, "E010")),
    (
        "script link",
        {f"{UNIT}/lesson.fr.md": lesson("\n[a](javascript:alert(1))\n")},
        (f"{UNIT}/lesson.fr.md", 8, "E010"),
    ),
    (
        "link out of the course",
        {f"{UNIT}/lesson.fr.md": lesson("\n[a](../../../../etc/passwd)\n")},
        (f"{UNIT}/lesson.fr.md", 8, "E010"),
    ),
    ("no folder", {"petit/course.yml": COURSE + "  - absent\n"}, ("petit/course.yml", 13, "E011")),
    (
        "course id twice",
        {"autre/course.yml": COURSE, "autre/units/ecouter/lesson.fr.md": LESSON},
        ("petit/course.yml", 2, "E012"),
    ),
    (
        "unknown competency",
        {"_competencies.yml": COMPETENCIES, "petit/course.yml": COURSE.replace("[ecouter]", "[parler]")},
        ("petit/course.yml", 8, "E013"),
    ),
    ("unknown author", {"_people.yml": "c.ferrer: {name: C}\n"}, ("petit/course.yml", 9, "E013")),
    (
        "unknown prerequisite",
        {"_competencies.yml": COMPETENCIES, "petit/course.yml": COURSE + "prerequisites: [absent]\n"},
        ("petit/course.yml", 13, "E013"),
    ),
    (
        "unknown domain",
        {"_competencies.yml": COMPETENCIES, "petit/course.yml": COURSE.replace("mediation", "danse")},
        ("petit/course.yml", 7, "E007"),
    ),
    (
        "its own prerequisite",
        {"petit/course.yml": COURSE + "prerequisites: [petit]\n"},
        ("petit/course.yml", 13, "E014"),
    ),
    (
        "raw HTML",
        {f"{UNIT}/lesson.fr.md": LESSON.replace("Camille pose", "<b>Camille</b> pose")},
        (f"{UNIT}/lesson.fr.md", 11, "W006"),
    ),
    (
        "script",
        {f"{UNIT}/lesson.fr.md": LESSON + "\n<script>alert(1)</script>\n"},
        (f"{UNIT}/lesson.fr.md", 32, "W006"),
    ),
    ("no id", {f"{UNIT}/quiz.fr.md": quiz(OK.replace("<!-- q-un -->\n", ""))}, (f"{UNIT}/quiz.fr.md", 6, "E101")),
    (
        "id away from its heading",
        {f"{UNIT}/quiz.fr.md": quiz(OK.replace("<!-- q-un", "\na\n\n<!-- q-un"))},
        (f"{UNIT}/quiz.fr.md", 6, "E101"),
    ),
    (
        "choices without id in a lesson",
        {f"{UNIT}/lesson.fr.md": LESSON.replace("<!-- q-premier -->\n", "")},
        (f"{UNIT}/lesson.fr.md", 13, "E101"),
    ),
    ("id twice", {f"{UNIT}/quiz.fr.md": quiz(OK + OK)}, (f"{UNIT}/quiz.fr.md", 14, "E102")),
    ("id twice in the unit", {f"{UNIT}/quiz-final.fr.md": QUIZ}, (f"{UNIT}/quiz-final.fr.md", 8, "E102")),
    ("unit twice", {"petit/course.yml": COURSE + "  - ecouter\n"}, ("petit/course.yml", 13, "E102")),
    ("look-alike", {f"{UNIT}/quiz.fr.md": quiz(OK + "-[ ] c\n")}, (f"{UNIT}/quiz.fr.md", 13, "E201")),
    ("indented choices", {f"{UNIT}/quiz.fr.md": quiz(OK.replace("- [", " - ["))}, (f"{UNIT}/quiz.fr.md", 9, "E201")),
    ("a wide gap", {f"{UNIT}/quiz.fr.md": quiz(OK.replace("- [", "-  ["))}, (f"{UNIT}/quiz.fr.md", 9, "E201")),
    ("a tab", {f"{UNIT}/quiz.fr.md": quiz(OK.replace("- [", "-\t["))}, (f"{UNIT}/quiz.fr.md", 9, "E201")),
    ("a dash", {f"{UNIT}/quiz.fr.md": quiz(OK.replace("- [", "– ["))}, (f"{UNIT}/quiz.fr.md", 9, "E201")),
    ("two signs in a box", {f"{UNIT}/quiz.fr.md": quiz(OK.replace("[x]", "[ x]"))}, (f"{UNIT}/quiz.fr.md", 11, "E201")),
    ("a choice within one", {f"{UNIT}/quiz.fr.md": quiz(OK + "  - [ ] c\n")}, (f"{UNIT}/quiz.fr.md", 13, "E201")),
    (
        "two answer blocks",
        {f"{UNIT}/quiz.fr.md": quiz(OK + "\nEt :\n\n- [ ] c\n  > c\n")},
        (f"{UNIT}/quiz.fr.md", 16, "E202"),
    ),
    (
        "numbered list without type",
        {f"{UNIT}/quiz.fr.md": QUIZ.replace(" order", "")},
        (f"{UNIT}/quiz.fr.md", 17, "E203"),
    ),
    ("table without type", {f"{UNIT}/quiz.fr.md": QUIZ.replace(" match", "")}, (f"{UNIT}/quiz.fr.md", 25, "E203")),
    ("gaps without type", {f"{UNIT}/quiz.fr.md": QUIZ.replace(" cloze", "")}, (f"{UNIT}/quiz.fr.md", 34, "E203")),
    ("no right answer", {f"{UNIT}/quiz.fr.md": quiz(OK.replace("[x]", "[ ]"))}, (f"{UNIT}/quiz.fr.md", 6, "E204")),
    (
        "nothing to order",
        {f"{UNIT}/quiz.fr.md": quiz("\n## Un\n<!-- q-un order -->\n\n1. a\n")},
        (f"{UNIT}/quiz.fr.md", 6, "E204"),
    ),
    (
        "nothing to match",
        {f"{UNIT}/quiz.fr.md": quiz("\n## Un\n<!-- q-un match -->\n\na\n")},
        (f"{UNIT}/quiz.fr.md", 6, "E204"),
    ),
    (
        "gap in a table",
        {f"{UNIT}/quiz.fr.md": quiz("\n## Un\n<!-- q-un cloze -->\n\n| a | [=b] |\n")},
        (f"{UNIT}/quiz.fr.md", 9, "E204"),
    ),
    (
        "gap in the heading",
        {f"{UNIT}/quiz.fr.md": quiz("\n## Un [=mot]\n<!-- q-un cloze -->\n\nUn [=autre].\n")},
        (f"{UNIT}/quiz.fr.md", 6, "E204"),
    ),
    (
        "gap in code",
        {f"{UNIT}/quiz.fr.md": quiz("\n## Un\n<!-- q-un cloze -->\n\n[=]\n")},
        (f"{UNIT}/quiz.fr.md", 9, "E204"),
    ),
    ("all right", {f"{UNIT}/quiz.fr.md": quiz(OK.replace("[ ]", "[x]"))}, (f"{UNIT}/quiz.fr.md", 6, "E205")),
    (
        "no number",
        {f"{UNIT}/quiz.fr.md": quiz("\n## Un\n<!-- q-un -->\n\n- [=] 12\n- [=] douze\n")},
        (f"{UNIT}/quiz.fr.md", 10, "E206"),
    ),
    ("no feedback", {f"{UNIT}/quiz.fr.md": quiz(OK.replace("  > a\n", ""))}, (f"{UNIT}/quiz.fr.md", 9, "W207")),
    (
        "long right answer",
        {f"{UNIT}/quiz.fr.md": quiz(OK.replace("] b", "] " + "b" * 60))},
        (f"{UNIT}/quiz.fr.md", 11, "W208"),
    ),
    (
        "all of the above",
        {f"{UNIT}/quiz.fr.md": quiz(OK.replace("] a", "] Toutes les réponses"))},
        (f"{UNIT}/quiz.fr.md", 9, "W209"),
    ),
    ("seven choices", {f"{UNIT}/quiz.fr.md": quiz(OK + "- [ ] c\n  > c\n" * 5)}, (f"{UNIT}/quiz.fr.md", 6, "W210")),
    (
        "hint with the answer",
        {f"{UNIT}/quiz.fr.md": quiz(OK.replace("] b", "] le besoin") + "\n> [!TIP]\n> C’est le besoin.\n")},
        (f"{UNIT}/quiz.fr.md", 6, "W211"),
    ),
    (
        "unknown scene",
        {f"{UNIT}/scenario.fr.md": SCENARIO.replace("(#dehors)", "(#deors)")},
        (f"{UNIT}/scenario.fr.md", 16, "E301"),
    ),
    (
        "dead end",
        {f"{UNIT}/scenario.fr.md": SCENARIO.replace("<!-- end: partial -->\n", "")},
        (f"{UNIT}/scenario.fr.md", 27, "E302"),
    ),
    (
        "circle without a way out",
        {f"{UNIT}/scenario.fr.md": SCENARIO.replace("(#accord)", "(#debut)").replace("(#froid)", "(#dehors)")},
        (f"{UNIT}/scenario.fr.md", 12, "E302"),
    ),
    ("no scene", {f"{UNIT}/scenario.fr.md": lesson("Rien.")}, (f"{UNIT}/scenario.fr.md", 1, "E302")),
    (
        "scene twice",
        {f"{UNIT}/scenario.fr.md": SCENARIO.replace('"froid"', '"dehors"')},
        (f"{UNIT}/scenario.fr.md", 27, "E102"),
    ),
    (
        "unreachable",
        {f"{UNIT}/scenario.fr.md": SCENARIO.replace("(#froid)", "(#dehors)")},
        (f"{UNIT}/scenario.fr.md", 27, "W303"),
    ),
    (
        "no good ending",
        {f"{UNIT}/scenario.fr.md": SCENARIO.replace("end: good", "end: hard")},
        (f"{UNIT}/scenario.fr.md", 12, "W304"),
    ),
    (
        "five choices",
        {f"{UNIT}/scenario.fr.md": SCENARIO.replace("- [Calmez-vous.](#froid)\n", "- [Calmez-vous.](#froid)\n" * 4)},
        (f"{UNIT}/scenario.fr.md", 12, "W305"),
    ),
    (
        "missing translation",
        {"petit/course.yml": COURSE.replace("[fr]", "[fr, es]")},
        (f"{UNIT}/quiz.es.md", 1, "W403"),
    ),
    (
        "translation without its source",
        {
            "petit/course.yml": COURSE.replace("[fr]", "[fr, es]"),
            f"{UNIT}/lesson.fr.md": None,
            f"{UNIT}/lesson.es.md": LESSON,
        },
        (f"{UNIT}/lesson.es.md", 1, "E401"),
    ),
    (
        "missing file",
        {f"{UNIT}/lesson.fr.md": LESSON + "\n[Le plan](media/plan.pdf)\n"},
        (f"{UNIT}/lesson.fr.md", 32, "E501"),
    ),
    (
        "no alternative text",
        {f"{UNIT}/lesson.fr.md": LESSON + "\n![](media/a.svg)\n", f"{UNIT}/media/a.svg": "x"},
        (f"{UNIT}/lesson.fr.md", 32, "E502"),
    ),
    (
        "no transcript",
        {f"{UNIT}/lesson.fr.md": LESSON + "\n[Écouter](media/a.fr.mp3)\n", f"{UNIT}/media/a.fr.mp3": "x"},
        (f"{UNIT}/lesson.fr.md", 32, "E503"),
    ),
    (
        "heavy image",
        {f"{UNIT}/lesson.fr.md": LESSON + "\n![Un plan](media/a.png)\n", f"{UNIT}/media/a.png": b"x" * 200_001},
        (f"{UNIT}/lesson.fr.md", 32, "W504"),
    ),
    (
        "heavy file",
        {f"{UNIT}/lesson.fr.md": LESSON + "\n[Un film](media/a.pdf)\n", f"{UNIT}/media/a.pdf": b"x" * 5_000_001},
        (f"{UNIT}/lesson.fr.md", 32, "W505"),
    ),
    (
        "sixteen minutes",
        {f"{UNIT}/lesson.fr.md": LESSON.replace("minutes: 12", "minutes: 16")},
        (f"{UNIT}/lesson.fr.md", 1, "W601"),
    ),
    (
        "long sentence",
        {f"{UNIT}/lesson.fr.md": LESSON.replace("Camille", "mot mot\n" * 18 + "Camille")},
        (f"{UNIT}/lesson.fr.md", 11, "W602"),
    ),
    (
        "skipped level",
        {f"{UNIT}/lesson.fr.md": LESSON.replace("## À retenir", "#### À retenir")},
        (f"{UNIT}/lesson.fr.md", 27, "W603"),
    ),
    (
        "link called here",
        {f"{UNIT}/lesson.fr.md": LESSON + "\n[Ici](https://example.org)\n"},
        (f"{UNIT}/lesson.fr.md", 32, "W604"),
    ),
    (
        "no objective",
        {f"{UNIT}/lesson.fr.md": LESSON.replace("objectives:\n  - reformuler une plainte\n", "")},
        (f"{UNIT}/lesson.fr.md", 1, "W605"),
    ),
    ("nothing to do", {f"{UNIT}/lesson.fr.md": lesson("Un texte.")}, (f"{UNIT}/lesson.fr.md", 1, "W606")),
]


@pytest.mark.parametrize(("files", "expected"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_what_is_wrong_is_said_with_file_line_and_code(
    tmp_path: Path, files: dict[str, str | bytes | None], expected: tuple[str, int, str]
) -> None:
    report = check(write(tmp_path, files))
    places = [(one.path, one.line, one.code) for one in report.findings]
    assert expected in places, [format_finding(one) for one in report.findings]
    for lang in LANGUAGES:
        for one in report.told_in(lang).findings:
            assert one.message
            assert one.fix
            assert "\n" not in format_finding(one)


def test_the_tables_name_every_code_that_a_folder_alone_can_show() -> None:
    shown = {expected[2] for _, _, expected in BROKEN}
    said = set(
        [
            "E001",
            "E002",
            "E003",
            "E004",
            "W005",
            "E005",
            "E006",
            "E007",
            "E008",
            "E009",
            "E010",
            "E011",
            "E012",
            "E013",
            "E014",
            "W006",
            "E101",
            "E102",
            "E201",
            "E202",
            "E203",
            "E204",
            "E205",
            "E206",
            "W207",
            "W208",
            "W209",
            "W210",
            "W211",
            "E301",
            "E302",
            "W303",
            "W304",
            "W305",
            "W403",
            "E501",
            "E502",
            "E503",
            "W504",
            "W505",
            "W601",
            "W602",
            "W603",
            "W604",
            "W605",
            "W606",
        ]
    )
    assert said <= shown


# ---- translations

SPANISH: dict[str, str | bytes | None] = {
    "petit/course.yml": COURSE.replace("[fr]", "[fr, es]"),
    f"{UNIT}/quiz.fr.md": None,
    f"{UNIT}/scenario.fr.md": None,
    f"{UNIT}/lesson.es.md": LESSON.replace(
        "Camille pose son casque : « Je ne viens plus. »", "Camille deja sus auriculares."
    ),
}


def _spanish(old: str, new: str, name: str = "lesson") -> dict[str, str | bytes | None]:
    return {**SPANISH, f"{UNIT}/{name}.es.md": LESSON.replace(old, new)}


def test_a_faithful_translation_has_no_errors(tmp_path: Path) -> None:
    assert check(write(tmp_path, SPANISH)).errors == 0


@pytest.mark.parametrize(
    ("files", "line", "code"),
    [
        (_spanish("q-premier", "q-primero"), 14, "E103"),
        (_spanish("- [ ] La règle.\n  > Elle ferme la porte.\n", ""), 13, "E401"),
        (_spanish("[ ] La règle.", "[x] La règle.").__or__({}), 13, "E205"),
        (
            _spanish("- [ ] La règle.\n  > Elle ferme la porte.\n- [x] Un", "- [x] La règle.\n  > Elle\n- [ ] Un"),
            13,
            "E401",
        ),
        (_spanish("## J’essaie\n<!-- k-reformuler -->\n", "## J’essaie\n"), 1, "E401"),
        (_spanish("## À retenir\n", "## À retenir\n<!-- k-nuevo -->\n"), 28, "E401"),
        (_spanish("---\n\n#", "from: fr@00000000\n---\n\n#"), 1, "W402"),
        (
            _spanish("minutes: 12", "minutes: 11\nstatus: draft")
            | {
                f"{UNIT}/lesson.fr.md": LESSON
                + "\nUn paragraphe assez long pour être reconnu comme identique à sa source.\n",
                f"{UNIT}/lesson.es.md": LESSON
                + "\nUn paragraphe assez long pour être reconnu comme identique à sa source.\n",
            },
            32,
            "W404",
        ),
    ],
)
def test_a_translation_is_compared_with_its_source(
    tmp_path: Path, files: dict[str, str | bytes | None], line: int, code: str
) -> None:
    report = check(write(tmp_path, files))
    places = [(one.path, one.line, one.code) for one in report.findings]
    assert (f"{UNIT}/lesson.es.md", line, code) in places, [format_finding(one) for one in report.findings]


def test_a_missing_choice_names_the_question(tmp_path: Path) -> None:
    report = check(write(tmp_path, _spanish("- [ ] La règle.\n  > Elle ferme la porte.\n", "")))
    told = [one.message for one in report.findings if one.code == "E401"]
    assert told
    assert "q-premier" in told[0]


def test_scenes_lead_the_same_way_in_every_language(tmp_path: Path) -> None:
    files = {
        "petit/course.yml": COURSE.replace("[fr]", "[fr, es]"),
        f"{UNIT}/scenario.es.md": SCENARIO.replace("(#accord)", "(#froid)").replace("end: partial", "end: hard"),
    }
    found = [
        (one.line, one.code) for one in check(write(tmp_path, files)).findings if one.path.endswith("scenario.es.md")
    ]
    assert (21, "E401") in found
    assert (27, "E401") in found


def test_a_translation_marked_up_to_date_is_not_stale_until_the_source_changes(tmp_path: Path) -> None:
    write(tmp_path, SPANISH)
    document = load_course(tmp_path / "petit")
    french = document.units[0].activity("lesson", "fr")
    assert french is not None
    header = f"from: fr@{french.source_hash}\n---\n\n#"
    path = tmp_path / UNIT / "lesson.es.md"
    path.write_text(path.read_text().replace("---\n\n#", header, 1))
    assert "W402" not in {one.code for one in check(tmp_path).findings}
    source = tmp_path / UNIT / "lesson.fr.md"
    source.write_text(source.read_text().replace("Le besoin s’entend.", "Le besoin se dit."))
    assert "W402" in {one.code for one in check(tmp_path).findings}
    spanish = load_course(tmp_path / "petit").units[0].activity("lesson", "es")
    assert spanish is not None
    assert spanish.stale_sections > 0


# ---- the whole


def test_the_messages_of_the_dialect_page(tmp_path: Path) -> None:
    body = """
# Quiz

## Que faire ?
<!-- q-salle -->

- [ ] a
  > a
- [ ] b
  > b

## Deux ?
<!-- q-deux -->

- [x] a
  > a
- [ ] b
  > b
-[ ] c

## Encore
<!-- q-salle -->

- [x] a
  > a
- [ ] b
  > b

## Dans l’ordre
<!-- q-etapes -->

1. un
2. deux
"""
    path = tmp_path / "quiz.fr.md"
    path.write_text(quiz(body))
    scenario = SCENARIO.replace("(#accord)", "(#fin-acord)").replace('"accord"', '"fin-accord"')
    (tmp_path / "scenario.fr.md").write_text(scenario)
    lines = [format_finding(one) for name in ("quiz", "scenario") for one in check(tmp_path / f"{name}.fr.md").findings]
    assert lines == [
        "quiz.fr.md:8: E204 “q-salle” has no right answer — put an x: “- [x] …”",
        "quiz.fr.md:23: E201 this looks like a choice but is not one — write “- [ ] text” or “- [x] text”",
        "quiz.fr.md:25: E102 id “q-salle” already used line 8 — give the new question its own id",
        "quiz.fr.md:33: E203 “q-etapes” has a numbered list but no type — add “order”: <!-- q-etapes order -->",
        "scenario.fr.md:23: E301 choice leads to “#fin-acord”, which does not exist — did you mean “#fin-accord”?",
        "scenario.fr.md:33: W303 scene “fin-accord” cannot be reached — lead a choice to “#fin-accord” or remove it",
    ]


def test_paths_are_relative_to_the_argument(tmp_path: Path) -> None:
    write(tmp_path, {f"{UNIT}/quiz.fr.md": quiz(OK.replace("[x]", "[ ]"))})
    assert [one.path for one in check(tmp_path).findings] == [f"{UNIT}/quiz.fr.md"]
    assert [one.path for one in check(tmp_path / "petit").findings] == ["units/ecouter/quiz.fr.md"]
    assert [one.path for one in check(tmp_path / UNIT / "quiz.fr.md").findings] == ["quiz.fr.md"]
    assert check(tmp_path / UNIT / "lesson.fr.md").findings == ()


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"secret.md": LESSON})
    (tmp_path / UNIT / "lesson-lien.fr.md").symlink_to(tmp_path / "secret.md")
    os.symlink(tmp_path / "petit", tmp_path / "lien")
    places = [(one.path, one.code) for one in check(tmp_path).findings]
    assert (f"{UNIT}/lesson-lien.fr.md", "E010") in places
    assert ("lien", "E010") in places


def test_shared_units_are_checked_through_the_course_that_uses_them(tmp_path: Path) -> None:
    shared = LESSON.replace("ecouter", "reformuler").replace("[x]", "[ ]")
    files = {
        "petit/course.yml": COURSE + "  - use: _shared/units/reformuler\n",
        "_shared/units/reformuler/lesson.fr.md": shared,
    }
    report = check(write(tmp_path, files))
    assert [(one.path, one.code) for one in report.findings] == [("_shared/units/reformuler/lesson.fr.md", "E204")]


def test_shared_units_that_nobody_uses_are_checked_too(tmp_path: Path) -> None:
    shared = LESSON.replace("ecouter", "reformuler").replace("[x]", "[ ]") + "\n[Plan](../../media/plan.pdf)\n"
    files = {"_shared/units/reformuler/lesson.fr.md": shared, "_shared/units/Écrire/lesson.fr.md": LESSON}
    found = [(one.path, one.line, one.code) for one in check(write(tmp_path, files)).findings]
    assert found == [
        ("_shared/units/reformuler/lesson.fr.md", 13, "E204"),
        ("_shared/units/reformuler/lesson.fr.md", 32, "E501"),
        ("_shared/units/Écrire", 1, "E010"),
    ]


def test_a_folder_that_cannot_be_opened_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent"):
        check(tmp_path / "absent")


def gone(root: Path, published: CourseDocument) -> list[Finding]:
    """E104 of the course `petit` as `check` tells it; the new version says the same of itself."""
    told = [one for one in check(root, "fr", {"petit": published}).findings if one.code == "E104"]
    alone = check(root / "petit", "fr", {"petit": published}).findings
    after = gone_ids(published, load_course(root / "petit").gone_since(published), "fr")
    assert [one.message for one in after] == [one.message for one in told] == [
        one.message for one in alone if one.code == "E104"
    ]  # fmt: skip
    return told


def test_an_id_that_disappeared_since_publication_is_told_unless_it_moved(tmp_path: Path) -> None:
    write(tmp_path, {})
    published = from_json(to_json(load_course(tmp_path / "petit")))
    assert gone(tmp_path, published) == []
    path = tmp_path / UNIT / "lesson.fr.md"
    path.write_text(LESSON.replace("q-premier", "q-second"))
    assert [one.path for one in gone(tmp_path, published)] == ["petit/units/ecouter/lesson.fr.md"]
    quiz_too = QUIZ.replace("minutes ?\n<!-- q-duree -->", "minutes ?\n<!-- q-premier -->")
    moved = quiz_too.replace("title:", "moved: [q-premier]\ntitle:")
    write(tmp_path, {f"{UNIT}/lesson.fr.md": LESSON.replace("q-premier", "q-second"), f"{UNIT}/quiz.fr.md": moved})
    assert [one.message for one in gone(tmp_path, published)] == [
        "« q-duree » était dans la dernière version publiée et a disparu\u00a0; les réponses sont gardées".replace(
            "« ", "«\u00a0"
        ).replace(" »", "\u00a0»")
    ]


def test_what_cannot_be_read_is_not_gone(tmp_path: Path) -> None:
    write(tmp_path, {})
    published = from_json(to_json(load_course(tmp_path / "petit")))
    write(tmp_path, {f"{UNIT}/lesson.fr.md": "---\nid: [\n---\n"})
    report = check(tmp_path, "fr", {"petit": published})
    assert report.errors
    assert "E104" not in {one.code for one in report.findings}


def test_five_thousand_lines_are_checked_in_a_fraction_of_a_second(tmp_path: Path) -> None:
    text = "Un texte [avec un lien](https://example.org)."
    one = f"\n## Que faire {{n}} ?\n<!-- q-n{{n}} -->\n\n{text}\n\n- [ ] a\n  > a\n- [x] b\n  > b\n"
    path = tmp_path / "quiz.fr.md"
    path.write_text(quiz("".join(one.replace("{n}", str(n)) for n in range(500))))
    assert path.read_text().count("\n") > 5_000
    start = time.process_time()
    assert check(path).errors == 0
    assert time.process_time() - start < 1
