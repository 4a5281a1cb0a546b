"""Rows N1, N5, N7 and D7 where lists meet: the same people from both ends, in two cases, a space that is archived meanwhile,
and a list behind one whose job was set aside.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.accounts.service import create_people
from lms.foundation.db import db, writing
from lms.foundation.errors import Refused
from lms.jobs.models import Job
from lms.learning.rosters import service
from lms.learning.rosters.models import RosterImport
from lms.learning.rosters.rules import AT_ONCE_MOST
from lms.spaces.directory import service as directory
from lms.spaces.models import Membership
from tests.accounts.people import House
from tests.learning.rosters.test_pages import bring, many, press

MANY = {f"many{number}@example.net": "Many" for number in range(900)}


@pytest.mark.parametrize("_round", range(2))
def test_N1_the_same_people_from_both_ends_block_nobody(any_place: House, _round: int) -> None:
    barrier, wrong = threading.Barrier(2), []

    def make(names: dict[str, str]) -> None:
        try:
            with any_place.open(), writing():
                if db.engine.dialect.name == "postgresql":  # SQLite has one writer at a time
                    db.session.execute(sa.select(1))
                    barrier.wait(10)
                create_people(names, lang="fr")
        except IntegrityError:
            pass  # the second one is told that somebody wrote them down meanwhile
        except Exception as error:
            wrong.append(error)

    backwards = dict(reversed(MANY.items()))
    threads = [threading.Thread(target=make, args=(names,)) for names in (MANY, backwards)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert not wrong
    assert any_place.count(Person, Person.email.like("many%")) == len(MANY)


def test_D7_a_list_behind_one_that_was_set_aside_is_not_held_up(any_place: House) -> None:
    client = any_place.client("manager_a")
    for mark in ("p", "q"):
        press(client, bring(client, many(AT_ONCE_MOST + 1, mark)))
    with any_place.open():
        first = db.session.scalars(sa.select(RosterImport.id).order_by(RosterImport.made_at)).first()
    aside = sa.update(Job).where(Job.key == f"rosters.apply:{first}").values(state="failed")
    any_place.write(lambda: db.session.execute(aside))
    any_place.run_jobs()
    with any_place.open():
        states = list(db.session.scalars(sa.select(RosterImport.state).order_by(RosterImport.made_at)))
    assert states == ["waiting", "done"]


@pytest.mark.parametrize("_round", range(3))
def test_N7_one_address_in_two_cases_from_two_managers_is_one_account(any_place: House, _round: int) -> None:
    pages = {
        who: bring(any_place.client(who), f"Name,E-mail\nZoé,{address}\n", where=f"/team/{space}/roster")
        for who, space, address in (
            ("manager_a", "la-bobine", "Zoe@Example.NET"), ("manager_b", "l-estive", "ZOE@example.net"),
        )
    }  # fmt: skip
    barrier, answers = threading.Barrier(2), []

    def work(who: str) -> None:
        client = any_place.client(who)
        page = client.get(pages[who].request.path)
        barrier.wait(30)
        answers.append(press(client, page).status_code)

    threads = [threading.Thread(target=work, args=(who,)) for who in pages]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert answers == [200, 200]
    assert any_place.count(Person, Person.email.ilike("zoe@example.net")) == 1
    assert len(any_place.roles("zoe@example.net")) == 1, "whoever came second asks"


@pytest.mark.parametrize("_round", range(3))
def test_N5_archived_while_a_list_is_applied_all_of_it_came_in_or_nothing(any_place: House, _round: int) -> None:
    import_id = bring(any_place.client("manager_a"), many(150)).request.path.rsplit("/", 1)[1]
    ids = any_place.ids
    barrier, wrong = threading.Barrier(2), []

    def do(what: Callable[[], None]) -> None:
        barrier.wait(30)
        try:
            any_place.write(what)
        except Refused:
            pass
        except Exception as error:
            wrong.append(error)

    works = (
        lambda: service.ask(import_id, "la-bobine", by=ids["manager_a"]),
        lambda: directory.archive("la-bobine", by=ids["coordinator"]),
    )
    threads = [threading.Thread(target=do, args=(what,)) for what in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert not wrong
    with any_place.open():
        state = db.session.scalar(sa.select(RosterImport.state).where(RosterImport.id == import_id))
    came = any_place.count(Membership, Membership.space_id == "la-bobine") - 2
    assert (state, came) in (("done", 150), ("read", 0))
