"""The table of what can be found, and the index beside it: full text in the way of each database.

`search_entry` is an ordinary table. `search_index` holds the folded words of each of its rows: an FTS5 table on SQLite, a
table with a `tsvector` on PostgreSQL. The models cannot say either, so both come from the statements below, which a
migration runs too.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, words


class SearchEntry(Base):
    """A text that can be found: a course, an activity or a word of a glossary, in one language. Of the served version alone."""

    __tablename__ = "search_entry"

    #: The number of its row in the index.
    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), index=True)
    lang: Mapped[str] = mapped_column(words("lang", "fr", "es", "ca", "en"))
    #: `course`, `term`, or the type of an activity.
    kind: Mapped[str] = mapped_column(sa.String(20))
    #: Unit and activity; of a word of a glossary its id stands as the activity. Empty for a course.
    unit: Mapped[str] = mapped_column(sa.String(64))
    activity: Mapped[str] = mapped_column(sa.String(130))
    title: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    #: The languages whose readers are not shown it, each followed by a space: its course hides what is not in theirs.
    hidden_in: Mapped[str] = mapped_column(sa.String(20))


#: What the models do not know: `search_index`, and the tables in which FTS5 keeps it.
INDEX: Final = "search_index"
#: dialect -> the statements that make the index.
MAKE_INDEX: Final = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE {INDEX} USING fts5(lang, title, words, tokenize=\"unicode61 remove_diacritics 2\")",
    ),
    "postgresql": (
        f"CREATE TABLE {INDEX} (id INTEGER PRIMARY KEY REFERENCES search_entry (id) ON DELETE CASCADE, words TSVECTOR NOT NULL)",
        f"CREATE INDEX ix_{INDEX}_words ON {INDEX} USING gin (words)",
    ),
}  # fmt: skip


@sa.event.listens_for(SearchEntry.__table__, "after_create")
def _make_index(_table: object, connection: sa.Connection, **_more: object) -> None:
    for statement in MAKE_INDEX[connection.dialect.name]:
        connection.exec_driver_sql(statement)


@sa.event.listens_for(SearchEntry.__table__, "before_drop")
def _drop_index(_table: object, connection: sa.Connection, **_more: object) -> None:
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {INDEX}")
