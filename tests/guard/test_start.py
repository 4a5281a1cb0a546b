"""Rows R12 and R13 of the guard list: a site that could lose an acknowledged write does not start; what starts loses none."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from config import Config, ConfigError
from lms.foundation.db import db
from lms.startup import Unsafe, refuse_unsafe, unsafe_settings
from tests.browser import SERVE
from tests.conftest import absent

ROOT = Path(__file__).resolve().parents[2]


# --- R12: settings of the database and of the program --------------------------------------------------------------


@pytest.fixture
def sound(make_app: Callable[..., Flask]) -> Flask:
    """An application with the settings of a real start."""
    return make_app(LMS_DURABILITY="full")


def faults(app: Flask) -> list[str]:
    with app.app_context():
        return unsafe_settings()


def spoil(app: Flask, *pragmas: str) -> None:
    """Have every new connection of `app` spoilt after the house has tuned it."""
    with app.app_context():
        engine = db.engine
        engine.dispose()

        @event.listens_for(engine, "connect")
        def _spoil(connection: Any, _record: object) -> None:
            for pragma in pragmas:
                connection.execute(pragma)


def test_R12_sound_settings_are_not_refused(sound: Flask) -> None:
    assert faults(sound) == []
    with sound.app_context():
        refuse_unsafe()


@pytest.mark.parametrize(
    ("pragma", "named"),
    [
        ("PRAGMA journal_mode=DELETE", "journal_mode=delete"),
        ("PRAGMA journal_mode=MEMORY", "journal_mode=memory"),
        ("PRAGMA journal_mode=OFF", "journal_mode=off"),
        ("PRAGMA synchronous=OFF", "synchronous=0"),
        ("PRAGMA synchronous=NORMAL", "synchronous=1"),
        ("PRAGMA foreign_keys=OFF", "foreign_keys=0"),
        ("PRAGMA busy_timeout=0", "busy_timeout=0"),
        ("PRAGMA busy_timeout=4999", "busy_timeout=4999"),
    ],
)
def test_R12_each_wrong_setting_of_sqlite_is_named(sound: Flask, pragma: str, named: str) -> None:
    spoil(sound, pragma)
    (fault,) = faults(sound)
    assert named in fault
    with sound.app_context(), pytest.raises(Unsafe, match="does not start"):
        refuse_unsafe()


def test_R12_all_wrong_settings_are_told_at_once(sound: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(sound, "PRAGMA synchronous=OFF", "PRAGMA foreign_keys=OFF", "PRAGMA busy_timeout=1")
    monkeypatch.setattr(sound, "debug", True)
    assert len(faults(sound)) == 4


def test_R12_debug_and_testing_are_refused(sound: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "debug", True)
    assert "debug" in faults(sound)[0]
    monkeypatch.undo()
    sound.config["TESTING"] = True
    assert "debug" in faults(sound)[0]


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_R12_each_wrong_setting_of_postgresql_is_named(
    postgres: Any, make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The test cluster runs without fsync, which is exactly what is refused; the others are switched off here."""
    import psycopg

    url = postgres.create()
    app = make_app(DATABASE_URL=url, LMS_DURABILITY="full")
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as line:
        usual = line.execute(f"SHOW {name}").fetchone()
        if name == "synchronous_commit":
            line.execute(f"ALTER DATABASE {line.info.dbname} SET synchronous_commit = off")
        elif usual == ("on",):
            line.execute(f"ALTER SYSTEM SET {name} = off")
            line.execute("SELECT pg_reload_conf()")
    try:
        _until_named(app, f"{name}=off")
        with app.app_context(), pytest.raises(Unsafe, match=f"set {name}=on"):
            refuse_unsafe()
    finally:
        if usual == ("on",) and name != "synchronous_commit":
            with psycopg.connect(plain, autocommit=True) as line:
                line.execute(f"ALTER SYSTEM RESET {name}")
                line.execute("SELECT pg_reload_conf()")
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        postgres.drop(url)


def _until_named(app: Flask, named: str) -> None:
    import time

    deadline = time.monotonic() + 30
    while not any(named in fault for fault in faults(app)):
        assert time.monotonic() < deadline, f"{named} is not refused: {faults(app)}"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "changeme"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "changeme" + "0123456789" * 4),
        ("SECRET_KEY", "secret-0123456789-0123456789-0123456789"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("BASE_URL", "learn.example.org"),
        ("BASE_URL", "https://learn.example.org/below"),
        ("LMS_DURABILITY", "none"),
        ("LMS_PROXIES", "many"),
        ("REDIS_URL", "http://localhost"),
        ("SMTP_URL", "mail.example.org"),
    ],
)
def test_R12_and_L14_unusable_settings_are_refused_by_name(tmp_path: Path, setting: str, value: str) -> None:
    with pytest.raises(ConfigError) as told:
        Config.from_env({"LMS_INSTANCE": str(tmp_path), setting: value})
    assert any(fault.startswith(setting) for fault in told.value.faults)
    if setting == "SECRET_KEY":
        assert value not in str(told.value), "a key is not repeated in a message"


def run(tmp_path: Path, command: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("LMS_", "DATABASE_", "REDIS_"))
    }
    environment |= {"LMS_INSTANCE": str(tmp_path / "instance"), **settings}
    held, end = os.pipe()  # the runner lives for as long as somebody holds the other end
    try:
        return subprocess.run(
            command, stdin=held, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    finally:
        os.close(held)
        os.close(end)


@pytest.mark.parametrize(
    ("who", "command"),
    [
        ("serve", [sys.executable, "-c", SERVE, "0", "own"]),
        ("runner", [sys.executable, "-m", "lms.runner"]),
        ("worker", [sys.executable, "-m", "celery", "-A", "wsgi.celery", "worker", "--pool", "solo"]),
        ("gunicorn", [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", "wsgi:app"]),
        ("beat", [sys.executable, "-m", "celery", "-A", "wsgi.celery", "beat"]),
    ],
)
def test_R12_the_setting_of_test_runs_starts_nothing_real(tmp_path: Path, who: str, command: list[str]) -> None:
    """All of them end by themselves, with the sentence on stderr and a status that is not 0."""
    ended = run(
        tmp_path, command, LMS_DURABILITY="test", REDIS_URL="redis://127.0.0.1:1" if who in ("worker", "beat") else ""
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode != 0, said
    assert "LMS_DURABILITY=test is for test runs" in said, said
    assert "Traceback" not in said, said


# --- R13: the disk before the answer ---------------------------------------------------------------------------------


WRITER = """
    import http.client, os, socket, sys, threading
    from config import Config
    from lms.app import create_app
    from lms.foundation.db import db
    from waitress.server import create_server

    app = create_app(Config.from_env())
    with app.app_context():
        db.create_all()
        db.engine.dispose()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = create_server(app, sockets=[listener], threads=1, ident=None)
    threading.Thread(target=server.run, daemon=True).start()
    import flask_wtf.csrf, itsdangerous
    raw = "0" * 40
    cookie = app.session_interface.get_signing_serializer(app).dumps({"csrf_token": raw})
    token = itsdangerous.URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(raw)
    done = 0
    for number in range(WRITES):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        body = f"csrf_token={token}&email=p{number}%40example.org&password=wrong-{number}"
        os.write(2, b"ASK\\n")
        line.request("POST", "/sign-in", body, {
            "Content-Type": "application/x-www-form-urlencoded", "Cookie": f"cordada={cookie}", "Host": "127.0.0.1",
        })
        answer = line.getresponse()
        assert answer.status == 422, answer.status
        answer.read()
        line.close()
        done += 1
    print(done, flush=True)
    os._exit(0)
"""
WRITES = 100


def test_R13_the_log_is_on_the_disk_before_the_first_byte_of_the_answer(tmp_path: Path) -> None:
    """System calls of a serving process during 100 acknowledged writes: the counted tries of 100 sign-ins."""
    tracer = shutil.which("strace")
    if tracer is None:
        absent(
            "LMS_REQUIRE_STRACE", "strace: install it (Debian: apt-get install strace) to see the disk written (R13)"
        )
        raise AssertionError
    trace = tmp_path / "trace"
    script = textwrap.dedent(WRITER).replace("WRITES", str(WRITES))
    command = [
        tracer, "-f", "-qq", "-y", "-o", str(trace), "-e", "trace=fdatasync,fsync,sendto,send,sendmsg,write", "-s", "32",
        sys.executable, "-c", script,
    ]  # fmt: skip
    ended = run(tmp_path, command, BASE_URL="http://127.0.0.1", LMS_ARGON2="8,1,1")
    if "ptrace" in ended.stderr.lower() and not ended.stdout:
        absent("LMS_REQUIRE_STRACE", "strace: this machine does not let processes be traced (R13)")
    assert ended.stdout.strip() == str(WRITES), ended.stderr[-2000:]
    synced = asked = durable = 0
    for line in trace.read_text(errors="replace").splitlines():
        if '"ASK' in line:
            asked, synced = asked + 1, 0
        elif re.search(r"f(?:data)?sync\(\d+<[^>]*-wal>", line):
            synced += 1
        elif '"HTTP/1.1 422' in line:
            durable += synced >= 1
    assert (asked, durable) == (WRITES, WRITES), "the answer left before the write was on the disk"


def test_R13_where_nothing_can_be_traced_the_setting_itself_is_read(sound: Flask) -> None:
    """Every connection that can write asks the disk at each commit: full durability on a write-ahead log."""
    with sound.app_context():
        for _again in range(3):
            with db.engine.connect() as one, db.engine.connect() as other:
                for line in (one, other):
                    assert line.exec_driver_sql("PRAGMA synchronous").scalar() == 2
                    assert line.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            db.engine.dispose()
    assert sqlite3.sqlite_version_info >= (3, 35), "RETURNING and durable WAL resets"
