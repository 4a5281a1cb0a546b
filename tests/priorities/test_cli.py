"""The planner's command: one document, and a line for whatever is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.foundation.i18n import speaking
from lms.priorities.cli import plan
from lms.priorities.planning.reading import BYTES_MOST, Unusable, circle, read_courses, read_needs
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
        ("", "P105", 1),
        (" \n\ufeff", "P102", 2),
        ("not JSON", "P102", 1),
        ("[1]", "P201", 1),
        ("{}", "P201", 1),
        ('{"K1": 1,\n "K2": "much"}', "P202", 2),
        ('{"K1": 1,\n "K1": 2}', "P103", 2),
        ('{"K1": NaN}', "P202", 1),
        ('{"K0": 0,\n "K1": -Infinity}', "P202", 2),
        ('{"K1": 1e999}', "P202", 1),
        ('{"K1": ' + "9" * 400 + "}", "P202", 1),
        ('{"K1": ' + "9" * 5000 + "}", "P106", 0),
        ('{"K1": null}', "P202", 1),
        ('{"K1": "0.6"}', "P202", 1),
        ('{"K1": [0.6]}', "P202", 1),
        ('{"K1": 1,\n "K\\ud800": 1}', "P107", 2),
        ('{"K1": true}', "P202", 1),
        ('{"K1": 1,,}', "P102", 1),
        ("[" * 100_000, "P106", 0),
    ],
)
def test_needs_that_cannot_be_used(run: FlaskCliRunner, tmp_path: Path, needs: str, code: str, line: int) -> None:
    path = write(tmp_path, "needs.json", needs)
    done = run.invoke(args=["priorities", "plan", path, write(tmp_path, "courses.json", COURSES)])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"{path}:{line}: {code} " if line else f"{path}: {code} ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (('"id": "b"', '"id": "a"'), "P303", 4),
        (('"id": "b"', '"id": 7'), "P302", 4),
        (('"status": "draft", ', ""), "P304", 4),
        (('"domain"', '"colour"'), "P305", 2),
        (('"K2": 0.5', '"K2": 1.5'), "P306", 4),
        (('"draft"', '"ready"'), "P307", 4),
        (("10}", "-1}"), "P308", 4),
        (('["b"]', '"b"'), "P309", 2),
        (('["b"]', '["z"]'), "P310", 2),
        (('"mediation"', "7"), "P311", 2),
        (('"mediation"', "null"), "P311", 2),
        (('["b"]', "[7]"), "P309", 2),
        (('["b"]', '["a"]'), "P313", 2),
        (('"draft", ', '"draft", "prerequisites": ["a"], '), "P313", 2),
        (('"K1": 0.5', '"K1": -0.1'), "P306", 2),
        (('"K1": 0.5', '"K1": NaN'), "P306", 2),
        (('{"K1": 0.5}', '["K1"]'), "P306", 2),
        (('"draft"', '["draft"]'), "P307", 4),
        (("10}", "Infinity}"), "P308", 4),
        (("10}", "null}"), "P308", 4),
        (("10}", "true}"), "P308", 4),
        (('"age": 0', '"age": -1'), "P308", 2),
        (('"id": "b"', '"id": " "'), "P302", 4),
        (('"id": "b", ', ""), "P302", 4),
        (("10}", "10},\n7"), "P312", 5),
        (("[\n{", "{"), "P102", 2),
        (('"id": "b"', '"id": "b", "id": "c"'), "P103", 4),
        (('"id": "b"', '"id": "\\udc00"'), "P107", 4),
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


@pytest.mark.parametrize("courses", ["{}", '"a"', "7", "null"])
def test_courses_are_a_list(run: FlaskCliRunner, tmp_path: Path, courses: str) -> None:
    paths = write(tmp_path, "needs.json", NEEDS), write(tmp_path, "courses.json", courses)
    done = run.invoke(args=["priorities", "plan", *paths])
    assert done.exit_code == 1
    assert done.stderr.startswith(f"{paths[1]}:1: P301 ")


def test_a_circle_is_told_as_one(run: FlaskCliRunner, tmp_path: Path) -> None:
    ring = [
        {"id": name, "coverage": {}, "status": "missing", "remaining_hours": 1, "prerequisites": [before]}
        for name, before in (("x", "b"), ("a", "c"), ("b", "a"), ("c", "b"))
    ]
    paths = write(tmp_path, "needs.json", NEEDS), write(tmp_path, "courses.json", json.dumps(ring))
    done = run.invoke(args=["priorities", "plan", *paths])
    assert done.exit_code == 1
    assert ": a → c → b → a — " in done.stderr
    assert circle({f"c{at}": [f"c{at + 1}"] for at in range(50_000)}) == []
    assert len(circle({f"c{at}": [f"c{(at + 1) % 50_000}"] for at in range(50_000)})) == 50_001


@pytest.mark.parametrize("lang", ["en", "fr", "es", "ca"])
def test_every_fault_is_told_in_every_language(app: Flask, lang: str) -> None:
    about = dict.fromkeys(("column", "name", "most", "at", "id", "field", "known", "before", "ring"), "x")
    with app.app_context():
        with speaking("en"):
            english = {code: sentence(Unusable(code, 1, **about)) for code in CODES}
        with speaking(lang):
            told = {code: sentence(Unusable(code, 1, **about)) for code in CODES}
    assert all((told[code] == english[code]) == (lang == "en") for code in CODES)


@pytest.mark.parametrize(
    "data",
    [NEEDS.encode("utf-16"), b'{"K1": 0.6,\n "\xe9": 1}', b"[" + b" " * BYTES_MOST + b"]", b"\x00\x00"],
    ids=["utf-16", "latin-1", "huge", "zeros"],
)
def test_bytes_that_are_no_text_or_too_many(run: FlaskCliRunner, tmp_path: Path, data: bytes) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    path = folder / "needs.json"
    path.write_bytes(data)
    done = run.invoke(args=["priorities", "plan", str(path), write(folder, "courses.json", COURSES)])
    assert done.exit_code == 1
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert sorted(one.name for one in folder.iterdir()) == ["courses.json", "needs.json"]


def test_names_in_any_writing_and_a_mark_at_the_beginning(run: FlaskCliRunner, tmp_path: Path) -> None:
    needs = {"écoute": 1.0, "e\u0301coute": 2.0, "傾聴": 0.5, "\u202eK": 0.1, "": 0.2}
    courses = [
        {"id": name, "coverage": {"écoute": 0.5, "傾聴": 1.0}, "status": "available", "remaining_hours": 0}
        for name in ("Médiation — 1", "調停", "a\x1b[31mb\nc")
    ]
    paths = (
        write(tmp_path, "needs.json", "\ufeff" + json.dumps(needs)),
        write(tmp_path, "courses.json", json.dumps(courses)),
    )
    done = run.invoke(args=["priorities", "plan", *paths, "--format", "json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["run_now"] == sorted(one["id"] for one in courses)
    assert found["residual"] == {**needs, "écoute": 0.125, "傾聴": 0.0}
    shown = run.invoke(args=["priorities", "plan", *paths])
    assert shown.exit_code == 0
    assert "\x1b" not in shown.stdout
    assert "Médiation — 1" in shown.stdout


numbers = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-3, 3))
sizes = st.one_of(st.floats(0, allow_infinity=False), st.sampled_from([0, 1e-320, 5e-324, 1e300]))


@settings(max_examples=60, deadline=None)
@given(
    needs=st.dictionaries(st.sampled_from(["K1", "K2", "K3"]), numbers, min_size=1),
    courses=st.lists(
        st.fixed_dictionaries(
            {"coverage": st.dictionaries(st.sampled_from(["K1", "K2", "K9"]), st.floats(0, 1)),
             "status": st.sampled_from(["available", "draft", "missing"]), "remaining_hours": sizes},
            optional={"age": sizes, "domain": st.text(max_size=3)},
        ),
        max_size=5,
    ),
)  # fmt: skip
def test_whatever_can_be_read_has_a_plan(needs: dict[str, float], courses: list[dict[str, object]]) -> None:
    try:
        wanted = read_needs(json.dumps(needs))
        offered = read_courses(json.dumps([{"id": f"c{at}", **one} for at, one in enumerate(courses)]))
    except Unusable:  # a number too large to reckon with
        return
    document = json.dumps(plan(wanted, offered), allow_nan=False)
    assert json.loads(document)["build_next"] == plan(wanted, offered)["build_next"]


def test_the_door_writes_the_fields_that_are_promised(run: FlaskCliRunner, tmp_path: Path) -> None:
    """Needs as given, below 0 as 0; all courses to the end; hours 0 have no figure an hour and go first among equals."""
    needs = {"K1": 6.0, "K2": 3.0, "K3": -2.0}
    courses = [
        {"id": "d2", "coverage": {"K1": 0.5}, "status": "draft", "remaining_hours": 4},
        {"id": "d1", "coverage": {"K1": 0.5}, "status": "missing", "remaining_hours": 0, "age": 0},
        {"id": "r2", "coverage": {"K2": 1.0}, "status": "available", "remaining_hours": 0},
        {"id": "r1", "coverage": {"K2": 1.0, "K3": 1.0}, "status": "available", "remaining_hours": 0},
        {"id": "d3", "coverage": {"K2": 1.0}, "status": "draft", "remaining_hours": 1, "age": 2},
    ]
    paths = write(tmp_path, "needs.json", json.dumps(needs)), write(tmp_path, "courses.json", json.dumps(courses))
    done = run.invoke(args=["priorities", "plan", *paths, "--format", "json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {
        "static_priority": {"d2": 3.0, "d1": 3.0, "r2": 3.0, "r1": 3.0, "d3": 3.0},
        "greedy": [["d1", 3.0], ["r1", 3.0], ["d2", 1.5], ["r2", 0.0], ["d3", 0.0]],
        "cut": 3,
        "run_now": ["r1", "r2"],
        "residual": {"K1": 6.0, "K2": 0.0, "K3": 0.0},
        "build_next": [
            {"id": "d1", "benefit": 3.0, "per_hour": None, "score": 0.5 * 2 / 3 + 0.5 / 3},
            {"id": "d3", "benefit": 0.0, "per_hour": 0.0, "score": 0.5},
            {"id": "d2", "benefit": 3.0, "per_hour": 0.75, "score": 0.5 / 3 + 0.5 / 3},
        ],
    }


@pytest.mark.parametrize("missing", ["none.json", "."])
def test_a_file_that_cannot_be_opened_is_wrong_usage(run: FlaskCliRunner, tmp_path: Path, missing: str) -> None:
    args = ["priorities", "plan", missing, write(tmp_path, "courses.json", COURSES)]
    done = run.invoke(args=[*args, "--lang", "fr"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"« {missing} »" in done.stderr.replace("\xa0", " ")


def test_every_fault_has_a_code_of_its_own_and_a_sentence(app: Flask) -> None:
    assert len(set(CODES.values())) == len(CODES)
    about = dict.fromkeys(("column", "name", "most", "at", "id", "field", "known", "before", "ring"), "x")
    with app.app_context():
        for code in CODES:
            assert " — " in sentence(Unusable(code, 1, **about))
