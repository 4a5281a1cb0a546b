"""A table of many people takes no more memory than one of few."""

from __future__ import annotations

import tracemalloc

import pytest
import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation import sheets
from lms.foundation.clock import now, today
from lms.foundation.db import db, new_id
from lms.learning.following.queries import Wanted
from lms.reports import sheet
from lms.spaces.models import Membership
from tests.accounts.people import House


def fill(house: House, count: int) -> None:
    ids = [new_id() for _ in range(count)]
    people = [
        {
            "id": one, "email": f"{one}@example.org".lower(), "name": f"Zoé {one}", "password_hash": None, "lang": "fr",
            "zone": "Europe/Paris", "state": "active", "demo": False, "created_at": now(),
        }
        for one in ids
    ]  # fmt: skip
    here = [{"person_id": one, "space_id": "la-bobine", "role": "learner", "since": now()} for one in ids]
    house.write(
        lambda: (db.session.execute(sa.insert(Person), people), db.session.execute(sa.insert(Membership), here))
    )


def peak(house: House) -> int:
    with house.app.test_request_context(), house.open():
        rows = sheet.rows(Wanted("la-bobine"), day=today(), lang="fr")
        tracemalloc.start()
        size = sum(len(piece) for piece in sheets.write_csv(sheet.headers(), rows))
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size > 0
        return most


def test_memory_stays_flat(any_town: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "AT_ONCE", 100)
    monkeypatch.setattr(sheets, "_CHUNK", 4096)
    fill(any_town, 300)
    peak(any_town)  # what is kept once and for all
    few = peak(any_town)
    fill(any_town, 3000)
    assert peak(any_town) < 1.5 * few + 100_000
