"""Who may do what to whom in a space: deputies, managers, the end of a membership; and a right that is lost meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.foundation.db import Base, db, writing
from lms.foundation.errors import Forbidden, NotFound, Refused
from lms.jobs.models import Job
from lms.notifications.models import SentMail
from lms.spaces import service
from lms.spaces.audit.models import AuditEntry
from lms.spaces.directory.queries import people_seen
from lms.spaces.models import Invitation, Membership
from lms.spaces.people.queries import people
from tests.accounts.attacks import FORBIDDEN, token_of
from tests.accounts.people import House
from tests.visits import words_of

PEOPLE = "/team/la-bobine/people"


@pytest.fixture
def team(any_house: House) -> House:
    """Space A with a deputy and a second learner; their names are canaries nowhere else."""

    def add() -> None:
        for who, role in (("deputy_a", "deputy"), ("other_a", "learner")):
            person = accounts.create_person(email=f"{who}@example.org", name=who.title(), lang="en")
            service.give_role(person.id, role, "la-bobine")
            any_house.ids[who] = person.id
        db.session.execute(sa.delete(Job))

    any_house.write(add)
    return any_house


def role_of(house: House, who: str, space: str = "la-bobine") -> str | None:
    return next((role for role, place in house.roles(f"{who}@example.org") if place == space), None)


def told(house: House) -> list[str]:
    with house.open():
        return list(db.session.scalars(sa.select(AuditEntry.what).order_by(AuditEntry.at, AuditEntry.id)))


def attempt(house: House, act: Callable[..., Any], whom: str, by: str | None) -> type[Exception] | None:
    try:
        house.write(lambda: act(house.ids[whom], "la-bobine", by=house.ids[by] if by else None))
    except (NotFound, Forbidden, Refused) as error:
        return type(error)
    return None


#: (what, on whom) -> who may; everybody else is refused and nothing changes.
MAY: dict[tuple[str, str], set[str | None]] = {
    ("name_deputy", "learner_a"): {"manager_a", None},
    ("end_deputy", "deputy_a"): {"manager_a", None},
    ("name_manager", "learner_a"): {"coordinator", None},
    ("name_manager", "deputy_a"): {"coordinator", None},
    ("end_manager", "manager_a"): {"coordinator", None},
    ("end_membership", "other_a"): {"manager_a", "deputy_a", "coordinator", "other_a", None},
    ("end_membership", "deputy_a"): {"manager_a", "coordinator", "deputy_a", None},
    ("end_membership", "manager_a"): {"coordinator", None},
}
EVERYBODY = ("learner_a", "other_a", "deputy_a", "manager_a", "manager_b", "learner_b", "trainer", "coordinator", None)


@pytest.mark.parametrize(("what", "whom"), MAY)
def test_A9_only_who_stands_above_changes_a_role(team: House, what: str, whom: str) -> None:
    before = {who: role_of(team, who) for who in ("learner_a", "other_a", "deputy_a", "manager_a")}
    for by in EVERYBODY:
        if by in MAY[what, whom]:
            continue
        assert attempt(team, getattr(service, what), whom, by) is not None, by
        assert {who: role_of(team, who) for who in before} == before, by
    assert told(team) == [], "what was refused is no change"
    for by in MAY[what, whom]:
        with team.open(), suppress(ZeroDivisionError), writing():
            getattr(service, what)(team.ids[whom], "la-bobine", by=team.ids[by] if by else None)
            row = db.session.get(Membership, (team.ids[whom], "la-bobine"), populate_existing=True)
            assert (row.role if row else None) != before[whom], by
            raise ZeroDivisionError  # undone: the next one begins with the same team


def test_roles_given_and_taken_twice_are_written_down_once(team: House) -> None:
    for act in (service.name_deputy, service.name_deputy, service.end_deputy, service.end_deputy):
        assert attempt(team, act, "learner_a", "manager_a") is None
    for act in (service.name_manager, service.name_manager, service.end_manager, service.end_manager):
        assert attempt(team, act, "learner_a", "coordinator") is None
    assert told(team) == ["deputy_named", "deputy_ended", "manager_named", "manager_ended"]


def test_a_deputy_does_what_the_manager_does_and_names_nobody(team: House) -> None:
    client = team.client("deputy_a")
    for path in ("/team/la-bobine", PEOPLE, "/team/la-bobine/invite", "/team/la-bobine/audit", "/team/la-bobine/page"):
        assert client.get(path).status_code == 200, path
    page = client.get(PEOPLE)
    assert "Make deputy" not in words_of(page)
    data = {"csrf_token": token_of(client, PEOPLE), "do": "deputy"}
    assert client.post(f"{PEOPLE}/{team.ids['learner_a']}", data=data).status_code == 404
    assert role_of(team, "learner_a") == "learner"


def test_A7_the_form_changes_one_role_in_one_space(team: House) -> None:
    client = team.client("manager_a")
    data = {**FORBIDDEN, "csrf_token": token_of(client, PEOPLE), "do": "deputy"}
    assert client.post(f"{PEOPLE}/{team.ids['learner_a']}?space_id=l-estive&role=manager", data=data).status_code == 302
    assert role_of(team, "learner_a") == "deputy"
    assert team.roles("learner_a@example.org") == {("deputy", "la-bobine")}
    for do in ("manager", "", "coordinator", "deputy\x00"):
        answer = client.post(f"{PEOPLE}/{team.ids['other_a']}", data={**data, "do": do})
        assert answer.status_code == 409, do
    assert role_of(team, "other_a") == "learner"


def test_A1_A2_people_of_another_space_are_like_nobody(team: House) -> None:
    client = team.client("manager_a")
    token = token_of(client, PEOPLE)
    answers = [
        client.post(path, data={"csrf_token": token, "do": do})
        for do in ("deputy", "learner", "remove", "back")
        for path in (
            f"{PEOPLE}/{team.ids['learner_b']}",
            f"{PEOPLE}/missing",
            f"/team/l-estive/people/{team.ids['learner_b']}",
            f"/team/l-estive/people/{team.ids['learner_a']}",
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert all(b"Learner_B" not in answer.get_data() for answer in answers)
    assert told(team) == []


def test_A3_A18_the_page_names_the_space_s_own_people_alone(team: House) -> None:
    for path, who in ((PEOPLE, "manager_a"), (PEOPLE, "deputy_a"), ("/network/spaces/la-bobine/people", "coordinator")):
        page = team.client(who).get(path).get_data(as_text=True)
        assert "Learner_A" in page
        assert not any(name in page for name in ("Learner_B", "Manager_B", "Deputy_B"))
        assert "password" not in page.lower()


def test_A17_odd_addresses_decide_as_the_plain_one(team: House) -> None:
    client = team.client("learner_a")
    for path in (PEOPLE, PEOPLE + "/", "/team//la-bobine/people", "/team/./la-bobine/people", "/TEAM/la-bobine/people",
                 "/network/spaces/la-bobine/people", "/network/audit", "/network/settings"):  # fmt: skip
        for method in ("get", "head", "options"):
            answer = getattr(client, method)(path)
            assert answer.status_code in (403, 404, 308) or method == "options", (method, path)
            assert b"Manager_A" not in answer.get_data()


def test_the_end_of_a_membership_touches_nothing_else_and_can_be_undone_for_a_day(team: House) -> None:
    def rows() -> dict[str, int]:
        with team.open():
            return {
                table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables
            }

    client = team.client("manager_a")
    before = rows()
    token = token_of(client, PEOPLE)
    page = client.post(
        f"{PEOPLE}/{team.ids['other_a']}", data={"csrf_token": token, "do": "remove"}, follow_redirects=True
    )
    assert "What they learned stays theirs" in page.get_data(as_text=True)
    after = rows()
    assert {name for name in after if after[name] != before[name]} == {"membership", "audit_entry"}
    assert role_of(team, "other_a") is None
    page = client.fill(page, form=f"/people/{team.ids['other_a']}", press="Bring back")
    assert role_of(team, "other_a") == "learner"
    assert told(team) == ["member_removed", "member_back"]
    assert attempt(team, service.bring_back, "other_a", "manager_a") is None, "twice is once"
    assert told(team) == ["member_removed", "member_back"]
    attempt(team, service.end_membership, "other_a", "manager_a")
    team.later(AuditEntry, at=timedelta(days=-2))
    assert attempt(team, service.bring_back, "other_a", "manager_a") is NotFound


def test_who_left_by_themself_is_not_brought_back(team: House) -> None:
    assert attempt(team, service.end_membership, "other_a", "other_a") is None
    assert told(team) == ["member_left"]
    assert attempt(team, service.bring_back, "other_a", "manager_a") is NotFound
    assert role_of(team, "other_a") is None


def test_the_last_manager_stays_until_somebody_follows(team: House) -> None:
    assert attempt(team, service.end_membership, "manager_a", "manager_a") is Refused
    attempt(team, service.name_manager, "learner_a", "coordinator")
    assert attempt(team, service.end_membership, "manager_a", "manager_a") is None
    assert attempt(team, service.end_membership, "learner_a", "coordinator") is None, "the coordinator may"


def test_a_manager_who_is_invited_as_a_deputy_stays_manager(team: House) -> None:
    team.write(lambda: service.give_role(team.ids["manager_a"], "deputy", "la-bobine"))
    team.write(lambda: service.give_role(team.ids["deputy_a"], "learner", "la-bobine"))
    assert (role_of(team, "manager_a"), role_of(team, "deputy_a")) == ("manager", "deputy")


# --- a right lost meanwhile --------------------------------------------------------------------------------------


def test_A11_a_right_lost_is_lost_at_the_next_request(team: House) -> None:
    client = team.client("deputy_a")
    token = token_of(client, PEOPLE)
    attempt(team, service.end_deputy, "deputy_a", "manager_a")
    for path in ("/team", "/team/la-bobine", PEOPLE, "/team/la-bobine/invite", "/team/la-bobine/audit"):
        assert client.get(path).status_code == 403, path
    answer = client.post("/team/la-bobine/invite", data={"csrf_token": token, "email": "x@example.org", "lang": "en"})
    assert answer.status_code == 403
    assert team.count(Invitation) == 0


@pytest.mark.parametrize("how", ["role", "membership", "account"])
def test_A11_a_right_lost_is_lost_at_the_next_job(team: House, how: str) -> None:
    client = team.client("deputy_a")
    data = {"csrf_token": token_of(client, PEOPLE), "email": "ines@example.org", "lang": "en"}
    assert client.post("/team/la-bobine/invite", data=data).status_code == 302
    if how == "account":
        team.write(lambda: accounts.disable(team.ids["deputy_a"]))
    else:
        attempt(team, service.end_deputy if how == "role" else service.end_membership, "deputy_a", "manager_a")
    team.run_jobs()
    assert team.count(SentMail) == 0, "no mail of somebody who may no longer write it"
    with team.open(), writing():
        row = db.session.scalars(sa.select(Invitation)).one()
        assert service.mint_invitation(row.id) is None


def both(*acts: Callable[[], None]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


@pytest.mark.parametrize("form", ["invite", "deputy", "remove", "page"])
def test_N5_a_role_that_is_taken_while_a_request_runs_gives_nothing(team: House, form: str) -> None:
    """The request has passed its guard and waits to write; when it may, the right is gone."""
    taken, answers = threading.Event(), []
    client = team.client("manager_a")
    token = token_of(client, PEOPLE)
    path, data = {
        "invite": ("/team/la-bobine/invite", {"email": "x@example.org", "lang": "en"}),
        "deputy": (f"{PEOPLE}/{team.ids['learner_a']}", {"do": "deputy"}),
        "remove": (f"{PEOPLE}/{team.ids['other_a']}", {"do": "remove"}),
        "page": ("/team/la-bobine/page", {"languages": ["fr"], "desks": "3", "theme": "", "good_at": "", "about": "x"}),
    }[form]

    def take() -> None:
        with team.open(), writing():
            service.end_manager(team.ids["manager_a"], "la-bobine", by=team.ids["coordinator"])
            db.session.flush()
            taken.set()
            threading.Event().wait(0.5)

    def ask() -> None:
        taken.wait(10)
        answers.append(client.post(path, data={"csrf_token": token, **data}).status_code)

    both(take, ask)
    assert answers[0] in (403, 404, 409, 422), answers
    assert told(team) == ["manager_ended"]
    assert team.count(Invitation) == 0
    assert (role_of(team, "learner_a"), role_of(team, "other_a")) == ("learner", "learner")


def test_N5_two_managers_who_leave_at_once_leave_one_behind(team: House) -> None:
    attempt(team, service.name_manager, "learner_a", "coordinator")
    start, ends = threading.Barrier(2), []

    def leave(who: str) -> None:
        start.wait(10)
        ends.append(attempt(team, service.end_membership, who, who))

    both(lambda: leave("manager_a"), lambda: leave("learner_a"))
    assert sorted(map(str, ends)) == sorted(map(str, [None, Refused]))
    assert team.count(Membership, Membership.role == "manager", Membership.space_id == "la-bobine") == 1


def test_A9_an_invitation_to_run_the_space_is_the_coordinators_to_withdraw(team: House) -> None:
    """Who runs the space, or helps to, does not keep a second manager out."""
    team.invitation("seconde@example.org", role="manager", by="coordinator")
    with team.open():
        invitation = db.session.scalars(sa.select(Invitation.id)).one()
    for who in ("manager_a", "deputy_a"):
        client = team.client(who)
        page = client.get("/team/la-bobine/invite")
        assert invitation not in page.get_data(as_text=True), "no button that does nothing"
        data = {"csrf_token": token_of(client, PEOPLE)}
        for door in ("cancel", "again"):
            assert client.post(f"/team/la-bobine/invitations/{invitation}/{door}", data=data).status_code == 409
    waits = (Invitation.withdrawn_at.is_(None), Invitation.used_at.is_(None))
    assert team.count(Invitation, *waits) == 1
    page = team.client("coordinator").fill("/network/spaces/la-bobine/invite", form="/cancel")
    assert "its link opens nothing" in page.get_data(as_text=True)
    assert team.count(Invitation, *waits) == 0
    assert told(team)[-1] == "invitation_withdrawn"


@pytest.mark.parametrize("page", ["-1", "x", "1000000", "9" * 18, "9" * 30])
def test_D6_a_page_far_away_is_answered(team: House, page: str) -> None:
    assert team.client("manager_a").get(f"{PEOPLE}?page={page}").status_code == 200
    assert team.client("coordinator").get(f"/network{PEOPLE.replace('team', 'spaces')}?page={page}").status_code == 200


def test_names_stand_as_in_a_dictionary(any_house: House) -> None:
    """É beside E, capitals or not: here, and where the space shows who chose to be seen."""

    def add() -> None:
        for number, name in enumerate(("Zoé", "Écran", "ana", "Eva", "Álvaro")):
            person = accounts.create_person(email=f"n{number}@example.org", name=name, lang="en")
            service.give_role(person.id, "learner", "la-bobine")
            there = sa.update(Membership).where(Membership.person_id == person.id)
            db.session.execute(there.values(seen="network"))
        db.session.execute(sa.delete(Job))

    any_house.write(add)
    with any_house.open():
        listed, _many = people("la-bobine", 0)
        shown = people_seen("la-bobine", signed_in=True)
    wanted = ["Álvaro", "ana", "Écran", "Eva", "Zoé"]
    assert [row.name for row in listed if row.name in wanted] == wanted
    assert [row.name for row in shown] == wanted
