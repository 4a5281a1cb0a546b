"""Rows Y1, Y2 and L14 of the guard list: what an error tells, what lies about, what a new installation opens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests.guard.world import COURSE, SPACE_A, World

#: What the inside of a program looks like.
INSIDE = re.compile(
    r"Traceback|File \"|line \d+, in|/lms/|\.py\b|site-packages|sqlalchemy|sqlite3?\b|psycopg|SELECT |INSERT |werkzeug|"
    r"flask|jinja|/tmp/|/root|/home/[a-z]+/|secret-of-the-fault|KeyError|Exception|0x[0-9a-f]{6,}",
    re.IGNORECASE,
)
ID = re.compile(r"\b[0-9a-f]{8}\b")


def words(answer: TestResponse) -> str:
    return re.sub(r'(?:href|src|action)="[^"]*"', "", answer.get_data(as_text=True))


def check(answer: TestResponse, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """A page of the house with a number that stands in the log too, and nothing of the inside."""
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert not INSIDE.search(words(answer)), INSIDE.search(words(answer))
    told = ID.findall(re.sub(r"<[^>]*>", " ", words(answer)))
    assert told, "an error number is on the page"
    assert any(number in record.getMessage() for number in told for record in caplog.records), "and in the log"
    assert answer.headers["Cache-Control"] == "no-store"


FAULTS: tuple[tuple[str, Exception], ...] = (
    ("a fault", RuntimeError("secret-of-the-fault in /tmp/x.py")),
    ("a missing key", KeyError("secret-of-the-fault")),
    ("a broken text", UnicodeDecodeError("utf-8", b"\xff", 0, 1, "secret-of-the-fault")),
    ("out of memory", MemoryError("secret-of-the-fault")),
    ("too deep", RecursionError("secret-of-the-fault")),
    ("a file", FileNotFoundError(2, "secret-of-the-fault", "/tmp/secret")),
    ("an assertion", AssertionError("SELECT secret-of-the-fault")),
)


@pytest.mark.parametrize("actor", ["anonymous", "learner_a", "coordinator"])
@pytest.mark.parametrize(("what", "fault"), FAULTS, ids=[what for what, _fault in FAULTS])
def test_Y1_a_fault_shows_a_number_and_nothing_else(
    world: World, caplog: pytest.LogCaptureFixture, actor: str, what: str, fault: Exception
) -> None:
    def failing(**_: object) -> str:
        raise fault

    kept = world.app.view_functions["home.catalogue"]
    world.app.view_functions["home.catalogue"] = failing
    try:
        for method in ("get", "head"):
            answer = getattr(world.client(actor, strict=True), method)("/catalogue")
            assert answer.status_code == 500
        check(world.client(actor, strict=True).get("/catalogue"), 500, caplog)
    finally:
        world.app.view_functions["home.catalogue"] = kept
    assert world.client(actor).get("/catalogue").status_code == 200


@pytest.mark.parametrize("path", ["/calendar/{}.ics", "/link/{}", "/join/{}", "/survey/{}"])
def test_Y1_the_log_holds_no_secret_of_an_address(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    secret = "Zx7-secret-of-the-address_0Qq"
    where = path.format(secret)
    endpoint, _values = world.app.url_map.bind("localhost").match(where)

    def failing(**_: object) -> str:
        raise RuntimeError("a fault")

    monkeypatch.setitem(world.app.view_functions, endpoint, failing)
    check(world.client("anonymous", strict=True).get(where), 500, caplog)
    assert secret not in caplog.text
    assert repr(path.format("...")) in caplog.text, "but which door it was"


def test_Y1_a_template_that_fails_halfway_shows_no_half_page(world: World, caplog: pytest.LogCaptureFixture) -> None:
    globals_ = world.app.jinja_env.globals
    kept = globals_["format_number"]
    globals_["format_number"] = lambda *_: 1 / 0
    try:
        answers = [world.client("coordinator", strict=True).get(path) for path in ("/network", "/network/needs")]
    finally:
        globals_["format_number"] = kept
    for answer in answers:
        assert answer.status_code in (200, 500)
        if answer.status_code == 500:
            check(answer, 500, caplog)
    assert any(answer.status_code == 500 for answer in answers)


@pytest.mark.parametrize("actor", ["anonymous", "learner_a"])
def test_Y1_without_its_database_the_site_says_so_in_a_page(
    make_world: Callable[..., World], caplog: pytest.LogCaptureFixture, actor: str
) -> None:
    """The file is gone, or is no database: 503 with a time to come back, no path, no query; and it recovers by itself."""
    from lms.foundation.db import db

    world = make_world()
    assert world.path is not None
    whole = world.path.read_bytes()
    client = world.client(actor, strict=True)
    assert client.get("/catalogue").status_code == 200
    with world.app.app_context():
        db.engine.dispose()
    for broken in (None, b"this is no database" * 500, b""):
        for suffix in ("-wal", "-shm", ""):
            world.path.with_name(world.path.name + suffix).unlink(missing_ok=True)
        if broken is not None:
            world.path.write_bytes(broken)
        for path in ("/catalogue", f"/courses/{COURSE}", "/sign-in", "/network", "/help"):
            answer = client.get(path)
            if answer.status_code in (200, 302):  # no need of the database
                assert (actor, path) in {("anonymous", "/sign-in"), ("anonymous", "/network")}, (
                    path,
                    answer.status_code,
                )
            else:
                assert answer.status_code in (500, 503)
                check(answer, answer.status_code, caplog)
        ready = world.client().get("/readyz")
        assert ready.status_code == 503
        assert json.loads(ready.get_data())["database"] in ("down", "migrate")
        assert world.client().get("/healthz").status_code == 200
        with world.app.app_context():
            db.engine.dispose()
    for suffix in ("-wal", "-shm"):
        world.path.with_name(world.path.name + suffix).unlink(missing_ok=True)
    world.path.write_bytes(whole)
    assert client.get("/catalogue").status_code == 200


def test_Y1_bad_types_everywhere_are_no_fault(world: World) -> None:
    """Numbers, lists and objects where text is expected, text where a number is; a body that is not what it says."""
    actors = {"/sign-in": "anonymous", f"/team/{SPACE_A}": "manager_a", "/network/needs/pin": "coordinator"}
    with world.unchanged():
        for path in ("/account", "/sign-in", f"/team/{SPACE_A}", "/network/needs/pin", "/survey/courses"):
            actor = actors.get(path, "learner_a")
            token = world.stamp()
            bodies = (
                ("application/json", b"{"), ("application/json", b'{"a": [1, {"b": null}]}'),
                ("application/json", b"[" * 100_000),
                ("application/json", b'{"a": 1' + b"0" * 5000 + b"}"),
                ("text/xml", b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>"),
                ("application/x-www-form-urlencoded; charset=utf-7", b"a=b"),
                ("application/x-www-form-urlencoded; charset=nope", b"a=b"),
                ("multipart/form-data", b"x"), ("", b"a=b"), ("x" * 3000, b"a=b"),
                ("application/x-yaml", b"!!python/object/apply:os.system ['id']"),
                ("application/python-pickle", b"cos\nsystem\n(S'id'\ntR."),
            )  # fmt: skip
            for kind, body in bodies:
                answer = world.client(actor).post(path, data=body, content_type=kind, headers={"X-CSRFToken": token})
                assert answer.status_code < 500, (path, kind)


# --- Y2 --------------------------------------------------------------------------------------------------------------


LYING_ABOUT = (
    ".git", ".git/", ".git/HEAD", ".git/config", ".env", ".env.local", ".ci/run", ".htaccess", ".DS_Store", ".svn/entries",
    "docs", "docs/", "openapi.json", "swagger.json", "api", "api/docs", "graphql", "metrics", "stats", "server-status", "status",
    "admin", "admin/", "administrator", "wp-admin", "wp-login.php", "phpinfo.php", "console", "debug", "_debug_toolbar", "flower",
    "config.py", "wsgi.py", "requirements.txt", "pyproject.toml", "instance/secret_key", "instance/cordada.db", "cordada.db",
    "backup.sql", "backup.zip", "db.sqlite3", "dump.rdb", "lms/app.py", "courses/_people.yml", "courses/_competencies.yml",
    "static", "static/", "static/cordada.css.map", "static/../config.py", "static/..%2fconfig.py", "static/%2e%2e/secret_key",
    "static/%2e%2e%2f%2e%2e%2fsecret_key", "static//etc/passwd", "static/.git/config", "robots.txt.bak", "index.php", "cgi-bin/",
    "actuator/health", "trace", "pprof", "debug/pprof", "id_rsa", ".ssh/id_rsa", ".well-known/security.txt.bak", "node_modules/",
    "tests/conftest.py", "migrations/env.py", "LICENSE.bak", "favicon.ico/", "crossdomain.xml", "elmah.axd", "web.config",
)  # fmt: skip


@pytest.mark.parametrize("actor", ["anonymous", "coordinator"])
def test_Y2_nothing_lies_about(world: World, actor: str) -> None:
    for path in LYING_ABOUT:
        answer = world.client(actor).get(f"/{path}")
        assert answer.status_code in (400, 404, 308), (path, answer.status_code)
        if answer.status_code == 308:
            assert world.client(actor).get(answer.headers["Location"]).status_code == 404, path


def test_Y2_style_and_script_name_no_source_map_and_no_folder_is_listed(world: World) -> None:
    page = world.client().get("/").get_data(as_text=True)
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert addresses
    for address in addresses:
        answer = world.client().get(address)
        assert answer.status_code == 200
        assert b"sourceMappingURL" not in answer.get_data()
        assert world.client().get(f"{address}.map").status_code == 404
        folder = address.rsplit("/", 1)[0]
        assert world.client().get(f"{folder}/").status_code == 404
        assert world.client().get(folder).status_code == 404


# --- L14 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/?__debugger__=yes&cmd=resource&f=debugger.js", "/console", "/?__debugger__=yes&cmd=printpin"]
)
def test_L14_no_debugger_answers(world: World, path: str) -> None:
    answer = world.client().get(path)
    if answer.status_code == 200:  # the front page, as ever
        assert words(answer) == words(world.client().get("/"))
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "address",
    ["admin@example.org", "admin", "root@localhost", "test@test.test", "learner@demo.test", "coordinator@demo.test"],
)
def test_L14_no_account_is_there_that_nobody_made(world: World, address: str) -> None:
    for password in ("admin", "password", "changeme", "cordada", "", "demo"):
        answer = world.post("anonymous", "/sign-in", {"email": address, "password": password})
        assert answer.status_code in (422, 429)
