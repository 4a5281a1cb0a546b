"""A campaign with answers, three courses on the shelf, and somebody who coordinates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import lms.learning.models
import lms.priorities.models  # noqa: F401  # their tables belong to the template database
from tests.catalogue.courses import write_course
from tests.survey.conftest import Asked, cells, open_campaign

COURSES = {
    "mediation": "{gerer-conflit: {grade: assessed, entry: 1, exit: 3}, ecouter: {grade: practised}}",
    "prix": "{fixer-prix: {grade: assessed, entry: 1, exit: 4}}\nprerequisites: [sans-vous]",
    "sans-vous": "{entretenir-lieu: {grade: taught, entry: 1, exit: 4}}",
}


def fill_shelf(folder: Path) -> None:
    """Three small courses, published. Outside `writing()`."""
    from lms.catalogue import service as catalogue

    for name, competencies in COURSES.items():
        head = write_course(folder, name, units=("un",)) / "course.yml"
        head.write_text(head.read_text().replace("competencies: []", f"competencies: {competencies}"), encoding="utf-8")
    report = catalogue.sync(folder)
    assert not report.ended("invalid"), report


def count(asked: Asked, many: int, **levels: str) -> None:
    """`many` people of one space rate everything 3 and 3, these competencies as told ("52": importance 5, level 2)."""
    from lms.foundation.db import writing
    from lms.survey import rules, service
    from lms.survey.queries import instrument_of
    from lms.survey.service import Return

    found = instrument_of(asked.id)
    assert found is not None
    given = {item.id: list(levels.get(item.competency.replace("-", "_"), "33")) for item in found.items}
    packed = rules.pack(given, found.item_ids)
    with writing():
        service.count_returns(asked.id, [Return(cell, packed) for cell in cells(many, role=None)])


@contextmanager
def inside(app) -> Iterator[None]:
    """An app context that gives its database session back."""
    from lms.foundation.db import db

    with app.app_context():
        yield
        db.session.remove()


def coordinate(app, client) -> str:
    """Sign the client in as somebody who coordinates the network. Gives the person's id."""
    from lms.accounts import service as accounts
    from lms.foundation.db import writing
    from lms.spaces import service as spaces

    with inside(app), writing():
        person_id = accounts.create_person(email="nuria@example.org", name="Núria Font", lang="en").id
        spaces.give_role(person_id, "coordinator", None)
    client.enter(person_id)
    return person_id


@pytest.fixture
def asked(any_ctx, tmp_path) -> Asked:
    """An open campaign and a shelf, on SQLite and on PostgreSQL; an app context is open."""
    found = open_campaign()
    fill_shelf(tmp_path / "courses")
    return found


@pytest.fixture
def campaign(app, tmp_path) -> Asked:
    """The same for page tests: no context stays open."""
    with inside(app):
        found = open_campaign()
        fill_shelf(tmp_path / "courses")
    return found
