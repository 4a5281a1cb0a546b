"""Table of certificates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Json, Moment, words


class Certificate(Base):
    """Somebody passed what a course asks for. The facts are frozen as they were that day; one certificate per person and
    course is valid at a time.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        sa.Index(
            "uq_certificate_valid", "person_id", "course_id", unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"), postgresql_where=sa.text("revoked_at IS NULL"),
        ),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_for IS NULL)", name="revoked"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    #: What the address and the paper carry: 26 signs, 130 random bits (`rules.mint_code`).
    code: Mapped[str] = mapped_column(sa.String(26), unique=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), index=True)
    #: The version that was served that day.
    version_id: Mapped[str] = mapped_column(sa.ForeignKey("course_version.id"))
    #: Its place in the lists of what was taken back (`interop.badges`): drawn, so that it tells neither when nor how many.
    status_index: Mapped[int] = mapped_column(sa.Integer, unique=True)
    #: What it says (`rules.Facts`): names, titles and competencies in all languages.
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    issued_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    #: replaced: its owner changed their name; withdrawn: the network took it back; renewed: a newer one stands beside it,
    #: and this one stays valid until its own end.
    revoked_for: Mapped[str | None] = mapped_column(words("revoked_for", "replaced", "withdrawn", "renewed"))
    #: The last day on which it is valid; None for ever.
    ends_on: Mapped[date | None] = mapped_column(sa.Date)
    #: One sentence of the coordinator who withdrew it, for whoever checks it; else empty.
    revoked_why: Mapped[str] = mapped_column(sa.String(300), default="")
