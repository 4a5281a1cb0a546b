"""`courses fmt --ids`: missing ids are written, readable and unique; nothing else in a file changes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lms.content.checking import check
from lms.content.door import ids_command
from tests.content.building import ASSIGNMENT, CHECKLIST, COURSE, LESSON, POLL, QUIZ, REFLECTION, SCENARIO, write

UNIT = "petit/units/ecouter"
TWO = {"petit/course.yml": COURSE.replace("[fr]", "[fr, es]")}


def without_ids(text: str) -> str:
    """Take the ids of questions and sections away, with their lines; those that say a type keep a bare comment."""
    return re.sub(r"<!-- [qc]-[a-z-]+ -->\n", "", text)


def test_missing_ids_are_written_and_a_second_run_finds_none(tmp_path: Path) -> None:
    files = {f"{UNIT}/quiz.fr.md": without_ids(QUIZ), f"{UNIT}/lesson.fr.md": without_ids(LESSON)}
    write(tmp_path, files)
    assert "E101" in {one.code for one in check(tmp_path).findings}
    text, code = ids_command([tmp_path])
    assert code == 0
    assert text.split("\n") == [
        f"{UNIT}/lesson.fr.md:13: q-que-dites-vous",
        f"{UNIT}/quiz.fr.md:8: q-combien-de-minutes",
        f"{UNIT}/quiz.fr.md:38: q-qui-est-la",
        f"{UNIT}/quiz.fr.md:61: q-racontez",
        "4 ids written",
    ]
    assert check(tmp_path).errors == 0
    assert ids_command([tmp_path]) == ("0 ids written", 0)
    quiz = (tmp_path / UNIT / "quiz.fr.md").read_text()
    assert "## Qui est là ?\n<!-- q-qui-est-la -->\n" in quiz
    assert re.sub(r"<!-- q-(combien-de-minutes|qui-est-la|racontez) -->\n", "", quiz) == without_ids(QUIZ)


def test_check_says_what_it_would_do_and_writes_nothing(tmp_path: Path) -> None:
    text = without_ids(QUIZ)
    write(tmp_path, {f"{UNIT}/quiz.fr.md": text})
    out, code = ids_command([tmp_path / "petit"], only_check=True, format="json")
    told = json.loads(out)
    assert code == 1
    assert not told["written"]
    assert told["ids"][0] == {
        "path": "units/ecouter/quiz.fr.md",
        "line": 8,
        "id": "q-combien-de-minutes",
        "title": "Combien de minutes ?",
    }
    assert (tmp_path / UNIT / "quiz.fr.md").read_text() == text
    assert ids_command([tmp_path], only_check=True, lang="fr")[0].endswith("3 ids manquants")


def test_a_translation_takes_the_ids_of_its_source(tmp_path: Path) -> None:
    spanish = without_ids(QUIZ).replace("Combien de minutes", "Cuántos minutos").replace("Qui est là", "Quién hay")
    write(tmp_path, {**TWO, f"{UNIT}/quiz.es.md": spanish})
    ids_command([tmp_path])
    assert "## Cuántos minutos ?\n<!-- q-duree -->" in (tmp_path / UNIT / "quiz.es.md").read_text()
    both = {f"{UNIT}/quiz.fr.md": without_ids(QUIZ), f"{UNIT}/quiz.es.md": spanish}
    write(tmp_path / "both", {**TWO, **both})
    ids_command([tmp_path / "both"])
    assert "## Quién hay ?\n<!-- q-qui-est-la -->" in (tmp_path / "both" / UNIT / "quiz.es.md").read_text()
    assert not {"E101", "E103", "E401"} & {one.code for one in check(tmp_path / "both").findings}


def test_equal_headings_get_different_ids_over_all_files_of_the_unit(tmp_path: Path) -> None:
    one = "\n## Et vous ?\n\n- [ ] a\n  > a\n- [x] b\n  > b\n"
    write(tmp_path, {f"{UNIT}/lesson.fr.md": LESSON + one + one, f"{UNIT}/quiz.fr.md": QUIZ + one})
    ids_command([tmp_path / UNIT / "lesson.fr.md"])
    ids_command([tmp_path])
    whole = "".join((tmp_path / UNIT / name).read_text() for name in ("lesson.fr.md", "quiz.fr.md"))
    assert re.findall(r"q-et-vous\S*", whole) == ["q-et-vous", "q-et-vous-2", "q-et-vous-3"]
    assert check(tmp_path).errors == 0


@pytest.mark.parametrize(
    ("key", "text", "wanted"),
    [
        ("reflection", REFLECTION, "<!-- q-a-quel-moment-avez-vous-repondu-trop -->"),
        ("poll", POLL, "<!-- q-que-faites-vous-d-abord -->"),
        ("checklist", CHECKLIST, "<!-- c-la-salle -->"),
    ],
)
def test_every_type_gets_its_ids(tmp_path: Path, key: str, text: str, wanted: str) -> None:
    write(tmp_path, {f"{UNIT}/{key}.fr.md": without_ids(text)})
    ids_command([tmp_path])
    assert wanted in (tmp_path / UNIT / f"{key}.fr.md").read_text()
    assert check(tmp_path).errors == 0


def test_a_scene_gets_an_anchor_before_its_heading(tmp_path: Path) -> None:
    write(tmp_path, {f"{UNIT}/scenario.fr.md": SCENARIO.replace('<a id="dehors"></a>\n', "")})
    assert {(one.line, one.code) for one in check(tmp_path).findings if one.severity == "error"} == {
        (16, "E301"),
        (20, "E101"),
    }
    text, _ = ids_command([tmp_path])
    assert "scenario.fr.md:20: sur-le-banc" in text
    assert '<a id="sur-le-banc"></a>\n## Sur le banc\n' in (tmp_path / UNIT / "scenario.fr.md").read_text()


def test_no_id_is_written_where_a_question_has_no_place(tmp_path: Path) -> None:
    text = ASSIGNMENT + "\n## Et après ?\n\n- [x] Oui\n- [ ] Non\n"
    write(tmp_path, {f"{UNIT}/assignment.fr.md": text})
    ids_command([tmp_path])
    assert (tmp_path / UNIT / "assignment.fr.md").read_text() == text


def test_line_ends_and_marks_stay_as_they_are(tmp_path: Path) -> None:
    text = "\ufeff" + without_ids(QUIZ).replace("\n", "\r\n")
    write(tmp_path, {f"{UNIT}/quiz.fr.md": text.encode()})
    ids_command([tmp_path / UNIT / "quiz.fr.md"])
    raw = (tmp_path / UNIT / "quiz.fr.md").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf---\r\n")
    assert b"<!-- q-racontez -->\r\n" in raw
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert check(tmp_path).errors == 0


def test_a_file_alone_and_a_path_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "quiz.fr.md"
    path.write_text(without_ids(QUIZ))
    assert ids_command([path])[1] == 0
    assert "<!-- q-racontez -->" in path.read_text()
    assert ids_command([tmp_path / "absent"])[1] == 2
