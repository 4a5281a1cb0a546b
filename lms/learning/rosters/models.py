"""Tables of rosters: an import, the file it was read from while it can still be read otherwise, its rows."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Json, Moment, words
from lms.spaces.roster.rules import OUTCOMES, SHOWN_LONGEST

#: read: shown and nothing done; waiting: a job will do it; refused: its right was lost before.
STATES = ("read", "waiting", "done", "refused", "undone")


class RosterImport(Base):
    """A list that somebody brought to a space."""

    __tablename__ = "roster_import"
    __table_args__ = (sa.Index("ix_roster_import_space", "space_id", "made_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    space_id: Mapped[str] = mapped_column(sa.ForeignKey("space.id"))
    #: None for the operator at the command line.
    brought_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    #: The name of the file; empty for a list that was pasted.
    name: Mapped[str] = mapped_column(sa.String(200))
    #: How it was read; empty for a workbook.
    encoding: Mapped[str] = mapped_column(sa.String(20))
    separator: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(words("state", *STATES))
    course_id: Mapped[str | None] = mapped_column(sa.ForeignKey("course.id"))
    due_on: Mapped[date | None] = mapped_column(sa.Date)
    #: How many rows there are, and up to which of them what the list says stands: it grows while the list is written, and
    #: falls while it is undone.
    rows: Mapped[int] = mapped_column(sa.Integer)
    progress: Mapped[int] = mapped_column(sa.Integer)
    #: What came of it: outcomes, `enrolled`, `invitations`, and after an undo `undone`, `kept`, `withdrawn`, `reopened`,
    #: `named` (those of `kept` whom a later list names).
    counts: Mapped[dict[str, int]] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    #: Since when it is being undone; None before that, and when that is over.
    back_since: Mapped[datetime | None] = mapped_column(Moment)


class RosterFile(Base):
    """The file as it was sent, so that it can be read with another encoding. Deleted when the list is applied."""

    __tablename__ = "roster_file"

    import_id: Mapped[str] = mapped_column(sa.ForeignKey("roster_import.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)


class RosterRow(Base):
    """A row of a list: what was read, what happens or has happened, and what an undo has to know."""

    __tablename__ = "roster_row"

    import_id: Mapped[str] = mapped_column(sa.ForeignKey("roster_import.id", ondelete="CASCADE"), primary_key=True)
    #: 1, 2, 3 ... in the order of the list.
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    #: The line of the file, or the row of the sheet.
    line: Mapped[int] = mapped_column(sa.Integer)
    name: Mapped[str] = mapped_column(sa.String(SHOWN_LONGEST))
    email: Mapped[str] = mapped_column(sa.String(SHOWN_LONGEST))
    outcome: Mapped[str] = mapped_column(words("outcome", *OUTCOMES))
    reason: Mapped[str] = mapped_column(sa.String(20))
    #: Who that is, once the list is applied.
    person_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    #: Whether the person was made by this row, and the invitation that was written ("" for none).
    made: Mapped[bool] = mapped_column(sa.Boolean)
    invitation_id: Mapped[str] = mapped_column(sa.String(22))
    #: The question that was put to them ("" for none), and whether a request of theirs to join was answered.
    transfer_id: Mapped[str] = mapped_column(sa.String(22), default="", server_default="")
    answered: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    #: Whether this row enrolled them, or gave a running enrolment another day instead of `due_before`.
    enrolled: Mapped[bool] = mapped_column(sa.Boolean)
    redated: Mapped[bool] = mapped_column(sa.Boolean)
    due_before: Mapped[date | None] = mapped_column(sa.Date)
    #: After an undo: somebody has acted on it, so it stays; or something of it was taken back.
    kept: Mapped[bool] = mapped_column(sa.Boolean)
    back: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
