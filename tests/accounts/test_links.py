"""Links by e-mail: one use, the newest only, one hour, and dead with whatever they were asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.accounts.models import CountedTry, SignInLink
from lms.foundation.db import db, writing
from lms.foundation.errors import Expired
from lms.jobs.models import Job
from tests.accounts.people import PASSWORD, House
from tests.visits import words_of

NEW = "sept vallées et un col"


def use(house: House, token: str, password: str = NEW) -> int:
    """Choose a new password with the link; gives the status."""
    client = house.client()
    page = client.get(f"/link/{token}")
    if page.status_code != 200:
        return page.status_code
    return client.fill(page, {"password": password}, follow=False).status_code


def signs_in(house: House, password: str, who: str = "learner_a") -> bool:
    answer = house.client().fill("/sign-in", {"email": f"{who}@example.org", "password": password}, follow=False)
    return answer.status_code == 302


def test_L7_a_reset_link_works_once(any_house: House) -> None:
    house = any_house
    token = house.link("learner_a")
    assert use(house, token) == 302
    assert use(house, token, "une autre phrase entière") == 410
    assert signs_in(house, NEW)
    assert not signs_in(house, PASSWORD)


def test_L7_opening_a_link_changes_nothing(house: House) -> None:
    token = house.link("learner_a")
    before = house.state()
    for _ in range(3):
        assert house.client().get(f"/link/{token}").status_code == 200
        house.client().head(f"/link/{token}")
    assert house.state() == before
    assert use(house, token) == 302


def test_L7_the_second_link_kills_the_first(any_house: House) -> None:
    first, second = any_house.link("learner_a"), any_house.link("learner_a")
    assert use(any_house, first) == 410
    assert use(any_house, second) == 302


def _password_changed(house: House) -> None:
    house.write(lambda: accounts.set_password(house.ids["learner_a"], "another hash"))


def _an_hour_passes(house: House) -> None:
    house.later(SignInLink, expires_at=timedelta(hours=-1, seconds=-1))


def _disabled(house: House) -> None:
    house.write(lambda: accounts.disable(house.ids["learner_a"]))


@pytest.mark.parametrize("purpose", ["reset", "sign_in"])
@pytest.mark.parametrize("what", [_password_changed, _an_hour_passes, _disabled])
def test_L7_a_link_dies_with(any_house: House, what: Callable[[House], None], purpose: str) -> None:
    house = any_house
    token = house.link("learner_a", purpose)
    what(house)
    before = house.state()
    client = house.client()
    assert client.get(f"/link/{token}").status_code == 410
    with house.open(), pytest.raises(Expired), writing():
        accounts.use_link(token)
    assert house.state() == before


def test_L7_a_link_lives_one_hour(house: House) -> None:
    house.link("learner_a")
    with house.open():
        link = db.session.scalars(sa.select(SignInLink)).one()
        assert link.expires_at - link.created_at == timedelta(hours=1)


def test_L7_the_token_is_kept_only_as_a_digest(house: House) -> None:
    token = house.link("learner_a")
    with house.open():
        link = db.session.scalars(sa.select(SignInLink)).one()
        assert link.token_digest is not None
        assert token not in link.token_digest
        assert len(token) == 32


def test_L7_a_sign_in_link_signs_in_and_a_reset_link_does_not_without_a_password(house: House) -> None:
    client = house.client()
    assert client.fill(f"/link/{house.link('learner_a', 'sign_in')}", follow=False).location == "/home"
    assert client.get("/account").status_code == 200
    client = house.client()
    token = house.link("learner_a", "reset")
    assert client.fill(f"/link/{token}", {"password": "court"}, follow=False).status_code == 422
    assert client.get("/account").status_code == 302
    assert use(house, token) == 302


def test_L7_a_link_of_one_person_never_opens_another(house: House) -> None:
    client = house.client("learner_b")
    client.fill(f"/link/{house.link('learner_a', 'sign_in')}")
    assert "learner_a@example.org" in words_of(client.get("/account"))
    assert house.count(accounts.LoginSession) == 1, "the session of the former person on this device ended"


def test_L7_the_mail_job_holds_no_token(house: House) -> None:
    house.client().fill("/sign-in/link?for=reset", {"email": "learner_a@example.org"})
    with house.open():
        job = db.session.scalars(sa.select(Job)).one()
        link = db.session.scalars(sa.select(SignInLink)).one()
        assert job.args == {"id": link.id}
        assert link.token_digest is None


@pytest.mark.parametrize(
    "token", ["x", "a" * 32, "%00", "..", "a" * 5000, "é", "%F0%9F%8F%94", "'; drop table person--"]
)
def test_L7_made_up_links_say_they_have_expired(house: House, token: str) -> None:
    assert house.client().get(f"/link/{token}").status_code in (404, 410)


def test_L8_three_mails_an_hour_and_five_a_day_with_the_same_answer(house: House) -> None:
    def ask(times: int, email: str = "learner_a@example.org") -> int:
        before = house.count(SignInLink)
        for turn in range(times):
            spelled = email.upper() if turn % 2 else email
            answer = house.client().fill("/sign-in/link", {"email": spelled}, follow=False)
            assert (answer.status_code, answer.location) == (302, "/sign-in/sent")
        return house.count(SignInLink) - before

    assert ask(50) == 3
    house.later(CountedTry, window_start=timedelta(hours=-1))
    assert ask(10) == 2
    house.later(CountedTry, window_start=timedelta(hours=-1))
    assert ask(10) == 0
    house.later(CountedTry, window_start=timedelta(hours=-22))
    assert ask(10) == 3
    assert ask(5, "nobody@example.org") == 0


def test_old_links_sessions_and_counters_are_forgotten(house: House) -> None:
    house.link("learner_a")
    house.client("learner_a")
    house.client().fill("/sign-in", {"email": "nobody@example.org", "password": "x"})
    house.write(lambda: accounts.forget_old(accounts.now()))
    assert (house.count(SignInLink), house.count(accounts.LoginSession), house.count(CountedTry)) == (1, 1, 1)
    house.write(lambda: accounts.forget_old(accounts.now() + timedelta(days=70)))
    assert (house.count(SignInLink), house.count(accounts.LoginSession), house.count(CountedTry)) == (0, 0, 0)
