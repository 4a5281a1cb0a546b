"""The planner's command: one document, and a line for whatever is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from lms.priorities.planning.reading import Unusable
from lms.priorities.planning.wording import CODES, sentence

NEEDS = '{"K1": 0.6, "K2": 0.3, "K3": -0.2}'
COURSES = """[
{"id": "a", "coverage": {"K1": 0.5}, "status": "available", "remaining_hours": 0, "domain": "mediation",
 "age": 0, "prerequisites": ["b"]},
{"id": "b", "coverage": {"K1": 1.0, "K2": 0.5}, "status": "draft", "remaining_hours": 10}
]"""


@pytest.fixture
def run(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_a_plan(run: FlaskCliRunner, tmp_path: Path) -> None:
    paths = write(tmp_path, "needs.json", NEEDS), write(tmp_path, "courses.json", COURSES)
    done = run.invoke(args=["priorities", "plan", *paths, "--format", "json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["static_priority"] == {"a": 0.3, "b": 0.75}
    assert found["greedy"] == [["b", 0.75], ["a", 0.0]]
    assert (found["cut"], found["run_now"]) == (1, ["a"])
    assert found["residual"] == {"K1": 0.3, "K2": 0.3, "K3": 0.0}
    assert found["build_next"] == [
        {"id": "b", "benefit": pytest.approx(0.45), "per_hour": pytest.approx(0.045), "score": 0.0}
    ]
    shown = run.invoke(args=["priorities", "plan", *paths])
    assert shown.exit_code == 0
    assert "run now" in shown.stdout


@pytest.mark.parametrize(
    ("needs", "code", "line"),
    [
        ("", "P102", 1),
        ("[1]", "P201", 1),
        ("{}", "P201", 1),
        ('{"K1": 1,\n "K2": "much"}', "P202", 2),
        ('{"K1": 1,\n "K1": 2}', "P103", 2),
        ('{"K1": NaN}', "P202", 1),
        ('{"K1": true}', "P202", 1),
        ('{"K1": 1,,}', "P102", 1),
        ("[" * 100_000, "P102", 1),
    ],
)
def test_needs_that_cannot_be_used(run: FlaskCliRunner, tmp_path: Path, needs: str, code: str, line: int) -> None:
    path = write(tmp_path, "needs.json", needs)
    done = run.invoke(args=["priorities", "plan", path, write(tmp_path, "courses.json", COURSES)])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"{path}:{line}: {code} ")


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (('"id": "b"', '"id": "a"'), "P303", 4),
        (('"id": "b"', '"id": 7'), "P302", 0),
        (('"status": "draft", ', ""), "P304", 4),
        (('"domain"', '"colour"'), "P305", 2),
        (('"K2": 0.5', '"K2": 1.5'), "P306", 4),
        (('"draft"', '"ready"'), "P307", 4),
        (("10}", "-1}"), "P308", 4),
        (('["b"]', '"b"'), "P309", 2),
        (('["b"]', '["z"]'), "P310", 2),
        (('"mediation"', "7"), "P311", 2),
    ],
)
def test_courses_that_cannot_be_used(
    run: FlaskCliRunner, tmp_path: Path, change: tuple[str, str], code: str, line: int
) -> None:
    path = write(tmp_path, "courses.json", COURSES.replace(*change))
    done = run.invoke(
        args=["priorities", "plan", write(tmp_path, "needs.json", NEEDS), path, "--format", "json", "--lang", "ca"]
    )
    assert done.exit_code == 1
    told = json.loads(done.stdout)["errors"][0]
    assert (told["code"], told["line"] or 0) == (code, line)


def test_a_file_that_is_not_there_is_wrong_usage(run: FlaskCliRunner) -> None:
    assert run.invoke(args=["priorities", "plan", "none.json", "none.json"]).exit_code == 2


def test_every_fault_has_a_code_of_its_own_and_a_sentence(app: Flask) -> None:
    assert len(set(CODES.values())) == len(CODES)
    about = dict.fromkeys(("column", "name", "most", "at", "id", "field", "known", "before"), "x")
    with app.app_context():
        for code in CODES:
            assert " — " in sentence(Unusable(code, 1, **about))
