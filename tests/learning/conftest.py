"""Learners and courses for the tests of learning."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from lms.accounts import service as accounts
from lms.catalogue.service import sync
from lms.foundation.db import db, writing
from lms.foundation.errors import DomainError
from lms.spaces.queries import network
from lms.spaces.service import found_network
from tests.catalogue.courses import write_course, write_quiz
from tests.visits import StrictClient


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    """A folder with one course: three lessons, the second step with a quiz of every kind, three attempts."""
    folder = tmp_path / "courses"
    course = write_course(folder, "ecouter-bien")
    write_quiz(course, "deux", more="attempts: 3\n")
    return folder


def inside(app: Flask, do: Callable[[], object]) -> object:
    """Do something in an app context of its own, as a command would."""
    with app.app_context():
        try:
            return do()
        finally:
            db.session.remove()


def person(app: Flask, name: str = "lea") -> str:
    """A new person; gives the id."""

    def make() -> str:
        with writing():
            return accounts.create_person(email=f"{name}@example.org", name=name.title(), lang="fr").id

    return str(inside(app, make))


def serve(app: Flask, folder: Path) -> None:
    """Serve what stands in the folder, to a network that exists."""

    def do() -> None:
        if network() is None:
            with writing():
                found_network(name="Sept Vallées", lang="fr", contact="reseau@example.org")
        sync(folder, accept_gone=None)

    inside(app, do)


def device(app: Flask, who: str) -> StrictClient:
    """A browser in which somebody is signed in; `person_id` is on it."""
    visitor = app.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.person_id = who  # type: ignore[attr-defined]
    visitor.enter(who)
    return visitor


def learner(app: Flask, name: str = "lea", course: str = "/courses/ecouter-bien") -> StrictClient:
    """A new person, in a browser of theirs, who takes the course."""
    visitor = device(app, person(app, name))
    visitor.fill(course, form="/enrol")
    return visitor


def again(app: Flask, visitor: StrictClient) -> StrictClient:
    """The same person on another device."""
    return device(app, visitor.person_id)  # type: ignore[attr-defined]


def at_once(app: Flask, *acts: Callable[[], object], also: tuple[type[Exception], ...] = ()) -> list[object]:
    """Do all of it at the same moment, each in a thread of its own; gives results, and errors of the domain and of `also`."""
    gate, found = threading.Barrier(len(acts)), list[object]()

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait(30)
            try:
                found.append(act())
            except (DomainError, *also) as error:
                found.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len(found) == len(acts), "a thread died"
    return found
