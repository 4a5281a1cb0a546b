"""The one table of mails: what was handed to the mail server, or kept to be read where a demonstration has none."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment, words


class SentMail(Base):
    """A mail that left, or (in a demonstration without mail server) would have left."""

    __tablename__ = "sent_mail"
    __table_args__ = (
        # A mail that really left is not kept: its text holds a link that opens an account.
        sa.CheckConstraint("(state = 'kept') = (body IS NOT NULL)", name="body"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    #: Which letter: the name of its template.
    kind: Mapped[str] = mapped_column(sa.String(20))
    #: The cause, as "link:<id>": one cause has one mail, whoever tries how often.
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    person_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(sa.String(254), index=True)
    lang: Mapped[str] = mapped_column(words("lang", "fr", "es", "ca", "en"))
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str | None] = mapped_column(sa.Text)
    #: "sent": a mail server took it. "kept": it can be read on the page of a demonstration's mails.
    state: Mapped[str] = mapped_column(words("state", "sent", "kept"))
    at: Mapped[datetime] = mapped_column(Moment, index=True)
