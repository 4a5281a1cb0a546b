"""The pages of assignments, as a manager, a coordinator and a learner see and use them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import Person
from lms.foundation.clock import now, today
from lms.foundation.db import db, new_id
from lms.learning import service as learning
from lms.learning.assignments import service
from lms.learning.assignments.models import Assignment
from lms.learning.assignments.queries import Scope
from lms.learning.assignments.rules import Due
from lms.notifications.models import SentMail
from lms.spaces import service as spaces
from lms.spaces.models import Space
from tests.home.conftest import statements
from tests.learning.assignments.conftest import Town
from tests.visits import StrictClient, words_of

NEW = "/team/bobine/assignments/new"


def visit(town: Town, name: str) -> StrictClient:
    client = cast("StrictClient", town.app.test_client())
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.enter(town.ids[name])
    return client


def count(town: Town) -> int:
    found = town.do(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(Assignment)))
    return int(found or 0)


def test_first_a_look_then_it_happens(any_town: Town) -> None:
    boss = visit(any_town, "boss")
    look = boss.fill(
        NEW, {"what": "course:alpha", "who": "learners", "why": "Pour l’été"}, press="See what will happen"
    )
    assert look.status_code == 200
    said = words_of(look)
    assert "It concerns 2 people." in said
    assert "2 people are enrolled" in said
    assert count(any_town) == 0
    done = boss.fill(look, press="Assign")
    assert "2 people are enrolled." in done.get_data(as_text=True)
    assert set(any_town.taken()) == {"lea", "tom"}
    boss.fill(look, press="Assign")
    assert count(any_town) == 1


def test_the_look_says_who_is_told_by_mail_and_who_was_invited_lately(any_town: Town) -> None:
    def invite(*names: str) -> None:
        for name in names:
            email = db.session.scalar(sa.select(Person.email).where(Person.id == any_town.ids[name]))
            spaces.invite(
                email=str(email), role="learner", space_id="bobine", lang="fr", invited_by=any_town.ids["boss"]
            )

    boss, asked = visit(any_town, "boss"), {"what": "course:alpha", "who": "learners"}
    any_town.write(lambda: invite("lea"))
    said = words_of(boss.fill(NEW, asked, press="See what will happen"))
    assert (
        "2 people are enrolled. 1 of them is told by mail. 1 was invited within the last day: the invitation is mail enough."
        in said
    )
    any_town.write(lambda: invite("tom"))
    look = boss.fill(NEW, asked, press="See what will happen")
    assert "2 people are enrolled. 2 were invited within the last day" in words_of(look)
    boss.fill(look, press="Assign")
    any_town.drain()
    with any_town.app.app_context():
        kinds = list(db.session.scalars(sa.select(SentMail.kind)))
        assert "assigned" not in kinds


def test_what_was_not_looked_at_is_shown_first(town: Town) -> None:
    boss = visit(town, "boss")
    look = boss.fill(NEW, {"what": "course:alpha"}, press="See what will happen")
    again = boss.fill(look, {"what": "course:beta"}, press="Assign")
    assert "This will happen" in words_of(again)
    assert count(town) == 0
    boss.fill(again, press="Assign")
    assert (town.taken(), len(town.taken("beta"))) == ({}, 3)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose a course."),
        ({"what": "course:alpha", "due": "day"}, "Choose a day."),
        ({"what": "course:alpha", "due": "day", "due_on": "2001-01-01"}, "This day is over."),
        ({"what": "course:alpha", "due": "after"}, "Say how many days."),
        ({"what": "course:alpha", "due": "after", "due_days": "0"}, "Between 1 and 730 days."),
        ({"what": "course:alpha", "who": "people"}, "Tick at least one person."),
        ({"what": "course:alpha", "why": "x" * 301}, "300 characters at most."),
        ({"what": "course:alpha", "valid": "12", "renew_by": "course"}, "Choose a course."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(town: Town, typed: dict[str, Any], said: str) -> None:
    page = visit(town, "boss").fill(NEW, typed, press="See what will happen")
    assert page.status_code == 422
    assert said in words_of(page)
    assert count(town) == 0


def test_A7_nothing_but_the_fields_of_the_form_is_read(town: Town) -> None:
    boss = visit(town, "boss")
    look = boss.fill(NEW, {"what": "course:alpha"}, press="See what will happen")
    page = look.get_data(as_text=True)
    form = {
        name: page.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]
        for name in ("name", "seen", "csrf_token")
    }
    form |= {
        "what": "course:alpha",
        "who": "all",
        "due": "none",
        "valid": "0",
        "renew_by": "closing",
        "renew_days": "60",
    }
    boss.post(NEW, data={
        **form, "do": "assign", "where": "", "space_id": "estive", "territory_id": "conflent", "made_by": town.ids["head"],
        "created_at": "2001-01-01", "ended_at": "2001-01-01", "id": "x" * 22,
    })  # fmt: skip
    row = town.do(lambda: db.session.scalars(sa.select(Assignment)).one())
    assert (row.space_id, row.territory_id, row.made_by, row.ended_at) == ("bobine", None, town.ids["boss"], None)
    assert row.created_at.year > 2001


@pytest.mark.parametrize("path", ["/network/assignments", "/network/assignments/new", "/network/paths"])
def test_a_manager_does_not_ask_territories(town: Town, path: str) -> None:
    assert visit(town, "boss").get(path).status_code == 403


@pytest.mark.parametrize("path", ["", "/new"])
def test_A1_a_foreign_space_is_a_missing_one(town: Town, path: str) -> None:
    boss = visit(town, "boss")
    foreign, missing = boss.get(f"/team/estive/assignments{path}"), boss.get(f"/team/nowhere/assignments{path}")
    assert (foreign.status_code, missing.status_code) == (404, 404)


def test_the_coordinator_asks_a_territory(any_town: Town) -> None:
    head = visit(any_town, "head")
    look = head.fill("/network/assignments/new", {"what": "course:beta", "where": "conflent"}, press="See what")
    assert "It concerns 4 people." in words_of(look)
    head.fill(look, press="Assign")
    assert set(any_town.taken("beta")) == {"boss", "lea", "tom", "eva"}
    assert "Conflent" in words_of(head.get("/network/assignments"))
    assert visit(any_town, "boss").get("/team/bobine/assignments").status_code == 200


def test_everybody_concerned_in_one_click(any_town: Town) -> None:
    made, _counts = any_town.assign(Scope("bobine", None, "all"))
    any_town.person("ada", ("learner", "bobine"))  # the job has not run yet
    boss = visit(any_town, "boss")
    page = boss.get(f"/assignments/{made}")
    assert "1 person is not enrolled yet" in words_of(page)
    sent = {"do": "late", "csrf_token": token(page)}
    done = boss.post(f"/assignments/{made}", data=sent, follow_redirects=True)
    assert "1 person is enrolled." in done.get_data(as_text=True)
    assert any_town.taken()["ada"][0] == "active"


def token(page: Any) -> str:
    return str(page.get_data(as_text=True)).split('name="csrf_token" value="')[1].split('"')[0]


def test_an_archived_space_is_named_instead_of_a_form(town: Town) -> None:
    town.write(lambda: db.session.execute(sa.update(Space).where(Space.id == "bobine").values(archived_at=now())))
    page = visit(town, "boss").get(NEW)
    assert "This space is archived: nothing is asked of anybody." in words_of(page)
    assert "See what will happen" not in page.text


def test_what_nobody_has_begun_is_to_do_and_not_under_way(any_town: Town) -> None:
    made, _counts = any_town.assign(Scope("bobine", None, "learners"))
    boss, page = visit(any_town, "boss"), f"/assignments/{made}?show=all"
    assert words_of(boss.get(page)).count("to do") == 2
    any_town.write(lambda: learning.complete(any_town.ids["lea"], "alpha", "un", kind="lesson"))
    said = words_of(boss.get(page))
    assert (said.count("to do"), said.count("under way")) == (1, 1)


def test_ending_and_taking_it_up_again(town: Town) -> None:
    made, _counts = town.assign(Scope("bobine", None, "all"))
    boss = visit(town, "boss")
    page = boss.get(f"/assignments/{made}")
    ended = boss.post(f"/assignments/{made}", data={"do": "end", "csrf_token": token(page)}, follow_redirects=True)
    assert "Ended on" in words_of(ended)
    again = boss.post(f"/assignments/{made}", data={"do": "resume", "csrf_token": token(ended)}, follow_redirects=True)
    assert "Ended on" not in words_of(again)
    assert boss.post(f"/assignments/{made}", data={"do": "x", "csrf_token": token(page)}).status_code == 409


def test_one_person_another_day_excused_and_back(any_town: Town) -> None:
    made, _counts = any_town.assign(Scope("bobine", None, "all"), due=Due("after", days=10))
    boss, where = visit(any_town, "boss"), f"/assignments/{made}/people/{any_town.ids['lea']}"
    day = today() + timedelta(days=40)
    said = boss.post(where, data={"do": "day", "due_on": day.isoformat(), "csrf_token": token(boss.get(where))})
    assert said.status_code == 302
    assert any_town.taken()["lea"] == ("active", day)
    for do, expected in (("excuse", None), ("usual", today() + timedelta(days=10))):
        boss.post(where, data={"do": do, "csrf_token": token(boss.get(where))})
        assert any_town.taken()["lea"] == ("active", expected)
    late = boss.post(where, data={"do": "day", "due_on": "2001-01-01", "csrf_token": token(boss.get(where))})
    assert late.status_code == 422
    assert boss.get(f"/assignments/{made}/people/{any_town.ids['far']}").status_code == 404


def test_somebody_who_said_no_is_a_fact_without_a_reason(town: Town) -> None:
    made, _counts = town.assign(Scope("bobine", None, "all"))
    lea = visit(town, "lea")
    lea.post("/courses/alpha/decline", data={"csrf_token": token(lea.get("/courses/alpha"))})
    page = visit(town, "boss").get(f"/assignments/{made}?show=declined")
    assert "Lea" in words_of(page)
    assert "gives no reason" in words_of(page)
    assert "Tom" not in words_of(page)


def test_a_path_is_composed_assigned_and_put_away(any_town: Town) -> None:
    boss = visit(any_town, "boss")
    page = boss.fill("/team/bobine/paths", {"title": "Accueillir", "course0": "alpha", "course1": "gamma"})
    assert "Accueillir" in words_of(page)
    look = boss.get(NEW)
    value = look.get_data(as_text=True).split('value="path:')[1].split('"')[0]
    look = boss.fill(look, {"what": f"path:{value}"}, press="See what")
    boss.fill(look, press="Assign")
    assert (len(any_town.taken()), any_town.taken("gamma")) == (3, {})
    page = boss.post(f"/paths/{value}", data={"csrf_token": token(page)}, follow_redirects=True)
    assert "The path is archived." in page.get_data(as_text=True)
    one_course = boss.fill("/team/bobine/paths", {"title": "Seul", "course0": "alpha"})
    assert one_course.status_code == 422


def test_a_path_shows_on_the_home_of_who_had_begun_its_course_alone(town: Town) -> None:
    town.write(lambda: learning.enrol(town.ids["lea"], "alpha"))
    made = new_id()
    town.write(lambda: service.compose(made, "bobine", "Accueillir", ["alpha", "gamma"], by=town.ids["boss"]))
    town.assign(Scope("bobine", None, "all"), path_id=made)
    assert "Course 1 of 2" in words_of(visit(town, "lea").get("/home"))


def test_on_the_page_of_a_course_a_path_speaks_to_whoever_said_no(town: Town) -> None:
    made, lea = new_id(), town.ids["lea"]
    town.write(lambda: service.compose(made, "bobine", "Accueillir", ["alpha", "gamma"], by=town.ids["boss"]))
    town.assign(Scope("bobine", None, "all"), path_id=made)
    town.write(lambda: learning.enrol(lea, "gamma"))
    town.write(lambda: learning.decline(lea, "gamma"))
    assert "you said no" in words_of(visit(town, "lea").get("/courses/alpha"))
    assert "Course 1 of 2" in words_of(visit(town, "lea").get("/home"))
    town.finish("lea", "alpha")
    assert "of 2" not in words_of(visit(town, "lea").get("/home")), "nothing of it is to be done any more"


def asked(app: Flask, client: StrictClient, path: str) -> int:
    client.get(path)
    with statements(app) as seen:
        assert client.get(path).status_code == 200
    return len([one for one in seen if not one.startswith(("BEGIN", "PRAGMA"))])


def test_the_number_of_queries_does_not_follow_the_people_or_the_assignments(any_town: Town) -> None:
    boss = visit(any_town, "boss")
    made, _counts = any_town.assign(Scope("bobine", None, "all"))
    pages = ("/team/bobine/assignments", NEW, f"/assignments/{made}?show=all", "/home")
    few = [asked(any_town.app, boss, path) for path in pages]
    for number in range(8):
        any_town.person(f"more{number}", ("learner", "bobine"))
        any_town.assign(Scope("bobine", None, "all"), course_id="beta" if number % 2 else "gamma")
    many = [asked(any_town.app, boss, path) for path in pages]
    assert many == few
    assert max(many) <= 12
