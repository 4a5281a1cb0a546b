"""Rows N1 and D7 where lists meet: the same people from both ends, and a list behind one whose job was set aside."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.accounts.service import create_people
from lms.foundation.db import db, writing
from lms.jobs.models import Job
from lms.learning.rosters.models import RosterImport
from lms.learning.rosters.rules import AT_ONCE_MOST
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
