"""Learners and courses for the tests of learning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from lms.accounts import service as accounts
from lms.catalogue.service import sync
from lms.foundation.db import db, writing
from lms.spaces.queries import network
from lms.spaces.service import found_network
from tests.catalogue.courses import write_course, write_quiz


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
        sync(folder)

    inside(app, do)
