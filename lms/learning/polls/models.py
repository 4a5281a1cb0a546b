"""Tables of polls: who has voted, and how many votes each choice has. Nothing joins the two but the poll itself.

Neither has a key of its own that counts up, nor a moment: where names are not shown, no row says what somebody chose, and
none says in which order people came.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base


class PollVoter(Base):
    """A person has voted in a poll: once, held by the key."""

    __tablename__ = "voter"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    activity: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: The id of the question, and how many choices it had: a choice more or less is another poll.
    poll: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    #: The fingerprint of what they chose, as its count has it: only where the poll says beforehand that names are shown.
    choice: Mapped[str | None] = mapped_column(sa.String(16))


class PollCount(Base):
    """How many votes a choice of a poll has. Names nobody."""

    __tablename__ = "poll_count"
    __table_args__ = (sa.CheckConstraint("votes >= 0", name="votes"),)

    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    activity: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    poll: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    #: 1, 2, 3 ...: where the choice stood when its votes were counted, and the fingerprint of its words then.
    place: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    choice: Mapped[str] = mapped_column(sa.String(16))
    votes: Mapped[int] = mapped_column(sa.Integer)
