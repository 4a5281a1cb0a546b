"""Row D9: limits per person, address and place hold on both databases, with Redis stopped and behind a proxy, and say when to
come back. And E6: no token in a log; G1: nobody walks the codes of certificates."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.models import CountedTry, LoginSession
from lms.foundation.db import db, writing
from lms.learning.certificates.rules import WRONG_CODES
from lms.spaces.joining.rules import CODES_TYPED
from lms.spaces.models import Invitation
from tests.accounts.attacks import token_of
from tests.accounts.people import House, found
from tests.servers import Valkey
from tests.visits import StrictClient

MOST = 4
EMAIL = "learner_a@example.org"


def type_wrong(house: House, number: int, **place: str) -> Any:
    """A code typed from a place, each time with another address: only the place is the same."""
    client = house.client()
    data = {"csrf_token": token_of(client, "/join"), "code": "2" * 8, "email": f"n{number}@example.org"}
    headers = {"X-Forwarded-For": place["forwarded"]} if "forwarded" in place else {}
    environ = {"REMOTE_ADDR": place.get("remote", "198.51.100.7")}
    return client.post("/join", data=data, headers=headers, environ_overrides=environ)


def used_up(house: House, *keys: str, left: int = 0) -> None:
    """Let these places have typed all codes but `left` of those they may."""
    with house.open(), writing():
        for key in keys:
            for _ in range(CODES_TYPED[0] - left):
                accounts.count_try(f"join:{key}", CODES_TYPED)


def refused(answer: Any) -> bool:
    return answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("redis", ["none", "stopped"])
def test_D9_limits_hold_with_redis_off(
    any_url: str, make_app: Callable[..., Flask], request: pytest.FixtureRequest, redis: str
) -> None:
    """They are rows of the database: nothing is counted in Redis, and nothing opens without it."""
    more = {}
    if redis == "stopped":
        valkey: Valkey = request.getfixturevalue("valkey")
        valkey.stop()
        more = {"REDIS_URL": valkey.url}
    house = found(make_app(DATABASE_URL=any_url, **more))
    tries = [
        house.client().fill("/sign-in", {"email": EMAIL, "password": "x" * 14}, form="/sign-in") for _ in range(11)
    ]
    assert [one.status_code for one in tries] == [422] * 10 + [429]
    assert refused(tries[-1])
    used_up(house, "198.51.100.7", left=1)
    assert type_wrong(house, 1).status_code == 422
    assert refused(type_wrong(house, 2))
    manager = house.client("manager_a")
    token = token_of(manager, "/account")
    data = {"csrf_token": token, "email": "ines@example.org", "lang": "fr"}
    assert [manager.post("/team/la-bobine/invite", data=data).status_code for _ in range(4)] == [302, 302, 302, 429]
    assert refused(manager.post("/team/la-bobine/invite", data=data))
    assert house.count(LoginSession) == 1, "nobody came in but the manager of this test"


@pytest.mark.parametrize(
    ("proxies", "told", "counted"),
    [
        ("0", "203.0.113.{n}", "198.51.100.7"),
        ("1", "192.0.2.{n}, 203.0.113.9", "203.0.113.9"),
        ("2", "192.0.2.{n}, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        ("1", "2001:db8:1:2::{n}", "2001:db8:1:2::/64"),
        ("1", "2001:db8:1:2:{n}::1", "2001:db8:1:2::/64"),
    ],
)
def test_D9_behind_a_proxy_the_place_is_taken_from_as_far_back_as_is_trusted(
    make_app: Callable[..., Flask], proxies: str, told: str, counted: str
) -> None:
    """What a visitor writes in front of it changes nothing; a household in IPv6 is one place."""
    house = found(make_app(LMS_PROXIES=proxies))
    used_up(house, counted, left=MOST)
    for number in range(1, MOST + 1):
        assert type_wrong(house, number, forwarded=told.format(n=number)).status_code == 422
    assert refused(type_wrong(house, 99, forwarded=told.format(n=99)))
    elsewhere = "203.0.113.200" if proxies == "1" else "203.0.113.200, 10.0.0.1"
    free = type_wrong(house, 98, forwarded=elsewhere, remote="198.51.100.8")
    assert free.status_code == 422, "another place is not held back"


def test_D9_a_place_in_ipv6_is_its_64_and_a_mapped_address_is_the_one_in_it(any_app: Flask) -> None:
    house = found(any_app)
    used_up(house, "2001:db8:5:6::/64", "198.51.100.7")
    for remote in ("2001:db8:5:6::1", "2001:db8:5:6:ffff:ffff:ffff:ffff", "::ffff:198.51.100.7", "198.51.100.7"):
        assert refused(type_wrong(house, 1, remote=remote)), remote
    assert type_wrong(house, 1, remote="2001:db8:5:7::1").status_code == 422


def test_D9_an_address_is_limited_from_wherever_it_is_tried(any_app: Flask) -> None:
    house = found(any_app)
    most = accounts.CODES_TRIED[0]
    answers = []
    for number in range(most + 1):
        visitor = house.client()
        data = {"csrf_token": token_of(visitor, "/join"), "code": "2" * 8, "email": EMAIL}
        answers.append(visitor.post("/join", data=data, environ_overrides={"REMOTE_ADDR": f"198.51.100.{number}"}))
    assert [one.status_code for one in answers] == [422] * most + [429]
    assert refused(answers[-1])
    with house.open():
        keys = list(db.session.scalars(sa.select(CountedTry.key)))
    assert keys
    assert not any("198.51" in key or "@" in key for key in keys), "who was counted stands nowhere"


@pytest.mark.parametrize("address", ["/verify/{code}", "/verify?code={code}"])
def test_G1_nobody_walks_the_codes_of_certificates(any_app: Flask, address: str) -> None:
    """Codes that no certificate has are counted by place, whichever way they are asked for; what is no code costs nothing."""
    house = found(any_app)
    with house.open(), writing():
        for _ in range(WRONG_CODES[0] - 1):
            accounts.count_try("verify:198.51.100.7", WRONG_CODES)

    def ask(code: str, remote: str = "198.51.100.7") -> Any:
        return house.client().get(address.format(code=code), environ_overrides={"REMOTE_ADDR": remote})

    answers = [ask(code) for code in ("0" * 25, "0" * 26, "1" * 26, "0" * 25)]
    assert [one.status_code for one in answers] == [404, 404, 429, 404]
    assert refused(answers[2])
    assert "link by e-mail" not in answers[2].text, "what is said to people who sign in"
    assert ask("0" * 26, "198.51.100.8").status_code == 404, "another place is not held back"


def test_E6_no_token_and_no_code_stands_in_a_log(any_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    house = found(any_app)
    token = house.invitation("ines@example.org")
    with house.open(), writing():
        code = accounts.give_code(db.session.scalars(sa.select(Invitation)).one())
    caplog.set_level(logging.DEBUG)
    client: StrictClient = house.client()
    client.get(f"/join/{token}")
    opened = client.fill("/join", {"code": code, "email": "ines@example.org"}, follow=False).location
    client.get(opened)
    client.get(f"/join/{token}x")
    client.fill(f"/join/{token}", {"name": "Inès"})
    client.get(opened)
    said = "\n".join(record.getMessage() for record in caplog.records)
    for secret in (token, code, f"{code[:4]}-{code[4:]}", opened.rpartition("/")[2]):
        assert secret not in said
