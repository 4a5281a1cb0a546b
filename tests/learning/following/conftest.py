"""A network with two courses whose mails go to a sink, and somebody late in each space."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.foundation.clock import today
from lms.foundation.db import db
from lms.learning import service as learning
from lms.learning.models import Enrolment
from tests.accounts.people import House, found
from tests.home.conftest import furnish
from tests.servers import MailSink

#: What nobody outside the other space may read.
CANARY = "B-ONLY-7f3a"


def late(house: House, who: str, by: str, course: str = "alpha", *, days: int = 5, why: str = "") -> str:
    """Have somebody be late with a course since so many days; gives the enrolment."""

    def change() -> str:
        return learning.enrol(
            house.ids[who], course, source="manager", by=house.ids[by], due_on=today() - timedelta(days=days), why=why
        ).id

    return str(house.write(change))


def due(house: House, enrolment_id: str, day: date | None) -> None:
    """Give an enrolment another day."""
    change: Any = sa.update(Enrolment).where(Enrolment.id == enrolment_id).values(due_on=day)
    house.write(lambda: db.session.execute(change))


@pytest.fixture
def make_town(mails: MailSink, make_app: Callable[..., Flask], tmp_path: Path) -> Callable[..., House]:
    """Call it for a network with people late in both spaces, those of the other one under `CANARY`."""

    def make(**settings: str) -> House:
        house = found(make_app(SMTP_URL=mails.url, BASE_URL="https://learn.example.org", **settings))
        furnish(house, tmp_path / "courses", {"alpha": "mediation", "beta": "project"})
        house.ids["late_a"] = late(house, "learner_a", "manager_a", why="Pour la rentrée.")
        house.ids["late_b"] = late(house, "learner_b", "manager_b", why=CANARY)
        house.run_jobs()
        return house

    return make


@pytest.fixture
def town(make_town: Callable[..., House]) -> House:
    return make_town()


@pytest.fixture
def any_town(any_url: str, make_town: Callable[..., House]) -> House:
    """As `town`; the test runs twice, on SQLite and on PostgreSQL."""
    return make_town(DATABASE_URL=any_url)
