"""Worlds for the attacks.

`world` (SQLite, shared by the tests of a file), `fresh` (the same, put back to its beginning), `make_world` (of one
test, with settings), `any_world` (SQLite and PostgreSQL in turn).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Apps, close
from tests.guard.world import World, courses_in, fill, settle


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
    folder = tmp_path_factory.mktemp("any-world")
    if request.param == "sqlite":
        made = settle(apps, folder)
        yield made
        close(made.app)
        return
    server = request.getfixturevalue("postgres_of_run")
    url = apps.postgresql(server)
    app = apps.build(folder, DATABASE_URL=url, LMS_COURSES=str(courses_in(folder)))
    yield World(app, fill(app))
    close(app)
    server.drop(url)


@pytest.fixture(scope="module")
def postgres_of_run(request: pytest.FixtureRequest) -> object:
    """The PostgreSQL cluster of this run, for what a file shares."""
    server = request.getfixturevalue("_postgres")
    if isinstance(server, str):
        from tests.conftest import absent

        absent("LMS_REQUIRE_SERVERS", server)
    return server
