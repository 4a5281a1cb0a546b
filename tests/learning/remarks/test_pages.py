"""Remarks: said in a lesson or under a feedback, read by those who write the courses, answered, seen by the learner."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.catalogue.service import sync
from lms.foundation.clock import now
from lms.foundation.db import db
from lms.learning import service as learning
from lms.learning.remarks import privacy, rules
from lms.learning.remarks.models import Remark
from tests.accounts.people import House, found
from tests.catalogue.courses import write_course
from tests.home.conftest import statements
from tests.visits import words_of

COURSE = "ecouter-bien"
LESSON = f"/courses/{COURSE}/un/lesson"
WRITE = f"{LESSON}/remark"


@pytest.fixture
def house(app: Flask, tmp_path: Path) -> House:
    """Two courses; one learner takes both."""
    made = found(app)
    for name in (COURSE, "parler-bien"):
        write_course(tmp_path / "courses", name)
    with made.open():
        sync(tmp_path / "courses")
    for name in (COURSE, "parler-bien"):
        made.write(lambda name=name: learning.enrol(made.ids["learner_a"], name))  # type: ignore[misc]
    return made


def said(house: House) -> list[Remark]:
    with house.open():
        return list(db.session.scalars(sa.select(Remark).order_by(Remark.written_at)))


def test_an_error_is_reported_read_answered_and_seen(house: House) -> None:
    lea = house.client("learner_a")
    assert WRITE in lea.get(LESSON).text
    page = lea.fill(WRITE, {"text": "Il manque un mot.", "quote": "Une question laisse."})
    assert page.request.path == "/remarks/mine"
    assert "waits for an answer" in words_of(page)
    trainer = house.client("trainer")
    board = trainer.get("/remarks")
    assert "Il manque un mot." in words_of(board)
    assert "Une question laisse." in words_of(board)
    assert "a learner" in words_of(board)
    assert "Learner A" not in words_of(board), "no name without the tick"
    trainer.fill(board, {"answer": "Merci, c’est corrigé."}, form="/remarks/", press="Send the answer")
    assert "Il manque un mot." not in words_of(trainer.get("/remarks"))
    assert "Merci, c’est corrigé." in words_of(trainer.get("/remarks?state=answered"))
    assert "Merci, c’est corrigé." in words_of(lea.get("/remarks/mine"))
    trainer.fill("/remarks?state=answered", form="/remarks/")
    assert [(row.state, row.answer, row.answered_by) for row in said(house)] == [("open", "", None)]


def test_a_name_is_shown_where_the_learner_ticked_it(house: House) -> None:
    house.client("learner_a").fill(WRITE, {"text": "Il manque un mot.", "named": True})
    with house.open():
        name = db.session.scalar(sa.text("select name from person where email = 'learner_a@example.org'"))
    assert str(name) in words_of(house.client("coordinator").get("/remarks"))


def test_disagreeing_names_the_question(house: House) -> None:
    lea = house.client("learner_a")
    page = lea.fill(LESSON, {"q-mot": "1"}, form=f"{LESSON}#q-mot", press="Check")
    assert f"{WRITE}?about=q-mot" in page.text
    lea.fill(f"{WRITE}?about=q-mot", {"text": "Chez nous, c’est la règle."})
    (row,) = said(house)
    assert (row.kind, row.question) == ("disagree", "q-mot")
    assert "Que dites-vous d’abord ?" in words_of(house.client("trainer").get("/remarks"))
    lea.fill(f"{WRITE}?about=q-none", {"text": "Autre chose."})
    assert said(house)[-1].kind == "error", "a question that is not there is not named"


def test_the_same_remark_twice_is_one(house: House) -> None:
    lea = house.client("learner_a")
    page = lea.get(WRITE)
    for _again in range(2):
        lea.fill(page, {"text": "Il manque un mot."})
    assert len(said(house)) == 1


@pytest.mark.parametrize(
    "form", [{"text": ""}, {"text": "  \n "}, {"text": "x" * 2001}, {"text": "x", "quote": "y" * 501}]
)
def test_what_is_empty_or_too_long_is_not_sent_and_not_lost(house: House, form: dict[str, str]) -> None:
    page = house.client("learner_a").fill(WRITE, form)
    assert page.status_code == 422
    assert form["text"].strip() in page.text
    assert said(house) == []


def test_ten_in_an_hour_are_enough(house: House) -> None:
    lea = house.client("learner_a")
    for number in range(10):
        assert lea.fill(WRITE, {"text": f"Remarque {number}"}).status_code == 200
    page = lea.fill(WRITE, {"text": "Une de trop"})
    assert page.status_code == 429
    assert "a lot in one hour" in words_of(page)
    assert len(said(house)) == 10


def test_remarks_are_no_ones_elses(house: House) -> None:
    house.client("learner_a").fill(WRITE, {"text": "Il manque un mot."})
    other = house.client("learner_b")
    assert other.get(WRITE).status_code == 404
    assert "Il manque un mot." not in other.get("/remarks/mine").text
    for who in ("learner_b", "manager_a"):
        assert house.client(who).get("/remarks").status_code == 403
    assert house.client("trainer").get("/remarks/mine").status_code == 200


def test_the_list_is_filtered_paged_and_costs_the_same(house: House) -> None:
    def many(count: int) -> None:
        for number in range(count):
            course = COURSE if number % 2 else "parler-bien"
            row = Remark(
                id=f"r{count}-{number}", person_id=house.ids["learner_a"], kind="error", course_id=course, unit="un",
                activity="lesson", question="", lang="fr", quote="", text=f"Remarque {count}-{number}.", named=False,
                digest=f"{count}-{number}", state="open", answer="", answered_by=None, answered_at=None,
                written_at=said_at,
            )  # fmt: skip
            db.session.add(row)

    said_at = now()
    house.write(lambda: many(4))
    trainer = house.client("trainer")
    trainer.get("/remarks")
    with statements(house.app) as few:
        trainer.get("/remarks")
    house.write(lambda: many(50))
    with statements(house.app) as more:
        page = trainer.get("/remarks?page=2")
    assert len(few) == len(more) <= 12
    assert page.text.count('class="voice"') == rules.PAGE
    assert words_of(trainer.get(f"/remarks?course={COURSE}&page=99")).count("Remarque") == 27 - rules.PAGE
    assert trainer.get("/remarks?state=nothing&course=nothing&page=x").status_code == 200


def test_remarks_are_given_and_forgotten(house: House) -> None:
    house.client("learner_a").fill(WRITE, {"text": "Il manque un mot."})
    house.client("trainer").fill("/remarks", {"answer": "Merci."}, form="/remarks/", press="Send the answer")
    learner, trainer = house.ids["learner_a"], house.ids["trainer"]
    with house.open():
        assert [one["answer"] for one in privacy.export(learner)["remark"]] == ["Merci."]
        assert privacy.export(trainer) == {"remark": []}
    house.write(lambda: privacy.forget(trainer))
    assert said(house)[0].answered_by is None
    house.write(lambda: privacy.forget(learner))
    assert said(house) == []


def test_who_may_answer_is_told_what_waits(house: House) -> None:
    """On their home and where they write; nobody else hears of it, and nothing is said where nothing waits."""
    for page in ("/home", "/write"):
        shown = words_of(house.client("trainer").get(page))
        assert "to answer" not in shown
        assert "(1)" not in shown
    house.client("learner_a").fill(WRITE, {"text": "Il manque un mot."})
    for who in ("trainer", "coordinator"):
        assert "1 remark to answer" in words_of(house.client(who).get("/home"))
        assert "Remarks of learners (1)" in words_of(house.client(who).get("/write"))
    for who in ("learner_a", "manager_a"):
        assert "to answer" not in words_of(house.client(who).get("/home"))
    trainer = house.client("trainer")
    trainer.fill("/remarks", form="/remarks/", press="Close without an answer")
    assert "to answer" not in words_of(trainer.get("/home"))
