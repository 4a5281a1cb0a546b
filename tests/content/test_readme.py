"""`courses readme`: what stands in a course's folder for those who read it where code is hosted."""

from __future__ import annotations

import json
from pathlib import Path

from lms.content.checking import check
from lms.content.door import readme_command
from lms.content.readme import FIRST_LINE
from tests.content.building import COURSE, LESSON, write

SHARED = "_shared/units/commun/lesson.fr.md"
FILES: dict[str, str | bytes | None] = {
    "petit/course.yml": COURSE.replace("[fr]", "[fr, es]") + "  - use: _shared/units/commun\n",
    "petit/units/ecouter/lesson.es.md": LESSON.replace("title: Écouter", "title: Escuchar"),
    SHARED: LESSON.replace("id: ecouter", "id: commun").replace(
        "title: Écouter avant", "title: Le [mot] *juste* avant"
    ),
}
EXPECTED = f"""{FIRST_LINE}

# Petit cours

Un cours pour essayer.

1. [Écouter avant de proposer](units/ecouter/lesson.fr.md) ([es](units/ecouter/lesson.es.md))
2. [Le \\[mot\\] \\*juste\\* avant de proposer](../_shared/units/commun/lesson.fr.md)
"""


def test_title_summary_and_steps_as_links_that_lead_somewhere(tmp_path: Path) -> None:
    course = write(tmp_path, FILES) / "petit"
    assert readme_command([tmp_path]) == ("petit/README.md\n1 file written", 0)
    assert (course / "README.md").read_text("utf-8") == EXPECTED
    for link in ("units/ecouter/lesson.fr.md", "units/ecouter/lesson.es.md", "../_shared/units/commun/lesson.fr.md"):
        assert (course / link).is_file()
    assert readme_command([course]) == ("0 files written", 0)


def test_check_says_when_it_is_older_than_the_course(tmp_path: Path) -> None:
    course = write(tmp_path, FILES) / "petit"
    assert "W402/readme" not in {one.key for one in check(tmp_path).findings}
    readme_command([course])
    assert "W402/readme" not in {one.key for one in check(tmp_path).findings}
    lesson = course / "units/ecouter/lesson.fr.md"
    lesson.write_text(lesson.read_text("utf-8").replace("title: Écouter", "title: Entendre"), "utf-8")
    (one,) = [one for one in check(course).findings if one.key == "W402/readme"]
    assert (one.path, one.severity) == ("README.md" if one.path == "README.md" else "petit/README.md", "warning")
    text, code = readme_command([course], only_check=True, lang="fr")
    assert (text, code) == ("README.md\n1 fichier à écrire", 1)
    assert readme_command([course], only_check=True)[1] == 1, "nothing was written"
    readme_command([course])
    assert readme_command([course], only_check=True)[1] == 0


def test_what_somebody_wrote_by_hand_is_left_alone(tmp_path: Path) -> None:
    course = write(tmp_path, {**FILES, "petit/README.md": "# Notes\n"}) / "petit"
    text, code = readme_command([course], format="json")
    assert code == 1
    assert json.loads(text) == {
        "files": [],
        "written": True,
        "refused": ["“README.md” was written by hand and is left alone"],
    }
    assert (course / "README.md").read_text() == "# Notes\n"
    assert "W402/readme" not in {one.key for one in check(course).findings}


def test_paths_that_cannot_be_opened_and_courses_that_cannot_be_read(tmp_path: Path) -> None:
    assert readme_command([tmp_path / "absent"])[1] == 2
    write(tmp_path, {"petit/course.yml": "id: ["})
    text, code = readme_command([tmp_path])
    assert (code, "petit" in text) == (1, True)
    assert not (tmp_path / "petit/README.md").exists()
