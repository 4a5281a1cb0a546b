"""Coming by oneself where the network is open: the address is proved first, then a manager accepts."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.models import CountedTry, Person, SignInLink
from lms.foundation.db import db
from lms.jobs.models import Job
from lms.spaces.models import Application
from tests.accounts.attacks import FORBIDDEN, forgeries, stripped, token_of
from tests.accounts.people import House, found
from tests.visits import words_of

ONA = "ona@example.org"


@pytest.fixture
def open_house(app: Flask) -> House:
    """A network that lets people come by themselves."""
    return found(app, registration="open")


def join_by_link(house: House, email: str = ONA):  # type: ignore[no-untyped-def]
    """Register and press the link of the mail; gives the visitor."""
    house.client().fill("/register", {"name": "Ona", "email": email})
    with house.open():
        house.ids["ona"] = db.session.scalars(sa.select(Person.id).where(Person.email == email)).one()
    client = house.client()
    client.fill(f"/link/{house.link('ona', 'sign_in')}")
    return client


@pytest.mark.parametrize("path", ["/register", "/register/sent", "/register/space"])
def test_where_registration_is_by_invitation_there_is_no_such_page(house: House, path: str) -> None:
    assert house.client("learner_a").get(path).status_code == 404
    if path != "/register/space":
        assert house.client().get(path).status_code == 404
    client = house.client("learner_a")
    assert client.post(path, data={"csrf_token": token_of(client, "/account")}).status_code in (404, 405)
    assert house.count(Application) == 0


def test_L3_known_new_and_disabled_get_the_same_answer(open_house: House) -> None:
    house = open_house
    house.write(lambda: accounts.disable(house.ids["learner_b"]))
    pages = set()
    for email in (ONA, "learner_a@example.org", "learner_b@example.org"):
        client = house.client()
        answer = client.fill("/register", {"name": "Ona", "email": email}, follow=False)
        pages.add((answer.status_code, answer.location, stripped(client.get(answer.location), email)))
        assert client.get("/account").status_code == 302, "nobody is signed in before the address is proved"
    assert len(pages) == 1
    assert house.count(SignInLink) == 2
    assert house.count(Job, Job.task == "notifications.send_link") == 2
    with house.open():
        assert db.session.get_one(Person, house.ids["learner_a"]).name == "Learner_A", "a stranger renames nobody"


def test_nothing_opens_before_a_manager_accepts(open_house: House) -> None:
    house = open_house
    client = join_by_link(house)
    assert house.roles(ONA) == set()
    assert client.get("/team/la-bobine/invite").status_code == 403
    answer = client.fill("/register/space", {"space": "l-estive"})
    assert "waiting for an answer" in words_of(answer)
    assert house.roles(ONA) == set()
    client.fill("/register/space", {"space": "l-estive"})
    assert house.count(Application) == 1, "asked twice is asked once"

    manager = house.client("manager_b")
    data = {"csrf_token": token_of(manager, "/account"), "decision": "accept"}
    done = manager.post(f"/team/l-estive/join-requests/{house.ids['ona']}", data=data)
    assert done.status_code == 302
    assert done.location.startswith("/team")
    assert house.roles(ONA) == {("learner", "l-estive")}
    assert "accepted" in words_of(client.get("/register/space"))
    again = manager.post(f"/team/l-estive/join-requests/{house.ids['ona']}", data={**data, "decision": "decline"})
    assert again.status_code == 409
    assert house.roles(ONA) == {("learner", "l-estive")}


def test_declining_opens_nothing(open_house: House) -> None:
    house = open_house
    client = join_by_link(house)
    client.fill("/register/space", {"space": "la-bobine"})
    manager = house.client("manager_a")
    data = {"csrf_token": token_of(manager, "/account"), "decision": "decline"}
    assert manager.post(f"/team/la-bobine/join-requests/{house.ids['ona']}", data=data).status_code == 302
    assert house.roles(ONA) == set()
    assert "declined" in words_of(client.get("/register/space"))


@pytest.mark.parametrize("space", ["", "nowhere", "la-bobine' --", "../la-bobine"])
def test_only_spaces_of_the_network_can_be_asked(open_house: House, space: str) -> None:
    client = open_house.client("trainer")
    data = {"csrf_token": token_of(client, "/register/space"), "space": space}
    assert client.post("/register/space", data=data).status_code == 422
    assert open_house.count(Application) == 0


def test_A7_asking_is_always_for_oneself(open_house: House) -> None:
    house = open_house
    client = house.client("trainer")
    data = {**FORBIDDEN, "csrf_token": token_of(client, "/register/space"), "space": "la-bobine",
            "person_id": house.ids["learner_b"], "state": "accepted", "decided_by": house.ids["manager_a"]}  # fmt: skip
    assert client.post("/register/space", data=data).status_code == 302
    with house.open():
        row = db.session.scalars(sa.select(Application)).one()
        assert (row.person_id, row.space_id, row.state, row.decided_by) == (
            house.ids["trainer"],
            "la-bobine",
            "asked",
            None,
        )


def test_L8_N7_one_account_and_three_mails_however_the_address_is_spelled(open_house: House) -> None:
    house = open_house
    for spelled in (ONA, "ONA@example.org", "Ona@Example.Org", " ona@EXAMPLE.org ", ONA):
        answer = house.client().fill("/register", {"name": "Ona", "email": spelled}, follow=False)
        assert answer.location == "/register/sent"
    assert house.count(Person, Person.email == ONA) == 1
    assert house.count(SignInLink) == 3
    house.later(CountedTry, window_start=timedelta(days=-1))
    house.client().fill("/register", {"name": "Ona", "email": ONA})
    assert house.count(SignInLink) == 4


def test_F1_forged_registrations_and_requests_change_nothing(open_house: House) -> None:
    house = open_house
    trainer = house.client("trainer")
    before = house.state()
    for what, answer in forgeries(house, house.client, "/register", "/register", {"name": "Ona", "email": ONA}).items():
        assert answer.status_code in (400, 415), what
    for what, answer in forgeries(
        house, lambda: trainer, "/register/space", "/register/space", {"space": "la-bobine"}
    ).items():
        assert answer.status_code in (400, 415), what
    assert house.state() == before
    assert house.count(Application) == 0


@pytest.mark.parametrize(
    ("name", "email"),
    [("", ONA), ("Ona", ""), ("Ona", "ona"), ("Ona\x00", ONA), ("Ona", "ona@example.org\r\nBcc: x@y.org")],
)
def test_what_cannot_be_used_is_said_and_kept(open_house: House, name: str, email: str) -> None:
    client = open_house.client()
    data = {"csrf_token": token_of(client, "/register"), "name": name, "email": email}
    answer = client.post("/register", data=data)
    assert answer.status_code == 422
    assert open_house.count(Person) == 6
