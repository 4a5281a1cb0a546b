"""A folder becomes a document, the same one twice, to JSON and back, and no edit of order changes an id."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.content.documents import Asked, Commitment, Prose, from_json, to_json
from lms.content.loading import CourseFaulty, course_digest, load_course
from lms.content.texts import plain
from lms.content.vocabulary import read_competencies
from tests.content.building import COMPETENCIES, COURSE, LESSON, QUIZ, SCENARIO, write

UNIT = "petit/units/ecouter"
COURSES = Path(__file__).parents[2] / "courses"


def test_a_lesson_is_a_sequence_of_blocks(tmp_path: Path) -> None:
    document = load_course(write(tmp_path, {}) / "petit")
    lesson = document.units[0].activity("lesson", "fr")
    assert lesson is not None
    assert [type(block) for block in lesson.blocks] == [Prose, Asked, Commitment, Prose]
    opening, asked, commitment, key_points = lesson.blocks
    assert isinstance(opening, Prose)
    assert opening.html == "<p>Camille pose son casque&nbsp;: «&nbsp;Je ne viens plus.&nbsp;»</p>"
    assert isinstance(asked, Asked)
    assert plain(asked.question.title) == "Que dites-vous ?"
    assert isinstance(commitment, Commitment)
    assert (commitment.when, commitment.then) == ("une personne se plaint", "reformule une fois")
    assert isinstance(key_points, Prose)
    assert (key_points.role, key_points.anchor, key_points.title) == ("key-points", "u-a-retenir", "À retenir")
    assert lesson.objectives == ("reformuler une plainte",)
    assert lesson.minutes == 12
    assert "<h1" not in lesson.html


def test_a_quiz_a_scenario_and_what_the_course_says(tmp_path: Path) -> None:
    files = {"petit/course.yml": COURSE + "certificate: {require: [ecouter/quiz], pass: 70, hours: 2}\n"}
    document = load_course(write(tmp_path, files) / "petit")
    unit = document.units[0]
    assert list(unit.activities) == ["lesson", "scenario", "quiz"]
    quiz, scenario = unit.activity("quiz", "fr"), unit.activity("scenario", "fr")
    assert quiz is not None
    assert scenario is not None
    assert len(quiz.questions) == 7
    assert quiz.points == 7
    assert document.pass_mark(quiz) == 70
    assert [scene.id for scene in scenario.scenes] == ["debut", "dehors", "froid", "accord"]
    assert [move.target for move in scenario.scenes[0].moves] == ["dehors", "froid"]
    assert plain(scenario.scenes[0].moves[0].feedback) == "Vous retirez le public."
    assert scenario.scenes[3].ending == "good"
    assert "/~course/ecouter/scenario?scene=debut" in scenario.scenes[2].html
    assert plain(scenario.html) == "Vous animez un espace à Prades."
    assert document.title("ca") == "Petit cours"
    assert document.minutes("fr") == 12 + 8 + quiz.minutes
    assert "ecouter/k-reformuler" in document.question_ids()


def test_comments_and_notes_never_reach_a_page(tmp_path: Path) -> None:
    text = LESSON.replace("Camille", "<!-- note: pour l’équipe\n\nseulement --><!-- caché -->Camille")
    document = load_course(write(tmp_path, {f"{UNIT}/lesson.fr.md": text}) / "petit")
    lesson = document.units[0].activity("lesson", "fr")
    assert lesson is not None
    assert "équipe" not in lesson.html + lesson.words
    assert "caché" not in json.dumps(to_json(document))
    assert [plain(note) for note in lesson.notes] == ["pour l’équipe seulement"]


def test_links_lead_to_activities_files_and_terms(tmp_path: Path) -> None:
    text = LESSON + (
        "\n[La scène](scenario.fr.md), [le plan](media/plan.pdf), un [besoin](../../glossary.fr.md#besoin), "
        "[plus haut](#a-retenir), [dehors](https://example.org), [aide](/aide).\n"
    )
    glossary = '# Glossaire\n\n<a id="besoin"></a>\n## Besoin\n\nCe qu’une personne protège.\n'
    files = {f"{UNIT}/lesson.fr.md": text, f"{UNIT}/media/plan.pdf": "x", "petit/glossary.fr.md": glossary}
    document = load_course(write(tmp_path, files) / "petit")
    lesson = document.units[0].activity("lesson", "fr")
    assert lesson is not None
    for link in (
        'href="/~course/ecouter/scenario"',
        'href="/~course/files/units/ecouter/media/plan.pdf"',
        'class="term" href="#g-besoin"',
        'href="#u-a-retenir"',
        'href="https://example.org"',
        'href="/aide"',
    ):
        assert link in lesson.html
    assert lesson.terms == ("besoin",)
    assert [(term.id, term.name) for term in document.glossary["fr"]] == [("besoin", "Besoin")]
    assert [(file.path, file.size) for file in document.files] == [("units/ecouter/media/plan.pdf", 1)]


def test_equal_headings_have_different_anchors(tmp_path: Path) -> None:
    text = LESSON + "\n## Suite\n\na\n\n## Suite\n\nb\n"
    lesson = load_course(write(tmp_path, {f"{UNIT}/lesson.fr.md": text}) / "petit").units[0].activity("lesson", "fr")
    assert lesson is not None
    assert 'id="u-suite"' in lesson.html
    assert 'id="u-suite-1"' in lesson.html


def test_errors_stop_a_course_and_are_told(tmp_path: Path) -> None:
    write(tmp_path, {f"{UNIT}/lesson.fr.md": LESSON.replace("[x]", "[ ]")})
    with pytest.raises(CourseFaulty) as caught:
        load_course(tmp_path / "petit")
    assert [(one.path, one.code) for one in caught.value.findings] == [("units/ecouter/lesson.fr.md", "E204")]
    assert "bonne réponse" in caught.value.findings[0].told_in("fr").message


@pytest.mark.parametrize(
    "text", ["[lien](https://example.org/[=cadre])", "[x [=cadre]](https://example.org)", "$[=x]$"]
)
def test_a_gap_that_is_no_text_is_an_error_of_loading(tmp_path: Path, text: str) -> None:
    write(tmp_path, {f"{UNIT}/quiz.fr.md": QUIZ.replace("[=cadre|champ]", text)})
    with pytest.raises(CourseFaulty, match="q-trous"):
        load_course(tmp_path / "petit")


def test_competencies_are_judged_by_the_vocabulary_given(tmp_path: Path) -> None:
    vocabulary, _ = read_competencies(COMPETENCIES.replace("id: ecouter", "id: parler").encode())
    write(tmp_path, {})
    assert load_course(tmp_path / "petit").competencies["ecouter"].exit == 4
    with pytest.raises(CourseFaulty, match="E013"):
        load_course(tmp_path / "petit", vocabulary)


def test_json_holds_the_whole_document(tmp_path: Path) -> None:
    document = load_course(write(tmp_path, {}) / "petit")
    text = json.dumps(to_json(document), allow_nan=False)
    assert from_json(json.loads(text)) == document
    with pytest.raises(ValueError, match="format"):
        from_json({**json.loads(text), "format": 99})


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    write(tmp_path, {})
    assert load_course(tmp_path / "petit") == load_course(tmp_path / "petit")


def test_the_digest_changes_with_any_file_and_with_shared_units(tmp_path: Path) -> None:
    shared = "_shared/units/reformuler/lesson.fr.md"
    files = {
        "petit/course.yml": COURSE + "  - use: _shared/units/reformuler\n",
        shared: LESSON.replace("ecouter", "reformuler"),
    }
    write(tmp_path, files)
    digests = {course_digest(tmp_path / "petit")}
    for name in ("petit/course.yml", f"{UNIT}/quiz.fr.md", shared):
        path = tmp_path / name
        path.write_text(path.read_text() + "\n")
        digests.add(course_digest(tmp_path / "petit"))
    assert len(digests) == 4
    assert course_digest(tmp_path / "petit") in digests
    document = load_course(tmp_path / "petit")
    assert [unit.shared for unit in document.units] == ["", "_shared/units/reformuler"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_no_id_changes_when_things_are_moved_or_renamed(tmp_path: Path, dice: random.Random) -> None:
    names = ["un", "deux", "trois"]
    dice.shuffle(names)
    folder = f"cours-{dice.randrange(10**6)}"
    title = "x" + "".join(dice.choice("abcé ?") for _ in range(8)).strip()
    head, *questions = QUIZ.replace("Quatre questions", title).split("\n## ")
    dice.shuffle(questions)
    files: dict[str, str] = {
        f"{folder}/course.yml": COURSE.replace("  - ecouter\n", "".join(f"  - {n}\n" for n in names))
    }
    for name in names:
        quiz = "\n## ".join([head, *(question.strip() + "\n" for question in questions)])
        files[f"{folder}/units/{name}/quiz.fr.md"] = quiz.replace("id: ecouter", f"id: {name}")
        files[f"{folder}/units/{name}/lesson.fr.md"] = LESSON.replace("id: ecouter", f"id: {name}")
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    document = load_course(tmp_path / folder)
    assert document.id == "petit"
    expected = {"q-duree", "q-etapes", "q-relier", "q-trous", "q-qui", "q-mot", "q-recit", "q-premier", "k-reformuler"}
    assert document.question_ids() == {f"{name}/{id}" for name in names for id in expected}


def test_a_lesson_of_ten_kilobytes_is_rendered_quickly(tmp_path: Path) -> None:
    text = LESSON + "\n## Suite\n\n" + "Une phrase avec **du gras** et [un lien](https://example.org).\n\n" * 150
    write(tmp_path, {f"{UNIT}/lesson.fr.md": text, f"{UNIT}/quiz.fr.md": None, f"{UNIT}/scenario.fr.md": None})
    load_course(tmp_path / "petit")
    start = time.process_time()
    load_course(tmp_path / "petit")
    assert time.process_time() - start < 1


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in COURSES.glob("[!_]*/course.yml")))
def test_the_courses_of_the_repository_can_be_served(folder: str) -> None:
    document = load_course(COURSES / folder)
    assert document.id == folder
    for _, _, activity in document.each_activity():
        assert activity.blocks or activity.scenes
    assert from_json(to_json(document)) == document


def test_a_scenario_page_keeps_no_html_of_its_author(tmp_path: Path) -> None:
    text = SCENARIO.replace("[Dehors.]", "[Dehors <img src=x onerror=alert(1)>.]").replace(
        "Camille est", "<script>x</script>Camille est"
    )
    document = load_course(write(tmp_path, {f"{UNIT}/scenario.fr.md": text}) / "petit")
    stored = json.dumps(to_json(document))
    assert "onerror" not in stored
    assert "script" not in stored.replace("transcript", "")
