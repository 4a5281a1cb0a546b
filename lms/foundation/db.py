"""The database: one base for all tables, the column types of the house, and the unit of work.

A request reads in a read transaction; `with writing():` closes it, opens the one write transaction (`BEGIN IMMEDIATE` on
SQLite, so that two writers queue instead of losing updates) and commits. `commit` is written in this file alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeAlias, cast

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.types import TypeDecorator

#: How long a writer waits for another before the person is told to try again, in milliseconds.
BUSY_MS = 10_000

_writing: ContextVar[bool] = ContextVar("writing", default=False)


class Base(DeclarativeBase):
    """The parent of every table. Constraint names are fixed by a convention, so that migrations can drop them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db: SQLAlchemy = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC (SQLite has no zones: it keeps the UTC wall clock)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a zone; use lms.foundation.clock.now().")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: 128 random bits without time in them, 22 characters.
Id: TypeAlias = sa.String(22)  # type: ignore[valid-type]
#: A document kept whole. Small, read and written as one value.
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def new_id() -> str:
    """A fresh identity: 128 random bits as 22 address-safe characters."""
    return secrets.token_urlsafe(16)


def words(name: str, *values: str) -> sa.Enum:
    """A column that takes exactly `values`, stored as words and held by the check constraint `ck_<table>_<name>`."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=max(map(len, values)))


def is_writing() -> bool:
    """Whether a write transaction is open here."""
    return _writing.get()


@contextmanager
def writing() -> Iterator[Session]:
    """The one write transaction of a request, task or command.

    Closes the read transaction first (SQLite cannot turn a read into a write), so what is decided on is read again. Commits
    at the end, rolls back on any exception, then rings the doorbells asked for with `after_commit`.
    """
    if _writing.get():
        raise RuntimeError("writing() inside writing(): a service never opens its own transaction")
    session: Session = db.session()
    session.rollback()
    bells: list[Callable[[], None]] = []
    session.info["bells"] = bells
    mark = _writing.set(True)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        bells.clear()
        raise
    finally:
        _writing.reset(mark)
        session.info.pop("bells", None)
    for bell in bells:
        bell()


def after_commit(bell: Callable[[], None]) -> None:
    """Have `bell` called once the present write transaction stands. It must not raise and must not matter."""
    bells: list[Callable[[], None]] = db.session().info["bells"]
    bells.append(bell)


def read(statement: sa.Executable, **values: Any) -> sa.CursorResult[*tuple[Any, ...]]:
    """The rows of a statement that names columns and no entities, in the session's own transaction.

    For the questions of every page: it takes half the way of an ORM query. `values` are those of its bound names.
    """
    session = db.session()
    if _writing.get():
        session.flush()
    return session.connection().execute(statement, values)


def upsert(
    model: type[Base], rows: Sequence[dict[str, Any]], *, key: Sequence[str], update: Sequence[str] = ()
) -> None:
    """Insert `rows` into `model`'s table; where `key` (a unique set of columns) stands already, set `update` (or nothing)."""
    if not rows:
        return
    if not _writing.get():
        raise RuntimeError("a write outside `with writing():`")
    session = db.session()
    session.flush()
    statement = _upserting(model, tuple(key), tuple(update), session.get_bind().dialect.name)
    # Straight to the table: as a statement of mapped rows it would take twice as long.
    session.connection().execute(statement, list(rows))


@cache
def _upserting(model: type[Base], key: tuple[str, ...], update: tuple[str, ...], dialect: str) -> sa.Executable:
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement: Any = build(model.__table__)  # type: ignore[arg-type]
    if not update:
        return cast(sa.Executable, statement.on_conflict_do_nothing(index_elements=list(key)))
    values = {name: statement.excluded[name] for name in update}
    return cast(sa.Executable, statement.on_conflict_do_update(index_elements=list(key), set_=values))


def _only_writers_write(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not _writing.get():
        raise RuntimeError("a write outside `with writing():`")


def _only_writers_flush(session: Session, *_: object) -> None:
    if not _writing.get():
        raise RuntimeError("a flush outside `with writing():`")


def tune(engine: Engine, durability: str) -> None:
    """Give `engine` the house's transaction rules; on SQLite also WAL, foreign keys and full durability.

    `durability` is "full" (every acknowledged write is on the disk) or "test" (may be lost with the power).
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver's own habit loses updates
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=" + ("FULL" if durability == "full" else "OFF"))
        cursor.execute("PRAGMA cache_size=-16000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


event.listen(Session, "do_orm_execute", _only_writers_write)
event.listen(Session, "before_flush", _only_writers_flush)
