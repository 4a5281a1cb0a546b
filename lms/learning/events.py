"""What has happened in learning, for other rooms. Each has an `id`, so that a consequence follows once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Enrolled:
    """Somebody takes a course from now on. `id` is the `enrolment` row; `source` is self or manager."""

    id: str
    person_id: str
    course_id: str
    source: str


@dataclass(frozen=True)
class QuizGraded:
    """A quiz was handed in and marked. `id` is the `attempt` row."""

    id: str
    person_id: str
    course_id: str


@dataclass(frozen=True)
class UnitCompleted:
    """A unit was finished for the first time. `id` names person, course and unit."""

    id: str
    person_id: str
    course_id: str
    unit: str


@dataclass(frozen=True)
class CourseFinished:
    """The last unit of a course was finished. `id` is the `enrolment` row."""

    id: str
    person_id: str
    course_id: str


@dataclass(frozen=True)
class PlanDated:
    """A plan was given a day, and its owner wants a mail that morning. `id` names person, plan and day; `day` is an ISO
    date. What follows reads again whether the plan still stands.
    """

    id: str
    person_id: str
    course_id: str
    unit: str
    block: str
    day: str


@dataclass(frozen=True)
class CourseLeft:
    """Somebody left a course, or said no to one that was suggested. `id` is this change's own."""

    id: str
    person_id: str
    course_id: str


@dataclass(frozen=True)
class Suggested:
    """People were enrolled by another's hand, a part of them at a time. `id` is this telling's own."""

    id: str
    enrolments: tuple[str, ...]


@dataclass(frozen=True)
class RenewalOpened:
    """What people finished is to be renewed now, a part of them at a time. `id` is this telling's own."""

    id: str
    renewals: tuple[str, ...]


@dataclass(frozen=True)
class DueSoon:
    """The day of some enrolments is near. `id` follows from them, so that the same ones are told once; each stands with its
    day, an ISO date.
    """

    id: str
    enrolments: tuple[tuple[str, str], ...]
