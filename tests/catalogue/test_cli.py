"""The commands about courses: what they print, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from lms.catalogue import queries
from lms.catalogue.cli import courses
from tests.catalogue.courses import write_course, write_head, write_lesson
from tests.conftest import Apps


def test_check_says_file_line_and_code_and_exits_with_one(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "courses"
    course = write_course(folder, "un-cours")
    path = course / "units" / "un" / "lesson.fr.md"
    path.write_text(path.read_text("utf-8").replace("- [x]", "- [ ]"), encoding="utf-8")
    found = app.test_cli_runner().invoke(courses, ["check", str(folder), "--lang", "en"])
    assert found.exit_code == 1
    assert "un-cours/units/un/lesson.fr.md:13: E204" in found.stdout
    found = app.test_cli_runner().invoke(courses, ["check", str(folder), "--format", "json"])
    assert json.loads(found.stdout)["errors"] == 1


def test_check_of_a_path_that_cannot_be_opened_exits_with_two_and_prints_no_result(app: Flask, tmp_path: Path) -> None:
    found = app.test_cli_runner().invoke(courses, ["check", str(tmp_path / "nowhere")])
    assert (found.exit_code, found.stdout) == (2, "")
    assert "nowhere" in found.stderr


def test_sync_prints_what_became_of_each_course(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "courses"
    course = write_course(folder, "un-cours")
    runner = app.test_cli_runner()
    first = runner.invoke(courses, ["sync", str(folder)])
    assert (first.exit_code, first.stdout.split()) == (0, ["published", "un-cours", "v1"])
    write_head(course, ["un", "rien"])
    second = runner.invoke(courses, ["sync", str(folder), "--format", "json"])
    assert second.exit_code == 1
    (one,) = json.loads(second.stdout)["courses"]
    assert (one["outcome"], one["version"]) == ("invalid", 1)
    assert {finding["code"] for finding in one["findings"]} >= {"E011"}
    write_head(course, ["un", "deux", "trois"])
    write_lesson(course, "un", title="Autrement")
    told = runner.invoke(courses, ["sync", str(folder)])
    assert (told.exit_code, told.stdout.splitlines()) == (
        0,
        ["published  un-cours v2", "  0 of 0 learners lose completion"],
    )
    third = runner.invoke(courses, ["sync", str(tmp_path / "nowhere")])
    assert (third.exit_code, third.stdout) == (2, "")


@pytest.mark.parametrize(
    ("more", "outcome", "offered"),
    [((), "kept", {"un-cours", "deux-cours"}), (("--archive",), "archived", {"deux-cours"})],
)
def test_sync_of_another_folder_archives_what_is_not_in_it_only_when_told_to(
    app: Flask, tmp_path: Path, more: tuple[str, ...], outcome: str, offered: set[str]
) -> None:
    for name in ("un-cours", "deux-cours"):
        write_course(tmp_path / name, name)
    runner = app.test_cli_runner()
    assert runner.invoke(courses, ["sync", str(tmp_path / "un-cours")]).exit_code == 0
    line = ["sync", str(tmp_path / "deux-cours"), *more]
    told = runner.invoke(courses, [*line, "--format", "json"])
    assert told.exit_code == 0
    assert {one["course"]: one["outcome"] for one in json.loads(told.stdout)["courses"]} == {
        "deux-cours": "published",
        "un-cours": outcome,
    }
    with app.app_context():
        assert {card.course_id for card in queries.places()} == offered
    again = runner.invoke(courses, line).stdout
    assert ("kept       un-cours v1\n  not in this folder" in again) is (outcome == "kept")


def test_sync_of_the_configured_folder_archives_what_is_gone_from_it(make_app: Apps, tmp_path: Path) -> None:
    folder = tmp_path / "courses"
    for name in ("un-cours", "deux-cours"):
        write_course(folder, name)
    app = make_app(LMS_COURSES=str(folder))
    runner = app.test_cli_runner()
    assert runner.invoke(courses, ["sync"]).exit_code == 0
    for path, back in ((str(folder / ".." / "courses"), True), (None, False)):
        (folder / "un-cours").rename(folder / "_away")
        told = runner.invoke(courses, ["sync", *([path] if path else [])])
        assert (told.exit_code, told.stdout.splitlines()[-1].split()) == (0, ["archived", "un-cours"])
        if back:
            (folder / "_away").rename(folder / "un-cours")
            assert runner.invoke(courses, ["sync"]).exit_code == 0


def test_try_marks_answers_without_a_learner(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "courses"
    course = write_course(folder, "un-cours")
    answers = tmp_path / "answers.json"
    answers.write_text('{"q-mot": [2]}', encoding="utf-8")
    lesson = course / "units" / "un" / "lesson.fr.md"
    found = app.test_cli_runner().invoke(courses, ["try", str(lesson), "--answers", str(answers), "--format", "json"])
    assert found.exit_code == 0
    assert json.loads(found.stdout)["points"] == 1


def test_the_other_pure_doors_write_what_they_are_asked_for(app: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path / "courses", "un-cours")
    runner = app.test_cli_runner()
    made = runner.invoke(courses, ["new-unit", "essai", "--course", str(course), "--type", "poll,checklist"])
    assert (made.exit_code, made.stdout.split()) == (
        0,
        ["units/essai/poll.fr.md", "units/essai/checklist.fr.md", "course.yml"],
    )
    poll = course / "units" / "essai" / "poll.fr.md"
    poll.write_text(poll.read_text().replace("<!-- q-opinion -->\n", ""))
    told = runner.invoke(courses, ["fmt", "--ids", "--check", str(course)])
    assert told.exit_code == 1
    assert "units/essai/poll.fr.md:10: q-que-fait-on" in told.stdout
    fixed = runner.invoke(courses, ["check", "--fix", str(course), "--format", "json"])
    assert json.loads(fixed.stdout)["errors"] == 0
    assert "q-que-fait-on" in fixed.stderr
    poll.write_text(poll.read_text().replace("<!-- q-que-fait-on-des-appels-dans-votre -->\n", ""))
    done = runner.invoke(courses, ["fmt", "--ids", str(course), "--format", "json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["written"] is True
    shown = runner.invoke(courses, ["status", str(course), "--lang", "ca"])
    assert shown.exit_code == 0
    assert "un-cours ca: missing" in shown.stdout
    noted = runner.invoke(courses, ["current", str(poll), "--minor"])
    assert noted.exit_code == 0
    assert "units/essai/poll.fr.md: fr@" in noted.stdout
    assert (course / "translations.lock").is_file()


def test_a_new_unit_goes_into_the_course_one_stands_in(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = write_course(tmp_path / "courses", "un-cours")
    monkeypatch.chdir(course)
    made = app.test_cli_runner().invoke(courses, ["new-unit", "essai"])
    assert (made.exit_code, (course / "units" / "essai" / "quiz.fr.md").is_file()) == (0, True)
    monkeypatch.chdir(tmp_path)
    assert app.test_cli_runner().invoke(courses, ["new-unit", "essai"]).exit_code == 2


def test_wrong_usage_of_the_pure_doors_exits_with_two(app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    for line in (
        ["fmt", str(tmp_path)],
        ["fmt", "--ids", str(tmp_path / "absent")],
        ["status", str(tmp_path / "absent")],
        ["current", str(tmp_path / "absent.fr.md")],
        ["new-unit", "essai", "--course", str(tmp_path)],
    ):
        found = runner.invoke(courses, line)
        assert (found.exit_code, found.stdout) == (2, ""), line


def test_sync_holds_back_a_course_that_lost_an_id_until_its_author_says_so(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "courses"
    course = write_course(folder, "un-cours")
    write_course(folder, "autre")
    runner = app.test_cli_runner()
    runner.invoke(courses, ["sync", str(folder)])
    lesson = course / "units" / "un" / "lesson.fr.md"
    lesson.write_text(lesson.read_text("utf-8").replace("q-mot", "q-autre"), encoding="utf-8")
    for _again in range(2):
        found = runner.invoke(courses, ["sync", str(folder), "--lang", "en"])
        assert found.exit_code == 1
        same, held, told = found.stdout.splitlines()
        assert (same.split(), held.split()) == (["unchanged", "autre", "v1"], ["invalid", "un-cours", "v1"])
        assert told.startswith("un-cours/units/un/lesson.fr.md:1: E104 “q-mot” was in the last published version")
        assert "say so when you publish" in told
    as_json = runner.invoke(courses, ["sync", str(folder), "--format", "json"])
    one = json.loads(as_json.stdout)["courses"][1]
    assert (as_json.exit_code, one["outcome"], one["version"]) == (1, "invalid", 1)
    assert [(finding["code"], finding["severity"]) for finding in one["findings"]] == [("E104", "error")]
    found = runner.invoke(courses, ["sync", str(folder), "--accept-gone"])
    assert found.exit_code == 0
    _same, head, impact = found.stdout.splitlines()
    assert head.split() == ["published", "un-cours", "v2", "+un/q-autre", "-un/q-mot"]
    assert impact == "  0 of 0 learners lose completion"
    assert runner.invoke(courses, ["sync", str(folder)]).exit_code == 0
