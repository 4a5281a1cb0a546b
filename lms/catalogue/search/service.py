"""What changes what can be found: a course is put in when a version of it is served, and taken out with it."""

from __future__ import annotations

import sqlalchemy as sa

from lms.catalogue.search.index import here
from lms.catalogue.search.models import SearchEntry
from lms.catalogue.search.rules import Entry
from lms.foundation.db import db


def put_in(course_id: str, entries: list[Entry]) -> None:
    """Have a course found by `entries` (`rules.entries_of`, made outside the transaction) and by nothing else. Inside
    `writing()`.
    """
    take_out(course_id)
    if not entries:
        return
    ids = db.session.scalars(
        sa.insert(SearchEntry).returning(SearchEntry.id, sort_by_parameter_order=True),
        [
            {
                "course_id": course_id, "lang": one.lang, "kind": one.kind, "unit": one.unit, "activity": one.activity,
                "title": one.title, "text": one.text, "hidden_in": one.hidden_in,
            }
            for one in entries
        ],
    ).all()  # fmt: skip
    index = here()
    db.session.execute(index.insert, [index.row(row, one) for row, one in zip(ids, entries, strict=True)])


def holds(course_id: str, entries: list[Entry]) -> bool:
    """Whether a course is found by these entries and by nothing else."""
    fields = ("lang", "kind", "unit", "activity", "title", "text", "hidden_in")
    rows = db.session.execute(
        sa.select(*(getattr(SearchEntry, name) for name in fields)).where(SearchEntry.course_id == course_id)
    )
    return sorted(tuple(row) for row in rows) == sorted(tuple(getattr(one, name) for name in fields) for one in entries)


def take_out(course_id: str) -> None:
    """Have a course found no more. Inside `writing()`."""
    db.session.execute(here().delete, {"course": course_id})
    db.session.execute(sa.delete(SearchEntry).where(SearchEntry.course_id == course_id))
