"""A network with two spaces and two courses, for tests of rosters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.accounts.people import House, found
from tests.home.conftest import furnish

#: Eight people as a member program exports them, one of them twice.
EIGHT = "Name;Email;Company\n" + "".join(f"Zoé Person {n};zoe{n}@example.net;Bar\n" for n in range(8))


@pytest.fixture
def make_place(tmp_path: Path) -> Callable[[Flask], House]:
    """Call it with an application."""

    def make(app: Flask) -> House:
        house = found(app)
        furnish(house, tmp_path / "courses", {"alpha": "mediation", "beta": "project"})
        return house

    return make


@pytest.fixture
def place(app: Flask, make_place: Callable[[Flask], House]) -> House:
    """It, on SQLite."""
    return make_place(app)


@pytest.fixture
def any_place(any_app: Flask, make_place: Callable[[Flask], House]) -> House:
    """It, on both databases."""
    return make_place(any_app)
