"""A right that is taken while a request runs: what the team's pages change is asked again inside the write."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask import Flask

from lms.foundation.db import db, writing
from lms.learning.following.models import Reminder
from lms.learning.models import Enrolment
from lms.spaces import service as spaces
from tests.accounts.attacks import token_of
from tests.accounts.people import House, found
from tests.home.conftest import furnish
from tests.learning.following.conftest import late


@pytest.fixture
def town(any_app: Flask, tmp_path: Path) -> House:
    """Two spaces and two courses; the learner of the first space is late with one of them."""
    house = found(any_app)
    furnish(house, tmp_path / "courses", {"alpha": "mediation", "beta": "project"})
    house.ids["late_a"] = late(house, "learner_a", "manager_a")
    return house


@pytest.mark.parametrize("form", ["enrol", "remind"])
def test_N5_a_role_that_is_taken_while_a_form_of_the_team_runs_changes_nothing(town: House, form: str) -> None:
    """The request has passed its guard and waits to write; when it may, the right is gone."""
    taken, answers = threading.Event(), []
    client = town.client("manager_a")
    team = "/team/la-bobine"
    path, data = {
        "enrol": (team, {"people": town.ids["learner_a"], "course": "beta", "due_on": "", "why": ""}),
        "remind": (f"{team}/late", {"line": town.ids["late_a"]}),
    }[form]
    token = token_of(client, team)

    def take() -> None:
        with town.open(), writing():
            spaces.end_manager(town.ids["manager_a"], "la-bobine", by=town.ids["coordinator"])
            db.session.flush()
            taken.set()
            threading.Event().wait(0.7)

    def ask() -> None:
        taken.wait(10)
        answers.append(client.post(path, data={"csrf_token": token, **data}).status_code)

    threads = [threading.Thread(target=one) for one in (take, ask)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert answers[0] in (403, 404, 409), answers
    assert (town.count(Enrolment), town.count(Reminder)) == (1, 0)
