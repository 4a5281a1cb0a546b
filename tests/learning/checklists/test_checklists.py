"""Ticks: private, saved with one button, never on another sentence; and the sheet for paper."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pypdf
import pytest
import sqlalchemy as sa
from flask import Flask

from lms.content.documents import ChecklistSection
from lms.content.media import weight
from lms.foundation.db import db
from lms.learning.checklists import rules
from lms.learning.checklists.models import Tick
from lms.learning.models import Completion
from tests.learning.conftest import inside, person, serve
from tests.learning.together import LIST, TOGETHER, learner, visit, write_list, write_together
from tests.visits import StrictClient, page_of, words_of

PAGE = f"/courses/{TOGETHER}/{LIST[0]}/{LIST[1]}"
SECTION = (ChecklistSection("c-a", "A", ("Aérer la salle", "Compter les <b>chaises</b>", "Aérer la salle")),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_together(tmp_path / "courses")
    return tmp_path / "courses"


def ticked(client: StrictClient) -> list[str]:
    boxes = [one for one in page_of(client.get(PAGE)).iter("input") if one.get("name") == "tick"]
    return [str(one.get("value")) for one in boxes if one.get("checked") is not None]


def done(app: Flask) -> int:
    return int(str(inside(app, lambda: db.session.scalar(sa.select(sa.func.count()).select_from(Completion)))))


@pytest.mark.parametrize(
    ("items", "stands"),
    [
        (("Aérer la salle", "Compter les chaises", "Aérer la salle"), {1, 2, 3}),
        (("aérer la salle", "Compter les <em>chaises</em>", "Aerer la salle"), {1, 2, 3}),  # marks, capitals, accents
        (("Compter les chaises", "Aérer la salle", "Aérer la salle"), {3}),  # turned round
        (("Aérer la salle", "Compter les tables", "Aérer la salle"), {1, 3}),  # another sentence
        (("Aérer la salle",), {1}),
    ],
)
def test_a_tick_stands_for_its_sentence_and_for_no_other(items: tuple[str, ...], stands: set[int]) -> None:
    before = rules.sentences(SECTION)
    after = rules.sentences((ChecklistSection("c-a", "A", items),))
    assert {place for _section, place in rules.standing(before, after)} == stands


@pytest.mark.parametrize(
    ("sent", "read"),
    [(["c-a.1", "c-a.3"], {1, 3}), (["c-a.4", "c-b.1", "", "c-a.1 ", "c-a.01"], set()), (["c-a.2"] * 3, {2})],
)
def test_only_lines_of_this_list_are_read(sent: list[str], read: set[int]) -> None:
    assert {place for _section, place in rules.read(sent, rules.sentences(SECTION))} == read


def test_ticks_are_saved_whole_and_are_ones_own(app: Flask, folder: Path) -> None:
    serve(app, folder)
    lea, tom = visit(app, learner(app, "lea")), visit(app, learner(app, "tom"))
    page = lea.fill(PAGE, {"tick": ["c-avant.2", "c-apres.1"]}, press="Enregistrer ma liste")
    assert "Votre liste est enregistrée" in page.get_data(as_text=True)
    assert "Cases cochées : 2 sur 3" in words_of(page).replace("\u00a0", " ")
    assert ticked(lea) == ["c-avant.2", "c-apres.1"]
    assert ticked(tom) == []
    lea.fill(PAGE, {"tick": ["c-avant.1"]}, press="Enregistrer ma liste")
    assert ticked(lea) == ["c-avant.1"]
    assert done(app) == 0, "saving is not finishing"


def test_the_step_is_done_when_the_learner_says_so(app: Flask, folder: Path) -> None:
    serve(app, folder)
    lea = visit(app, learner(app, "lea"))
    lea.fill(PAGE, {"tick": ["c-avant.1"]}, press="terminer cette étape")
    assert done(app) == 1
    assert ticked(lea) == ["c-avant.1"]
    assert "terminer cette étape" not in words_of(lea.get(PAGE))


def test_an_edited_list_shows_no_tick_on_another_sentence(app: Flask, folder: Path) -> None:
    serve(app, folder)
    lea = visit(app, learner(app, "lea"))
    lea.fill(PAGE, {"tick": ["c-avant.1", "c-avant.2"]}, press="Enregistrer ma liste")
    write_list(folder / TOGETHER, "Fermer la porte", "Compter les chaises")
    serve(app, folder)
    assert ticked(lea) == ["c-avant.2"]


def test_ticks_hold_in_every_language(app: Flask, folder: Path) -> None:
    course = folder / TOGETHER
    write_list(course, "Air the room", "Count the chairs", lang="en", title="The room")
    (course / "course.yml").write_text((course / "course.yml").read_text().replace("[fr]", "[fr, en]"))
    serve(app, folder)
    lea = visit(app, learner(app, "lea"))
    lea.fill(f"{PAGE}?lang=en", {"tick": ["c-avant.2"]}, press="Save my ticks")
    assert "Count the chairs" in words_of(lea.get(PAGE))
    assert ticked(lea) == ["c-avant.2"]
    assert "Compter les chaises" in words_of(lea.get(f"{PAGE}?lang=fr"))
    assert ticked(lea) == ["c-avant.2"]


def test_the_sheet_has_boxes_and_no_ticks(app: Flask, folder: Path) -> None:
    serve(app, folder)
    lea = visit(app, learner(app, "lea"))
    lea.fill(PAGE, {"tick": ["c-avant.1"]}, press="Enregistrer ma liste")
    sheet = lea.get(f"{PAGE}/sheet")
    assert "Compter les chaises" in words_of(sheet)
    assert "Éteindre la lumière" in words_of(sheet)
    assert "<input" not in sheet.get_data(as_text=True).split("<main")[1]


EVIL = '#read("/etc/passwd") <b>x</b> & ]) %s {{7*7}} \\n'


def test_the_list_as_files_holds_every_line_as_it_is(app: Flask, folder: Path) -> None:
    write_list(folder / TOGETHER, "Aérer la salle", EVIL, more="download: [pdf, docx]\n")
    serve(app, folder)
    lea = visit(app, learner(app, "lea"))
    told = lea.get(PAGE).get_data(as_text=True)
    for kind, name in (("pdf", "PDF"), ("docx", "Word")):
        size = weight(len(lea.get(f"{PAGE}/sheet.{kind}").get_data()), "fr")
        assert f"En fichier : {name}, {size}" in told
    answer = lea.get(f"{PAGE}/sheet.pdf")
    assert answer.mimetype == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(answer.get_data()))
    told = " ".join(page.extract_text() for page in reader.pages)
    assert "Aérer la salle" in told
    assert "root:" not in told
    assert '#read("/etc/passwd")' in told.replace("”", '"').replace("“", '"')
    assert bool(reader.trailer["/Root"]["/MarkInfo"]["/Marked"]), "tagged, so that it can be read aloud"  # type: ignore[index]
    answer = lea.get(f"{PAGE}/sheet.docx")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="salle-fr.docx"'
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        assert archive.testzip() is None
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
    text = ["".join(one.itertext()) for one in parts["word/document.xml"].iter() if one.tag.endswith("}p")]
    assert text[:3] == ["Écouter au comptoir", "La salle", "Avant"]
    assert "☐ Aérer la salle" in text
    assert any(line.startswith('☐ #read("/etc/passwd")') for line in text)
    assert lea.get(f"{PAGE}/sheet.docx").get_data() == answer.get_data()


def test_no_file_where_the_course_offers_none(app: Flask, folder: Path) -> None:
    serve(app, folder)
    lea = visit(app, learner(app, "lea"))
    codes = [lea.get(f"{PAGE}/sheet.{kind}").status_code for kind in ("pdf", "docx", "exe")]
    assert codes == [200, 404, 404]


def test_a_foreign_list_and_a_missing_one_are_the_same(app: Flask, folder: Path) -> None:
    serve(app, folder)
    stranger = visit(app, person(app, "nobody"))
    token = stranger.get("/account").get_data(as_text=True).split('csrf_token" value="')[1].split('"')[0]
    for path in (PAGE, f"/courses/{TOGETHER}/avis/poll", "/courses/none/a/checklist"):
        assert stranger.get(f"{path}/sheet").status_code == 404
        assert stranger.post(f"{path}/ticks", data={"tick": "c-avant.1", "csrf_token": token}).status_code == 404
    assert inside(app, lambda: db.session.scalars(sa.select(Tick)).all()) == []
