"""A list that is written part by part, and the others meanwhile: who is told when, who is forgotten, who is invited by hand, what
the operator's command counts.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.foundation.db import db
from lms.jobs.models import Job
from lms.learning import service as learning
from lms.learning.models import Enrolment
from lms.learning.rosters import privacy, service
from lms.learning.rosters.models import RosterImport, RosterRow
from lms.spaces import privacy as spaces_privacy
from lms.spaces.joining import service as joining
from lms.spaces.joining.models import Transfer
from lms.spaces.models import Invitation, Membership
from tests.accounts.people import House
from tests.learning.rosters.test_cli import links_for_mails, roster, run, someone
from tests.learning.rosters.test_pages import DUE, bring, demoted, many, press
from tests.learning.rosters.test_undo import SPACE, brought, state_of, undone
from tests.visits import words_of

MAILS = ("notifications.send_invitations", "notifications.ask_to_move", "notifications.tell_of_enrolment")
MIXED = (
    "Name,Email\nNew,new@example.net\nLearner,learner_a@example.org\nLearner,learner_b@example.org\n"
    "Last,last@example.net\nTwice,NEW@example.net\n"
)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of three rows are long here, and written by two."""
    monkeypatch.setattr(service, "AT_ONCE_MOST", 2)
    monkeypatch.setattr(service, "PART", 2)


def put_on(house: House, text: str = MIXED) -> str:
    """A list with a course and a day that is confirmed; gives its id."""
    client = house.client("manager_a")
    page = press(client, bring(client, text), course="alpha", due_on=DUE)
    return str(page.request.path.rsplit("/", 1)[1])


def waiting_mails(house: House) -> dict[str, int]:
    return {task: house.count(Job, Job.task == task) for task in MAILS}


# --- who is told when --------------------------------------------------------------------------------------------


def test_nobody_is_told_before_all_of_it_is_written(any_place: House) -> None:
    number = put_on(any_place)
    while any_place.write(lambda: service.write_part(number)):
        assert waiting_mails(any_place) == dict.fromkeys(MAILS, 0)
    assert waiting_mails(any_place) == dict.fromkeys(MAILS, 1)


def test_nobody_is_told_of_a_list_that_was_refused_in_the_middle(any_place: House) -> None:
    number = put_on(any_place)
    for _part in range(2):
        any_place.write(lambda: service.write_part(number))
    assert any_place.count(Transfer) == 1
    assert any_place.count(Enrolment) == 3
    demoted(any_place)
    any_place.run_jobs()
    assert state_of(any_place) == "refused"
    assert waiting_mails(any_place) == dict.fromkeys(MAILS, 0)
    assert any_place.count(Enrolment) == 0


def test_who_is_invited_by_hand_meanwhile_gets_one_mail(any_place: House) -> None:
    number = brought(any_place, many(5))
    any_place.write(lambda: service.write_part(number))
    any_place.write(lambda: joining.bring("p0@example.net", "learner", SPACE, lang="fr", by=any_place.ids["manager_a"]))
    while any_place.write(lambda: service.write_part(number)):
        pass
    assert any_place.count(Invitation) == 6
    assert sorted(links_for_mails(any_place)) == [False, True, True, True, True, True]


# --- what an undo leaves -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["the manager", "themself"])
def test_whom_somebody_invited_anew_stays_and_is_listed(any_place: House, who: str) -> None:
    number = brought(any_place, many(3))
    any_place.run_jobs()

    def again() -> None:
        if who == "themself":
            joining.send_again(email="p1@example.net")
        else:
            one = sa.select(Invitation.id).where(Invitation.email == "p1@example.net")
            joining.resend_invitation(db.session.scalars(one).one(), SPACE, by=any_place.ids["manager_a"])

    any_place.write(again)
    said = undone(any_place, number)
    assert "The import is undone for 2 people." in said
    assert "1 person stays" in said
    assert any_place.roles("p1@example.net") == {("learner", SPACE)}
    assert any_place.count(Invitation, Invitation.expires_at > service.now()) == 1


def test_an_invitation_that_was_sent_anew_and_taken_back_keeps_nobody(any_place: House) -> None:
    number = brought(any_place, many(3))
    any_place.run_jobs()
    any_place.write(lambda: joining.send_again(email="p1@example.net"))
    back = sa.update(Invitation).values(withdrawn_at=service.now(), expires_at=service.now())
    any_place.write(lambda: db.session.execute(back, execution_options={"synchronize_session": False}))
    assert "The import is undone for 3 people." in undone(any_place, number)


def test_who_stays_keeps_the_day_and_is_counted_once(any_place: House) -> None:
    zoe = someone(any_place)
    any_place.write(lambda: learning.enrol(zoe, "alpha"))
    number = put_on(any_place, "Name,Email\nZoé,zoe@example.net\nA,a@example.net\nB,b@example.net\n")
    any_place.run_jobs()
    any_place.write(lambda: accounts.open_session(zoe))
    said = undone(any_place, number)
    assert "The import is undone for 2 people." in said
    assert "1 person stays" in said
    with any_place.open():
        assert str(db.session.scalars(sa.select(Enrolment.due_on)).one()) == DUE


# --- who is forgotten --------------------------------------------------------------------------------------------


def forgotten(house: House, who: str) -> None:
    def forget() -> None:
        for room in (privacy, spaces_privacy):
            room.forget(who)

    house.write(forget)


@pytest.mark.parametrize("when", ["before", "in the middle", "after"])
def test_rows_of_the_forgotten_leave_none_of_the_others_standing(any_place: House, when: str) -> None:
    number = brought(any_place, many(5))
    if when != "before":
        any_place.write(lambda: service.write_part(number))
    if when == "after":
        any_place.run_jobs()
    gone = sa.delete(RosterRow).where(RosterRow.number <= 2)
    any_place.write(lambda: db.session.execute(gone, execution_options={"synchronize_session": False}))
    any_place.run_jobs()
    assert "The import is undone for 3 people." in undone(any_place, number)
    assert any_place.roles("p4@example.net") == set()


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_list_whose_manager_is_forgotten_while_it_is_written_leaves_nothing(any_place: House, written: int) -> None:
    people = any_place.count(Person)
    number = put_on(any_place, many(5))
    for _part in range(written):
        any_place.write(lambda: service.write_part(number))
    forgotten(any_place, any_place.ids["manager_a"])
    any_place.run_jobs()
    assert any_place.count(Person) == people
    assert any_place.count(Membership, Membership.space_id == SPACE) == 1
    assert any_place.count(Enrolment) == 0
    assert waiting_mails(any_place) == dict.fromkeys(MAILS, 0)
    assert any_place.count(RosterImport, RosterImport.state != "undone") == 0


def test_an_undo_goes_on_without_who_asked_for_it(any_place: House) -> None:
    number = put_on(any_place, many(5))
    any_place.run_jobs()
    any_place.write(lambda: service.undo(number, SPACE, by=any_place.ids["manager_a"]))
    any_place.write(lambda: service.undo_part(number))
    forgotten(any_place, any_place.ids["manager_a"])
    any_place.run_jobs()
    assert any_place.count(Person, Person.email.like("p%@example.net")) == 0
    assert state_of(any_place) == "undone"


# --- the operator's command --------------------------------------------------------------------------------------


def test_a_long_list_by_the_command_counts_as_a_short_one(any_place: House, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(MIXED)
    told = []
    for _time in range(2):
        code, said = roster(any_place, path, "--course", "alpha", "--due", DUE)
        assert code == 0
        said["summary"].pop("import_id")
        told.append(said["summary"])
    same = {"rows": 5, "elsewhere": 1, "invalid": 1, "dry_run": False}
    assert told == [
        same | {"new": 2, "present": 1, "enrolled": 3, "invitations": 2},
        same | {"new": 0, "present": 3, "enrolled": 0, "invitations": 0},
    ]
    any_place.run_jobs()
    assert waiting_mails(any_place) == dict.fromkeys(MAILS, 1), "the second time sends nothing"


def test_what_the_command_undoes_while_the_page_does_is_undone_once(any_place: House) -> None:
    number = brought(any_place, many(5))
    any_place.run_jobs()
    any_place.write(lambda: service.undo(number, SPACE, by=any_place.ids["manager_a"]))
    any_place.write(lambda: service.undo_part(number))
    result = run(any_place, "roster-undo", number)
    assert result.exit_code == 0, result.output
    assert "undone=5 kept=0" in result.stdout
    any_place.run_jobs()
    page = words_of(any_place.client("manager_a").get(f"/team/{SPACE}/roster/{number}"))
    assert "The import is undone for 5 people." in page
