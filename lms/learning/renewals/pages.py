"""What the pages of the core say about renewing: until when a course is valid, and what is to be passed anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import url_for

from lms.catalogue.queries import published
from lms.learning.queries import Learning
from lms.learning.renewals.queries import passed_since, validities_of
from lms.learning.renewals.rules import asked
from lms.learning.rules import variant


@dataclass(frozen=True)
class Left:
    """A quiz to pass anew."""

    title: str
    lang: str
    href: str
    is_passed: bool


@dataclass(frozen=True)
class RenewalTold:
    """Until when; and where it can be renewed now: by when, by what. `other` is the shorter course's address, or ""."""

    valid_until: date
    due_on: date | None
    quizzes: tuple[Left, ...]
    other: str


def renewal_told(person_id: str, own: Learning, lang: str) -> RenewalTold | None:
    """What is said about renewing on the page of a course somebody finished; None where it is valid for ever."""
    one = validities_of(person_id).get(own.published.course_id)
    if one is None:
        return None
    if one.opened_at is None:
        return RenewalTold(one.valid_until, None, (), "")
    served = own.published if one.quiz_course_id == one.course_id else published(one.quiz_course_id)
    if served is None:
        return RenewalTold(one.valid_until, one.due_on, (), "")
    passed = passed_since(person_id, served.course_id, one.opened_at)
    found = []
    for unit, activity in asked(served.document, one.renew_by):
        text = variant(served.document, unit, activity, lang)
        if text is not None:
            href = url_for("learning.activity", course_id=served.course_id, unit=unit, activity=activity)
            found.append(Left(text.title, text.lang, href, (unit, activity) in passed))
    other = url_for("learning.course", course_id=served.course_id) if served.course_id != one.course_id else ""
    return RenewalTold(one.valid_until, one.due_on, tuple(found), other)
