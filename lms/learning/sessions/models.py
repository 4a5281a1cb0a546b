"""Tables of live sessions: the session as it was last announced, the seats in it, and who was there.

The course says when a session is and how many seats it has. The row here follows the version that is served: it remembers
what people were told, so that they can be told what has changed, and it is the lock that seats are given under.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment, words


class LiveSession(Base):
    """A live session of a course, as it was last announced."""

    __tablename__ = "live_session"
    __table_args__ = (
        sa.UniqueConstraint("course_id", "unit", "activity"),
        sa.CheckConstraint("seats IS NULL OR seats >= 1", name="seats"),
        sa.CheckConstraint("minutes >= 1", name="minutes"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"))
    unit: Mapped[str] = mapped_column(sa.String(64))
    activity: Mapped[str] = mapped_column(sa.String(64))
    #: In the language the course is written in.
    title: Mapped[str] = mapped_column(sa.String(200))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    #: The zone in which the course names the hour.
    zone: Mapped[str] = mapped_column(sa.String(64))
    minutes: Mapped[int] = mapped_column(sa.SmallInteger)
    #: Where it takes place; empty where the course does not say. Shown to people with a seat alone.
    link: Mapped[str] = mapped_column(sa.String(500))
    #: How many people there is room for; None for any number.
    seats: Mapped[int | None] = mapped_column(sa.Integer)
    #: Goes up whenever what a calendar says of it changes.
    sequence: Mapped[int] = mapped_column(sa.Integer)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    #: When it was before it was moved, None for one that was not moved.
    moved_from: Mapped[datetime | None] = mapped_column(Moment)
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)


class Seat(Base):
    """A person has a seat in a session, or waits for one. A seat that is given back leaves no row.

    The unique number holds the seats against any race: two people cannot sit on one.
    """

    __tablename__ = "seat"
    __table_args__ = (
        sa.UniqueConstraint("session_id", "number"),
        sa.UniqueConstraint("session_id", "turn"),
        sa.CheckConstraint("number IS NULL OR number >= 1", name="number"),
    )

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("live_session.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    #: Which of the seats, from 1; None for somebody who waits.
    number: Mapped[int | None] = mapped_column(sa.Integer)
    #: Who came when: whoever waits is served in this order.
    turn: Mapped[int] = mapped_column(sa.Integer)
    taken_at: Mapped[datetime] = mapped_column(Moment)
    #: When somebody who waited was given a seat.
    promoted_at: Mapped[datetime | None] = mapped_column(Moment)


class Presence(Base):
    """A person was in a session, or watched the recording."""

    __tablename__ = "presence"

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("live_session.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    how: Mapped[str] = mapped_column(words("how", "attended", "replay"))
    #: Who noted it; the person themself for a recording.
    noted_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment)
