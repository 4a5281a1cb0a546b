"""Reads for reports: the team as lines of a table. Constant queries for any number of people and courses."""

from __future__ import annotations

from lms.foundation.i18n import pick
from lms.learning.queries import team_progress
from lms.reports.rules import CourseLine, PersonLine
from lms.spaces.queries import members_of


def team_of(space_id: str) -> list[PersonLine]:
    """The active people of a space by name, each with their courses and the last week they were here."""
    roles = {member.id: member.role for member in members_of(space_id)}
    lines: dict[str, PersonLine] = {}
    weeks = {}
    for row in team_progress(space_id):
        line = lines.setdefault(row.person_id, PersonLine(row.person_id, row.name, roles.get(row.person_id, "learner")))
        if row.active_week is not None:
            weeks[row.person_id] = max(row.active_week, weeks.get(row.person_id, row.active_week))
        if row.course_id is None or row.published is None:
            continue
        document = row.published.document
        step = pick(document.unit(row.unit).titles, source=document.source) if row.unit else None
        line.courses.append(
            CourseLine(
                row.course_id, pick(document.titles, source=document.source), row.done, row.total, step, row.due_on, row.late
            )
        )
    return [
        PersonLine(line.id, line.name, line.role, line.courses, weeks.get(line.id)) for line in lines.values()
    ]
