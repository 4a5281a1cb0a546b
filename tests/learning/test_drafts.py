"""What somebody has begun: kept while they type, shown again anywhere, deleted with the answer; and the last heading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lms.foundation.db import db, writing
from lms.learning import queries, service
from lms.learning.models import Answer, Draft, Place
from tests.catalogue.courses import LESSON as LESSON_TEXT
from tests.catalogue.courses import QUIZ as QUIZ_TEXT
from tests.catalogue.courses import write_lesson, write_quiz
from tests.learning.conftest import again, inside, learner, person, serve
from tests.visits import StrictClient, page_of, words_of

COURSE = "/courses/ecouter-bien"
LESSON = f"{COURSE}/un/lesson"
QUIZ = f"{COURSE}/deux/quiz"


@pytest.fixture
def lea(app: Flask, courses: Path) -> StrictClient:
    """A learner who takes the course."""
    serve(app, courses)
    return learner(app)


def keep(visitor: StrictClient, page: TestResponse, where: str, values: dict[str, Any]) -> TestResponse:
    """What the script of a page sends while somebody types."""
    token = next(one.get("value") for one in page_of(page).iter("input") if one.get("name") == "csrf_token")
    return visitor.post(f"{where}/draft", data={"csrf_token": token, **values})


def rows(app: Flask) -> list[tuple[str, dict[str, list[str]]]]:
    """What is kept: block -> fields."""
    found: list[tuple[str, dict[str, list[str]]]] = []

    def look() -> None:
        found.extend((block, typed) for block, typed in db.session.execute(sa.select(Draft.block, Draft.typed)))

    inside(app, look)
    return found


def shown(page: TestResponse) -> dict[str, list[str]]:
    """What the fields of the questions on a page hold."""
    found: dict[str, list[str]] = {}
    for one in page_of(page).iter():
        name = one.get("name") or ""
        if one.tag == "input" and one.get("checked") is not None:
            found.setdefault(name, []).append(one.get("value") or "")
        elif one.tag == "input" and one.get("type") is None and one.get("value"):
            found[name] = [one.get("value") or ""]
        elif one.tag == "textarea" and "".join(one.itertext()).strip():
            found[name] = ["".join(one.itertext()).strip()]
        elif one.tag == "select":
            chosen = [each.get("value") or "" for each in one.iter("option") if each.get("selected") is not None]
            if any(chosen):
                found[name] = chosen
    return {name: values for name, values in found.items() if name.startswith("q-")}


#: Something begun for every kind of question (see `tests.catalogue.courses.QUIZ`).
BEGUN: dict[str, dict[str, Any]] = {
    "q-duree": {"q-duree": ["12,5"]},
    "q-mot-juste": {"q-mot-juste": ["quarante"]},
    "q-gestes": {"q-gestes": ["2", "3"]},
    "q-etapes": {"q-etapes.1": ["2"]},
    "q-relier": {"q-relier.2": ["3"]},
    "q-trous": {"q-trous.1": ["café"], "q-trous.2": ["sol"]},
    "q-recit": {"q-recit": ["Un mardi,\nil pleuvait."]},
}


def test_what_is_begun_in_a_quiz_is_there_again_on_another_device(app: Flask, lea: StrictClient) -> None:
    page = lea.fill(QUIZ, form="/start")
    for number, (name, typed) in enumerate(BEGUN.items(), 1):
        answer = keep(lea, page, QUIZ, {"question": name, **typed})
        assert (answer.status_code, answer.mimetype) == (200, "text/plain")
        assert answer.text.startswith("Enregistré à ")
        page = again(app, lea).get(QUIZ, follow_redirects=True)
        assert shown(page) == typed, name
        assert "Enregistré à" in words_of(page)
        assert rows(app) == [(name, typed)]
        page = lea.get(QUIZ, follow_redirects=True)
        lea.fill(page, form="/quiz/", press="Je ne sais pas")
        assert rows(app) == [], "the draft goes with the answer"
        page = lea.get(QUIZ, follow_redirects=True)
        assert page.request.path.endswith(f"/{number + 1}") or number == len(BEGUN)


def test_what_is_begun_in_a_lesson_is_shown_again_and_goes_with_the_answer(app: Flask, lea: StrictClient) -> None:
    page = lea.get(LESSON)
    assert "Enregistré à" not in words_of(page)
    keep(lea, page, LESSON, {"question": "q-mot", "q-mot": "1", "hints": "1"})
    page = again(app, lea).get(LESSON)
    assert shown(page) == {"q-mot": ["1"]}
    assert "HINT-ONE" in page.text, "the hint that was asked for is there again"
    assert "FEEDBACK" not in page.text
    lea.fill(LESSON, form="#q-mot")
    assert rows(app) == []
    assert inside(app, lambda: db.session.scalars(sa.select(Answer.given)).all()) == [[1]]


def test_a_plan_that_is_begun_is_shown_again_and_goes_with_the_plan(app: Flask, lea: StrictClient) -> None:
    page = lea.get(LESSON)
    assert keep(lea, page, LESSON, {"k-essai-when": "on cri", "k-essai-do": "je", "do": "finish"}).status_code == 200
    page = again(app, lea).get(LESSON)
    assert "on cri" in page.text
    assert "une personne se plaint" not in page.text
    assert rows(app) == [("k-essai", {"k-essai-when": ["on cri"], "k-essai-do": ["je"]})]
    page = lea.fill(LESSON, {"k-essai-when": "on crie"}, form="/done", press="Enregistrer mon plan")
    assert rows(app) == []
    assert "on crie" in page.text


def test_Q5_the_last_draft_wins_and_nothing_typed_takes_it_away(app: Flask, lea: StrictClient) -> None:
    page = lea.get(LESSON)
    for values in ({"q-mot": "1"}, {"q-mot": "2"}):
        keep(lea, page, LESSON, {"question": "q-mot", **values})
    assert rows(app) == [("q-mot", {"q-mot": ["2"]})]
    keep(lea, page, LESSON, {"question": "q-mot", "q-mot": ""})
    assert rows(app) == []


def test_an_old_window_cannot_bring_back_what_was_answered(app: Flask, lea: StrictClient) -> None:
    page = lea.get(LESSON)
    lea.fill(page, {"q-mot": "1"}, form="#q-mot")
    answer = keep(lea, page, LESSON, {"question": "q-mot", "q-mot": "2"})
    assert (answer.status_code, answer.mimetype) == (409, "text/plain")
    assert "déjà répondu" in answer.text
    page = lea.fill(QUIZ, form="/start")
    for name in BEGUN:
        lea.fill(page, form="/quiz/", press="Je ne sais pas")
        assert keep(lea, page, QUIZ, {"question": name, **BEGUN[name]}).status_code == 409, name
        page = lea.get(QUIZ, follow_redirects=True)
    assert rows(app) == []


@pytest.mark.parametrize(
    ("where", "values", "status"),
    [
        (LESSON, {"question": "q-nothing", "q-nothing": "1"}, 404),
        (f"{COURSE}/un/nothing", {"question": "q-mot", "q-mot": "1"}, 404),
        (f"{COURSE}/nothing/lesson", {}, 404),
        ("/courses/nothing/un/lesson", {}, 404),
        (QUIZ, {"question": "q-duree", "q-duree": "10"}, 409),
        (LESSON, {"question": "q-mot", "q-other": "1", "person_id": "x", "typed": "{}"}, 200),
    ],
)
def test_only_what_is_asked_is_kept(
    app: Flask, lea: StrictClient, where: str, values: dict[str, str], status: int
) -> None:
    assert keep(lea, lea.get(LESSON), where, values).status_code == status
    assert rows(app) == []


def test_a_draft_has_bounds_and_no_marks_that_are_no_text(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    lea = learner(any_app)
    page = lea.get(LESSON)
    keep(lea, page, LESSON, {"question": "q-mot", "q-mot": ["x\x00\x1b\u202e" * 600] * 60})
    ((_block, typed),) = rows(any_app)
    assert len(typed["q-mot"]) == 50
    assert {len(value) for value in typed["q-mot"]} == {500}
    assert set("".join(typed["q-mot"])) == {"x"}
    page = lea.fill(QUIZ, form="/start")
    for _name in list(BEGUN)[:-1]:
        lea.fill(page, form="/quiz/", press="Je ne sais pas")
        page = lea.get(QUIZ, follow_redirects=True)
    keep(lea, page, QUIZ, {"question": "q-recit", "q-recit": "é\x00" * 40_000})
    kept = dict(rows(any_app))["q-recit"]["q-recit"][0]
    assert kept == "é" * 20_000
    page = lea.fill(page, {"q-recit": "un\x00 mardi"}, form="/quiz/")
    assert "un mardi" in words_of(page), "an answer with such marks is kept without them"


def test_nobody_sees_or_changes_somebody_elses_draft(app: Flask, lea: StrictClient) -> None:
    keep(lea, lea.get(LESSON), LESSON, {"question": "q-mot", "q-mot": "1"})
    other = learner(app, "max")
    page = other.get(LESSON)
    assert shown(page) == {}
    keep(other, page, LESSON, {"question": "q-mot", "q-mot": ""})
    assert len(rows(app)) == 1


def test_menus_belong_to_their_question_and_words_stay(app: Flask, lea: StrictClient, courses: Path) -> None:
    page = lea.get(LESSON)
    keep(lea, page, LESSON, {"question": "q-mot", "q-mot": "1"})
    keep(lea, page, LESSON, {"k-essai-when": "on cri"})
    write_lesson(courses / "ecouter-bien", "trois", title="Autre")
    serve(app, courses)
    assert shown(lea.get(LESSON)) == {"q-mot": ["1"]}, "this question has not changed"
    body = LESSON_TEXT.replace("« C’est la règle. »", "« Non. »")
    write_lesson(courses / "ecouter-bien", "un", title="Étape un", body=body)
    serve(app, courses)
    page = lea.get(LESSON)
    assert shown(page) == {}
    assert "on cri" in page.text


def test_Q6_a_quiz_that_has_changed_is_finished_as_it_was_begun(app: Flask, lea: StrictClient, courses: Path) -> None:
    page = lea.fill(QUIZ, form="/start")
    keep(lea, page, QUIZ, {"question": "q-duree", "q-duree": "30"})
    path = courses / "ecouter-bien" / "units" / "deux" / "quiz.fr.md"
    path.write_text(
        path.read_text("utf-8").replace("NEAR-FEEDBACK Trop long", "NEW-FEEDBACK Si long"), encoding="utf-8"
    )
    serve(app, courses)
    page = lea.get(QUIZ, follow_redirects=True)
    assert "ont changé" in words_of(page)
    assert shown(page) == {"q-duree": ["30"]}
    page = lea.fill(page, form="/quiz/")
    assert "NEAR-FEEDBACK" in page.text, "its own explanation, not the new one"


def test_a_quiz_that_was_taken_away_can_be_finished(app: Flask, lea: StrictClient, courses: Path) -> None:
    page = lea.fill(QUIZ, form="/start")
    lea.fill(page, {"q-duree": "10"}, form="/quiz/")
    (courses / "ecouter-bien" / "units" / "deux" / "quiz.fr.md").unlink()
    serve(app, courses)
    page = lea.get(COURSE)
    assert "ne font plus partie du cours" in words_of(page)
    onward = next(one.get("href") or "" for one in page_of(page).iter("a") if "/quiz/" in (one.get("href") or ""))
    page = lea.get(onward, follow_redirects=True)
    assert page.request.path.endswith("/2")
    assert keep(lea, page, QUIZ, {"question": "q-mot-juste", "q-mot-juste": "quarante"}).status_code == 200
    for _name in list(BEGUN)[1:]:
        lea.fill(page, form="/quiz/", press="Je ne sais pas")
        here = page.request.path.rpartition("/")[0]
        page = lea.get(f"{here}/7", follow_redirects=True)
    assert lea.get(f"{here}/end").status_code == 200
    assert "ne font plus partie" not in words_of(lea.get(COURSE))


# --- languages -----------------------------------------------------------------------------------------------------------

IN_ENGLISH = (
    ("« La salle est à moi. »", "“The room is mine.”"), ("« J’ai besoin de calme. »", "“I need quiet.”"),
    ("une position", "what is claimed"), ("un besoin", "a need"), ("un jugement", "judging"),
    ("Écouter", "Listen"), ("Nommer", "Name"), ("Chercher", "Look"), ("cadre|!café|!verrou", "frame|!coffee|!bolt"),
)  # fmt: skip


def in_two_languages(courses: Path) -> None:
    course = courses / "ecouter-bien"
    body = QUIZ_TEXT
    for french, english in IN_ENGLISH:
        body = body.replace(french, english)
    write_quiz(course, "deux", lang="en", body=body)
    write_lesson(course, "un", lang="en", title="Step one")
    head = course / "course.yml"
    head.write_text(head.read_text("utf-8").replace("languages: [fr]", "languages: [fr, en]"), encoding="utf-8")


def chosen(page: TestResponse) -> dict[str, str]:
    """What the menus of a page say: the words of their line, or their name, -> the words chosen."""
    html = page_of(page)
    labels = {one.get("for"): " ".join("".join(one.itertext()).split()) for one in html.iter("label")}
    found = {}
    for one in html.iter("select"):
        for option in one.iter("option"):
            if option.get("selected") is not None and option.get("value"):
                found[labels.get(one.get("id")) or one.get("name") or ""] = "".join(option.itertext()).strip()
    return found


def test_half_an_answer_is_there_in_every_language(app: Flask, courses: Path) -> None:
    in_two_languages(courses)
    serve(app, courses)
    lea = learner(app)
    page = at_order(lea)
    # Chercher, Nommer, Écouter: sorted by their words, as the names of the fields are.
    keep(lea, page, QUIZ, {"question": "q-etapes", "q-etapes.1": "2", "lang": "fr"})
    here = lea.get(QUIZ, follow_redirects=True).request.path
    assert chosen(lea.get(f"{here}?lang=fr")) == {"Chercher": "2"}
    assert chosen(lea.get(f"{here}?lang=en")) == {"Look": "2"}
    page = lea.get(here)
    keep(lea, page, QUIZ, {"question": "q-etapes", **{k: v[0] for k, v in shown(page).items()}, "lang": "en"})
    assert chosen(lea.get(f"{here}?lang=fr")) == {"Chercher": "2"}, "and back again"
    lea.fill(lea.get(here), form="/quiz/", press="Je ne sais pas")

    page = lea.get(QUIZ, follow_redirects=True)
    here = page.request.path
    values = {"".join(one.itertext()): one.get("value") for one in next(page_of(page).iter("select")).iter("option")}
    keep(lea, page, QUIZ, {"question": "q-relier", "q-relier.2": values["un jugement"], "lang": "fr"})
    assert chosen(lea.get(f"{here}?lang=en")) == {"“I need quiet.”": "judging"}
    assert chosen(lea.get(f"{here}?lang=fr")) == {"« J’ai besoin de calme. »": "un jugement"}
    lea.fill(lea.get(here), form="/quiz/", press="Je ne sais pas")

    page = lea.get(QUIZ, follow_redirects=True)
    here = page.request.path
    keep(lea, page, QUIZ, {"question": "q-trous", "q-trous.1": "verrou", "q-trous.2": "sol", "lang": "fr"})
    assert shown(lea.get(f"{here}?lang=en")) == {"q-trous.1": ["bolt"], "q-trous.2": ["sol"]}
    for _block, typed in rows(app):
        assert "q-trous.2" in typed, "as the browser sent it: no place as written is stored"


def test_an_answer_in_another_language_says_so(app: Flask, courses: Path) -> None:
    in_two_languages(courses)
    serve(app, courses)
    lea = learner(app)
    page = at_order(lea)
    first = page.request.path.rpartition("/")[0] + "/2"
    assert "Vous avez répondu en" not in words_of(lea.get(first))
    page = lea.get(f"{first}?lang=en")
    assert "You answered this in French." in words_of(page)
    feedback = next(one for one in page_of(page).iter("div") if one.get("id") == "feedback")
    assert feedback.get("lang") is None, "the page's own words are in its own language"
    lea.fill(f"{LESSON}?lang=fr", {"q-mot": "1"}, form="#q-mot", press="Valider")
    page = lea.get(f"{LESSON}?lang=en")
    told = next(one for one in page_of(page).iter("section") if one.get("id") == "q-mot")
    assert "You answered this in French." in " ".join("".join(told.itertext()).split())
    assert next(told.iter("h2")).get("lang") == "fr"
    mine = next(one for one in told.iter("li"))
    assert next(mine.iter("small")).get("lang") is None
    assert [one.get("lang") for one in mine.iter("span")] == ["fr"]
    assert "You answered" not in words_of(lea.get(f"{LESSON}?lang=fr"))


# --- two windows -------------------------------------------------------------------------------------------------------


def test_another_answer_to_an_answered_question_is_told_and_the_same_is_not(app: Flask, lea: StrictClient) -> None:
    page = lea.get(LESSON)
    lea.fill(page, {"q-mot": "1"}, form="#q-mot")
    assert "déjà répondu" not in lea.fill(page, {"q-mot": "1"}, form="#q-mot").text
    assert "déjà répondu" in lea.fill(page, {"q-mot": "2"}, form="#q-mot").text
    page = lea.fill(QUIZ, form="/start")
    lea.fill(page, {"q-duree": "10"}, form="/quiz/")
    assert "déjà répondu" not in lea.fill(page, {"q-duree": "10"}, form="/quiz/").text
    assert "déjà répondu" in lea.fill(page, {"q-duree": "30"}, form="/quiz/").text
    assert inside(app, lambda: db.session.scalars(sa.select(Answer.given)).all()) == [[1], "10"]


# --- orders, hints, how sure ---------------------------------------------------------------------------------------------


def test_only_an_order_speaks_of_lines_and_arrows(lea: StrictClient) -> None:
    page = lea.fill(QUIZ, form="/start")
    said = {}
    for name in ("q-duree", "q-mot-juste", "q-gestes", "q-etapes", "q-relier", "q-trous"):
        said[name] = "avec les flèches" in page.text, "Plusieurs réponses possibles" in page.text
        lea.fill(page, form="/quiz/", press="Je ne sais pas")
        page = lea.get(QUIZ, follow_redirects=True)
    assert [name for name, (arrows, _several) in said.items() if arrows] == ["q-etapes"]
    assert [name for name, (_arrows, several) in said.items() if several] == ["q-gestes"]


def at_order(lea: StrictClient) -> TestResponse:
    page = lea.fill(QUIZ, form="/start")
    for _name in ("q-duree", "q-mot-juste", "q-gestes"):
        lea.fill(page, form="/quiz/", press="Je ne sais pas")
        page = lea.get(QUIZ, follow_redirects=True)
    return page


def lines(page: TestResponse) -> list[str]:
    """The lines of an order as they stand."""
    return [one.get("name") or "" for one in page_of(page).iter("select")]


def test_lines_go_up_and_down_without_script_and_nothing_is_lost(app: Flask, lea: StrictClient) -> None:
    page = at_order(lea)
    first, second, third = lines(page)

    def move(page: TestResponse, name: str, way: str) -> TestResponse:
        form = next(one for one in page_of(page).iter("form") if "/quiz/" in (one.get("action") or ""))
        data: dict[str, Any] = {
            one.get("name") or "": one.get("value") or "" for one in form.iter("input") if one.get("type") == "hidden"
        }
        return lea.post(page.request.path, data={**data, **shown(page), "move": f"{name}.{way}"})

    page = move(page, first, "up")
    assert (page.status_code, lines(page)) == (200, [first, second, third]), "the first goes no higher"
    page = move(page, third, "up")
    assert lines(page) == [first, third, second]
    assert shown(page) == {first: ["1"], third: ["2"], second: ["3"]}
    page = move(page, first, "down")
    assert lines(page) == [third, first, second]
    page = move(page, second, "down")
    assert lines(page) == [third, first, second]
    assert move(page, "q-nothing.1", "up").status_code == 200
    assert lines(again(app, lea).get(QUIZ, follow_redirects=True)) == [third, first, second], "kept meanwhile"
    lea.fill(page, form="/quiz/", press="Valider")
    assert len(inside(app, lambda: db.session.scalars(sa.select(Answer.given)).all())) == 4  # type: ignore[arg-type]


def test_enter_in_an_order_is_the_answer(lea: StrictClient) -> None:
    page = at_order(lea)
    form = next(one for one in page_of(page).iter("form") if "/quiz/" in (one.get("action") or ""))
    first = next(one for one in form.iter("button"))
    assert (first.get("name"), first.get("value")) == ("do", "answer"), "a browser presses the first button on Enter"


def test_how_sure_is_asked_where_the_quiz_wants_it_and_kept(app: Flask, courses: Path) -> None:
    write_quiz(courses / "ecouter-bien", "deux", more="confidence: true\n")
    serve(app, courses)
    lea = learner(app)
    page = lea.fill(QUIZ, form="/start")
    assert "Hésitez-vous" in words_of(page)
    keep(lea, page, QUIZ, {"question": "q-duree", "q-duree": "30", "q-duree.sure": "yes"})
    page = lea.get(QUIZ, follow_redirects=True)
    assert shown(page) == {"q-duree": ["30"], "q-duree.sure": ["yes"]}
    lea.fill(page, form="/quiz/")
    page = lea.get(QUIZ, follow_redirects=True)
    page = lea.fill(page, {"q-mot-juste.sure": "no"}, form="/quiz/")
    assert page.status_code == 422, "how sure is no answer"
    assert shown(page) == {"q-mot-juste.sure": ["no"]}
    lea.fill(page, {"q-mot-juste": "Quarante-deux"}, form="/quiz/")
    page = lea.get(QUIZ, follow_redirects=True)
    lea.fill(page, {"q-gestes": ["1"]}, form="/quiz/")
    kept = inside(app, lambda: db.session.execute(sa.select(Answer.question, Answer.sure)).all())
    assert {tuple(row) for row in kept} == {("q-duree", True), ("q-mot-juste", False), ("q-gestes", None)}  # type: ignore[attr-defined]


def test_how_sure_is_not_asked_again(lea: StrictClient) -> None:
    assert "Hésitez-vous" not in words_of(lea.fill(QUIZ, form="/start"))
    assert "Hésitez-vous" not in words_of(lea.get(LESSON))


# --- the last heading ----------------------------------------------------------------------------------------------------


def tell(visitor: StrictClient, where: str, heading: str) -> TestResponse:
    token = next(
        one.get("value") for one in page_of(visitor.get(where)).iter("input") if one.get("name") == "csrf_token"
    )
    return visitor.post(f"{where}/place", data={"csrf_token": token, "heading": heading})


def heading(app: Flask) -> str:
    return str(inside(app, lambda: db.session.scalar(sa.select(Place.heading))))


def test_a_lesson_is_gone_on_with_at_the_last_heading(app: Flask, lea: StrictClient) -> None:
    anchors = [one.get("id") or "" for one in page_of(lea.get(LESSON)).iter() if one.get("id")]
    assert {"q-mot", "k-essai"} <= set(anchors)
    last = next(one for one in anchors if one.startswith("u-"))
    answer = tell(lea, LESSON, last)
    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert heading(app) == last
    for page in (lea.get(COURSE), lea.get("/home")):
        assert f"{LESSON}#{last}" in page.text
    for unknown in ("", "content", "u-nothing", "x" * 5000, "<script>"):
        assert tell(lea, LESSON, unknown).status_code == 204
        assert heading(app) == last
    lea.get(LESSON)
    assert heading(app) == last, "opening the page again does not lose it"


def test_a_page_that_is_left_does_not_bring_anybody_back(app: Flask, lea: StrictClient) -> None:
    tell(lea, LESSON, "q-mot")
    page = lea.get(LESSON)
    token = next(one.get("value") for one in page_of(page).iter("input") if one.get("name") == "csrf_token")
    lea.get(f"{COURSE}/trois/lesson")
    lea.post(f"{LESSON}/place", data={"csrf_token": token, "heading": "k-essai"})
    place = inside(app, lambda: db.session.execute(sa.select(Place.unit, Place.heading)).one())
    assert tuple(place) == ("trois", "")  # type: ignore[arg-type]
    other = app.test_client()
    assert isinstance(other, StrictClient)
    other.enter(person(app, "max"))
    assert other.post(f"{LESSON}/place", data={"csrf_token": "x", "heading": "q-mot"}).status_code in (400, 404)


def test_the_heading_is_found_in_another_language(app: Flask, courses: Path) -> None:
    course = courses / "ecouter-bien"
    write_lesson(course, "un", title="Step one", lang="en", body=LESSON_TEXT.replace("## À retenir", "## To remember"))
    head = course / "course.yml"
    head.write_text(head.read_text("utf-8").replace("languages: [fr]", "languages: [fr, en]"), encoding="utf-8")
    serve(app, courses)
    lea = learner(app)
    last = next(
        one.get("id") or "" for one in page_of(lea.get(LESSON)).iter("h2") if (one.get("id") or "").startswith("u-")
    )
    tell(lea, LESSON, last)

    def where(lang: str) -> str:
        own = queries.learning_of(lea.person_id, "ecouter-bien")  # type: ignore[attr-defined]
        assert own is not None
        return own.heading_in(lang)

    assert inside(app, lambda: where("fr")) == last
    assert inside(app, lambda: where("en")) == "u-to-remember"


# --- races ---------------------------------------------------------------------------------------------------------------


def test_Q5_and_N6_drafts_and_the_answer_at_once_leave_the_answer_alone(any_app: Flask, courses: Path) -> None:
    from tests.learning.test_service import in_parallel

    serve(any_app, courses)
    who = person(any_app)

    def begin() -> str:
        with writing():
            service.enrol(who, "ecouter-bien")
            made = service.start(who, "ecouter-bien", "deux", "quiz")
            return f"{made.id} {made.version_id}"

    attempt_id, version_id = str(inside(any_app, begin)).split()
    turns = iter(range(8))

    def go() -> None:
        turn = next(turns)
        with writing():
            if turn == 4:
                service.answer(who, attempt_id, "q-duree", "10", lang="fr")
            else:
                typed = {"q-duree": [str(turn)]}
                service.keep_draft(
                    who, "ecouter-bien", "deux", "quiz", "q-duree", typed, version_id=version_id, lang="fr"
                )

    in_parallel(any_app, go)
    assert rows(any_app) == []


def test_Q4_and_N2_an_attempt_handed_in_eight_times_at_once_is_handed_in_once(any_app: Flask, courses: Path) -> None:
    from tests.learning.test_service import in_parallel

    serve(any_app, courses)
    who = person(any_app)

    def begin() -> str:
        with writing():
            service.enrol(who, "ecouter-bien")
            return service.start(who, "ecouter-bien", "deux", "quiz").id

    attempt_id = str(inside(any_app, begin))

    def go() -> Any:
        with writing():
            return service.submit(who, attempt_id).submitted_at

    moments = in_parallel(any_app, go)
    assert len(moments) == 8
    assert len(set(moments)) == 1
