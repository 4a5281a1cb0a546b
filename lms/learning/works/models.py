"""Tables of works: a person's work for an assignment, its editions, its files, its reviews.

An edition that was handed in is never changed; what is written after it is the next one. Files are private: they belong
to one work, under their content, and are given out by its author and its reviewers alone.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Json, Moment, words


class Work(Base):
    """A person's work for an assignment. How it is reviewed is fixed when it is first handed in."""

    __tablename__ = "work"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "course_id", "unit", "activity"),
        sa.Index("ix_work_activity", "course_id", "unit", "activity"),
        sa.Index("ix_work_waiting", "state", "handed_at"),
        sa.CheckConstraint("(state = 'draft') = (handed_at IS NULL)", name="handed"),
        sa.CheckConstraint("(state = 'reviewed') = (reviewed_at IS NOT NULL)", name="reviewed"),
        sa.CheckConstraint("peers >= 0 AND revision >= 0", name="counts"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"))
    unit: Mapped[str] = mapped_column(sa.String(64))
    activity: Mapped[str] = mapped_column(sa.String(64))
    #: draft until it is handed in for the first time, handed until it is reviewed.
    state: Mapped[str] = mapped_column(words("state", "draft", "handed", "reviewed"))
    #: How many peers review it; 0 where a trainer does.
    peers: Mapped[int] = mapped_column(sa.SmallInteger)
    #: How often it was saved, so that a second tab cannot overwrite unseen.
    revision: Mapped[int] = mapped_column(sa.Integer)
    #: When it was first handed in: the place in the queue is not lost by handing in again.
    handed_at: Mapped[datetime | None] = mapped_column(Moment)
    reviewed_at: Mapped[datetime | None] = mapped_column(Moment)


class WorkFile(Base):
    """A file of a work, kept once under its content. Its name is text, never a path."""

    __tablename__ = "work_file"
    __table_args__ = (sa.UniqueConstraint("work_id", "sha256"), sa.CheckConstraint("size > 0", name="size"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    work_id: Mapped[str] = mapped_column(sa.ForeignKey("work.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(120))
    #: What its content is (`files.KINDS`), whatever its name says.
    kind: Mapped[str] = mapped_column(sa.String(8))
    size: Mapped[int] = mapped_column(sa.Integer)
    data: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    added_at: Mapped[datetime] = mapped_column(Moment)


class WorkEdition(Base):
    """What a work was at one time. At most one edition of a work is not handed in: the draft."""

    __tablename__ = "work_edition"
    __table_args__ = (
        sa.UniqueConstraint("work_id", "number"),
        sa.Index(
            "uq_work_edition_draft", "work_id", unique=True,
            sqlite_where=sa.text("handed_at IS NULL"), postgresql_where=sa.text("handed_at IS NULL"),
        ),
        sa.CheckConstraint("number >= 1", name="number"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    work_id: Mapped[str] = mapped_column(sa.ForeignKey("work.id", ondelete="CASCADE"))
    #: 1, 2, 3 ... within the work.
    number: Mapped[int] = mapped_column(sa.SmallInteger)
    #: The version of the course whose instructions were read, and their language.
    version_id: Mapped[str] = mapped_column(sa.ForeignKey("course_version.id"))
    lang: Mapped[str] = mapped_column(sa.String(8))
    text: Mapped[str] = mapped_column(sa.Text)
    link: Mapped[str] = mapped_column(sa.String(500))
    file_id: Mapped[str | None] = mapped_column(sa.ForeignKey("work_file.id"))
    saved_at: Mapped[datetime] = mapped_column(Moment)
    handed_at: Mapped[datetime | None] = mapped_column(Moment)


class WorkReview(Base):
    """Somebody reads a work: a peer it was given to, or a trainer. Once sent it stands."""

    __tablename__ = "work_review"
    __table_args__ = (
        sa.UniqueConstraint("work_id", "reviewer_id"),
        sa.CheckConstraint("(sent_at IS NULL) = (number IS NULL)", name="sent"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    work_id: Mapped[str] = mapped_column(sa.ForeignKey("work.id", ondelete="CASCADE"))
    #: None once the account is gone: what was said belongs to the author of the work.
    reviewer_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    role: Mapped[str] = mapped_column(words("role", "peer", "trainer"))
    given_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    #: The edition that was read.
    number: Mapped[int | None] = mapped_column(sa.SmallInteger)
    #: Criterion -> level, 0 for the first column of the rubric.
    marks: Mapped[dict[str, int]] = mapped_column(Json)
    comment: Mapped[str] = mapped_column(sa.Text)
