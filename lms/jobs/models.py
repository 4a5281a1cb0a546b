"""The outbox: one row for each thing that must happen elsewhere, written in the transaction that makes it necessary."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Json, Moment, words


class Job(Base):
    """A duty. It never holds a secret: a mail's link is minted by the task that writes the mail."""

    __tablename__ = "job"
    __table_args__ = (sa.Index("ix_job_waiting", "state", "due_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    #: "room.task_name", as the task is registered.
    task: Mapped[str] = mapped_column(sa.String(80))
    queue: Mapped[str] = mapped_column(sa.String(20))
    args: Mapped[dict[str, Any]] = mapped_column(Json)
    #: One cause, one effect: a second row with the same key is not written.
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    #: 0 first (sign-in mails), 9 last.
    priority: Mapped[int] = mapped_column(sa.SmallInteger)
    state: Mapped[str] = mapped_column(words("state", "due", "leased", "done", "failed"))
    due_at: Mapped[datetime] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    #: Counts claims; an effect is accepted only from the latest claim.
    fence: Mapped[int] = mapped_column(sa.Integer)
    attempts: Mapped[int] = mapped_column(sa.Integer)
    error: Mapped[str | None] = mapped_column(sa.String(500))
    created_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
