"""People who were invited and have not come: seen, asked again, taken off the list, forgotten after a month."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.foundation.db import db
from lms.foundation.errors import Expired
from lms.jobs import outbox
from lms.jobs.models import Job
from lms.spaces import service as spaces
from lms.spaces.audit.models import AuditEntry
from lms.spaces.joining.models import Transfer
from lms.spaces.joining.service import request_transfer
from lms.spaces.models import Invitation, Membership, Space
from lms.spaces.people import service
from lms.spaces.roster.rules import Planned
from lms.spaces.roster.service import bring_in
from tests.accounts.attacks import token_of
from tests.accounts.people import House
from tests.visits import words_of

PEOPLE = "/team/la-bobine/people"
INES, ONA = "ines@example.org", "ona@example.org"


@pytest.fixture
def team(any_house: House) -> House:
    """Space A with two people whom a list has brought: both are invited, neither has come."""

    def bring() -> None:
        here = db.session.get(Space, "la-bobine")
        assert here is not None
        new = [Planned(line, mail.partition("@")[0].title(), mail, "new") for line, mail in enumerate((INES, ONA), 2)]
        brought = bring_in(new, here, by=any_house.ids["manager_a"])
        any_house.ids.update({mail.partition("@")[0]: one.person_id for mail, one in brought.items()})

    any_house.write(bring)
    return any_house


def press(house: House, who: str, whom: str, do: str, place: str = PEOPLE) -> int:
    client = house.client(who)
    data = {"csrf_token": token_of(client, "/account"), "do": do}
    return client.post(f"{place}/{house.ids[whom]}", data=data).status_code


def awaited(house: House) -> set[str]:
    with house.open():
        return set(db.session.scalars(sa.select(Person.email).where(Person.awaited_since.is_not(None))))


def night(house: House, slot: int = 1) -> None:
    house.write(lambda: outbox.put("spaces.forget_awaited", {"slot": slot}, key=f"spaces.forget_awaited:{slot}"))
    house.run_jobs()


def waits_since(house: House, days: int) -> None:
    """As if those who are awaited had been invited so many days ago."""
    since = accounts.now() - timedelta(days=days)
    theirs = sa.update(Person).where(Person.awaited_since.is_not(None))
    house.write(lambda: db.session.execute(theirs.values(awaited_since=since, created_at=since)))


def told(house: House, *what: str) -> list[tuple[str, str | None, str]]:
    with house.open():
        rows = db.session.execute(
            sa.select(AuditEntry.what, AuditEntry.space_id, AuditEntry.after)
            .where(AuditEntry.what.in_(what))
            .order_by(AuditEntry.at, AuditEntry.space_id)
        )
        return [(row.what, row.space_id, row.after) for row in rows]


def test_who_was_brought_and_has_not_come_is_seen_with_the_day(team: House) -> None:
    page = team.client("manager_a").get(PEOPLE)
    said = words_of(page)
    assert "2 people were invited and have not come yet" in said
    only = words_of(team.client("manager_a").get(f"{PEOPLE}?show=awaited"))
    assert INES in only
    assert "Learner_A" not in only
    assert "30 days after the last invitation" in only
    assert "have not come yet" in words_of(team.client("coordinator").get("/network/spaces/la-bobine/people"))
    assert "not come" not in words_of(team.client("manager_b").get("/team/l-estive/people")), (
        "those of this space alone"
    )


@pytest.mark.parametrize("way", ["link", "invitation"])
def test_whoever_comes_is_awaited_no_more(team: House, way: str) -> None:
    if way == "link":
        team.client().fill(f"/link/{team.link('ines', 'sign_in')}")
    else:
        team.client().fill(f"/join/{team.invitation(INES)}")
    assert awaited(team) == {ONA}
    assert press(team, "manager_a", "ines", "off") == 409
    assert press(team, "manager_a", "ines", "again") == 409
    assert team.roles(INES) == {("learner", "la-bobine")}


def test_the_invitation_is_sent_again_with_a_new_month_and_not_too_often(team: House) -> None:
    team.write(lambda: db.session.execute(sa.delete(Job)))
    waits_since(team, 29)
    client = team.client("manager_a")
    data = {"csrf_token": token_of(client, "/account"), "do": "again"}
    page = client.post(f"{PEOPLE}/{team.ids['ines']}", data=data, follow_redirects=True)
    assert "A new invitation to Ines is on its way." in page.get_data(as_text=True)
    assert team.count(Job, Job.task == "notifications.send_invitation") == 1
    with team.open():
        since = db.session.scalars(sa.select(Person.awaited_since).where(Person.email == INES)).one()
        assert since is not None
        assert accounts.now() - since < timedelta(minutes=5)
    for _ in range(5):
        assert press(team, "manager_a", "ines", "again") == 302
    assert team.count(Job, Job.task == "notifications.send_invitation") == 3, "three in an hour"


def test_writing_the_address_into_the_form_invites_anew_who_has_not_come(team: House) -> None:
    team.write(lambda: db.session.execute(sa.delete(Job)))
    team.client("manager_a").fill("/team/la-bobine/invite", {"email": INES, "lang": "ca"}, form="/invite")
    assert team.count(Job, Job.task == "notifications.send_invitation") == 1


def test_who_is_taken_off_the_list_is_forgotten_and_the_invitation_opens_nothing(team: House) -> None:
    link = team.invitation(INES)
    assert press(team, "manager_a", "ines", "off") == 302
    assert team.client().get(f"/join/{link}").status_code == 410
    assert team.count(Person, Person.email == INES) == 0
    assert team.count(Invitation, Invitation.email == INES) == 0
    assert press(team, "manager_a", "ines", "off") == 404, "twice is once"
    assert told(team, "awaited_off") == [("awaited_off", "la-bobine", "")]
    said = words_of(team.client("manager_a").get("/team/la-bobine/audit"))
    assert "Manager_A took somebody who is no longer here, who had not come yet, off the list of La Bobine." in said


def test_who_is_awaited_elsewhere_too_or_asked_to_join_there_stays_somebody(team: House) -> None:
    team.write(lambda: spaces.give_role(team.ids["ines"], "learner", "l-estive"))
    team.write(lambda: spaces.apply(team.ids["ona"], "l-estive"))
    for who in ("ines", "ona"):
        assert press(team, "manager_a", who, "off") == 302
    assert team.roles(INES) == {("learner", "l-estive")}
    assert team.count(Person, Person.email == ONA) == 1


def test_who_is_asked_or_invited_by_another_space_stays_somebody(team: House) -> None:
    team.write(lambda: request_transfer(team.ids["ines"], "l-estive", by=team.ids["manager_b"]))
    link = team.invitation(ONA, "manager", "l-estive", by="coordinator")
    for who in ("ines", "ona"):
        assert press(team, "manager_a", who, "off") == 302
    assert (team.roles(INES), team.count(Person, Person.email == INES)) == (set(), 1)
    assert team.count(Transfer, Transfer.state == "asked") == 1
    team.client().fill(f"/join/{link}")
    assert team.roles(ONA) == {("manager", "l-estive")}


@pytest.mark.parametrize("_round", range(3))
def test_N5_signing_in_at_the_moment_one_is_taken_off_is_the_one_or_the_other(team: House, _round: int) -> None:
    client, link = team.client(), team.link("ines", "sign_in")
    page = client.get(f"/link/{link}")
    barrier, answers = threading.Barrier(2), {}

    def come() -> None:
        barrier.wait(30)
        answers["come"] = client.fill(page, follow=False).status_code

    def take_off() -> None:
        barrier.wait(30)
        answers["off"] = press(team, "manager_a", "ines", "off")

    threads = [threading.Thread(target=what) for what in (come, take_off)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert (answers["come"], answers["off"]) in {(302, 409), (410, 302)}
    assert team.count(Person, Person.email == INES) == (answers["off"] == 409)


def test_nobody_signs_in_who_was_forgotten_or_disabled_since_the_link_was_pressed(team: House) -> None:
    assert press(team, "manager_a", "ines", "off") == 302
    team.write(lambda: accounts.disable(team.ids["ona"]))
    before = team.state()
    for who in ("ines", "ona"):
        with pytest.raises(Expired):
            team.write(lambda who=who: accounts.open_session(team.ids[who]))
    assert team.state() == before


def test_a_list_awaits_anew_who_gave_an_address_long_ago(team: House) -> None:
    team.write(lambda: spaces.register(email="nobody@example.org", name="Nobody", lang="fr"))
    waits_since(team, 29)

    def bring() -> None:
        here = db.session.get(Space, "la-bobine")
        assert here is not None
        who = db.session.scalar(sa.select(Person.id).where(Person.email == "nobody@example.org"))
        bring_in([Planned(2, "Nobody", "nobody@example.org", "new", person_id=str(who))], here, by=None)

    team.write(bring)
    with team.open():
        since = db.session.scalars(sa.select(Person.awaited_since).where(Person.email == "nobody@example.org")).one()
    assert since is not None
    assert accounts.now() - since < timedelta(minutes=5), "they have a month from the invitation on"


@pytest.mark.parametrize(
    ("who", "place", "code"),
    [
        ("manager_b", PEOPLE, 404),
        ("learner_a", PEOPLE, 403),
        ("trainer", PEOPLE, 403),
        ("coordinator", PEOPLE, 403),
        ("manager_a", "/network/spaces/la-bobine/people", 403),
        ("coordinator", "/network/spaces/la-bobine/people", 302),
    ],
)
def test_A1_A9_only_who_runs_the_space_or_the_network_takes_off_its_list(
    team: House, who: str, place: str, code: int
) -> None:
    assert press(team, who, "ines", "off", place) == code
    assert (team.count(Person, Person.email == INES) == 0) is (code == 302)


def test_A2_who_is_awaited_elsewhere_is_like_nobody(team: House) -> None:
    for do in ("off", "again"):
        assert press(team, "manager_b", "ines", do, "/team/l-estive/people") == 404
    assert awaited(team) == {INES, ONA}


def test_P7_after_a_month_who_never_came_is_forgotten_and_the_space_learns_how_many(team: House) -> None:
    """With all that others put there: the course they were to take, the space that asked them to come."""
    team.write(lambda: spaces.give_role(team.ids["ona"], "learner", "l-estive"))
    before = team.count(Person)

    waits_since(team, 29)
    night(team, 1)
    assert team.count(Person) == before
    waits_since(team, 31)
    night(team, 2)
    night(team, 3)
    assert team.count(Person) == before - 2
    assert team.count(Invitation, Invitation.email.in_([INES, ONA])) == 0
    assert team.count(Membership, Membership.person_id.in_([team.ids["ines"], team.ids["ona"]])) == 0
    assert sorted(told(team, "awaited_forgotten")) == [
        ("awaited_forgotten", "l-estive", "1"),
        ("awaited_forgotten", "la-bobine", "2"),
    ]
    said = words_of(team.client("manager_a").get("/team/la-bobine/audit"))
    assert "Forgotten in La Bobine because they never came: 2." in said
    assert "30 days after the last invitation" in words_of(team.client().get("/privacy?lang=en"))


def test_who_came_has_a_role_or_was_asked_again_is_not_forgotten(team: House) -> None:
    waits_since(team, 100)
    team.write(lambda: spaces.give_role(team.ids["ines"], "deputy", "la-bobine"))
    team.client().fill(f"/link/{team.link('ona', 'sign_in')}")
    before = team.count(Person)
    night(team)
    assert team.count(Person) == before


def test_who_gave_an_address_and_never_proved_it_is_forgotten_too(team: House) -> None:
    team.write(lambda: spaces.register(email="nobody@example.org", name="Nobody", lang="fr"))
    assert "nobody@example.org" in awaited(team)
    waits_since(team, 31)
    night(team)
    assert team.count(Person, Person.email == "nobody@example.org") == 0


def test_a_night_forgets_more_than_one_transaction_holds(team: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 1)
    waits_since(team, 31)
    night(team)
    assert awaited(team) == set()
