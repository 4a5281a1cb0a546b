"""Doors of learning: the course page, lessons, quizzes, and what a learner sends from them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from lms.accounts.queries import names_of
from lms.accounts.visitor import visitor
from lms.catalogue import queries as catalogue
from lms.foundation.clock import today
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _, language
from lms.learning import asking, pages, queries, service
from lms.learning.forms import PlanForm
from lms.learning.queries import Learning
from lms.spaces.policy import guard

bp = Blueprint("learning", __name__, template_folder="templates")

#: How many days ahead a plan may be put.
PLAN_AHEAD = 21


@bp.get("/courses/<course_id>")
@guard("public")
def course(course_id: str) -> Any:
    """What a course is about, its steps, and the one button that begins or goes on. Open to everybody."""
    served, own = queries.visible_to(visitor().id, course_id)
    if served is None:
        raise NotFound()
    wanted = pages.prerequisites_of(served.document)
    invited_by = own.enrolment.enrolled_by if own and pages.is_invited(own) else None
    return render_template(
        "learning/course.html",
        **pages.course_page(served, own, language()),
        prerequisites=pages.told_prerequisites(wanted, catalogue.published_among(wanted)),
        invited=pages.invitation(own, names_of([invited_by]).get(invited_by) if invited_by else None),
    )


@bp.post("/courses/<course_id>/enrol")
@guard("signed_in")
def enrol(course_id: str) -> Any:
    """Take a course oneself, and open its first step."""
    with writing():
        service.enrol(visitor().id, course_id)
    own = queries.learning_of(visitor().id, course_id)
    if own is None or own.next_unit is None:
        return redirect(url_for("learning.course", course_id=course_id))
    return redirect(pages.activity_address(course_id, own.next_unit, own.next_activity))


@bp.post("/courses/<course_id>/decline")
@guard("signed_in")
def decline(course_id: str) -> Any:
    """Leave a course, or say no to one that was suggested; what was finished stays."""
    with writing():
        service.decline(visitor().id, course_id)
    flash(_("You left this course. What you finished stays, and you can come back."), "yes")
    return redirect(url_for("learning.course", course_id=course_id))


@bp.get("/courses/<course_id>/<unit>/<activity>")
@guard("signed_in")
def activity(course_id: str, unit: str, activity: str) -> Any:
    """A lesson, or the door of a quiz. Remembers that the learner is here."""
    own, shown = _opened(course_id, unit, activity)
    if shown is None:
        return redirect(url_for("learning.course", course_id=course_id))
    if shown.type == "quiz":
        return _quiz_door(own, unit, activity)
    return _lesson(own, unit, activity)


@bp.post("/courses/<course_id>/<unit>/<activity>")
@guard("signed_in")
def answer_in_lesson(course_id: str, unit: str, activity: str) -> Any:
    """An answer to a question inside a lesson, or a wish for a hint. The answer is shown where the question stood."""
