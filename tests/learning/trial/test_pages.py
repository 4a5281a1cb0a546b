"""A trial as a stranger meets it: told at once, nothing kept, no answer on a page before it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lms.catalogue import service as catalogue
from lms.foundation.db import Base, db
from lms.learning.trial import views
from lms.learning.trial.rules import Pace
from tests.accounts.people import House, found
from tests.catalogue.courses import QUIZ, SECRETS, write_course, write_head, write_lesson, write_quiz
from tests.visits import page_of, words_of

COURSE = "ecouter-bien"
LESSON, ASK = f"/try/{COURSE}/lesson", f"/try/{COURSE}/quiz"
SCENES = """---
id: un
title: Au comptoir
minutes: 8
---

# Au comptoir

On entre.

<a id="debut"></a>
## Que dit-il ?

Il pose son sac.

- [« Bonjour. »](#fin)
  > RIGHT-FEEDBACK Un mot suffit.
- [Rien.](#silence)
  > WRONG-FEEDBACK Le silence pèse.

<a id="silence"></a>
## Le silence

On attend.

- [« Bonjour. »](#fin)

<a id="fin"></a>
## Il sourit.
<!-- end: good -->

C’est fait.
"""


@pytest.fixture(autouse=True)
def _fresh_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_pace", Pace())


def serve(app: Flask, folder: Path, **options: Any) -> House:
    house = found(app, **options)
    with house.open():
        report = catalogue.sync(folder)
        assert report.is_clean, report
        db.session.rollback()
    return house


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    course = write_course(tmp_path / "courses", COURSE)
    write_quiz(course, "un")
    return tmp_path / "courses"


@pytest.fixture
def house(app: Flask, folder: Path) -> Iterator[House]:
    """A network with a course whose first step is a lesson and a quiz. No test of it leaves a row behind."""
    made = serve(app, folder)
    before = rows(made)
    yield made
    assert rows(made) == before, "nothing is stored"


def rows(house: House) -> dict[str, int]:
    with house.open():
        found = {
            table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name != "login_session"
        }
        db.session.rollback()
    return found


def secrets_in(answer: TestResponse) -> list[str]:
    return [secret for secret in (*SECRETS, "HINT-ONE", "HINT-TWO") if secret in answer.get_data(as_text=True)]


def test_the_way_in(house: House) -> None:
    answer = house.client().get(f"/try/{COURSE}")
    assert (answer.status_code, answer.location) == (302, LESSON)


@pytest.mark.parametrize(
    "path",
    [
        "/try/nothing",
        "/try/nothing/lesson",
        f"/try/{COURSE}/assignment",
        f"/try/{COURSE}/lesson/x",
        f"/try/{COURSE}/questions/q-no",
    ],
)
def test_what_is_not_there_is_a_404(house: House, path: str) -> None:
    assert house.client().get(path).status_code == 404


def test_a_course_that_says_no_is_not_tried(app: Flask, tmp_path: Path) -> None:
    write_course(tmp_path, COURSE, more="trial: false\n")
    house = serve(app, tmp_path)
    assert house.client().get(f"/try/{COURSE}").status_code == 404
    assert "/try/" not in house.client().get("/").get_data(as_text=True)


def test_the_second_step_is_not_tried(house: House) -> None:
    text = house.client().get(LESSON).get_data(as_text=True)
    assert "Étape un" in text
    assert house.client().get(f"/try/{COURSE}/deux").status_code == 404


def test_who_has_an_account_is_led_to_the_course(house: House) -> None:
    answer = house.client("learner_a").get(LESSON)
    assert (answer.status_code, answer.location) == (302, f"/courses/{COURSE}")


def test_Q1_no_answer_is_on_a_page_before_its_question_is_answered(house: House) -> None:
    client = house.client()
    for path in (LESSON, ASK, f"/try/{COURSE}/questions/q-mot"):
        assert secrets_in(client.get(path)) == [], path
    told = client.fill(LESSON, {"q-mot": "2"}, form="#q-mot")
    assert set(secrets_in(told)) == {"RIGHT-FEEDBACK", "EXPLANATION"}


def test_Q1_two_quizzes_that_differ_in_the_right_answer_alone_look_the_same(app: Flask, tmp_path: Path) -> None:
    swapped = (
        QUIZ.replace("- [x] Le même jour", "- [ ] Le même jour").replace("- [ ] Un seul récit", "- [x] Un seul récit")
        .replace("- [=] 10 ± 5", "- [=] 20 ± 5").replace("- [=] quarante-deux", "- [=] douze")
        .replace("1. Écouter\n2. Nommer\n3. Chercher", "1. Chercher\n2. Écouter\n3. Nommer")
        .replace("[=cadre|!café|!verrou]", "[=verrou|!café|!cadre]")
    )  # fmt: skip
    for name, body in (("aaa", QUIZ), ("bbb", swapped)):
        course = tmp_path / name
        write_head(course, ["un"])
        write_quiz(course, "un", body=body)
    house = serve(app, tmp_path)
    pages = []
    for name in ("aaa", "bbb"):
        client, seen = house.client(), []
        page = client.get(f"/try/{name}/quiz")
        for number in range(7):
            kind = page.get_data(as_text=True)
            seen.append(re.sub(r'name="csrf_token" value="[^"]*"', "", kind).replace(name, "NAME"))
            page = client.fill(page, form="quiz", press="I don’t know")
            page = client.fill(page, form="quiz", press="Continue") if number < 6 else page
        # what was answered is carried on and shows nothing: "I don’t know" to all
        pages.append([re.sub(r'<input type="hidden"[^>]*>', "", one) for one in seen])
    assert pages[0] == pages[1]


def test_a_lesson_tells_an_answer_where_its_question_stood_and_carries_it_on(house: House) -> None:
    client = house.client()
    told = client.fill(LESSON, {"q-mot": "1"}, form="#q-mot")
    assert "Not yet." in words_of(told)
    assert "The door" not in words_of(told)
    assert "La porte se ferme." in words_of(told)
    assert client.get(LESSON).get_data(as_text=True).count("La porte se ferme.") == 0, "forgotten with the page"


def test_several_answers_of_a_lesson_stay_on_the_page(app: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, COURSE)
    lesson = write_lesson(course, "un")
    second = (
        "\n## Encore ?\n<!-- q-encore -->\n\n- [x] Oui\n  > SECOND-FEEDBACK Oui.\n- [ ] Non\n  > Non.\n\n## À retenir\n"
    )
    lesson.write_text(lesson.read_text().replace("\n## À retenir\n", second), encoding="utf-8")
    client = serve(app, tmp_path).client()
    first = client.fill(LESSON, {"q-mot": "2"}, form="#q-mot")
    both = client.fill(first, {"q-encore": "1"}, form="#q-encore")
    assert "RIGHT-FEEDBACK" in both.get_data(as_text=True)
    assert "SECOND-FEEDBACK" in both.get_data(as_text=True)


def test_hints_come_one_by_one_and_nothing_chosen_is_said(house: House) -> None:
    client = house.client()
    hinted = client.fill(LESSON, form="#q-mot", press="A hint")
    assert secrets_in(hinted) == ["HINT-ONE"]
    empty = client.fill(hinted, form="#q-mot", press="Check")
    assert empty.status_code == 422
    assert "Choose an answer" in words_of(empty)
    assert secrets_in(empty) == ["HINT-ONE"], "the hint stays"


def test_a_quiz_goes_question_by_question_to_its_end(house: House) -> None:
    client = house.client()
    page = client.fill(ASK, {"q-duree": "10"}, form="quiz", press="Check")
    assert "RIGHT-FEEDBACK" in page.get_data(as_text=True)
    for _number in range(6):
        page = client.fill(page, form="quiz", press="Continue")
        page = client.fill(page, form="quiz", press="I don’t know")
    end = client.fill(page, form="quiz", press="Continue")
    assert "That was the first step" in words_of(end)
    assert "1 of 6" in words_of(end), "the open question is not marked"
    assert "/invitation" in end.get_data(as_text=True)


def test_tampered_answers_are_as_if_not_given(house: House) -> None:
    client = house.client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(ASK).get_data(as_text=True))
    assert token is not None
    base = {"csrf_token": token[1]}
    for data in (
        {"told": ["q-duree", "q-none", "q-relier"], "q-relier.1": "999", "do": "next"},
        {"told": "q-gestes", "q-gestes": ["1", "1", "77"], "do": "next"},
    ):
        answer = client.post(ASK, data={**base, **data})
        assert answer.status_code == 200
        assert secrets_in(answer) == []
    for more in ({"question": "q-none"}, {"question": ""}, {}):
        assert client.post(ASK, data={**base, **more}).status_code == 404
    assert client.post(ASK, data={**base, "question": "q-duree", "hints": "99", "do": "hint"}).status_code == 200


def test_a_post_without_its_token_is_refused(house: House) -> None:
    assert house.client().post(LESSON, data={"question": "q-mot", "q-mot": "1"}).status_code == 400


def test_too_many_posts_from_one_address_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_pace", Pace(most=2))
    client = house.client()
    codes = [client.fill(LESSON, {"q-mot": "1"}, form="#q-mot").status_code for _time in range(3)]
    assert codes == [200, 200, 429]


@pytest.mark.parametrize(("registration", "offer"), [("open", "/register"), ("invitation", "/invitation")])
def test_the_end_offers_the_way_in_that_the_network_has(
    app: Flask, tmp_path: Path, registration: str, offer: str
) -> None:
    write_course(tmp_path, COURSE)
    house = serve(app, tmp_path, registration=registration)
    links = [link.get("href") or "" for link in page_of(house.client().get(LESSON)).iter("a")]
    assert offer in links
    assert ({"/register", "/invitation"} - {offer}).isdisjoint(links)
    assert f"/sign-in?next=/courses/{COURSE}" in links


def test_a_plan_is_shown_and_cannot_be_written(house: House) -> None:
    text = house.client().get(LESSON).get_data(as_text=True)
    assert "reformule d’abord" in text
    assert "<textarea" not in text


def test_a_scene_is_walked_in_the_address_and_kept_by_caches(app: Flask, tmp_path: Path) -> None:
    course = tmp_path / COURSE
    write_head(course, ["un"])
    (course / "units/un").mkdir(parents=True)
    (course / "units/un/scenario.fr.md").write_text(SCENES, encoding="utf-8")
    client = serve(app, tmp_path).client()
    start = client.get(f"/try/{COURSE}/scenario")
    assert secrets_in(start) == []
    assert (start.headers["Cache-Control"], start.headers.get("Set-Cookie")) == ("public, max-age=60", None)
    moves = [link.get("href") or "" for link in page_of(start).iter("a") if "path=" in (link.get("href") or "")]
    end = client.get(moves[0].partition("#")[0])
    assert "RIGHT-FEEDBACK" in end.get_data(as_text=True)
    assert "That was the first step" in words_of(end)
    assert "That was the first step" not in words_of(client.get(moves[1].partition("#")[0]))
    assert "Que dit-il" in words_of(client.get(f"/try/{COURSE}/scenario?path=fin.debut.x&scene=%00")), (
        "no such way: the start"
    )


def test_pages_with_a_form_set_the_token_s_cookie_and_no_other(house: House, app: Flask) -> None:
    answer = house.client().get(LESSON)
    cookies = answer.headers.getlist("Set-Cookie")
    assert [one.partition("=")[0] for one in cookies] == [app.config["SESSION_COOKIE_NAME"]]
    assert answer.headers["Cache-Control"] == "no-store"


# --- the front page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def several(app: Flask, tmp_path: Path) -> House:
    """Four courses; the third has its first step in Spanish too."""
    for number in range(4):
        course = write_course(
            tmp_path / "courses", f"cours-{number}", languages=("fr", "es") if number == 2 else ("fr",)
        )
        if number == 2:
            write_lesson(course, "un", title="Un paso", lang="es")
    return serve(app, tmp_path / "courses")


def test_the_front_page_leads_to_a_step_and_asks_three_questions(several: House) -> None:
    answer = several.client().get("/", headers={"Accept-Language": "fr"})
    forms = [form for form in page_of(answer).iter("form")]
    assert [form.get("action") for form in forms] == [f"/try/cours-{number}/questions/q-mot" for number in range(3)]
    assert {form.get("method") for form in forms} == {"get"}
    assert 'href="/try/cours-0"' in answer.get_data(as_text=True)
    assert secrets_in(answer) == []
    assert (answer.headers["Cache-Control"], answer.headers.get("Set-Cookie")) == ("public, max-age=60", None)


def test_the_front_page_speaks_the_readers_language_where_a_course_does(several: House) -> None:
    answer = several.client().get("/", headers={"Accept-Language": "es"})
    assert [form.get("action") for form in page_of(answer).iter("form")] == ["/try/cours-2/questions/q-mot"]
    assert 'href="/try/cours-2"' in answer.get_data(as_text=True)


def test_a_question_of_the_front_page_is_told_at_once_and_may_be_kept(several: House) -> None:
    headers = {"Accept-Language": "fr"}
    client = several.client()
    told = client.get("/try/cours-0/questions/q-mot?q-mot=1&do=answer", headers=headers)
    assert "WRONG-FEEDBACK" in told.get_data(as_text=True)
    assert 'href="/try/cours-0/lesson"' in told.get_data(as_text=True)
    assert (told.headers["Cache-Control"], told.headers.get("Set-Cookie")) == ("public, max-age=60", None)
    for query in ("?do=answer", "?do=answer&q-mot=77", "?do=answer&q-mot=1&q-mot=2"):
        empty = client.get(f"/try/cours-0/questions/q-mot{query}", headers=headers)
        assert page_of(empty).find(".//*[@id='errors']") is not None
        assert secrets_in(empty) == []
    assert secrets_in(client.get("/try/cours-0/questions/q-mot", headers=headers)) == []
    elsewhere = client.get("/try/cours-0/questions/q-mot?q-mot=1&do=answer", headers={"Accept-Language": "es"})
    assert (elsewhere.status_code, elsewhere.location) == (302, "/try/cours-0/lesson")
