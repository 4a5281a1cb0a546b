"""The manager's team page: who is where, and putting people on a course."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lms.accounts import service as accounts
from lms.catalogue import service as catalogue
from lms.foundation.clock import today
from lms.foundation.db import db
from lms.learning import service as learning
from lms.learning.models import Enrolment
from lms.learning.plans import service as plans
from lms.reports import views as reports
from lms.spaces import service as spaces
from lms.spaces.models import Membership
from tests.accounts.people import House, found
from tests.home.conftest import REASON, furnish, statements
from tests.visits import StrictClient, page_of, words_of

TEAM = "/team/la-bobine"


@pytest.fixture
def make_team(tmp_path: Path) -> Callable[[Flask], House]:
    """A network with two courses; `alpha` is first in the order of needs."""

    def make(app: Flask) -> House:
        house = found(app)
        furnish(house, tmp_path / "courses", {"alpha": "mediation", "beta": "project"})
        house.write(lambda: catalogue.order_shelf({"alpha": (0.5, dict(REASON))}))
        return house

    return make


@pytest.fixture
def team(app: Flask, make_team: Callable[[Flask], House]) -> House:
    return make_team(app)


def more_people(house: House, count: int, space: str = "la-bobine") -> list[str]:
    """`count` more learners of a space, in the order of their names."""

    def change() -> list[str]:
        made = []
        for number in range(count):
            who = accounts.create_person(email=f"{space}-{number}@example.org", name=f"Zoé {number:03d}", lang="fr").id
            spaces.give_role(who, "learner", space)
            made.append(who)
        return made

    ids: list[str] = house.write(change)
    return ids


def enrolments(house: House) -> list[tuple[Any, ...]]:
    """(person, course, state, source, due, why) of everybody."""
    with house.open():
        rows = db.session.execute(
            sa.select(
                Enrolment.person_id, Enrolment.course_id, Enrolment.state, Enrolment.source, Enrolment.due_on, Enrolment.why
            ).order_by(Enrolment.created_at)
        )  # fmt: skip
        return [tuple(row) for row in rows]


def send(client: StrictClient, where: str = TEAM, **fields: Any) -> TestResponse:
    """Send what no browser would: the form's token, and these fields as they are."""
    page = page_of(client.get(TEAM))
    token = next(one.get("value") for one in page.iter("input") if one.get("name") == "csrf_token")
    return client.post(where, data={"csrf_token": token, "course": "alpha", **fields})


def ticked(page: TestResponse) -> list[str]:
    boxes = (one for one in page_of(page).iter("input") if one.get("name") == "people")
    return [box.get("value") or "" for box in boxes if box.get("checked") is not None]


# --- looking ---------------------------------------------------------------------------------------------------------


def test_the_table_shows_steps_and_weeks(team: House) -> None:
    me = team.ids["learner_a"]

    def change() -> None:
        learning.enrol(me, "alpha", source="manager", by=team.ids["manager_a"], due_on=date(2020, 1, 1))
        learning.complete(me, "alpha", "un", kind="lesson")
        learning.enrol(me, "beta")
        for unit in ("un", "deux", "trois"):
            learning.complete(me, "beta", unit, kind="lesson")

    team.write(change)
    said = words_of(team.client("manager_a").get(TEAM))
    assert "2 people, 1 went on this month" in said
    assert "1 of 3" in said
    assert "Étape deux" in said
    assert "late" in said
    assert "course finished" in said
    assert "this week" in said
    assert "no course yet" in said, "the manager's own row"
    assert "manages the space" in said
    assert "First in the order of needs: “Alpha”." in said
    assert "62 in 100" in said


def test_a_plan_is_shown_where_its_owner_chose_so_and_nowhere_else(team: House) -> None:
    me, key = team.ids["learner_a"], ("alpha", "un", "k-essai")

    def change() -> None:
        learning.enrol(me, "alpha")
        learning.keep_plan(me, *key, situation="on se plaint", action="j’écoute", planned_on=date(2099, 3, 3))

    team.write(change)
    assert "on se plaint" not in words_of(team.client("manager_a").get(TEAM))
    whole: dict[str, Any] = {
        "situation": "on se plaint", "action": "j’écoute", "planned_on": date(2099, 3, 3), "place": "", "remind": False,
    }  # fmt: skip
    team.write(lambda: plans.change(me, key, may_ask="manager", **whole))
    said = words_of(team.client("manager_a").get(TEAM))
    assert "Tries on Tuesday 3 March: When on se plaint, I j’écoute" in said
    assert "on se plaint" not in words_of(team.client("manager_b").get("/team/l-estive"))
    team.write(lambda: plans.change(me, key, may_ask="peer", **whole))
    assert "on se plaint" not in words_of(team.client("manager_a").get(TEAM))
    team.write(lambda: plans.change(me, key, may_ask="manager", **whole))
    team.write(lambda: plans.tell(me, key, state="tried", happened="secret", keeps=""))
    assert "on se plaint" not in words_of(team.client("manager_a").get(TEAM)), "what came of it is the owner's"


def test_a_foreign_space_is_like_a_missing_one(team: House) -> None:
    manager = team.client("manager_a")
    for method in (manager.get, manager.post):
        foreign, missing = method("/team/l-estive"), method("/team/nowhere")
        assert foreign.status_code == missing.status_code in (400, 404)
    assert manager.get("/team/l-estive").status_code == 404
    assert words_of(manager.get("/team/l-estive")) == words_of(manager.get("/team/nowhere"))
    assert send(manager, "/team/l-estive", people=[team.ids["learner_b"]]).status_code == 404
    assert enrolments(team) == []


def test_who_manages_nothing_is_told(team: House) -> None:
    for who in ("learner_a", "trainer", "coordinator"):
        assert team.client(who).get("/team").status_code == 403
        assert team.client(who).get(TEAM).status_code == 403


def test_several_spaces(team: House) -> None:
    team.write(lambda: spaces.give_role(team.ids["manager_a"], "manager", "l-estive"))
    manager = team.client("manager_a")
    assert manager.get("/team?course=beta").location == "/team/la-bobine?course=beta", "the first by name"
    page = manager.get("/team/l-estive")
    links = next(one for one in page_of(page).iter("nav") if one.get("aria-label") == "My spaces").iter("a")
    assert [(link.get("href"), link.get("aria-current")) for link in links] == [
        ("/team/la-bobine", None),
        ("/team/l-estive", "page"),
    ]
    assert "Learner_B" in words_of(page)
    assert "Learner_A" not in words_of(page)


def test_one_space_needs_no_choice(team: House) -> None:
    page = team.client("manager_a").get(TEAM)
    assert "My spaces" not in [one.get("aria-label") for one in page_of(page).iter("nav")]


def test_who_is_disabled_is_not_in_the_team(team: House) -> None:
    team.write(lambda: accounts.disable(team.ids["learner_a"]))
    manager = team.client("manager_a")
    assert "Learner_A" not in words_of(manager.get(TEAM))
    assert send(manager, people=[team.ids["learner_a"]]).status_code == 422
    assert enrolments(team) == []


def test_the_page_asks_the_same_for_three_people_and_for_sixty(
    any_app: Flask, make_team: Callable[[Flask], House]
) -> None:
    house = make_team(any_app)
    many = []
    for name, more in (("la-bobine", 1), ("l-estive", 58)):
        ids = more_people(house, more, name)

        def change(ids: list[str] = ids) -> None:
            for person_id in ids:
                learning.enrol(person_id, "alpha")
                learning.enrol(person_id, "beta")
                learning.complete(person_id, "alpha", "un", kind="lesson")

        house.write(change)
        manager = house.client("manager_a" if name == "la-bobine" else "manager_b")
        manager.get(f"/team/{name}")
        with statements(any_app) as seen:
            page = manager.get(f"/team/{name}")
        assert f"{more + 2} people" in words_of(page)
        many.append(len(seen))
    assert many[0] == many[1] <= 15


# --- enrolling -------------------------------------------------------------------------------------------------------


def test_enrol_one_with_a_day_and_a_sentence(any_app: Flask, make_team: Callable[[Flask], House]) -> None:
    house = make_team(any_app)
    day = today() + timedelta(days=30)
    page = house.client("manager_a").fill(
        TEAM,
        {
            "people": [house.ids["learner_a"]], "course": "beta", "due_on": day.isoformat(),
            "why": "  On en parle\u2028jeudi\x00 ",
        },
        form="enrol-people",
    )  # fmt: skip
    assert "1 person is enrolled in “Beta”." in page.get_data(as_text=True)
    assert enrolments(house) == [(house.ids["learner_a"], "beta", "active", "manager", day, "On en parle jeudi")]


def test_enrol_many_and_again_is_once(team: House) -> None:
    ids = [team.ids["learner_a"], team.ids["manager_a"], *more_people(team, 3)]
    manager = team.client("manager_a")
    first = send(manager, people=ids)
    assert first.status_code == 302
    assert "5 people are enrolled in “Alpha”." in manager.get(TEAM).get_data(as_text=True)
    assert send(manager, people=ids, why="again", due_on=(today() + timedelta(days=1)).isoformat()).status_code == 302
    assert "5 people were enrolled already." in manager.get(TEAM).get_data(as_text=True)
    rows = enrolments(team)
    assert sorted(row[0] for row in rows) == sorted(ids)
    assert {row[4:] for row in rows} == {(None, "")}, "the second time changes nothing"


def test_the_same_person_twice_in_a_form_is_once(team: House) -> None:
    assert send(team.client("manager_a"), people=[team.ids["learner_a"]] * 3).status_code == 302
    assert len(enrolments(team)) == 1


def test_who_said_no_is_not_asked_again(team: House) -> None:
    me = team.ids["learner_a"]
    team.write(lambda: (learning.enrol(me, "alpha"), learning.decline(me, "alpha")))
    manager = team.client("manager_a")
    send(manager, people=[me, team.ids["manager_a"]])
    told = manager.get(TEAM).get_data(as_text=True)
    assert "1 person is enrolled" in told
    assert "1 person had declined this course; their choice stands." in told
    assert ("declined", "self") in {row[2:4] for row in enrolments(team)}


def test_people_of_another_space_are_refused_whole(team: House) -> None:
    for stranger in (team.ids["learner_b"], team.ids["coordinator"], "A" * 22, "' OR 1=1 --", "\x00"):
        page = send(team.client("manager_a"), people=[team.ids["learner_a"], stranger])
        assert page.status_code == 422, stranger
        assert ticked(page) == [team.ids["learner_a"]]
    assert enrolments(team) == []


WRONG = [
    ({"people": []}, "Tick at least one person in the table."),
    ({"course": "no-such-course"}, None),
    ({"course": ""}, None),
    ({"due_on": "2020-01-01"}, "This day is over. Choose today or a later day."),
    ({"due_on": "9999-12-31"}, "This day is very far away. Check the year."),
    ({"due_on": "31/12/2027"}, None),
    ({"due_on": "2027-02-30"}, None),
    ({"due_on": "0000-00-00"}, None),
    ({"why": "x" * 301}, "300 characters at most."),
]


@pytest.fixture
def french(team: House) -> StrictClient:
    client = team.client("manager_a")
    client.get("/?lang=fr")
    return client


def test_what_is_wrong_changes_nothing_and_keeps_the_ticks(team: House, french: StrictClient) -> None:
    manager = team.client("manager_a")
    for fields, sentence in WRONG:
        wanted = fields.get("people", [team.ids["learner_a"]])
        page = send(manager, **{"people": wanted, "why": "Because", **fields})
        text = words_of(page)
        assert page.status_code == 422, fields
        assert sentence is None or sentence in text, (fields, text[:400])
        assert ticked(page) == wanted
        title = "".join(next(page_of(page).iter("title")).itertext())
        assert title.startswith("Error:"), title
        summary = next(one for one in page_of(page).iter() if "error-summary" in (one.get("class") or "")
                       or one.get("role") == "alert")  # fmt: skip
        targets = [(link.get("href") or "")[1:] for link in summary.iter("a")]
        ids = {one.get("id") for one in page_of(page).iter()}
        assert targets, fields
        assert set(targets) <= ids, (fields, targets)
        translated = words_of(send(french, **{"people": wanted, **fields}))
        for word in ("Not a valid", "Invalid", "Choose", "Tick", "day is", "characters", "Check"):
            assert word not in translated, (fields, word)
    assert enrolments(team) == []


def test_today_and_300_characters_are_fine(team: House) -> None:
    answer = send(
        team.client("manager_a"), people=[team.ids["learner_a"]], due_on=today().isoformat(), why="é" * 300
    )  # fmt: skip
    assert answer.status_code == 302
    assert enrolments(team)[0][4:] == (today(), "é" * 300)


def test_a_course_named_in_the_address_is_chosen(team: House) -> None:
    manager = team.client("manager_a")
    for query, wanted in (("course=beta", "beta"), ("course=nothing", "alpha"), ("", "alpha")):
        page = page_of(manager.get(f"{TEAM}?{query}"))
        chosen = [one.get("value") for one in page.iter("option") if one.get("selected") is not None]
        first = next(one.get("value") for one in page.iter("option"))
        assert (chosen or [first]) == [wanted], query


def test_an_archived_course_is_not_offered(team: House, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "courses/beta")
    with team.open():
        catalogue.sync(tmp_path / "courses")
    assert send(team.client("manager_a"), people=[team.ids["learner_a"]], course="beta").status_code == 422
    assert enrolments(team) == []


def test_an_empty_shelf_has_nothing_to_enrol_in(app: Flask) -> None:
    house = found(app)
    page = send(house.client("manager_a"), people=[house.ids["learner_a"]])
    assert page.status_code == 422
    assert house.client("manager_a").get(TEAM).status_code == 200


def test_a_manager_alone_is_asked_to_invite(team: House) -> None:
    team.write(lambda: accounts.disable(team.ids["learner_a"]))
    page = team.client("manager_a").get(TEAM)
    assert words_of(page).count("Nobody in your team yet") == 2
    assert not list(page_of(page).iter("table"))
    assert "Send the invitation" in words_of(page)


def test_who_leaves_while_the_form_is_on_its_way_is_not_enrolled(team: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the check of the form and the write; the write looks again."""
    manager, me = team.client("manager_a"), team.ids["learner_a"]
    write = reports.writing

    def leave_then_write() -> Any:
        db.session.rollback()
        with write() as session:
            session.execute(sa.delete(Membership).where(Membership.person_id == me))
        return write()

    monkeypatch.setattr(reports, "writing", leave_then_write)
    answer = send(manager, people=[me])
    assert answer.status_code == 409
    assert enrolments(team) == []
