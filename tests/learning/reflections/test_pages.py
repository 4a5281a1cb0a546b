"""The page of a reflection, through a strict visitor: saving, two tabs, sharing, finishing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from lms.foundation.clock import now
from lms.foundation.db import db, writing
from lms.learning import service as learning
from lms.learning.models import Completion
from lms.learning.reflections import privacy, service
from lms.learning.reflections.models import Reflection, ReflectionText
from lms.learning.reflections.rules import LONGEST
from tests.catalogue.courses import write_lesson, write_quiz
from tests.learning.conftest import inside, person, serve
from tests.learning.reflections.conftest import COURSE, PAGE, learner, write_reflection
from tests.visits import StrictClient, page_of, words_of

FIRST, SECOND = "q-quand-text", "q-change-text"
SHOWN = "q-quand-shown"
HOSTILE = "<img src=x onerror=alert(1)></textarea><script>alert(1)</script>{{ 7*7 }}"


def rows(site: Flask, model: Any) -> list[Any]:
    return cast("list[Any]", inside(site, lambda: list(db.session.scalars(sa.select(model)).all())))


def texts(site: Flask) -> dict[str, str]:
    return {row.question: row.text for row in rows(site, ReflectionText)}


def save(who: StrictClient, values: dict[str, Any], where: str | TestResponse = PAGE) -> TestResponse:
    return who.fill(where, values, press="Save my texts")


def typed(response: TestResponse) -> dict[str, str]:
    return {str(one.get("name")): "".join(one.itertext()).strip() for one in page_of(response).iter("textarea")}


def test_it_is_saved_as_a_whole_and_the_step_stays_open(lea: StrictClient, site: Flask) -> None:
    assert "MODEL-ANSWER" not in words_of(lea.get(PAGE))
    answer = save(lea, {FIRST: "Mardi,\r\nau comptoir.\x00\u202e", SECOND: " Je demande. "})
    assert "Your texts are saved." in answer.get_data(as_text=True)
    assert "MODEL-ANSWER" in words_of(answer)
    assert texts(site) == {"q-quand": "Mardi,\nau comptoir.", "q-change": "Je demande."}
    kept = rows(site, ReflectionText)[0]
    assert (kept.lang, kept.shown, kept.former, kept.version_id != "") == ("fr", "nobody", "", True)
    assert rows(site, Completion) == []
    assert typed(lea.get(PAGE)) == {FIRST: "Mardi,\nau comptoir.", SECOND: "Je demande."}


def test_saving_and_finishing_finishes_the_step(lea: StrictClient, site: Flask) -> None:
    empty = lea.fill(PAGE, press="Save and finish")
    assert empty.status_code == 422
    assert "Write something here first" in words_of(empty)
    assert rows(site, Completion) == []
    answer = lea.fill(PAGE, {SECOND: "Je demande."}, press="Save and finish")
    assert "Step done: Étape deux." in answer.get_data(as_text=True)
    assert [(row.unit, row.kind) for row in rows(site, Completion)] == [("deux", "reflection")]
    lea.fill(PAGE, {SECOND: "Je redemande."}, press="Save and finish")
    assert len(rows(site, Completion)) == 1
    assert texts(site)["q-change"] == "Je redemande."


def test_where_a_quiz_follows_it_leads_on_and_finishes_nothing(app: Flask, courses: Any) -> None:
    write_quiz(courses / COURSE, "deux")
    serve(app, courses)
    lea = learner(app)
    answer = lea.fill(PAGE, {FIRST: "Mardi."}, press="Go on")
    assert answer.request.path.endswith("/deux/quiz")
    assert rows(app, Completion) == []


def test_the_same_page_sent_twice_is_saved_once(lea: StrictClient, site: Flask) -> None:
    page = lea.get(PAGE)
    for _again in range(2):
        answer = save(lea, {FIRST: "Mardi.", SECOND: ""}, page)
        assert answer.status_code == 200
    assert [(row.revision) for row in rows(site, Reflection)] == [1]
    assert {row.question: row.former for row in rows(site, ReflectionText)} == {"q-quand": ""}


def test_a_second_tab_is_told_and_loses_nothing(lea: StrictClient, site: Flask) -> None:
    save(lea, {FIRST: "Lundi."})
    one, other = lea.get(PAGE), lea.get(PAGE)
    save(lea, {FIRST: "Mardi, d’un onglet."}, one)
    told = save(lea, {FIRST: "Jeudi, de l’autre."}, other)
    assert told.status_code == 409
    assert "Something else was saved on another page meanwhile." in words_of(told)
    assert "Mardi, d’un onglet." in words_of(told)
    assert typed(told)[FIRST] == "Jeudi, de l’autre."
    assert texts(site)["q-quand"] == "Mardi, d’un onglet."
    again = save(lea, {}, told)
    assert again.status_code == 200
    kept = rows(site, ReflectionText)[0]
    assert (kept.text, kept.former) == ("Jeudi, de l’autre.", "Mardi, d’un onglet.")
    assert "Mardi, d’un onglet." in words_of(lea.get(PAGE))


def test_a_former_text_can_be_read_for_thirty_days(lea: StrictClient, site: Flask) -> None:
    save(lea, {FIRST: "Ancien texte."})
    save(lea, {FIRST: "Nouveau texte."})
    assert "Ancien texte." in words_of(lea.get(PAGE))
    later = datetime.now(UTC) + timedelta(days=31)
    with time_machine.travel(later, tick=False):
        assert "Ancien texte." not in words_of(lea.get(PAGE))

    def forget() -> None:
        with writing():
            service.forget_former(now() + timedelta(days=31))

    inside(site, forget)
    kept = rows(site, ReflectionText)[0]
    assert (kept.text, kept.former, kept.former_at) == ("Nouveau texte.", "", None)


@pytest.mark.parametrize(
    ("how", "name"), [("named", "Max"), ("unnamed", "Somebody who takes this course"), ("nobody", None)]
)
def test_a_text_is_lent_as_its_writer_chose_and_taken_back(site: Flask, how: str, name: str | None) -> None:
    max_, lea = learner(site, "max"), learner(site, "lea")
    save(max_, {FIRST: "Texte de quelqu’un.", SHOWN: how})
    assert "Texte de quelqu’un." not in words_of(lea.get(PAGE)), "nobody reads before writing"
    save(lea, {SECOND: "Autre question."})
    assert "Texte de quelqu’un." not in words_of(lea.get(PAGE)), "nor at another prompt"
    save(lea, {FIRST: "Le mien."})
    shown = words_of(lea.get(PAGE))
    assert ("Texte de quelqu’un." in shown) is (name is not None)
    assert ("Max" in shown) is (how == "named")
    assert name is None or name in shown
    save(max_, {SHOWN: "nobody"})
    assert "Texte de quelqu’un." not in words_of(lea.get(PAGE))


def test_at_most_three_texts_of_others_and_none_of_somebody_who_left(site: Flask) -> None:
    others = [learner(site, f"autre{number}") for number in range(5)]
    for number, one in enumerate(others):
        save(one, {FIRST: f"Texte numéro {number}.", SHOWN: "unnamed"})
    lea = learner(site)
    save(lea, {FIRST: "Le mien."})
    assert words_of(lea.get(PAGE)).count("Texte numéro") == 3

    def leave() -> None:
        with writing():
            for one in others[1:]:
                learning.decline(one.person_id, COURSE)  # type: ignore[attr-defined]

    inside(site, leave)
    assert words_of(lea.get(PAGE)).count("Texte numéro") == 1


def test_an_emptied_text_is_shown_to_nobody(site: Flask) -> None:
    lea = learner(site)
    save(lea, {FIRST: "Mardi.", SHOWN: "named"})
    save(lea, {FIRST: ""})
    kept = rows(site, ReflectionText)[0]
    assert (kept.text, kept.shown, kept.former) == ("", "nobody", "Mardi.")


def test_a_text_too_long_is_not_cut_and_the_other_one_not_lost(lea: StrictClient, site: Flask) -> None:
    answer = save(lea, {FIRST: "a" * (LONGEST + 1), SECOND: "Gardé."})
    assert answer.status_code == 422
    assert "Keep it to 10,000 characters" in words_of(answer)
    assert typed(answer) == {FIRST: "a" * (LONGEST + 1), SECOND: "Gardé."}
    assert texts(site) == {}
    save(lea, {FIRST: "a" * LONGEST, SECOND: "Gardé."})
    assert len(texts(site)["q-quand"]) == LONGEST


def test_a_choice_of_readers_that_is_none_is_refused(lea: StrictClient, site: Flask) -> None:
    page = lea.get(PAGE)
    token = next(one.get("value") for one in page_of(page).iter("input") if one.get("name") == "csrf_token")
    data = {"csrf_token": token, FIRST: "Mardi.", SECOND: "", SHOWN: "everybody", "revision": "0", "do": "save"}
    assert lea.post(f"{PAGE}/texts", data=data).status_code == 422
    assert lea.post(f"{PAGE}/texts", data={**data, SHOWN: "named", "q-autre-text": "x"}).status_code == 302
    assert texts(site) == {"q-quand": "Mardi."}, "prompts that the page does not ask are not kept"
    for revision in ("-1", "1e9", "٣", "9" * 40, ""):
        assert (
            lea.post(f"{PAGE}/texts", data={**data, SHOWN: "named", FIRST: "b", "revision": revision}).status_code
            == 409
        )


def test_who_does_not_take_the_course_finds_nothing_to_write_on(site: Flask) -> None:
    visitor = site.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.enter(person(site, "nina"))
    assert visitor.get(PAGE).status_code == 302
    token = next(
        one.get("value") for one in page_of(visitor.get("/account")).iter("input") if one.get("name") == "csrf_token"
    )
    assert visitor.post(f"{PAGE}/texts", data={"csrf_token": token, FIRST: "x"}).status_code == 404
    assert rows(site, Reflection) == []


@pytest.mark.parametrize(
    "where", ["un/lesson/texts", "deux/lesson/texts", "rien/reflection/texts", "deux/reflection-b/texts"]
)
def test_other_activities_have_no_such_door(lea: StrictClient, where: str) -> None:
    token = next(one.get("value") for one in page_of(lea.get(PAGE)).iter("input") if one.get("name") == "csrf_token")
    assert lea.post(f"/courses/{COURSE}/{where}", data={"csrf_token": token, FIRST: "x"}).status_code == 404


def test_X9_what_is_written_is_inert_wherever_it_is_shown(site: Flask) -> None:
    lea, max_ = learner(site), learner(site, "max")
    save(lea, {FIRST: HOSTILE, SHOWN: "named"})
    old = lea.get(PAGE)
    save(lea, {FIRST: HOSTILE + "2"})
    save(max_, {FIRST: "Le mien."})
    told = save(lea, {FIRST: HOSTILE + "3"}, old)
    assert told.status_code == 409
    for page in (told, lea.get(PAGE), max_.get(PAGE)):
        text = page.get_data(as_text=True)
        assert "<img src=x" not in text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in text


def test_a_translated_page_keeps_the_texts(app: Flask, courses: Any) -> None:
    write_lesson(courses / COURSE, "deux", lang="en", title="Step two")
    write_reflection(courses / COURSE, lang="en")
    serve(app, courses)
    lea = learner(app)
    save(lea, {FIRST: "Tuesday."})
    lea.set_cookie("lang", "fr")
    assert typed(lea.get(PAGE))[FIRST] == "Tuesday."


def test_forgetting_takes_everything_and_giving_gives_it(lea: StrictClient, site: Flask) -> None:
    save(lea, {FIRST: "Mardi."})
    save(lea, {FIRST: "Mercredi."})
    who = lea.person_id  # type: ignore[attr-defined]

    def do() -> None:
        told = repr(privacy.export(who))
        assert "Mardi." in told
        assert "Mercredi." in told
        with writing():
            privacy.forget(who)
        assert privacy.export(who) == {"reflection": [], "reflection_text": []}

    inside(site, do)


def test_the_page_asks_the_same_number_of_questions_however_many_share(site: Flask) -> None:
    lea = learner(site)
    save(lea, {FIRST: "Le mien."})

    def asked() -> int:
        count = 0

        def note(*_: object) -> None:
            nonlocal count
            count += 1

        engine = inside(site, lambda: db.engine)
        event.listen(engine, "before_cursor_execute", note)
        try:
            lea.get(PAGE)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return count

    few = asked()
    for number in range(4):
        save(learner(site, f"autre{number}"), {FIRST: "Texte.", SHOWN: "named"})
    assert asked() == few <= 12
