"""Leaving by oneself: nothing of the space from the next request and the next job on, and who runs it is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.foundation.db import db, writing
from lms.foundation.errors import DomainError, NotFound, Refused
from lms.spaces import service as spaces
from lms.spaces.joining import service
from lms.spaces.models import Invitation, Membership
from tests.accounts.attacks import token_of
from tests.accounts.people import House, found
from tests.visits import words_of


@pytest.fixture
def demo_house(app: Flask) -> House:
    """A demonstration keeps its mails."""
    return found(app, demo=True)


def test_somebody_leaves_and_the_manager_is_told_without_a_reason(demo_house: House) -> None:
    house = demo_house
    client = house.client("learner_a")
    page = client.get("/account/spaces/la-bobine/leave")
    assert "What stays yours" in words_of(page)
    assert house.count(Membership, Membership.space_id == "la-bobine") == 2, "looking changes nothing"
    page = client.fill(page)
    assert "You belong to no space" in words_of(page)
    assert house.roles("learner_a@example.org") == set()
    house.run_jobs()
    letters = [mail for mail in house.kept() if mail.kind == "left"]
    assert [mail.address for mail in letters] == ["manager_a@example.org"]
    assert "Learner_A" in (letters[0].body or "")


def test_A11_a_manager_who_left_sees_the_team_no_more(any_house: House) -> None:
    house = any_house
    house.write(lambda: spaces.give_role(house.ids["learner_a"], "manager", "la-bobine"))
    client = house.client("manager_a")
    assert client.get("/team/la-bobine").status_code == 200
    client.fill("/account/spaces/la-bobine/leave")
    for path in ("/team/la-bobine", "/team/la-bobine/invite", "/team/la-bobine/code"):
        assert client.get(path).status_code in (403, 404)


def test_A11_invitations_of_a_manager_who_left_open_nothing(any_house: House) -> None:
    house = any_house
    token = house.invitation("ines@example.org")
    house.write(lambda: spaces.give_role(house.ids["learner_a"], "manager", "la-bobine"))
    house.write(lambda: service.leave(house.ids["manager_a"], "la-bobine"))
    answer = house.client().fill(f"/join/{token}", {"name": "Inès"}, follow=False)
    assert answer.status_code == 410
    assert house.roles("ines@example.org") == set()
    with house.open(), writing():
        row = db.session.scalars(sa.select(Invitation)).one()
        assert spaces.mint_invitation(row.id) is None, "nor does its mail leave"


def test_A11_the_team_loses_sight_at_the_next_request(any_house: House) -> None:
    house = any_house
    manager = house.client("manager_a")
    assert "Learner_A" in words_of(manager.get("/team/la-bobine"))
    house.client("learner_a").fill("/account/spaces/la-bobine/leave")
    assert "Learner_A" not in words_of(manager.get("/team/la-bobine"))


def test_A11_a_mail_of_somebody_who_came_back_is_not_sent(demo_house: House) -> None:
    house = demo_house
    house.write(lambda: service.leave(house.ids["learner_a"], "la-bobine"))
    house.write(lambda: spaces.give_role(house.ids["learner_a"], "learner", "la-bobine"))
    house.run_jobs()
    assert [mail for mail in house.kept() if mail.kind == "left"] == []


def test_the_last_manager_hands_over_first(any_house: House) -> None:
    house = any_house
    client = house.client("manager_a")
    page = client.fill("/account/spaces/la-bobine/leave", follow=False)
    assert page.status_code == 409
    assert "only one who runs" in words_of(page)
    assert house.roles("manager_a@example.org") == {("manager", "la-bobine")}


def test_N5_two_managers_leave_at_once_and_one_stays(any_house: House) -> None:
    house = any_house
    for _round in range(5):
        for who in ("manager_a", "learner_a"):
            house.write(lambda who=who: spaces.give_role(house.ids[who], "manager", "la-bobine"))

        def go(who: str) -> bool:
            try:
                with house.open(), writing():
                    service.leave(house.ids[who], "la-bobine")
            except Refused:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(go, ("manager_a", "learner_a"))) == [False, True]
        assert house.count(Membership, Membership.space_id == "la-bobine", Membership.role == "manager") == 1


def test_N2_leaving_twice_at_once_is_once(any_house: House) -> None:
    house = any_house

    def go(_turn: int) -> str:
        try:
            with house.open(), writing():
                service.leave(house.ids["learner_a"], "la-bobine")
        except DomainError as error:
            return type(error).__name__
        return "left"

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(go, range(8))) == ["NotFound"] * 7 + ["left"]


def test_A1_a_space_one_does_not_belong_to_is_like_none(any_house: House) -> None:
    house = any_house
    client = house.client("learner_a")
    token = token_of(client, "/account")
    for space in ("l-estive", "nowhere", "..", "la-bobine%00"):
        assert client.get(f"/account/spaces/{space}/leave").status_code == 404
        assert client.post(f"/account/spaces/{space}/leave", data={"csrf_token": token}).status_code == 404
    with house.open(), pytest.raises(NotFound), writing():
        service.leave(house.ids["learner_a"], "l-estive")
