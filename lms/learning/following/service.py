"""What changes following: people reminded, reports asked for, told and paused, reminders refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms.foundation.clock import local, now, today
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import Refused
from lms.foundation.i18n import _
from lms.jobs import outbox
from lms.learning.following import rules
from lms.learning.following.events import ReminderAsked, ReportDue
from lms.learning.following.models import NoReminders, Reminder, TableOnItsWay, TeamReport
from lms.learning.following.queries import late_among
from lms.learning.models import Enrolment
from lms.learning.rules import clean_line
from lms.spaces.models import Membership, Space
from lms.spaces.service import hold_right

#: The hour of the morning at which reports leave, where their space is.
MORNING = 7


@dataclass(frozen=True)
class Reminded:
    """What became of people who were to be reminded: how many are, how many were already, how many want no mail."""

    reminded: int
    already: int
    silent: int


def remind(space_id: str, enrolments: Collection[str], *, by: str, sentence: str = "") -> Reminded:
    """Remind people of courses whose day is over, each at most once in `rules.APART`. Those of `enrolments` that are late no
    more are left out. Raises `NotFound` where `by` does not run the space (any more).

    Raises `Refused`, and reminds nobody, where one of them belongs to nobody of the space.
    """
    hold_right(by, "team", space_id)
    place = db.session.get(Space, space_id)
    assert place is not None, "the caller runs it"
    day, moment = today(place.zone), now()
    lines = late_among(space_id, enrolments, day=day)
    if len(lines) < len(set(enrolments)) and _strangers(space_id, enrolments):
        raise Refused(_("Somebody you ticked is not in this space any more. Check who is ticked."))
    free = [line for line in lines if rules.may_remind(line.reminded_at, moment)]
    due = [line for line in free if not line.silent]
    rows = [
        {
            "id": new_id(), "person_id": line.person_id, "course_id": line.course_id, "space_id": space_id,
            "reminded_by": by, "sentence": clean_line(sentence)[: rules.SENTENCE_LONGEST], "day": day, "at": moment,
        }
        for line in due
    ]  # fmt: skip
    upsert(Reminder, rows, key=["person_id", "course_id", "day"])
    outbox.tell_many(ReminderAsked(id=str(row["id"])) for row in rows)
    return Reminded(len(rows), len(lines) - len(free), len(free) - len(due))


def _strangers(space_id: str, enrolments: Collection[str]) -> bool:
    from_here = (
        sa.select(sa.func.count())
        .select_from(Enrolment)
        .join(Membership, sa.and_(Membership.person_id == Enrolment.person_id, Membership.space_id == space_id))
        .where(Enrolment.id.in_(enrolments))
    )
    return (db.session.scalar(from_here) or 0) < len(set(enrolments))


def want_report(person_id: str, space_id: str, rhythm: str) -> None:
    """Choose how often the report on a space comes: it tells of the weeks or months from now on, and begins anew where it was
    paused. Raises `ValueError` for a rhythm there is not.
    """
    if rhythm not in rules.RHYTHMS:
        raise ValueError(rhythm)
    place = db.session.get(Space, space_id)
    assert place is not None, "the caller runs it"
    row = {
        "person_id": person_id, "space_id": space_id, "rhythm": rhythm, "unread": 0, "paused_at": None,
        "told_until": rules.period_before(today(place.zone), "monthly" if rhythm == "monthly" else "weekly")[1],
    }  # fmt: skip
    upsert(TeamReport, [row], key=["person_id", "space_id"], update=["rhythm", "unread", "paused_at", "told_until"])


def seen(person_id: str, space_id: str) -> None:
    """Somebody looked at the team's page: the reports before count as opened. One that is paused stays so."""
    db.session.execute(
        sa.update(TeamReport)
        .where(TeamReport.person_id == person_id, TeamReport.space_id == space_id, TeamReport.unread > 0)
        .values(unread=0)
    )


def begin_table(person_id: str) -> tuple[str, datetime] | None:
    """Begin to send somebody a table: the mark of this sending, and the moment at which it is cut off. None while another is on
    its way to them, from this process or any other.
    """
    moment, mark = now(), new_id()
    own = TableOnItsWay.person_id == person_id
    db.session.execute(sa.delete(TableOnItsWay).where(own, TableOnItsWay.until <= moment))
    row = {"person_id": person_id, "mark": mark, "until": moment + rules.TABLE_LONGEST}
    upsert(TableOnItsWay, [row], key=["person_id"])
    begun = db.session.scalar(sa.select(TableOnItsWay.mark).where(own)) == mark
    return (mark, moment + rules.TABLE_LONGEST) if begun else None


def end_table(mark: str, person_id: str) -> None:
    """It has arrived, or was broken off. Twice is once."""
    db.session.execute(sa.delete(TableOnItsWay).where(TableOnItsWay.person_id == person_id, TableOnItsWay.mark == mark))


def stop_reminders(person_id: str, *, stop: bool = True) -> None:
    """Send somebody no reminders any more, or again."""
    if stop:
        upsert(NoReminders, [{"person_id": person_id, "since": now()}], key=["person_id"])
    else:
        db.session.execute(sa.delete(NoReminders).where(NoReminders.person_id == person_id))


def end_report(person_id: str, space_id: str) -> None:
    """Send somebody no more reports on a space."""
    db.session.execute(
        sa.update(TeamReport)
        .where(TeamReport.person_id == person_id, TeamReport.space_id == space_id)
        .values(rhythm="off", unread=0, paused_at=None)
    )


def call_reports(moment: datetime) -> int:
    """Have the reports written whose week or month is over, each once, in the morning of their space. Gives how many.

    What nobody opened `rules.PATIENCE` times is told for the last time.
    """
    rows = db.session.execute(
        sa.select(TeamReport, Space.zone)
        .join(Space, Space.id == TeamReport.space_id)
        .where(TeamReport.rhythm != "off", TeamReport.paused_at.is_(None))
        .order_by(TeamReport.person_id, TeamReport.space_id)
        .with_for_update(of=TeamReport)
    ).all()
    called = []
    for report, zone in rows:
        here = local(moment, zone)
        since, until = rules.period_before(_day_of(here), report.rhythm)
        if until <= report.told_until:
            continue
        last = rules.pauses(report.unread)
        report.told_until, report.unread = until, report.unread + 1
        if last:
            report.paused_at = moment
        called.append(
            ReportDue(
                id=f"{report.person_id}.{report.space_id}.{report.rhythm}.{until.isoformat()}", person_id=report.person_id,
                space_id=report.space_id, since=since.isoformat(), until=until.isoformat(), last=last,
            )
        )  # fmt: skip
    db.session.flush()
    outbox.tell_many(called)
    return len(called)


def _day_of(here: datetime) -> date:
    """The day as reports see it: before the morning it is still yesterday."""
    return here.date() if here.hour >= MORNING else date.fromordinal(here.date().toordinal() - 1)
