"""Assigning a course to ten thousand people, held against one `executemany` of the very rows it writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config import Config
from lms.accounts.models import Person
from lms.app import create_app
from lms.catalogue.service import sync
from lms.foundation.clock import now
from lms.foundation.db import Base, db, new_id, upsert, writing
from lms.learning.assignments import service
from lms.learning.assignments.queries import Scope
from lms.learning.assignments.rules import Due
from lms.spaces.models import Membership, Space, Territory
from tests.catalogue.courses import write_course

PEOPLE = 10_000
#: What assigning writes.
TABLES = ("assignment", "assignment_course", "enrolment", "job")


def assigning(folder: Path) -> tuple[Callable[[], object], Callable[[], object]]:
    """(assign to a space of ten thousand, write the same rows bare)."""
    env = {"LMS_INSTANCE": str(folder / "assigning"), "BASE_URL": "http://127.0.0.1", "LMS_DURABILITY": "test"}
    app = create_app(Config.from_env(env))
    write_course(folder / "assigned-courses", "ecouter-bien")
    with app.app_context():
        db.create_all()
        moment = now()
        ids = [new_id() for _ in range(PEOPLE)]
        with writing() as session:
            session.add(Territory(id="t", name="T", country="FR"))
            session.flush()
            session.add(Space(id="s", name="S", place="P", territory_id="t", lang="fr", zone="Europe/Paris", desks=8))
            session.flush()
            upsert(Person, [
                {"id": one, "email": f"p{n}@example.org", "name": f"Personne {n}", "lang": "fr", "zone": "Europe/Paris",
                 "state": "active", "demo": False, "created_at": moment}
                for n, one in enumerate(ids)
            ], key=["id"])  # fmt: skip
            upsert(Membership, [
                {"person_id": one, "space_id": "s", "role": "learner" if n else "manager", "since": moment}
                for n, one in enumerate(ids)
            ], key=["person_id", "space_id"])  # fmt: skip
        sync(folder / "assigned-courses")
        db.session.rollback()
        bare: Any = db.engine.raw_connection()

    def ours() -> object:
        with app.app_context():
            with writing():
                counts = service.assign(
                    new_id(), Scope("s", None, "all"), by=ids[0], course_id="ecouter-bien", due=Due("after", days=30)
                )
            assert counts.enrolled == PEOPLE, counts
            _empty()
        return counts

    def _empty() -> None:
        with writing() as session:
            for name in reversed(TABLES):
                session.execute(sa.text(f"DELETE FROM {name}"))

    with app.app_context():
        with writing():
            service.assign(
                new_id(), Scope("s", None, "all"), by=ids[0], course_id="ecouter-bien", due=Due("after", days=30)
            )
        written = {
            name: [tuple(row) for row in db.session.execute(sa.text(f"SELECT * FROM {name}"))] for name in TABLES
        }
        statements = {
            name: f"INSERT INTO {name} VALUES ({', '.join('?' * len(Base.metadata.tables[name].columns))})"
            for name in TABLES
        }
        db.session.rollback()
        _empty()

    def least() -> object:
        bare.execute("PRAGMA foreign_keys=OFF")
        bare.execute("BEGIN IMMEDIATE")
        for name in TABLES:
            bare.cursor().executemany(statements[name], written[name])
        bare.execute("COMMIT")
        bare.execute("BEGIN IMMEDIATE")
        for name in reversed(TABLES):
            bare.execute(f"DELETE FROM {name}")
        bare.execute("COMMIT")
        return written

    return ours, least
