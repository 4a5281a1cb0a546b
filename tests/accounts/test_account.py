"""One's own account: preferences, and what nobody may change through it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from lms.accounts import privacy
from lms.accounts.models import CountedTry, LoginSession, Person, SignInLink
from lms.foundation.db import db, writing
from tests.accounts.attacks import FORBIDDEN, forgeries, token_of
from tests.accounts.people import House
from tests.accounts.test_rules import KEPT, REFUSED
from tests.visits import StrictClient, page_of, words_of


def me(house: House, who: str = "learner_a") -> Person:
    with house.open():
        return db.session.get_one(Person, house.ids[who])


def test_U2_people_are_called_what_they_write(house: House) -> None:
    client = house.client("learner_a")
    for what, (given, kept) in KEPT.items():
        assert client.post("/account", data=_form(client, name=given)).status_code == 302, what
        assert me(house).name == kept, what
        account = page_of(client.get("/account")).find(".//header//a[@href='/account']")
        assert account is not None
        assert kept in "".join(account.itertext()), what


def test_U1_unusable_names_are_refused_and_nothing_typed_is_lost(house: House) -> None:
    client = house.client("learner_a")
    for what, given in REFUSED.items():
        if what == "a lone surrogate":
            continue  # no client can send one as text; the test below sends bytes
        answer = client.post("/account", data=_form(client, name=given, lang="ca"))
        assert answer.status_code == 422, what
        assert me(house).name == "Learner_A", what
        chosen = [box.get("value") for box in page_of(answer).iter("option") if box.get("selected") is not None]
        assert "ca" in chosen, what


def test_U1_bytes_that_are_no_text_make_no_fault(house: House) -> None:
    client = house.client("learner_a")
    for name in (b"Ona%ED%A0%80", b"Ona%FF%FE", b"%00", b"Ona\xff"):
        answer = client.post("/account", data=_raw(client, name), content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (302, 400, 422), name
        assert me(house).name.isprintable(), name


def _form(client: StrictClient, **fields: str) -> dict[str, str]:
    return {"csrf_token": token_of(client, "/account"), "lang": "en", "zone": "Europe/Paris", "name": "Ona", **fields}


def _raw(client: StrictClient, name: bytes) -> bytes:
    return b"csrf_token=" + token_of(client, "/account").encode() + b"&lang=en&zone=Europe/Paris&name=" + name


def test_language_and_zone_are_kept_and_followed(house: House) -> None:
    client = house.client("learner_a")
    client.get("/account?lang=fr")
    answer = client.post("/account", data=_form(client, lang="ca", zone="Europe/Andorra"))
    assert answer.status_code == 302
    assert page_of(client.get("/account")).get("lang") == "ca", "the choice made before by cookie no longer counts"
    assert (me(house).lang, me(house).zone) == ("ca", "Europe/Andorra")


@pytest.mark.parametrize(
    ("field", "value"), [("lang", "xx"), ("zone", "Mars/Base"), ("lang", ""), ("zone", "../etc/passwd")]
)
def test_languages_and_zones_not_on_offer_are_refused(house: House, field: str, value: str) -> None:
    client = house.client("learner_a")
    assert client.post("/account", data=_form(client, **{field: value})).status_code == 422
    assert (me(house).lang, me(house).zone) == ("en", "Europe/Paris")


def test_A7_the_account_form_changes_nothing_but_its_own_fields(house: House) -> None:
    client = house.client("learner_a")
    before = house.state()
    fields = _form(client, name="Learner_A")
    assert client.post("/account", data={**FORBIDDEN, **fields}).status_code == 302
    assert house.state() == before


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/account", {"name": "Evil", "lang": "en", "zone": "Europe/Paris"}),
        ("/sign-out", {}),
        ("/account/sign-out-everywhere", {}),
    ],
)
def test_F1_forged_posts_of_somebody_signed_in_change_nothing(house: House, path: str, data: dict[str, str]) -> None:
    client = house.client("learner_a")
    before = house.state()
    for what, answer in forgeries(house, lambda: client, "/account", path, data).items():
        assert answer.status_code in (400, 415), what
        assert client.get("/account").status_code == 200, what
    assert house.state() == before


@pytest.mark.parametrize(
    ("page", "data"),
    [
        ("/sign-in", {"email": "learner_a@example.org", "password": "dix minutes au vert"}),
        ("/sign-in/link", {"email": "learner_a@example.org"}),
        ("/sign-in/link?for=reset", {"email": "learner_a@example.org"}),
    ],
)
def test_F1_forged_posts_of_strangers_change_nothing(house: House, page: str, data: dict[str, str]) -> None:
    before = house.state()
    for what, answer in forgeries(house, house.client, page, page, data).items():
        assert answer.status_code in (400, 415), what
    assert house.state() == before


def test_F1_a_reset_link_cannot_be_pressed_from_elsewhere(house: House) -> None:
    path = f"/link/{house.link('learner_a')}"
    before = house.state()
    for what, answer in forgeries(house, house.client, path, path, {"password": "sept vallées et un col"}).items():
        assert answer.status_code in (400, 415), what
    assert house.state() == before


def test_signing_out_everywhere_ends_every_session(house: House) -> None:
    phone, laptop = house.client("learner_a"), house.client("learner_a")
    assert house.count(LoginSession) == 2
    phone.post("/account/sign-out-everywhere", data={"csrf_token": token_of(phone, "/account")})
    assert house.count(LoginSession) == 0
    assert laptop.get("/account").status_code == 302
    assert "You are signed out on every device." in phone.get("/").get_data(as_text=True)


def test_markup_in_a_name_is_shown_as_typed(house: House) -> None:
    client = house.client("learner_a")
    client.post("/account", data=_form(client, name="<img src=x onerror=alert(1)> {{7*7}}"))
    page = client.get("/account")
    assert "<img" not in page.get_data(as_text=True)
    assert "{{7*7}}" in page.get_data(as_text=True)
    assert "49" not in words_of(page)


def test_export_tells_all_and_no_secret_and_forget_leaves_nothing(any_house: House) -> None:
    house = any_house
    house.link("learner_a")
    house.client("learner_a")
    house.client().fill("/sign-in/link", {"email": "learner_a@example.org"})
    who = house.ids["learner_a"]
    with house.open():
        told = privacy.export(who)
        assert {"person", "login_session", "sign_in_link", "counted_try"} == set(told)
        assert told["person"][0]["email"] == "learner_a@example.org"
        assert len(told["login_session"]) == 1
        assert len(told["sign_in_link"]) == 2
        secrets = [db.session.get_one(Person, who).password_hash, db.session.scalars(sa.select(LoginSession.id)).one()]
        assert not any(str(secret) in repr(told) for secret in secrets)
        with writing():
            privacy.forget(who)
    assert house.count(Person, Person.id == who) == 0
    assert (house.count(LoginSession), house.count(SignInLink), house.count(CountedTry)) == (0, 0, 0)
    assert house.count(Person) == 5
