"""Tables of reflections: a page somebody writes on, and their text for each prompt of it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment, words


class Reflection(Base):
    """A person's page of an activity. `revision` counts what was saved, so that a second tab cannot overwrite unseen."""

    __tablename__ = "reflection"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "course_id", "unit", "activity"),
        sa.Index("ix_reflection_activity", "course_id", "unit", "activity"),
        sa.CheckConstraint("revision >= 0", name="revision"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"))
    unit: Mapped[str] = mapped_column(sa.String(64))
    activity: Mapped[str] = mapped_column(sa.String(64))
    #: 0 before anything was saved.
    revision: Mapped[int] = mapped_column(sa.Integer)
    saved_at: Mapped[datetime] = mapped_column(Moment)


class ReflectionText(Base):
    """What was written to one prompt, and what stood there before: that is kept for thirty days."""

    __tablename__ = "reflection_text"
    __table_args__ = (
        sa.CheckConstraint("text <> '' OR shown = 'nobody'", name="nothing_shown"),
        sa.CheckConstraint("(former = '') = (former_at IS NULL)", name="former"),
    )

    reflection_id: Mapped[str] = mapped_column(sa.ForeignKey("reflection.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    #: The language of the page on which it was written, and the version of the course.
    lang: Mapped[str] = mapped_column(sa.String(8))
    version_id: Mapped[str] = mapped_column(sa.ForeignKey("course_version.id"))
    #: Who else may read it: nobody, or the people who take the course, without or with the writer's name.
    shown: Mapped[str] = mapped_column(words("shown", "nobody", "unnamed", "named"))
    saved_at: Mapped[datetime] = mapped_column(Moment)
    former: Mapped[str] = mapped_column(sa.Text)
    #: When `former` was replaced; None where there is none.
    former_at: Mapped[datetime | None] = mapped_column(Moment)
