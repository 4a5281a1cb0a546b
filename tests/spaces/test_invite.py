"""The manager's side: inviting, withdrawing, answering; into one's own space, as a learner, and nothing else."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms.accounts.models import CountedTry
from lms.foundation.db import db, writing
from lms.foundation.errors import Refused
from lms.spaces import privacy, service
from lms.spaces.models import Application, Invitation, Membership, NetworkRole
from lms.spaces.rules import GIVERS, may_give
from tests.accounts.attacks import AWAY, FORBIDDEN, forgeries, leads_home, token_of
from tests.accounts.people import House
from tests.visits import words_of

INES = "ines@example.org"


def test_a_manager_invites_and_withdraws(house: House) -> None:
    client = house.client("manager_a")
    page = client.fill("/team/la-bobine/invite", {"email": "Ines@Example.org", "lang": "ca"})
    assert INES in words_of(page)
    with house.open():
        row = db.session.scalars(sa.select(Invitation)).one()
        assert (row.email, row.role, row.space_id, row.lang) == (INES, "learner", "la-bobine", "ca")
        assert row.invited_by == house.ids["manager_a"]
        assert row.token_digest is None, "the link is made when its mail is written"
    gone = client.fill(page, form="/cancel")
    assert f"{INES}withdrawn" in words_of(gone)
    with house.open():
        db.session.expire_all()
        with writing():
            assert service.mint_invitation(row.id) is None, "a withdrawn invitation is not mailed"


def test_a_form_without_a_language_writes_in_the_language_of_the_space(house: House) -> None:
    client = house.client("manager_a")
    data = {"csrf_token": token_of(client, "/account"), "email": INES}
    assert client.post("/team/la-bobine/invite", data=data).status_code == 302
    with house.open():
        assert db.session.scalars(sa.select(Invitation.lang)).one() == "fr"


def test_A7_A9_the_form_invites_learners_to_this_space_alone(any_house: House) -> None:
    house = any_house
    client = house.client("manager_a")
    data = {**FORBIDDEN, "csrf_token": token_of(client, "/team/la-bobine/invite"), "email": INES, "lang": "fr"}
    assert client.post("/team/la-bobine/invite?role=coordinator", data=data).status_code == 302
    with house.open():
        row = db.session.scalars(sa.select(Invitation)).one()
        assert (row.role, row.space_id) == ("learner", "la-bobine")


WHO = ("manager_a", "manager_b", "learner_a", "trainer", "coordinator", None)


@pytest.mark.parametrize("who", WHO)
def test_A1_only_the_manager_of_the_space_gets_in(any_house: House, who: str | None) -> None:
    house = any_house
    house.invitation(INES, space="l-estive", by="manager_b")
    with house.open():
        row = db.session.scalars(sa.select(Invitation)).one()
    house.write(lambda: service.apply(house.ids["trainer"], "l-estive"))
    client = house.client(who)
    token = token_of(client, "/account" if who else "/sign-in")
    before = house.state()
    answers = {
        "page": client.get("/team/l-estive/invite"),
        "invite": client.post(
            "/team/l-estive/invite", data={"csrf_token": token, "email": "x@example.org", "lang": "fr"}
        ),
        "cancel": client.post(f"/team/l-estive/invitations/{row.id}/cancel", data={"csrf_token": token}),
        "decide": client.post(
            f"/team/l-estive/join-requests/{house.ids['trainer']}", data={"csrf_token": token, "decision": "accept"}
        ),
    }
    if who == "manager_b":
        assert {name: answer.status_code for name, answer in answers.items()} == {
            "page": 200, "invite": 302, "cancel": 302, "decide": 302,
        }  # fmt: skip
        return
    assert house.state() == before
    wanted = 302 if who is None else 404 if who == "manager_a" else 403
    assert {answer.status_code for answer in answers.values()} == {wanted}
    if who == "manager_a":
        missing = client.get("/team/nowhere/invite")
        foreign = answers["page"]
        assert missing.status_code == foreign.status_code
        assert missing.get_data().replace(b"nowhere", b"l-estive") == foreign.get_data(), (
            "foreign and missing are told the same"
        )


def test_A2_an_invitation_is_looked_up_through_its_space(any_house: House) -> None:
    house = any_house
    house.invitation(INES, space="l-estive", by="manager_b")
    with house.open():
        row = db.session.scalars(sa.select(Invitation)).one()
    client = house.client("manager_a")
    data = {"csrf_token": token_of(client, "/account")}
    before = house.state()
    assert client.post(f"/team/la-bobine/invitations/{row.id}/cancel", data=data).status_code == 404
    assert client.post("/team/la-bobine/invitations/missing/cancel", data=data).status_code == 404
    assert house.state() == before


def test_A2_a_request_to_another_space_cannot_be_answered_through_ones_own(any_house: House) -> None:
    house = any_house
    house.write(lambda: service.apply(house.ids["trainer"], "l-estive"))
    client = house.client("manager_a")
    data = {"csrf_token": token_of(client, "/account"), "decision": "accept"}
    for person in (house.ids["trainer"], house.ids["learner_b"], "missing"):
        assert client.post(f"/team/la-bobine/join-requests/{person}", data=data).status_code == 409
    assert house.roles("trainer@example.org") == {("trainer", None)}


@pytest.mark.parametrize("decision", ["", "maybe", "ACCEPT", "accept\x00"])
def test_a_decision_is_accept_or_decline(house: House, decision: str) -> None:
    house.write(lambda: service.apply(house.ids["trainer"], "la-bobine"))
    client = house.client("manager_a")
    data = {"csrf_token": token_of(client, "/account"), "decision": decision}
    assert client.post(f"/team/la-bobine/join-requests/{house.ids['trainer']}", data=data).status_code == 409
    assert house.count(Application, Application.state == "asked") == 1


def test_O1_deciding_never_leads_away(house: House) -> None:
    client = house.client("manager_a")
    token = token_of(client, "/account")
    for payload in (*AWAY, "/team/la-bobine?page=2"):
        house.write(lambda: db.session.execute(sa.delete(Application)))
        house.write(lambda: service.apply(house.ids["trainer"], "la-bobine"))
        data = {"csrf_token": token, "decision": "decline", "next": payload}
        answer = client.post(f"/team/la-bobine/join-requests/{house.ids['trainer']}", data=data)
        assert answer.status_code == 302, payload
        assert leads_home(answer), payload
    assert answer.location == "/team/la-bobine?page=2"


def test_F1_forged_invitations_and_decisions_change_nothing(house: House) -> None:
    house.invitation(INES)
    with house.open():
        row = db.session.scalars(sa.select(Invitation)).one()
    house.write(lambda: service.apply(house.ids["trainer"], "la-bobine"))
    client = house.client("manager_a")
    before = house.state()
    for path, data in (
        ("/team/la-bobine/invite", {"email": "x@example.org", "lang": "fr"}),
        (f"/team/la-bobine/invitations/{row.id}/cancel", {}),
        (f"/team/la-bobine/join-requests/{house.ids['trainer']}", {"decision": "accept"}),
    ):
        for what, answer in forgeries(house, lambda: client, "/account", path, data).items():
            assert answer.status_code in (400, 415), (path, what)
    assert client.get(f"/team/la-bobine/invitations/{row.id}/cancel").status_code == 405
    assert client.get(f"/team/la-bobine/join-requests/{house.ids['trainer']}").status_code == 405
    assert house.state() == before
    assert house.count(Application, Application.state == "asked") == 1


def test_L8_one_address_is_invited_three_times_an_hour(house: House) -> None:
    client = house.client("manager_a")
    statuses = [
        client.fill("/team/la-bobine/invite", {"email": INES}, form="/invite", follow=False).status_code
        for _ in range(5)
    ]
    assert statuses == [302, 302, 302, 429, 429]
    house.later(CountedTry, window_start=timedelta(hours=-1))
    assert client.fill("/team/la-bobine/invite", {"email": INES}, form="/invite", follow=False).status_code == 302


@pytest.mark.parametrize(
    "email", ["", "ines", "ines@example.org, x@example.org", "ines@example.org\nBcc: x@y.org", "<ines@example.org>"]
)
def test_what_is_no_address_is_not_invited(house: House, email: str) -> None:
    client = house.client("manager_a")
    data = {"csrf_token": token_of(client, "/team/la-bobine/invite"), "email": email, "lang": "fr"}
    assert client.post("/team/la-bobine/invite", data=data).status_code == 422
    assert house.count(Invitation) == 0


ROLES = ("learner", "manager", "trainer", "coordinator")


@pytest.mark.parametrize(("role", "giver"), list(itertools.product(ROLES, ROLES)))
def test_A9_only_strictly_lower_roles_are_given(role: str, giver: str) -> None:
    allowed = {("learner", "manager"), ("manager", "coordinator"), ("trainer", "coordinator")}
    assert may_give(role, {giver}) is ((role, giver) in allowed)


def test_A9_nobody_gives_without_a_role_and_nobody_makes_coordinators() -> None:
    assert not any(may_give(role, set()) for role in ROLES)
    assert GIVERS["coordinator"] == frozenset()


@pytest.mark.parametrize(
    ("by", "role", "space"),
    [
        ("manager_a", "learner", "l-estive"),
        ("manager_a", "manager", "la-bobine"),
        ("manager_a", "trainer", None),
        ("learner_a", "learner", "la-bobine"),
        ("trainer", "learner", "la-bobine"),
        ("coordinator", "coordinator", None),
        ("coordinator", "learner", "la-bobine"),
    ],
)
def test_A9_invitations_beyond_ones_right_are_refused(any_house: House, by: str, role: str, space: str | None) -> None:
    house = any_house
    with house.open(), pytest.raises(Refused), writing():
        service.invite(email=INES, role=role, space_id=space, lang="fr", invited_by=house.ids[by])
    assert house.count(Invitation) == 0


def test_old_invitations_are_forgotten_after_a_month(house: House) -> None:
    house.invitation(INES)
    house.later(Invitation, created_at=timedelta(days=-29))
    house.write(lambda: service.forget_old(service.now()))
    assert house.count(Invitation) == 1
    house.later(Invitation, created_at=timedelta(days=-2))
    house.write(lambda: service.forget_old(service.now()))
    assert house.count(Invitation) == 0


def test_export_tells_and_forget_leaves_nothing_of_the_person(any_house: House) -> None:
    house = any_house
    who = house.ids["manager_a"]
    used = house.invitation("ada@example.org")
    house.client().fill(f"/join/{used}", {"name": "Ada"})
    house.invitation(INES)
    house.invitation("manager_a@example.org", space="l-estive", by="manager_b")
    house.write(lambda: service.apply(house.ids["trainer"], "la-bobine"))
    house.write(lambda: service.decide(house.ids["trainer"], "la-bobine", accept=True, by=who))
    house.write(lambda: service.apply(who, "l-estive"))
    with house.open():
        told = privacy.export(who)
        assert set(told) == {"membership", "network_role", "invitation", "application"}
        assert [row["role"] for row in told["membership"]] == ["manager"]
        assert sorted(row["sent"] for row in told["invitation"]) == [False, True, True]
        assert INES not in repr(told), "whom they invited is the other person's"
        with writing():
            privacy.forget(who)
    assert house.count(Membership, Membership.person_id == who) == 0
    assert house.count(NetworkRole, NetworkRole.person_id == who) == 0
    assert house.count(Application, sa.or_(Application.person_id == who, Application.decided_by == who)) == 0
    with house.open():
        left = db.session.scalars(sa.select(Invitation)).all()
        assert [(row.email, row.invited_by) for row in left] == [("ada@example.org", None)]
    assert house.roles("trainer@example.org") == {("trainer", None), ("learner", "la-bobine")}
