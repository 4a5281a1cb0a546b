"""Two doors for machines: alive, and ready. Neither sets a cookie; `/healthz` touches nothing but the process."""

from __future__ import annotations

import threading
import time
from typing import Any

import redis as redis_client
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app, jsonify

from lms.accounts.access import public
from lms.foundation.db import db
from lms.jobs.tasks import oldest_wait

bp = Blueprint("health", __name__)

#: Ready answers within a second, even if the database hangs, in seconds.
PATIENCE = 0.7
REDIS_PATIENCE = 0.2


@bp.get("/healthz")
@public
def alive() -> Response:
    """The process answers."""
    return Response("ok", mimetype="text/plain")


def _database(app: Flask, found: dict[str, Any]) -> None:
    with app.app_context():
        with db.engine.connect() as connection:
            here = set(MigrationContext.configure(connection).get_current_heads())
        script = ScriptDirectory(app.extensions["migrations_folder"])
        found["database"] = "ok" if here == set(script.get_heads()) else "migrate"
        if found["database"] == "ok":
            found["outbox_oldest_s"] = oldest_wait()


def _quietly(app: Flask, found: dict[str, Any]) -> None:
    try:
        _database(app, found)
    except Exception:  # whatever the reason, the answer is "down"; the log of the request that failed tells more
        found["database"] = "down"


def _redis(url: str | None) -> str:
    if url is None:
        return "off"
    try:
        with redis_client.Redis.from_url(
            url, socket_timeout=REDIS_PATIENCE, socket_connect_timeout=REDIS_PATIENCE
        ) as client:
            return "ok" if client.ping() else "down"
    except redis_client.RedisError:
        return "down"


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Whether people can work here: 200 with the database at today's schema, else 503. Redis off or down is no refusal."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    # One question at a time, shared by whoever asks meanwhile: a database that hangs must not pile up threads.
    asking: threading.Thread | None
    asking, found = app.extensions.get("readiness", (None, {}))
    if asking is None or not asking.is_alive():
        found = {}
        asking = threading.Thread(target=_quietly, args=(app, found), daemon=True)
        app.extensions["readiness"] = (asking, found)
        asking.start()
    deadline = time.monotonic() + PATIENCE
    redis = _redis(app.config["CORDADA"].redis_url)  # while the database thinks
    asking.join(max(0.0, deadline - time.monotonic()))
    database = str(dict(found).get("database", "down"))
    answer = {
        "database": database,
        "redis": redis,
        "outbox_oldest_s": int(dict(found).get("outbox_oldest_s", 0)),
    }
    return jsonify(answer), 200 if database == "ok" else 503
