"""Law 6 (and row R29 of the guard list): models and migrations agree, up and down, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from lms.catalogue import service as catalogue
from lms.catalogue.search import rules as search_rules
from lms.catalogue.search.models import INDEX
from lms.catalogue.search.queries import search
from lms.foundation.db import Base, db
from tests.catalogue.courses import write_course


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_app(request: pytest.FixtureRequest, make_app: Callable[..., Flask], tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without a single table."""
    if request.param == "sqlite":
        yield make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}")
        return
    server = request.getfixturevalue("postgres")
    url = server.create()
    yield make_app(DATABASE_URL=url)
    server.drop(url)


def tables() -> set[str]:
    """The tables the models know: the index of search is made by statements of its own."""
    found = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
    return {name for name in found if not name.startswith(INDEX)}


def differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": lambda _c, _i, _m, _found, wanted: False if isinstance(wanted, sa.Enum) else None,
                "include_name": lambda name, kind, _parents: kind != "table" or not name.startswith(INDEX),
            },
        )
        return list(compare_metadata(context, Base.metadata))


def test_R29_up_down_up(empty_app: Flask) -> None:
    folder = empty_app.extensions["migrations_folder"]
    with empty_app.app_context():
        upgrade(directory=folder)
        assert tables() == set(Base.metadata.tables)
        assert differences() == []
        downgrade(directory=folder, revision="base")
        assert tables() == set()
        upgrade(directory=folder)
        assert differences() == []
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_R29_checks_agree_too(empty_app: Flask, make_app: Callable[..., Flask], tmp_path: Path) -> None:
    """Autogenerate does not compare check constraints: their names and what they say are read from both schemas."""

    def checks() -> dict[tuple[str, str], str]:
        inspector = sa.inspect(db.engine)
        return {
            (table, str(check["name"])): " ".join(check["sqltext"].split())
            for table in tables()
            for check in inspector.get_check_constraints(table)
        }

    with empty_app.app_context():
        upgrade(directory=empty_app.extensions["migrations_folder"])
        found = checks()
        downgrade(directory=empty_app.extensions["migrations_folder"], revision="base")
        Base.metadata.create_all(db.engine)
        assert checks() == found
    assert len(found) > 40


#: Rows as the first release wrote them, parents first.
FIRST = """
INSERT INTO person VALUES ('p', 'lea@example.org', 'Léa', NULL, 'fr', 'Europe/Paris', 'active', FALSE, :at);
INSERT INTO course VALUES ('c', 'folder', 'published', 'v', 'digest');
INSERT INTO course_version VALUES ('v', 'c', 1, 'digest', :at, '[]', '{}', '{}');
INSERT INTO enrolment VALUES ('e', 'p', 'c', 'v', 'active', 'self', NULL, '', NULL, :at, NULL);
INSERT INTO place VALUES ('p', 'c', 'un', 'lesson', :at);
INSERT INTO completion VALUES ('p', 'c', 'un', 'v', 'lesson', :at);
INSERT INTO attempt VALUES ('a', 'p', 'c', 'deux', 'quiz', 1, 'v', '["q-un", "q-deux"]', :at, :at, 0.5, FALSE);
INSERT INTO answer VALUES ('a', 'q-un', '[1]', 'fr', 1, :at);
INSERT INTO answer VALUES ('a', 'q-deux', 'null', 'fr', 0, :at);
INSERT INTO plan VALUES ('p', 'c', 'un', 'k-essai', 'on crie', 'j’écoute', '2026-05-04', :at);
"""


def test_R29_rows_of_the_first_release_survive_the_second_and_the_way_back(empty_app: Flask) -> None:
    def kept() -> dict[str, list[dict[str, object]]]:
        found = {}
        with db.engine.connect() as connection:
            for table in ("person", "enrolment", "place", "completion", "attempt", "answer", "plan"):
                rows = connection.exec_driver_sql(f"SELECT * FROM {table}").mappings()
                found[table] = sorted((dict(row) for row in rows), key=str)
        return found

    folder = empty_app.extensions["migrations_folder"]
    with empty_app.app_context():
        upgrade(directory=folder, revision="0001")
        with db.engine.begin() as connection:
            for statement in FIRST.strip().split("\n"):
                connection.execute(
                    sa.text(statement), {"at": "2026-04-02 08:00:00+00:00"} if ":at" in statement else {}
                )
        before = kept()
        upgrade(directory=folder)
        after = kept()
        for table, rows in before.items():
            cut = [{name: row[name] for name in rows[0]} for row in after[table]]
            assert sorted(cut, key=str) == rows, table
        added = {table: {name: row[name] for row in after[table] for name in row if name not in before[table][0]}
                 for table in before}  # fmt: skip
        assert {name: bool(value) if name in ("remind", "knowing") else value for one in added.values()
                for name, value in one.items()} == {
            "heading": "", "lang": None, "knowing": False, "sure": None, "place": "", "may_ask": "nobody",
            "remind": False, "state": "planned", "happened": "", "keeps": "", "told_at": None, "sort": "lea",
            "begun_at": before["completion"][0]["done_at"], "awaited_since": None,
        }  # fmt: skip
        downgrade(directory=folder, revision="0001")
        assert kept() == before
        upgrade(directory=folder)
        assert kept() == after


#: People of a space as the second release knows them.
SECOND = """
INSERT INTO territory VALUES ('t', 'Arán', 'ES');
INSERT INTO space (id, name, place, territory_id, lang, zone, desks) VALUES
 ('s', 'La Borda', 'Les', 't', 'es', 'Europe/Madrid', 8);
INSERT INTO person (id, email, name, lang, zone, state, demo, created_at) VALUES
 ('p', 'lea@example.org', 'Léa', 'fr', 'Europe/Paris', 'active', FALSE, :at);
INSERT INTO membership (person_id, space_id, role, since) VALUES ('p', 's', 'manager', :at);
INSERT INTO invitation (id, email, role, space_id, lang, created_at, expires_at) VALUES
 ('i', 'u@example.org', 'learner', 's', 'fr', :at, :at);
"""


def test_R29_what_the_second_release_has_no_word_for_is_said_as_it_can(empty_app: Flask) -> None:
    folder = empty_app.extensions["migrations_folder"]
    with empty_app.app_context():
        upgrade(directory=folder, revision="0002")
        with db.engine.begin() as connection:
            for statement in SECOND.strip().split(";\n"):
                words = {"at": "2026-04-02 08:00:00+00:00"} if ":at" in statement else {}
                connection.execute(sa.text(statement.rstrip(";")), words)
        upgrade(directory=folder)
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE membership SET role = 'deputy'"))
            connection.execute(sa.text("UPDATE invitation SET role = 'deputy'"))
        downgrade(directory=folder, revision="0002")
        with db.engine.connect() as connection:
            assert connection.execute(sa.text("SELECT role FROM membership")).scalars().all() == ["learner"]
            assert connection.execute(sa.text("SELECT role FROM invitation")).scalars().all() == []
        upgrade(directory=folder)
        assert differences() == []


#: A closed campaign and an open one as the third release knows them; the closed one's answers are in its spaces' figures.
THIRD = """
INSERT INTO survey_instrument VALUES ('q', 'needs-1', 1, 'abc', '{"items": []}');
INSERT INTO survey_campaign VALUES ('old', 1, 'q', 'closed', 5, 'anonymous', '2026-01-05', '2026-02-01', 9, 3, 2);
INSERT INTO survey_campaign VALUES ('now', 2, 'q', 'open', 5, 'anonymous', '2026-03-05', NULL, 9, 2, 1);
INSERT INTO survey_response (id, campaign_id, day, answers, reach) VALUES
 ('a', 'old', '2026-01-06', '51', 2), ('b', 'old', '2026-01-07', '42', 2), ('c', 'old', '2026-02-01', '33', 2),
 ('d', 'now', '2026-03-06', '15', 0), ('e', 'now', '2026-03-06', '24', 0);
"""


def test_R29_answers_counted_before_wait_for_one_release_and_keep_no_order(empty_app: Flask) -> None:
    def told(column: str) -> list[tuple[object, ...]]:
        with db.engine.connect() as connection:
            rows = connection.execute(
                sa.text(f"SELECT id, campaign_id, answers, {column} FROM survey_response ORDER BY id")
            )
            return [tuple(row) for row in rows]

    folder = empty_app.extensions["migrations_folder"]
    with empty_app.app_context():
        upgrade(directory=folder, revision="0003")
        with db.engine.begin() as connection:
            for statement in THIRD.strip().split(";\n"):
                connection.execute(sa.text(statement.rstrip(";").replace(":", "\\:")))
        before = told("reach")
        upgrade(directory=folder)
        assert [row[3] for row in told("release")] == [1] * 5
        with db.engine.connect() as connection:
            campaigns = connection.execute(
                sa.text("SELECT id, batches, parts FROM survey_campaign ORDER BY number")
            ).all()
            assert [tuple(row) for row in campaigns] == [("old", 1, 1), ("now", 1, 0)]
            if connection.dialect.name == "sqlite":
                made = connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'survey_response'"))
                assert "WITHOUT ROWID" in made
        downgrade(directory=folder, revision="0003")
        assert told("reach") == before
        upgrade(directory=folder)
        assert differences() == []


#: Lists of people as the fourth release knows them: one half looked at, one that asked somebody of another space, one undone.
FOURTH = """
INSERT INTO person (id, email, name, lang, zone, state, demo, created_at, sort) VALUES
 ('q', 'max@example.org', 'Max', 'fr', 'Europe/Paris', 'active', FALSE, :at, 'max');
INSERT INTO roster_import
 (id, space_id, brought_by, name, encoding, separator, state, rows, progress, counts, made_at, done_at) VALUES
 ('w', 's', 'p', '', '', '', 'waiting', 3000, 2000, '{}', :at, NULL),
 ('d', 's', 'p', '', '', '', 'done', 2, 2, '{}', :at, :at),
 ('u', 's', 'p', '', '', '', 'undone', 1, 1, '{"undone": 1, "kept": 0}', :at, :at);
INSERT INTO roster_row
 (import_id, number, line, name, email, outcome, reason, person_id, made, invitation_id, enrolled, redated, kept) VALUES
 ('d', 1, 1, 'Max', 'max@example.org', 'elsewhere', '', 'q', FALSE, '', FALSE, FALSE, FALSE),
 ('d', 2, 2, 'Léa', 'lea@example.org', 'present', '', 'p', FALSE, '', FALSE, FALSE, FALSE),
 ('u', 1, 1, 'Max', 'max@example.org', 'elsewhere', '', 'q', FALSE, '', FALSE, FALSE, FALSE);
INSERT INTO transfer (id, person_id, space_id, asked_by, state, asked_at, expires_at) VALUES
 ('t', 'q', 's', 'p', 'asked', :at, :at);
"""


def test_R29_a_list_on_its_way_begins_anew_and_one_that_is_done_can_still_be_undone(empty_app: Flask) -> None:
    """What the fourth release called progress was how many rows had been looked at: nothing of them was written."""
    folder = empty_app.extensions["migrations_folder"]
    with empty_app.app_context():
        upgrade(directory=folder, revision="0002")
        for revision, story in (("0004", SECOND), ("head", FOURTH)):
            with db.engine.begin() as connection:
                for statement in story.strip().split(";\n"):
                    plain = statement.rstrip(";").replace(": ", "\\: ")
                    words = {"at": "2026-04-02 08:00:00+00:00"} if ":at" in plain else {}
                    connection.execute(sa.text(plain), words)
            upgrade(directory=folder, revision=revision)
        with db.engine.connect() as connection:
            lists = connection.execute(sa.text("SELECT id, state, progress, back_since FROM roster_import ORDER BY id"))
            assert [tuple(row) for row in lists] == [
                ("d", "done", 2, None), ("u", "undone", 1, None), ("w", "waiting", 0, None),
            ]  # fmt: skip
            rows = connection.execute(
                sa.text("SELECT import_id, number, transfer_id FROM roster_row ORDER BY import_id, number")
            )
            assert [tuple(row) for row in rows] == [("d", 1, "t"), ("d", 2, ""), ("u", 1, "")]
        downgrade(directory=folder, revision="0004")
        upgrade(directory=folder)
        assert differences() == []


def test_R29_a_course_is_found_in_the_index_that_the_migrations_made(empty_app: Flask, tmp_path: Path) -> None:
    write_course(tmp_path / "courses")
    looked_for = [one for _typed, one in search_rules.wanted("casque")]
    with empty_app.app_context():
        folder = empty_app.extensions["migrations_folder"]
        upgrade(directory=folder)
        assert catalogue.sync(tmp_path / "courses").ended("published")
        db.session.rollback()
        assert [group.course_id for group in search(looked_for, "fr").groups] == ["ecouter-bien"]
        db.session.rollback()
        downgrade(directory=folder, revision="base")
        assert not [name for name in sa.inspect(db.engine).get_table_names() if name.startswith(INDEX)]
