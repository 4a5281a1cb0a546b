"""An archived space lets nobody new in, by whatever way they came: each way was begun while it was open."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from lms.foundation.clock import now
from lms.foundation.db import db, new_id, writing
from lms.foundation.errors import DomainError, Expired
from lms.learning.rosters import service as rosters
from lms.spaces import service as spaces
from lms.spaces.directory.service import archive, reopen
from lms.spaces.joining import queries, service
from lms.spaces.models import Invitation, Space
from lms.spaces.roster.rules import Entry
from tests.accounts.attacks import token_of
from tests.accounts.people import House
from tests.spaces.joining.test_transfers import LEARNER_B, asked
from tests.visits import words_of

SPACE = "la-bobine"
Way = Callable[[House], Callable[[], Any]]


def _request(house: House) -> Callable[[], Any]:
    house.write(lambda: spaces.apply(house.ids["learner_b"], SPACE))
    return lambda: spaces.decide(house.ids["learner_b"], SPACE, accept=True, by=house.ids["manager_a"])


def _answer(choice: str) -> Way:
    def way(house: House) -> Callable[[], Any]:
        transfer = asked(house)
        return lambda: service.answer_transfer(transfer, house.ids["learner_b"], choice, leaving="l-estive")

    return way


def _invitation(house: House) -> Callable[[], Any]:
    """One that was written while the space was being archived, and is not over."""
    token = house.invitation(LEARNER_B)

    def accept() -> Any:
        row = db.session.query(Invitation).one()
        row.expires_at = row.created_at + spaces.INVITATION_LIFE
        return spaces.accept_invitation(token, name="", lang="en")

    return accept


def _code(house: House) -> Callable[[], Any]:
    code = house.write(lambda: service.make_screen_code(SPACE, by=house.ids["manager_a"]))

    def ask() -> None:
        if service.ask_by_code(house.ids["learner_b"], code) is None:
            raise Expired()

    return ask


def _list(email: str) -> Way:
    def way(house: House) -> Callable[[], Any]:
        def bring() -> Any:
            place = db.session.get(Space, SPACE)
            assert place is not None
            return rosters.bring([Entry(2, "Ada", email)], place, name="a.csv", course_id=None, due_on=None)

        return bring

    return way


WAYS: dict[str, Way] = {
    "a request is accepted": _request,
    "somebody moves": _answer("moved"),
    "somebody belongs to both": _answer("both"),
    "an invitation is accepted": _invitation,
    "a code is typed": _code,
    "a list brings somebody": _list("ada@example.org"),
    "a list asks somebody who belongs elsewhere": _list(LEARNER_B),
    "somebody is asked to move": lambda house: (
        lambda: service.request_transfer(house.ids["learner_b"], SPACE, by=house.ids["manager_a"])
    ),
    "a code is made": lambda house: lambda: service.make_screen_code(SPACE, by=house.ids["manager_a"]),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_no_way_leads_into_an_archived_space(any_house: House, way: Way) -> None:
    act = way(any_house)
    any_house.write(lambda: archive(SPACE, by=any_house.ids["coordinator"]))
    before = any_house.state()
    with pytest.raises(DomainError):
        any_house.write(act)
    assert any_house.state() == before
    any_house.write(lambda: reopen(SPACE, by=any_house.ids["coordinator"]))
    any_house.write(act)  # open again, it is as it was


def test_who_asked_is_declined_by_an_archived_space(any_house: House) -> None:
    _request(any_house)
    any_house.write(lambda: archive(SPACE, by=any_house.ids["coordinator"]))
    any_house.write(
        lambda: spaces.decide(any_house.ids["learner_b"], SPACE, accept=False, by=any_house.ids["manager_a"])
    )
    assert any_house.roles(LEARNER_B) == {("learner", "l-estive")}


def test_staying_away_from_an_archived_space_is_answered(any_house: House) -> None:
    transfer = asked(any_house)
    any_house.write(lambda: archive(SPACE, by=any_house.ids["coordinator"]))
    any_house.write(lambda: service.answer_transfer(transfer, any_house.ids["learner_b"], "declined"))


CODE = f"/team/{SPACE}/code"


def test_pages_of_an_archived_space_say_so_where_somebody_is_brought_in(any_house: House) -> None:
    any_house.write(lambda: service.make_screen_code(SPACE, by=any_house.ids["manager_a"]))
    any_house.write(lambda: archive(SPACE, by=any_house.ids["coordinator"]))
    with any_house.open():
        assert queries.screen_code(SPACE) is None, "the code is on no screen any more"
    for who, path in (("manager_a", f"/team/{SPACE}/invite"), ("coordinator", f"/network/spaces/{SPACE}/invite")):
        client = any_house.client(who)
        before = client.get(path)
        assert "This space is archived: nobody new comes in." in words_of(before)
        assert 'name="email"' not in before.get_data(as_text=True)
        # somebody had the form open
        sent = {"email": "ada@example.org", "lang": "en", "csrf_token": token_of(client, "/account")}
        page = client.post(path, data=sent)
        assert page.status_code == 422
        assert "This space is archived: nobody new comes in." in words_of(page)
    client = any_house.client("manager_a")
    sent = {"do": "make", "csrf_token": token_of(client, "/account")}
    for page, status in ((client.get(CODE), 200), (client.post(CODE, data=sent), 422)):
        assert page.status_code == status
        assert "This space is archived: nobody new comes in." in words_of(page)
        assert "Make a code" not in words_of(page)
    team = client.get(f"/team/{SPACE}")
    assert "This space is archived: nobody new comes in." in words_of(team)
    assert "/invite" not in team.get_data(as_text=True)
    assert any_house.count(Invitation) == 0


def test_no_invitation_leaves_an_archived_space(any_house: House) -> None:
    """One that was written while the space was being archived, and is not over."""
    any_house.write(lambda: archive(SPACE, by=any_house.ids["coordinator"]))
    moment = now()
    row = Invitation(
        id=new_id(), email="ada@example.org", role="learner", space_id=SPACE, lang="en", invited_by=None, token_digest=None,
        created_at=moment, expires_at=moment + spaces.INVITATION_LIFE, used_at=None,
    )  # fmt: skip
    any_house.write(lambda: db.session.add(row))
    assert any_house.write(lambda: spaces.mint_invitation(row.id)) is None, "its mail is written from this"
    any_house.write(lambda: reopen(SPACE, by=any_house.ids["coordinator"]))
    assert any_house.write(lambda: spaces.mint_invitation(row.id)) is not None


def test_N5_what_a_list_invites_while_its_space_is_being_archived_is_over(any_house: House) -> None:
    brought = threading.Event()

    def bring() -> None:
        with any_house.open(), writing():
            _list("ada@example.org")(any_house)()
            brought.set()
            time.sleep(0.5)  # whoever archives comes now, and waits

    def away() -> None:
        assert brought.wait(30)
        any_house.write(lambda: archive(SPACE, by=any_house.ids["coordinator"]))

    threads = [threading.Thread(target=what) for what in (bring, away)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert any_house.count(Invitation) == 1
    assert any_house.count(Invitation, Invitation.expires_at > now()) == 0


def test_an_archived_space_asks_nobody_to_come(any_house: House) -> None:
    transfer = asked(any_house)
    any_house.write(lambda: archive(SPACE, by=any_house.ids["coordinator"]))
    with any_house.open():
        assert queries.asked(transfer) is None, "its mail is written from this"
    assert "La Bobine" not in words_of(any_house.client("learner_b").get("/account/spaces"))
    any_house.write(lambda: reopen(SPACE, by=any_house.ids["coordinator"]))
    assert "La Bobine" in words_of(any_house.client("learner_b").get("/account/spaces"))
