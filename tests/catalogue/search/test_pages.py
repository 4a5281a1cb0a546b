"""The page of search: what stranger and learner see, in their language, whatever they type and whatever a course holds."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lms.catalogue import service as catalogue
from lms.foundation.db import db
from tests.accounts.people import House, found
from tests.catalogue.courses import SECRETS, write_course, write_lesson, write_quiz
from tests.visits import page_of, words_of

EVIL = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def house(app: Flask, tmp_path: Path) -> House:
    """A network with one course in French and English."""
    return furnish(app, tmp_path)


def furnish(app: Flask, tmp_path: Path) -> House:
    made = found(app)
    course = write_course(tmp_path / "courses", "ecouter-bien", languages=("fr", "en"))
    write_lesson(course, "deux", title="Kettles and quarrels", lang="en")
    write_quiz(course, "trois")
    serve(made, tmp_path / "courses")
    return made


def serve(house: House, folder: Path) -> None:
    with house.open():
        assert catalogue.sync(folder).is_clean
        db.session.rollback()


def ask(house: House, query: str, who: str = "", lang: str = "fr") -> TestResponse:
    client = house.client(who) if who else house.client()
    return client.get(f"/search?q={quote(query)}", headers={"Accept-Language": lang})


def links(answer: TestResponse) -> list[str]:
    main = page_of(answer).find("body/main")
    assert main is not None
    return [link.get("href") or "" for link in main.iter("a")]


def test_a_stranger_is_led_to_the_course_and_a_learner_to_the_step(house: House) -> None:
    assert "/courses/ecouter-bien/un/lesson" not in links(ask(house, "casque"))
    assert "/courses/ecouter-bien" in links(ask(house, "casque"))
    assert "/courses/ecouter-bien/un/lesson" in links(ask(house, "casque", "learner_a"))


def test_the_words_are_marked_and_the_kind_is_said(house: House) -> None:
    page = page_of(ask(house, "equilibre"))
    assert {"".join(mark.itertext()) for mark in page.iter("mark")} == {"équilibre"}
    assert "questions" in words_of(ask(house, "equilibre"))


def test_another_language_is_said_and_marked(house: House) -> None:
    answer = ask(house, "kettle")
    assert "Aussi en anglais" in words_of(answer)
    assert [one.get("lang") for one in page_of(answer).iter("h4")] == ["en"]
    assert "Also in" not in words_of(ask(house, "kettle", lang="en"))


def test_without_words_the_page_helps(house: House) -> None:
    assert "Un ou deux mots suffisent" in words_of(house.client().get("/search", headers={"Accept-Language": "fr"}))
    assert "au moins un mot de deux lettres" in words_of(ask(house, "é"))


def test_nothing_found_proposes_a_word_less(house: House) -> None:
    answer = ask(house, "girafe casque")
    assert "Aucun texte ne contient ces mots" in words_of(answer)
    assert [href for href in links(answer) if href.startswith("/search")] == ["/search?q=casque", "/search?q=girafe"]
    assert "/catalogue" in links(ask(house, "girafe"))


def test_the_catalogue_has_the_field(house: House) -> None:
    answer = house.client().fill("/catalogue", {"q": "casque"}, form="/search")
    assert answer.request.full_path == "/search?q=casque"
    assert "ecouter-bien" in answer.get_data(as_text=True)


def test_Q1_no_answer_can_be_found(house: House) -> None:
    assert [secret for secret in SECRETS if list(page_of(ask(house, secret)).iter("mark"))] == []


def test_X14_what_was_typed_is_only_text(house: House) -> None:
    answer = ask(house, EVIL)
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert "onerror=alert(1)>" not in answer.get_data(as_text=True)
    field = next(one for one in page_of(answer).iter("input") if one.get("name") == "q")
    assert field.get("value") == EVIL


def test_X8_what_a_course_is_called_is_only_text(app: Flask, tmp_path: Path) -> None:
    house = found(app)
    course = write_course(tmp_path, "piege", units=("un",))
    head = course / "course.yml"
    head.write_text(head.read_text().replace("Écouter au comptoir", "Le piège <b>x</b> & <script>alert(1)</script>"))
    lesson = write_lesson(course, "un", title="Le piège")
    lesson.write_text(lesson.read_text().replace("Mardi, 9 h 20.", "Le piège : `<script>alert(2)</script>` &amp; fin."))
    serve(house, tmp_path)
    answer = ask(house, "piège")
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert {"".join(mark.itertext()) for mark in page_of(answer).iter("mark")} == {"piège"}
    assert "<script>alert(2)</script>" in words_of(answer)


QUERIES = ["a", "le", "mot " * 10_000, "\x00", "*", "NEAR(", "%", "x" * 100_000, "\U0001f600", "casque"]


def test_D6_any_question_is_answered_in_time(any_app: Flask, tmp_path: Path) -> None:
    client = furnish(any_app, tmp_path).client()
    for query in QUERIES:
        for page in ("0", "1000000000", "-1", "9" * 40, "x"):
            began = time.process_time()
            assert client.get(f"/search?q={quote(query)}&page={page}").status_code == 200
            assert time.process_time() - began < 1, (query[:20], page)


def test_it_sets_no_cookie(house: House) -> None:
    assert "Set-Cookie" not in ask(house, "casque").headers
