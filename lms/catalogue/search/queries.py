"""Reads of search: what holds the words of a question, by course, in the reader's language and in others. Three queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lms.catalogue.search import rules
from lms.catalogue.search.index import here
from lms.catalogue.search.models import SearchEntry
from lms.catalogue.search.rules import Piece, Wanted
from lms.foundation.db import read
from lms.foundation.i18n import LANGUAGES

#: The most entries that are looked at; courses on a page, of other languages, and entries shown of a course.
MOST, PAGE, OTHERS, SHOWN = 300, 10, 10, 4
#: A stem with fewer letters marks nothing: too many words begin so.
MARKED = 4


@dataclass(frozen=True)
class Hit:
    """A text that was found."""

    kind: str
    unit: str
    activity: str
    title: list[Piece]
    snippet: list[Piece]


@dataclass(frozen=True)
class Group:
    """What was found in a course, in one language. `summary` is there where the course itself holds the words, `trains` are
    the names of its competencies that hold one of them.
    """

    course_id: str
    lang: str
    #: The language of the title.
    title_lang: str
    title: list[Piece]
    summary: list[Piece]
    trains: list[list[Piece]]
    hits: list[Hit]
    #: How many more of its texts hold the words.
    more: int


@dataclass(frozen=True)
class Found:
    """What a question found: the courses on this page in the reader's language, and those in other languages."""

    groups: list[Group]
    others: list[Group]
    #: Courses in the reader's language; `more` says that there may be some beyond.
    courses: int
    more: bool
    page: int
    last: int


def search(looked_for: Sequence[Wanted], lang: str, page: int = 0) -> Found:
    """What holds every word of a question, the best first, for a reader of `lang`. A page that is not there is the last."""
    own = _matches(looked_for, [lang])
    told = {(row.course_id, row.kind, row.unit, row.activity) for row in own}
    foreign = [
        row
        for row in _matches(looked_for, [code for code in LANGUAGES if code != lang], reader=lang)
        if (row.course_id, row.kind, row.unit, row.activity) not in told
    ]
    courses = list(dict.fromkeys(row.course_id for row in own))
    last = max(0, (len(courses) - 1) // PAGE)
    page = min(max(page, 0), last)
    here_ = {(course, lang) for course in courses[page * PAGE : (page + 1) * PAGE]}
    there = set(list(dict.fromkeys((row.course_id, row.lang) for row in foreign))[:OTHERS]) if page == 0 else set()
    mine, theirs = _by_course(own, here_), _by_course(foreign, there)
    texts = _texts([*mine.values(), *theirs.values()], {course for course, _lang in here_ | there})
    return Found(
        groups=[_group(*key, rows, texts, _forms(looked_for, rows), lang) for key, rows in mine.items()],
        others=[_group(*key, rows, texts, _forms(looked_for, rows), lang) for key, rows in theirs.items()],
        courses=len(courses),
        more=len(own) == MOST,
        page=page,
        last=last,
    )


def _matches(looked_for: Sequence[Wanted], langs: Sequence[str], *, reader: str = "") -> Sequence[Any]:
    """The best entries in `langs`, without those that are hidden from a reader of `reader`."""
    match, values = here().asked(looked_for, langs)
    statement = (
        f"SELECT e.id, e.course_id, e.lang, e.kind, e.unit, e.activity, m.stems FROM ({match}) AS m "  # noqa: S608 (constants of ours)
        "JOIN search_entry AS e ON e.id = m.id WHERE e.hidden_in NOT LIKE :hidden ORDER BY m.rank, e.id LIMIT :most"
    )
    return read(sa.text(statement), **values, hidden=f"%{reader} %" if reader else "-", most=MOST).all()


def _by_course(rows: Sequence[Any], shown: set[tuple[str, str]]) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        if (row.course_id, row.lang) in shown:
            found.setdefault((row.course_id, row.lang), []).append(row)
    return found


@dataclass(frozen=True)
class _Texts:
    #: Entry -> (title, text); course and language -> its title.
    of: dict[int, tuple[str, str]]
    heads: dict[tuple[str, str], str]


def _texts(groups: Sequence[Sequence[Any]], courses: set[str]) -> _Texts:
    ids = [row.id for rows in groups for row in [*_own(rows), *_within(rows)[:SHOWN]]]
    rows = read(
        sa.select(
            SearchEntry.id, SearchEntry.course_id, SearchEntry.lang, SearchEntry.kind, SearchEntry.title, SearchEntry.text
        ).where(
            SearchEntry.id.in_(ids) | (SearchEntry.course_id.in_(courses) & (SearchEntry.kind == "course"))
        )
    ).all() if ids else []  # fmt: skip
    return _Texts(
        {row.id: (row.title, row.text) for row in rows},
        {(row.course_id, row.lang): row.title for row in rows if row.kind == "course"},
    )


def _forms(looked_for: Sequence[Wanted], rows: Sequence[Any]) -> list[Wanted]:
    """What is marked in what was found: the words of the question, and how their other forms begin."""
    stems = {rules.fold(stem) for stem in rows[0].stems.split()}
    return [*looked_for, *(Wanted(stem, open=True) for stem in sorted(stems) if len(stem) >= MARKED)]


def _own(rows: Sequence[Any]) -> list[Any]:
    return [row for row in rows if row.kind == "course"]


def _within(rows: Sequence[Any]) -> list[Any]:
    return [row for row in rows if row.kind != "course"]


def _group(
    course_id: str, lang: str, rows: Sequence[Any], texts: _Texts, looked_for: Sequence[Wanted], reader: str
) -> Group:
    title_lang = next(code for code in (reader, lang, *LANGUAGES) if (course_id, code) in texts.heads)
    itself, within = _own(rows), _within(rows)
    summary, competencies = rules.parted(texts.of[itself[0].id][1]) if itself else ("", [])
    trains = [rules.marked(one, looked_for) for one in competencies]
    return Group(
        course_id=course_id,
        lang=lang,
        title_lang=title_lang,
        title=rules.marked(texts.heads[course_id, title_lang], looked_for),
        summary=rules.snippet(summary, looked_for),
        trains=[pieces for pieces in trains if any(piece.found for piece in pieces)],
        hits=[
            Hit(
                row.kind, row.unit, row.activity, rules.marked(texts.of[row.id][0], looked_for),
                rules.snippet(texts.of[row.id][1], looked_for),
            )
            for row in within[:SHOWN]
        ],
        more=max(0, len(within) - SHOWN),
    )  # fmt: skip
