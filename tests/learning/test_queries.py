"""What a manager, a coordinator and a learner's home read: right figures, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask

from lms.catalogue import privacy as catalogue_privacy
from lms.catalogue import service as catalogue
from lms.foundation.db import db, writing
from lms.learning import queries, service
from lms.spaces.models import Membership, Space, Territory
from tests.catalogue.courses import write_course
from tests.catalogue.test_queries import counted
from tests.learning.conftest import inside, person, serve


def place_people(app: Flask, names: dict[str, list[str]]) -> dict[str, str]:
    """Spaces with these people; gives name -> person id."""
    ids = {name: person(app, name) for people in names.values() for name in people}

    def make() -> None:
        with writing():
            db.session.add(Territory(id="conflent", name="Conflent", country="FR"))
            db.session.flush()
            for space, people in names.items():
                db.session.add(
                    Space(
                        id=space,
                        name=space.title(),
                        place="Prades",
                        territory_id="conflent",
                        lang="fr",
                        zone="Europe/Paris",
                        latitude=None,
                        longitude=None,
                        desks=8,
                    )
                )
                db.session.flush()
                for name in people:
                    db.session.add(
                        Membership(
                            person_id=ids[name], space_id=space, role="learner", since=datetime(2026, 1, 1, tzinfo=UTC)
                        )
                    )

    inside(app, make)
    return ids


@pytest.fixture
def team(app: Flask, courses: Path) -> dict[str, str]:
    write_course(courses, "autre-cours", units=["un", "deux"])
    serve(app, courses)
    ids = place_people(app, {"bobine": ["anna", "bruno", "carla"], "estive": ["dora"]})

    def learn() -> None:
        with writing():
            service.enrol_many([ids["anna"], ids["bruno"]], "ecouter-bien", by=ids["carla"], due_on=date(2020, 1, 31))
            service.enrol(ids["anna"], "autre-cours")
            service.enrol(ids["dora"], "ecouter-bien")
            service.decline(ids["dora"], "ecouter-bien")
            service.complete(ids["anna"], "ecouter-bien", "un", kind="lesson")
            service.move(ids["anna"], "ecouter-bien", "trois", "lesson")
            for unit in ("un", "deux"):
                service.complete(ids["anna"], "autre-cours", unit, kind="lesson")

    inside(app, learn)
    return ids


def test_a_manager_sees_who_is_where_and_nothing_else(app: Flask, team: dict[str, str]) -> None:
    def check() -> None:
        rows = queries.team_progress("bobine")
        told = [(row.name, row.course_id, row.state, row.done, row.total, row.unit, row.late) for row in rows]
        assert told == [
            ("Anna", "ecouter-bien", "active", 1, 3, "trois", True),
            ("Anna", "autre-cours", "finished", 2, 2, None, False),
            ("Bruno", "ecouter-bien", "active", 0, 3, "un", True),
            ("Carla", None, None, 0, 0, None, False),
        ]
        week = rows[0].active_week
        assert week is not None
        assert week.weekday() == 0
        assert rows[2].active_week is None

    inside(app, check)


def test_the_team_takes_the_same_queries_for_one_and_for_many(app: Flask, team: dict[str, str]) -> None:
    def check() -> None:
        costs = []
        for space in ("estive", "bobine"):
            queries.team_progress(space)
            with counted() as seen:
                queries.team_progress(space)
            costs.append(len(seen))
        assert costs == [2, 2]
        with counted() as seen:
            queries.courses_of(team["anna"])
        assert len(seen) == 2

    inside(app, check)


def test_what_was_opened_last_comes_first(app: Flask, team: dict[str, str]) -> None:
    def titles() -> list[str]:
        return [one.enrolment.course_id for one in queries.courses_of(team["anna"])]

    def go(course: str) -> Callable[[], None]:
        def do() -> None:
            with writing():
                service.move(team["anna"], course, "un", "lesson")

        return do

    inside(app, go("autre-cours"))
    assert inside(app, titles) == ["autre-cours", "ecouter-bien"]
    inside(app, go("ecouter-bien"))
    assert inside(app, titles) == ["ecouter-bien", "autre-cours"]


def test_who_pinned_an_offer_can_be_given_and_forgotten(app: Flask, team: dict[str, str]) -> None:
    def check() -> None:
        with writing():
            catalogue.pin("ecouter-bien", 1, team["anna"])
        assert [row["course_id"] for row in catalogue_privacy.export(team["anna"])["offer"]] == ["ecouter-bien"]
        with writing():
            catalogue_privacy.forget(team["anna"])
        assert catalogue_privacy.export(team["anna"]) == {"offer": []}

    inside(app, check)
