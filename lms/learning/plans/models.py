"""Practice notes. The plan itself is a table of learning (`lms.learning.models.Plan`)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment, words
from lms.learning.plans.rules import PRACTICE_LONGEST


class PracticeNote(Base):
    """What became of a plan, told to those who reach the same step elsewhere: the place and the words, no name."""

    __tablename__ = "practice_note"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "course_id", "unit", "block"),
        sa.Index("ix_practice_note_step", "course_id", "unit", "state", "published_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    #: Known so that its owner can take it back; shown to nobody.
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"))
    unit: Mapped[str] = mapped_column(sa.String(64))
    #: The plan's own block, see `learning.models.Plan`.
    block: Mapped[str] = mapped_column(sa.String(64))
    #: Where it was tried: the place of a space its owner belongs to; empty for "elsewhere".
    place: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.String(PRACTICE_LONGEST))
    lang: Mapped[str] = mapped_column(sa.String(2))
    #: hidden: a trainer or a coordinator took it from view.
    state: Mapped[str] = mapped_column(words("state", "shown", "hidden"))
    published_at: Mapped[datetime] = mapped_column(Moment)
