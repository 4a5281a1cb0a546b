"""Fixtures for tests of people: `house`, a network on SQLite; `any_house`, the same on both databases."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.accounts.people import House, found


@pytest.fixture
def house(app: Flask) -> House:
    """A small network of two spaces (see tests/accounts/people.py)."""
    return found(app)


@pytest.fixture
def any_house(any_app: Flask) -> House:
    """As `house`; the test runs twice, on SQLite and on PostgreSQL."""
    return found(any_app)
