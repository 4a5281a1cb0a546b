"""The team as rows of a table to take along: one line for each person, name and address first, so that it is a roster too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from lms.foundation.db import db
from lms.foundation.i18n import _
from lms.foundation.sheets import Cell
from lms.learning.following.queries import Wanted, facts_of, people_listed, titles

#: People read at a time: enough to keep the database busy, few enough to keep memory flat.
AT_ONCE: Final = 1000


def headers() -> list[str]:
    """The first line, in the reader's language. Name and address are the words by which a roster is read in."""
    return [
        _("Name"), _("E-mail"), _("Role"), _("Courses"), _("Courses finished"), _("Steps finished"), _("Certificates"),
        _("Late with"), _("Nearest date"), _("Last active week"),
    ]  # fmt: skip


def rows(wanted: Wanted, *, day: date, large: bool, lang: str) -> Iterator[list[Cell]]:
    """One row for each person of the list, in its order, read as they are asked for."""
    roles = {"learner": _("learner"), "deputy": _("deputy"), "manager": _("manager")}
    called: dict[str, str] = {}
    after = ""
    while True:
        page = people_listed(wanted, day=day, large=large, after=after, limit=AT_ONCE)
        if after and not page.before:
            return  # the last one went meanwhile: stop rather than begin again
        lines: dict[str, Any] = {}
        taken: dict[str, list[Any]] = defaultdict(list)
        for row in facts_of(wanted.space_id, page.people):
            lines[row.id] = row
            if row.course_id is not None:
                taken[row.id].append(row)
        unknown = {row.course_id for courses in taken.values() for row in courses} - called.keys()
        if unknown:
            called.update(titles(unknown, lang))
        for person_id in page.people:
            if person_id in lines:
                yield _row(lines[person_id], taken[person_id], called, roles, day)
        db.session.expunge_all()
        if not page.after:
            return
        after = page.people[-1]


def _row(who: Any, courses: list[Any], called: dict[str, str], roles: dict[str, str], day: date) -> list[Cell]:
    open_ = [row for row in courses if row.state == "active" and row.due_on is not None]
    weeks = [row.week for row in courses if row.week is not None]
    return [
        who.name,
        who.email,
        roles[who.role],
        "; ".join(called.get(row.course_id, row.course_id) for row in courses),
        sum(row.state == "finished" for row in courses),
        sum(row.done for row in courses),
        sum(row.certified for row in courses),
        "; ".join(called.get(row.course_id, row.course_id) for row in open_ if row.due_on < day),
        min((row.due_on for row in open_), default=None),
        max(weeks, default=None),
    ]
