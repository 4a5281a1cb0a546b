"""The index in the way of each database: FTS5 on SQLite, a tsvector on PostgreSQL. One interface, told apart here alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import sqlalchemy as sa

from lms.catalogue.search.rules import Wanted
from lms.foundation.db import db


class Index(Protocol):
    """What either database must be able to do."""

    #: Fills the index: takes the number of an entry, its language, its folded title and its folded words.
    insert: sa.TextClause
    #: Takes away the entries of a course, before they are taken away themselves.
    delete: sa.TextClause
    #: What holds the question, as (id, rank): the smallest rank is the best. A word in a title weighs eight in the text.
    match: str

    def asked(self, looked_for: Sequence[Wanted], langs: Sequence[str]) -> dict[str, str]:
        """The values of `match`: the question in the language of the index. Words are letters and figures alone, so none
        can be read as a command.
        """


class _Fts5:
    insert = sa.text("INSERT INTO search_index (rowid, lang, title, words) VALUES (:id, :lang, :title, :words)")
    delete = sa.text("DELETE FROM search_index WHERE rowid IN (SELECT id FROM search_entry WHERE course_id = :course)")
    match = "SELECT rowid AS id, bm25(search_index, 0, 8, 1) AS rank FROM search_index WHERE search_index MATCH :asked"

    def asked(self, looked_for: Sequence[Wanted], langs: Sequence[str]) -> dict[str, str]:
        spoken = " OR ".join(langs)
        told = ([f'"{form}"{" *" if one.open else ""}' for form in one.forms] for one in looked_for)
        words = " AND ".join(f"({' OR '.join(forms)})" for forms in told)
        return {"asked": f"lang : ({spoken}) AND {{title words}} : ({words})"}


class _TsVector:
    insert = sa.text(
        "INSERT INTO search_index (id, words) VALUES (:id, setweight(to_tsvector('simple', CAST(:title AS TEXT)), 'A') "
        "|| setweight(to_tsvector('simple', CAST(:words AS TEXT)), 'D') "
        "|| to_tsvector('simple', 'lang' || CAST(:lang AS TEXT)))"
    )
    delete = sa.text("DELETE FROM search_index WHERE id IN (SELECT id FROM search_entry WHERE course_id = :course)")
    match = (
        "SELECT id, -ts_rank('{0.125, 0.25, 0.5, 1}', words, to_tsquery('simple', :words), 1) AS rank "
        "FROM search_index WHERE words @@ to_tsquery('simple', :asked)"
    )

    def asked(self, looked_for: Sequence[Wanted], langs: Sequence[str]) -> dict[str, str]:
        spoken = " | ".join(f"lang{lang}" for lang in langs)
        told = ([f"'{form}'{':*' if one.open else ''}" for form in one.forms] for one in looked_for)
        words = " & ".join(f"({' | '.join(forms)})" for forms in told)
        return {"asked": f"({spoken}) & {words}", "words": words}


_BY_DIALECT: Final[Mapping[str, Index]] = {"sqlite": _Fts5(), "postgresql": _TsVector()}


def here() -> Index:
    """The index of the database in use."""
    return _BY_DIALECT[db.session.get_bind().dialect.name]
