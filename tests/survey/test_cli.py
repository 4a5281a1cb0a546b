"""The researcher's commands: one document, the same bytes for a seed, and a line for whatever is wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from config import Config
from lms.app import create_app
from lms.survey.analysis.reading import Unusable
from lms.survey.analysis.wording import CODES, sentence

HEAD = "respondent,item,importance,competence"
EXAMPLE = f"""{HEAD},role
a,X,5,2,manager
b,X,5,3,manager
c,X,4,4,teleworker
d,X,4,5,teleworker
e,X,5,DK,teleworker
a,Y,3,1,manager
b,Y,3,2,manager
c,Y,3,3,teleworker
d,Y,5,2,teleworker
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> FlaskCliRunner:
    """The commands of an application without a database: they need none."""
    env = {"LMS_INSTANCE": str(tmp_path_factory.mktemp("none")), "BASE_URL": "http://127.0.0.1"}
    return create_app(Config.from_env(env)).test_cli_runner()


def write(folder: Path, text: str | bytes, name: str = "answers.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def read(run: FlaskCliRunner, *words: str) -> Any:
    result = run.invoke(args=["survey", *words, "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_worked_example(run: FlaskCliRunner, tmp_path: Path) -> None:
    found = read(run, "analyse", write(tmp_path, EXAMPLE), "--seed", "1")
    x = found["items"]["X"]
    assert (x["n"], x["importance_mean"], x["competence_mean"], x["gap"], x["mwds"]) == (4, 4.5, 3.5, 1.0, 4.5)
    assert (x["nr_pct"], x["pr_pct"], x["tr_pct"], x["rds"], x["dk_pct"]) == (50, 25, 25, -25, 20)
    assert x["pni"] == x["mwds"]
    assert x["rank"] == 2
    assert x["locus"]["quadrant"] == "LH"
    assert found["items"]["Y"]["mwds"] == 5.25
    assert found["orders"]["high_low"] == [["X", "Y"]]
    assert found["orders"]["rdm"] == ["Y", "X"]
    assert (found["n_respondents"], found["kish_deff"], found["n_eff"], found["seed"]) == (5, 1.0, 5.0, 1)


def test_one_seed_gives_the_same_bytes_and_none_gives_its_own(run: FlaskCliRunner, tmp_path: Path) -> None:
    path = write(tmp_path, EXAMPLE)
    words = ["survey", "analyse", path, "--by", "role", "--format", "json"]
    assert run.invoke(args=[*words, "--seed", "9"]).stdout == run.invoke(args=[*words, "--seed", "9"]).stdout
    assert read(run, "analyse", path)["seed"] != read(run, "analyse", path)["seed"]


def test_groups_and_what_would_give_them_away(run: FlaskCliRunner, tmp_path: Path) -> None:
    path = write(tmp_path, EXAMPLE)
    open_ = read(run, "analyse", path, "--by", "role", "--seed", "1")["groups"]
    assert open_["manager"]["items"]["X"]["n"] == 2
    assert open_["teleworker"]["n_respondents"] == 3
    hidden = read(run, "analyse", path, "--by", "role", "--k", "3", "--seed", "1")["groups"]
    assert hidden == {"manager": {"suppressed": True}, "teleworker": {"suppressed": True}}


def test_weights_count_people_as_often_as_they_say(run: FlaskCliRunner, tmp_path: Path) -> None:
    path = write(tmp_path, EXAMPLE)
    weights = write(tmp_path, "respondent,weight\na,2\nb,2\nc,1\nd,1\ne,1\n", "weights.csv")
    found = read(run, "analyse", path, "--weights", weights, "--seed", "1")
    assert found["items"]["X"]["n"] == 4
    assert found["items"]["X"]["importance_mean"] == pytest.approx((10 + 10 + 4 + 4) / 6)
    assert found["items"]["X"]["nr_pct"] == pytest.approx(100 * 4 / 6)
    assert found["kish_deff"] == pytest.approx(5 * 11 / 49)
    assert found["n_eff"] == pytest.approx(49 / 11)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "N101", 1),
        (f"{HEAD}\n", "N108", 1),
        ("respondent;item;importance;competence\na;X;1;2\n", "N103", 1),
        (f"{HEAD}\na,X,1,2\na,Y,\xe9,2\n".encode("latin-1"), "N102", 3),
        (f"{HEAD},item\na,X,1,2,Y\n", "N105", 1),
        ("respondent,item,importance\na,X,1\n", "N106", 1),
        (f"{HEAD}\na,X,1\n", "N107", 2),
        (f"{HEAD}\n,X,1,2\n", "N109", 2),
        (f"{HEAD}\na,X,1,2\na,Y,6,2\n", "N201", 3),
        (f"{HEAD}\na,X,1,2.5\n", "N201", 2),
        (f"{HEAD}\na,X,0,2\n", "N201", 2),
        (f"{HEAD}\na,X,dk,2\n", "N201", 2),
        (f'{HEAD}\na,"X\nZ",1,2\na,Y,7,1\n', "N201", 4),
        (f"{HEAD}\na,X,1,2\nb,X,1,2\na,X,1,2\n", "N202", 4),
        (f"{HEAD},role\na,X,1,2,m\na,Y,1,2,t\n", "N203", 3),
        (f'{HEAD}\na,"X,1,2\n', "N104", 2),
        (f"{HEAD}\na,X,1,2\na,Y\0,1,2\n", "N110", 3),
        (f"{HEAD}\na,X,1,2\n".encode("utf-16-le"), "N110", 1),
        (f"{HEAD}\na,X,1,2\n".encode("utf-16"), "N102", 1),
        (f"{HEAD}\na,X,1,2\na,{'Y' * 1_001},1,2\n", "N111", 3),
        (f"{HEAD}\na,X,1,2\na,{'Y' * 1_000},1,9\n", "N201", 3),
        (f"{HEAD}\na,X,1,2\na,{'Y' * 20_000_000},1,2\n", "N111", 3),
        (f"{HEAD},{'x' * 2_000}\na,X,1,2,m\n", "N111", 1),
        ("\n\n", "N101", 1),
        (f"\ufeff{HEAD},role,role\na,X,1,2,m,m\n", "N105", 1),
        ("respondent\titem\timportance\tcompetence\na\tX\t1\t2\n", "N103", 1),
        (f"{HEAD}\na,X,1,2,3\n", "N107", 2),
        (f"{HEAD}\na,X,٣,2\n", "N201", 2),
        (f"{HEAD}\na,X,1e0,2\n", "N201", 2),
        (f"{HEAD}\na,X,+3,2\n", "N201", 2),
    ],
)
def test_bad_input_is_told_with_its_line(
    run: FlaskCliRunner, tmp_path: Path, text: str | bytes, code: str, line: int
) -> None:
    path = write(tmp_path, text)
    result = run.invoke(args=["survey", "analyse", path])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"{path}:{line}: {code} ")
    assert " — " in result.stderr
    told = json.loads(run.invoke(args=["survey", "analyse", path, "--format", "json"]).stdout)
    assert (told["errors"][0]["code"], told["errors"][0]["line"]) == (code, line)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (f"\ufeff{HEAD}\r\na,Żółć 日本,5,2\r\n", 1),
        (f"{HEAD}\na,X,,\na,Y,DK,NA\nb,X,PNS,3\n", 2),
        (f"{HEAD}\na,X,3,3\nb,X,3,3\nc,X,3,3\n", 3),
        (f"{HEAD}\n\na,X,3,1\n\n", 1),
    ],
    ids=["byte order mark and Unicode codes", "all missing", "constant", "one respondent, blank lines"],
)
def test_odd_input_is_no_fault(run: FlaskCliRunner, tmp_path: Path, text: str, people: int) -> None:
    found = read(run, "analyse", write(tmp_path, text), "--seed", "1")
    assert found["n_respondents"] == people


def test_one_answer_is_sure_of_nothing(run: FlaskCliRunner, tmp_path: Path) -> None:
    found = read(run, "analyse", write(tmp_path, f"{HEAD}\na,X,5,1\na,Y,4,3\na,Z,1,4\n"), "--seed", "1")
    x = found["items"]["X"]
    assert (x["mwds"], x["rank"], x["rank_low"], x["rank_high"], x["p_top"], x["label"]) == (20, 1, 1, 3, None, "none")
    assert found["items"]["Z"]["label"] == "no_gap"
    assert found["rank_sets"] == {item: [1, 3] for item in "XYZ"}


def test_a_rank_lies_in_its_own_interval(run: FlaskCliRunner, tmp_path: Path) -> None:
    """Sixty items of equal need, each rated high by other people: all share rank 1, each is the first in one draw of 60."""
    rows = "".join(
        f"p{who:02},K{item:02},{5 if (who + item) % 60 < 20 else 3},3\n" for who in range(60) for item in range(60)
    )
    found = read(run, "analyse", write(tmp_path, f"{HEAD}\n{rows}"), "--seed", "1")["items"].values()
    assert {one["rank"] for one in found} == {1}
    assert {one["rank_low"] for one in found} == {1}


def test_all_missing_has_no_figures_and_no_places(run: FlaskCliRunner, tmp_path: Path) -> None:
    found = read(run, "analyse", write(tmp_path, f"{HEAD}\na,X,,3\na,Y,DK,NA\n"), "--seed", "1")
    assert found["items"]["X"]["mwds"] is None
    assert found["items"]["Y"]["dk_pct"] == 100
    assert found["orders"]["mwds"] == []
    assert found["tau_best"] == []


def test_nothing_is_written_but_what_is_asked_for(
    run: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, EXAMPLE, "good.csv")
    write(tmp_path, f"{HEAD}\na,X,9,2\n", "bad.csv")
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.*")}
    assert run.invoke(args=["survey", "analyse", "good.csv", "--by", "role"]).exit_code == 0
    assert run.invoke(args=["survey", "analyse", "bad.csv"]).exit_code == 1
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.*")} == before


def test_a_seed_that_was_drawn_makes_the_same_bytes(run: FlaskCliRunner, tmp_path: Path) -> None:
    path = write(tmp_path, EXAMPLE)
    first = run.invoke(args=["survey", "analyse", path, "--format", "json"])
    seed = json.loads(first.stdout)["seed"]
    again = run.invoke(args=["survey", "analyse", path, "--format", "json", "--seed", str(seed)])
    assert again.stdout == first.stdout
    assert str(seed) in run.invoke(args=["survey", "analyse", path, "--seed", str(seed)]).stdout


def test_the_document_has_every_field(run: FlaskCliRunner, tmp_path: Path) -> None:
    found = read(run, "analyse", write(tmp_path, EXAMPLE), "--by", "role", "--seed", "1")
    assert set(found) == {
        "items", "orders", "rank_sets", "tau_best", "n_respondents", "kish_deff", "n_eff", "flags", "seed", "groups",
    }  # fmt: skip
    assert set(found["items"]["X"]) == {
        "n", "importance_mean", "competence_mean", "gap", "mwds", "mwds_low", "mwds_high", "nr_pct", "pr_pct", "tr_pct", "rds",
        "pni", "pni_modified", "high_importance_low_skill_pct", "dk_pct", "rank", "rank_low", "rank_high", "p_top", "label",
        "wilcoxon", "ipa", "locus",
    }  # fmt: skip
    assert set(found["items"]["X"]["wilcoxon"]) == {"n", "zeros", "t_plus", "t_minus", "method", "p", "p_holm", "r"}
    assert set(found["items"]["X"]["locus"]) == {"quadrant"}
    assert set(found["items"]["X"]["ipa"]) == {"quadrant", "importance_cut", "competence_cut", "p"}
    assert set(found["orders"]) == {"mwds", "rdm", "gap", "pni_modified", "high_low", "importance"}
    assert set(found["groups"]["manager"]) == set(found) - {"groups"}
    assert set(found["rank_sets"]) == {"X", "Y"}


def test_ties_are_lists_and_negatives_are_ordered_by_number(run: FlaskCliRunner, tmp_path: Path) -> None:
    rows = "".join(
        f"{who},{item},{i},{c}\n" for who in "ab" for item, i, c in (("D", 1, 5), ("C", 4, 2), ("B", 4, 2), ("A", 2, 5))
    )
    found = read(run, "analyse", write(tmp_path, f"{HEAD}\n{rows}"), "--seed", "1")
    assert found["orders"]["mwds"] == [["B", "C"], "D", "A"]  # -4 before -6
    lines = run.invoke(args=["survey", "analyse", str(tmp_path / "answers.csv"), "--seed", "1"]).stdout.splitlines()
    assert [line.split()[0] for line in lines[1:5]] == ["=1", "=1", "3", "4"]
    assert [found["items"][item]["rank"] for item in "ABCD"] == [4, 1, 1, 3]
    assert [found["items"][item]["label"] for item in "ABCD"] == ["no_gap", "clear", "clear", "no_gap"]


def test_somebody_who_weighs_nothing_decides_nothing(run: FlaskCliRunner, tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEAD}\na,X,5,1\nb,Y,4,2\nb,X,DK,2\n")
    weights = write(tmp_path, "respondent,weight\na,0\nb,1\nnobody,3\n", "weights.csv")
    found = read(run, "analyse", path, "--weights", weights, "--seed", "1")
    assert (found["items"]["X"]["n"], found["items"]["X"]["mwds"], found["items"]["X"]["rank"]) == (1, None, None)
    assert found["items"]["Y"]["mwds"] == 8.0
    assert found["tau_best"] == ["Y"]
    nothing = write(tmp_path, "respondent,weight\na,0\nb,0\n", "nothing.csv")
    result = run.invoke(args=["survey", "analyse", path, "--weights", nothing])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{nothing}:2: N208 ")


@pytest.mark.filterwarnings("error")
def test_a_group_that_weighs_nothing_has_no_figures(run: FlaskCliRunner, tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEAD},role\na,X,5,1,m\nb,X,4,2,t\n")
    weights = write(tmp_path, "respondent,weight\na,0\nb,1\n", "weights.csv")
    words = ["survey", "analyse", path, "--weights", weights, "--by", "role", "--seed", "1", "--format", "json"]
    result = run.invoke(args=words)
    assert (result.exit_code, result.stderr) == (0, "")
    group = json.loads(result.stdout)["groups"]["m"]
    assert (group["items"]["X"]["n"], group["items"]["X"]["mwds"], group["kish_deff"]) == (1, None, None)


@pytest.mark.filterwarnings("error")
def test_people_worth_little_more_than_one_tell_no_items_apart(run: FlaskCliRunner, tmp_path: Path) -> None:
    rows = "".join(f"{who},X,{i},1\n{who},Y,1,{i}\n" for who, i in zip("abc", (5, 4, 5), strict=True))
    weights = write(tmp_path, "respondent,weight\na,1\nb,0.1\nc,0.02\n", "weights.csv")
    path = write(tmp_path, f"{HEAD}\n{rows}")
    words = ["survey", "analyse", path, "--weights", weights, "--seed", "1", "--format", "json"]
    result = run.invoke(args=words)
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["n_eff"] < 1.5
    assert json.loads(result.stdout)["rank_sets"] == {"X": [1, 2], "Y": [1, 2]}


@pytest.mark.parametrize("size", ["1e-300", "1e300"])
def test_weights_of_any_size_give_the_same_figures(run: FlaskCliRunner, tmp_path: Path, size: str) -> None:
    path = write(tmp_path, EXAMPLE)
    made = [
        run.invoke(args=["survey", "analyse", path, "--weights", weights, "--seed", "1", "--format", "json"]).stdout
        for weights in (
            write(tmp_path, "respondent,weight\n" + "".join(f"{who},{one}\n" for who in "abcde"), f"{one}.csv")
            for one in ("1", size)
        )
    ]
    figures = [json.loads(one)["items"]["X"]["mwds"] for one in made]
    assert figures == [4.5, pytest.approx(4.5)]
    assert json.loads(made[1])["n_eff"] == pytest.approx(5)


@pytest.mark.parametrize(
    "words", [["--k", "0"], ["--top", "0"], ["--seed", "-1"], ["--format", "xml"], ["--lang", "de"], ["--by"]]
)
def test_wrong_usage(run: FlaskCliRunner, tmp_path: Path, words: list[str]) -> None:
    assert run.invoke(args=["survey", "analyse", write(tmp_path, EXAMPLE), *words]).exit_code == 2


@pytest.mark.parametrize(
    ("lang", "head", "last"),
    [
        ("en", "importance", "respondents: 5, worth 5.0; seed: 1"),
        ("fr", "compétence", "répondants\u00a0: 5, qui en valent 5.0\u00a0; graine\u00a0: 1"),
        ("es", "brecha", "respuestas: 5, que valen por 5.0; semilla: 1"),
        ("ca", "mancança", "respostes: 5, que valen per 5.0; llavor: 1"),
    ],
)
def test_the_table_speaks_four_languages(run: FlaskCliRunner, tmp_path: Path, lang: str, head: str, last: str) -> None:
    made = run.invoke(args=["survey", "analyse", write(tmp_path, EXAMPLE), "--seed", "1", "--lang", lang])
    assert head in made.stdout.splitlines()[0]
    assert made.stdout.splitlines()[-1] == last
    told = run.invoke(args=["survey", "analyse", write(tmp_path, ""), "--lang", lang, "--format", "json"])
    assert json.loads(told.stdout)["errors"][0]["code"] == "N101"  # codes are never translated


def test_a_name_cannot_move_the_cursor(run: FlaskCliRunner, tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEAD}\na,\x1b[2JX,5,1\n")
    assert "\x1b" not in run.invoke(args=["survey", "analyse", path, "--seed", "1"]).stdout
    assert list(read(run, "analyse", path, "--seed", "1")["items"]) == ["\x1b[2JX"]


def test_checks_are_told_where_they_are_asked_for(run: FlaskCliRunner, tmp_path: Path) -> None:
    rows = "".join(
        f"p{at},{item},{4 + at % 2},{'DK' if item == 'A' and at < 4 else 2}\n" for at in range(8) for item in "ABC"
    )
    path = write(tmp_path, f"{HEAD}\n{rows}")
    found = read(run, "analyse", path, "--seed", "1", "--checks")["checks"]
    assert found["cannot_judge"] == {"A": 50.0}
    assert found["at_lowest"]["moved"] == {"B": [1, 2], "C": [1, 2]}
    assert (found["n_complete"], found["n_doubtful"]) == (8, 0)
    made = run.invoke(args=["survey", "analyse", path, "--seed", "1", "--checks", "--lang", "en"]).stdout
    assert "people cannot judge: A 50 %" in made
    assert "B 1 > 2" in made


def test_a_hidden_count_that_can_be_told_all_the_same_is_named(run: FlaskCliRunner, tmp_path: Path) -> None:
    path = write(tmp_path, "row,col,count\na,x,3\na,y,0\nb,x,9\nb,y,8\n")
    made = run.invoke(args=["survey", "suppress", path, "--format", "json"])
    assert made.exit_code == 0
    assert made.stderr.startswith(f"{path}:2: N504 ")
    assert json.loads(made.stdout)["audit"] == {"solvable": []}


def test_a_missing_weight_and_a_missing_column_are_told(run: FlaskCliRunner, tmp_path: Path) -> None:
    path = write(tmp_path, EXAMPLE)
    weights = write(tmp_path, "respondent,weight\na,1\n", "weights.csv")
    result = run.invoke(args=["survey", "analyse", path, "--weights", weights])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{path}:3: N207 “b” has no weight (respondents without one: 4) ")
    assert run.invoke(args=["survey", "analyse", path, "--by", "space"]).exit_code == 1


@pytest.mark.parametrize(
    "words", [["analyse", "none.csv"], ["rake", "none.csv", "none.csv"], ["bws", "none.csv"], ["suppress", "none.csv"]]
)
def test_a_file_that_is_not_there_is_wrong_usage(run: FlaskCliRunner, words: list[str]) -> None:
    assert run.invoke(args=["survey", *words]).exit_code == 2


def test_the_other_doors(run: FlaskCliRunner, tmp_path: Path) -> None:
    people = write(tmp_path, "respondent,role\na,m\nb,m\nc,t\nd,t\ne,t\nf,t\n", "people.csv")
    targets = write(tmp_path, "margin,value,target\nrole,m,1\nrole,t,1\n", "targets.csv")
    raked = read(run, "rake", people, targets)
    assert raked["weights"] == pytest.approx({"a": 1.5, "b": 1.5, "c": 0.75, "d": 0.75, "e": 0.75, "f": 0.75})
    assert set(raked) == {"weights", "rounds", "kish_deff", "n_eff", "trimmed"}
    counts = write(tmp_path, "item,shown,best,worst\nA,10,5,1\nB,10,1,5\n", "counts.csv")
    chosen = read(run, "bws", counts)["items"]
    assert chosen["A"]["score"] == 0.4
    table = write(tmp_path, "row,col,count\na,x,2\na,y,9\nb,x,8\nb,y,0\nc,x,7\nc,y,6\n", "table.csv")
    hidden = read(run, "suppress", table, "--k", "5")
    assert hidden["audit"] == {"solvable": []}
    assert {(one["row"], one["col"]): one["hidden"] for one in hidden["cells"]} == {
        ("a", "x"): "primary", ("a", "y"): "secondary", ("b", "x"): None, ("b", "y"): None,
        ("c", "x"): "secondary", ("c", "y"): "secondary",
    }  # fmt: skip
    for words in (
        ["rake", people, targets],
        ["bws", counts],
        ["suppress", table],
        ["analyse", write(tmp_path, EXAMPLE)],
    ):
        shown = run.invoke(args=["survey", *words])
        assert shown.exit_code == 0
        assert len(shown.stdout.splitlines()) > 2


PEOPLE, TARGETS = "respondent,role\na,m\nb,t\n", "margin,value,target\nrole,m,1\nrole,t,3\n"


@pytest.mark.parametrize(
    ("people", "targets", "said"),
    [
        (PEOPLE, "margin,value,target\nrole,m,1\nrole,t,3\nplace,x,5\n", "targets.csv:4: N304 "),
        (PEOPLE, "margin,value,target\nrole,m,0\nrole,t,0\n", "targets.csv:3: N303 "),
        (PEOPLE, "margin,value,target\nrole,m,1\nrole,t,x\n", "targets.csv:3: N204 "),
        (PEOPLE, "margin,value,target\nrole,m,1\nrole,m,3\n", "targets.csv:3: N302 "),
        (PEOPLE, "margin,value,target\nrole,m,1\nrole,m,1e999\n", "targets.csv:3: N30"),
        (PEOPLE, "", "targets.csv:1: N101 "),
        (PEOPLE, "margin;value;target\n", "targets.csv:1: N103 "),
        (PEOPLE, "margin,value,target\nrole,m,1\nrole,t,1\nrole,d,1\n", "targets.csv:4: N307 "),
        ("respondent,role\na,m\nb,t\nc,d\n", TARGETS, "people.csv:4: N306 "),
        ("respondent,role,weight\na,m,0\nb,t,0\n", TARGETS, "people.csv:2: N208 "),
        ("respondent,role,weight\na,m,0\nb,t,1\n", TARGETS, "targets.csv:2: N307 "),
        ("respondent,role,weight\na,m,-1\nb,t,1\n", TARGETS, "people.csv:2: N204 "),
        ("respondent,role\na,m\na,t\n", TARGETS, "people.csv:3: N206 "),
        ("respondent\na\n", TARGETS, "people.csv:1: N301 "),
        (PEOPLE, "margin,value,target\nplace,x,5\n", "targets.csv:2: N305 "),
        (PEOPLE, "margin,value,target\nrole,m,1\nrole,t,0\n", "targets.csv:3: N308 "),
        ("respondent,role\na,m\0\n", TARGETS, "people.csv:2: N110 "),
        (
            PEOPLE + "".join(f"c{at},t\n" for at in range(60)),
            "margin,value,target\nrole,m,1\nrole,t,1\n",
            "targets.csv:2: N310 ",
        ),
    ],
)
def test_impossible_weights_are_told(run: FlaskCliRunner, tmp_path: Path, people: str, targets: str, said: str) -> None:
    paths = write(tmp_path, people, "people.csv"), write(tmp_path, targets, "targets.csv")
    done = run.invoke(args=["survey", "rake", *paths])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{tmp_path}/{said}")
    assert " — " in done.stderr


@pytest.mark.parametrize(
    ("command", "text", "said"),
    [
        ("bws", "", "N101"), ("bws", "item,shown,best\nA,1,1\n", "N106"), ("bws", "item,shown,best,worst\nA,4,3,2\n", "N402"),
        ("bws", "item,shown,best,worst\nA,4,1,2\nA,4,1,2\n", "N401"), ("bws", "item,shown,best,worst\nA,4,1.0,2\n", "N205"),
        ("bws", "item,shown,best,worst\n", "N108"), ("suppress", "row,col,count\na,x,-3\n", "N205"),
        ("suppress", "row,col,count\na,x,3\na,x,4\n", "N501"), ("suppress", "row,col,count\na,x,3\nb,x,9\n", "N503"),
        ("suppress", "row,col,count\n,x,3\n", "N109"), ("suppress", "row,col\na,x\n", "N106"),
        ("suppress", "row;col;count\n", "N103"), ("suppress", "row,col,count\nb,y,9\na,x,3\n", "N503"),
        ("suppress", "row,col,count\na,x,99999999999999999999\n", "N205"),
    ],
)  # fmt: skip
def test_counts_that_cannot_be_used_are_told(
    run: FlaskCliRunner, tmp_path: Path, command: str, text: str, said: str
) -> None:
    done = run.invoke(args=["survey", command, write(tmp_path, text)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert re.search(rf":\d+: {said} ", done.stderr)
    assert " — " in done.stderr


@pytest.mark.night
@pytest.mark.parametrize("items", [24, 1])
def test_a_million_rows_take_bounded_time_and_memory(tmp_path: Path, items: int) -> None:
    path = tmp_path / "million.csv"
    with path.open("w") as file:
        file.write(f"{HEAD}\n")
        file.writelines(f"p{at // items},K{at % items:02},{1 + at % 5},{1 + at // 3 % 5}\n" for at in range(1_000_000))
    code = (
        "import resource, sys; from wsgi import app;"
        "done = app.test_cli_runner().invoke(args=['survey', 'analyse', sys.argv[1], '--seed', '1', '--format', 'json']);"
        "print(done.exit_code, len(done.stdout), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LMS_INSTANCE": str(tmp_path / "none")}, timeout=120,
    )  # fmt: skip
    code_, length, kilobytes = map(int, done.stdout.split())
    assert code_ == 0
    assert length > 500
    assert kilobytes < 1024**2


def test_every_fault_has_a_code_of_its_own_and_a_sentence(app: Flask) -> None:
    assert len(set(CODES.values())) == len(CODES)
    names = ("column", "columns", "found", "wanted", "value", "item", "respondent", "before", "many", "margin", "sum")
    about = dict.fromkeys(
        (*names, "first", "total", "rounds", "shown", "best", "worst", "row", "col", "most", "trim"), "x"
    )
    with app.app_context():
        for code in CODES:
            assert " — " in sentence(Unusable(code, 1, **about))


def test_the_doors_need_nothing(tmp_path: Path) -> None:
    """In a fresh checkout: no variable, no secret, no database."""
    root = Path(__file__).parents[2]
    path = write(tmp_path, EXAMPLE)
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "survey", "analyse", path, "--format", "json"],
        cwd=root, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LMS_INSTANCE": str(tmp_path / "none")},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["items"]["X"]["mwds"] == 4.5
