"""The directory: what a space says, who shows themself to whom, who edits, what the coordinator makes and archives."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from lms.foundation.db import db
from lms.foundation.errors import Refused
from lms.spaces import service as spaces
from lms.spaces.audit.models import AuditEntry
from lms.spaces.choices.service import choose
from lms.spaces.directory import service
from lms.spaces.models import Application, Invitation, Membership, Space, Territory
from tests.accounts.attacks import FORBIDDEN, token_of
from tests.accounts.people import House
from tests.visits import words_of

PAGE = {"languages": ["fr", "ca"], "desks": "12", "theme": "food", "good_at": "Le four", "about": "Un four, des amis."}
FRAME = {"name": "Le Lavoir", "place": "Olette", "territory_id": "conflent", "lang": "ca", "zone": "Europe/Madrid"}


def show(house: House, who: str, seen: str, space: str = "la-bobine") -> None:
    house.write(lambda: service.show_myself(house.ids[who], space, seen))


@pytest.mark.parametrize("seen", ["no", "network", "public"])
@pytest.mark.parametrize("who", ["learner_a", "manager_a"])
def test_A18_a_name_is_read_by_those_alone_whom_the_person_chose(any_house: House, who: str, seen: str) -> None:
    any_house.write(lambda: choose({"directory": "public"}, by=None))
    show(any_house, who, seen)
    name = who.title()
    for reader, reads in ((None, seen == "public"), ("learner_b", seen != "no"), ("coordinator", seen != "no")):
        page = any_house.client(reader).get("/spaces/la-bobine")
        assert (name in words_of(page)) is reads, reader
        assert "@example.org" not in page.get_data(as_text=True).replace("reseau@", "")
    assert name not in words_of(any_house.client().get("/spaces")), "the list names nobody"


def test_showing_oneself_is_taken_back_and_ends_with_the_membership(any_house: House) -> None:
    client = any_house.client("learner_a")
    page = client.fill("/spaces/la-bobine", {"seen": "network"}, form="/seen")
    assert "Your choice is saved." in page.get_data(as_text=True)
    reader = any_house.client("learner_b")
    assert "Learner_A" in words_of(reader.get("/spaces/la-bobine"))
    client.fill("/spaces/la-bobine", {"seen": "no"}, form="/seen")
    assert "Learner_A" not in words_of(reader.get("/spaces/la-bobine"))
    show(any_house, "learner_a", "public")
    any_house.write(lambda: spaces.end_membership(any_house.ids["learner_a"], "la-bobine", by=None))
    assert "Learner_A" not in words_of(reader.get("/spaces/la-bobine"))


def test_A8_A12_nobody_shows_somebody_else(any_house: House) -> None:
    house = any_house
    for who in ("manager_a", "learner_b", "coordinator"):
        client = house.client(who)
        data = {
            **FORBIDDEN,
            "csrf_token": token_of(client, "/account"),
            "seen": "public",
            "person_id": house.ids["learner_a"],
        }
        code = client.post("/spaces/la-bobine/seen", data=data).status_code
        assert code == (302 if who == "manager_a" else 404)
    with house.open():
        rows = dict(db.session.execute(sa.select(Membership.person_id, Membership.seen)).all())
    assert {who for who, seen in rows.items() if seen != "no"} == {house.ids["manager_a"]}


@pytest.mark.parametrize("seen", ["", "all", "public\x00"])
def test_a_choice_that_is_none_is_refused(house: House, seen: str) -> None:
    client = house.client("learner_a")
    data = {"csrf_token": token_of(client, "/account"), "seen": seen}
    assert client.post("/spaces/la-bobine/seen", data=data).status_code == 422
    assert house.count(Membership, Membership.seen != "no") == 0


def test_a_manager_edits_the_portrait_and_not_the_frame(any_house: House) -> None:
    client = any_house.client("manager_a")
    data = {**PAGE, **FRAME, **FORBIDDEN, "csrf_token": token_of(client, "/account"), "archived_at": "2026-01-01"}
    assert client.post("/team/la-bobine/page", data=data).status_code == 302
    with any_house.open():
        row = db.session.get(Space, "la-bobine")
        assert row is not None
        assert (row.languages, row.desks, row.theme, row.good_at, row.about) == (
            "fr ca", 12, "food", "Le four", "Un four, des amis.",
        )  # fmt: skip
        assert (row.name, row.place, row.lang, row.archived_at) == ("La Bobine", "Prades", "fr", None)
        changed = db.session.scalars(sa.select(AuditEntry.subject).where(AuditEntry.what == "space_changed")).all()
    assert sorted(changed) == ["field.about", "field.desks", "field.good_at", "field.languages", "field.theme"]
    page = words_of(client.get("/spaces/la-bobine"))
    for word in ("Français", "Català", "12", "Food and farming", "Le four", "Un four, des amis."):
        assert word in page


BAD = {
    "desks": ("", "-1", "1001", "many"),
    "languages": (["xx"], ["fr", "../"]),
    "theme": ("nothing",),
    "good_at": ("x" * 201, "a\u202eb", "a\x00b"),
    "about": ("x" * 801, "a\u202eb"),
}


@pytest.mark.parametrize(("field", "value"), [(name, one) for name, many in BAD.items() for one in many])
def test_what_cannot_stand_on_the_page_is_refused(house: House, field: str, value: object) -> None:
    client = house.client("manager_a")
    data = {**PAGE, field: value, "csrf_token": token_of(client, "/account")}
    assert client.post("/team/la-bobine/page", data=data).status_code == 422
    assert house.count(AuditEntry) == 0


WHO = ("manager_b", "learner_a", "trainer", None)


@pytest.mark.parametrize("who", WHO)
def test_A1_others_edit_nothing(any_house: House, who: str | None) -> None:
    house = any_house
    client = house.client(who)
    token = token_of(client, "/account" if who else "/sign-in")
    before = house.state()
    for path, data in (
        ("/team/la-bobine/page", PAGE),
        ("/network/spaces/la-bobine/page", {**PAGE, **FRAME}),
        ("/network/spaces/new", {**PAGE, **FRAME}),
        ("/network/spaces/la-bobine/archive", {"do": "archive"}),
        ("/network/territories", {"name": "Capcir", "country": "FR"}),
        ("/network/territories/conflent", {"name": "Capcir", "country": "FR"}),
    ):
        answer = client.post(path, data={"csrf_token": token, **data})
        wanted = 302 if who is None else 404 if (who, path) == ("manager_b", "/team/la-bobine/page") else 403
        assert answer.status_code == wanted, path
    assert house.state() == before
    assert house.count(Space) == 2
    assert house.count(AuditEntry) == 0


def test_the_coordinator_makes_a_space_once_and_invites_whoever_runs_it(any_house: House) -> None:
    client = any_house.client("coordinator")
    page = client.fill("/network/spaces/new", {**FRAME, **PAGE}, form="/network/spaces/new")
    assert "Invite somebody to run Le Lavoir" in words_of(page)
    client.fill("/network/spaces/new", {**FRAME, **PAGE}, form="/network/spaces/new")
    with any_house.open():
        made = db.session.scalars(sa.select(Space).where(Space.name == "Le Lavoir")).one()
        assert (made.id, made.zone, made.lang) == ("le-lavoir-olette", "Europe/Madrid", "ca")
    client.fill(page, {"email": "ada@example.org"}, form="/invite")
    with any_house.open():
        row = db.session.scalars(sa.select(Invitation)).one()
        assert (row.role, row.space_id) == ("manager", "le-lavoir-olette")
    assert "Le Lavoir" in words_of(any_house.client("learner_a").get("/spaces"))


def test_the_frame_is_the_coordinator_s(house: House) -> None:
    client = house.client("coordinator")
    page = client.fill("/network/spaces/la-bobine/page", {**FRAME, "theme": "care"}, form="/page")
    assert "Le Lavoir" in words_of(page)
    assert "Care and social life" in words_of(page)
    bad = {"csrf_token": token_of(client, "/account"), **PAGE, **FRAME, "territory_id": "nowhere"}
    assert client.post("/network/spaces/la-bobine/page", data=bad).status_code == 422


def test_an_archived_space_lets_nobody_new_in_and_keeps_its_people(any_house: House) -> None:
    token = any_house.invitation("ada@example.org")
    client = any_house.client("coordinator")
    page = client.fill("/spaces/la-bobine", form="/archive")
    assert "nobody new comes in" in page.get_data(as_text=True)
    assert any_house.client().get(f"/join/{token}").status_code == 410
    with pytest.raises(Refused):
        any_house.invitation("eva@example.org")
    with pytest.raises(Refused):
        any_house.write(lambda: spaces.apply(any_house.ids["learner_b"], "la-bobine"))
    assert any_house.count(Application) == 0
    assert "La Bobine" not in words_of(any_house.client("learner_b").get("/spaces"))
    assert any_house.client("learner_b").get("/spaces/la-bobine").status_code == 404
    assert any_house.client("learner_a").get("/spaces/la-bobine").status_code == 200, "their own stays theirs"
    assert any_house.client("manager_a").get("/team/la-bobine").status_code == 200
    assert any_house.count(Membership, Membership.space_id == "la-bobine") == 2
    client.fill("/spaces/la-bobine", form="/archive")
    assert "La Bobine" in words_of(any_house.client("learner_b").get("/spaces"))


def test_territories_are_made_once_and_renamed(any_house: House) -> None:
    client = any_house.client("coordinator")
    for _turn in range(2):
        page = client.fill("/network/territories", {"name": "Haut  Conflent", "country": "FR"})
    assert "Haut Conflent" in words_of(page)
    assert any_house.count(Territory) == 2
    client.fill("/network/territories/conflent", {"name": "Bas Conflent"})
    with any_house.open():
        told = db.session.execute(
            sa.select(AuditEntry.what, AuditEntry.before, AuditEntry.after).order_by(AuditEntry.at, AuditEntry.id)
        ).all()
    assert [tuple(row) for row in told] == [
        ("territory_made", "", ""), ("territory_changed", "Conflent (FR)", "Bas Conflent (FR)"),
    ]  # fmt: skip
    assert client.get("/network/territories/nowhere").status_code == 404


def test_what_a_space_says_is_text_in_its_language(house: House) -> None:
    evil = "<script>alert(1)</script>"
    values = {"languages": "fr", "desks": 3, "theme": "", "good_at": evil, "about": evil}
    house.write(lambda: service.describe("la-bobine", values, by=house.ids["manager_a"], wide=False))
    for path in ("/spaces", "/spaces/la-bobine"):
        page = house.client("learner_b").get(path).get_data(as_text=True)
        assert evil not in page
        assert re.search(r'<p[^>]* lang="fr">&lt;script&gt;', page)


def test_a_search_without_end_is_answered(house: House) -> None:
    client = house.client("learner_a")
    for query in (
        {"q": "x" * 5000},
        {"q": "bobine", "page": "99"},
        {"page": "-3"},
        {"page": "x"},
        {"territory": "../"},
    ):
        assert client.get("/spaces", query_string=query).status_code == 200
    assert "La Bobine" in words_of(client.get("/spaces?q=PRADES"))
    assert "La Bobine" not in words_of(client.get("/spaces?q=olette"))


def test_a_stranger_is_asked_in_whatever_the_space(house: House) -> None:
    here, nowhere = house.client().get("/spaces/la-bobine"), house.client().get("/spaces/nowhere")
    assert here.status_code == nowhere.status_code == 302
    assert here.location.startswith("/sign-in")
