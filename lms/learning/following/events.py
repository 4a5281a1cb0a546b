"""What has happened in following, for the mails that follow from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReminderAsked:
    """Somebody is reminded of a course. `id` is the `reminder` row."""

    id: str


@dataclass(frozen=True)
class ReportDue:
    """A week or month is over for somebody who wants a report. `id` names person, space and period; the days are ISO dates,
    `until` the first one after it.
    """

    id: str
    person_id: str
    space_id: str
    since: str
    until: str
    #: Whether it is the last one until its reader asks for it again.
    last: bool
