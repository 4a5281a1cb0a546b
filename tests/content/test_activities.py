"""Reflections, polls, checklists, assignments and live sessions: what is read, what is served, what is refused."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from lms.content.checking import check
from lms.content.documents import (
    Activity,
    Assignment,
    ChecklistSection,
    CourseDocument,
    Criterion,
    Live,
    Poll,
    from_json,
    to_json,
)
from lms.content.loading import load_course
from lms.content.texts import plain
from tests.content.building import ASSIGNMENT, CHECKLIST, LIVE, POLL, QUIZ, REFLECTION, SCENARIO, write

UNIT = "petit/units/ecouter"
FILES: dict[str, str | bytes | None] = {
    f"{UNIT}/assignment.fr.md": ASSIGNMENT,
    f"{UNIT}/checklist.fr.md": CHECKLIST,
    f"{UNIT}/live.fr.md": LIVE,
    f"{UNIT}/poll.fr.md": POLL,
    f"{UNIT}/reflection.fr.md": REFLECTION,
}


def loaded(root: Path, files: dict[str, str | bytes | None]) -> CourseDocument:
    return load_course(write(root, files) / "petit")


def activity(root: Path, key: str, text: str) -> Activity:
    found = loaded(root, {f"{UNIT}/{key}.fr.md": text}).units[0].activity(key, "fr")
    assert found is not None
    return found


def test_every_type_is_met_in_its_order_and_a_named_file_after_its_unnamed_one(tmp_path: Path) -> None:
    document = loaded(tmp_path, {**FILES, f"{UNIT}/checklist-final.fr.md": CHECKLIST.replace("<!-- c-", "<!-- c-z-")})
    order = "lesson scenario reflection quiz poll checklist checklist-final assignment live"
    assert " ".join(document.units[0].activities) == order


def test_a_reflection_asks_open_questions_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = activity(tmp_path, "reflection", REFLECTION)
    assert [(one.kind, one.id) for one in found.questions] == [("open", "q-trop-vite"), ("open", "q-demander")]
    assert plain(found.questions[0].prompt) == "Un moment, pas une personne."
    assert plain(found.html) == "Pensez à la semaine dernière."


def test_a_poll_has_choices_and_days_and_no_right_answer(tmp_path: Path) -> None:
    found = activity(tmp_path, "poll", POLL)
    assert found.poll == Poll(
        "q-abord",
        "Que faites-vous d’abord&nbsp;?",
        "<p>Pensez à <em>hier</em>.</p>",
        ("J’écoute.", "Je propose, et j’attends."),
        date(2027, 3, 1),
        date(2027, 3, 15),
        anonymous=False,
    )
    assert found.questions == ()
    assert plain(found.html) == "Trois réponses, aucune n’est la bonne."
    assert "Je propose" in found.words


def test_a_checklist_has_sections_of_lines(tmp_path: Path) -> None:
    found = activity(tmp_path, "checklist", CHECKLIST)
    assert found.checklist == (
        ChecklistSection(
            "c-salle", "La salle", ("Ouvrir la salle", "Poser <strong>deux</strong> chaises"), "<p>La veille.</p>"
        ),
        ChecklistSection("c-mots", "Les mots", ("Préparer une question",)),
    )
    assert found.downloads == ("pdf", "docx")
    assert plain(found.html) == "À imprimer."


def test_an_assignment_has_a_rubric_and_keeps_its_model_answer_apart(tmp_path: Path) -> None:
    found = activity(tmp_path, "assignment", ASSIGNMENT)
    names = ("Pas encore", "En chemin", "Oui")
    assert found.assignment == Assignment(
        ("text", "file"),
        8,
        "peer",
        3,
        (
            Criterion("r-lettre.1", "Le besoin", ("absent", "suggéré", "nommé"), names),
            Criterion("r-lettre.2", "Le ton", ("accuse", "neutre", "ouvre"), names),
        ),
        "<p>Chère Camille, <em>merci</em> d’avoir parlé.</p>",
    )
    assert "Camille en dix lignes" in found.html
    assert "Signez." in found.html
    assert "Trois lectures" in found.html
    assert "Chère" not in found.html
    assert "<table" not in found.html


def test_a_live_session_has_an_hour_in_its_zone(tmp_path: Path) -> None:
    found = activity(tmp_path, "live", LIVE)
    assert found.live == Live(
        datetime.fromisoformat("2027-03-04T14:00"), "Europe/Paris", 45, "https://example.org/salle", 20
    )
    assert plain(found.html) == "Ordre du jour."
    short = activity(
        tmp_path / "b", "live", "---\nid: ecouter\ntitle: En direct\nstart: 2027-03-04T14:00\ntz: UTC\n---\n"
    )
    assert short.live == Live(datetime.fromisoformat("2027-03-04T14:00"), "UTC", 60)


def test_the_ids_of_all_types_belong_to_history(tmp_path: Path) -> None:
    ids = loaded(tmp_path, FILES).question_ids()
    assert {f"ecouter/{id}" for id in ("q-trop-vite", "q-abord", "c-salle", "c-mots", "r-lettre", "k-reformuler")} < ids


def test_all_types_go_to_json_and_back(tmp_path: Path) -> None:
    document = loaded(tmp_path, FILES)
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


def test_a_version_of_the_first_format_is_still_read(tmp_path: Path) -> None:
    document = loaded(tmp_path, {f"{UNIT}/poll.fr.md": POLL})
    stored = json.loads(json.dumps(to_json(document)))
    stored["format"] = 1
    for variants in stored["units"][0]["activities"].values():
        for one in variants.values():
            for new in ("assignment", "poll", "checklist", "downloads", "live", "moved", "competencies"):
                del one[new]
            one["details"] = {"open": None}
    before = from_json(stored)
    assert before.units[0].activities["lesson"] == document.units[0].activities["lesson"]
    assert before.units[0].activities["quiz"] == document.units[0].activities["quiz"]
    assert before.units[0].activities["poll"]["fr"].poll is None
    with pytest.raises(ValueError, match="format"):
        from_json({**stored, "format": 3})


BROKEN = [
    ("poll", POLL.replace("- [ ] J’", "- [x] J’"), 17, "E204"),
    ("poll", POLL.replace("- [ ]", "-"), 12, "E204"),
    ("poll", POLL.replace("- [ ] J’écoute.\n", ""), 12, "E204"),
    ("poll", POLL.replace("<!-- q-abord -->\n", ""), 12, "E101"),
    ("poll", POLL.replace("- [ ] J’", "-[ ] J’"), 17, "E201"),
    ("poll", POLL + "\n## Et puis ?\n<!-- q-puis -->\n\n- [ ] Oui\n- [ ] Non\n", 21, "E202"),
    ("poll", POLL.replace("-15", "-32"), 4, "E007"),
    ("poll", POLL.replace("-15", "-00"), 4, "E007"),
    ("poll", POLL.replace("2027-03-15", "2027-02-15"), 4, "E007"),
    ("poll", "---\nid: ecouter\ntitle: Rien\n---\n\n# Rien\n", 1, "E204"),
    ("checklist", CHECKLIST.replace("<!-- c-mots -->\n", ""), 19, "E101"),
    ("checklist", CHECKLIST.replace("c-mots", "q-mots"), 20, "E007"),
    ("checklist", CHECKLIST + "  - [ ] Une ligne sous une ligne\n", CHECKLIST.count("\n") + 1, "E201"),
    ("checklist", CHECKLIST.replace("- [ ] Préparer", "Préparer"), 19, "E204"),
    ("checklist", CHECKLIST.replace("[pdf, docx]", "[odt]"), 4, "E007"),
    ("reflection", REFLECTION.replace("<!-- q-demander -->\n", ""), 15, "E101"),
    ("reflection", REFLECTION + "\n- [x] Rien\n  > Ah.\n- [ ] Tout\n  > Oh.\n", 15, "E202"),
    ("reflection", "---\nid: ecouter\ntitle: Rien\n---\n\n# Rien\n", 1, "E204"),
    ("quiz", "---\nid: ecouter\ntitle: Rien\n---\n\n# Rien\n", 1, "E204"),
    ("assignment", ASSIGNMENT.replace("| absent |", "|"), 26, "E204"),
    ("assignment", ASSIGNMENT.replace("|", " "), 19, "E204"),
    ("assignment", ASSIGNMENT.replace("[text, file]", "[fax]"), 4, "E007"),
    ("live", LIVE.replace("Europe/Paris", "Europe/Prades"), 5, "E007"),
    ("live", LIVE.replace("03-04T14", "13-04T14"), 4, "E007"),
    ("live", LIVE.replace("tz: Europe/Paris\n", ""), 1, "E006"),
    *[
        (key, f"{text}\n## Et après ?\n<!-- q-apres -->\n\n- [x] Oui\n- [ ] Non\n", text.count("\n") + 3, "E007")
        for key, text in (("scenario", SCENARIO), ("live", LIVE), ("assignment", ASSIGNMENT))
    ],
    # Without an id: told what is wrong, not asked for an id that is then refused.
    *[
        (key, f"{text}\n## Et après ?\n\n- [x] Oui\n- [ ] Non\n", text.count("\n") + 2, "E007")
        for key, text in (("scenario", SCENARIO), ("live", LIVE), ("assignment", ASSIGNMENT))
    ],
    # A plan is shown in a lesson and nowhere else.
    *[
        (
            key,
            f"{text}\n## J’essaie\n<!-- k-essai -->\n\nQuand **on crie**, je **respire**.\n",
            text.count("\n") + 3,
            "E007",
        )
        for key, text in (
            ("quiz", QUIZ),
            ("reflection", REFLECTION),
            ("poll", POLL),
            ("checklist", CHECKLIST),
            ("scenario", SCENARIO),
            ("live", LIVE),
            ("assignment", ASSIGNMENT),
        )
    ],
    (
        "lesson",
        "---\nid: ecouter\ntitle: Essai\nobjectives: [a]\n---\n\n## Liste\n<!-- c-liste -->\n\n- un\n",
        8,
        "E007",
    ),
]


@pytest.mark.parametrize(("key", "text", "line", "code"), BROKEN)
def test_what_is_wrong_is_said_at_its_line(tmp_path: Path, key: str, text: str, line: int, code: str) -> None:
    report = check(write(tmp_path, {f"{UNIT}/{key}.fr.md": text}) / "petit")
    errors = [(one.path, one.line, one.code) for one in report.findings if one.severity == "error"]
    assert errors == [(f"units/ecouter/{key}.fr.md", line, code)]


@pytest.mark.parametrize(
    ("key", "text", "there", "here"),
    [
        ("poll", POLL.replace("J’écoute.\n", "J’écoute.\n- [ ] Rien.\n"), "- [ ] Rien.\n", ""),
        ("checklist", CHECKLIST, "- [ ] Ouvrir la salle\n", ""),
        ("assignment", ASSIGNMENT, "| Le ton | accuse | neutre | ouvre |\n", ""),
        ("reflection", REFLECTION, "<!-- q-demander -->", "<!-- q-autre -->"),
    ],
)
def test_a_translation_has_the_same_parts(tmp_path: Path, key: str, text: str, there: str, here: str) -> None:
    course = {"petit/course.yml": (write(tmp_path, {}) / "petit/course.yml").read_text().replace("[fr]", "[fr, es]")}
    files: dict[str, str | bytes | None] = {**course, f"{UNIT}/{key}.fr.md": text, f"{UNIT}/{key}.es.md": text}
    assert check(write(tmp_path, files) / "petit").errors == 0
    report = check(write(tmp_path, {**files, f"{UNIT}/{key}.es.md": text.replace(there, here)}) / "petit")
    assert {one.code for one in report.findings if one.severity == "error"} <= {"E401", "E103"}
    assert report.errors == 1


def test_a_rubric_has_the_same_levels_in_every_language(tmp_path: Path) -> None:
    course = {"petit/course.yml": (write(tmp_path, {}) / "petit/course.yml").read_text().replace("[fr]", "[fr, es]")}
    text = ASSIGNMENT
    for cell in ("| En chemin |", "| suggéré |", "| neutre |"):
        text = text.replace(cell, "|")
    text = text.replace("| --- | --- | --- | --- |", "| --- | --- | --- |")
    files = {**course, f"{UNIT}/assignment.fr.md": ASSIGNMENT, f"{UNIT}/assignment.es.md": text}
    report = check(write(tmp_path, dict(files)) / "petit")
    (one,) = [one for one in report.findings if one.severity == "error"]
    assert (one.code, one.line) == ("E401", 19)
    assert "levels" in one.message
