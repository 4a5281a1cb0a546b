"""Reads for reports: the team as lines of a table. Constant queries for any number of people and courses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lms.content.documents import CourseDocument
from lms.foundation.i18n import language
from lms.learning.plans.queries import shown_to_manager
from lms.learning.queries import TeamRow, team_progress
from lms.learning.rules import title_lang, unit_lang
from lms.reports.rules import CourseLine, PersonLine


def team_of(space_id: str, people: Sequence[str]) -> list[PersonLine]:
    """These people of a space, in this order, each with their courses and the last week they were here."""
    found: dict[str, TeamRow] = {}
    courses: dict[str, list[CourseLine]] = {}
    weeks: dict[str, date] = {}
    lang = language()
    said: dict[tuple[str, str | None], tuple[str, str | None, str, str]] = {}
    for row in team_progress(space_id, people):
        found.setdefault(row.person_id, row)
        taken = courses.setdefault(row.person_id, [])
        if row.active_week is not None:
            weeks[row.person_id] = max(row.active_week, weeks.get(row.person_id, row.active_week))
        if row.course_id is None or row.published is None:
            continue
        where = (row.published.version_id, row.unit)
        if where not in said:
            said[where] = _words(row.published.document, row.unit, lang)
        title, step, title_is_in, step_is_in = said[where]
        taken.append(
            CourseLine(
                row.course_id, title, row.done, row.total, step, row.at, row.due_on, row.late, title_is_in, step_is_in,
                row.certified,
            )
        )  # fmt: skip
    plans = {
        person_id: (plan.situation, plan.action, plan.planned_on)
        for person_id, plan in shown_to_manager(space_id, people).items()
    }
    return [
        PersonLine(one.person_id, one.name, one.role, courses[one.person_id], weeks.get(one.person_id),
                   plans.get(one.person_id), one.email)
        for one in (found[person_id] for person_id in people if person_id in found)
    ]  # fmt: skip


def _words(document: CourseDocument, unit_id: str | None, lang: str) -> tuple[str, str | None, str, str]:
    """(title of a course, of a unit, and the languages of both where they are not the reader's)."""
    unit = document.unit(unit_id) if unit_id else None
    said_in, step_in = title_lang(document, lang), unit_lang(unit, lang, document.source) if unit else lang
    return (
        document.title(lang), unit.title(lang, document.source) if unit else None,
        "" if said_in == lang else said_in, "" if step_in == lang else step_in,
    )  # fmt: skip
