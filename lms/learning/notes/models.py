"""The one table of notes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Moment
from lms.learning.notes.rules import LONGEST


class Note(Base):
    """What somebody notes on a page, and what stood there before: for 30 days nothing is lost by overwriting it."""

    __tablename__ = "note"
    __table_args__ = (sa.CheckConstraint("(former IS NULL) = (former_at IS NULL)", name="former"),)

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    activity: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(LONGEST))
    saved_at: Mapped[datetime] = mapped_column(Moment)
    former: Mapped[str | None] = mapped_column(sa.String(LONGEST))
    #: When the former text was replaced.
    former_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
