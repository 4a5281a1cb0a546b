"""The one table of remarks."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment, words


class Remark(Base):
    """Something a learner says about a page of a course. Its readers see no name unless the learner ticked it."""

    __tablename__ = "remark"
    __table_args__ = (sa.CheckConstraint("(state = 'answered') = (answer <> '')", name="answer"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(words("kind", "error", "disagree"))
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), index=True)
    unit: Mapped[str] = mapped_column(sa.String(64))
    activity: Mapped[str] = mapped_column(sa.String(64))
    #: The question it is about, empty for the page.
    question: Mapped[str] = mapped_column(sa.String(64))
    #: The language the page was read in.
    lang: Mapped[str] = mapped_column(sa.String(2))
    #: The passage it is about, as the learner copied it; may be empty.
    quote: Mapped[str] = mapped_column(sa.String(500))
    text: Mapped[str] = mapped_column(sa.String(2000))
    #: Whether the learner wants to be named to those who read it.
    named: Mapped[bool] = mapped_column(sa.Boolean)
    #: SHA-256 of who says what about what: the same remark sent twice is one.
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    state: Mapped[str] = mapped_column(words("state", "open", "answered", "closed"), index=True)
    answer: Mapped[str] = mapped_column(sa.String(1000))
    answered_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    written_at: Mapped[datetime] = mapped_column(Moment, index=True)
