"""A network with two territories, three spaces and three courses, for the tests of assignments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.catalogue.service import sync
from lms.foundation.db import db, new_id, writing
from lms.jobs.tasks import drain
from lms.learning import service as learning
from lms.learning.assignments import queries, service
from lms.learning.assignments.queries import Scope
from lms.learning.models import Enrolment
from lms.learning.service import Counts
from lms.spaces import service as spaces
from lms.spaces.models import Space, Territory
from tests.catalogue.courses import SHORT_QUIZ, write_course, write_quiz

T = TypeVar("T")
#: Space -> its territory.
SPACES = {"bobine": "conflent", "estive": "conflent", "loin": "vall"}
COURSES = ("alpha", "beta", "gamma")


@dataclass
class Town:
    """The network of a test: people by name, and what is done to it, each time in an app context of its own."""

    app: Flask
    ids: dict[str, str]

    def do(self, what: Callable[[], T]) -> T:
        """Do something, and forget the session."""
        with self.app.app_context():
            try:
                return what()
            finally:
                db.session.remove()

    def write(self, what: Callable[[], T]) -> T:
        """Do something in one transaction."""

        def inside() -> T:
            with writing():
                return what()

        return self.do(inside)

    def person(self, name: str, *roles: tuple[str, str | None]) -> str:
        """A new person with these roles (kind, space); gives the id."""

        def make() -> str:
            who = accounts.create_person(email=f"{name}@example.org", name=name.title(), lang="en").id
            for kind, space in roles:
                spaces.give_role(who, kind, space)
            return who

        self.ids[name] = self.write(make)
        return self.ids[name]

    def assign(self, scope: Scope, *, by: str = "boss", name: str = "", **more: Any) -> tuple[str, Counts]:
        """Assign something (`alpha` where nothing is said) and give its id and what became of it."""
        made = name or new_id()
        if "path_id" not in more:
            more.setdefault("course_id", "alpha")
        counts = self.write(lambda: service.assign(made, scope, by=self.ids[by], **more))
        return made, counts

    def drain(self) -> None:
        """Run what waits."""
        self.do(drain)

    def taken(self, course: str = "alpha") -> dict[str, tuple[str, date | None]]:
        """Name -> state and day of the enrolments in a course."""
        names = {person_id: name for name, person_id in self.ids.items()}

        def read() -> dict[str, tuple[str, date | None]]:
            rows = db.session.scalars(sa.select(Enrolment).where(Enrolment.course_id == course))
            return {names[row.person_id]: (row.state, row.due_on) for row in rows}

        return self.do(read)

    def finish(self, name: str, course: str = "alpha") -> None:
        """Have somebody finish every step of a course they take."""

        def do() -> None:
            for unit in ("un", "deux", "trois"):
                learning.complete(self.ids[name], course, unit, kind="lesson")

        self.write(do)

    def standing(self, assignment_id: str) -> queries.Standing:
        found = self.do(lambda: queries.assignment(assignment_id))
        assert found is not None
        return found


def found_town(app: Flask, folder: Path, *, head: str = "") -> Town:
    """The network in the empty database of `app`; `head`: more lines of each course."""
    for course in COURSES:
        write_quiz(write_course(folder, course, more=head), "trois", more="attempts: 3\n", body=SHORT_QUIZ)
    town = Town(app, {})

    def make() -> None:
        spaces.found_network(name="Sept Vallées", lang="fr", contact="reseau@example.org")
        for name in ("conflent", "vall"):
            db.session.add(Territory(id=name, name=name.title(), country="FR"))
        db.session.flush()
        for slug, territory in SPACES.items():
            db.session.add(
                Space(
                    id=slug, name=slug.title(), place="Prades", territory_id=territory, lang="fr", zone="Europe/Paris",
                    desks=8,
                )
            )  # fmt: skip
        db.session.flush()

    town.write(make)
    town.do(lambda: sync(folder, accept_gone=None))
    town.person("boss", ("manager", "bobine"))
    town.person("head", ("coordinator", None))
    town.person("lea", ("learner", "bobine"))
    town.person("tom", ("learner", "bobine"))
    town.person("eva", ("learner", "estive"))
    town.person("far", ("learner", "loin"))
    town.drain()
    return town


@pytest.fixture
def town(app: Flask, tmp_path: Path) -> Town:
    return found_town(app, tmp_path / "courses")


@pytest.fixture
def any_town(any_app: Flask, tmp_path: Path) -> Town:
    return found_town(any_app, tmp_path / "courses")
