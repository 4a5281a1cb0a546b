"""Reads for reports: the team as lines of a table. Constant queries for any number of people and courses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lms.foundation.i18n import language
from lms.learning.plans.queries import shown_to_manager
from lms.learning.queries import team_progress
from lms.learning.rules import title_lang, unit_lang
from lms.reports.rules import CourseLine, PersonLine


def team_of(space_id: str, people: Sequence[str]) -> list[PersonLine]:
    """These people of a space, in this order, each with their courses and the last week they were here."""
    lines: dict[str, PersonLine] = {}
    weeks: dict[str, date] = {}
    lang = language()
    for row in team_progress(space_id, people):
        line = lines.setdefault(row.person_id, PersonLine(row.person_id, row.name, row.role, email=row.email))
        if row.active_week is not None:
            weeks[row.person_id] = max(row.active_week, weeks.get(row.person_id, row.active_week))
        if row.course_id is None or row.published is None:
            continue
        document = row.published.document
        unit = document.unit(row.unit) if row.unit else None
        said_in, step_in = title_lang(document, lang), unit_lang(unit, lang, document.source) if unit else lang
        line.courses.append(
            CourseLine(
                row.course_id, document.title(lang), row.done, row.total,
                unit.title(lang, document.source) if unit else None, row.at, row.due_on, row.late,
                "" if said_in == lang else said_in, "" if step_in == lang else step_in,
                row.certified,
            )
        )  # fmt: skip
    plans = {
        person_id: (plan.situation, plan.action, plan.planned_on)
        for person_id, plan in shown_to_manager(space_id, people).items()
    }
    return [
        PersonLine(line.id, line.name, line.role, line.courses, weeks.get(line.id), plans.get(line.id), line.email)
        for line in (lines[person_id] for person_id in people if person_id in lines)
    ]
