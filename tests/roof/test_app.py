"""The roof as a visitor meets it: errors in four languages, unsafe machines refused, the bar, a database that goes away."""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Callable
from inspect import signature
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from jinja2 import Template

from lms.foundation import security
from lms.foundation.db import db
from lms.startup import Unsafe, prepare, refuse_unsafe, unsafe_settings
from tests.accounts.people import House, found
from tests.conftest import Apps
from tests.servers import Postgres
from tests.visits import StrictClient, page_of, words_of


def test_errors_speak_the_reader_s_language(house: House) -> None:
    seen: dict[int, set[str]] = {403: set(), 404: set(), 405: set(), 400: set()}
    for lang in ("fr", "es", "ca", "en"):
        visitor = house.client("learner_a")
        visitor.set_cookie("lang", lang)
        answers = {
            404: visitor.get("/no-such-page"), 403: visitor.get("/network"), 405: visitor.get("/sign-out"),
            400: visitor.post("/account", data={"name": "x"}),
        }  # fmt: skip
        for code, answer in answers.items():
            assert answer.status_code == code
            assert page_of(answer).get("lang") == lang
            assert answer.headers["Cache-Control"] == "no-store"
            heading = " ".join("".join(next(page_of(answer).iter("h1")).itertext()).split())
            assert str(code) in words_of(answer)
            seen[code].add(heading)
    assert {code: len(headings) for code, headings in seen.items()} == dict.fromkeys(seen, 4)


def test_a_wrong_method_says_which_are_right(house: House) -> None:
    answer = house.client().get("/sign-out")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert "Allow" not in house.client().get("/no-such-page").headers


def test_error_pages_carry_the_house_s_headers(house: House) -> None:
    for answer in (
        house.client().get("/nowhere"),
        house.client().get("/sign-out"),
        house.client("learner_a").get("/network"),
    ):
        for name, value in security.headers(https=False).items():
            assert answer.headers[name] == value, (answer.status_code, name)
        assert "Strict-Transport-Security" not in answer.headers


def test_error_pages_are_small_and_need_no_query_for_a_stranger(house: House) -> None:
    answer = house.client().get("/nowhere", headers={"Accept": "application/json"})
    assert answer.mimetype == "text/html"
    assert len(answer.data) < 20_000


def test_who_is_signed_in_gets_a_page_too_when_the_database_goes(
    make_app: Callable[..., Flask], postgres: Postgres, apps: Apps
) -> None:
    """The visitor cannot be known then; the page says that the service is busy, to nobody in particular."""
    url = apps.postgresql(postgres)
    house = found(make_app(DATABASE_URL=url))
    visitor = house.client("learner_a")
    assert visitor.get("/home").status_code == 200
    postgres.drop(url)
    began = time.monotonic()
    for path in ("/home", "/catalogue", "/team/la-bobine"):
        answer = visitor.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "Your text is not lost" in words_of(answer) or "Votre texte" in words_of(answer)
        assert "Learner_A" not in answer.text
    assert time.monotonic() - began < 5
    assert visitor.get("/healthz").status_code == 200


def test_all_connections_taken_is_busy_and_no_fault(app: Flask) -> None:
    def crowded(**_: object) -> str:
        raise sa.exc.TimeoutError("QueuePool limit of size 10 overflow 5 reached")

    app.view_functions["pages.help"] = crowded
    answer = app.test_client().get("/help")
    assert answer.status_code == 503
    assert "QueuePool" not in answer.text


def test_a_fault_of_ours_has_a_number_that_stands_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.app.view_functions["pages.help"] = lambda **_: 1 / 0
    with caplog.at_level(logging.ERROR, logger="lms.errors"):
        answer = house.client("learner_a").get("/help?lang=en")
    assert answer.status_code == 500
    number = next(page_of(answer).iter("b")).text
    assert number
    assert number in caplog.text
    assert "ZeroDivisionError" not in answer.text


# --- unsafe machines (row R12) ---------------------------------------------------------------------------------------


def told(app: Flask) -> list[str]:
    with app.app_context():
        return unsafe_settings()


def test_a_safe_machine_has_nothing_to_say(make_app: Callable[..., Flask]) -> None:
    assert told(make_app(LMS_DURABILITY="full")) == []


def test_every_unsafe_setting_is_named(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    app.config["TESTING"] = True
    faults = told(app)
    assert [fault.split()[0] for fault in faults] == ["LMS_DURABILITY=test", "debug", "SQLite"]
    with app.app_context(), pytest.raises(Unsafe) as caught:
        refuse_unsafe()
    assert all(fault in str(caught.value) for fault in faults)
    with pytest.raises(Unsafe):
        prepare(app, demo=True)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("synchronous", "NORMAL"), ("synchronous", "OFF"), ("foreign_keys", "OFF"), ("busy_timeout", "10")],
)
def test_each_wrong_value_of_sqlite_is_refused(make_app: Callable[..., Flask], pragma: str, value: str) -> None:
    app = make_app(LMS_DURABILITY="full")
    with app.app_context():
        engine = db.engine

    def spoil(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}={value}")  # type: ignore[attr-defined]

    sa.event.listen(engine, "connect", spoil)
    engine.dispose()
    (fault,) = told(app)
    assert fault.startswith(f"SQLite runs with {pragma}=")


def test_postgresql_that_forgets_is_refused(make_app: Callable[..., Flask], postgres: Postgres) -> None:
    """The cluster of the tests does not wait for its disk: each of its three settings is named."""
    faults = told(make_app(LMS_DURABILITY="full", DATABASE_URL=postgres.create()))
    assert [fault.split("set ")[1] for fault in faults] == [
        "fsync=on.",
        "full_page_writes=on.",
        "synchronous_commit=on.",
    ]


def test_a_served_site_keeps_foreign_keys_after_it_migrated(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(LMS_DURABILITY="full", DATABASE_URL=f"sqlite:///{tmp_path}/new.db", LMS_COURSES=str(tmp_path))
    prepare(app, demo=False)
    assert told(app) == []
    prepare(app, demo=False)
    with app.app_context():
        pooled = [db.engine.connect() for _ in range(3)]
        assert [one.exec_driver_sql("PRAGMA foreign_keys").scalar() for one in pooled] == [1, 1, 1]
        for one in pooled:
            one.close()


# --- the frame -------------------------------------------------------------------------------------------------------


BARS = {
    "learner_a": [], "manager_a": ["Learn", "My space"], "trainer": ["Learn", "Write"],
    "coordinator": ["Learn", "Write", "Network"],
}  # fmt: skip


def test_the_bar_shows_what_opens_and_marks_where_one_is(house: House) -> None:
    for who, wanted in BARS.items():
        visitor = house.client(who)
        page = page_of(visitor.get("/home"))
        bars = [one for one in page.iter("nav") if one.get("class") == "bar"]
        links = [link for bar in bars for link in bar.iter("a")]
        assert ["".join(link.itertext()).strip() for link in links] == wanted, who
        current = [link.get("href") for link in links if link.get("aria-current")]
        assert current == (["/home"] if wanted else []), who
        for link in links:
            there = visitor.get(link.get("href") or "", follow_redirects=True)
            assert there.status_code == 200, (who, link.get("href"))
            marked = [
                one.get("href") for bar in page_of(there).iter("nav") if bar.get("class") == "bar"
                for one in bar.iter("a") if one.get("aria-current")
            ]  # fmt: skip
            assert marked == [link.get("href")], who


def test_a_page_of_two_entries_is_marked_at_the_one_that_is_seen(house: House) -> None:
    """A coordinator without a space looks at an assignment: it belongs to the network, not to a space of theirs. A trainer
    reads works and practice notes, which the page "Write" leads to; a peer who reads a work does not write courses.
    """
    for who, address, wanted in (
        ("coordinator", "/assignments/none", "/network"), ("manager_a", "/assignments/none", "/team"),
        ("trainer", "/works", "/write"), ("trainer", "/practice-notes", "/write"), ("trainer", "/works/none", "/write"),
        ("coordinator", "/practice-notes", "/write"), ("manager_a", "/works/none", "/home"), ("trainer", "/plans", "/home"),
    ):  # fmt: skip
        page = page_of(house.client(who).get(address))
        bars = [one for one in page.iter("nav") if one.get("class") == "bar"]
        marked = [link.get("href") for bar in bars for link in bar.iter("a") if link.get("aria-current")]
        assert marked == [wanted], (who, address)


def test_the_application_touches_no_database_until_somebody_comes(make_app: Callable[..., Flask]) -> None:
    with socket.socket() as ear:
        ear.bind(("127.0.0.1", 0))
        ear.listen(1)
        ear.settimeout(0.2)
        make_app(DATABASE_URL=f"postgresql://me@127.0.0.1:{ear.getsockname()[1]}/lms")
        with pytest.raises(TimeoutError):
            ear.accept()


@pytest.fixture
def house(app: Flask) -> House:
    """A small network of two spaces (see tests/accounts/people.py)."""
    return found(app)


def test_a_session_from_another_installation_is_nobody(make_app: Callable[..., Flask]) -> None:
    here, there = found(make_app()), found(make_app(SECRET_KEY="another-0123456789-abcdefghijklmnopqr"))
    visitor, cookie = here.client("learner_a"), here.app.config["SESSION_COOKIE_NAME"]
    kept = visitor.get_cookie(cookie)
    assert kept is not None
    stranger = there.app.test_client()
    assert isinstance(stranger, StrictClient)
    stranger.set_cookie(cookie, kept.value)
    assert stranger.get("/home").status_code == 302


def test_macros_are_made_once_as_long_as_jinja_imports_them_so(app: Flask) -> None:
    """We change what Jinja does not promise to keep (decision 26): where it imports in another way, that is to be taken out."""
    made = app.jinja_env.template_class
    assert "_get_default_module" in vars(made)
    assert list(signature(Template._get_default_module).parameters) == ["self", "ctx"]
    code = app.jinja_env.compile('{% import "ui/macros.html" as ui %}', raw=True)
    assert "._get_default_module(context)" in code
    macros = app.jinja_env.get_template("ui/macros.html")
    assert type(macros) is made
    assert macros._get_default_module() is macros._get_default_module()


def test_no_page_brings_globals_of_its_own(app: Flask) -> None:
    """Else a macro would not know them: it is made once, with those of the whole site."""
    for name in app.jinja_env.list_templates():
        assert app.jinja_env.get_template(name).globals.keys() == app.jinja_env.globals.keys(), name
    folder = Path(security.__file__).parents[1]
    brings = re.compile(r"(get_template|select_template|get_or_select_template|from_string)\([^)]*globals")
    assert not [path for path in folder.rglob("*.py") if brings.search(path.read_text())]
