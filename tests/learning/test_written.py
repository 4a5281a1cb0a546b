"""What somebody writes on a page without saving it: notes, reflections, works. Kept while they write, shown again anywhere,
gone with the saving; and two devices, of which the last that was heard wins and says so.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from lms.foundation.clock import now
from lms.foundation.db import db
from lms.learning.models import Draft
from lms.learning.notes.models import Note
from lms.learning.reflections.models import ReflectionText
from lms.learning.works.models import Work
from tests.learning.conftest import again, inside, learner, serve
from tests.learning.reflections.conftest import write_reflection
from tests.learning.test_drafts import keep, rows
from tests.learning.works.conftest import write_assignment
from tests.visits import StrictClient, page_of, words_of

COURSE = "/courses/ecouter-bien"
LESSON, PAGE, WORK = f"{COURSE}/un/lesson", f"{COURSE}/deux/reflection", f"{COURSE}/trois/assignment"
#: Page -> what is sent while somebody writes on it, and the button that saves it.
WRITTEN: dict[str, tuple[str, dict[str, str], str]] = {
    "note": (LESSON, {"of": "note", "noted": "demander d’abord"}, "ma note"),
    "reflection": (PAGE, {"q-quand-text": "Mardi, au comptoir.", "q-quand-shown": "named"}, "mes textes"),
    "assignment": (WORK, {"text": "Ma charte.", "link": "https://exemple.test/charte"}, "mon brouillon"),
}


@pytest.fixture
def lea(app: Flask, courses: Path) -> StrictClient:
    course = courses / "ecouter-bien"
    for unit in ("deux", "trois"):
        for path in (course / "units" / unit).iterdir():
            path.unlink()
    write_reflection(course, "deux")
    write_assignment(course, "trois")
    serve(app, courses)
    return learner(app)


def saved(app: Flask) -> list[Any]:
    return [
        one
        for model in (Note, ReflectionText, Work)
        for one in inside(app, lambda model=model: list(db.session.scalars(sa.select(model))))  # type: ignore[misc,attr-defined]
    ]


@pytest.mark.parametrize("block", WRITTEN)
def test_what_is_written_is_kept_and_shown_again_and_goes_with_the_saving(
    app: Flask, lea: StrictClient, block: str
) -> None:
    where, values, button = WRITTEN[block]
    text = next(value for name, value in values.items() if name != "of")
    answer = keep(lea, lea.get(where), where, {**values, "csrf": "x", "revision": "0", "q-nothing": "x"})
    assert answer.status_code == 200
    assert answer.text.startswith("Gardé comme brouillon à ")
    assert rows(app) == [(block, {name: [value] for name, value in values.items() if name != "of"})]
    assert saved(app) == [], "a draft is not saved, shared or handed in"
    page = again(app, lea).get(where)
    assert text in page.text
    assert "Gardé comme brouillon à" in words_of(page)
    if block == "reflection":
        assert '<option selected value="named">' in page.text
    door = {"note": "/note", "reflection": "/texts", "assignment": "/work"}[block]
    page = lea.get(where)
    lea.fill(page, form=door, press=button)
    assert rows(app) == []
    assert len(saved(app)) >= 1
    assert text in lea.get(where).text


@pytest.mark.parametrize("block", WRITTEN)
def test_the_last_that_was_heard_wins_and_is_told_what_it_replaces(app: Flask, lea: StrictClient, block: str) -> None:
    where, values, _button = WRITTEN[block]
    name = next(one for one in values if one != "of")
    page, other = lea.get(where), again(app, lea)
    there = other.get(where)
    first = keep(lea, page, where, {**values, "since": ""})
    assert "remplace" not in first.text
    once_more = keep(lea, page, where, {**values, name: "encore", "since": first.headers["X-Saved"]})
    assert "remplace" not in once_more.text, "one's own page knows what it kept"
    with time_machine.travel(now() + timedelta(minutes=1)):
        told = keep(other, there, where, {**values, name: "ailleurs", "since": ""})
    assert "Cela remplace ce que vous aviez écrit sur une autre page ou un autre appareil" in told.text
    assert rows(app)[0][1][name] == ["ailleurs"]
    for odd in ("x", "2027", "2027-01-01T00:00:00", "9" * 500, "\x00"):
        assert keep(other, there, where, {**values, "since": odd}).status_code == 200


def test_a_draft_of_a_question_tells_of_the_other_device_too(app: Flask, lea: StrictClient) -> None:
    page = lea.get(LESSON)
    first = keep(lea, page, LESSON, {"question": "q-mot", "q-mot": "1", "since": ""})
    assert f'data-since="{first.headers["X-Saved"]}"' in lea.get(LESSON).text
    other = again(app, lea)
    page = other.get(LESSON)
    assert "remplace" in keep(other, page, LESSON, {"question": "q-mot", "q-mot": "2", "since": ""}).text
    assert "remplace" not in keep(other, page, LESSON, {"question": "q-mot", "q-mot": "2", "since": ""}).text, (
        "the same"
    )


def test_a_saved_text_stands_beside_the_one_that_is_begun(app: Flask, lea: StrictClient) -> None:
    lea.fill(PAGE, {"q-quand-text": "Lundi."}, form="/texts", press="mes textes")
    keep(lea, lea.get(PAGE), PAGE, {"q-quand-text": "Mard"})
    page = lea.get(PAGE)
    assert "Mard</textarea>" in page.text
    assert "Le texte enregistré" in words_of(page)
    assert "Lundi." in page.text
    lea.fill(page, {"q-quand-text": "Mardi."}, form="/texts", press="mes textes")
    assert rows(app) == []


def test_a_text_written_in_another_language_says_so(app: Flask, lea: StrictClient) -> None:
    for where, name, button in ((PAGE, "q-quand-text", "mes textes"), (WORK, "text", "mon brouillon")):
        lea.fill(f"{where}?lang=fr", {name: "Lundi."}, form="/texts" if where == PAGE else "/work", press=button)
        page = lea.get(f"{where}?lang=en")
        assert "You answered this in French." in words_of(page)
        assert next(one for one in page_of(page).iter("textarea") if one.get("name") == name).get("lang") == "fr"
        assert "You answered" not in words_of(lea.get(f"{where}?lang=fr"))


def test_a_draft_longer_than_a_text_is_not_cut_off(app: Flask, lea: StrictClient) -> None:
    keep(lea, lea.get(LESSON), LESSON, {"of": "note", "noted": "é" * 5000})
    assert len(rows(app)[0][1]["noted"][0]) == 5000
    page = lea.fill(LESSON, form="/note", press="Enregistrer")
    assert page.status_code == 422
    assert "é" * 5000 in page.text
    assert len(rows(app)) == 1


def test_nobody_elses_and_nothing_that_is_not_there(app: Flask, lea: StrictClient) -> None:
    keep(lea, lea.get(LESSON), LESSON, {"of": "note", "noted": "à moi"})
    max_ = learner(app, "max")
    page = max_.get(LESSON)
    assert "à moi" not in page.text
    keep(max_, page, LESSON, {"of": "note", "noted": ""})
    assert len(rows(app)) == 1
    assert keep(max_, page, f"{COURSE}/un/nothing", {"of": "note", "noted": "x"}).status_code == 404
    assert inside(app, lambda: db.session.scalar(sa.select(sa.func.count()).select_from(Draft))) == 1


def test_the_script_of_a_page_is_told_where_to_go_on(lea: StrictClient) -> None:
    page = lea.get(LESSON)
    token = next(one.get("value") for one in page_of(page).iter("input") if one.get("name") == "csrf_token")
    data = {"csrf_token": token, "question": "q-mot", "q-mot": "1"}
    answer = lea.post(LESSON, data=data, headers={"X-Page": "1"})
    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert answer.headers["X-Next"] == f"{LESSON}#q-mot-told"
    assert "Location" not in answer.headers
    assert lea.post(LESSON, data=data).status_code == 302, "without it, it is a redirect"
    assert (
        lea.post(LESSON, data={"csrf_token": token, "question": "q-nothing"}, headers={"X-Page": "1"}).status_code
        == 404
    )
