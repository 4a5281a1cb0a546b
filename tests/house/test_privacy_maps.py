"""House law 5: every table with a person in it is named in an `export` and in a `forget`. Derived from the schema.

The tables are those with a chain of foreign keys to `person`, and those with a column that holds an address. A person with
a row in each of them, and a word of their own in each column of text, gets everything out and leaves nothing behind.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.foundation.db import Base, Moment, db, new_id, writing

ROOT = Path(__file__).resolve().parents[2]
#: Rooms that keep something about people, in the order in which they forget: upper rooms first, the person last.
ROOMS = (
    "learning/rosters",
    "learning/following",
    "learning/openings",
    "learning/reviews", "learning/plans", "learning/notes", "learning/remarks",
    "learning/works",
    "learning/calendar", "learning/sessions", "learning/polls", "learning/checklists",
    "learning/reflections",
    "learning/certificates",
    "learning/renewals",
    "learning/assignments",
    "learning",
    "catalogue/topics",
    "catalogue",
    "notifications",
    "spaces/joining",
    "spaces/audit",
    "spaces",
    "accounts",
)  # fmt: skip
#: Columns with somebody's address, which are no foreign key.
ADDRESSES = {
    ("person", "email"),
    ("invitation", "email"),
    ("sent_mail", "address"),
    ("roster_row", "email"),
    ("network", "contact"),
    ("network", "sender_address"),
}
#: Tables whose rows no longer are about a person when they are forgotten: the row stays, without them.
STAYS = {"offer", "audit_entry", "assignment", "assignment_course", "learning_path", "path_course"}
#: Columns that are kept from the person on purpose, with the reason.
NOT_GIVEN: dict[tuple[str, str], str] = {
    ("person", "id"): "our own key",
    ("person", "password_hash"): "a secret that would help whoever steals the file",
    ("person", "sort"): "the name once more, as lists sort it",
    ("login_session", "id"): "the digest of a session's secret",
    ("sign_in_link", "id"): "our own key",
    ("sign_in_link", "token_digest"): "the digest of a link's secret",
    ("sign_in_link", "code_digest"): "the digest of a code's secret",
    ("sign_in_link", "code_tries"): "how often a code was tried: nothing of the person",
    ("transfer", "id"): "our own key",
    ("invitation", "id"): "our own key",
    ("invitation", "code_digest"): "the digest of a code's secret",
    ("invitation", "code_tries"): "how often a code was tried: nothing of the person",
    ("invitation", "token_digest"): "the digest of a link's secret",
    ("invitation", "email"): "the person's own address, in `person`; or somebody else's whom they invited",
    ("calendar_feed", "token_digest"): "the digest of an address's secret",
    ("offer", "reason"): "why a course stands where it stands: nothing of the person",
    ("topic", "folded"): "the text once more, as equal ones are counted",
    ("remark", "digest"): "our own key: who says what, so that nothing is said twice",
    ("sent_mail", "id"): "our own key",
    ("sent_mail", "key"): "our own key: the cause of the mail",
}
#: A column with fewer signs holds no word of anybody's own.
SHORTEST = 12
#: The network's own address is that of an institution, kept by its coordinators.
INSTITUTION = {"network"}


def maps() -> dict[str, ModuleType]:
    """Room or sub-room (`learning/polls`) -> its privacy module."""
    found = [*ROOT.glob("lms/*/privacy.py"), *ROOT.glob("lms/*/*/privacy.py")]
    return {
        path.parent.relative_to(ROOT / "lms").as_posix(): importlib.import_module(
            ".".join(path.with_suffix("").relative_to(ROOT).parts)
        )
        for path in found
    }


def with_a_person() -> dict[str, sa.Table]:
    """Every table from which foreign keys lead to `person`, at any distance; and those that hold an address."""
    tables = Base.metadata.tables
    found = {"person"}
    while True:
        more = {
            table.name for table in tables.values() for key in table.foreign_keys if key.column.table.name in found
        } - found
        if not more:
            break
        found |= more
    found |= {table for table, _column in ADDRESSES} - INSTITUTION
    return {name: tables[name] for name in sorted(found)}


@pytest.fixture
def schema(app: Flask) -> dict[str, sa.Table]:
    """The tables with a person in them, once all models are loaded."""
    assert app
    return with_a_person()


def test_law_5_there_are_such_tables_and_no_survey_table_is_one(schema: dict[str, sa.Table]) -> None:
    assert {"person", "membership", "enrolment", "answer", "completion", "sent_mail", "invitation"} <= set(schema)
    assert [name for name in schema if name.startswith("survey_")] == [], "an answer of the survey must lead to nobody"
    assert [table.name for table in Base.metadata.tables.values() if table.name.startswith("ranking")] == ["ranking"]
    assert "ranking" not in schema


def test_law_5_columns_that_look_like_addresses_are_known(app: Flask) -> None:
    looks = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if re.search(r"e?mail|address|contact|phone", column.name)
    }
    assert looks == ADDRESSES


def test_law_5_every_room_with_people_has_a_map_and_nothing_else_has(app: Flask) -> None:
    assert set(maps()) == set(ROOMS)
    for name, module in maps().items():
        assert callable(module.export), name
        assert callable(module.forget), name


# --- one person, everywhere ------------------------------------------------------------------------------------------


class Filler:
    """Writes a row into each table about one person (or about nobody), with a canary in every column of text."""

    def __init__(self, mark: str, person: str) -> None:
        self.mark, self.person = mark, person
        self.canaries: dict[tuple[str, str], str] = {}
        self.rows: dict[str, dict[str, Any]] = {}

    def fill(self) -> None:
        """A row in every table of the schema, in the order of its keys."""
        for table in Base.metadata.sorted_tables:
            row = {column.name: self._value(table, column) for column in table.columns}
            _agree(table.name, row)
            db.session.execute(sa.insert(table).values(row))
            self.rows[table.name] = row

    def _value(self, table: sa.Table, column: sa.Column[Any]) -> Any:
        for key in column.foreign_keys:
            target = key.column.table.name
            if target == table.name and column.nullable:
                return None  # the first of a chain has none before it
            return (
                self.person
                if target == "person" and column.table.name != "person"
                else self.rows[target][key.column.name]
            )
        if table.name == "person" and column.name == "id":
            return self.person
        if (table.name, column.name) in ADDRESSES:
            return f"{self.mark}@example.org"
        return self._made(table, column)

    def _made(self, table: sa.Table, column: sa.Column[Any]) -> Any:
        kind = column.type
        if isinstance(kind, sa.Enum):
            return kind.enums[0]
        if isinstance(kind, sa.Boolean):
            return False
        if isinstance(kind, Moment):
            return datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
        if isinstance(kind, sa.Date):
            return date(2026, 3, 14)
        if isinstance(kind, sa.Integer | sa.SmallInteger | sa.BigInteger):
            return 5 if column.name in ("k", "smallest_group") else 1
        if isinstance(kind, sa.Float):
            return 0.5
        if isinstance(kind, sa.LargeBinary):
            return b"x"
        word = f"{self.mark}.{table.name}.{column.name}"
        if isinstance(kind, sa.JSON):
            self.canaries[table.name, column.name] = word
            return [word]
        word = word[: getattr(kind, "length", None) or 200]
        if len(word) < SHORTEST:
            return word
        self.canaries[table.name, column.name] = word
        if column.primary_key and getattr(kind, "length", 0) in (22, 64):
            self.canaries[table.name, column.name] = new_id()
        return self.canaries[table.name, column.name]


def _agree(table: str, row: dict[str, Any]) -> None:
    """Bring a row into agreement with the check constraints of its table."""
    if table == "enrolment":
        row["finished_at"] = None
        row["state"] = "active"
    elif table == "survey_campaign":
        row["state"], row["closed_on"] = "open", None
    elif table == "sent_mail":
        row["state"] = "kept"
    elif table == "work":
        row["state"], row["handed_at"], row["reviewed_at"] = "draft", None, None
    elif table == "remark":
        row["state"] = "answered"
    elif table == "assignment":
        row["territory_id"] = row["due_on"] = row["due_days"] = row["renew_course_id"] = None
    elif table == "calendar_entry":
        row["starts_at"] = None


def everything() -> dict[str, list[str]]:
    """Table -> its rows as text."""
    return {
        table.name: [repr(tuple(row)) for row in db.session.execute(sa.select(table))]
        for table in Base.metadata.sorted_tables
    }


@pytest.fixture
def ana(any_ctx: Flask) -> Iterator[Filler]:
    """A person with a row in every table there is."""
    person = Filler("ana-canary", new_id())
    with writing():
        person.fill()
    yield person
    db.session.remove()


def exported(person_id: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for module in maps().values():
        for table, rows in module.export(person_id).items():
            assert table not in found, f"two rooms export {table}"
            found[table] = rows
    return found


def test_law_5_every_table_with_a_person_is_exported(ana: Filler) -> None:
    found = exported(ana.person)
    schema = with_a_person()
    assert set(schema) - set(found) == set(), "tables with a person in them that no export names"
    assert {name for name in found if name not in schema} <= {"counted_try"}, (
        "an export names a table that is not about a person"
    )
    assert [name for name in schema if not found[name]] == [], "tables that are named, but whose rows are not found"


def test_law_5_an_export_holds_every_word_about_the_person(ana: Filler) -> None:
    import json

    found = exported(ana.person)
    told = json.dumps(found)
    missing = [
        f"{table}.{column}"
        for (table, column), word in ana.canaries.items()
        if table in with_a_person()
        and word not in told
        and (table, column) not in NOT_GIVEN
        and not _is_key(table, column)
    ]
    assert missing == []
    for (table, column), _reason in NOT_GIVEN.items():
        if (table, column) in ana.canaries and column in ("password_hash", "token_digest"):
            assert ana.canaries[table, column] not in told, f"{table}.{column} is a secret"


def _is_key(table: str, column: str) -> bool:
    """Our own primary keys tell the person nothing."""
    found = Base.metadata.tables[table].columns[column]
    return bool(found.primary_key) and not found.foreign_keys and column == "id"


def test_law_5_forgetting_leaves_no_row_and_no_word_of_the_person(ana: Filler) -> None:
    """Upper rooms first, the account last; then the person is nowhere, and everything that is not theirs is."""
    schema = with_a_person()
    with writing():
        for room in ROOMS:
            maps()[room].forget(ana.person)
    db.session.rollback()
    left = everything()
    here = [name for name, rows in left.items() if any(ana.person in row for row in rows)]
    assert here == [], "tables that still name the person"
    kept = [name for name in schema if name not in STAYS and left[name]]
    assert kept == [], "tables with a person in them that no `forget` empties"
    words = {word: where for where, word in ana.canaries.items() if where[0] in schema and where[0] not in STAYS}
    text = repr(left)
    assert [where for word, where in words.items() if word in text] == []
    assert f"{ana.mark}@" not in repr({name: rows for name, rows in left.items() if name not in INSTITUTION})
    assert all(left[name] for name in Base.metadata.tables if name not in schema), "and nothing else was touched"
    assert exported(ana.person) == {name: [] for name in exported(ana.person)}


def test_law_5_forgetting_one_person_keeps_the_other(any_ctx: Flask) -> None:
    """Two people who are tied to one another: each enrolled, invited, decided on by the other."""
    from lms.accounts import service as accounts
    from lms.catalogue.models import Course, CourseVersion
    from lms.learning.models import Enrolment
    from lms.spaces import service as spaces
    from lms.spaces.models import Invitation, Space, Territory

    moment = datetime(2026, 3, 14, tzinfo=UTC)
    with writing():
        spaces.found_network(name="N", lang="fr", contact="n@example.org")
        db.session.add(Territory(id="t", name="T", country="FR"))
        db.session.flush()
        db.session.add(Space(id="s", name="S", place="P", territory_id="t", lang="fr", zone="Europe/Paris", desks=4))
        db.session.add(Course(id="c", owner="folder", state="published", current_version_id="v", source_digest="d"))
        db.session.flush()
        db.session.add(
            CourseVersion(
                id="v", course_id="c", number=1, digest="d", published_at=moment, authors=[], sources={}, document={}
            )
        )
        db.session.flush()
        ids = [accounts.create_person(email=f"p{n}@example.org", name=f"P{n}", lang="fr").id for n in (0, 1)]
        for mine, other in (ids, ids[::-1]):
            spaces.give_role(mine, "manager", "s")
            db.session.add(
                Enrolment(
                    id=new_id(), person_id=mine, course_id="c", version_id="v", state="active", source="manager", due_on=None,
                    why="", enrolled_by=other, created_at=moment, finished_at=None,
                )
            )  # fmt: skip
            accounts.open_session(mine)
        offered: dict[str, Any] = {
            "role": "learner",
            "space_id": "s",
            "lang": "fr",
            "invited_by": ids[0],
            "mailed": False,
        }
        used, _token = spaces.invite(email="q@example.org", **offered)
        used.used_at = moment
        waiting, _token = spaces.invite(email="r@example.org", **offered)
    with writing():
        for room in ROOMS:
            maps()[room].forget(ids[0])
    db.session.rollback()
    found = exported(ids[1])
    assert (
        len(found["enrolment"]) == len(found["membership"]) == len(found["login_session"]) == len(found["person"]) == 1
    )
    assert db.session.scalar(sa.select(Enrolment.enrolled_by)) is None
    assert db.session.scalar(sa.select(Invitation.invited_by).where(Invitation.id == used.id)) is None
    assert db.session.scalar(sa.select(Invitation.id).where(Invitation.id == waiting.id)) is None, (
        "nobody answers for it any more"
    )
    db.session.remove()


def test_law_5_the_privacy_notice_says_what_is_given_and_deleted(app: Flask) -> None:
    """The page people read exists in the four languages; what it promises is what the maps do."""
    for lang in ("fr", "es", "ca", "en"):
        answer = app.test_client().get(f"/privacy?lang={lang}")
        assert answer.status_code == 200
        assert f'<html lang="{lang}"' in answer.get_data(as_text=True)
