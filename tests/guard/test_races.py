"""Rows N1, N2, N3, N5, N6 and N7 with 2, 8 and 32 at the same moment (tests/races.py), on both databases."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.models import Person, SignInLink
from lms.catalogue import service as catalogue
from lms.foundation.db import db
from lms.foundation.errors import DomainError, Expired, NotFound, Refused
from lms.foundation.tokens import digest, mint
from lms.jobs.models import Job
from lms.learning import service as learning
from lms.learning.models import Answer, Attempt, Completion, Enrolment
from lms.learning.rosters import service as rosters
from lms.learning.sessions import service as sessions
from lms.learning.sessions.models import Seat
from lms.spaces import service as spaces
from lms.spaces.directory import service as directory
from lms.spaces.joining import service as joining
from lms.spaces.models import Invitation, Membership
from lms.spaces.roster.rules import Entry
from lms.survey import service as survey
from lms.survey.models import Draft, Waiting
from lms.survey.rules import Cell
from tests.accounts.attacks import token_of
from tests.accounts.people import House, found
from tests.catalogue.courses import SHORT_QUIZ, write_course, write_quiz
from tests.learning.together import LIVE, TOGETHER, write_live, write_together
from tests.races import ROUNDS, at_once, threads
from tests.survey.conftest import questionnaire

SPACE, OTHER, COURSE = "la-bobine", "l-estive", "ecouter-bien"
SESSION = (TOGETHER, *LIVE)


@pytest.fixture
def town(any_app: Flask, tmp_path: Path) -> House:
    """Two spaces, open to whoever comes; a course whose quiz may be tried once, one with a session of three seats."""
    house = found(any_app, registration="open")
    write_quiz(write_course(tmp_path / "courses", COURSE), "deux", more="attempts: 1\n", body=SHORT_QUIZ)
    write_together(tmp_path / "courses")
    write_live(tmp_path / "courses" / TOGETHER, seats=3)
    with house.open():
        catalogue.sync(tmp_path / "courses")
    return house


def people(house: House, mark: object, count: int, course: str | None = None) -> list[str]:
    """New people, who take the course."""

    def make() -> list[str]:
        made = [
            accounts.create_person(email=f"p{number}-{mark}@example.net", name="P", lang="fr").id
            for number in range(count)
        ]
        for one in made if course else ():
            learning.enrol(one, str(course))
        return made

    return list(house.write(make))


def asked(house: House, act: Callable[[], object]) -> Callable[[], object]:
    """`act` in a transaction of its own, as a request does it."""
    return partial(house.write, act)


def clear(house: House, *models: Any) -> None:
    house.write(lambda: [db.session.execute(sa.delete(model)) for model in models])


def good(results: list[object]) -> int:
    """How many were no refusal."""
    return sum(not isinstance(one, DomainError) for one in results)


# --- N1 ----------------------------------------------------------------------------------------------------------


def seats(house: House) -> tuple[dict[str, int], set[str]]:
    """Who sits where, and who waits."""
    with house.open():
        rows = db.session.execute(sa.select(Seat.person_id, Seat.number)).all()
    return {who: number for who, number in rows if number}, {who for who, number in rows if not number}


@threads
def test_N1_the_last_seat_goes_to_one(town: House, threads: int) -> None:
    first, *others = people(town, "n1", threads + 2, TOGETHER)
    for _round in ROUNDS:
        clear(town, Seat, Job)
        for one in (first, others[0]):
            town.write(partial(sessions.take, one, *SESSION))
        told = at_once([asked(town, partial(sessions.take, one, *SESSION)) for one in others[1:]])
        assert sorted(map(bool, told)) == [False] * (threads - 1) + [True]
        sitting, waiting = seats(town)
        assert sorted(sitting.values()) == [1, 2, 3]
        assert len(waiting) == threads - 1


@threads
def test_N1_giving_back_and_taking_promotes_once_for_each_free_seat(town: House, threads: int) -> None:
    half = threads // 2
    everybody = people(town, "n1b", 3 + threads, TOGETHER)
    former, coming = everybody[: 3 + half], everybody[3 + half :]
    for _round in ROUNDS:
        clear(town, Seat, Job)
        for one in former:
            town.write(partial(sessions.take, one, *SESSION))
        leave = [asked(town, partial(sessions.give_back, one, *SESSION)) for one in former[:half]]
        come = [asked(town, partial(sessions.take, one, *SESSION)) for one in coming]
        assert good(at_once([*leave, *come])) == threads
        sitting, waiting = seats(town)
        assert sorted(sitting.values()) == [1, 2, 3]
        assert set(sitting) == set(former[half:]), "those who waited longest, nobody passes them"
        assert waiting == set(coming)
        with town.open():
            rows = db.session.scalars(sa.select(Job.args).where(Job.task == "notifications.tell_of_seat"))
            given = [row["person_id"] for row in rows]
        assert len(given) == len(set(given)), "one promotion for each free seat"
        assert set(former[half:]) - set(former[:3]) <= set(given)


@threads
def test_N1_a_list_confirmed_in_many_windows_is_brought_once(town: House, threads: int) -> None:
    by = town.ids["manager_a"]
    for turn in ROUNDS:
        entries = [Entry(line, "Zoé", f"zoe{line}-{turn}@example.net") for line in (1, 2, 3)]

        def keep(entries: list[Entry] = entries) -> str:
            return rosters.keep(rosters.planned_for(entries, SPACE), SPACE, by=by, name="", data=None)

        import_id = town.write(keep)
        assert good(at_once([asked(town, partial(rosters.ask, import_id, SPACE, by=by))] * threads)) == threads
        made = town.count(Person, Person.email.like(f"zoe%-{turn}@%")), town.count(Invitation)
        assert made == (3, 3 * (turn + 1))


# --- N2 ----------------------------------------------------------------------------------------------------------


@threads
def test_N2_the_same_form_sent_in_many_windows_is_one_row_and_one_answer(town: House, threads: int) -> None:
    for turn in ROUNDS:
        [who] = people(town, turn, 1)
        client = town.client()
        client.enter(who)
        data = {"csrf_token": token_of(client, "/account")}

        def press(client: Any = client, data: dict[str, str] = data) -> tuple[int, str]:
            answer = client.post(f"/courses/{COURSE}/enrol", data=data)
            return answer.status_code, answer.location

        assert len(set(at_once([press] * threads))) == 1
        assert town.count(Enrolment, Enrolment.person_id == who) == 1


# --- N3 ----------------------------------------------------------------------------------------------------------


@threads
def test_N3_starts_never_pass_the_limit_of_attempts(town: House, threads: int) -> None:
    for turn in ROUNDS:
        [who] = people(town, turn, 1, COURSE)

        def go(who: str = who) -> str:
            attempt = str(town.write(lambda: learning.start(who, COURSE, "deux", "quiz").id))
            for name in ("q-oui", "q-encore"):
                town.write(lambda name=name: learning.answer(who, attempt, name, [1], lang="fr"))
            return attempt

        told = at_once([go] * threads)
        assert all(isinstance(one, (str, Refused)) for one in told)
        assert len({one for one in told if isinstance(one, str)}) == 1
        with town.open():
            rows = db.session.execute(sa.select(Attempt.number, Attempt.score).where(Attempt.person_id == who))
            assert list(map(tuple, rows)) == [(1, 0.5)]
            of = sa.select(sa.func.count()).select_from(Answer).join(Attempt).where(Attempt.person_id == who)
            assert db.session.scalar(of) == 2


@threads
def test_N3_an_invitation_is_accepted_once(town: House, threads: int) -> None:
    for turn in ROUNDS:
        email = f"ines{turn}@example.org"
        accept = partial(spaces.accept_invitation, town.invitation(email), name="Inès", lang="fr")
        assert good(at_once([asked(town, accept)] * threads)) == 1
        assert town.roles(email) == {("learner", SPACE)}


@threads
def test_N3_a_code_is_tried_five_times_and_no_more(town: House, threads: int) -> None:
    for turn in ROUNDS:
        [who] = people(town, turn, 1)

        def make(who: str = who) -> str:
            link = accounts.new_link(who, "sign_in", mailed=False)
            link.token_digest = digest(mint())
            accounts.give_code(link)
            return link.id

        link = town.write(make)
        guess = partial(accounts.use_code, f"p0-{turn}@example.net", "4" * 8)
        assert set(at_once([asked(town, guess)] * threads)) == {None}
        with town.open():
            tries = db.session.scalar(sa.select(SignInLink.code_tries).where(SignInLink.id == link))
        assert tries == min(threads, 5)


@threads
def test_N3_a_link_to_a_new_password_works_once(town: House, threads: int) -> None:
    for _round in ROUNDS:
        use = partial(accounts.use_link, town.link("learner_a"))
        told = at_once([asked(town, use)] * threads)
        assert good(told) == 1
        assert sum(isinstance(one, Expired) for one in told) == threads - 1


@threads
def test_N3_a_link_to_the_survey_gives_one_return(town: House, threads: int) -> None:
    sheet, document = questionnaire()
    campaign = town.write(lambda: survey.open_campaign(survey.keep_instrument(sheet, document)))
    cells = [Cell("conflent", SPACE, "learner")] * max(5, len(ROUNDS))
    links = town.write(lambda: survey.mint_tokens(campaign, cells))
    for turn, link in enumerate(links[: len(ROUNDS)], start=1):
        town.write(partial(survey.start, link))
        assert good(at_once([asked(town, partial(survey.send, link))] * threads)) == 1
        assert (town.count(Waiting), town.count(Draft)) == (turn, 0)


# --- N5 ----------------------------------------------------------------------------------------------------------


@threads
def test_N5_what_is_asked_while_the_role_is_taken_stands_or_is_refused(town: House, threads: int) -> None:
    by = town.ids["manager_a"]
    for turn in ROUNDS:
        town.write(lambda: spaces.give_role(by, "manager", SPACE))
        clear(town, Invitation)
        invites = [
            partial(joining.bring, f"n{number}-{turn}@example.net", "learner", SPACE, lang="fr", by=by)
            for number in range(threads - 1)
        ]
        told = at_once(
            [asked(town, partial(spaces.end_manager, by, SPACE, by=None)), *[asked(town, one) for one in invites]]
        )
        assert not isinstance(told[0], DomainError)
        assert all(one is None or isinstance(one, NotFound) for one in told[1:])
        assert town.count(Invitation) == good(told[1:])
        with pytest.raises(NotFound):  # no right is kept
            town.write(partial(joining.bring, "late@example.net", "learner", SPACE, lang="fr", by=by))


@threads
def test_N5_who_comes_while_the_space_is_archived_belongs_or_is_refused(town: House, threads: int) -> None:
    by = town.ids["coordinator"]
    for turn in ROUNDS:
        emails = [f"a{number}-{turn}@example.net" for number in range(threads - 1)]
        accepts = [partial(spaces.accept_invitation, town.invitation(email), name="A", lang="fr") for email in emails]
        told = at_once([asked(town, partial(directory.archive, SPACE, by=by)), *[asked(town, one) for one in accepts]])
        assert not isinstance(told[0], DomainError)
        for email, one in zip(emails, told[1:], strict=True):
            assert town.roles(email) == (set() if isinstance(one, DomainError) else {("learner", SPACE)})
            assert town.count(Person, Person.email == email) == (not isinstance(one, DomainError)), (
                "nobody without a place"
            )
        town.write(partial(directory.reopen, SPACE, by=by))
        clear(town, Invitation)


# --- N6 ----------------------------------------------------------------------------------------------------------


@threads
def test_N6_steps_finished_on_many_devices_are_all_there_and_once(town: House, threads: int) -> None:
    units = ["un", "deux", "trois"]
    for turn in ROUNDS:
        [who] = people(town, turn, 1, COURSE)

        def go(order: list[str], who: str = who) -> list[bool]:
            return [town.write(lambda unit=unit: learning.complete(who, COURSE, unit, kind="lesson")) for unit in order]

        orders = [units[at % 3 :] + units[: at % 3] for at in range(threads)]
        told = at_once([partial(go, order) for order in orders])
        assert all(one[-1] is True for one in told if isinstance(one, list)), "whoever did the last step is told so"
        with town.open():
            done = db.session.scalars(sa.select(Completion.unit).where(Completion.person_id == who)).all()
            state = db.session.scalars(sa.select(Enrolment.state).where(Enrolment.person_id == who)).all()
        assert (sorted(done), state) == (sorted(units), ["finished"])


# --- N7 ----------------------------------------------------------------------------------------------------------


@threads
def test_N7_one_address_in_two_cases_registers_one_account(town: House, threads: int) -> None:
    clients = [town.client() for _ in range(threads)]
    tokens = [token_of(client, "/register") for client in clients]
    for turn in ROUNDS:

        def press(at: int, turn: int = turn) -> tuple[int, str]:
            email = (f"zoe{turn}@example.net", f"ZOE{turn}@Example.NET")[at % 2]
            answer = clients[at].post("/register", data={"csrf_token": tokens[at], "email": email, "name": "Zoé"})
            return answer.status_code, answer.location

        assert set(at_once([partial(press, at) for at in range(threads)])) == {(302, "/register/sent")}
        assert town.count(Person, Person.email.ilike(f"zoe{turn}@example.net")) == 1


@threads
def test_N7_invited_in_two_cases_to_two_spaces_is_one_account(town: House, threads: int) -> None:
    for turn in ROUNDS:
        emails = (f"ana{turn}@example.net", f"ANA{turn}@Example.NET")
        links = [
            town.invitation(email, space=space, by=by)
            for email, space, by in zip(emails, (SPACE, OTHER), ("manager_a", "manager_b"), strict=True)
        ]
        paths = [f"/join/{links[at % 2]}" for at in range(threads)]
        clients = [town.client() for _ in range(threads)]
        tokens = [token_of(client, path) for client, path in zip(clients, paths, strict=True)]

        def press(at: int, clients: Any = clients, tokens: Any = tokens, paths: Any = paths) -> int:
            return int(
                clients[at].post(paths[at], data={"csrf_token": tokens[at], "name": "Ana", "lang": "fr"}).status_code
            )

        told = at_once([partial(press, at) for at in range(threads)])
        assert sorted(map(str, told)) == ["302"] * 2 + ["410"] * (threads - 2)
        assert town.count(Person, Person.email.ilike(emails[0])) == 1
        assert town.roles(emails[0]) == {("learner", SPACE), ("learner", OTHER)}
        assert town.count(Membership, Membership.space_id == OTHER) >= 1
