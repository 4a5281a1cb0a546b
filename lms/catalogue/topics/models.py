"""The one table of topics."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment, words


class Topic(Base):
    """What somebody would like a course about. Those who read it see how many wish the same, never who."""

    __tablename__ = "topic"
    __table_args__ = (sa.UniqueConstraint("person_id", "folded"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    #: As it was typed, and its words folded: topics with the same words are one for their readers.
    text: Mapped[str] = mapped_column(sa.String(200))
    folded: Mapped[str] = mapped_column(sa.String(200), index=True)
    #: The language of the page it was typed on.
    lang: Mapped[str] = mapped_column(words("lang", "fr", "es", "ca", "en"))
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    #: When a coordinator had dealt with it; None before.
    handled_at: Mapped[datetime | None] = mapped_column(Moment)
