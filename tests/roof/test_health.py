"""Alive and ready: what machines ask, also when the database or Redis hangs."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.foundation.clock import now
from lms.foundation.db import db, writing
from lms.jobs import outbox
from lms.jobs.models import Job
from tests.servers import Valkey, free_port
from tests.visits import StrictClient


@pytest.fixture
def deaf() -> Iterator[int]:
    """A port that takes calls and never says a word."""
    with socket.socket() as ear:
        ear.bind(("127.0.0.1", 0))
        ear.listen(16)
        yield ear.getsockname()[1]


def asked(app: Flask) -> tuple[int, dict[str, object], float]:
    began = time.monotonic()
    answer = app.test_client().get("/readyz")
    taken = time.monotonic() - began
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.get_json(), taken


def test_healthz_touches_no_database_and_sets_no_cookie(make_app: Callable[..., Flask], deaf: int) -> None:
    app = make_app(DATABASE_URL=f"postgresql://me@127.0.0.1:{deaf}/lms")
    began = time.monotonic()
    answer = app.test_client().get("/healthz")
    assert time.monotonic() - began < 1
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok", "text/plain")
    assert "Set-Cookie" not in answer.headers


def test_ready(any_app: Flask) -> None:
    status, found, _taken = asked(any_app)
    assert (status, found) == (200, {"database": "ok", "redis": "off", "outbox_oldest_s": 0})


def test_the_oldest_duty_is_told(any_app: Flask) -> None:
    with any_app.app_context():
        with writing():
            for key, age in (("a", 90), ("b", 30), ("c", -600)):
                outbox.put("accounts.forget_old", {}, key=key, due=now() - timedelta(seconds=age))
            outbox.put("accounts.forget_old", {}, key="d", due=now() - timedelta(days=1))
            db.session.execute(sa.update(Job).where(Job.key == "d").values(state="done"))
        db.session.remove()
    _status, found, _taken = asked(any_app)
    assert 90 <= int(str(found["outbox_oldest_s"])) <= 100


def test_without_tables_it_asks_to_migrate(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    status, found, _taken = asked(make_app(DATABASE_URL=f"sqlite:///{tmp_path}/empty.db"))
    assert (status, found["database"]) == (503, "migrate")


def test_with_an_older_schema_it_asks_to_migrate(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
    status, found, _taken = asked(app)
    assert (status, found["database"]) == (503, "migrate")


def test_a_database_that_is_away_is_down(make_app: Callable[..., Flask]) -> None:
    status, found, taken = asked(make_app(DATABASE_URL=f"postgresql://me@127.0.0.1:{free_port()}/lms"))
    assert (status, found["database"]) == (503, "down")
    assert taken < 1


def test_everything_hangs_and_it_answers_within_a_second(make_app: Callable[..., Flask], deaf: int) -> None:
    app = make_app(DATABASE_URL=f"postgresql://me@127.0.0.1:{deaf}/lms", REDIS_URL=f"redis://127.0.0.1:{deaf}/0")
    for _ in range(3):
        status, found, taken = asked(app)
        assert (status, found) == (503, {"database": "down", "redis": "down", "outbox_oldest_s": 0})
        assert taken < 1, f"{taken:.2f} s"


def test_a_locked_table_is_no_reason_to_wait(make_app: Callable[..., Flask], any_url: str) -> None:
    app = make_app(DATABASE_URL=any_url)
    asked(app)
    with app.app_context():
        engine = db.engine
    with engine.connect() as holder:
        if holder.dialect.name == "postgresql":
            holder.execute(sa.text("LOCK TABLE alembic_version, job IN ACCESS EXCLUSIVE MODE"))
        else:
            holder.exec_driver_sql("COMMIT")
            holder.exec_driver_sql("BEGIN EXCLUSIVE")
        status, found, taken = asked(app)
        assert taken < 1
        assert found["database"] in ("ok", "down")
        assert status == (200 if found["database"] == "ok" else 503)
        holder.exec_driver_sql("ROLLBACK") if holder.dialect.name == "sqlite" else holder.rollback()
    deadline = time.monotonic() + 10
    while asked(app)[0] != 200:
        assert time.monotonic() < deadline, "it recovers by itself"
        time.sleep(0.05)


def test_redis_ok_and_down_are_no_refusal(make_app: Callable[..., Flask], valkey: Valkey) -> None:
    app = make_app(REDIS_URL=valkey.url)
    assert asked(app)[:2] == (200, {"database": "ok", "redis": "ok", "outbox_oldest_s": 0})
    valkey.stop()
    status, found, taken = asked(app)
    assert (status, found["redis"]) == (200, "down")
    assert taken < 1


def test_only_get(client: StrictClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.post(path).status_code in (400, 405)
        assert client.head(path).status_code == 200
