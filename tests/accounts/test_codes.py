"""Codes by mail: beside the link of the same mail, with the address it was sent to, five tries, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.models import CountedTry, LoginSession, SignInLink
from lms.accounts.rules import clean_email
from lms.foundation.db import db, writing
from lms.foundation.tokens import CODE_SIGNS, clean_code, code_digest, mint_code, shown_code
from tests.accounts.attacks import AWAY, stripped, token_of
from tests.accounts.people import House, found
from tests.visits import StrictClient, words_of

LEARNER = "learner_a@example.org"


def coded(house: House, who: str = "learner_a", purpose: str = "sign_in") -> tuple[str, str]:
    """A link for `who` with a code, as the mail would carry them: (token, code)."""
    token = house.link(who, purpose)

    def change() -> str:
        return accounts.give_code(db.session.scalars(sa.select(SignInLink).where(SignInLink.used_at.is_(None))).one())

    return token, str(house.write(change))


def enter(house: House, code: str, email: str = LEARNER, client: StrictClient | None = None, **more: object) -> int:
    """Type the code; gives the status."""
    client = client or house.client()
    return client.fill("/sign-in/code", {"email": email, "code": code, **more}, follow=False).status_code


@pytest.fixture
def demo_house(app: Flask) -> House:
    """A demonstration keeps its mails."""
    return found(app, demo=True)


def test_the_mail_carries_a_code_that_signs_in(demo_house: House) -> None:
    client = demo_house.client()
    page = client.fill("/sign-in/link", {"email": LEARNER})
    demo_house.run_jobs()
    body = demo_house.kept()[0].body or ""
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", body)
    assert code
    answer = client.fill(page, {"code": code[0]}, form="/sign-in/code", follow=False)
    assert (answer.status_code, answer.location) == (302, "/home")
    assert LEARNER in words_of(client.get("/account"))
    assert demo_house.client().get(re.findall(r"/link/\S+", body)[0]).status_code == 410, "link and code are one"
    with demo_house.open():
        link = db.session.scalars(sa.select(SignInLink)).one()
        assert code[0].replace("-", "") not in repr(vars(link)), "the code itself stands nowhere"


@pytest.mark.parametrize(
    "shape", [str.lower, shown_code, lambda code: f"  {code[:3]} {code[3:]} ", lambda code: "–".join(code)]
)
def test_a_code_may_be_typed_and_pasted_in_any_shape(house: House, shape: Callable[[str], str]) -> None:
    _token, code = coded(house)
    assert enter(house, shape(code)) == 302


@pytest.mark.parametrize("text", ["", "1234567", "A" * 9, "ILOU0OIL", "é" * 8, "\x00" * 8, "ÀÀÀÀÀÀÀÀ", "9" * 5000])
def test_what_cannot_be_a_code_costs_no_try(house: House, text: str) -> None:
    coded(house)
    assert enter(house, text) == 422
    assert house.count(SignInLink, SignInLink.code_tries > 0) == 0


def test_no_two_signs_of_a_code_look_alike() -> None:
    assert not set("0O1IL5S2Z8B6GUVAE") & (set(CODE_SIGNS) - set("2568"))
    assert clean_code("bgsz-bgsz") == "86528652", "what is read wrongly is taken as what was meant"
    assert all(clean_code(mint_code()) for _ in range(50))


def test_E3_five_tries_then_a_new_mail(any_house: House) -> None:
    house = any_house
    token, code = coded(house)
    for _ in range(5):
        assert enter(house, "2" * 8) == 422
    assert enter(house, code) == 422, "the right code is over too"
    assert house.count(LoginSession) == 0
    assert house.client().get(f"/link/{token}").status_code == 200, "the link of the mail has more than a code's bits"
    _token, fresh = coded(house)
    assert enter(house, fresh) == 302


def test_L13_a_code_works_once(any_house: House) -> None:
    _token, code = coded(any_house)
    assert enter(any_house, code) == 302
    assert enter(any_house, code) == 422


def test_E3_a_code_works_with_the_address_it_was_sent_to_alone(house: House) -> None:
    _token, code = coded(house)
    assert enter(house, code, "learner_b@example.org") == 422
    assert enter(house, code, "nobody@example.org") == 422
    assert enter(house, code, LEARNER.upper()) == 302


def _link_used(house: House, token: str) -> None:
    house.client().fill(f"/link/{token}")


def _an_hour_passes(house: House, _token: str) -> None:
    house.later(SignInLink, expires_at=timedelta(hours=-1, seconds=-1))


def _disabled(house: House, _token: str) -> None:
    house.write(lambda: accounts.disable(house.ids["learner_a"]))


def _asked_anew(house: House, _token: str) -> None:
    house.link("learner_a", "sign_in")


@pytest.mark.parametrize("over", [_link_used, _an_hour_passes, _disabled, _asked_anew])
def test_L7_a_code_dies_with(house: House, over: Callable[[House, str], None]) -> None:
    token, code = coded(house)
    over(house, token)
    assert enter(house, code) == 422


def test_a_link_for_a_password_has_no_code(house: House) -> None:
    _token, code = coded(house, purpose="reset")
    assert enter(house, code) == 422


def test_L3_a_wrong_code_answers_the_same_whoever_exists(house: House) -> None:
    coded(house)
    house.write(lambda: accounts.disable(house.ids["learner_b"]))
    answers = set()
    for email in (LEARNER, "nobody@example.org", "learner_b@example.org", "manager_a@example.org"):
        client = house.client()
        for turn in range(11):
            answer = client.fill("/sign-in/code", {"email": email, "code": "3" * 8}, follow=False)
            answers.add((turn, answer.status_code, answer.headers.get("Retry-After") is None, stripped(answer, email)))
    assert len(answers) == 11, "try by try the same for known, unknown and disabled"
    assert {status for turn, status, _, _ in answers if turn == 10} == {429}


def test_L2_ten_tries_for_one_address_in_five_minutes(house: House) -> None:
    for _ in range(10):
        assert enter(house, "2" * 8) == 422
    _token, code = coded(house)
    assert enter(house, code) == 429, "a new mail opens no new row of tries at once"
    house.later(CountedTry, window_start=timedelta(minutes=-5))
    assert enter(house, code) == 302


def test_N3_tries_at_once_are_never_more_than_five(any_house: House) -> None:
    house = any_house
    for _round in range(3):
        _token, code = coded(house)
        address = clean_email(LEARNER) or ""

        def guess(typed: str, address: str = address) -> bool:
            with house.open(), writing():
                return accounts.use_code(address, typed) is not None

        with ThreadPoolExecutor(8) as pool:
            assert not any(pool.map(guess, ["4" * 8] * 16))
        with house.open():
            link = db.session.scalars(sa.select(SignInLink).where(SignInLink.used_at.is_(None))).one()
            assert link.code_tries == 5
        assert not guess(code)


def test_L13_one_code_typed_by_eight_at_once_opens_one_session(any_house: House) -> None:
    _token, code = coded(any_house)
    clients = [any_house.client() for _ in range(5)]
    pages = [client.get("/sign-in/code") for client in clients]

    def go(which: int) -> int:
        values = {"email": LEARNER, "code": code}
        return clients[which].fill(pages[which], values, follow=False).status_code

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(go, range(5))) == [302, 422, 422, 422, 422]
    assert any_house.count(LoginSession) == 1


def test_the_digest_of_a_code_needs_the_secret_of_the_machine(ctx: Flask) -> None:
    mine = code_digest("2" * 8, "row")
    assert mine != code_digest("2" * 8, "other row")
    ctx.secret_key = "another-secret-0123456789-abcdefghijkl"
    assert mine != code_digest("2" * 8, "row")


@pytest.mark.parametrize("door", ["code", "link", "reset"])
def test_a_shared_computer_is_signed_out_after_two_hours(house: House, door: str) -> None:
    client = house.client()
    token, code = coded(house, purpose="reset" if door == "reset" else "sign_in")
    if door == "code":
        assert enter(house, code, client=client, shared=True) == 302
    else:
        values = {"password": "sept vallées et un col"} if door == "reset" else {}
        client.fill(f"/link/{token}", {**values, "shared": True})
    with house.open():
        row = db.session.scalars(sa.select(LoginSession)).one()
        assert row.expires_at - row.created_at == timedelta(hours=2)


def test_a_second_mail_is_not_sent_within_a_minute_of_the_first(house: House) -> None:
    client = house.client()
    page = client.fill("/sign-in/link", {"email": LEARNER})
    page = client.fill(page, form="/sign-in/link")
    assert "less than a minute ago" in page.get_data(as_text=True)
    assert house.count(SignInLink) == 1
    with client.session_transaction() as session:
        session["mailed"] = {**session["mailed"], "at": session["mailed"]["at"] - 60}
    client.fill(page, form="/sign-in/link")
    assert house.count(SignInLink) == 2


def test_E6_what_is_typed_stands_in_no_address(house: House) -> None:
    page = house.client().get("/sign-in/code")
    assert 'method="post"' in page.get_data(as_text=True)
    assert house.client().get(f"/sign-in/code?email={LEARNER}&code=22222222").get_data(as_text=True).count(LEARNER) == 0


def test_who_wanted_to_go_somewhere_gets_there_by_link_and_by_code(demo_house: House) -> None:
    for by in ("link", "code"):
        client = demo_house.client()
        page = client.get(client.get("/account/spaces").location)
        asked = client.get(re.findall(r'href="(/sign-in/link[^"]*next[^"]*)"', page.get_data(as_text=True))[0])
        sent = client.fill(asked, {"email": LEARNER})
        demo_house.run_jobs()
        body = demo_house.kept()[-1].body or ""
        if by == "link":
            answer = client.fill(re.findall(r"/link/\S+", body)[0], follow=False)
        else:
            code = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", body)[0]
            answer = client.fill(sent, {"code": code}, form="/sign-in/code", follow=False)
        assert answer.location == "/account/spaces"


@pytest.mark.parametrize("away", AWAY)
def test_O1_a_mailed_link_never_leads_away(house: House, away: str) -> None:
    client = house.client()
    client.post(
        "/sign-in/link",
        query_string={"next": away},
        data={"email": LEARNER, "csrf_token": token_of(client, "/sign-in/link")},
    )
    with house.open():
        kept = db.session.scalars(sa.select(SignInLink.after)).all()
    assert all("evil" not in path and not path.startswith("//") for path in kept)
