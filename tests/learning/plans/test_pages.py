"""Plans through their pages: planned in a lesson, told on the day, given on, hidden; and the reminder that is due."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.catalogue.service import sync
from lms.foundation.clock import today
from lms.foundation.db import db
from lms.jobs.models import Job
from lms.learning import service as learning
from lms.learning.models import Completion, Plan
from lms.learning.plans import privacy, queries
from lms.learning.plans.models import PracticeNote
from tests.accounts.people import House, found
from tests.catalogue.courses import write_course
from tests.visits import StrictClient, page_of, words_of

COURSE = "ecouter-bien"
LESSON = f"/courses/{COURSE}/un/lesson"
PLAN = f"/plans/{COURSE}/un/k-essai"
DAY = today() + timedelta(days=4)


@pytest.fixture
def house(app: Flask, tmp_path: Path) -> House:
    """Two spaces; the learners of both take a course."""
    made = found(app)
    write_course(tmp_path / "courses", COURSE)
    with made.open():
        sync(tmp_path / "courses")
    for who in ("learner_a", "learner_b"):
        made.write(lambda who=who: learning.enrol(made.ids[who], COURSE))  # type: ignore[misc]
    return made


def lea(house: House, who: str = "learner_a") -> StrictClient:
    client = house.client(who)
    assert isinstance(client, StrictClient)
    return client


def plan(house: House, *, days: int | None = 4, remind: bool = False, who: str = "learner_a") -> None:
    house.write(
        lambda: learning.keep_plan(
            house.ids[who], COURSE, "un", "k-essai", situation="on se plaint", action="j’écoute",
            planned_on=None if days is None else today() + timedelta(days=days), remind=remind,
        )
    )  # fmt: skip


def row(house: House) -> Plan:
    with house.open():
        return db.session.scalars(sa.select(Plan)).one()


def notes(house: House) -> list[PracticeNote]:
    with house.open():
        return list(db.session.scalars(sa.select(PracticeNote)))


def reminders(house: House) -> list[Job]:
    with house.open():
        return list(db.session.scalars(sa.select(Job).where(Job.task == "notifications.remind_of_plan")))


def test_a_plan_made_in_a_lesson_with_a_reminder_has_one_duty_for_its_day(house: House) -> None:
    form: dict[str, Any] = {
        "k-essai-when": "on se plaint", "k-essai-do": "j’écoute", "k-essai-day": DAY.isoformat(), "k-essai-remind": "y",
    }  # fmt: skip
    for _again in range(2):
        lea(house).fill(LESSON, form, form="/done", press="Save my plan")
    assert (row(house).remind, row(house).planned_on) == (True, DAY)
    (job,) = reminders(house)
    assert job.args["day"] == DAY.isoformat()
    assert job.due_at.date() == DAY
    page = lea(house).get(LESSON)
    assert 'name="k-essai-remind" type="checkbox" value="y" checked' in page.text or "checked" in page.text
    assert "on se plaint" in words_of(lea(house).get("/plans"))


def test_a_day_that_moves_has_its_own_duty_and_no_reminder_none(house: House) -> None:
    plan(house, days=4)
    assert reminders(house) == []
    plan(house, days=4, remind=True)
    plan(house, days=5, remind=True)
    plan(house, days=4, remind=True)
    assert len(reminders(house)) == 2
    plan(house, days=0, remind=True)
    plan(house, days=None, remind=True)
    assert len(reminders(house)) <= 3, "a morning that is over has none"


def test_the_whole_of_a_plan_is_changed_on_its_page(house: House) -> None:
    plan(house)
    form = {
        "plan-when": "quelqu’un arrive", "plan-do": "je demande", "plan-day": DAY.isoformat(), "plan-place": "à l’accueil",
        "plan-may_ask": "manager", "plan-remind": "y",
    }  # fmt: skip
    assert lea(house).fill(PLAN, form, form="change-plan", press="Save my plan").status_code == 200
    kept = row(house)
    assert (kept.situation, kept.place, kept.may_ask, kept.remind) == (
        "quelqu’un arrive",
        "à l’accueil",
        "manager",
        True,
    )
    with house.open():
        assert set(queries.shown_to_manager("la-bobine")) == {house.ids["learner_a"]}
        assert queries.shown_to_manager("l-estive") == {}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"plan-place": "x" * 201}, 422),
        ({"plan-when": "x" * 501}, 422),
        ({"plan-when": "", "plan-do": " "}, 409),
    ],
)
def test_a_plan_that_cannot_be_is_not_saved(house: House, change: dict[str, str], status: int) -> None:
    plan(house)
    assert (
        lea(house)
        .fill(PLAN, {"plan-may_ask": "nobody", **change}, form="change-plan", press="Save my plan")
        .status_code
        == status
    )
    assert (row(house).situation, row(house).place) == ("on se plaint", "")


def test_on_the_day_two_questions_and_then_it_is_told(house: House) -> None:
    plan(house, days=0)
    client = lea(house)
    page = client.get(PLAN)
    assert "How did it go?" in words_of(page)
    assert "Today to try" in words_of(client.get("/home"))
    form = {"told-state": "adapted", "told-happened": "Plus calme.", "told-keeps": "La pause."}
    page = client.fill(page, form, form="/told")
    assert "Plus calme." in words_of(page)
    kept = row(house)
    assert (kept.state, kept.happened, kept.keeps) == ("adapted", "Plus calme.", "La pause.")
    assert "Today to try" not in words_of(client.get("/home"))
    assert "tried in another way" in words_of(client.get("/plans"))


def test_without_saying_how_it_went_nothing_is_told(house: House) -> None:
    plan(house, days=0)
    page = lea(house).fill(PLAN, {"told-happened": "Plus calme."}, form="/told")
    assert page.status_code == 422
    assert "Plus calme." in page.text
    assert row(house).state == "planned"


def test_a_told_plan_whose_day_changes_is_one_to_try_again(house: House) -> None:
    plan(house, days=0)
    lea(house).fill(PLAN, {"told-state": "dropped"}, form="/told")
    plan(house, days=0)
    assert row(house).state == "dropped", "saved again as it was"
    plan(house, days=3)
    assert row(house).state == "planned"


def tried(house: House) -> StrictClient:
    plan(house, days=0)
    client = lea(house)
    client.fill(PLAN, {"told-state": "tried", "told-happened": "Dix minutes dehors."}, form="/told")
    return client


def test_a_practice_note_is_read_by_those_who_reach_the_step_and_taken_back(house: House) -> None:
    client = tried(house)
    page = client.fill(
        PLAN, {"practice-text": "Dix minutes dehors, puis parler.", "practice-agreed": "y"}, form="give-on"
    )
    assert page.status_code == 200
    (note,) = notes(house)
    assert (note.state, note.place != "") == ("shown", True)
    reader, course = lea(house, "learner_b"), LESSON.rsplit("/", 2)[0]
    assert "puis parler." not in words_of(reader.get(course)), "they have not reached the step"
    other = words_of(reader.get(LESSON))
    assert "Dix minutes dehors, puis parler." in other
    for where in (course, "/home"):
        assert "Dix minutes dehors, puis parler." in words_of(reader.get(where))
    assert f"In {note.place}, they tried:" in other
    assert "Learner A" not in other, "no name goes with it"
    assert "puis parler." not in words_of(client.get(LESSON)), "one's own is not shown to oneself"
    client.fill(PLAN, form="/practice/back")
    assert notes(house) == []
    assert "puis parler." not in words_of(lea(house, "learner_b").get(LESSON))


@pytest.mark.parametrize(
    "form",
    [
        {"practice-text": "mot " * 81, "practice-agreed": "y"},
        {"practice-text": "", "practice-agreed": "y"},
        {"practice-text": "Sans accord.", "practice-agreed": None},
    ],
)
def test_a_practice_note_that_is_too_long_empty_or_not_agreed_to(house: House, form: dict[str, Any]) -> None:
    client = tried(house)
    assert client.fill(PLAN, form, form="give-on").status_code == 422
    assert notes(house) == []


def test_what_was_not_tried_is_not_given_on(house: House) -> None:
    plan(house, days=0)
    client = lea(house)
    client.fill(PLAN, {"told-state": "dropped"}, form="/told")
    assert "/practice" not in client.get(PLAN).text


def test_a_hidden_practice_note_is_read_by_nobody_and_stays_hidden(house: House) -> None:
    client = tried(house)
    text = {"practice-text": "Dehors.", "practice-agreed": "y"}
    client.fill(PLAN, text, form="give-on")
    trainer = lea(house, "trainer")
    trainer.fill("/practice-notes", form="/practice-notes/")
    assert notes(house)[0].state == "hidden"
    assert "Dehors." not in words_of(lea(house, "learner_b").get(LESSON))
    assert "is hidden" in words_of(client.get(PLAN))
    assert "/practice" not in client.get(PLAN).text
    token = next(iter(client.get(PLAN).text.split('name="csrf_token" value="')[1:])).split('"')[0]
    client.post(f"{PLAN}/practice/back", data={"csrf_token": token})
    client.post(f"{PLAN}/practice", data={**text, "csrf_token": token})
    assert notes(house)[0].state == "hidden", "taking it back and giving it on again does not bring it back"
    trainer.fill("/practice-notes", form="/practice-notes/")
    assert notes(house)[0].state == "shown"


def test_only_those_who_look_after_courses_moderate(house: House) -> None:
    assert lea(house).get("/practice-notes").status_code == 403
    assert house.client("manager_a").get("/practice-notes").status_code == 403


def test_a_plan_of_somebody_else_is_not_there(house: House) -> None:
    plan(house)
    assert lea(house, "learner_b").get(PLAN).status_code == 404
    assert lea(house).get(f"/plans/{COURSE}/un/k-none").status_code == 404


def test_practice_notes_are_given_and_forgotten(house: House) -> None:
    client = tried(house)
    client.fill(PLAN, {"practice-text": "Dehors.", "practice-agreed": "y"}, form="give-on")
    mine = house.ids["learner_a"]
    with house.open():
        assert [one["text"] for one in privacy.export(mine)["practice_note"]] == ["Dehors."]
    house.write(lambda: privacy.forget(mine))
    assert notes(house) == []


@pytest.mark.parametrize("day", ["2027-02-30", "demain", "2001-01-01", "2099-01-01", "x" * 5000])
@pytest.mark.parametrize("press", ["Save my plan", "Finish"])
def test_a_day_that_cannot_be_is_told_and_nothing_is_lost(house: House, day: str, press: str) -> None:
    page = lea(house).fill(LESSON, {"k-essai-when": "on crie", "k-essai-day": day}, form="/done", press=press)
    assert page.status_code == 422
    summary = next(one for one in page_of(page).iter("div") if one.get("id") == "errors")
    assert "#k-essai-day" in [one.get("href") for one in summary.iter("a")]
    assert "on crie" in page.text
    with house.open():
        assert db.session.scalars(sa.select(Plan)).all() == []
        assert db.session.scalars(sa.select(Completion)).all() == []


def test_the_next_days_are_offered_beside_the_field_and_a_day_that_is_over_may_stay(house: House) -> None:
    page = lea(house).get(LESSON)
    field = next(one for one in page_of(page).iter("input") if one.get("name") == "k-essai-day")
    assert (field.get("type"), field.get("list")) == ("date", "k-essai-day-next")
    (near,) = [one for one in page_of(page).iter("datalist") if one.get("id") == "k-essai-day-next"]
    assert len(list(near.iter("option"))) == 5
    plan(house, days=-3)
    page = lea(house).fill(PLAN, {"plan-do": "je demande"}, form="change-plan", press="Save my plan")
    assert page.status_code == 200
    assert row(house).action == "je demande"
