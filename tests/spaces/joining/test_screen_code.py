"""The code on a space's screen: everybody may read it, it opens nothing, it makes a request that the manager accepts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.models import CountedTry, LoginSession, Person
from lms.foundation.db import db, writing
from lms.foundation.errors import NotFound
from lms.foundation.tokens import seal, shown_code
from lms.spaces import service as spaces
from lms.spaces.joining import service
from lms.spaces.joining.models import ScreenCode
from lms.spaces.joining.picture import picture_of
from lms.spaces.joining.rules import CODES_TYPED, REQUESTS_BY_CODE
from lms.spaces.models import Application, Invitation
from tests.accounts.attacks import stripped, token_of
from tests.accounts.people import House, found, links_in
from tests.visits import StrictClient, words_of

ONA = "ona@example.org"


def screen(house: House, space: str = "la-bobine", by: str = "manager_a") -> str:
    return str(house.write(lambda: service.make_screen_code(space, by=house.ids[by])))


def come(client: StrictClient, code: str, email: str = ONA, name: str = "Ona"):  # type: ignore[no-untyped-def]
    """Type the code and the address, then the name; gives the last answer."""
    page = client.fill("/join", {"code": code, "email": email})
    if page.status_code != 200 or 'name="name"' not in page.get_data(as_text=True):
        return page
    return client.fill(page, {"name": name, "lang": "ca"})


@pytest.fixture
def demo_house(app: Flask) -> House:
    """A demonstration keeps its mails."""
    return found(app, demo=True)


@pytest.mark.parametrize("way", ["link", "code"])
def test_a_shared_computer_is_said_once_on_the_way_from_the_screen_in(demo_house: House, way: str) -> None:
    house = demo_house
    client = house.client()
    page = client.fill("/join", {"code": shown_code(screen(house)), "email": ONA, "shared": True})
    page = client.fill(page, {"name": "Ona", "lang": "ca"})
    house.run_jobs()
    letter = next(mail for mail in house.kept() if mail.address == ONA)
    if way == "link":
        link = next(link for link in links_in(letter.body or "") if "/link/" in link)
        client.fill(link.partition("localhost")[2])
    else:
        code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", letter.body or "")
        assert code
        client.fill(page, {"code": code[0]}, form="/sign-in/code")
    with house.open():
        opened = db.session.scalars(sa.select(LoginSession).order_by(LoginSession.created_at.desc())).first()
        assert opened is not None
        assert opened.expires_at - opened.created_at == timedelta(hours=2)


def test_from_the_screen_to_the_space(demo_house: House) -> None:
    house = demo_house
    manager = house.client("manager_a")
    shown = manager.fill("/team/la-bobine/code")
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", words_of(shown))
    assert code
    assert "localhost/join" in words_of(shown)
    assert picture_of(f"http://localhost/join?code={code[0]}") in shown.get_data(as_text=True), "for a camera"
    page = come(house.client(), code[0].lower())
    assert "mail is on its way" in words_of(page)
    assert house.count(Application) == 0, "no request before the address is proved"
    house.run_jobs()
    letter = next(mail for mail in house.kept() if mail.address == ONA)
    client = house.client()
    link = next(link for link in links_in(letter.body or "") if "/link/" in link)
    ask = client.fill(link.partition("localhost")[2])
    assert code[0] in ask.get_data(as_text=True), "the code is in the field already"
    assert "La Bobine" in words_of(client.fill(ask))
    assert house.count(Application, Application.state == "asked") == 1
    assert house.roles(ONA) == set(), "nothing opens before the manager says yes"
    answered = manager.fill("/team/la-bobine/invite", {"people": True}, form="requests", press="Accept")
    assert "1 person belongs to your space now" in answered.get_data(as_text=True)
    assert house.roles(ONA) == {("learner", "la-bobine")}
    with house.open():
        row = db.session.scalars(sa.select(Application)).one()
        assert (row.source, row.state, row.decided_by) == ("screen", "accepted", house.ids["manager_a"])
        assert db.session.scalars(sa.select(Person.lang).where(Person.email == ONA)).one() == "ca"
    house.run_jobs()
    assert [mail.kind for mail in house.kept() if mail.address == ONA] == ["sign_in", "answered"]


def test_the_picture_is_black_on_white_and_holds_nothing_that_a_page_may_not() -> None:
    drawn = picture_of("https://learn.example.org/join?code=QPPX-98CT")
    assert drawn.startswith('<svg viewBox="0 0 41 41"><path fill="#fff"')
    assert not re.search(r"style|script|href|width|class", drawn)
    assert drawn != picture_of("https://learn.example.org/join?code=QPPX-98CX")
    assert len(picture_of("https://" + "x" * 292)) < 20_000


def test_the_code_of_the_mail_proves_the_address_too(demo_house: House) -> None:
    house = demo_house
    client = house.client()
    page = come(client, screen(house))
    house.run_jobs()
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", house.kept()[-1].body or "")
    assert code
    answer = client.fill(page, {"code": code[0]}, form="/sign-in/code", follow=False)
    assert answer.location.startswith("/join?code=")


def test_somebody_signed_in_asks_with_one_press(any_house: House) -> None:
    house = any_house
    code = screen(house, "l-estive", "manager_b")
    page = house.client("learner_a").fill("/join", {"code": code})
    assert "waiting for an answer" in words_of(page)
    house.client("learner_a").fill("/join", {"code": shown_code(code)})
    assert house.count(Application) == 1
    assert "belong to L’Estive already" in house.client("learner_b").fill("/join", {"code": code}).get_data(
        as_text=True
    )
    assert house.count(Application) == 1


def test_several_requests_are_answered_in_one_go(any_house: House) -> None:
    house = any_house
    for who in ("learner_b", "trainer", "coordinator"):
        house.write(lambda who=who: service.ask_by_code(house.ids[who], code) if (code := _code(house)) else None)
    client = house.client("manager_a")
    client.fill(
        "/team/la-bobine/invite",
        {"people": [house.ids["learner_b"], house.ids["trainer"]]},
        form="requests",
        press="Accept",
    )
    assert ("learner", "la-bobine") in house.roles("trainer@example.org")
    client.fill(
        "/team/la-bobine/invite", {"people": [house.ids["coordinator"]], "why": "  La salle   est pleine. "},
        form="requests", press="Decline",
    )  # fmt: skip
    assert "La salle est pleine." in words_of(house.client("coordinator").get("/account/spaces"))
    assert house.roles("coordinator@example.org") == {("coordinator", None)}


def _code(house: House) -> str:
    row = db.session.get(ScreenCode, "la-bobine")
    return row.code if row else service.make_screen_code("la-bobine", by=house.ids["manager_a"])


def test_A5_a_foreign_person_among_the_ticked_changes_nothing(any_house: House) -> None:
    house = any_house
    house.write(lambda: spaces.apply(house.ids["trainer"], "la-bobine"))
    house.write(lambda: spaces.apply(house.ids["learner_a"], "l-estive"))
    client = house.client("manager_a")
    people = [house.ids["trainer"], house.ids["learner_a"]]
    data = {"csrf_token": token_of(client, "/account"), "people": people, "decision": "accept"}
    client.post("/team/la-bobine/join-requests", data=data)
    assert house.roles("trainer@example.org") == {("trainer", None)}
    assert house.count(Application, Application.state == "asked") == 2


def test_who_was_declined_or_left_may_ask_again(house: House) -> None:
    code = screen(house)
    for accept in (False, True):
        house.write(lambda: service.ask_by_code(house.ids["trainer"], code))
        house.write(
            lambda a=accept: spaces.decide(house.ids["trainer"], "la-bobine", accept=a, by=house.ids["manager_a"])
        )
    house.write(lambda: service.leave(house.ids["trainer"], "la-bobine"))
    house.write(lambda: service.ask_by_code(house.ids["trainer"], code))
    assert house.count(Application, Application.state == "asked") == 1
    assert house.roles("trainer@example.org") == {("trainer", None)}


def _expired(house: House) -> None:
    house.later(ScreenCode, expires_at=timedelta(hours=-24, seconds=-1))


def _ended(house: House) -> None:
    house.write(lambda: service.end_screen_code("la-bobine", by=house.ids["manager_a"]))


def _renewed(house: House) -> None:
    screen(house)


@pytest.mark.parametrize("over", [_expired, _ended, _renewed])
def test_a_code_that_is_over_makes_no_request(house: House, over) -> None:  # type: ignore[no-untyped-def]
    code = screen(house)
    over(house)
    assert come(house.client(), code).status_code == 422
    assert house.client("learner_b").fill("/join", {"code": code}).status_code == 422
    assert house.count(Application) == 0


def test_a_code_lives_a_day(house: House) -> None:
    screen(house)
    with house.open():
        row = db.session.scalars(sa.select(ScreenCode)).one()
        assert row.expires_at - row.made_at == timedelta(hours=24)


def test_a_deputy_shows_a_code_too_and_loses_it_with_the_right(house: House) -> None:
    house.write(lambda: spaces.name_deputy(house.ids["learner_a"], "la-bobine", by=house.ids["manager_a"]))
    assert house.client("learner_a").fill("/team/la-bobine/code").status_code == 200
    house.write(lambda: spaces.end_deputy(house.ids["learner_a"], "la-bobine", by=house.ids["manager_a"]))
    assert house.client("learner_a").get("/team/la-bobine/code").status_code == 403
    with house.open(), pytest.raises(NotFound), writing():
        service.make_screen_code("la-bobine", by=house.ids["learner_a"])


def test_E4_a_manager_who_lost_the_right_lets_nobody_in(any_house: House) -> None:
    house = any_house
    house.write(lambda: service.ask_by_code(house.ids["trainer"], _code(house)))
    house.write(lambda: spaces.end_manager(house.ids["manager_a"], "la-bobine", by=None))
    with house.open(), pytest.raises(NotFound), writing():
        spaces.decide(house.ids["trainer"], "la-bobine", accept=True, by=house.ids["manager_a"])
    assert house.roles("trainer@example.org") == {("trainer", None)}


def test_L3_known_new_and_disabled_get_the_same_answers(house: House) -> None:
    house.write(lambda: accounts.disable(house.ids["learner_b"]))
    code, pages = screen(house), set()
    for email in (ONA, "learner_a@example.org", "learner_b@example.org", "trainer@example.org"):
        client = house.client()
        wrong = client.fill("/join", {"code": "2" * 8, "email": email}, follow=False)
        right = client.fill("/join", {"code": code, "email": email}, follow=False)
        last = client.fill(right, {"name": "Ona", "lang": "fr"}, follow=False)
        pages.add(
            (
                wrong.status_code, stripped(wrong, email), right.status_code, stripped(right, email), last.status_code,
                last.location, stripped(client.get(last.location), email),
            )
        )  # fmt: skip
        assert client.get("/account").status_code == 302, "nobody is signed in before the address is proved"
    assert len(pages) == 1
    with house.open():
        assert db.session.get_one(Person, house.ids["learner_a"]).name == "Learner_A", "a stranger renames nobody"


def test_E3_codes_typed_from_one_place_are_limited(any_house: House) -> None:
    house = any_house
    most = CODES_TYPED[0]
    with house.open(), writing():
        for _ in range(most):
            accounts.count_try("join:127.0.0.1", CODES_TYPED)
    code = screen(house)
    answer = house.client().fill("/join", {"code": code, "email": ONA}, follow=False)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    house.later(CountedTry, window_start=-CODES_TYPED[1])
    assert house.client().fill("/join", {"code": code, "email": ONA}, follow=False).status_code == 200


def test_D9_requests_to_one_space_are_limited(house: House) -> None:
    code = screen(house)
    with house.open(), writing():
        for _ in range(REQUESTS_BY_CODE[0]):
            accounts.count_try("screen:la-bobine", REQUESTS_BY_CODE)
    assert house.client("learner_b").fill("/join", {"code": code}).status_code == 429
    assert come(house.client(), code).status_code == 429
    assert (house.count(Application), house.count(Person, Person.email == ONA)) == (0, 0)


def test_E1_the_code_of_an_invitation_opens_it_with_its_address_alone(any_house: House) -> None:
    house = any_house
    house.invitation("ines@example.org")
    with house.open(), writing():
        code = accounts.give_code(db.session.scalars(sa.select(Invitation)).one())
    assert house.client().fill("/join", {"code": code, "email": ONA}).status_code == 422
    client = house.client()
    page = client.fill("/join", {"code": code, "email": "Ines@Example.org", "shared": True})
    assert "invites you" in words_of(page)
    client.fill(page, {"name": "Inès"})
    assert house.roles("ines@example.org") == {("learner", "la-bobine")}
    with house.open():
        row = db.session.scalars(sa.select(LoginSession)).one()
        assert row.expires_at - row.created_at == timedelta(hours=2), "the tick for a shared computer went along"
    assert house.client().fill("/join", {"code": code, "email": "ines@example.org"}).status_code == 422


@pytest.mark.parametrize("by", ["link", "code"])
def test_E1_the_code_typed_leaves_the_link_of_the_same_mail_alone_and_either_accepts_once(
    any_house: House, by: str
) -> None:
    house = any_house
    link = house.invitation("ines@example.org")
    with house.open(), writing():
        code = accounts.give_code(db.session.scalars(sa.select(Invitation)).one())
    client = house.client()
    opened = [
        client.fill("/join", {"code": code, "email": "ines@example.org"}, follow=False).location for _twice in range(2)
    ]
    assert opened[0] == opened[1] != f"/join/{link}"
    doors = {"link": f"/join/{link}", "code": opened[0]}
    for door in doors.values():
        assert "invites you" in words_of(house.client().get(door)), "both work until one accepts"
    client.fill(doors[by], {"name": "Inès"})
    assert house.roles("ines@example.org") == {("learner", "la-bobine")}
    for door in doors.values():
        assert house.client().get(door).status_code == 410


@pytest.mark.parametrize("over", ["withdrawn", "expired", "right lost"])
def test_E1_E4_what_the_code_opened_ends_with_the_invitation(any_house: House, over: str) -> None:
    house = any_house
    house.invitation("ines@example.org")
    with house.open(), writing():
        row = db.session.scalars(sa.select(Invitation)).one()
        code, invitation_id = accounts.give_code(row), row.id
    client = house.client()
    page = client.fill("/join", {"code": code, "email": "ines@example.org"})
    if over == "withdrawn":
        house.write(lambda: spaces.cancel_invitation(invitation_id, "la-bobine", by=house.ids["manager_a"]))
    elif over == "expired":
        house.later(Invitation, expires_at=-timedelta(days=8))
    else:
        house.write(lambda: spaces.end_manager(house.ids["manager_a"], "la-bobine", by=None))
    assert client.fill(page, {"name": "Inès"}).status_code == 410
    assert house.roles("ines@example.org") == set()


def test_E3_a_signature_is_for_one_invitation_alone(any_house: House) -> None:
    house = any_house
    for email in ("ines@example.org", ONA):
        house.invitation(email)
    with house.open():
        one, other = db.session.scalars(sa.select(Invitation.id))
        token = seal("invitation", one)
    signature = token.partition(".")[2]
    for made_up in (f"{other}.{signature}", f"{one}.", f"{one}.{signature[:-1]}", f".{signature}", one, f"{token}.x"):
        assert house.client().get(f"/join/{made_up}").status_code == 410, made_up
    assert house.client().get(f"/join/{token}").status_code == 200


def test_E3_five_tries_for_the_code_of_an_invitation(any_house: House) -> None:
    house = any_house
    house.invitation("ines@example.org")
    with house.open(), writing():
        code = accounts.give_code(db.session.scalars(sa.select(Invitation)).one())
    for _ in range(5):
        assert house.client().fill("/join", {"code": "3" * 8, "email": "ines@example.org"}).status_code == 422
    assert house.client().fill("/join", {"code": code, "email": "ines@example.org"}).status_code == 422
    assert house.count(LoginSession) == 0


@pytest.mark.parametrize("who", ["manager_b", "learner_a", "trainer", "coordinator", None])
def test_A1_only_who_runs_the_space_makes_its_code(any_house: House, who: str | None) -> None:
    house = any_house
    client = house.client(who)
    assert client.get("/team/la-bobine/code").status_code in (302, 403, 404)
    data = {"csrf_token": token_of(client, "/account" if who else "/sign-in"), "do": "make"}
    assert client.post("/team/la-bobine/code", data=data).status_code in (302, 403, 404)
    assert house.count(ScreenCode) == 0
