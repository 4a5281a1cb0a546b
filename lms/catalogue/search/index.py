"""The index in the way of each database: FTS5 on SQLite, a tsvector on PostgreSQL. One interface, told apart here alone.

Both find by how folded words begin. PostgreSQL knows the forms of a language too: it keeps the stems of the words as they
are written, with their accents, which its stemmers need ("mediación", "mediaciones"), and as they are folded, for those
who type none. A word of a question is found by any of the three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import sqlalchemy as sa

from lms.catalogue.search.rules import Entry, Wanted
from lms.foundation.db import db

#: The configuration that PostgreSQL has for each language.
CONFIGURATIONS: Final = {"fr": "french", "es": "spanish", "ca": "catalan", "en": "english"}


class Index(Protocol):
    """What either database must be able to do."""

    #: Fills the index with what `row` gives.
    insert: sa.TextClause
    #: Takes away the entries of a course, before they are taken away themselves.
    delete: sa.TextClause

    def row(self, number: int, entry: Entry) -> dict[str, Any]:
        """The values of `insert` for the entry with this number."""

    def asked(self, looked_for: Sequence[Wanted], langs: Sequence[str]) -> tuple[str, dict[str, str]]:
        """What holds the question, and its values: a statement that gives (id, rank, stems). The smallest rank is the
        best; a word in a title weighs eight in the text. `stems` are how the words of the question begin in their other
        forms, with spaces between. Words are letters and figures alone, so none can be read as a command.
        """


class _Fts5:
    insert = sa.text("INSERT INTO search_index (rowid, lang, title, words) VALUES (:id, :lang, :title, :words)")
    delete = sa.text("DELETE FROM search_index WHERE rowid IN (SELECT id FROM search_entry WHERE course_id = :course)")

    def row(self, number: int, entry: Entry) -> dict[str, Any]:
        return {"id": number, "lang": entry.lang, "title": entry.folded_title, "words": entry.folded_text}

    def asked(self, looked_for: Sequence[Wanted], langs: Sequence[str]) -> tuple[str, dict[str, str]]:
        spoken = " OR ".join(langs)
        told = ([f'"{form}"{" *" if begins else ""}' for form, begins in one.forms] for one in looked_for)
        words = " AND ".join(f"({' OR '.join(forms)})" for forms in told)
        match = (
            "SELECT rowid AS id, bm25(search_index, 0, 8, 1) AS rank, '' AS stems FROM search_index "
            "WHERE search_index MATCH :asked"
        )
        return match, {"asked": f"lang : ({spoken}) AND {{title words}} : ({words})"}


class _TsVector:
    insert = sa.text(
        "INSERT INTO search_index (id, words) VALUES (:id, "
        "setweight(to_tsvector('simple', CAST(:title AS TEXT)), 'A') "
        "|| setweight(to_tsvector(CAST(:forms AS REGCONFIG), CAST(:title AS TEXT)), 'A') "
        "|| setweight(to_tsvector(CAST(:forms AS REGCONFIG), CAST(:written_title AS TEXT)), 'A') "
        "|| setweight(to_tsvector('simple', CAST(:words AS TEXT)), 'D') "
        "|| setweight(to_tsvector(CAST(:forms AS REGCONFIG), CAST(:words AS TEXT)), 'D') "
        "|| setweight(to_tsvector(CAST(:forms AS REGCONFIG), CAST(:written AS TEXT)), 'D') "
        "|| to_tsvector('simple', 'lang' || CAST(:lang AS TEXT)))"
    )
    delete = sa.text("DELETE FROM search_index WHERE id IN (SELECT id FROM search_entry WHERE course_id = :course)")

    def row(self, number: int, entry: Entry) -> dict[str, Any]:
        return {
            "id": number, "lang": entry.lang, "forms": CONFIGURATIONS[entry.lang], "title": entry.folded_title,
            "words": entry.folded_text, "written_title": entry.title, "written": entry.text,
        }  # fmt: skip

    def asked(self, looked_for: Sequence[Wanted], langs: Sequence[str]) -> tuple[str, dict[str, str]]:
        values: dict[str, str] = {}
        for place, one in enumerate(looked_for):
            values[f"begins{place}"] = " | ".join(f"'{form}'{':*' if begins else ''}" for form, begins in one.forms)
            values[f"word{place}"], values[f"typed{place}"] = one.word, one.typed
        # Names of languages and configurations are our own; everything else is a value.
        words = {lang: _words(CONFIGURATIONS[lang], len(looked_for)) for lang in langs}
        asked = " || ".join(f"(to_tsquery('simple', 'lang{lang}') && {words[lang]})" for lang in langs)
        told = " || ".join(words.values())
        stems = ", ".join(
            f"array_to_string(ts_lexize('{CONFIGURATIONS[lang]}_stem', :{name}{place}), ' ')"
            for lang in langs
            for place in range(len(looked_for))
            for name in ("word", "typed")
        )
        match = (
            f"SELECT id, -ts_rank('{{0.125, 0.25, 0.5, 1}}', words, {told}, 1) AS rank, "  # noqa: S608 (constants of ours)
            f"concat_ws(' ', {stems}) AS stems FROM search_index WHERE words @@ ({asked})"
        )
        return match, values


def _words(configuration: str, count: int) -> str:
    """All words of a question: each as it begins, or in any form that a language has for it. A form of a word that says
    nothing is empty, and changes nothing.
    """
    return " && ".join(
        f"(to_tsquery('simple', :begins{place}) || plainto_tsquery('{configuration}', :word{place})"
        f" || plainto_tsquery('{configuration}', :typed{place}))"
        for place in range(count)
    )


_BY_DIALECT: Final[Mapping[str, Index]] = {"sqlite": _Fts5(), "postgresql": _TsVector()}


def here() -> Index:
    """The index of the database in use."""
    return _BY_DIALECT[db.session.get_bind().dialect.name]
