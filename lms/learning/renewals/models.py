"""The table of renewals."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment, words


class Renewal(Base):
    """What somebody finished is valid until a day, and is to be renewed before: one row for each round.

    It stands beside the completion and never touches it: what was finished stays finished. A round begins when the former
    was done (the first, when the course was finished); its window opens later; it is done when the quizzes it asks for
    were passed anew after that.
    """

    __tablename__ = "renewal"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "course_id", "round"),
        sa.CheckConstraint("done_at IS NULL OR opened_at IS NOT NULL", name="done"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    #: The course whose completion is valid for a while.
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), index=True)
    #: 1 for the first.
    round: Mapped[int] = mapped_column(sa.SmallInteger)
    #: What asks for it.
    assignment_id: Mapped[str] = mapped_column(sa.ForeignKey("assignment.id"), index=True)
    #: How long a renewal is valid, in months, and the length of its window, in days: as they were when the round began.
    months: Mapped[int] = mapped_column(sa.SmallInteger)
    days: Mapped[int] = mapped_column(sa.SmallInteger)
    valid_until: Mapped[date] = mapped_column(sa.Date)
    opens_on: Mapped[date] = mapped_column(sa.Date, index=True)
    #: How: all quizzes of the course (same), its last one (closing), all quizzes of another course (course).
    renew_by: Mapped[str] = mapped_column(words("renew_by", "same", "closing", "course"))
    #: Whose quizzes are to be passed: the course itself, or the other one.
    quiz_course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"))
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    due_on: Mapped[date | None] = mapped_column(sa.Date)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
