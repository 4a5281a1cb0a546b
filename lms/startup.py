"""What happens before the first visitor: refuse unsafe settings, migrate, load the courses, seed a demonstration once."""

from __future__ import annotations

import gc
import logging
import sys

import sqlalchemy as sa
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy.exc import DatabaseError

from config import Config
from lms.accounts import service as accounts
from lms.accounts.queries import anybody_there, is_demo, is_marked
from lms.catalogue import service as catalogue
from lms.demo.seed import ACCOUNTS, address_of, keep_password, seed
from lms.foundation.db import BUSY_MS, db, writing
from lms.jobs.tasks import drain

log = logging.getLogger("lms.startup")


class Unsafe(Exception):
    """The machine's settings could lose what was promised. `faults` holds one sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("Cordada does not start:\n" + "\n".join(f"- {fault}" for fault in faults))
        self.faults = faults


def unsafe_settings() -> list[str]:
    """One sentence for each setting under which an acknowledged write could be lost, or the site be taken over."""
    faults: list[str] = []
    config = current_app.config["CORDADA"]
    if config.durability != "full":
        faults.append("LMS_DURABILITY=test is for test runs: take it out of the environment.")
    if current_app.debug or current_app.config.get("TESTING"):
        faults.append("debug mode shows the inside of the program to visitors: unset FLASK_DEBUG.")
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            wanted: dict[str, object] = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
            for name, value in wanted.items():
                found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                if found != value:
                    faults.append(f"SQLite runs with {name}={found}; it must be {value}.")
            patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar() or 0
            if patience < min(5000, BUSY_MS):
                faults.append(f"SQLite runs with busy_timeout={patience}; it must be 5000 or more.")
        else:
            for name in ("fsync", "full_page_writes", "synchronous_commit"):
                found = connection.execute(sa.text(f"SHOW {name}")).scalar()
                if found == "off":
                    faults.append(f"PostgreSQL runs with {name}=off; set {name}=on.")
    return faults


def refuse_unsafe() -> None:
    """Raise `Unsafe` naming every unsafe setting. Called by `serve`, gunicorn, the runner, workers and beat."""
    faults = unsafe_settings()
    if faults:
        raise Unsafe(faults)


def end_if_unsafe(app: Flask) -> None:
    """End this process, a gunicorn worker about to serve, where `serve` would refuse to. Status 3 ends gunicorn too: a
    worker that ends with another one is started again, for ever.
    """
    try:
        with app.app_context():
            refuse_unsafe()
            db.engine.dispose()  # no connection is handed on to workers that are forked from here
    except Unsafe as fault:
        print(fault, file=sys.stderr, flush=True)
        sys.exit(3)
    except DatabaseError as fault:
        print(f"the database cannot be used: {fault.orig}", file=sys.stderr, flush=True)
        sys.exit(3)


def settle() -> None:
    """Spare what is loaded by now the garbage collector's rounds, and make them rarer: a page makes some thousand objects that
    end with it, and a collection for each seven hundred is a tenth of its time. For processes that serve, called once.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def prepare(app: Flask, demo: bool) -> list[tuple[str, str, str]]:
    """Make the site ready: check, migrate, publish what changed in the courses' folder, seed an empty database if `demo`.

    Gives (role, e-mail, password) of the demonstration's accounts where this database is marked as one, else nothing. The
    first start decides for ever: a database with people or with another mark is never seeded.
    """
    config: Config = app.config["CORDADA"]
    with app.app_context():
        refuse_unsafe()
        logging.getLogger("alembic").setLevel(logging.WARNING)
        upgrade(directory=app.extensions["migrations_folder"])
        db.engine.dispose()  # SQLite's keys are off while tables are rebuilt: nobody shall work on that connection
        # Nobody is asked while a site starts, and a folder may be missing by mistake: courses are archived by hand alone.
        report = catalogue.sync(config.courses, archive=False)
        for kept in report.ended("kept"):
            log.warning(
                "course %s is not in %s; it stays until flask --app wsgi courses sync", kept.course_id, config.courses
            )
        for held in report.ended("invalid"):
            gone = [one.told_in("en").message for one in held.findings if one.code == "E104"]
            for told in gone:
                log.warning("course %s: %s; the last version stays", held.course_id, told)
            log.warning(
                "course %s is held back; flask --app wsgi courses %s", held.course_id,
                "sync tells why, sync --accept-gone publishes it without these ids" if gone else "check tells why",
            )  # fmt: skip
        if not is_marked() and not anybody_there():
            if demo:
                seed(config.instance, config.courses)
                drain()
            else:
                with writing():
                    accounts.mark_installation(demo=False)
        if not is_demo():
            return []
        password = keep_password(config.instance)
        return [(role.upper(), address_of(role), password) for role in ACCOUNTS]
