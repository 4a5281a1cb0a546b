"""The operator's commands about people, as typed at a terminal."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from lms.accounts.models import LoginSession, Person
from lms.foundation.db import db
from lms.jobs.models import Job
from lms.spaces.models import Invitation, Network
from tests.accounts.people import House
from tests.visits import words_of


def run(app: Flask, *words: str, group: str = "users") -> Result:
    result: Result = app.test_cli_runner().invoke(args=[group, *words])
    return result


def test_the_first_coordinator_comes_through_the_command_line(make_app) -> None:  # type: ignore[no-untyped-def]
    app = make_app(BASE_URL="https://learn.example.org")
    result = run(
        app, "invite", "Coordinator@Example.org", "--role", "coordinator", "--lang", "fr", "--network", "Sept Vallées"
    )
    assert result.exit_code == 0, result.output
    address = urlsplit(result.stdout.strip())
    assert (address.scheme, address.netloc, address.query) == ("https", "learn.example.org", "lang=fr")
    house = House(app)
    client = house.client()
    page = client.get(f"{address.path}?{address.query}")
    assert "Sept Vallées vous invite" in words_of(page)
    assert client.fill(page, {"name": "Núria"}, follow=False).status_code == 302
    assert house.roles("coordinator@example.org") == {("coordinator", None)}
    assert house.count(Job) == 0, "a printed link is not mailed"
    with house.open():
        assert db.session.get_one(Network, 1).name == "Sept Vallées"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("x@example.org", "--role", "learner"), 2, "needs --space"),
        (("x@example.org", "--role", "manager"), 2, "needs --space"),
        (("x@example.org", "--role", "trainer", "--space", "la-bobine"), 2, "has none"),
        (("x@example.org", "--role", "learner", "--space", "nowhere"), 2, "no space has the slug 'nowhere'"),
        (("x@example.org", "--role", "king"), 2, "king"),
        (("x@example.org", "--role", "coordinator", "--lang", "xx"), 2, "xx"),
        (("not an address", "--role", "coordinator"), 1, "does not look like an e-mail address"),
        (("x@example.org",), 2, "--role"),
    ],
)
def test_invite_says_in_a_sentence_what_is_wrong(house: House, words: tuple[str, ...], code: int, said: str) -> None:
    result = run(house.app, "invite", *words)
    assert result.exit_code == code
    assert said in result.output
    assert "Traceback" not in result.output
    assert house.count(Invitation) == 0


@pytest.mark.parametrize(("role", "space"), [("learner", "la-bobine"), ("manager", "l-estive"), ("trainer", None)])
def test_invite_gives_the_role_it_names(house: House, role: str, space: str | None) -> None:
    words = ["invite", "ines@example.org", "--role", role, *(["--space", space] if space else [])]
    path = urlsplit(run(house.app, *words).stdout.strip()).path
    house.client().fill(path, {"name": "Inès"})
    assert house.roles("ines@example.org") == {(role, space)}


def test_list_shows_everybody_as_lines_and_as_json(house: House) -> None:
    house.client("learner_a")
    lines = run(house.app, "list").stdout.splitlines()
    assert len(lines) == 6
    assert lines == sorted(lines)
    document = json.loads(run(house.app, "list", "--format", "json").stdout)
    assert {row["email"] for row in document["people"]} == {f"{who}@example.org" for who in house.ids}
    assert "hash" not in json.dumps(document)


def test_disable_closes_the_account_at_once(house: House) -> None:
    client = house.client("learner_a")
    link = house.link("learner_a")
    result = run(house.app, "disable", "LEARNER_A@example.org")
    assert result.exit_code == 0
    assert client.get("/account").status_code == 302
    assert house.client().get(f"/link/{link}").status_code == 410
    with house.open():
        assert db.session.get_one(Person, house.ids["learner_a"]).state == "disabled"
    assert "disabled" in run(house.app, "list").stdout


def test_end_sessions_signs_out_everywhere_and_says_how_many(house: House) -> None:
    phone, laptop, other = house.client("learner_a"), house.client("learner_a"), house.client("learner_b")
    result = run(house.app, "end-sessions", "learner_a@example.org")
    assert result.stdout.startswith("2 sessions")
    assert [client.get("/account").status_code for client in (phone, laptop, other)] == [302, 302, 200]
    assert house.count(LoginSession) == 1


def test_reset_link_is_printed_and_works_once(house: House) -> None:
    former = house.link("learner_a")
    address = urlsplit(run(house.app, "reset-link", "learner_a@example.org").stdout.strip())
    assert f"{address.scheme}://{address.netloc}" == "http://localhost"
    assert house.client().get(f"/link/{former}").status_code == 410, "only the newest works"
    done = house.client().fill(address.path, {"password": "sept vallées et un col"}, follow=False)
    assert done.status_code == 302
    assert house.client().get(address.path).status_code == 410
    with house.open():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


@pytest.mark.parametrize("command", ["disable", "end-sessions", "reset-link"])
def test_nobody_with_that_address_is_a_sentence(house: House, command: str) -> None:
    result = run(house.app, command, "nobody@example.org")
    assert result.exit_code == 1
    assert "nobody signs in with 'nobody@example.org'" in result.output
    assert "Traceback" not in result.output


def test_registration_is_opened_closed_and_told(house: House) -> None:
    def registration(*words: str) -> str:
        result = run(house.app, "registration", *words, group="network")
        assert result.exit_code == 0, result.output
        return result.stdout.strip()

    assert registration() == "invitation"
    assert house.client().get("/register").status_code == 404
    assert [registration("open"), registration()] == ["open", "open"]
    assert house.client().get("/register").status_code == 200
    assert [registration("invitation"), registration()] == ["invitation", "invitation"]
    assert house.client().get("/register").status_code == 404


@pytest.mark.parametrize(("words", "code"), [((), 1), (("open",), 1), (("closed",), 2)])
def test_registration_of_no_network_is_a_sentence(app: Flask, words: tuple[str, ...], code: int) -> None:
    result = run(app, "registration", *words, group="network")
    assert (result.exit_code, result.stdout) == (code, "")
    assert "Traceback" not in result.output
