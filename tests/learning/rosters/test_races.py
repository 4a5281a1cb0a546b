"""Row N1 where two lists name the same people in opposite orders: each waits for the other, and none is refused."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.accounts.service import create_people
from lms.foundation.db import db, writing
from tests.accounts.people import House

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
