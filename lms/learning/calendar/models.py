"""Tables of the personal calendar: the secret address, and what has been said at it.

What was said is kept, so that a change is told as a change and what is off is told as off: programs that read calendars
know events by their identity and trust the higher sequence.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Moment


class CalendarFeed(Base):
    """A person's calendar has a secret address. A new one replaces it; without a row there is none."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    #: Whether plans are told in the person's own words; else they are called "My plan".
    details: Mapped[bool] = mapped_column(sa.Boolean)
    made_at: Mapped[datetime] = mapped_column(Moment)


class CalendarEntry(Base):
    """An event as it stands at a person's address: a day, or a moment with a length."""

    __tablename__ = "calendar_entry"
    __table_args__ = (sa.CheckConstraint("(day IS NULL) <> (starts_at IS NULL)", name="when"),)

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    #: What it is about: `due/COURSE`, `renew/COURSE`, `plan/COURSE/UNIT/BLOCK`, `live/COURSE/UNIT/ACTIVITY`.
    key: Mapped[str] = mapped_column(sa.String(250), primary_key=True)
    day: Mapped[date | None] = mapped_column(sa.Date)
    starts_at: Mapped[datetime | None] = mapped_column(Moment)
    minutes: Mapped[int] = mapped_column(sa.SmallInteger)
    title: Mapped[str] = mapped_column(sa.String(600))
    text: Mapped[str] = mapped_column(sa.String(1200))
    link: Mapped[str] = mapped_column(sa.String(500))
    sequence: Mapped[int] = mapped_column(sa.Integer)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)
