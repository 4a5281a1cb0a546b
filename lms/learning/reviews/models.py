"""Tables of coming back: where each question a person has answered stands on its ladder, and who wants a mail about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Json, Moment, words


class Review(Base):
    """A question of a person's queue. The row keeps the last answer alone: how often somebody missed is nobody's."""

    __tablename__ = "review"
    __table_args__ = (
        sa.CheckConstraint("step >= 0 AND step <= 3", name="step"),
        sa.CheckConstraint("(state = 'waiting') = (due_on IS NOT NULL)", name="due"),
        sa.Index("ix_review_due", "person_id", "state", "due_on"),
    )

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    activity: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    question: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: waiting, retired (held after 90 days) or out (the person took it out of their queue).
    state: Mapped[str] = mapped_column(words("state", "waiting", "retired", "out"))
    #: The rung it waits on: 0 to 3, for 3, 10, 30 and 90 days.
    step: Mapped[int] = mapped_column(sa.SmallInteger)
    #: The day it is asked again, in the person's zone; none unless it waits.
    due_on: Mapped[date | None] = mapped_column(sa.Date)
    #: The version on which it was last answered, and what was answered there, in which language.
    version_id: Mapped[str] = mapped_column(sa.ForeignKey("course_version.id"))
    given: Mapped[Any] = mapped_column(Json)
    lang: Mapped[str] = mapped_column(sa.String(2))
    missed: Mapped[bool] = mapped_column(sa.Boolean)
    #: Whether the person said before answering that they were sure; None where they said nothing.
    sure: Mapped[bool | None] = mapped_column(sa.Boolean)
    answered_at: Mapped[datetime] = mapped_column(Moment)
    #: The day of the last answer that was given here, not in a lesson or a quiz: five a day are enough.
    reviewed_on: Mapped[date | None] = mapped_column(sa.Date)


class ReviewMail(Base):
    """Somebody wants a mail in weeks in which questions wait for them. Without a row none is sent."""

    __tablename__ = "review_mail"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment)
