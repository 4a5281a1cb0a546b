"""Worlds for the attacks.

`world` (SQLite, shared by the tests of a file), `fresh` (the same, put back to its beginning), `make_world` (of one
test, with settings), `any_world` (SQLite and PostgreSQL in turn), `any_fresh` (the same, put back to its beginning).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Apps, absent, close
from tests.guard.world import World, settle, settle_on


@pytest.fixture(scope="module")
def world(apps: Apps, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world on SQLite, shared by the tests of a file: for attacks that must change nothing."""
    made = settle(apps, tmp_path_factory.mktemp("world"))
    made.keep()
    yield made
    close(made.app)


@pytest.fixture
def fresh(world: World) -> Iterator[World]:
    """The file's world, put back to its beginning before and after this test."""
    world.back()
    yield world
    world.back()


@pytest.fixture
def make_world(apps: Apps, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Call it with settings (`make_world(BASE_URL="https://learn.example.org")`) for a world of this test's own."""
    made: list[World] = []

    def make(**settings: str) -> World:
        made.append(settle(apps, tmp_path / f"world-{len(made)}", **settings))
        return made[-1]

    yield make
    for one in made:
        close(one.app)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def any_world(request: pytest.FixtureRequest, apps: Apps, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world on SQLite in one run of the test, on PostgreSQL in another; shared by the tests of a file."""
    yield from world_on(request, apps, tmp_path_factory.mktemp("any-world"))


@pytest.fixture
def any_fresh(any_world: World) -> Iterator[World]:
    """The file's `any_world`, put back to its beginning before and after this test."""
    any_world.back()
    yield any_world
    any_world.back()


def world_on(request: pytest.FixtureRequest, apps: Apps, folder: Path) -> Iterator[World]:
    """The world on the database that the parameter of `request` names, for a fixture of a file; it remembers itself."""
    if request.param == "sqlite":
        made = settle(apps, folder)
        made.keep()
        yield made
        close(made.app)
        return
    server = request.getfixturevalue("_postgres")
    if isinstance(server, str):
        absent("LMS_REQUIRE_SERVERS", server)
    made = settle_on(server, apps, folder)
    made.keep()
    yield made
    close(made.app)
    server.drop(made.app.config["CORDADA"].database_url)
