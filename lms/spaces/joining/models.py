"""Tables of joining: people asked to move or to belong to a second space, and the code on a space's screen."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment, words
from lms.spaces.joining.rules import STATES


class Transfer(Base):
    """A space would like somebody who belongs elsewhere; the person decides. One row for each person and space."""

    __tablename__ = "transfer"
    __table_args__ = (sa.UniqueConstraint("person_id", "space_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    #: The space that asks.
    space_id: Mapped[str] = mapped_column(sa.ForeignKey("space.id"), index=True)
    #: None where the operator asked at the command line.
    asked_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    #: "moved": left one space for this one. "both": belongs to this one too. Which one was left stands nowhere.
    state: Mapped[str] = mapped_column(words("state", *STATES))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)


class ScreenCode(Base):
    """The code a space shows on its screen or on paper. It opens nothing: whoever types it asks to join."""

    __tablename__ = "screen_code"

    space_id: Mapped[str] = mapped_column(sa.ForeignKey("space.id"), primary_key=True)
    #: As it is shown: no secret, since everybody in the room reads it.
    code: Mapped[str] = mapped_column(sa.String(8), unique=True)
    made_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
