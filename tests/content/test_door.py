"""The command-line doors: check, and try."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lms.content.door import check_command, try_command
from tests.content.building import LESSON, QUIZ, write

UNIT = "petit/units/ecouter"


def test_check_prints_findings_and_the_count_last(tmp_path: Path) -> None:
    write(tmp_path, {f"{UNIT}/lesson.fr.md": LESSON.replace("[x]", "[ ]")})
    text, code = check_command([tmp_path])
    assert code == 1
    lines = text.split("\n")
    assert lines == [
        f"{UNIT}/lesson.fr.md:13: E204 “q-premier” has no right answer — put an x: “- [x] …”",
        "1 errors, 0 warnings in 1 courses",
    ]
    assert "n’a pas de bonne réponse" in check_command([tmp_path], lang="fr")[0]


def test_check_in_json(tmp_path: Path) -> None:
    write(tmp_path, {f"{UNIT}/lesson.fr.md": LESSON.replace("minutes: 12", "minutes: 20")})
    text, code = check_command([tmp_path], "json")
    assert code == 0
    told = json.loads(text)
    assert (told["errors"], told["warnings"], told["courses"]) == (0, 1, 1)
    assert set(told["findings"][0]) == {"path", "line", "column", "code", "severity", "message", "fix"}
    assert told["findings"][0]["severity"] == "warning"


def test_a_path_that_cannot_be_opened_is_wrong_usage(tmp_path: Path) -> None:
    text, code = check_command([tmp_path / "absent"])
    assert code == 2
    assert "absent" in text


def tried(tmp_path: Path, answers: object, text: str = QUIZ) -> tuple[Any, int]:
    write(tmp_path, {f"{UNIT}/quiz.fr.md": text})
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    out, code = try_command(tmp_path / UNIT / "quiz.fr.md", tmp_path / "answers.json")
    return (json.loads(out) if code == 0 else out), code


def test_try_marks_answers(tmp_path: Path) -> None:
    told, code = tried(
        tmp_path,
        {
            "q-duree": "30",
            "q-etapes": [1, 2, 4, 3],
            "q-relier": [["La salle est à moi.", "une position"], ["J’ai besoin de calme.", "un jugement"]],
            "q-trous": ["cadre", "solution"],
            "q-qui": [1],
            "q-mot": "Un besoin",
            "q-recit": None,
        },
    )
    assert code == 0
    assert told["questions"] == {
        "q-duree": {
            "kind": "numeric",
            "mark": 0,
            "points": 0,
            "feedback": ["Trente minutes suffisent pour plaider."],
        },
        "q-etapes": {"kind": "order", "mark": pytest.approx(1 / 3), "points": pytest.approx(1 / 3), "feedback": []},
        "q-relier": {"kind": "match", "mark": 0.5, "points": 0.5, "feedback": []},
        "q-trous": {"kind": "cloze", "mark": 1, "points": 1, "feedback": []},
        "q-qui": {"kind": "multiple", "mark": 0.5, "points": 0.5, "feedback": ["Oui."]},
        "q-mot": {"kind": "short", "mark": 1, "points": 2, "feedback": []},
        "q-recit": {"kind": "open", "mark": None, "points": 0, "feedback": []},
    }
    assert told["points"] == pytest.approx(1 / 3 + 0.5 + 1 + 0.5 + 2)
    assert told["of"] == 7


def test_try_without_answers_gives_nothing_and_no_error(tmp_path: Path) -> None:
    told, code = tried(tmp_path, {})
    assert code == 0
    assert told["points"] == 0
    assert len(told["questions"]) == 7


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        ({"q-absent": [1]}, "q-absent"),
        ({"q-qui": "1"}, "q-qui"),
        ({"q-qui": [9]}, "q-qui"),
        ({"q-etapes": [1, 2]}, "q-etapes"),
        ({"q-trous": ["cadre"]}, "q-trous"),
        ({"q-relier": [["absent", "une position"]]}, "q-relier"),
        ({"q-duree": 12}, "q-duree"),
        ([], "answers.json"),
    ],
)
def test_try_names_unknown_ids_and_wrong_shapes(tmp_path: Path, answers: object, named: str) -> None:
    text, code = tried(tmp_path, answers)
    assert code == 1
    assert named in text


def test_try_refuses_a_quiz_with_errors_and_files_that_cannot_be_opened(tmp_path: Path) -> None:
    text, code = tried(tmp_path, {}, QUIZ.replace("[=]", "[ ]"))
    assert code == 1
    assert "E204" in text
    assert try_command(tmp_path / "absent.fr.md", tmp_path / "answers.json")[1] == 2
    assert try_command(tmp_path / UNIT / "lesson.fr.md", tmp_path / "absent.json")[1] == 2
