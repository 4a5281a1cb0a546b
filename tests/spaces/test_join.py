"""Invitations: one use, seven days, one address, what stands in the row and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.foundation.db import db
from lms.spaces import service as spaces
from lms.spaces.models import Invitation, Membership
from tests.accounts.attacks import AWAY, FORBIDDEN, forgeries, leads_home, token_of
from tests.accounts.people import CONTACT, House
from tests.visits import page_of, words_of

INES = "ines@example.org"


def accept(house: House, token: str, **fields: str):  # type: ignore[no-untyped-def]
    return house.client().fill(f"/join/{token}", {"name": "Inès", **fields}, follow=False)


def test_an_invitation_says_who_invites_and_what_will_be_seen(house: House) -> None:
    page = house.client().get(f"/join/{house.invitation(INES)}")
    words = words_of(page)
    for part in ("La Bobine, in Prades, invites you", "Manager_A", INES, "Never:", "your answers", "it is anonymous"):
        assert part in words
    field = next(field for field in page_of(page).iter("input") if field.get("id") == "email")
    assert field.get("value") == INES
    assert field.get("readonly") is not None
    assert field.get("name") is None, "the address is not sent: it stands in the row"


def test_accepting_signs_in_and_gives_what_the_row_says(any_house: House) -> None:
    house = any_house
    client = house.client()
    answer = client.fill(f"/join/{house.invitation(INES)}?lang=fr", {"name": "Inès", "lang": "ca"}, follow=False)
    assert (answer.status_code, answer.location) == (302, "/home")
    page = client.get("/account")
    assert INES in words_of(page)
    assert page_of(page).get("lang") == "ca", "the language chosen counts, not the one of the mail"
    assert house.roles(INES) == {("learner", "la-bobine")}


@pytest.mark.parametrize(
    ("role", "space", "by"),
    [("manager", "l-estive", "coordinator"), ("trainer", None, "coordinator"), ("coordinator", None, None)],
)
def test_every_role_can_be_invited_to_by_whoever_may(
    house: House, role: str, space: str | None, by: str | None
) -> None:
    assert accept(house, house.invitation(INES, role, space, by)).status_code == 302
    assert house.roles(INES) == {(role, space)}


def test_somebody_with_an_account_only_presses_the_button(house: House) -> None:
    token = house.invitation("learner_b@example.org")
    client = house.client()
    assert "Hello Learner_B" in words_of(client.get(f"/join/{token}"))
    assert client.fill(f"/join/{token}", follow=False).location == "/home"
    assert house.roles("learner_b@example.org") == {("learner", "l-estive"), ("learner", "la-bobine")}
    with house.open():
        assert db.session.get_one(Person, house.ids["learner_b"]).name == "Learner_B"


def test_a_manager_invited_to_learn_stays_a_manager(house: House) -> None:
    token = house.invitation("manager_a@example.org")
    house.client().fill(f"/join/{token}")
    assert house.roles("manager_a@example.org") == {("manager", "la-bobine")}


def test_E1_an_invitation_works_once(any_house: House) -> None:
    house = any_house
    token = house.invitation(INES)
    assert accept(house, token).status_code == 302
    again = house.client().get(f"/join/{token}")
    assert again.status_code == 410
    assert "This invitation has been used" in words_of(again)
    assert house.client().post(f"/join/{token}", data={"csrf_token": "x"}).status_code == 400
    assert house.count(Person, Person.email == INES) == 1


@pytest.mark.parametrize("_round", range(3))
def test_N7_one_address_that_accepts_two_invitations_at_once_is_one_account(any_house: House, _round: int) -> None:
    tokens = [any_house.invitation(INES), any_house.invitation(INES, space="l-estive", by="manager_b")]
    clients = [any_house.client() for _ in tokens]
    pages = [client.get(f"/join/{token}") for client, token in zip(clients, tokens, strict=True)]
    barrier = threading.Barrier(2)

    def press(number: int) -> int:
        barrier.wait(30)
        return clients[number].fill(pages[number], {"name": "Inès"}, follow=False).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(press, range(2))) == [302, 302]
    assert any_house.roles(INES) == {("learner", "la-bobine"), ("learner", "l-estive")}


def test_E1_pressing_twice_leads_home(any_house: House) -> None:
    house = any_house
    token = house.invitation(INES)
    client = house.client()
    client.fill(f"/join/{token}", {"name": "Inès"})
    assert client.get(f"/join/{token}").location == "/home"


def _expired(house: House) -> None:
    house.later(Invitation, expires_at=timedelta(days=-7, seconds=-1))


def _cancelled(house: House) -> None:
    with house.open():
        row = db.session.scalars(sa.select(Invitation)).one()
    house.write(lambda: spaces.cancel_invitation(row.id, "la-bobine", by=house.ids["manager_a"]))


def _invited_anew(house: House) -> None:
    house.invitation(INES)


@pytest.mark.parametrize("over", [_expired, _cancelled, _invited_anew])
def test_E1_an_invitation_that_is_over_opens_nothing_and_says_whom_to_ask(
    any_house: House, over: Callable[[House], None]
) -> None:
    house = any_house
    token = house.invitation(INES)
    client = house.client()
    page = client.get(f"/join/{token}")
    over(house)
    before = house.state()
    late = client.fill(page, {"name": "Inès"}, follow=False)
    assert late.status_code == 410
    words = words_of(late)
    assert "Manager_A" in words
    assert "La Bobine" in words
    assert CONTACT in words
    assert house.state() == before


def test_E1_an_invitation_lives_seven_days(any_house: House) -> None:
    house = any_house
    house.invitation(INES)
    with house.open():
        row = db.session.scalars(sa.select(Invitation)).one()
        assert row.expires_at - row.created_at == timedelta(days=7)


def test_E1_somebody_else_signed_in_is_asked_first(any_house: House) -> None:
    house = any_house
    token = house.invitation(INES)
    client = house.client("learner_b")
    page = client.get(f"/join/{token}")
    words = words_of(page)
    assert "You are signed in as somebody else" in words
    assert "learner_b@example.org" in words
    before = house.state()
    data = {"csrf_token": token_of(client, f"/join/{token}"), "name": "Inès", "lang": "en"}
    asked = client.post(f"/join/{token}", data=data)
    assert asked.status_code == 409
    assert "Inès" in asked.get_data(as_text=True), "nothing typed is lost"
    assert house.state() == before
    assert "learner_b@example.org" in words_of(client.get("/account"))
    done = client.fill(page, {"name": "Inès"}, press="Change account and accept", follow=False)
    assert done.location == "/home"
    assert INES in words_of(client.get("/account"))
    assert house.roles("learner_b@example.org") == {("learner", "l-estive")}, "the other account gained nothing"


def test_E1_the_address_of_the_row_counts_not_the_one_that_is_sent(any_house: House) -> None:
    house = any_house
    token = house.invitation(INES)
    client = house.client()
    data = {"csrf_token": token_of(client, f"/join/{token}"), "name": "Inès", "lang": "en", "email": "evil@example.org"}
    assert client.post(f"/join/{token}", data=data).status_code == 302
    assert house.roles("evil@example.org") == set()
    assert house.count(Person, Person.email == "evil@example.org") == 0


def test_E2_A7_the_form_cannot_change_role_or_space(any_house: House) -> None:
    house = any_house
    token = house.invitation(INES)
    client = house.client()
    data = {**FORBIDDEN, "csrf_token": token_of(client, f"/join/{token}"), "name": "Inès", "lang": "en"}
    assert client.post(f"/join/{token}?role=coordinator&space_id=l-estive", data=data).status_code == 302
    assert house.roles(INES) == {("learner", "la-bobine")}
    with house.open():
        made = db.session.scalars(sa.select(Person).where(Person.email == INES)).one()
        assert (made.state, made.demo, made.password_hash) == ("active", False, None)


def test_E3_tokens_are_long_and_kept_as_digests(any_house: House) -> None:
    house = any_house
    token = house.invitation(INES)
    with house.open():
        row = db.session.scalars(sa.select(Invitation)).one()
        assert row.token_digest not in (None, token)
    assert len(token) == 32


@pytest.mark.parametrize("token", ["x", "a" * 32, "..", "%00", "a" * 5000, "é", "{{7*7}}"])
def test_E3_made_up_invitations_get_the_same_page(any_house: House, token: str) -> None:
    house = any_house
    answer = house.client().get(f"/join/{token}")
    if answer.status_code != 404:
        assert answer.status_code == 410
        assert "This invitation is over" in words_of(answer)
        assert "La Bobine" not in words_of(answer)


def _demoted(house: House) -> None:
    house.write(lambda: db.session.execute(sa.delete(Membership).where(Membership.person_id == house.ids["manager_a"])))


def _made_learner(house: House) -> None:
    where = Membership.person_id == house.ids["manager_a"]
    house.write(lambda: db.session.execute(sa.update(Membership).where(where).values(role="learner")))


def _giver_disabled(house: House) -> None:
    house.write(lambda: accounts.disable(house.ids["manager_a"]))


def _moved(house: House) -> None:
    where = Membership.person_id == house.ids["manager_a"]
    house.write(lambda: db.session.execute(sa.update(Membership).where(where).values(space_id="l-estive")))


@pytest.mark.parametrize("lost", [_demoted, _made_learner, _giver_disabled, _moved])
def test_E4_an_inviter_who_lost_the_right_invites_nobody(any_house: House, lost: Callable[[House], None]) -> None:
    house = any_house
    token = house.invitation(INES)
    lost(house)
    answer = accept(house, token)
    assert answer.status_code == 410
    assert "can no longer do so" in words_of(answer)
    assert "Ask the person who runs La Bobine" in words_of(answer), "not the one who can no longer invite"
    assert house.count(Person, Person.email == INES) == 0


def test_an_invitation_does_not_open_a_disabled_account(house: House) -> None:
    token = house.invitation("learner_b@example.org")
    house.write(lambda: accounts.disable(house.ids["learner_b"]))
    client = house.client()
    assert client.fill(f"/join/{token}", follow=False).status_code == 410
    assert client.get("/account").status_code == 302
    assert house.roles("learner_b@example.org") == {("learner", "l-estive")}


def test_opening_an_invitation_changes_nothing(house: House) -> None:
    token = house.invitation(INES)
    before = house.state()
    for who in (None, "learner_b"):
        client = house.client(who)
        mine = house.state() if who else before
        assert client.get(f"/join/{token}").status_code == 200
        client.head(f"/join/{token}")
        assert house.state() == mine


def test_L5_accepting_gives_a_fresh_session(house: House) -> None:
    token = house.invitation(INES)
    client = house.client()
    client.get(f"/join/{token}")
    planted = client.get_cookie("cordada")
    assert planted is not None
    client.fill(f"/join/{token}", {"name": "Inès"})
    attacker = house.client()
    attacker.set_cookie("cordada", planted.value)
    assert attacker.get("/account").status_code == 302


def test_F1_an_invitation_cannot_be_accepted_from_elsewhere(house: House) -> None:
    path = f"/join/{house.invitation(INES)}"
    before = house.state()
    for what, answer in forgeries(house, house.client, path, path, {"name": "Inès", "lang": "en"}).items():
        assert answer.status_code in (400, 415), what
    assert house.state() == before


def test_O1_accepting_never_leads_away(house: House) -> None:
    for number, payload in enumerate(AWAY):
        token = house.invitation(f"ines{number}@example.org")
        client = house.client()
        data = {"csrf_token": token_of(client, f"/join/{token}"), "name": "Inès", "lang": "en", "next": payload}
        answer = client.post(f"/join/{token}", query_string={"next": payload}, data=data)
        assert answer.status_code == 302, payload
        assert leads_home(answer), payload


def test_an_unusable_name_is_refused_and_the_invitation_stays(house: House) -> None:
    token = house.invitation(INES)
    answer = accept(house, token, name="Ona\u202e")
    assert answer.status_code == 422
    assert "1 to 200 characters" in words_of(answer)
    assert accept(house, token).status_code == 302
