"""Tables of assignments and learning paths.

An assignment belongs to a place (a space, a territory, the network), not to whoever made it: it goes on for those who join
later, whoever manages the place then.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Moment, words

TITLE_LONGEST = 120
WHY_LONGEST = 300


class LearningPath(Base):
    """Several courses in an order, under a title. What is in it never changes: a different order is another path."""

    __tablename__ = "learning_path"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    #: The space whose manager made it; None for one that a coordinator made for the network.
    space_id: Mapped[str | None] = mapped_column(sa.ForeignKey("space.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(TITLE_LONGEST))
    made_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    #: From then on it can no longer be assigned; assignments of it go on.
    put_away_at: Mapped[datetime | None] = mapped_column(Moment)


class PathCourse(Base):
    """A course of a path, at its place from 0."""

    __tablename__ = "path_course"
    __table_args__ = (sa.UniqueConstraint("path_id", "course_id"),)

    path_id: Mapped[str] = mapped_column(sa.ForeignKey("learning_path.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"))


class Assignment(Base):
    """These people, that course or path: asked by a place of its people, now and of those who join it."""

    __tablename__ = "assignment"
    __table_args__ = (
        sa.CheckConstraint("space_id IS NULL OR territory_id IS NULL", name="place"),
        sa.CheckConstraint("(due = 'day') = (due_on IS NOT NULL)", name="due_on"),
        sa.CheckConstraint("(due = 'after') = (due_days IS NOT NULL)", name="due_days"),
        sa.CheckConstraint("(valid_months IS NULL) = (renew_by IS NULL)", name="renewed"),
        sa.CheckConstraint("(renew_by = 'course') = (renew_course_id IS NOT NULL)", name="renew_course"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    #: Whose people: a space's, a territory's, or (both None) everybody's of the network.
    space_id: Mapped[str | None] = mapped_column(sa.ForeignKey("space.id"), index=True)
    territory_id: Mapped[str | None] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    #: Which of them: all, those who learn, those who manage (deputies too), or those of `assignment_person`.
    who: Mapped[str] = mapped_column(words("who", "all", "learners", "managers", "people"))
    #: The path it was, for its title; the courses stand in `assignment_course`.
    path_id: Mapped[str | None] = mapped_column(sa.ForeignKey("learning_path.id"))
    #: No day, one day for all, or so many days after each person's own start (of the next course: after the former).
    due: Mapped[str] = mapped_column(words("due", "none", "day", "after"))
    due_on: Mapped[date | None] = mapped_column(sa.Date)
    due_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    #: The reason in a sentence, empty if there is none.
    why: Mapped[str] = mapped_column(sa.String(WHY_LONGEST))
    made_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    #: From then on nobody is enrolled by it any more; who is enrolled stays so.
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    #: What was finished is valid so many months, and can be renewed in the last `renew_days` of them: by all quizzes of the
    #: same course, by its last quiz alone, or by another course. None: for ever.
    valid_months: Mapped[int | None] = mapped_column(sa.SmallInteger)
    renew_days: Mapped[int] = mapped_column(sa.SmallInteger, default=60, server_default="60")
    renew_by: Mapped[str | None] = mapped_column(words("renew_by", "same", "closing", "course"))
    renew_course_id: Mapped[str | None] = mapped_column(sa.ForeignKey("course.id"))


class AssignmentCourse(Base):
    """A course of an assignment, at its place from 0: one, or those of a path as it was."""

    __tablename__ = "assignment_course"
    __table_args__ = (sa.UniqueConstraint("assignment_id", "course_id"),)

    assignment_id: Mapped[str] = mapped_column(sa.ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), index=True)


class AssignmentPerson(Base):
    """Somebody who was chosen by name (`Assignment.who` is people)."""

    __tablename__ = "assignment_person"

    assignment_id: Mapped[str] = mapped_column(sa.ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)


class AssignmentException(Base):
    """What is otherwise for one person: they are excused, or have another day."""

    __tablename__ = "assignment_exception"
    __table_args__ = (sa.CheckConstraint("excused OR due_on IS NOT NULL", name="something"),)

    assignment_id: Mapped[str] = mapped_column(sa.ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    excused: Mapped[bool] = mapped_column(sa.Boolean)
    due_on: Mapped[date | None] = mapped_column(sa.Date)
    made_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment)
