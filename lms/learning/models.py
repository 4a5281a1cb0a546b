"""Tables of learning: enrolment, place, completion, attempt, answer, draft, walk, plan.

Completion is append-only and belongs to a unit of a course, whatever its version: publishing never un-finishes anybody.
An attempt belongs to the version it was started on and keeps it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Json, Moment, words


class Enrolment(Base):
    """A person takes a course: once, by their own choice or because their manager proposed it."""

    __tablename__ = "enrolment"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "course_id"),
        sa.CheckConstraint("(state = 'finished') = (finished_at IS NOT NULL)", name="finished"),
        # What a manager's lists are read from: who is late, who has not begun, who finished last, who takes a course.
        *(
            sa.Index(name, column, "id", sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
            for name, column, condition in (
                ("ix_enrolment_due", "due_on", "state = 'active' AND due_on IS NOT NULL"),
                ("ix_enrolment_idle", "created_at", "state = 'active' AND begun_at IS NULL"),
                ("ix_enrolment_done", "finished_at", "state = 'finished'"),
            )
        ),
        sa.Index("ix_enrolment_course", "course_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"))
    #: The version that was served when they enrolled.
    version_id: Mapped[str] = mapped_column(sa.ForeignKey("course_version.id"))
    state: Mapped[str] = mapped_column(words("state", "active", "finished", "declined"))
    source: Mapped[str] = mapped_column(words("source", "self", "manager"))
    #: A day; it ends at 24:00 in the zone of the space.
    due_on: Mapped[date | None] = mapped_column(sa.Date)
    #: One sentence from the manager, empty if there is none.
    why: Mapped[str] = mapped_column(sa.String(300))
    enrolled_by: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    #: When their first step was finished; None for somebody who has finished none.
    begun_at: Mapped[datetime | None] = mapped_column(Moment)


class Place(Base):
    """Where a person is in a course: the last activity they opened, and how far they read in it."""

    __tablename__ = "place"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(sa.String(64))
    activity: Mapped[str] = mapped_column(sa.String(64))
    #: The anchor of the last heading read there, empty where none is known.
    heading: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    #: The language they read it in: some courses have fewer steps in some languages. None where it is not known.
    lang: Mapped[str | None] = mapped_column(sa.String(2))
    at: Mapped[datetime] = mapped_column(Moment)


class Completion(Base):
    """A person finished a unit. Append-only: written once, never changed, never taken back."""

    __tablename__ = "completion"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: The version in which it was finished.
    version_id: Mapped[str] = mapped_column(sa.ForeignKey("course_version.id"))
    #: The type of the activity that finished it ("lesson", "quiz"), or "known": shown by its quiz alone.
    kind: Mapped[str] = mapped_column(sa.String(16))
    done_at: Mapped[datetime] = mapped_column(Moment)


class Attempt(Base):
    """One go at the questions of an activity, on the version it was started on.

    The unique number holds the limit of attempts against any race; at most one attempt per activity is open.
    The questions inside a lesson are answered in an attempt too, which is never handed in.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "course_id", "unit", "activity", "number"),
        sa.Index(
            "uq_attempt_open", "person_id", "course_id", "unit", "activity", unique=True,
            sqlite_where=sa.text("submitted_at IS NULL"), postgresql_where=sa.text("submitted_at IS NULL"),
        ),
        sa.CheckConstraint("number >= 1", name="number"),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name="score"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"))
    unit: Mapped[str] = mapped_column(sa.String(64))
    activity: Mapped[str] = mapped_column(sa.String(64))
    #: 1, 2, 3 ... for this person and activity.
    number: Mapped[int] = mapped_column(sa.SmallInteger)
    version_id: Mapped[str] = mapped_column(sa.ForeignKey("course_version.id"))
    #: Ids of the questions asked, in the order in which they are asked.
    questions: Mapped[list[str]] = mapped_column(Json)
    started_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    #: Points reached out of points possible, 0 to 1. None while open, and where nothing can be marked.
    score: Mapped[float | None] = mapped_column(sa.Float)
    passed: Mapped[bool | None] = mapped_column(sa.Boolean)
    #: Begun at the door "I already know this": passing it finishes the unit as known, failing it changes nothing.
    knowing: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())


class Answer(Base):
    """What was answered to one question of an attempt. The first answer stands."""

    __tablename__ = "answer"
    __table_args__ = (sa.CheckConstraint("share >= 0 AND share <= 1", name="share"),)

    attempt_id: Mapped[str] = mapped_column(sa.ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: As the kind of question reads it; None for "I don't know".
    given: Mapped[Any] = mapped_column(Json)
    #: The language the question was read in: words and pairs belong to it.
    lang: Mapped[str] = mapped_column(sa.String(2))
    #: How much of it is right, 0 to 1. Open questions are not marked and stand at 0.
    share: Mapped[float] = mapped_column(sa.Float)
    #: What was said to "How sure are you?"; None where it was not asked or not answered.
    sure: Mapped[bool | None] = mapped_column(sa.Boolean)
    answered_at: Mapped[datetime] = mapped_column(Moment)


class Draft(Base):
    """What somebody has begun to answer or to plan and not yet handed in. Deleted with the answer."""

    __tablename__ = "draft"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    activity: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: The id of the question ("q-...") or of the commitment ("k-...").
    block: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: The version and the language it was typed on: the values of menus belong to both.
    version_id: Mapped[str] = mapped_column(sa.ForeignKey("course_version.id"))
    lang: Mapped[str] = mapped_column(sa.String(2))
    #: The fields of its form as a browser sends them: name -> values.
    typed: Mapped[dict[str, list[str]]] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(Moment)


class Walk(Base):
    """The way of a person through a scenario, on the version they began it on. The newest one is the one they are on."""

    __tablename__ = "walk"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    activity: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    version_id: Mapped[str] = mapped_column(sa.ForeignKey("course_version.id"), primary_key=True)
    #: The scenes in the order they were seen, the first one first: its id, then steps (see `rules.steps_of`).
    path: Mapped[list[str]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Moment)


class Plan(Base):
    """A commitment: "when ..., I ...", with a day. Only its owner reads it, and their manager where they chose so."""

    __tablename__ = "plan"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: The id of the commitment in the lesson ("k-...").
    block: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    situation: Mapped[str] = mapped_column(sa.String(500))
    action: Mapped[str] = mapped_column(sa.String(500))
    planned_on: Mapped[date | None] = mapped_column(sa.Date)
    #: Where it will be tried, in the person's words; may be empty.
    place: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    #: Who may ask about it. A manager then sees the plan on the team's page; a peer hears of it from its owner.
    may_ask: Mapped[str] = mapped_column(
        words("may_ask", "nobody", "manager", "peer"), default="nobody", server_default="nobody"
    )
    #: Whether a mail is wanted on the morning of the day.
    remind: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    state: Mapped[str] = mapped_column(
        words("state", "planned", "tried", "adapted", "dropped"), default="planned", server_default="planned"
    )
    #: What happened, and what the person will keep of it: told afterwards.
    happened: Mapped[str] = mapped_column(sa.String(2000), default="", server_default="")
    keeps: Mapped[str] = mapped_column(sa.String(2000), default="", server_default="")
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    saved_at: Mapped[datetime] = mapped_column(Moment)
