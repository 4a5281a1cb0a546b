"""The table of openings: who is told by mail when a course in preparation opens."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment


class OpeningWish(Base):
    """Somebody wishes to be told by mail when a course opens. Deleted with its mail, or when it is taken back."""

    __tablename__ = "opening_wish"
    __table_args__ = (sa.UniqueConstraint("person_id", "course_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    #: No foreign key: of a course in preparation nothing was ever published.
    course_id: Mapped[str] = mapped_column(sa.String(64), index=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
