"""Rules of a trial: which step, which question at the gate, what the form carries, how many posts."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.content.checking import check
from lms.content.documents import CourseDocument
from lms.content.loading import load_course
from lms.learning.trial.rules import ADDRESSES, Pace, carried, sample_of, trial_of
from tests.catalogue.courses import write_course, write_head, write_lesson, write_quiz


def load(course: Path) -> CourseDocument:
    return load_course(course)


def test_the_first_step_of_every_course_can_be_tried_unless_it_says_no(tmp_path: Path) -> None:
    trial = trial_of(load(write_course(tmp_path, "oui")), "fr")
    assert trial is not None
    assert (trial.unit.id, trial.activities) == ("un", ("lesson",))
    assert trial_of(load(write_course(tmp_path, "non", more="trial: false\n")), "fr") is None


@pytest.mark.parametrize("value", ["peut-être", "0", "[oui]"])
def test_the_key_of_course_yml_is_yes_or_no(tmp_path: Path, value: str) -> None:
    course = write_course(tmp_path, more=f"trial: {value}\n")
    found = [(finding.code, finding.line) for finding in check(course, "fr").findings if finding.severity == "error"]
    assert [code for code, _line in found] == ["E007"]
    line = (course / "course.yml").read_text().splitlines()[found[0][1] - 1]
    assert line == f"trial: {value}"


def test_a_lesson_and_its_quiz_follow_each_other(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    write_quiz(course, "un")
    trial = trial_of(load(course), "fr")
    assert trial is not None
    assert (trial.after("lesson"), trial.after("quiz")) == ("quiz", None)


@pytest.mark.parametrize("more", ["certificate:\n  require: [un/quiz]\n", ""])
def test_a_quiz_whose_answers_count_for_something_is_not_tried(tmp_path: Path, more: str) -> None:
    course = write_course(tmp_path, more=more)
    write_quiz(course, "un", more="" if more else "attempts: 2\n")
    trial = trial_of(load(course), "fr")
    assert trial is not None
    assert trial.activities == ("lesson",)


def test_what_needs_others_is_not_tried(tmp_path: Path) -> None:
    course = tmp_path / "seul"
    write_head(course, ["un"])
    (course / "units/un").mkdir(parents=True)
    text = "---\nid: un\ntitle: Lettre\nminutes: 10\n---\n\n# Lettre\n\nÉcrivez une lettre.\n"
    (course / "units/un/assignment.fr.md").write_text(text, encoding="utf-8")
    assert trial_of(load(course), "fr") is None


@pytest.mark.parametrize(("lang", "unit"), [("fr", "un"), ("en", "deux"), ("es", "un")])
def test_a_course_that_hides_steps_offers_the_first_one_it_shows(tmp_path: Path, lang: str, unit: str) -> None:
    course = write_course(tmp_path, languages=("fr", "en"))
    head = course / "course.yml"
    head.write_text(head.read_text().replace("fallback: source", "fallback: hide"))
    write_lesson(course, "deux", title="Two", lang="en")
    trial = trial_of(load(course), lang)
    assert trial is not None
    assert trial.unit.id == unit


@pytest.mark.parametrize(
    ("opening", "found"),
    [("Mardi, 9 h 20.", True), ("Un mot. " * 100, False), ("", False)],
)
def test_a_question_stands_at_the_gate_with_its_short_situation(tmp_path: Path, opening: str, found: bool) -> None:
    course = write_course(tmp_path)
    lesson = write_lesson(course, "un")
    text = lesson.read_text().replace("Mardi, 9 h 20. Camille pose son casque sur votre bureau.", opening)
    lesson.write_text(text, encoding="utf-8")
    sample = sample_of(load(course), "fr")
    assert (sample is not None) is found
    if sample is not None:
        assert (sample.question.id, sample.activity) == ("q-mot", "lesson")
    assert sample_of(load(course), "es") is None, "in the reader's own language alone"


def test_answers_are_carried_by_question() -> None:
    form = {"q-a": ["1", "2"], "q-a.unknown": ["1"], "q-ab": ["3"], "q-b": ["4"], "csrf_token": ["t"], "told": ["q-b"]}
    assert carried(["q-a"], form) == [("told", "q-a"), ("q-a", "1"), ("q-a", "2"), ("q-a.unknown", "1")]


def test_posts_are_counted_by_address_and_minute() -> None:
    pace = Pace(most=2, window=60)
    assert [pace.wait("a", 0), pace.wait("a", 1), pace.wait("b", 1)] == [0, 0, 0]
    assert pace.wait("a", 15) == 45
    assert pace.wait("a", 61) == 0


def test_addresses_are_forgotten() -> None:
    pace = Pace()
    for number in range(ADDRESSES + 10):
        pace.wait(str(number), 0)
    assert len(pace._seen) == ADDRESSES
