"""Tables of following: reminders sent by managers, the report somebody asked for, who wants no reminders, and to whom a table is
on its way.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment, words
from lms.learning.following.rules import RHYTHMS


class Reminder(Base):
    """A manager reminded somebody of a course whose day is over. Its mail is written from this row."""

    __tablename__ = "reminder"
    __table_args__ = (
        # The promise against two windows and two managers; `rules.APART` is longer.
        sa.UniqueConstraint("person_id", "course_id", "day"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"))
    #: Where the person was reminded from: its managers alone see this reminder.
    space_id: Mapped[str] = mapped_column(sa.ForeignKey("space.id"))
    reminded_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    #: One sentence of the manager, empty if there is none.
    sentence: Mapped[str] = mapped_column(sa.String(300))
    day: Mapped[date] = mapped_column(sa.Date)
    at: Mapped[datetime] = mapped_column(Moment)


class TeamReport(Base):
    """The report on a space that one of its managers wants by mail. No row: they want none."""

    __tablename__ = "team_report"
    __table_args__ = (sa.CheckConstraint("unread >= 0", name="unread"),)

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    space_id: Mapped[str] = mapped_column(sa.ForeignKey("space.id"), primary_key=True)
    rhythm: Mapped[str] = mapped_column(words("rhythm", *RHYTHMS))
    #: The first day after the last week or month that was told: each is told once.
    told_until: Mapped[date] = mapped_column(sa.Date)
    #: Reports sent since its reader was last seen on the team's page.
    unread: Mapped[int] = mapped_column(sa.SmallInteger, default=0, server_default="0")
    #: Set when nobody opened it for long; a click takes it away.
    paused_at: Mapped[datetime | None] = mapped_column(Moment)


class NoReminders(Base):
    """Somebody wants no reminders by mail. Their managers are told so, since they can still talk to them."""

    __tablename__ = "no_reminders"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment)


class TableOnItsWay(Base):
    """A table is being sent to somebody: one at a time for each person, whichever process sends it. Deleted when it has arrived;
    what a process that died left behind counts no longer after `until`.
    """

    __tablename__ = "table_on_its_way"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    #: Which sending it is, so that one that is over ends no other.
    mark: Mapped[str] = mapped_column(Id)
    until: Mapped[datetime] = mapped_column(Moment)
