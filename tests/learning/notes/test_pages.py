"""Notes at the foot of a lesson: saved, replaced, saved from two tabs, forgotten."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.foundation.clock import now
from lms.foundation.db import db, writing
from lms.learning import service as learning
from lms.learning.notes import privacy, service
from lms.learning.notes.models import Note
from tests.learning.conftest import inside, person, serve
from tests.visits import StrictClient, words_of

COURSE = "/courses/ecouter-bien"
LESSON = f"{COURSE}/un/lesson"


@pytest.fixture
def site(app: Flask, courses: Path) -> Flask:
    serve(app, courses)
    return app


@pytest.fixture
def lea(site: Flask) -> StrictClient:
    return learner(site, "lea")


def learner(site: Flask, name: str) -> StrictClient:
    """Somebody who takes the course."""
    visitor = site.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.enter(person(site, name))
    visitor.fill(COURSE, form="/enrol")
    return visitor


def kept(app: Flask) -> list[Note]:
    found: Any = inside(app, lambda: list(db.session.scalars(sa.select(Note))))
    return list(found)


def note(lea: StrictClient, text: str, page: Any = LESSON) -> Any:
    return lea.fill(page, {"noted": text}, form="/note")


def test_a_note_is_saved_shown_and_told_when(site: Flask, lea: StrictClient) -> None:
    page = note(lea, "Demander d’abord.\nPuis me taire.")
    assert page.request.path == LESSON
    assert "Demander d’abord.\nPuis me taire.</textarea>" in page.text
    assert "Enregistré à" in page.text
    assert [row.text for row in kept(site)] == ["Demander d’abord.\nPuis me taire."]


def test_the_text_before_stays_for_thirty_days(site: Flask, lea: StrictClient) -> None:
    note(lea, "Premier")
    page = note(lea, "Second")
    assert "Premier" in words_of(page)
    (row,) = kept(site)
    assert (row.text, row.former) == ("Second", "Premier")

    def forget(days: int) -> None:
        with writing():
            service.forget_former(now() + timedelta(days=days))

    inside(site, lambda: forget(29))
    assert kept(site)[0].former == "Premier"
    inside(site, lambda: forget(31))
    assert (kept(site)[0].text, kept(site)[0].former) == ("Second", None)


def test_an_emptied_note_goes_for_good_after_thirty_days(site: Flask, lea: StrictClient) -> None:
    note(lea, "Premier")
    note(lea, "")
    assert kept(site)[0].former == "Premier"

    def forget() -> None:
        with writing():
            service.forget_former(now() + timedelta(days=31))

    inside(site, forget)
    assert kept(site) == []


def test_two_tabs_lose_nothing_and_say_so(site: Flask, lea: StrictClient) -> None:
    one, other = lea.get(LESSON), lea.get(LESSON)
    note(lea, "Du téléphone", one)
    page = note(lea, "De l’ordinateur", other)
    assert page.status_code == 409
    assert "Du téléphone" in words_of(page)
    assert "De l’ordinateur</textarea>" in page.text
    assert kept(site)[0].text == "Du téléphone", "nothing was overwritten"
    page = note(lea, "Du téléphone, de l’ordinateur", page)
    assert page.status_code == 200
    assert (kept(site)[0].text, kept(site)[0].former) == ("Du téléphone, de l’ordinateur", "Du téléphone")


def test_sent_twice_is_once(site: Flask, lea: StrictClient) -> None:
    page = lea.get(LESSON)
    for _again in range(2):
        assert note(lea, "Une fois", page).status_code == 200
    assert [(row.text, row.former) for row in kept(site)] == [("Une fois", None)]


def test_a_note_that_is_too_long_comes_back_with_its_words(site: Flask, lea: StrictClient) -> None:
    page = note(lea, "x" * 4001)
    assert page.status_code == 422
    assert "x" * 4001 in page.text
    assert kept(site) == []


def test_markup_in_a_note_is_text(site: Flask, lea: StrictClient) -> None:
    assert "<b>gras</b>" not in note(lea, "<b>gras</b></textarea>").text


def test_a_note_is_its_owners_alone(site: Flask, lea: StrictClient) -> None:
    note(lea, "À moi")
    other = learner(site, "max")
    assert "À moi" not in other.get(LESSON).text
    note(other, "À Max")
    assert sorted(row.text for row in kept(site)) == ["À Max", "À moi"]


def test_somebody_who_does_not_take_the_course_keeps_no_note(site: Flask, lea: StrictClient) -> None:
    token = lea.get(LESSON).text.split('name="csrf_token" value="')[1].split('"')[0]
    lea.fill(COURSE, form="/decline")
    data = {"noted": "x", "seen": "", "csrf_token": token}
    assert lea.post(f"{LESSON}/note", data=data).status_code == 404
    assert lea.post(f"{COURSE}/un/lesson-none/note", data=data).status_code == 404
    assert kept(site) == []


def test_notes_are_given_and_forgotten(site: Flask, lea: StrictClient) -> None:
    note(lea, "À moi")
    owner = kept(site)[0].person_id

    def check() -> None:
        assert [row["text"] for row in privacy.export(owner)["note"]] == ["À moi"]
        with writing():
            privacy.forget(owner)
        assert privacy.export(owner) == {"note": []}

    inside(site, check)


def test_of_two_first_notes_at_once_one_is_told(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app, "lea")

    def take() -> None:
        with writing():
            learning.enrol(who, "ecouter-bien")

    inside(any_app, take)
    gate, found = threading.Barrier(2), dict[str, str]()

    def write(text: str) -> None:
        with any_app.app_context():
            gate.wait(30)
            with writing():
                found[text] = service.keep(who, "ecouter-bien", "un", "lesson", text, seen="")
            db.session.remove()

    for unit in range(5):
        gate.reset()
        found.clear()
        threads = [threading.Thread(target=write, args=(f"{name} {unit}",)) for name in ("Ici", "Là")]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)
        assert sorted(found.values()) == ["conflict", "saved"]
        assert [row.text for row in kept(any_app)] == [text for text, told in found.items() if told == "saved"]

        def empty() -> None:
            with writing():
                db.session.execute(sa.delete(Note))

        inside(any_app, empty)
