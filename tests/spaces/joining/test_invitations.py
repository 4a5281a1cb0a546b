"""Invitations after they were sent: their states, sent again, a new link for who holds an old one, accepted by eight at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.accounts.models import LoginSession, Person, SignInLink
from lms.foundation.db import db, writing
from lms.foundation.errors import DomainError
from lms.jobs.models import Job
from lms.spaces import service as spaces
from lms.spaces.joining.queries import invited_to
from lms.spaces.models import Invitation, Membership
from tests.accounts.attacks import stripped, token_of
from tests.accounts.people import House
from tests.visits import words_of

INES = "ines@example.org"


def waiting(house: House) -> int:
    """How many invitations open something."""
    return house.count(Invitation, Invitation.used_at.is_(None), Invitation.expires_at > accounts.now())


def _expire(house: House) -> None:
    house.later(Invitation, expires_at=timedelta(days=-7, seconds=-1), created_at=timedelta(days=-7))


def test_the_list_says_what_became_of_each(house: House) -> None:
    house.invitation("over@example.org")
    _expire(house)
    accepted = house.invitation("in@example.org")
    house.client().fill(f"/join/{accepted}", {"name": "In"})
    house.invitation("back@example.org")
    with house.open():
        row = db.session.scalars(sa.select(Invitation.id).where(Invitation.email == "back@example.org")).one()
    house.write(lambda: spaces.cancel_invitation(row, "la-bobine", by=house.ids["manager_a"]))
    for _ in range(2):
        house.invitation("twice@example.org")
    house.invitation("other@example.org", space="l-estive", by="manager_b")
    with house.open():
        states = {one.email.partition("@")[0]: one.state for one in invited_to("la-bobine")}
    assert states == {"over": "over", "in": "joined", "back": "withdrawn", "twice": "waiting"}
    said = words_of(house.client("manager_a").get("/team/la-bobine/invite"))
    assert "other@example.org" not in said


def test_who_still_waits_stands_before_a_long_list_that_was_undone(any_house: House) -> None:
    house = any_house
    house.invitation(INES)
    house.later(Invitation, created_at=timedelta(days=-1))
    for number in range(3):
        house.invitation(f"undone{number}@example.org")
    undone = sa.update(Invitation).where(Invitation.email != INES)
    house.write(lambda: db.session.execute(undone.values(withdrawn_at=accounts.now())))
    with house.open():
        first, _second = invited_to("la-bobine", most=2)
    assert (first.email, first.state) == (INES, "waiting")


def test_an_invitation_is_sent_again_by_a_deputy_too(any_house: House) -> None:
    house = any_house
    old = house.invitation(INES)
    house.write(lambda: spaces.name_deputy(house.ids["learner_a"], "la-bobine", by=house.ids["manager_a"]))
    house.client("learner_a").fill("/team/la-bobine/invite", form="/again")
    assert house.client().get(f"/join/{old}").status_code == 410, "only the newest one opens"
    assert waiting(house) == 1
    assert house.count(Job, Job.task == "notifications.send_invitation") == 1


def test_L8_sending_again_is_limited(house: House) -> None:
    house.invitation(INES)
    client = house.client("manager_a")
    for _ in range(6):
        client.fill("/team/la-bobine/invite", form="/again")
    assert house.count(Invitation) == 4


def test_A2_an_invitation_of_another_space_is_not_sent_again(any_house: House) -> None:
    house = any_house
    house.invitation(INES, space="l-estive", by="manager_b")
    with house.open():
        row = db.session.scalars(sa.select(Invitation.id)).one()
    client = house.client("manager_a")
    data = {"csrf_token": token_of(client, "/account")}
    for path in (f"/team/la-bobine/invitations/{row}/again", f"/team/l-estive/invitations/{row}/again"):
        assert client.post(path, data=data).status_code == 404
    assert house.count(Invitation) == 1


def test_who_holds_a_link_that_is_over_gets_a_new_one_with_one_press(any_house: House) -> None:
    house = any_house
    token = house.invitation(INES)
    _expire(house)
    client = house.client()
    page = client.get(f"/join/{token}")
    assert page.status_code == 410
    page = client.fill(page, form="/join-again")
    assert "a new mail is on its way" in words_of(page)
    assert waiting(house) == 1
    assert house.count(Job, Job.task == "notifications.send_invitation") == 1


def _withdrawn(house: House) -> None:
    with house.open():
        row = db.session.scalars(sa.select(Invitation.id)).one()
    house.write(lambda: spaces.cancel_invitation(row, "la-bobine", by=house.ids["manager_a"]))


def _giver_gone(house: House) -> None:
    house.write(lambda: spaces.end_manager(house.ids["manager_a"], "la-bobine", by=None))


@pytest.mark.parametrize("over", [_withdrawn, _giver_gone])
def test_E4_nothing_new_comes_of_an_invitation_that_was_taken_back(any_house: House, over) -> None:  # type: ignore[no-untyped-def]
    house = any_house
    token = house.invitation(INES)
    over(house)
    _expire(house)
    client = house.client()
    page = client.fill(client.get(f"/join/{token}"), form="/join-again")
    assert "a new mail is on its way" in words_of(page), "the answer is the same"
    assert waiting(house) == 0
    assert house.count(Job) == 0


def test_who_accepted_gets_a_link_to_sign_in(house: House) -> None:
    token = house.invitation(INES)
    house.client().fill(f"/join/{token}", {"name": "Inès"})
    client = house.client()
    client.fill(client.get(f"/join/{token}"), form="/join-again")
    assert house.count(SignInLink) == 1


def test_L3_a_new_mail_is_promised_alike_to_everybody(house: House) -> None:
    house.invitation(INES)
    house.write(lambda: accounts.disable(house.ids["learner_b"]))
    answers = set()
    for email in (INES, "nobody@example.org", "learner_a@example.org", "learner_b@example.org"):
        client = house.client()
        answer = client.fill("/join-again", {"email": email}, follow=False)
        answers.add((answer.status_code, answer.location, stripped(client.get(answer.location), email)))
    assert len(answers) == 1


def test_without_a_link_the_address_is_asked_for(house: House) -> None:
    page = house.client().get("/join-again")
    assert "(optional)" not in page.get_data(as_text=True), "the one field of the page is not optional"
    answer = house.client().fill("/join-again", {"email": ""}, follow=False)
    assert answer.status_code == 422, "nothing is promised where nothing was written"


def test_L8_a_new_mail_three_times_an_hour(house: House) -> None:
    house.invitation(INES)
    for _ in range(20):
        house.client().fill("/join-again", {"email": INES})
    assert house.count(Invitation) == 4


def test_E1_eight_accept_one_invitation_at_once(any_house: House) -> None:
    house = any_house
    for turn in range(3):
        email = f"ines{turn}@example.org"
        token = house.invitation(email)

        def go(which: int, token: str = token) -> bool:
            try:
                with house.open(), writing():
                    spaces.accept_invitation(token, name=f"N{which}", lang="fr")
            except DomainError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(go, range(8))) == 1
        assert house.count(Person, Person.email == email) == 1
        assert house.roles(email) == {("learner", "la-bobine")}
    assert house.count(Membership, Membership.space_id == "la-bobine") == 5


def test_N5_an_invitation_is_accepted_while_its_giver_loses_the_right(any_house: House) -> None:
    house = any_house
    token = house.invitation(INES)

    def lose() -> None:
        house.write(lambda: spaces.end_manager(house.ids["manager_a"], "la-bobine", by=None))

    def go() -> bool:
        try:
            with house.open(), writing():
                spaces.accept_invitation(token, name="Inès", lang="fr")
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        lost, came = pool.submit(lose), pool.submit(go)
        lost.result()
        assert (house.roles(INES) == {("learner", "la-bobine")}) is came.result()


@pytest.mark.parametrize("known", [False, True])
def test_a_shared_computer_is_signed_out_after_two_hours(house: House, known: bool) -> None:
    token = house.invitation("learner_b@example.org" if known else INES)
    values = {} if known else {"name": "Inès"}
    house.client().fill(f"/join/{token}", {**values, "shared": True})
    with house.open():
        row = db.session.scalars(sa.select(LoginSession)).one()
        assert row.expires_at - row.created_at == timedelta(hours=2)


def test_E6_no_token_and_no_code_leaves_in_a_referer(any_house: House) -> None:
    house = any_house
    for path in (
        f"/join/{house.invitation(INES)}",
        "/join?code=2222-2222",
        f"/link/{house.link('learner_a', 'sign_in')}",
    ):
        assert house.client().get(path).headers["Referrer-Policy"] in ("same-origin", "no-referrer")
