"""Fixtures for all tests. See also tests/servers.py, tests/browser.py, tests/decent.py and tests/visits.py.

- `app`: the application on SQLite, with all tables, empty; `client`: a strict visitor of it.
- `any_app`, `any_client`: the same test runs on SQLite and on PostgreSQL.
- `ctx`, `any_ctx`: the same with an open app context, for services and queries.
- Attacks on rights, lists, tables, races and limits run on both by their names alone (`ON_BOTH`).
- `make_app`: builds applications with settings of your own.
- `valkey`, `mails`: real servers; `postgres`: the cluster itself.
- `live`: a demo site served by its own process, one per file; `sites`: more of them; `page`: a tab of a real Chromium.

What is missing on this machine is skipped, loudly, at the end of the run. `LMS_REQUIRE_SERVERS=1` and
`LMS_REQUIRE_BROWSER=1` turn the skip into a failure.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from lms.__main__ import alone, chromium
from tests.browser import FLAGS, WAIT, Live
from tests.servers import MailSink, Missing, Postgres, Valkey
from tests.visits import StrictClient

# The application is imported by the fixtures that need it: tests of pure rules start without it.
if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page

#: Parts that must have been at work in a complete run, as the summary names them.
PARTS = ("PostgreSQL", "Valkey", "mail", "browser")


#: Tests of rows of the guard list (tests/guard/__init__.py) that run on SQLite and on PostgreSQL even if they ask for the
#: plain `app`: rights, invitations, sheets, races, and limits of jobs and tries.
ON_BOTH = re.compile(r"test_(A\d|E\d|N\d|S[45]_|D[789]_)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test whose name begins with a row of `ON_BOTH` on both databases, unless it sees to that by itself."""
    names = set(metafunc.fixturenames)
    if ON_BOTH.match(metafunc.function.__name__) and "database" in names and "any_url" not in names:
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


# --- what ran on what --------------------------------------------------------------------------------------------


def used(request: pytest.FixtureRequest, part: str) -> None:
    """Note that the requesting test ran with `part`, for the summary. (It also travels home from an xdist worker.)"""
    request.node.user_properties.append(("ran_with", part))


def pytest_runtest_call(item: pytest.Item) -> None:
    """Note of a test that runs on PostgreSQL by its parameter that it does: a world that a whole file shares asks for the cluster
    once, and cannot note it for each test.
    """
    spec = getattr(item, "callspec", None)
    if spec is not None and "postgresql" in spec.params.values():
        item.user_properties.append(("ran_with", "PostgreSQL"))


def absent(variable: str, reason: str) -> None:
    """Skip the requesting test because a part is missing, or fail it where `variable` requires the part."""
    if os.environ.get(variable) == "1":
        pytest.fail(f"{reason} ({variable}=1)", pytrace=False)
    pytest.skip(f"MISSING {reason}")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say how many tests ran with each real part, and which parts were missing; keep the counts for the CI."""
    ran: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        if report.when == "call":
            ran.update({part for name, part in report.user_properties if name == "ran_with"})
            if "tests/trips/" in report.nodeid:
                ran["trips"] += 1
    cache = getattr(config, "cache", None)
    if cache is not None:
        cache.set("cordada/ran", dict(ran))
    terminalreporter.write_line("ran with: " + ", ".join(f"{part} {ran[part]}" for part in (*PARTS, "trips")))
    missing: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "MISSING " in reason:
            missing[reason.split("MISSING ", 1)[1]] += 1
    for reason, count in missing.items():
        terminalreporter.write_line(f"NOT RUN: {count} tests. {reason}", red=True, bold=True)


# --- servers -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _postgres() -> Iterator[Postgres | str]:
    try:
        server = Postgres()
    except Missing as fault:
        yield str(fault)
        return
    yield server
    server.stop()


@pytest.fixture
def postgres(_postgres: Postgres | str, request: pytest.FixtureRequest) -> Postgres:
    """The PostgreSQL cluster of this run: `postgres.create()` gives the address of an empty database."""
    if isinstance(_postgres, str):
        absent("LMS_REQUIRE_SERVERS", _postgres)
        raise AssertionError
    used(request, "PostgreSQL")
    return _postgres


@pytest.fixture
def valkey(request: pytest.FixtureRequest) -> Iterator[Valkey]:
    """A running, empty Valkey; the test may `stop()` and `start()` it."""
    try:
        server = Valkey()
    except Missing as fault:
        absent("LMS_REQUIRE_SERVERS", str(fault))
        raise AssertionError from None
    used(request, "Valkey")
    yield server
    server.stop()


@pytest.fixture
def mails(request: pytest.FixtureRequest) -> Iterator[MailSink]:
    """A running mail server that keeps what it gets in `mails.letters`; give `mails.url` as SMTP_URL."""
    try:
        sink = MailSink()
    except Missing as fault:
        absent("LMS_REQUIRE_SERVERS", str(fault))
        raise AssertionError from None
    used(request, "mail")
    yield sink
    sink.stop()


# --- the browser -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser | str]:
    program = chromium()
    if program is None:
        yield "browser: install Chromium (Debian: apt-get install chromium) or set LMS_CHROMIUM to its path"
        return
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        yield "browser: install tests/requirements-browser.txt"
        return
    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def browser(_browser: Browser | str, request: pytest.FixtureRequest) -> Browser:
    """A running Chromium; open a context of your own for a second person."""
    if isinstance(_browser, str):
        absent("LMS_REQUIRE_BROWSER", _browser)
        raise AssertionError
    used(request, "browser")
    return _browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab with no cookies, as wide as a small laptop."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR", reduced_motion="reduce")
    context.set_default_timeout(WAIT)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder of a demo site after its first start; sites under test begin with a copy."""
    # One for all xdist workers: seeding takes a while.
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-instance"
    ready = folder.with_suffix(".ready")
    with alone(folder.with_suffix(".lock"), "another test worker prepares the demo; waiting for it."):
        if not ready.exists():
            Live(folder).start().stop()
            ready.touch()
    return folder


@pytest.fixture(scope="module")
def live(_prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A demo site served by its own process for the tests of one file: `live.url`, `live.accounts["learner"]`."""
    folder = tmp_path_factory.mktemp("live") / "instance"
    shutil.copytree(_prepared, folder)
    site = Live(folder).start()
    yield site
    site.kill()


@pytest.fixture
def sites(_prepared: Path, tmp_path: Path) -> Iterator[Callable[..., Live]]:
    """Call it for a site of this test's own, not yet started: a copy of the demo, or (`fresh=True`) an empty folder."""
    made: list[Live] = []

    def make(*, fresh: bool = False, **options: Any) -> Live:
        folder = tmp_path / f"site-{len(made)}"
        if not fresh:
            shutil.copytree(_prepared, folder)
        made.append(Live(folder, **options))
        return made[-1]

    yield make
    for site in made:
        site.kill()


# --- the application ---------------------------------------------------------------------------------------------


class Apps:
    """Builds applications for tests, each on a copy of a database whose tables were made once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sqlite: Path | None = None
        self._postgres: str | None = None

    @staticmethod
    def settings(instance: Path, **more: str) -> dict[str, str]:
        """The environment of an application under test, whose files are in `instance`."""
        return {
            "LMS_INSTANCE": str(instance),
            "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklm",
            "BASE_URL": "http://localhost",
            "LMS_ARGON2": "8,1,1",
            "LMS_DURABILITY": "test",
            **more,
        }

    def build(self, instance: Path, **more: str) -> Flask:
        """An application with the settings of a test and `more`. Its database is taken as it stands."""
        from config import Config
        from lms.app import create_app

        app = create_app(Config.from_env(self.settings(instance, **more)))
        app.test_client_class = StrictClient
        return app

    def _furnish(self, url: str) -> None:
        # From the models, which is quick; tests/house/test_migrations.py proves that the migrations give the same.
        from flask_migrate import stamp

        from lms.foundation.db import db

        app = self.build(self.folder / "template", DATABASE_URL=url)
        with app.app_context():
            db.create_all()
            stamp(directory=app.extensions["migrations_folder"])
        close(app)

    def sqlite(self, folder: Path) -> str:
        """The address of an empty SQLite database, with all tables, in `folder`."""
        if self._sqlite is None:
            path = self.folder / "template.db"
            self._furnish(f"sqlite:///{path}")
            self._sqlite = path
        folder.mkdir(parents=True, exist_ok=True)
        copy = folder / "test.db"
        for suffix in ("", "-wal"):
            original = self._sqlite.with_name(self._sqlite.name + suffix)
            if original.exists():
                shutil.copyfile(original, copy.with_name(copy.name + suffix))
        return f"sqlite:///{copy}"

    def postgresql(self, server: Postgres) -> str:
        """The address of an empty database, with all tables, on `server`."""
        if self._postgres is None:
            self._postgres = server.template(self._furnish)
        return server.create(template=self._postgres)


def close(app: Flask) -> None:
    """Give back the database connections of `app`."""
    from lms.foundation.db import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Apps:
    """The builder of applications."""
    return Apps(tmp_path_factory.mktemp("apps"))


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """Which database the applications of a test stand on that ask for none: sqlite, or in `ON_BOTH` both in turn."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def make_app(
    apps: Apps, tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Flask]]:
    """Call it with settings (`make_app(BASE_URL="https://learn.example.org")`) for one more application of this test.

    It has an empty database of its own unless DATABASE_URL is among the settings.
    """
    made: list[Flask] = []
    served: list[str] = []
    server: Postgres | None = request.getfixturevalue("postgres") if database == "postgresql" else None

    def make(**settings: str) -> Flask:
        folder = tmp_path / f"app-{len(made)}"
        if "DATABASE_URL" not in settings and server is not None:
            served.append(apps.postgresql(server))
            settings["DATABASE_URL"] = served[-1]
        elif "DATABASE_URL" not in settings:
            settings["DATABASE_URL"] = apps.sqlite(folder)
        made.append(apps.build(folder, **settings))
        return made[-1]

    yield make
    for app in made:
        close(app)
    if server is not None:
        for url in served:
            server.drop(url)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application on an empty SQLite database. Open `app.app_context()` for what is no request."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> StrictClient:
    """A strict visitor of `app`; `app.test_client()` gives more of them."""
    return cast("StrictClient", app.test_client())


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, apps: Apps, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database with all tables: SQLite in one run of the test, PostgreSQL in another."""
    if request.param == "sqlite":
        yield apps.sqlite(tmp_path / "any")
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = apps.postgresql(server)
    yield url
    server.drop(url)


@pytest.fixture
def any_app(any_url: str, make_app: Callable[..., Flask]) -> Flask:
    """As `app`; the test runs twice, on SQLite and on PostgreSQL."""
    return make_app(DATABASE_URL=any_url)


@pytest.fixture
def any_client(any_app: Flask) -> StrictClient:
    """As `client`; the test runs twice, on SQLite and on PostgreSQL."""
    return cast("StrictClient", any_app.test_client())


@pytest.fixture
def ctx(app: Flask) -> Iterator[Flask]:
    """`app` with its context open, for tests of services and queries. Not together with `client`."""
    with app.app_context():
        yield app


@pytest.fixture
def any_ctx(any_app: Flask) -> Iterator[Flask]:
    """As `ctx`; the test runs twice, on SQLite and on PostgreSQL."""
    with any_app.app_context():
        yield any_app
