"""A network with courses on its shelf, and a way to count what a page asks the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.catalogue import service as catalogue
from lms.foundation.db import db
from tests.accounts.people import House, found
from tests.catalogue.courses import write_course

#: A reason as priorities writes it.
REASON = {
    "competency": "gerer-conflit", "share": 62, "pairs": 120, "rank": 1, "parts": [["gerer-conflit", 0.4]],
    "indicative": False, "ranking": "r",
}  # fmt: skip


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements sent to the database inside."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def furnish(house: House, folder: Path, courses: Mapping[str, str]) -> None:
    """Publish small courses of three steps: id -> domain."""
    for name, domain in courses.items():
        head = write_course(folder, name) / "course.yml"
        text = head.read_text().replace("domain: mediation", f"domain: {domain}")
        head.write_text(text.replace("Listening at the counter", name.title()), encoding="utf-8")
    with house.open():
        report = catalogue.sync(folder)
    assert report.is_clean, report


def order(house: House, weights: dict[str, float]) -> None:
    """Give the courses these weights, each with a reason."""
    house.write(lambda: catalogue.order_shelf({name: (weight, dict(REASON)) for name, weight in weights.items()}))


@pytest.fixture
def make_house(make_app: Callable[..., Flask]) -> Callable[..., House]:
    """Call it for a network; options as of `tests.accounts.people.found`."""
    return lambda **options: found(make_app(), **options)


@pytest.fixture
def house(app: Flask) -> House:
    """A small network of two spaces (see tests/accounts/people.py)."""
    return found(app)
