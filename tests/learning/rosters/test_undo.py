"""What an undo takes back besides people, lists that are written and undone part by part, and two who act at once: N1, N5."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.foundation.db import db, writing
from lms.foundation.errors import DomainError
from lms.foundation.tokens import digest, mint
from lms.jobs.models import Job
from lms.learning.models import Enrolment
from lms.learning.rosters import rules, service
from lms.learning.rosters.models import RosterImport, RosterRow
from lms.learning.rosters.tasks import through
from lms.spaces import service as spaces
from lms.spaces.audit.models import AuditEntry
from lms.spaces.directory import service as directory
from lms.spaces.joining import service as joining
from lms.spaces.joining.models import Transfer
from lms.spaces.joining.queries import requests_to
from lms.spaces.models import Application, Invitation, Membership
from tests.accounts.people import House
from tests.learning.rosters.test_pages import bring, demoted, many, press
from tests.visits import words_of

SPACE = "la-bobine"
ASKS = "asks@example.net"
THREE = f"Name,Email\nAsks,{ASKS}\nLearner,learner_b@example.org\nNew,new@example.net\n"


@pytest.fixture
def asking(any_place: House) -> House:
    """Somebody without a space has asked to join."""

    def ask() -> str:
        who = accounts.create_person(email=ASKS, name="Asks", lang="fr").id
        spaces.apply(who, SPACE)
        return who

    any_place.ids["asks"] = any_place.write(ask)
    return any_place


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of three rows are long here, and written by two."""
    monkeypatch.setattr(service, "AT_ONCE_MOST", 2)
    monkeypatch.setattr(service, "PART", 2)


def brought(house: House, text: str) -> str:
    """A list that is confirmed; gives its id."""
    client = house.client("manager_a")
    return str(press(client, bring(client, text)).request.path.rsplit("/", 1)[1])


def undone(house: House, import_id: str) -> str:
    """Press *Undo*, and run what waits; gives the words of the page then."""
    client = house.client("manager_a")
    path = f"/team/{SPACE}/roster/{import_id}"
    client.fill(client.get(path), form="undo")
    house.run_jobs()
    return words_of(client.get(path))


def standing(house: House, model: Any, who: str) -> list[str]:
    with house.open():
        return list(db.session.scalars(sa.select(model.state).where(model.person_id == house.ids[who])))


def state_of(house: House) -> str:
    with house.open():
        return str(db.session.scalars(sa.select(RosterImport.state)).one())


def at_once(house: House, *works: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment, each in its own transaction; gives what came of each, faults of the domain too."""
    barrier, found = threading.Barrier(len(works)), [None] * len(works)

    def one(place: int) -> None:
        barrier.wait(30)
        try:
            found[place] = house.write(works[place])
        except DomainError as error:
            found[place] = error

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return found


# --- questions and requests --------------------------------------------------------------------------------------


@pytest.mark.parametrize("long", [False, True])
def test_the_questions_and_requests_of_a_list_are_named_and_counted(
    asking: House, monkeypatch: pytest.MonkeyPatch, long: bool
) -> None:
    if long:
        monkeypatch.setattr(service, "AT_ONCE_MOST", 2)
        monkeypatch.setattr(service, "PART", 2)
    number = brought(asking, THREE)
    asking.run_jobs()
    assert (standing(asking, Application, "asks"), standing(asking, Transfer, "learner_b")) == (["accepted"], ["asked"])
    said = undone(asking, number)
    for words in (
        "The import is undone for 2 people.",
        "1 question to somebody of another space is taken back.",
        "1 request to join waits for an answer again.",
        "Questions taken back They belong to other spaces, and had not answered yet. Learner learner_b@example.org",
        "Asks asks@example.net",
    ):
        assert words in said, said
    assert (standing(asking, Application, "asks"), standing(asking, Transfer, "learner_b")) == (
        ["asked"],
        ["withdrawn"],
    )
    assert asking.roles(ASKS) == set()
    with asking.open():
        assert [one.email for one in requests_to(SPACE)] == [ASKS]
    asking.write(lambda: spaces.decide(asking.ids["asks"], SPACE, accept=True, by=asking.ids["manager_a"]))
    assert asking.roles(ASKS) == {("learner", SPACE)}


def transfer(house: House) -> str:
    with house.open():
        return str(db.session.scalars(sa.select(Transfer.id)).one())


@pytest.mark.parametrize("act", ["declines", "belongs to both", "was asked before", "is asked anew by hand"])
def test_a_question_that_was_answered_or_is_not_of_the_list_stays(any_place: House, act: str) -> None:
    ids = any_place.ids
    if act == "was asked before":
        any_place.write(lambda: joining.request_transfer(ids["learner_b"], SPACE, by=ids["manager_a"]))
    number = brought(any_place, THREE)
    if act in ("declines", "belongs to both"):
        answer = "declined" if act == "declines" else "both"
        any_place.write(lambda: joining.answer_transfer(transfer(any_place), ids["learner_b"], answer))
    elif act == "is asked anew by hand":
        any_place.write(lambda: joining.withdraw_transfer(transfer(any_place), SPACE, by=ids["manager_a"]))
        any_place.write(lambda: joining.request_transfer(ids["learner_b"], SPACE, by=ids["manager_a"]))
    before = standing(any_place, Transfer, "learner_b")
    assert before in (["declined"], ["both"], ["asked"])
    assert "taken back" not in undone(any_place, number)
    assert standing(any_place, Transfer, "learner_b") == before


@pytest.mark.parametrize("act", ["comes by the invitation", "was accepted by hand before"])
def test_a_request_whose_person_stays_stays_accepted(asking: House, act: str) -> None:
    ids = asking.ids
    if act == "was accepted by hand before":
        asking.write(lambda: spaces.decide(ids["asks"], SPACE, accept=True, by=ids["manager_a"]))
    number = brought(asking, THREE)
    if act == "comes by the invitation":
        come(asking)()
    assert "waits for an answer again" not in undone(asking, number)
    assert standing(asking, Application, "asks") == ["accepted"]
    assert asking.roles(ASKS) == {("learner", SPACE)}


def chosen(house: House, text: str, course: str) -> str:
    """A list that is confirmed with a course; gives its id."""
    client = house.client("manager_a")
    return str(press(client, bring(client, text), course=course).request.path.rsplit("/", 1)[1])


@pytest.mark.parametrize("second", ["stands", "undone", "read", "was before"])
@pytest.mark.parametrize("long", [False, True])
def test_whom_a_later_list_names_stays_when_the_first_is_undone(
    any_place: House, monkeypatch: pytest.MonkeyPatch, second: str, long: bool
) -> None:
    if long:
        monkeypatch.setattr(service, "AT_ONCE_MOST", 1)
        monkeypatch.setattr(service, "PART", 1)
    house, again = any_place, "Name,Email\nNew,NEW@example.net\n"
    if second == "was before":
        brought(house, again)
        house.run_jobs()
        with house.open():
            new = str(db.session.scalars(sa.select(Person.id).where(Person.email == "new@example.net")).one())
        house.write(lambda: spaces.end_membership(new, SPACE, by=house.ids["manager_a"]))
        house.later(RosterImport, done_at=-timedelta(minutes=1))
    first = brought(house, "Name,Email\nNew,new@example.net\nOther,other@example.net\n")
    house.run_jobs()
    if second == "read":
        bring(house.client("manager_a"), again)
    elif second != "was before":
        later = brought(house, again)
        if second == "undone":
            undone(house, later)
    house.run_jobs()
    said = undone(house, first)
    assert house.roles("other@example.net") == set()
    assert (house.roles("new@example.net") == {("learner", SPACE)}) is (second == "stands")
    assert ("1 of them is on a later list too." in said) is (second == "stands"), said
    assert ("The import is undone for 1 person." in said) is (second == "stands"), said


def test_a_course_that_a_later_list_asks_for_too_goes_on(any_place: House) -> None:
    house, text = any_place, "Name,Email\nLearner,learner_a@example.org\n"
    first = chosen(house, text, "alpha")
    chosen(house, text, "alpha")
    chosen(house, text, "beta")
    undone(house, first)
    with house.open():
        taken = db.session.scalars(sa.select(Enrolment.course_id).where(Enrolment.person_id == house.ids["learner_a"]))
        assert sorted(taken) == ["alpha", "beta"]


@pytest.mark.usefixtures("_short")
def test_an_undo_that_was_set_aside_goes_on_from_its_page(any_place: House) -> None:
    house = any_place
    number = brought(house, many(5))
    house.run_jobs()
    client, path = house.client("manager_a"), f"/team/{SPACE}/roster/{number}"
    client.fill(client.get(path), form="undo")
    assert "Go on" not in words_of(client.get(path))
    jobs = (Job.task == "rosters.undo", Job.state == "due")
    house.write(lambda: db.session.execute(sa.update(Job).where(*jobs).values(state="failed")))
    page = client.get(path)
    assert "Undoing the list stopped at a fault." in words_of(page)
    for _press in range(2):
        client.fill(page, form="undo")
        assert house.count(Job, *jobs) == 1
    assert "stopped at a fault" not in words_of(client.get(path))
    house.run_jobs()
    assert "The import is undone for 5 people." in words_of(client.get(path))


def come(house: House) -> Callable[[], Any]:
    """What somebody does with the link of their invitation."""
    token = mint()
    house.write(
        lambda: db.session.execute(
            sa.update(Invitation).where(Invitation.email == ASKS).values(token_digest=digest(token))
        )
    )
    return lambda: house.write(lambda: spaces.accept_invitation(token, name="Asks", lang="fr"))


@pytest.mark.parametrize("_round", range(3))
@pytest.mark.parametrize("act", ["comes", "is accepted"])
def test_N5_who_is_accepted_while_it_is_undone_belongs_or_waits(asking: House, act: str, _round: int) -> None:
    number, ids = brought(asking, THREE), asking.ids
    barrier = threading.Barrier(2)
    works: list[Callable[[], Any]] = [
        lambda: asking.write(lambda: service.undo(number, SPACE, by=ids["manager_a"])),
        come(asking)
        if act == "comes"
        else lambda: asking.write(lambda: spaces.decide(ids["asks"], SPACE, accept=True, by=ids["manager_a"])),
    ]
    wrong: list[BaseException] = []

    def one(work: Callable[[], Any]) -> None:
        barrier.wait(30)
        try:
            work()
        except DomainError:
            pass
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong
    assert state_of(asking) == "undone"
    ends = (standing(asking, Application, "asks"), asking.roles(ASKS))
    assert ends in ((["asked"], set()), (["accepted"], {("learner", SPACE)}))


@pytest.mark.parametrize("_round", range(3))
def test_N5_a_question_answered_while_it_is_undone_holds_or_is_over(any_place: House, _round: int) -> None:
    number, ids = brought(any_place, THREE), any_place.ids
    asked = transfer(any_place)
    _undo, answer = at_once(
        any_place,
        lambda: service.undo(number, SPACE, by=ids["manager_a"]),
        lambda: joining.answer_transfer(asked, ids["learner_b"], "both"),
    )
    ends = standing(any_place, Transfer, "learner_b")
    there = ("learner", SPACE) in any_place.roles("learner_b@example.org")
    assert (ends, there) == ((["withdrawn"], False) if isinstance(answer, DomainError) else (["both"], True))


# --- part by part ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_short")
def test_who_acts_between_two_parts_of_an_undo_stays_and_is_listed(any_place: House) -> None:
    number = brought(any_place, many(5))
    any_place.run_jobs()
    assert any_place.write(lambda: service.undo(number, SPACE, by=any_place.ids["manager_a"]))
    assert any_place.write(lambda: service.undo_part(number)) is True
    assert any_place.count(Person, Person.email.like("p%@example.net")) == 3, "the last ones first"
    with any_place.open():
        first = db.session.scalars(sa.select(Person.id).where(Person.email == "p0@example.net")).one()
    any_place.write(lambda: accounts.open_session(first))
    client = any_place.client("manager_a")
    assert "2 of 5 rows undone" in words_of(client.get(f"/team/{SPACE}/roster/{number}"))
    any_place.run_jobs()
    said = words_of(client.get(f"/team/{SPACE}/roster/{number}"))
    assert "The import is undone for 4 people." in said
    assert "1 person stays" in said
    assert "p0@example.net" in said


@pytest.mark.usefixtures("_short")
def test_N5_a_right_lost_before_an_undo_begins_is_lost(any_place: House) -> None:
    number = brought(any_place, many(5))
    any_place.run_jobs()
    any_place.write(lambda: service.undo(number, SPACE, by=any_place.ids["manager_a"]))
    demoted(any_place)
    any_place.run_jobs()
    assert any_place.count(Person, Person.email.like("p%@example.net")) == 5
    with any_place.open():
        assert db.session.execute(sa.select(RosterImport.state, RosterImport.back_since)).one() == ("done", None)


@pytest.mark.usefixtures("_short")
@pytest.mark.parametrize("lost", ["the right", "the space"])
def test_N5_a_right_lost_while_a_list_is_written_leaves_nothing_of_it(asking: House, lost: str) -> None:
    number = brought(asking, THREE + "More,more@example.net\n")
    people = asking.count(Person)
    assert asking.write(lambda: service.write_part(number)) is True
    assert asking.roles(ASKS) == {("learner", SPACE)}
    if lost == "the right":
        demoted(asking)
    else:
        asking.write(lambda: directory.archive(SPACE, by=asking.ids["coordinator"]))
    asking.run_jobs()
    assert state_of(asking) == "refused"
    assert asking.count(Person) == people
    assert (asking.roles(ASKS), standing(asking, Application, "asks")) == (set(), ["asked"])
    assert standing(asking, Transfer, "learner_b") == ["withdrawn"]
    assert asking.count(Job, Job.task == "notifications.send_invitations") == 0
    if lost == "the space":
        said = words_of(asking.client("manager_a").get(f"/team/{SPACE}/roster/{number}"))
        assert "what was written is undone" in said


@pytest.mark.usefixtures("_short")
def test_a_list_that_is_half_written_stops_and_is_undone(any_place: House) -> None:
    def join() -> str:
        return accounts.create_person(email="p4@example.net", name="Four", lang="fr").id

    later = any_place.write(join)
    number = brought(any_place, many(5))
    any_place.write(lambda: service.write_part(number))
    any_place.write(lambda: spaces.give_role(later, "learner", SPACE))
    said = undone(any_place, number)
    assert "The import is undone for 2 people." in said
    assert any_place.count(Person, Person.email.like("p%@example.net")) == 1
    assert any_place.roles("p4@example.net") == {("learner", SPACE)}, "a row that was not written is not undone"
    assert any_place.count(Job, Job.task == "notifications.send_invitations") == 0
    assert any_place.count(Invitation, Invitation.expires_at > service.now()) == 0


@pytest.mark.usefixtures("_short")
def test_an_address_that_stands_twice_is_one_row_in_whatever_part(any_place: House) -> None:
    number = brought(any_place, "Name,Email\nA,a@example.net\nB,b@example.net\nA,A@example.net\nC,c@example.net\n")
    any_place.run_jobs()
    with any_place.open():
        rows = db.session.execute(
            sa.select(RosterRow.outcome, RosterRow.reason)
            .where(RosterRow.import_id == number)
            .order_by(RosterRow.number)
        ).all()
    assert [tuple(row) for row in rows] == [("new", ""), ("new", ""), ("invalid", "duplicate_in_file"), ("new", "")]


@pytest.mark.usefixtures("_short")
def test_rows_that_were_forgotten_meanwhile_hold_nothing_up(any_place: House) -> None:
    number = brought(any_place, many(5))
    gone = sa.delete(RosterRow).where(RosterRow.number.in_((3, 4, 5)))
    any_place.write(lambda: db.session.execute(gone, execution_options={"synchronize_session": False}))
    any_place.run_jobs()
    assert state_of(any_place) == "done"
    assert "The import is undone for 2 people." in undone(any_place, number)


# --- two at once -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("_round", range(2))
@pytest.mark.parametrize("size", [3, rules.AT_ONCE_MOST + 3])
def test_N1_of_two_who_confirm_one_is_told_that_it_is_done(any_place: House, size: int, _round: int) -> None:
    page = bring(any_place.client("manager_a"), many(size))
    barrier, said = threading.Barrier(2), []

    def one() -> None:
        client = any_place.client("manager_a")
        here = client.get(page.request.path)
        barrier.wait(30)
        said.append(press(client, here).text)

    threads = [threading.Thread(target=one) for _who in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted("This list has been brought in already." in words for words in said) == [False, True]
    any_place.run_jobs()
    assert any_place.count(Invitation) == size


@pytest.mark.parametrize("_round", range(3))
@pytest.mark.parametrize("size", [3, rules.AT_ONCE_MOST + 3])
def test_N1_confirmed_and_undone_at_once_it_is_whole_or_gone(any_place: House, size: int, _round: int) -> None:
    number = bring(any_place.client("manager_a"), many(size)).request.path.rsplit("/", 1)[1]
    by = any_place.ids["manager_a"]
    _asked, undoing = at_once(
        any_place, lambda: service.ask(number, SPACE, by=by), lambda: service.undo(number, SPACE, by=by)
    )
    any_place.run_jobs()
    came = any_place.count(Membership, Membership.space_id == SPACE) - 2
    if isinstance(undoing, DomainError):
        assert "jamais été importée" in str(undoing), "the network speaks French"
        assert (state_of(any_place), came) == ("done", size)
    else:
        assert (undoing, state_of(any_place), came) == (True, "undone", 0)


@pytest.mark.parametrize("_round", range(2))
@pytest.mark.parametrize("size", [3, rules.AT_ONCE_MOST + 3])
def test_N1_of_two_who_undo_one_is_told_that_it_is_done(any_place: House, size: int, _round: int) -> None:
    number = brought(any_place, many(size))
    any_place.run_jobs()
    barrier, said = threading.Barrier(2), []

    def one() -> None:
        client = any_place.client("manager_a")
        here = client.get(f"/team/{SPACE}/roster/{number}")
        barrier.wait(30)
        said.append(client.fill(here, form="undo").text)

    threads = [threading.Thread(target=one) for _who in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    told = "This list was undone already." if size == 3 else "This list is being undone already."
    assert sorted(told in words for words in said) == [False, True]
    any_place.run_jobs()
    assert f"The import is undone for {size} people." in words_of(
        any_place.client("manager_a").get(f"/team/{SPACE}/roster/{number}")
    )
    assert any_place.count(AuditEntry, AuditEntry.what == "roster_undone") == 1


@pytest.mark.parametrize("_round", range(2))
def test_R9_two_that_write_and_undo_the_same_list_do_each_row_once(
    any_place: House, monkeypatch: pytest.MonkeyPatch, _round: int
) -> None:
    monkeypatch.setattr(service, "PART", 20)
    number = brought(any_place, many(rules.AT_ONCE_MOST + 3))
    by = any_place.ids["manager_a"]

    def both(part: Callable[[], bool]) -> None:
        barrier = threading.Barrier(2)

        def one() -> None:
            with any_place.open():
                barrier.wait(30)
                through(part)

        threads = [threading.Thread(target=one) for _who in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)

    both(lambda: service.write_part(number))
    assert any_place.count(Invitation) == rules.AT_ONCE_MOST + 3
    assert any_place.count(AuditEntry, AuditEntry.what == "roster_brought") == 1
    any_place.write(lambda: service.undo(number, SPACE, by=by))
    both(lambda: service.undo_part(number))
    with any_place.open(), writing():
        assert db.session.scalars(sa.select(RosterImport.counts)).one()["undone"] == rules.AT_ONCE_MOST + 3
    assert any_place.count(Membership, Membership.space_id == SPACE) == 2
