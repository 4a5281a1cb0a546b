"""The pages of learning, through a strict visitor who fills the forms that are shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from markupsafe import Markup
from sqlalchemy import event
from werkzeug.test import TestResponse

from lms.foundation.db import db, writing
from lms.learning import pages, queries, service
from lms.learning.models import Answer, Attempt, Completion, Enrolment, Place, Plan
from tests.catalogue.courses import (
    PICTURED,
    SECRETS,
    SHORT_QUIZ,
    write_course,
    write_head,
    write_lesson,
    write_picture,
    write_quiz,
)
from tests.learning.conftest import device, inside, learner, person, serve
from tests.visits import StrictClient, page_of, words_of

COURSE = "/courses/ecouter-bien"
LESSON = f"{COURSE}/un/lesson"
QUIZ = f"{COURSE}/deux/quiz"
#: What a learner types into the fields of each question (see `tests.catalogue.courses.QUIZ`), all right.
TYPED: dict[str, dict[str, object]] = {
    "q-duree": {"q-duree": "10"},
    "q-mot-juste": {"q-mot-juste": "Quarante-deux"},
    "q-gestes": {"q-gestes": ["1", "2"]},
    "q-etapes": {"q-etapes.3": "1", "q-etapes.2": "2", "q-etapes.1": "3"},
    "q-relier": {"q-relier.1": "3", "q-relier.2": "1"},
    "q-trous": {"q-trous.1": "cadre", "q-trous.2": "solution"},
    "q-recit": {"q-recit": "Un mardi calme."},
}


@pytest.fixture
def site(app: Flask, courses: Path) -> Flask:
    serve(app, courses)
    return app


@pytest.fixture
def lea(site: Flask) -> StrictClient:
    """A learner who is signed in."""
    return device(site, person(site))


def count(app: Flask, model: type) -> int:
    return int(str(inside(app, lambda: db.session.scalar(sa.select(sa.func.count()).select_from(model)))))


def question_of(response: TestResponse) -> str:
    """The id of the question a quiz page asks, empty for an answered one."""
    field = next((one for one in page_of(response).iter("fieldset") if (one.get("id") or "").endswith("-field")), None)
    return (field.get("id") or "").removesuffix("-field") if field is not None else ""


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement.split()[0].upper())

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


# --- the course page ---------------------------------------------------------------------------------------------


def test_the_course_page_is_open_to_everybody(site: Flask) -> None:
    visitor = site.test_client()
    for lang in ("fr", "es", "ca", "en"):
        response = visitor.get(f"{COURSE}?lang={lang}")
        assert response.status_code == 200
        assert "Étape deux" in words_of(response)
    assert "/sign-in?next=/courses/ecouter-bien" in visitor.get(COURSE).text
    assert visitor.get("/courses/nothing").status_code == 404


def test_a_step_that_is_done_says_so_on_its_own_page_too(site: Flask, lea: StrictClient) -> None:
    def first() -> str:
        path = next(one for one in page_of(lea.get(LESSON)).iter("ol") if "path" in (one.get("class") or ""))
        return "".join(path[0].itertext()).strip()

    lea.fill(COURSE, form="/enrol")
    assert first().endswith("en cours")
    lea.fill(LESSON, {}, form="/done")
    assert first().endswith("fait")


def test_enrolling_opens_the_first_step_and_the_page_then_resumes(site: Flask, lea: StrictClient) -> None:
    response = lea.fill(COURSE, form="/enrol")
    assert response.request.path == LESSON
    assert count(site, Enrolment) == 1
    lea.get(f"{COURSE}/trois/lesson")
    page = page_of(lea.get(COURSE))
    sign = next(one for one in page.iter("a") if one.get("class") == "btn sign")
    assert sign.get("href") == f"{COURSE}/trois/lesson"


def test_a_suggested_course_says_by_whom_and_can_be_refused(site: Flask, lea: StrictClient) -> None:
    who = lea.person_id  # type: ignore[attr-defined]
    boss = person(site, "ines")

    def suggest() -> None:
        with writing():
            service.enrol_many([who], "ecouter-bien", by=boss, why="Pour le mardi")

    inside(site, suggest)
    words = words_of(lea.get(COURSE))
    assert "Ines" in words
    assert "Pour le mardi" in words
    lea.fill(COURSE, form="/decline")
    assert inside(site, lambda: queries.learning_of(who, "ecouter-bien")) is None
    assert "Pour le mardi" not in words_of(lea.get(COURSE))


# --- lessons -----------------------------------------------------------------------------------------------------


def test_a_stranger_signs_in_first_and_somebody_not_enrolled_sees_the_course(site: Flask, lea: StrictClient) -> None:
    response = site.test_client().get(LESSON)
    assert response.status_code == 302
    assert response.location == f"/sign-in?next={LESSON}"
    response = lea.get(LESSON)
    assert response.status_code == 302
    assert response.location == COURSE
    assert lea.get(f"{COURSE}/un/nothing").status_code == 404
    assert lea.get(f"{COURSE}/nothing/lesson").status_code == 404


def test_what_is_sent_without_being_enrolled_changes_nothing(site: Flask, lea: StrictClient) -> None:
    token = next(
        field.get("value") for field in page_of(lea.get(COURSE)).iter("input") if field.get("name") == "csrf_token"
    )
    for path, data in (
        (LESSON, {"question": "q-mot", "q-mot": "2"}), (f"{LESSON}/done", {}), (f"{QUIZ}/start", {}),
        (f"{COURSE}/decline", {}), (f"{QUIZ}/nothing/1", {"q-duree": "10"}),
    ):  # fmt: skip
        assert lea.post(path, data={"csrf_token": token, "person_id": "other", **data}).status_code == 404, path
    for model in (Enrolment, Attempt, Answer, Completion, Plan, Place):
        assert count(site, model) == 0


def test_a_question_in_a_lesson_is_answered_in_its_place(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    page = lea.get(LESSON)
    assert not [secret for secret in SECRETS if secret in page.text]
    assert "HINT-ONE" not in page.text
    page = lea.fill(page, {"q-mot": "1"}, form="#q-mot", press="indice")
    assert "HINT-ONE" in page.text
    assert count(site, Answer) == 0
    assert not [secret for secret in SECRETS if secret in page.text]
    page = lea.fill(page, form="#q-mot", follow=False)
    assert page.location == f"{LESSON}#q-mot-told", "what was typed before the hint is still chosen"
    page = lea.get(LESSON)
    for shown in ("WRONG-FEEDBACK", "RIGHT-FEEDBACK", "EXPLANATION", "Pas encore."):
        assert shown in page.text
    assert 'id="q-mot-told"' in page.text
    assert count(site, Answer) == 1


def test_a_question_without_an_answer_says_so_where_it_stands(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    page = lea.fill(LESSON, form="#q-mot")
    assert page.status_code == 422
    assert 'href="#q-mot-field"' in page.text
    assert page_of(page).find("head/title").text.startswith("Erreur")
    assert count(site, Answer) == 0


def test_i_dont_know_is_an_answer(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    page = lea.fill(LESSON, {"q-mot": "?"}, form="#q-mot")
    assert "EXPLANATION" in page.text
    assert inside(site, lambda: db.session.scalars(sa.select(Answer.given)).all()) == [None]


def test_finishing_a_lesson_saves_the_plan_and_moves_the_rope(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    page = lea.get(LESSON)
    assert "une personne se plaint" in page.text
    page = lea.fill(page, {"k-essai-when": "on se plaint"}, form="/done", press="Enregistrer mon plan")
    assert page.request.path == LESSON
    assert "on se plaint" in page.text
    assert (count(site, Plan), count(site, Completion)) == (1, 0)
    page = lea.fill(LESSON, form="/done", press="Terminer")
    assert page.request.path == COURSE
    assert (count(site, Plan), count(site, Completion)) == (1, 1)
    stones = [one.get("class") for one in page_of(page).iter("li") if one.get("class") in ("done", "now")]
    assert stones == ["done", "now"]


def test_a_lesson_before_a_quiz_leads_to_it_and_finishes_nothing(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    page = lea.fill(f"{COURSE}/deux/lesson", form="/done")
    assert page.request.path == QUIZ
    assert count(site, Completion) == 0


def test_a_text_the_course_lacks_is_shown_in_its_source_language(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    page = lea.get(f"{LESSON}?lang=en")
    heading = next(page_of(page).iter("h1"))
    assert heading.get("lang") == "fr"
    assert "You read it in French." in words_of(page)
    page = lea.get(f"{LESSON}?lang=fr")
    assert next(page_of(page).iter("h1")).get("lang") is None


def test_a_changed_question_is_asked_anew_and_an_unchanged_one_keeps_its_answer(
    site: Flask, lea: StrictClient, courses: Path
) -> None:
    lea.fill(COURSE, form="/enrol")
    lea.fill(LESSON, {"q-mot": "1"}, form="#q-mot")
    write_lesson(courses / "ecouter-bien", "trois", title="Autre")
    serve(site, courses)
    assert "WRONG-FEEDBACK" in lea.get(LESSON).text
    path = courses / "ecouter-bien" / "units" / "un" / "lesson.fr.md"
    path.write_text(path.read_text("utf-8").replace("La porte se ferme.", "La porte claque."), encoding="utf-8")
    serve(site, courses)
    page = lea.get(LESSON)
    assert "FEEDBACK" not in page.text
    assert 'id="q-mot-field"' in page.text


# --- quizzes -----------------------------------------------------------------------------------------------------


def test_a_quiz_of_every_kind_from_the_door_to_the_end(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    door = lea.get(QUIZ)
    assert not [secret for secret in SECRETS if secret in door.text]
    assert count(site, Attempt) == 0
    page = lea.fill(door, form="/start")
    seen = []
    while name := question_of(page):
        seen.append(name)
        assert not [secret for secret in SECRETS if secret in page.text], name
        assert name != "q-trous" or "solution" not in page.text
        page = lea.fill(page, TYPED[name], form="/quiz/", follow=False)
        assert page.location.endswith(f"/{len(seen)}#feedback")
        page = lea.get(page.location.partition("#")[0])
        assert ("Enregistré" if name == "q-recit" else "Oui.") in words_of(page), name
        sign = next(one for one in page_of(page).iter("a") if one.get("class") == "btn sign")
        page = lea.get(sign.get("href") or "")
    assert seen == list(TYPED)
    words = words_of(page)
    assert "Vous maîtrisez" in words
    assert "6 sur 6" in words
    rows = inside(site, lambda: db.session.execute(sa.select(Attempt.score, Attempt.passed)).all())
    assert [tuple(row) for row in rows] == [(1.0, True)]  # type: ignore[attr-defined]
    assert count(site, Completion) == 1
    assert "Vous maîtrisez" not in words_of(lea.get(QUIZ)), "a quiz that is handed in has its door again"


def test_an_open_attempt_is_gone_on_with_and_questions_wait_their_turn(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    door = lea.get(QUIZ)
    first = lea.fill(door, form="/start")
    here = first.request.path.removesuffix("1")
    assert lea.get(f"{here}3").location == f"{here}1"
    assert lea.get(f"{here}end").location == f"{here}1"
    lea.fill(first, {"q-duree": "30"}, form="/quiz/")
    assert lea.get(QUIZ).location == f"{here}2"
    assert lea.fill(door, form="/start").request.path == f"{here}2", "begun again from a page that stood open"
    page = lea.get(f"{here}1")
    assert "NEAR-FEEDBACK" in page.text
    assert "Pas encore." in words_of(page)
    assert lea.get(f"{here}0").status_code == 404
    assert lea.get(f"{here}8").status_code == 404


def test_pictures_and_links_in_the_texts_of_a_question_lead_somewhere(app: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path / "courses", "plans", units=("un",))
    write_picture(course, "un")
    write_lesson(course, "un", body=PICTURED.replace("q-plan", "q-coin").replace("{more}", ""))
    write_quiz(course, "un", body=PICTURED)
    serve(app, tmp_path / "courses")
    stranger = app.test_client()
    assert isinstance(stranger, StrictClient)
    visitor = learner(app, course="/courses/plans")
    begun = visitor.fill("/courses/plans/un/quiz", form="/start")
    lesson, trial = "/courses/plans/un/lesson", "/try/plans/quiz"
    pages_ = [(visitor, begun, "q-plan", "/quiz/"), (visitor, visitor.get(lesson), "q-coin", "#q-coin")]
    pages_.append((stranger, stranger.get(trial), "q-plan", trial))
    for who, asked, name, form in pages_:
        hinted = who.fill(asked, form=form, press="indice")
        told = who.fill(hinted, {name: "1"}, form=form)
        for answer, count in ((asked, 1), (hinted, 2), (told, 3)):
            main = page_of(answer).find("body/main")
            assert main is not None
            pictures = [one.get("src") or "" for one in main.iter("img")]
            assert len(pictures) >= min(count, 2), answer.request.path
            assert all(stranger.get(one).status_code == 200 for one in pictures), pictures
            links = [one.get("href") or "" for one in main.iter("a")]
            assert not any("/~" in one for one in links), links
            assert lesson in links
            assert answer.text.count('id="g-besoin"') == 1, "a word of the glossary is explained where it stands"


#: Title of a question with all that leads somewhere.
LED = "## Où est [le besoin](../../glossary.fr.md#besoin) de [l’étape](lesson.fr.md) ![Le plan](media/plan.svg) ?"


def test_what_leads_somewhere_in_the_title_of_a_question_leads_there_in_lists_too(app: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path / "courses", "plans", units=("un",))
    write_picture(course, "un")
    text = PICTURED.replace("## Où est la salle ?", LED)
    write_quiz(course, "un", body=text[: text.index("Pensez au")] + text[text.index("- [x] Ici") :])
    serve(app, tmp_path / "courses")
    stranger = app.test_client()
    assert isinstance(stranger, StrictClient)
    visitor = learner(app, course="/courses/plans")
    here = visitor.fill(visitor.fill("/courses/plans/un/quiz", form="/start"), {"q-plan": "1"}, form="/quiz/")
    told = visitor.get(here.request.path)
    trial = stranger.get("/try/plans/quiz")
    ended = stranger.fill(stranger.fill(trial, {"q-plan": "1"}, form="/try/plans/quiz"), form="/try/plans/quiz")
    assert "q-plan-field" not in ended.text, "the end, not the question"
    result = visitor.get(here.request.path.rpartition("/")[0] + "/end")
    about = visitor.get("/courses/plans/un/quiz/remark?about=q-plan")
    for answer in (told, result, about, trial, ended):
        where = answer.request.path
        main = page_of(answer).find("body/main")
        assert main is not None
        links = [one.get("href") or "" for one in main.iter("a")]
        assert "/courses/plans/un/lesson" in links, where
        assert "#g-besoin" in links, where
        assert answer.text.count('id="g-besoin"') == 1, where
        assert not any("/~" in one for one in links), where
        pictures = [one.get("src") or "" for one in main.iter("img")]
        assert pictures, where
        assert all(stranger.get(one).status_code == 200 for one in pictures), where
        assert not any(one.find(".//a") is not None for one in main.iter("a")), f"{where}: a link inside a link"
    assert here.request.path in [one.get("href") for one in page_of(result).iter("a")], "the question itself, too"


OTHER_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'


@pytest.mark.parametrize("change", ["changed", "dropped"])
def test_an_open_attempt_shows_the_pictures_of_its_own_version(any_app: Flask, tmp_path: Path, change: str) -> None:
    course = write_course(tmp_path / "courses", "plans", units=("un",))
    picture = write_picture(course, "un")
    first = picture.read_bytes()
    quiz = write_quiz(course, "un", body=PICTURED)
    serve(any_app, tmp_path / "courses")
    visitor = learner(any_app, course="/courses/plans")
    here = visitor.fill("/courses/plans/un/quiz", form="/start").request.path
    if change == "changed":
        picture.write_text(OTHER_PICTURE, "utf-8")
    else:
        picture.unlink()
        quiz.write_text("".join(line for line in quiz.read_text("utf-8").splitlines(True) if "plan.svg" not in line))
    serve(any_app, tmp_path / "courses")

    def picture_of(page: TestResponse) -> str:
        main = page_of(page).find("body/main")
        assert main is not None
        return next((one.get("src") or "" for one in main.iter("img")), "")

    address = picture_of(visitor.get(here))
    shown = visitor.get(address)
    assert (shown.status_code, shown.data) == (200, first)
    assert "immutable" in shown.headers["Cache-Control"], "an address with a digest stands for one content"
    fresh = learner(any_app, "tom", course="/courses/plans")
    today = picture_of(fresh.fill("/courses/plans/un/quiz", form="/start"))
    assert today != address
    if change == "changed":
        assert fresh.get(today).data == OTHER_PICTURE.encode()
    stranger = any_app.test_client()
    assert stranger.get(address).status_code == 404, "who has no account is on no version before"
    plain, of_today = stranger.get(address.partition("?")[0]), 200 if change == "changed" else 404
    assert plain.status_code == of_today, "without a digest, what stands there today"
    assert "immutable" not in plain.headers.get("Cache-Control", "")


def test_A13_the_pictures_of_a_course_that_is_withdrawn_stay_with_those_who_began_it(
    any_app: Flask, tmp_path: Path
) -> None:
    course = write_course(tmp_path / "courses", "plans", units=("un",))
    digest = sha256(write_picture(course, "un").read_bytes()).hexdigest()[:16]
    write_quiz(course, "un", body=PICTURED)
    serve(any_app, tmp_path / "courses")
    began, stranger = learner(any_app, course="/courses/plans"), any_app.test_client()
    never = device(any_app, person(any_app, "tom"))
    plain = "/courses/plans/files/units/un/media/plan.svg"
    for visitor in (began, never, stranger):
        assert visitor.get(plain).status_code == 200
    write_head(course, ("un",), status="draft")
    serve(any_app, tmp_path / "courses")
    for address in (plain, f"{plain}?digest={digest}"):
        assert [one.get(address).status_code for one in (began, never, stranger)] == [200, 404, 404]


@pytest.mark.parametrize("digest", ["0" * 16, "x", "'", "%", "0" * 9_000])
def test_a_file_with_another_content_is_not_there(app: Flask, tmp_path: Path, digest: str) -> None:
    course = write_course(tmp_path / "courses", "plans", units=("un",))
    write_picture(course, "un")
    write_quiz(course, "un", body=PICTURED)
    serve(app, tmp_path / "courses")
    visitor = learner(app, course="/courses/plans")
    address = "/courses/plans/files/units/un/media/plan.svg"
    assert visitor.get(address, query_string={"digest": digest}).status_code == 404
    assert visitor.get(address, query_string={"digest": ""}).status_code == 200


def test_Q3_hints_come_one_by_one(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    page = lea.fill(QUIZ, form="/start")
    for name in ("q-duree", "q-mot-juste"):
        lea.fill(page, TYPED[name], form="/quiz/")
        page = lea.get(QUIZ, follow_redirects=True)
    page = lea.fill(page, {"q-gestes": ["3"]}, form="/quiz/", press="indice")
    assert "HINT-ONE" in page.text
    assert "HINT-TWO" not in page.text
    page = lea.fill(page, form="/quiz/", press="indice")
    assert "HINT-ONE" in page.text
    assert "HINT-TWO" in page.text
    assert "indice, il" not in page.text
    box = next(one for one in page_of(page).iter("input") if one.get("name") == "q-gestes" and one.get("value") == "3")
    assert box.get("checked") is not None, "what was chosen stays chosen"
    page = lea.fill(page, form="/quiz/", press="Je ne sais pas")
    assert "RIGHT-FEEDBACK" in page.text


def test_Q4_and_N2_sent_twice_the_first_answer_stands(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    page = lea.fill(QUIZ, form="/start")
    first = lea.fill(page, {"q-duree": "10"}, form="/quiz/", follow=False)
    second = lea.fill(page, {"q-duree": "30"}, form="/quiz/", follow=False)
    assert first.location == second.location
    assert inside(site, lambda: db.session.scalars(sa.select(Answer.given)).all()) == ["10"]


@pytest.mark.parametrize("typed", [{}, {"q-etapes.1": "1"}, {"q-etapes.1": "1", "q-etapes.2": "1", "q-etapes.3": "2"}])
def test_an_incomplete_order_keeps_what_was_chosen(site: Flask, lea: StrictClient, typed: dict[str, str]) -> None:
    lea.fill(COURSE, form="/enrol")
    page = lea.fill(QUIZ, form="/start")
    for name in ("q-duree", "q-mot-juste", "q-gestes"):
        lea.fill(page, TYPED[name], form="/quiz/")
        page = lea.get(QUIZ, follow_redirects=True)
    page = lea.fill(page, typed, form="/quiz/")
    assert page.status_code == 422
    assert count(site, Answer) == 3
    chosen = [one for one in page_of(page).iter("option") if one.get("selected") is not None]
    assert [one.get("value") for one in chosen] == [value for _name, value in sorted(typed.items())] or len(
        chosen
    ) == len(typed)


@pytest.mark.parametrize("value", ["99", "-1", "1e308", "NaN", "' OR 1=1", "\u0000"])
def test_Q2_a_forged_choice_is_a_clear_page_and_changes_nothing(site: Flask, lea: StrictClient, value: str) -> None:
    lea.fill(COURSE, form="/enrol")
    token = next(
        field.get("value") for field in page_of(lea.get(LESSON)).iter("input") if field.get("name") == "csrf_token"
    )
    page = lea.post(LESSON, data={"csrf_token": token, "question": "q-mot", "do": "answer", "q-mot": value})
    assert page.status_code == 422
    assert count(site, Answer) == 0
    assert lea.post(LESSON, data={"csrf_token": token, "question": "q-nothing"}).status_code == 404


def test_Q2_somebody_elses_attempt_is_answered_like_a_missing_one(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    theirs = lea.fill(QUIZ, form="/start").request.path
    other = site.test_client()
    assert isinstance(other, StrictClient)
    other.enter(person(site, "max"))
    other.fill(COURSE, form="/enrol")
    missing = theirs.replace(theirs.split("/")[5], "A" * 22)
    for path in (theirs, f"{theirs.removesuffix('1')}end"):
        answers = [other.get(path), other.get(path.replace(theirs.split("/")[5], "A" * 22))]
        assert [one.status_code for one in answers] == [404, 404]
        bodies = [one.text.replace(path.split("/")[5], "X").replace("A" * 22, "X") for one in answers]
        assert bodies[0] == bodies[1]
    token = next(
        field.get("value") for field in page_of(other.get(LESSON)).iter("input") if field.get("name") == "csrf_token"
    )
    for path in (theirs, missing):
        assert other.post(path, data={"csrf_token": token, "do": "answer", "q-duree": "10"}).status_code == 404
    assert lea.get(theirs.replace("/deux/quiz/", "/deux/lesson/")).status_code == 404, (
        "an attempt belongs to its own quiz"
    )
    assert count(site, Answer) == 0


def test_attempts_end_with_a_sentence(app: Flask, courses: Path) -> None:
    write_quiz(courses / "ecouter-bien", "deux", more="attempts: 1\n")
    serve(app, courses)
    visitor = app.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.enter(person(app))
    visitor.fill(COURSE, form="/enrol")
    page = visitor.fill(QUIZ, form="/start")
    token = next(field.get("value") for field in page_of(page).iter("input") if field.get("name") == "csrf_token")
    for name in TYPED:
        visitor.fill(page, form="/quiz/", press=None if name == "nothing" else "Je ne sais pas")
        page = visitor.get(QUIZ, follow_redirects=True)
    assert "/start" not in page.text
    assert visitor.post(f"{QUIZ}/start", data={"csrf_token": token}).status_code == 409
    assert count(app, Attempt) == 1


def test_a_second_attempt_is_compared_with_the_first(app: Flask, courses: Path) -> None:
    write_quiz(courses / "ecouter-bien", "deux", more="attempts: 2\n", body=SHORT_QUIZ)
    serve(app, courses)
    visitor = app.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.enter(person(app))
    visitor.fill(COURSE, form="/enrol")
    page = visitor.fill(QUIZ, form="/start")
    for choices in (("1", "1"), ("1", "2")):
        for name, choice in zip(("q-oui", "q-encore"), choices, strict=True):
            visitor.fill(page, {name: choice}, form="/quiz/")
            page = visitor.get(page.request.path.rsplit("/", 1)[0] + ("/2" if name == "q-oui" else "/end"))
        if choices == ("1", "1"):
            words = words_of(page)
            assert "À revoir" in words
            assert "1 sur 2" in words
            page = visitor.fill(page, form="/start", press="il reste 1 essai")
    words = words_of(page)
    assert "Premier essai : 1 sur 2. Meilleur essai : 2 sur 2." in words
    assert "Recommencer" not in words
    assert "Essai 1" in words_of(visitor.get(QUIZ))


# --- what reading costs and changes ------------------------------------------------------------------------------


def test_only_the_place_is_written_by_reading_and_only_when_it_changes(site: Flask, lea: StrictClient) -> None:
    lea.fill(COURSE, form="/enrol")
    where = f"{COURSE}/trois/lesson"
    for attempt in ({"method": "HEAD"}, {"headers": {"Sec-Purpose": "prefetch;prerender"}}):
        with statements(site) as seen:
            lea.open(where, **attempt)
        assert not {"INSERT", "UPDATE", "DELETE"} & set(seen), attempt
    with statements(site) as seen:
        lea.get(where)
    assert seen.count("INSERT") == 1
    for path in (where, COURSE, where):
        with statements(site) as seen:
            lea.get(path)
        assert not {"INSERT", "UPDATE", "DELETE"} & set(seen), path
    place = inside(site, lambda: db.session.execute(sa.select(Place.unit, Place.activity)).one())
    assert tuple(place) == ("trois", "lesson")  # type: ignore[arg-type]


def test_reading_takes_few_queries_however_long_the_course_is(app: Flask, courses: Path) -> None:
    long = write_course(courses, "long-cours", units=[f"etape-{number}" for number in range(14)])
    write_quiz(long, "etape-0")
    serve(app, courses)
    visitor = app.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.enter(person(app))
    costs = {}
    for course, unit in (("ecouter-bien", "deux"), ("long-cours", "etape-0")):
        visitor.fill(f"/courses/{course}", form="/enrol")
        visitor.fill(f"/courses/{course}/{unit}/lesson", {"q-mot": "1"}, form="#q-mot")
        question = visitor.fill(f"/courses/{course}/{unit}/quiz", form="/start").request.path
        for path in (f"/courses/{course}", f"/courses/{course}/{unit}/lesson", question):
            visitor.get(path)
            with statements(app) as seen:
                assert visitor.get(path).status_code == 200
            costs.setdefault(path.split("/")[-1] if "lesson" in path else str(path.count("/")), []).append(
                seen.count("SELECT")
            )
    assert costs["lesson"] == [4, 4]
    assert costs["6"] == [3, 3], "a question of a quiz"
    assert costs["2"][0] == costs["2"][1] <= 5, "the course page, with what others tried"


def test_pictures_are_served_with_their_digest(app: Flask, courses: Path) -> None:
    lesson = courses / "ecouter-bien" / "units" / "un" / "lesson.fr.md"
    (lesson.parent / "media").mkdir()
    (lesson.parent / "media" / "plan.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    lesson.write_text(
        lesson.read_text("utf-8").replace("## J’essaie", "## Le plan\n\n![Le plan](media/plan.svg)\n\n## J’essaie"),
        encoding="utf-8",
    )
    serve(app, courses)
    visitor = app.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.enter(person(app))
    visitor.fill(COURSE, form="/enrol")
    address = next(one.get("src") for one in page_of(visitor.get(LESSON)).iter("img"))
    path, _, _ = address.partition("?digest=")
    assert path == f"{COURSE}/files/units/un/media/plan.svg"
    answer = visitor.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert visitor.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert visitor.get(f"{COURSE}/files/course.yml").status_code == 404


def test_a_recording_of_a_course_is_heard_from_its_middle_and_only_from_here(app: Flask, courses: Path) -> None:
    lesson = courses / "ecouter-bien" / "units" / "un" / "lesson.fr.md"
    media = lesson.parent / "media"
    media.mkdir(exist_ok=True)
    (media / "entretien.mp3").write_bytes(b"\xff\xfb\x90\x00" + b"\x00" * 413)
    (media / "entretien.txt").write_text("Bonjour.", encoding="utf-8")
    text = lesson.read_text("utf-8")
    lesson.write_text(
        text.replace("## J’essaie", "## Écouter\n\n[L’entretien](media/entretien.mp3)\n\n## J’essaie"), "utf-8"
    )
    serve(app, courses)
    visitor = app.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.enter(person(app))
    visitor.fill(COURSE, form="/enrol")
    answer = visitor.get(LESSON)
    (player,) = page_of(answer).iter("audio")
    assert (player.get("preload"), player.get("aria-label")) == ("none", "L’entretien")
    assert "media-src 'self'" in answer.headers["Content-Security-Policy"]
    assert any("media/entretien.txt?digest=" in one.get("href", "") for one in page_of(answer).iter("a"))
    part = visitor.get(player.get("src"), headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.mimetype, part.data) == (206, "audio/mpeg", b"\x00" * 4)


def test_a_word_of_the_glossary_stands_below_the_block_it_is_met_in() -> None:
    link = '<a class="term" href="#g-{0}">{0}</a>'
    first = f"<p>Avant.</p>\n<ul>\n<li><p>{link.format('besoin')}</p></li>\n<li>rien</li>\n</ul>"
    second = f"\n<h2>Puis</h2>\n<p>{link.format('essai')}</p>"
    after = "\n<p>Après.</p>"
    assert pages.up_to_terms(Markup(first + second + after)) == [first, second, after]
    assert pages.up_to_terms(Markup(after)) == [after]
    assert "".join(pages.up_to_terms(Markup("<p>a</p>" + link.format("nu") + "<div>b</div>"))) == (
        "<p>a</p>" + link.format("nu") + "<div>b</div>"
    )


@pytest.mark.parametrize(
    ("held", "marked", "said"),
    [
        (0, 0, "Your words are kept."),
        (6, 6, "You hold all of it."),
        (4, 6, "You hold most of it."),
        (3, 6, "Some of it holds"),
        (1, 2, "Some of it holds"),
        (0, 6, "Not yet"),
    ],
)
def test_the_end_of_a_quiz_says_most_from_two_thirds_on(app: Flask, held: int, marked: int, said: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        assert pages.headline(held, marked).startswith(said)
