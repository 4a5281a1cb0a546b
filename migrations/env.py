"""How Alembic reaches the database and the models: through the application, so that there is one set of settings."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app
from sqlalchemy.dialects import postgresql

from lms.catalogue.search.models import INDEX
from lms.foundation.db import Moment

database = current_app.extensions["migrate"].db


def _same_type(
    _context: Any, _column: Any, _metadata: Any, found: sa.types.TypeEngine[Any], wanted: sa.types.TypeEngine[Any]
) -> bool | None:
    """Let Alembic compare types, except words: SQLite and PostgreSQL keep them as VARCHAR with a check."""
    return False if isinstance(wanted, sa.Enum) else None


def _of_models(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave alone what the models do not know: the index of search and the tables FTS5 keeps it in, made by statements."""
    return kind != "table" or not (name or "").startswith(INDEX)


def _plain(kind: str, item: Any, _context: Any) -> str | bool:
    """Write the house's types as the database knows them: a migration must not change when the code does."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.JSON):
        if not isinstance(item.dialect_impl(postgresql.dialect()), postgresql.JSONB):
            return False  # plain JSON, where the order of the keys matters
        _context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


with database.engine.connect() as connection:
    raw: Any = connection.connection.dbapi_connection
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        raw.execute("PRAGMA foreign_keys=OFF")  # tables are rebuilt; the check below tells of any orphan
    try:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=_same_type,
            render_item=_plain,
            include_name=_of_models,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if sqlite:
            orphans = raw.execute("PRAGMA foreign_key_check").fetchall()
            if orphans:
                raise RuntimeError(f"the migration left rows without their parent: {orphans[:3]}")
    finally:
        if sqlite:
            connection.rollback()  # the pragma does nothing while a transaction is open
            raw.execute("PRAGMA foreign_keys=ON")
