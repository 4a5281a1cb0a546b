"""Rows A4, A6, A8, A9, A10, A20, E5, N6 and D8 where spaces, lists and assignments meet: what no door of theirs gives away."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import Person
from lms.catalogue import service as catalogue
from lms.catalogue.queries import published
from lms.foundation.db import db, new_id, writing
from lms.foundation.errors import NotFound
from lms.jobs.models import Job
from lms.learning import service as learning
from lms.learning.assignments import service as assignments
from lms.learning.assignments.models import Assignment, LearningPath
from lms.learning.assignments.queries import Scope
from lms.learning.models import Enrolment
from lms.spaces import service as spaces
from lms.spaces.models import Application
from tests.accounts.attacks import token_of
from tests.accounts.people import PASSWORD, House, found
from tests.catalogue.courses import write_course, write_head
from tests.home.conftest import furnish
from tests.spaces.joining.test_transfers import asked
from tests.visits import StrictClient

SPACE, OTHER = "la-bobine", "l-estive"


@pytest.fixture
def town(any_app: Flask, tmp_path: Path) -> House:
    """Two spaces; courses alpha and beta on the shelf, gamma a draft; learner_b learns in both spaces."""
    house = found(any_app)
    furnish(house, tmp_path / "courses", {"alpha": "mediation", "beta": "project"})
    write_head(write_course(tmp_path / "courses", "gamma"), ["un", "deux"], status="draft")
    with house.open():
        catalogue.sync(tmp_path / "courses")
    house.write(lambda: spaces.give_role(house.ids["learner_b"], "learner", SPACE))
    house.write(lambda: db.session.execute(sa.delete(Job)))
    return house


def post(client: StrictClient, path: str, **data: Any) -> int:
    return client.post(path, data={"csrf_token": token_of(client, "/account"), **data}).status_code


def listed(house: House, who: str, text: str, **chosen: str) -> int:
    """Bring a list to the first space and apply it; gives the last answer."""
    client = house.client(who)
    token = token_of(client, "/account")
    read = client.post(f"/team/{SPACE}/roster", data={"csrf_token": token, "text": text})
    return client.post(read.location, data={"csrf_token": token, "do": "import", "course": "", **chosen}).status_code


TABLES = (
    "", "?space_id=l-estive", "?space=l-estive&space=la-bobine", "?space_id[]=l-estive", "?space_id=*", "?space_id=-1",
    "?on=&show=*&q=", "?show=all&show=late&on[]=alpha", "?after=&before=&q=%25", "?q=learner_b",
)  # fmt: skip


@pytest.mark.parametrize("query", TABLES)
def test_A4_no_filter_of_a_table_reaches_another_space(town: House, query: str) -> None:
    town.write(lambda: spaces.end_membership(town.ids["learner_b"], SPACE, by=None))
    client = town.client("manager_a")
    for path in (f"/team/{SPACE}/table.csv", f"/team/{SPACE}", f"/team/{SPACE}/late"):
        answer = client.get(path + query)
        assert answer.status_code == 200
        assert "learner_b@" not in answer.get_data(as_text=True).replace(query, "")
        assert "manager_b" not in answer.get_data(as_text=True).lower()


def test_A6_nobody_moves_out_of_a_space_that_is_not_theirs_or_into_one_that_did_not_ask(town: House) -> None:
    transfer = asked(town, "learner_a", OTHER, "manager_b")
    client = town.client("learner_a")
    for answer in (f"moved.{OTHER}", "moved.nowhere", "moved.", "moved", "both.la-bobine", "joined"):
        assert post(client, f"/transfers/{transfer}", answer=answer, space_id=OTHER) == 422, answer
    assert town.roles("learner_a@example.org") == {("learner", SPACE)}


def test_A6_a_list_goes_to_the_space_in_its_address_alone(town: House) -> None:
    assert listed(town, "manager_a", "Name,E-mail,Space\nEve,eve@example.net,l-estive\n", space_id=OTHER) == 302
    assert town.roles("eve@example.net") == {("learner", SPACE)}


def test_A8_a_learner_lets_nobody_in_and_enrols_reminds_or_assigns_nobody(town: House) -> None:
    client, me = town.client("learner_a"), town.ids["learner_a"]
    town.write(lambda: spaces.apply(town.ids["trainer"], SPACE))
    before = town.state()
    for path, data in (
        (f"/team/{SPACE}/join-requests/{town.ids['trainer']}", {"decision": "accept"}),
        (f"/team/{SPACE}/join-requests", {"decision": "accept", "people": town.ids["trainer"]}),
        (f"/team/{SPACE}", {"people": me, "course": "alpha"}),
        (f"/team/{SPACE}/late", {"line": "x"}),
        (f"/team/{SPACE}/roster", {"text": "a@example.net"}),
        (f"/team/{SPACE}/assignments/new", {"what": "course:alpha", "who": "all", "due": "none", "do": "assign"}),
        (f"/team/{SPACE}/people/{me}", {"do": "deputy"}),
        (f"/network/spaces/{SPACE}/people/{me}", {"do": "manager"}),
        (f"/team/{SPACE}/code", {"do": "make"}),
    ):
        assert post(client, path, **data) == 403, path
    assert town.state() == before
    assert (town.count(Enrolment), town.count(Assignment)) == (0, 0)


def test_A9_a_manager_assigns_and_composes_for_their_space_alone(town: House) -> None:
    """The network's own doors are shut, and no field of the space's form reaches a territory or everybody."""
    client = town.client("manager_a")
    fields = {
        "what": "course:alpha",
        "who": "all",
        "due": "none",
        "do": "assign",
        "where": "conflent",
        "scope": "network",
    }
    assert post(client, "/network/assignments/new", **fields) == 403
    assert post(client, "/network/paths", title="x", course="alpha") == 403
    assert post(client, f"/team/{OTHER}/assignments/new", **fields) == 404
    for space, territory in ((None, None), (None, "conflent"), (OTHER, None)):
        with pytest.raises(NotFound):
            town.write(
                lambda space=space, territory=territory: assignments.assign(
                    new_id(), Scope(space, territory, "all"), by=town.ids["manager_a"], course_id="alpha"
                )
            )
        if territory is None:
            with pytest.raises(NotFound):
                town.write(
                    lambda space=space: assignments.compose(
                        new_id(), space, "x", ["alpha", "beta"], by=town.ids["manager_a"]
                    )
                )
    assert (town.count(Assignment), town.count(LearningPath), town.count(Enrolment)) == (0, 0, 0)


def test_A10_who_runs_a_space_changes_no_name_address_or_password(town: House) -> None:
    """Of somebody shared with another space, or of anybody: neither by a list, nor by taking it back, nor by a form."""
    who = Person.id == town.ids["learner_b"]

    def kept() -> tuple[Any, ...]:
        with town.open():
            one = db.session.execute(
                sa.select(
                    Person.email, Person.name, Person.lang, Person.zone, Person.password_hash, Person.state
                ).where(who)
            ).one()
            return tuple(one)

    before = kept()
    text = "Name,E-mail,Password,Language,State\nSomebody Else,Learner_B@Example.org,secret-secret,ca,closed\n"
    assert listed(town, "manager_a", text) == 302
    client = town.client("manager_a")
    forged = {
        "name": "X",
        "email": "x@example.net",
        "password": PASSWORD,
        "lang": "ca",
        "person_id": town.ids["learner_b"],
    }
    for do in ("deputy", "learner", "remove", "back"):
        post(client, f"/team/{SPACE}/people/{town.ids['learner_b']}", do=do, **forged)
    post(client, f"/team/{SPACE}/people/{town.ids['learner_b']}/account", **forged)
    assert kept() == before
    assert ("learner", OTHER) in town.roles("learner_b@example.org")


def test_A20_what_is_not_offered_is_put_on_nobody(town: House) -> None:
    """A draft, by every door that puts people on courses; and by the learner's own."""
    client, me = town.client("manager_a"), town.ids["learner_a"]
    assert post(client, f"/team/{SPACE}", people=me, course="gamma", due_on="", why="") == 422
    assert listed(town, "manager_a", "E-mail,Name\nlearner_a@example.org,L\n", course="gamma") == 422
    fields = {"what": "course:gamma", "who": "all", "due": "none", "do": "assign"}
    assert post(client, f"/team/{SPACE}/assignments/new", **fields) == 422
    with pytest.raises(NotFound):
        town.write(
            lambda: assignments.assign(new_id(), Scope(SPACE, None, "all"), by=town.ids["manager_a"], course_id="gamma")
        )
    with pytest.raises(NotFound):
        town.write(lambda: assignments.compose(new_id(), SPACE, "x", ["alpha", "gamma"], by=town.ids["manager_a"]))
    assert post(town.client("learner_a"), "/courses/gamma/enrol") == 404
    assert town.count(Enrolment) == 0


def test_E5_nobody_comes_by_themselves_where_that_is_closed(town: House) -> None:
    """The network takes people by invitation alone: a direct post asks no space and enrols in nothing that is shut."""
    client = town.client("trainer")
    assert post(client, "/register/space", space=SPACE) == 404
    assert post(client, "/register", name="X", email="x@example.net") == 404
    assert post(client, "/courses/gamma/enrol") == 404
    assert post(client, "/courses/nothing/enrol") == 404
    assert (town.count(Application), town.count(Enrolment)) == (0, 0)
    assert town.count(Person, Person.email == "x@example.net") == 0
    assert town.roles("trainer@example.org") == {("trainer", None)}


def test_N6_finished_on_two_devices_at_once_the_path_goes_on_once(town: House) -> None:
    path, me = new_id(), town.ids["learner_a"]
    town.write(lambda: assignments.compose(path, SPACE, "Both", ["alpha", "beta"], by=town.ids["manager_a"]))
    town.write(lambda: assignments.assign(new_id(), Scope(SPACE, None, "all"), by=town.ids["manager_a"], path_id=path))
    town.run_jobs()
    with town.open():
        units = [one.id for one in catalogue_units("alpha")]
    wrong: list[Exception] = []

    def finish(order: list[str]) -> None:
        for unit in order:
            try:
                with town.open(), writing():
                    learning.complete(me, "alpha", unit, kind="lesson")
            except Exception as error:  # whatever it is, the test says so
                wrong.append(error)

    threads = [threading.Thread(target=finish, args=(order,)) for order in (units, list(reversed(units)))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert not wrong
    town.run_jobs()
    with town.open():
        rows = db.session.execute(sa.select(Enrolment.course_id, Enrolment.state).where(Enrolment.person_id == me))
        assert sorted(map(tuple, rows)) == [("alpha", "finished"), ("beta", "active")]


def catalogue_units(course: str) -> Any:
    served = published(course)
    assert served is not None
    return served.document.units


def test_D8_what_is_told_of_many_waits_behind_what_one_person_waits_for(town: House) -> None:
    """Assigning to everybody: its letters are last in the queue, and a link to sign in goes before them."""
    text = "E-mail,Name\n" + "".join(f"many{n}@example.net,Many\n" for n in range(60))
    assert listed(town, "manager_a", text) == 302
    town.write(lambda: db.session.execute(sa.delete(Job)))
    town.write(
        lambda: assignments.assign(new_id(), Scope(SPACE, None, "all"), by=town.ids["manager_a"], course_id="alpha")
    )
    town.write(lambda: spaces.register(email="learner_a@example.org", name="L", lang="fr"))
    with town.open():
        jobs = db.session.execute(sa.select(Job.task, Job.priority, Job.args)).all()
    letters = [job for job in jobs if job.task == "notifications.tell_of_enrolment"]
    others = {job.priority for job in jobs if "sign_in" in job.task or "link" in job.task}
    assert sum(len(job.args["enrolments"]) for job in letters) >= 60
    assert len(letters) == 2, "told in parts"
    assert others
    assert max(others) < min(job.priority for job in letters)
