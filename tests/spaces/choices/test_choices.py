"""The network's choices: each one counts, each change is written down, nobody else changes them, no form reverts another."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import Person
from lms.accounts.queries import person_with_email
from lms.foundation.db import db, writing
from lms.foundation.errors import Forbidden, Refused
from lms.spaces.audit.models import AuditEntry
from lms.spaces.choices.queries import chosen, home_of_network, sender
from lms.spaces.choices.rules import FIELDS, mark, sender_line
from lms.spaces.choices.service import choose
from lms.spaces.models import Network
from tests.accounts.attacks import FORBIDDEN, token_of
from tests.accounts.people import House, found
from tests.servers import MailSink
from tests.visits import words_of

PAGE = "/network/settings"
OTHER = {
    "registration": "open", "directory": "public", "smallest_group": "8", "lang": "ca", "zone": "Europe/Madrid",
    "contact": "dades@example.org", "sender_name": "Les vallées", "sender_address": "cours@example.org",
}  # fmt: skip


def told(house: House) -> list[tuple[str, str, str]]:
    with house.open():
        rows = db.session.execute(
            sa.select(AuditEntry.subject, AuditEntry.before, AuditEntry.after)
            .where(AuditEntry.what == "choice_changed")
            .order_by(AuditEntry.at, AuditEntry.id)
        )
        return [tuple(row) for row in rows]


@pytest.mark.parametrize("field", FIELDS)
def test_a_choice_is_kept_and_written_down_with_before_and_after(any_house: House, field: str) -> None:
    page = any_house.client("coordinator").fill(PAGE, {field: OTHER[field]})
    assert "Your choices are saved." in page.get_data(as_text=True)
    with any_house.open():
        now = chosen()
    assert now is not None
    assert now[field] == OTHER[field]
    ((subject, before, after),) = told(any_house)
    assert (subject, after) == (f"field.{field}", OTHER[field])
    assert before != after


def test_keeping_the_same_changes_nothing(house: House) -> None:
    page = house.client("coordinator").fill(PAGE)
    assert "Nothing was changed." in page.get_data(as_text=True)
    assert told(house) == []


BAD: dict[str, tuple[str, ...]] = {
    "registration": ("", "nobody"),
    "directory": ("", "friends"),
    "smallest_group": ("", "4", "0", "-5", "101", "5.5", "five", "9" * 40),
    "lang": ("", "de", "fr\x00"),
    "zone": ("", "Europe/Atlantis", "../etc/passwd"),
    "contact": ("", "nobody", "a@example.org\nBcc: b@example.org", "x" * 300 + "@example.org"),
    "sender_name": ('A" <evil@example.org>', "A<b>", "A\r\nBcc: b@example.org", "x" * 101),
    "sender_address": ("nobody", "a@example.org, b@example.org", "a@example.org\nSubject: x"),
}


@pytest.mark.parametrize(("field", "value"), [(name, one) for name, many in BAD.items() for one in many])
def test_what_is_no_choice_is_refused_and_nothing_is_kept(house: House, field: str, value: str) -> None:
    client = house.client("coordinator")
    with house.open():
        now = chosen()
    assert now is not None
    data = {**now, **OTHER, field: value, "seen": mark(now), "csrf_token": token_of(client, "/account")}
    answer = client.post(PAGE, data=data)
    assert answer.status_code == 422
    assert told(house) == []


WHO = ("manager_a", "learner_a", "trainer", None)


@pytest.mark.parametrize("who", WHO)
def test_only_the_coordinator_chooses(house: House, who: str | None) -> None:
    client = house.client(who)
    data = {**OTHER, "csrf_token": token_of(client, "/account" if who else "/sign-in")}
    code = 403 if who else 302
    assert client.get(PAGE).status_code == client.post(PAGE, data=data).status_code == code
    assert told(house) == []


def test_A7_other_columns_of_the_network_are_not_in_the_form(any_house: House) -> None:
    house = any_house
    client = house.client("coordinator")
    with house.open():
        now = chosen()
    assert now is not None
    data = {**FORBIDDEN, "name": "Evil", **now, "seen": mark(now), "csrf_token": token_of(client, "/account")}
    assert client.post(PAGE, data=data).status_code == 302
    with house.open():
        assert db.session.scalar(sa.select(Network.name)) == "Sept Vallées"
    assert told(house) == []


def test_a_page_from_before_reverts_nobody_s_choice(any_house: House) -> None:
    one, other = any_house.client("coordinator"), any_house.client("coordinator")
    page = one.get(PAGE)
    other.fill(PAGE, {"smallest_group": "9"})
    answer = one.fill(page, {"zone": "Europe/Andorra"}, follow=False)
    assert answer.status_code == 409
    assert "Somebody changed the choices while you had this page open." in words_of(answer)
    assert one.fill(answer, {"zone": "Europe/Andorra"}).status_code == 200
    assert [subject for subject, _before, _after in told(any_house)] == ["field.smallest_group", "field.zone"]


def test_N5_who_coordinates_no_longer_chooses_nothing(any_house: House) -> None:
    with any_house.open(), pytest.raises(Forbidden), writing():
        choose(OTHER, by=any_house.ids["manager_a"])
    with any_house.open(), pytest.raises(Refused), writing():
        choose(OTHER, by=any_house.ids["coordinator"], seen="0" * 16)
    assert told(any_house) == []


# --- each choice counts ------------------------------------------------------------------------------------------


def test_the_command_line_goes_the_same_way(house: House) -> None:
    done = house.app.test_cli_runner().invoke(args=["network", "registration", "open"])
    assert done.stdout.strip() == "open"
    assert told(house) == [("field.registration", "invitation", "open")]
    assert "The operator changed a choice" in words_of(house.client("coordinator").get("/network/audit"))


def test_the_directory_opens_to_strangers_and_shuts_again(house: House) -> None:
    for choice, code in (("public", 200), ("members", 302)):
        house.write(lambda choice=choice: choose({"directory": choice}, by=None))
        for path in ("/spaces", "/spaces/la-bobine"):
            assert house.client().get(path).status_code == code


def test_language_and_zone_count_where_nothing_else_decides(house: House) -> None:
    house.write(lambda: choose({"lang": "ca", "zone": "Europe/Andorra"}, by=None))
    with house.open():
        assert home_of_network() == ("ca", "Europe/Andorra")
    stranger: Any = house.app.test_client()
    assert '<html lang="ca"' in stranger.get("/sign-in").get_data(as_text=True)
    assert '<html lang="en"' in house.client().get("/sign-in").get_data(as_text=True), "the browser's wish comes first"
    token = house.invitation("ada@example.org", role="trainer", space=None, by="coordinator")
    house.client().fill(f"/join/{token}", {"name": "Ada"})
    with house.open():
        person = person_with_email("ada@example.org")
        assert isinstance(person, Person)
        assert person.zone == "Europe/Andorra"


def test_the_sender_is_whom_the_network_chose(house: House) -> None:
    with house.open():
        assert sender("Cordada <cordada@example.org>") == '"Cordada" <cordada@example.org>'
    house.write(lambda: choose({"sender_name": "Les vallées", "sender_address": "cours@example.org"}, by=None))
    with house.open():
        assert sender("Cordada <cordada@example.org>") == '"Les vallées" <cours@example.org>'


def test_mails_leave_in_the_name_the_network_chose(make_app: Callable[..., Flask], mails: MailSink) -> None:
    house = found(make_app(SMTP_URL=mails.url))
    house.write(lambda: choose({"sender_name": "Les vallées", "sender_address": "cours@example.org"}, by=None))
    house.client("manager_a").fill("/team/la-bobine/invite", {"email": "ines@example.org"}, form="/invite")
    house.run_jobs()
    (letter,) = mails.letters
    assert letter.sender == "cours@example.org"
    assert str(letter.message["From"]) == "Les vallées <cours@example.org>"


@pytest.mark.parametrize(
    ("name", "address", "machine", "line"),
    [
        ("", "", "Cordada <c@example.org>", '"Cordada" <c@example.org>'),
        ("", "", "c@example.org", "c@example.org"),
        ("Vallées", "", "Cordada <c@example.org>", '"Vallées" <c@example.org>'),
        ("", "v@example.org", "Cordada <c@example.org>", '"Cordada" <v@example.org>'),
        ("Vallées", "v@example.org", "c@example.org", '"Vallées" <v@example.org>'),
    ],
)
def test_what_is_not_chosen_is_the_machine_s(name: str, address: str, machine: str, line: str) -> None:
    assert sender_line(name, address, machine) == line


def test_mark_tells_every_choice_apart() -> None:
    base = dict.fromkeys(FIELDS, "x")
    marks = [mark(base), *(mark({**base, name: "y"}) for name in FIELDS)]
    assert all(one != other for one, other in itertools.combinations(marks, 2))


def test_the_smallest_group_is_never_under_five(any_house: House) -> None:
    with any_house.open(), pytest.raises(sa.exc.IntegrityError), writing():
        choose({"smallest_group": "4"}, by=None)
