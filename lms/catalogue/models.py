"""Tables of the shelf: courses, their immutable versions, and the offer of each course."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Json, Moment, words


class Course(Base):
    """A course, for ever: its slug never changes, its text does, version by version."""

    __tablename__ = "course"

    #: The `id` of course.yml, a readable slug.
    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: Who may change it: the folder `courses/` (by sync) or the editor of the site. One at a time.
    owner: Mapped[str] = mapped_column(words("owner", "folder", "studio"))
    #: `archived` courses are no longer offered; people who began them keep them.
    state: Mapped[str] = mapped_column(words("state", "published", "archived"))
    #: The version that is served. Not a foreign key: the two tables would point at each other.
    current_version_id: Mapped[str] = mapped_column(Id)
    #: Of the files the served version was made from: a folder with the same digest need not be read again.
    source_digest: Mapped[str] = mapped_column(sa.String(64))


class CourseVersion(Base):
    """What was published at one moment. Written once and never changed: attempts and completions point here for
    ever.
    """

    __tablename__ = "course_version"
    __table_args__ = (
        sa.UniqueConstraint("course_id", "number"),
        sa.CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), index=True)
    #: 1, 2, 3 ... within the course.
    number: Mapped[int] = mapped_column(sa.Integer)
    #: Of the document below.
    digest: Mapped[str] = mapped_column(sa.String(64))
    published_at: Mapped[datetime] = mapped_column(Moment)
    #: Names of the people who wrote it, as they stood then.
    authors: Mapped[list[str]] = mapped_column(Json)
    #: path in the course's folder -> SHA-256: the files it was made from, kept whole as `StoredFile`s, for export.
    sources: Mapped[dict[str, str]] = mapped_column(Json, deferred=True)
    #: The whole course in all its languages, rendered to safe HTML at publication, as `content.documents` keeps it.
    #: Kept as text: the binary form of PostgreSQL would sort the keys, and the order of activities is theirs.
    document: Mapped[Any] = mapped_column(sa.JSON, deferred=True)
    #: The same without its text (`content.documents.outline`), for lists of many courses. None in versions older than it.
    outline: Mapped[Any] = mapped_column(sa.JSON(none_as_null=True), nullable=True, deferred=True)


class AnnouncedCourse(Base):
    """A course in preparation: its header says `published`, and no step of it is yet. Gone when one is."""

    __tablename__ = "announced_course"

    #: No foreign key: mostly nothing of it was ever published.
    course_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: Its header, as `content.documents` keeps a course, without any unit.
    document: Mapped[Any] = mapped_column(sa.JSON)


class StoredFile(Base):
    """A picture or another file of a course, kept once under its content: two versions with the same file share it."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Offer(Base):
    """Where a course stands on the shelf, and why. The weight and its reason are data written by a room above."""

    __tablename__ = "offer"
    __table_args__ = (sa.CheckConstraint("pin IS NULL OR pin >= 1", name="pin"),)

    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    #: Heavier stands higher.
    weight: Mapped[float] = mapped_column(sa.Float)
    #: Why it weighs that much: data, put into words where it is shown. None: no reason is known.
    reason: Mapped[dict[str, Any] | None] = mapped_column(Json)
    #: The place a coordinator gave it, 1 first. None: the weight decides.
    pin: Mapped[int | None] = mapped_column(sa.SmallInteger)
    pinned_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    updated_at: Mapped[datetime] = mapped_column(Moment)
