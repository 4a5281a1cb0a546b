"""The queue through its pages: answering in a lesson, coming back days later, taking out, what has changed since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from lms.accounts.models import Person
from lms.foundation.db import db, writing
from lms.learning import service
from lms.learning.reviews import privacy
from lms.learning.reviews.models import Review
from lms.learning.reviews.queries import Today, today_of
from tests.catalogue.courses import LESSON as BODY
from tests.catalogue.courses import write_course, write_lesson
from tests.learning.conftest import inside, learner, person, serve
from tests.visits import StrictClient, words_of

COURSE = "ecouter-bien"
LESSON = f"/courses/{COURSE}/un/lesson"
ITEM = f"/review/{COURSE}/un/lesson/q-mot"
#: A Saturday.
START = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


@pytest.fixture
def site(app: Flask, courses: Path) -> Flask:
    serve(app, courses)
    return app


@pytest.fixture
def lea(site: Flask) -> StrictClient:
    """A learner who takes the course."""
    with time_machine.travel(START, tick=False):
        return learner(site)


def who(lea: StrictClient) -> str:
    return str(lea.person_id)  # type: ignore[attr-defined]


def practise(app: Flask, person_id: str, unit: str, given: Any, question: str = "q-mot", course: str = COURSE) -> None:
    def do() -> None:
        with writing():
            service.practise(person_id, course, unit, "lesson", question, given, lang="fr")

    inside(app, do)


def rows(app: Flask) -> list[Review]:
    found: Any = inside(app, lambda: list(db.session.scalars(sa.select(Review).order_by(Review.unit, Review.question))))
    return list(found)


def today(app: Flask, person_id: str, days: int) -> Today:
    found: Any = inside(app, lambda: today_of(person_id, (START + timedelta(days=days)).date()))
    assert isinstance(found, Today)
    return found


def on(lea: StrictClient, days: int, do: Callable[[], Any]) -> Any:
    """What `do` gives so many days after the start; she signs in anew."""
    with time_machine.travel(START + timedelta(days=days), tick=False):
        lea.enter(who(lea))
        return do()


def test_a_question_answered_in_a_lesson_comes_back_and_climbs(site: Flask, lea: StrictClient) -> None:
    def first() -> None:
        page = lea.fill(LESSON, {"q-mot": "1"}, form=f"{LESSON}#q-mot", press="Valider")
        assert ITEM in page.text, "the feedback says that it comes back, and where"
        assert "Rien à revoir aujourd’hui." in words_of(lea.get("/review"))

    on(lea, 0, first)
    for day, reviewed in ((3, 10), (13, 30), (43, 90)):

        def again(gap: int = reviewed) -> None:
            assert ITEM in lea.get("/review").text
            page = lea.fill("/review", {"q-mot": "2"}, form=f"{ITEM}#question", press="Valider")
            assert page.request.path == ITEM
            assert "RIGHT-FEEDBACK" in page.text
            (row,) = rows(site)
            assert row.due_on == (datetime.now(UTC) + timedelta(days=gap)).date()

        on(lea, day, again)

    def last() -> None:
        page = lea.fill("/review", {"q-mot": "2"}, form=f"{ITEM}#question", press="Valider")
        assert "90 jours" in words_of(page)
        assert rows(site)[0].state == "retired"
        assert "C’est tout pour aujourd’hui." in words_of(lea.get("/review"))

    on(lea, 133, last)


def test_nothing_of_the_key_is_on_the_page_before_the_answer(site: Flask, lea: StrictClient) -> None:
    on(lea, 0, lambda: practise(site, who(lea), "un", [1]))
    page = on(lea, 3, lambda: lea.get("/review")).text
    for secret in ("RIGHT-FEEDBACK", "WRONG-FEEDBACK", "EXPLANATION", "HINT-ONE"):
        assert secret not in page


def test_a_miss_comes_back_in_three_days_and_a_second_sending_changes_nothing(site: Flask, lea: StrictClient) -> None:
    on(lea, 0, lambda: practise(site, who(lea), "un", [2]))

    def miss() -> None:
        page = lea.get("/review")
        lea.fill(page, {"q-mot": "1", "q-mot.sure": "yes"}, form=f"{ITEM}#question", press="Valider")
        lea.fill(page, {"q-mot": "2"}, form=f"{ITEM}#question", press="Valider")
        (row,) = rows(site)
        assert (row.step, row.missed, row.sure, row.given) == (0, True, True, [1])
        assert row.due_on == (START + timedelta(days=6)).date()

    on(lea, 3, miss)


def test_an_answer_that_is_missing_or_wanted_with_a_hint_keeps_the_question(site: Flask, lea: StrictClient) -> None:
    on(lea, 0, lambda: practise(site, who(lea), "un", [1]))

    def ask() -> None:
        page = lea.fill("/review", form=f"{ITEM}#question", press="Valider")
        assert page.status_code == 422
        assert "Choisissez une réponse" in words_of(page)
        assert "HINT-ONE" in lea.fill("/review", form=f"{ITEM}#question", press="Un indice, il y en a un").text
        assert rows(site)[0].reviewed_on is None

    on(lea, 3, ask)


def test_a_question_taken_out_does_not_come_back_until_it_is_put_back(site: Flask, lea: StrictClient) -> None:
    on(lea, 0, lambda: practise(site, who(lea), "un", [1]))

    def out() -> None:
        lea.fill("/review", form="/queue")
        assert rows(site)[0].state == "out"
        assert "Rien à revoir aujourd’hui." in words_of(lea.get("/review"))
        lea.fill(ITEM, form="/queue")
        assert rows(site)[0].due_on == (START + timedelta(days=6)).date()

    on(lea, 3, out)


def test_open_questions_and_those_whose_author_says_no_stay_out(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "courses"
    course = write_course(folder, COURSE)
    write_lesson(course, "un", body=BODY.replace("<!-- q-mot -->", "<!-- q-mot review=no -->"))
    serve(app, folder)
    lea = person(app)

    def take() -> None:
        with writing():
            service.enrol(lea, COURSE)

    inside(app, take)
    practise(app, lea, "un", [1])
    assert rows(app) == []
    practise(app, lea, "deux", [1])
    assert [row.unit for row in rows(app)] == ["deux"]


def test_a_changed_question_says_so_and_a_deleted_one_leaves(site: Flask, courses: Path, lea: StrictClient) -> None:
    for unit in ("un", "trois"):
        on(lea, 0, lambda unit=unit: practise(site, who(lea), unit, [2]))  # type: ignore[misc]
    course = courses / COURSE
    write_lesson(course, "un", title="Étape un", body=BODY.replace("C’est la règle", "C’est ainsi"))
    gone = BODY.replace("<!-- q-mot -->", "<!-- q-autre -->")
    write_lesson(course, "trois", title="Étape trois", body=gone)
    serve(site, courses)
    assert today(site, who(lea), 3).sitting == ((COURSE, "un", "lesson", "q-mot"),)

    def look() -> None:
        assert "Cette question a changé" in words_of(lea.get("/review"))
        assert "plus dans le cours" in words_of(lea.get(f"/review/{COURSE}/trois/lesson/q-mot"))
        lea.fill("/review", {"q-mot": "2"}, form=f"{ITEM}#question", press="Valider")

    on(lea, 3, look)
    assert "Cette question a changé" not in words_of(on(lea, 13, lambda: lea.get("/review")))


def test_a_day_holds_five_of_different_steps_and_a_course_that_was_left_none(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "courses"
    units = [f"u{number}" for number in range(8)]
    for name in ("alpha", "beta"):
        write_course(folder, name, units=units)
    serve(app, folder)
    lea = person(app)

    def take() -> None:
        for name in ("alpha", "beta"):
            with writing():
                service.enrol(lea, name)

    inside(app, take)
    for name in ("alpha", "beta"):
        for unit in units:
            with time_machine.travel(START, tick=False):
                practise(app, lea, unit, [1], course=name)
    found = today(app, lea, 3)
    assert (len(found.sitting), found.due, found.minutes) == (5, 16, 4)
    assert [key[0] for key in found.sitting] == ["alpha", "beta", "alpha", "beta", "alpha"]
    assert found.next_on == (START + timedelta(days=4)).date()

    def leave() -> None:
        with writing():
            service.decline(lea, "alpha")

    inside(app, leave)
    assert {key[0] for key in today(app, lea, 3).sitting} == {"beta"}


def test_home_says_how_many_and_when_the_next_ones_come(site: Flask, lea: StrictClient) -> None:
    assert "rendez-vous" not in words_of(on(lea, 0, lambda: lea.get("/home")))
    on(lea, 0, lambda: practise(site, who(lea), "un", [1]))
    assert "Prochain rendez-vous avec vos questions : mardi." in words_of(on(lea, 0, lambda: lea.get("/home")))
    assert "1 question à revoir, 1 min" in words_of(on(lea, 3, lambda: lea.get("/home")))


def test_somebody_elses_question_is_not_there(site: Flask, lea: StrictClient) -> None:
    on(lea, 0, lambda: practise(site, who(lea), "un", [1]))
    other = site.test_client()
    assert isinstance(other, StrictClient)
    other.enter(person(site, "max"))
    assert other.get(ITEM).status_code == 404
    assert on(lea, 1, lambda: lea.get(f"/review/{COURSE}/un/lesson/q-none")).status_code == 404


def test_an_answer_sent_again_in_a_lesson_enters_once(site: Flask, lea: StrictClient) -> None:
    on(lea, 0, lambda: practise(site, who(lea), "un", [2]))
    on(lea, 1, lambda: practise(site, who(lea), "un", [1]))
    (row,) = rows(site)
    assert (row.given, row.due_on) == ([2], (START + timedelta(days=3)).date())


def test_the_lines_of_an_order_move_before_they_are_sent(site: Flask, lea: StrictClient) -> None:
    def take() -> None:
        with writing():
            attempt = service.start(who(lea), COURSE, "deux", "quiz")
            service.answer(who(lea), attempt.id, "q-etapes", None, lang="fr")

    on(lea, 0, lambda: inside(site, take))
    here = f"/review/{COURSE}/deux/quiz/q-etapes"

    def move() -> None:
        page = lea.get("/review")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        page = lea.post(here, data={"csrf_token": token, "lang": "fr", "move": "q-etapes.1.up"})
        assert page.status_code == 200
        assert "RIGHT" not in page.text
        assert rows(site)[0].reviewed_on is None
        # The names of the lines tell nothing of their order (see `tests.learning.test_pages.TYPED`).
        right = {"q-etapes.3": "1", "q-etapes.2": "2", "q-etapes.1": "3"}
        token = lea.get("/review").text.split('name="csrf_token" value="')[1].split('"')[0]
        lea.post(here, data={"csrf_token": token, "lang": "fr", "do": "answer", **right})
        assert (rows(site)[0].given, rows(site)[0].missed) == ([1, 2, 3], False)

    on(lea, 3, move)


def test_the_three_days_are_those_where_the_person_lives(site: Flask, lea: StrictClient) -> None:
    def practise_late() -> None:
        with writing():
            db.session.execute(sa.update(Person).where(Person.id == who(lea)).values(zone="America/Martinique"))
        service_day = datetime(2026, 3, 15, 1, 0, tzinfo=UTC)  # there it is still Saturday evening
        with time_machine.travel(service_day, tick=False):
            practise(site, who(lea), "un", [1])

    inside(site, practise_late)
    assert rows(site)[0].due_on == (START + timedelta(days=3)).date()


def test_marks_that_are_no_text_are_not_kept(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    lea = any_app.test_client()
    assert isinstance(lea, StrictClient)
    lea.person_id = person(any_app)  # type: ignore[attr-defined]

    def begin() -> None:
        with writing():
            service.enrol(who(lea), COURSE)
            attempt = service.start(who(lea), COURSE, "deux", "quiz")
            service.answer(who(lea), attempt.id, "q-mot-juste", None, lang="fr")

    on(lea, 0, lambda: inside(any_app, begin))

    def answer() -> None:
        token = lea.get("/review").text.split('name="csrf_token" value="')[1].split('"')[0]
        sent = {"csrf_token": token, "lang": "fr", "do": "answer", "q-mot-juste": "quarante\0-deux\u202e"}
        assert lea.post(f"/review/{COURSE}/deux/quiz/q-mot-juste", data=sent).status_code == 302
        assert (rows(any_app)[0].given, rows(any_app)[0].missed) == ("quarante-deux", False)

    on(lea, 3, answer)


def test_a_question_is_asked_in_the_readers_language(site: Flask, courses: Path, lea: StrictClient) -> None:
    on(lea, 0, lambda: practise(site, who(lea), "un", [1]))
    english = BODY.replace("Que dites-vous d’abord", "What do you say first")
    write_lesson(courses / COURSE, "un", title="Step one", lang="en", body=english)
    head = courses / COURSE / "course.yml"
    head.write_text(head.read_text().replace("languages: [fr]", "languages: [fr, en]"))
    serve(site, courses)

    def ask() -> None:
        page = lea.get("/review?lang=en")
        assert "What do you say first" in page.text
        lea.fill(page, {"q-mot": "2"}, form=f"{ITEM}#question", press="Check")
        assert rows(site)[0].lang == "en"

    on(lea, 3, ask)


def test_the_queue_is_given_and_forgotten(site: Flask, lea: StrictClient) -> None:
    on(lea, 0, lambda: practise(site, who(lea), "un", [1]))

    def check() -> None:
        assert [row["question"] for row in privacy.export(who(lea))["review"]] == ["q-mot"]
        with writing():
            privacy.forget(who(lea))
        assert privacy.export(who(lea)) == {"review": [], "review_mail": []}

    inside(site, check)
