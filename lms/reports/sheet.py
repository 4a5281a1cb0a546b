"""The team as rows of a table to take along: one line for each person, name and address first, so that it is a roster too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Final

from lms.foundation.i18n import _
from lms.foundation.sheets import Cell
from lms.learning.following.queries import Fact, Wanted, every_title, facts_of

#: Rows read at a time: enough to keep the database busy, few enough to keep memory flat.
AT_ONCE: Final = 1000


def headers() -> list[str]:
    """The first line, in the reader's language. Name and address are the words by which a roster is read in."""
    return [
        _("Name"), _("E-mail"), _("Role"), _("Courses"), _("Courses finished"), _("Steps finished"), _("Certificates"),
        _("Late with"), _("Nearest date"), _("Last active week"),
    ]  # fmt: skip


def rows(wanted: Wanted, *, day: date, lang: str) -> Iterator[list[Cell]]:
    """One row for each person of the list, in its order, read as they are asked for."""
    roles = {"learner": _("learner"), "deputy": _("deputy"), "manager": _("manager")}
    called = every_title(lang)
    for _who, facts in groupby(facts_of(wanted, day=day, at_once=AT_ONCE), key=lambda one: one.id):
        yield _row(list(facts), called, roles, day)


def _row(facts: list[Fact], called: dict[str, str], roles: dict[str, str], day: date) -> list[Cell]:
    who = facts[0]
    courses, late = [], []
    finished = steps = certificates = 0
    nearest = week = None
    for one in facts:
        if one.course_id is None:
            continue
        title = called.get(one.course_id, "")
        courses.append(title)
        finished += one.state == "finished"
        steps += one.done
        certificates += one.certified
        if one.due_on is not None and one.state == "active":
            if one.due_on < day:
                late.append(title)
            if nearest is None or one.due_on < nearest:
                nearest = one.due_on
        if one.week is not None and (week is None or one.week > week):
            week = one.week
    return [
        who.name, who.email, roles[who.role], "; ".join(courses), finished, steps, certificates, "; ".join(late), nearest, week,
    ]  # fmt: skip
