"""The table of checklists: the lines somebody ticked. Only they read it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base


class Tick(Base):
    """A line that is ticked. It stands for the sentence it was put on, and for no other that comes to that place."""

    __tablename__ = "tick"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    activity: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: The id of the section ("c-..."), and which of its lines: 1, 2, 3 ...
    section: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    place: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    #: The fingerprint of the sentence, in the language the course is written in: ticks hold in every language.
    sentence: Mapped[str] = mapped_column(sa.String(16))
