"""The command-line doors: check, and try."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lms.content.door import check_command, try_command
from tests.content.building import LESSON, QUIZ, quiz, write

UNIT = "petit/units/ecouter"


def test_check_prints_findings_and_the_count_last(tmp_path: Path) -> None:
    write(tmp_path, {f"{UNIT}/lesson.fr.md": LESSON.replace("[x]", "[ ]")})
    text, code = check_command([tmp_path])
    assert code == 1
    lines = text.split("\n")
    assert lines == [
        f"{UNIT}/lesson.fr.md:13: E204 “q-premier” has no right answer — put an x: “- [x] …”",
        "1 error, 0 warnings in 1 course",
    ]
    assert "n’a pas de bonne réponse" in check_command([tmp_path], lang="fr")[0]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "0 errors, 1 warning in 1 course"), ("fr", "0 erreur, 1 avertissement dans 1 cours"),
        ("es", "0 errores, 1 aviso en 1 curso"), ("ca", "0 errors, 1 avís en 1 curs"),
    ],
)  # fmt: skip
def test_one_is_said_otherwise_than_several(tmp_path: Path, lang: str, said: str) -> None:
    write(tmp_path, {f"{UNIT}/lesson.fr.md": LESSON.replace("minutes: 12", "minutes: 20")})
    assert check_command([tmp_path], lang=lang)[0].splitlines()[-1] == said


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
        ({"q-duree": True}, "q-duree"),
        ({"q-qui": [True]}, "q-qui"),
        ({"q-qui": [1, 1]}, "q-qui"),
        ({"q-qui": {"1": True}}, "q-qui"),
        ({"q-etapes": [1, 2, 3, 3]}, "q-etapes"),
        ({"q-etapes": [4, 3, 2, "1"]}, "q-etapes"),
        ({"q-relier": [["La salle est à moi."]]}, "q-relier"),
        ({"q-relier": [["La salle est à moi.", "une position"], ["La salle est à moi.", "un besoin"]]}, "q-relier"),
        ({"q-trous": "cadre"}, "q-trous"),
        ({"q-recit": ["un texte"]}, "q-recit"),
        ({"q-mot": "x" * 501}, "q-mot"),
        ({"q-etapes": []}, "q-etapes"),
        ({"q-trous": []}, "q-trous"),
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


def test_null_and_absent_mark_nothing_whatever_the_kind(tmp_path: Path) -> None:
    ids = ("q-duree", "q-etapes", "q-relier", "q-trous", "q-qui", "q-mot", "q-recit")
    for answers in ({}, dict.fromkeys(ids)):
        told, code = tried(tmp_path, answers)
        assert code == 0
        assert {one["mark"] for id, one in told["questions"].items() if id != "q-recit"} == {0}
        assert told["questions"]["q-recit"]["mark"] is None
        assert (told["points"], told["of"]) == (0, 7)


def test_sides_of_a_pair_are_told_as_written_or_as_shown(tmp_path: Path) -> None:
    text = QUIZ.replace("| La salle est à moi. |", "| La salle est à **moi**! |")
    for left in ("La salle est à moi !", "La salle est à **moi**!", "la salle est à moi\u00a0!"):
        told, code = tried(tmp_path, {"q-relier": [[left, "Une position"]]}, text)
        assert (code, told["questions"]["q-relier"]["mark"]) == (0, 0.5)


def test_draw_shuffle_and_attempts_do_not_apply(tmp_path: Path) -> None:
    text = QUIZ.replace("title:", "draw: 1\nshuffle: true\nattempts: 1\ntitle:")
    told, _ = tried(tmp_path, {"q-etapes": [1, 2, 3, 4]}, text)
    assert len(told["questions"]) == 7
    assert told["questions"]["q-etapes"]["mark"] == 1


def test_try_as_a_table_and_refusals_as_json(tmp_path: Path) -> None:
    write(tmp_path, {})
    path, answers = tmp_path / UNIT / "quiz.fr.md", tmp_path / "answers.json"
    answers.write_text(json.dumps({"q-qui": [1], "q-duree": "30"}))
    text, code = try_command(path, answers, "table")
    assert code == 0
    assert text.split("\n")[0] == "q-duree  numeric  0  Trente minutes suffisent pour plaider."
    assert "q-recit  open  –" in text
    assert text.endswith("\n0.5 / 7")
    answers.write_text(json.dumps({"q-absent": [1], "q-qui": "1"}))
    out, code = try_command(path, answers, "json", "fr")
    assert code == 1
    assert [one["id"] for one in json.loads(out)["errors"]] == ["q-absent", "q-qui"]
    assert "pas de telle question" in json.loads(out)["errors"][0]["message"]
    path.write_text(QUIZ.replace("[=]", "[ ]"))
    out, code = try_command(path, answers, "json")
    assert code == 1
    assert {one["code"] for one in json.loads(out)["findings"]} == {"E204"}


ONE = "## Un\n<!-- q-un points=3 -->\n\n- [ ] a\n  > a\n- [x] b\n  > b\n"


def test_an_empty_list_is_an_answer_where_any_number_may_be_given_and_nowhere_else(tmp_path: Path) -> None:
    told, code = tried(tmp_path, {"q-qui": [], "q-relier": []})
    assert (code, told["questions"]["q-qui"]["mark"], told["questions"]["q-relier"]["mark"]) == (0, 0, 0)
    text, code = tried(tmp_path, {"q-un": []}, quiz(ONE))
    assert (code, "q-un" in text) == (1, True)


def test_points_are_those_won_and_add_up(tmp_path: Path) -> None:
    told, _ = tried(tmp_path, {"q-un": [2]}, quiz(ONE))
    assert told["questions"]["q-un"]["mark"] == 1
    assert (told["questions"]["q-un"]["points"], told["points"], told["of"]) == (3, 3, 3)
    told, _ = tried(tmp_path, {"q-qui": [1], "q-mot": "besoin", "q-duree": "10"})
    assert told["points"] == pytest.approx(sum(one["points"] for one in told["questions"].values()))


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ('{"q-qui": [1], "q-mot": "a", "q-qui": [2]}', "q-qui"),
        ('{"q-qui": {"a": 1, "a": 2}}', "a: "),
        ('{"q-duree": NaN}', "answers.json"),
        ('{"q-qui": [-Infinity]}', "answers.json"),
        ('{"q-qui": ' + "[" * 100_000 + "]" * 100_000 + "}", "answers.json"),
        ('{"q-qui": ' + "9" * 10_000 + "}", "answers.json"),
        ('{"q-mot": "' + "x" * 10_000_000 + '"}', "answers.json"),
        ('{"q-\\ud800\\u001b[31m": 1}', "q-??[31m"),
        ('{"q-qui": [1]', "answers.json"),
        ("\xff", "answers.json"),
    ],
    ids=["twice", "twice within", "NaN", "infinite", "nest", "long number", "10 MB", "half a sign", "cut off", "bytes"],
)
@pytest.mark.parametrize("form", ["json", "table"])
def test_files_that_are_no_answers_are_refused_by_name(tmp_path: Path, raw: str, named: str, form: str) -> None:
    write(tmp_path, {})
    answers = tmp_path / "answers.json"
    answers.write_bytes(raw.encode("latin-1"))
    text, code = try_command(tmp_path / UNIT / "quiz.fr.md", answers, form)
    assert code == 1
    assert named in text
    assert len(text) < 1_000
    text.encode()
