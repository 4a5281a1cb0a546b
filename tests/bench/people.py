"""Ten thousand people at once: what a list costs, held against one `executemany` of the very rows it writes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config import Config
from lms.app import create_app
from lms.catalogue.models import Course
from lms.catalogue.service import sync
from lms.foundation.clock import today
from lms.foundation.db import Base, db, writing
from lms.foundation.sheets import read_sheet
from lms.learning.rosters import queries, service
from lms.spaces.models import Space, Territory
from lms.spaces.roster.rules import entries_of
from tests.catalogue.courses import write_course

PEOPLE = 10_000
#: What a list writes.
TABLES = ("person", "membership", "invitation", "job", "enrolment", "roster_import", "roster_row")


def roster(folder: Path) -> tuple[Callable[[], object], Callable[[], object], float]:
    """(bring a list with a course and a day, write the same rows bare, the peak of memory of the first one in MB)."""
    env = {"LMS_INSTANCE": str(folder / "roster"), "BASE_URL": "http://127.0.0.1", "LMS_DURABILITY": "test"}
    app = create_app(Config.from_env(env))
    course = write_course(folder / "roster-courses", "ecouter-bien").name
    with app.app_context():
        db.create_all()
        with writing() as session:
            session.add(Territory(id="t", name="T", country="FR"))
            session.flush()
            session.add(Space(id="s", name="S", place="P", territory_id="t", lang="fr", zone="Europe/Paris", desks=8))
        sync(folder / "roster-courses")
        db.session.rollback()
        assert db.session.get(Course, course) is not None
        db.session.rollback()
    turn = iter(range(1_000_000))

    def ours() -> object:
        mark = next(turn)
        rows = "".join(f"Personne {n},p{mark}.{n}@example{n % 40}.net\n" for n in range(PEOPLE))
        with app.app_context():
            entries = entries_of(read_sheet(f"Nom,E-mail\n{rows}".encode()).lines)
            space = db.session.get(Space, "s")
            assert space is not None
            db.session.rollback()
            due = today() + timedelta(days=30)
            with writing():
                made = service.bring(entries, space, name="list.csv", course_id=course, due_on=due)
            more = True
            while more:  # what it costs, without the pauses in which others write
                with writing():
                    more = service.write_part(made)
            counts = queries.counts_of(made)
            assert counts["enrolled"] == counts["invitations"] == PEOPLE, counts
        return counts

    with app.app_context():
        before = {name: _rows_of(name) for name in TABLES}
    tracemalloc.start()
    ours()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    with app.app_context():
        written = {name: [row for row in _rows_of(name) if row not in before[name]] for name in TABLES}
        statements = {name: _bare(name) for name in TABLES}
        db.session.rollback()
    empty = create_app(Config.from_env({**env, "LMS_INSTANCE": str(folder / "bare")}))
    with empty.app_context():
        db.create_all()
        bare: Any = db.engine.raw_connection()

    def least() -> object:
        bare.execute("PRAGMA foreign_keys=OFF")
        bare.execute("BEGIN IMMEDIATE")
        for name in TABLES:
            bare.cursor().executemany(statements[name], written[name])
        bare.execute("ROLLBACK")
        return written

    return ours, least, peak


def _rows_of(name: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.session.execute(sa.text(f'SELECT * FROM "{name}"'))]


def _bare(name: str) -> str:
    columns = len(Base.metadata.tables[name].columns)
    return f'INSERT INTO "{name}" VALUES ({", ".join("?" * columns)})'
