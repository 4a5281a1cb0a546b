"""The table of the audit. A row is written once; nothing changes it but the forgetting of a person."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment


class AuditEntry(Base):
    """One change. People stand in it by their key alone, never by name: who is forgotten is forgotten here too."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_at", "at", "id"),
        sa.Index("ix_audit_entry_space_id", "space_id", "at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    #: Whoever did it; none for the operator's command line, and once they are forgotten.
    actor_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    operator: Mapped[bool] = mapped_column(sa.Boolean)
    #: A key of `kinds.KINDS`.
    what: Mapped[str] = mapped_column(sa.String(40))
    space_id: Mapped[str | None] = mapped_column(sa.ForeignKey("space.id"))
    #: Whom it was done to, where the kind is about a person.
    person_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    #: What it was done to otherwise: the name of a field, a course, a territory. Never a person.
    subject: Mapped[str] = mapped_column(sa.String(200))
    before: Mapped[str] = mapped_column(sa.String(500))
    after: Mapped[str] = mapped_column(sa.String(500))
