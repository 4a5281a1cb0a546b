"""Signing in and out: the same answer for everybody, fresh identifiers, sessions that end on the server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lms.accounts import service as accounts
from lms.accounts.models import CountedTry, LoginSession, Person
from lms.foundation.db import db
from tests.accounts.attacks import AWAY, leads_home, stripped, token_of
from tests.accounts.people import PASSWORD, House, found
from tests.visits import StrictClient, page_of, words_of

WRONG = "une autre phrase entière"


def sign_in(client: StrictClient, email: str, password: str, where: str = "/sign-in", **more: object) -> TestResponse:
    return client.fill(where, {"email": email, "password": password, **more}, follow=False)


def is_in(client: StrictClient) -> bool:
    return client.get("/account").status_code == 200


def cookie_of(client: StrictClient) -> str:
    cookie = client.get_cookie("cordada")
    assert cookie is not None
    return cookie.value


def with_cookie(house: House, value: str) -> StrictClient:
    client = house.client()
    client.set_cookie("cordada", value)
    return client


def test_signing_in_leads_where_one_wanted_to_go(house: House) -> None:
    client = house.client()
    asked = client.get("/account")
    assert asked.location == "/sign-in?next=/account"
    answer = sign_in(client, "Learner_A@example.org ", PASSWORD, asked.location)
    assert (answer.status_code, answer.location) == (302, "/account")
    assert "learner_a@example.org" in words_of(client.get("/account"))


def test_L3_wrong_unknown_and_disabled_get_the_same_answer(house: House) -> None:
    house.write(lambda: accounts.disable(house.ids["learner_b"]))
    house.write(lambda: accounts.create_person(email="nopassword@example.org", name="No", lang="en"))
    answers = {}
    for email, password in (
        ("learner_a@example.org", WRONG),
        ("nobody@example.org", WRONG),
        ("learner_b@example.org", PASSWORD),
        ("nopassword@example.org", WRONG),
    ):
        client = house.client()
        answer = sign_in(client, email, password)
        headers = sorted(name for name, _ in answer.headers)
        answers[email] = (answer.status_code, headers, stripped(answer, email))
        assert not is_in(client)
    first = answers["learner_a@example.org"]
    assert first[0] == 422
    assert all(answer == first for answer in answers.values())


def test_L3_asking_for_a_link_answers_the_same_and_mails_only_the_known(house: House) -> None:
    house.write(lambda: accounts.disable(house.ids["learner_b"]))
    for purpose in ("", "?for=reset"):
        pages = []
        for email in ("learner_a@example.org", "nobody@example.org", "learner_b@example.org"):
            client = house.client()
            answer = client.fill(f"/sign-in/link{purpose}", {"email": email}, follow=False)
            pages.append((answer.status_code, answer.location, stripped(client.get(answer.location), email)))
        assert len(set(pages)) == 1
    assert house.count(accounts.SignInLink) == 2


def test_L4_an_unknown_address_costs_a_hash_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is the same because the work is: one verification each."""
    from lms.accounts import passwords

    checked: list[str] = []
    real = passwords._hasher

    class Counting:
        def __init__(self, *parameters: int) -> None:
            self.hasher = real(*parameters)

        def verify(self, kept: str, text: str) -> bool:
            checked.append(kept)
            return bool(self.hasher.verify(kept, text))

        def hash(self, text: str) -> str:
            return self.hasher.hash(text)

    monkeypatch.setattr(passwords, "_hasher", Counting)
    for email in ("learner_a@example.org", "nobody@example.org", "not an address"):
        sign_in(house.client(), email, WRONG)
    assert len(checked) == 3


def test_L1_ten_tries_in_five_minutes_whatever_the_spelling(house: House) -> None:
    for turn in range(10):
        email = "learner_a@example.org" if turn % 2 else "LEARNER_A@Example.org"
        assert sign_in(house.client(), email, WRONG).status_code == 422
    refused = sign_in(house.client(), "learner_a@example.org", PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 301
    assert sign_in(house.client(), "learner_b@example.org", PASSWORD).status_code == 302
    house.later(CountedTry, window_start=timedelta(minutes=-6))
    assert sign_in(house.client(), "learner_a@example.org", PASSWORD).status_code == 302


def test_L5_identifiers_change_at_sign_in(house: House) -> None:
    client = house.client()
    before_token = token_of(client, "/sign-in")
    planted = cookie_of(client)
    assert sign_in(client, "learner_a@example.org", PASSWORD).status_code == 302
    assert is_in(client)
    assert token_of(client, "/account") != before_token
    assert cookie_of(client) != planted
    assert not is_in(with_cookie(house, planted))


def test_L5_the_token_from_before_signing_in_is_worth_nothing_after(house: House) -> None:
    client = house.client()
    old = token_of(client, "/sign-in")
    sign_in(client, "learner_a@example.org", PASSWORD)
    assert client.post("/sign-out", data={"csrf_token": old}).status_code == 400
    assert is_in(client)


def _sign_out(house: House, client: StrictClient) -> None:
    client.post("/sign-out", data={"csrf_token": token_of(client, "/account")})


def _everywhere(house: House, client: StrictClient) -> None:
    other = house.client("learner_a")
    other.post("/account/sign-out-everywhere", data={"csrf_token": token_of(other, "/account")})


def _reset(house: House, client: StrictClient) -> None:
    answer = house.client().fill(
        f"/link/{house.link('learner_a')}", {"password": "sept vallées et un col"}, follow=False
    )
    assert answer.status_code == 302


def _disabled(house: House, client: StrictClient) -> None:
    house.write(lambda: accounts.disable(house.ids["learner_a"]))


def _ended(house: House, client: StrictClient) -> None:
    house.write(lambda: accounts.end_sessions(house.ids["learner_a"]))


def _expired(house: House, client: StrictClient) -> None:
    house.later(LoginSession, expires_at=timedelta(days=-61))


@pytest.mark.parametrize("over", [_sign_out, _everywhere, _reset, _disabled, _ended, _expired])
def test_L6_a_cookie_is_worthless_once_its_session_is_over(
    house: House, over: Callable[[House, StrictClient], None]
) -> None:
    client = house.client()
    sign_in(client, "learner_a@example.org", PASSWORD)
    copied = cookie_of(client)
    assert is_in(with_cookie(house, copied))
    over(house, client)
    assert with_cookie(house, copied).get("/account").location == "/sign-in?next=/account"
    assert not is_in(client)


def test_L6_no_remember_cookie_is_ever_set(house: House) -> None:
    client = house.client()
    sign_in(client, "learner_a@example.org", PASSWORD)
    client.get("/account")
    assert client.get_cookie("remember_token") is None


def test_a_shared_computer_is_signed_out_after_two_hours(house: House) -> None:
    client = house.client()
    answer = sign_in(client, "learner_a@example.org", PASSWORD, shared=True)
    assert "Expires" not in answer.headers["Set-Cookie"]
    house.later(LoginSession, expires_at=timedelta(hours=-2))
    assert not is_in(client)


def test_L9_long_and_strange_passwords_are_checked_or_refused_without_a_fault(house: House) -> None:
    for typed in ("a" * 200_000, "\x00" * 20, "🏔" * 64, "é" * 512):
        assert sign_in(house.client(), "nobody@example.org", typed).status_code == 422


@pytest.mark.parametrize("typed", ["dix minutes au vert é", "dix minutes au vert e\u0301"])
def test_L9_both_ways_of_typing_an_accent_sign_in(house: House, typed: str) -> None:
    house.client().fill(f"/link/{house.link('learner_a')}", {"password": "dix minutes au vert é"})
    assert sign_in(house.client(), "learner_a@example.org", typed).status_code == 302


def test_L11_signing_in_needs_the_token_of_the_form(house: House) -> None:
    client = house.client()
    answer = client.post("/sign-in", data={"email": "learner_a@example.org", "password": PASSWORD})
    assert answer.status_code == 400
    assert not is_in(client)


def test_L11_signing_out_is_never_a_get(house: House) -> None:
    client = house.client("learner_a")
    assert client.get("/sign-out").status_code == 405
    assert client.head("/sign-out").status_code == 405
    assert client.get("/sign-out", headers={"X-HTTP-Method-Override": "POST"}).status_code == 405
    assert is_in(client)


def test_L14_a_new_installation_has_no_account(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    with app.app_context():
        assert db.session.query(Person).count() == 0


@pytest.mark.parametrize(("demo", "status"), [(False, 422), (True, 302)])
def test_L14_demo_accounts_sign_in_only_where_the_installation_is_a_demonstration(
    app: Flask, demo: bool, status: int
) -> None:
    house = found(app, demo=demo)

    def mark() -> None:
        db.session.get_one(Person, house.ids["learner_a"]).demo = True

    house.write(mark)
    assert sign_in(house.client(), "learner_a@example.org", PASSWORD).status_code == status
    house.client().fill("/sign-in/link", {"email": "learner_a@example.org"})
    assert house.count(accounts.SignInLink) == int(demo)


def test_O1_signing_in_never_leads_away(house: House) -> None:
    assert len(AWAY) >= 25
    inside = house.client("learner_a")
    for payload in AWAY:
        client = house.client()
        page = page_of(client.get("/sign-in", query_string={"next": payload}))
        assert [form.get("action") for form in page.iter("form")] == ["/sign-in?next=/home"], payload
        again = inside.get("/sign-in", query_string={"next": payload})
        assert again.status_code == 302, payload
        assert leads_home(again), payload


def test_O1_a_forged_form_never_leads_away(house: House) -> None:
    for payload in AWAY:
        house.write(lambda: db.session.execute(sa.delete(CountedTry)))
        client = house.client()
        data = {"email": "learner_a@example.org", "password": PASSWORD, "csrf_token": token_of(client, "/sign-in")}
        answer = client.post("/sign-in", query_string={"next": payload}, data={**data, "next": payload})
        assert answer.status_code == 302, payload
        assert leads_home(answer), payload


def test_O1_the_first_of_two_addresses_counts_and_both_are_checked(house: House) -> None:
    client = house.client("learner_a")
    assert client.get("/sign-in?next=/account&next=//evil.example").location == "/account"
    assert client.get("/sign-in?next=//evil.example&next=/account").location == "/home"


def test_O1_changing_the_language_stays_on_the_page(house: House) -> None:
    for payload in AWAY:
        page = house.client().get("/sign-in", query_string={"next": payload, "lang": "ca"})
        hrefs = [str(link.get("href")) for link in page_of(page).iter("a")]
        assert all(href.startswith(("/", "#")) and not href.startswith(("//", "/\\")) for href in hrefs), hrefs


def test_K1_private_pages_are_never_stored(house: House) -> None:
    for path in ("/account", "/sign-in", "/sign-in/link", f"/link/{house.link('learner_a')}"):
        answer = house.client("learner_a" if path == "/account" else None).get(path)
        assert answer.headers["Cache-Control"] == "no-store", path
        assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize("other_tab", ["signs out", "signs in again"])
@pytest.mark.parametrize(
    ("name", "copied"), [("Zoë du Pic <b>", True), ("Zoë", False)], ids=["something to keep", "nothing to keep"]
)
def test_a_form_from_before_signing_in_or_out_in_another_tab(
    house: House, other_tab: str, name: str, copied: bool
) -> None:
    """Nothing is done, the reason is said, what was written can be copied and the page opened again."""
    client = house.client("learner_a")
    old = token_of(client, "/account")
    client.post("/sign-out", data={"csrf_token": old})
    if other_tab == "signs in again":
        sign_in(client, "learner_b@example.org", PASSWORD)
    form = {
        "csrf_token": old,
        "name": name,
        "lang": "en",
        "zone": "Europe/Paris",
        "password": "not to be shown",
    }
    answer = client.post("/account", data=form, headers={"Referer": "http://localhost/account"})
    assert answer.status_code == 400
    words = words_of(answer)
    assert "You signed in or out in another tab." in words
    assert ("What you wrote is still here" in words) is copied
    page = page_of(answer)
    assert [box.get("name") for box in page.iter("textarea")] == [None] * copied
    assert ("Zoë du Pic &lt;b&gt;" in answer.get_data(as_text=True)) is copied
    assert "not to be shown" not in answer.get_data(as_text=True)
    assert "/account" in [link.get("href") for link in page.iter("a")]
    with house.open():
        assert not db.session.scalar(sa.select(Person.id).where(Person.name == name))


@pytest.mark.parametrize(
    "forged", [{"headers": {"Origin": "https://evil.example"}}, {"data": {"csrf_token": "x" * 90, "name": "two words"}}]
)
def test_what_comes_from_elsewhere_is_not_shown_again(house: House, forged: dict[str, dict[str, str]]) -> None:
    client = house.client("learner_a")
    old = token_of(client, "/account")
    client.post("/sign-out", data={"csrf_token": old})
    answer = client.post("/account", **{"data": {"csrf_token": old, "name": "two words"}, **forged})
    assert answer.status_code == 400
    assert "in another tab" not in words_of(answer)
    assert "two words" not in answer.get_data(as_text=True)
