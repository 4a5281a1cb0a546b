"""Doors before a step: shut until another course is finished, in another language, past it for those who know it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.catalogue import queries as catalogue
from lms.content.documents import Activity, Unit
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _, language
from lms.learning import pages as learning_pages
from lms.learning import queries as learning
from lms.learning import rules as learning_rules
from lms.learning import service
from lms.learning.doors import pages, rules
from lms.learning.doors.standing import before_reading, has_begun, shut
from lms.learning.queries import Learning
from lms.spaces.policy import guard

bp = Blueprint("doors", __name__, template_folder="templates")

#: Doors through which an attempt is gone on with.
_ANSWERING = ("learning.answer", "learning.draft")


@bp.before_app_request
def refuse_what_is_sent_to_a_shut_step() -> Any:
    """Whatever a learner sends to a step of any type: a step that is shut takes nothing in, of an archived course neither.
    A quiz that was begun before it was shut is finished.

    What they have of it elsewhere (a plan, a question that comes back) stays theirs, and trainers learn nothing there.
    """
    named, rule = request.view_args or {}, request.url_rule
    if request.method != "POST" or rule is None or not rule.rule.startswith("/courses/<course_id>/<unit>/"):
        return None
    view = current_app.view_functions[rule.endpoint]
    if visitor().is_anonymous or getattr(view, "needs", "") != "signed_in":
        return None
    served, own = learning.visible_to(visitor().id, named["course_id"])
    found = shut(served.document, named["unit"], own) if served else None
    return None if found is not None and rule.endpoint in _ANSWERING and has_begun(named) else found


@bp.post("/courses/<course_id>/<unit>/<activity>/language")
@guard("signed_in")
def as_written(course_id: str, unit: str, activity: str) -> Any:
    """Say yes to a course in the language it is written in, for this session, and open what was asked for."""
    own = learning.learning_of(visitor().id, course_id)
    if own is None or learning_rules.variant(own.published.document, unit, activity, language()) is None:
        raise NotFound()
    pages.accept(course_id)
    return redirect(learning_pages.activity_address(course_id, unit, activity))


@bp.get("/courses/<course_id>/<unit>/<activity>/known")
@guard("signed_in")
def known(course_id: str, unit: str, activity: str) -> Any:
    """The door for those who know a step already: what its quiz is, and what passing it means."""
    own = learning.learning_of(visitor().id, course_id)
    if own is None:
        served = catalogue.published(course_id)
        step = served.document.unit(unit) if served else None
        if step is None or rules.knowing_quiz(step) != activity:
            raise NotFound()
        return redirect(url_for("learning.course", course_id=course_id))
    step, text = _quiz(own, unit, activity)
    if unit in own.finished:
        return redirect(url_for("learning.course", course_id=course_id))
    standing = before_reading(own.published.document, unit, text, own)
    if standing is not None:
        return standing
    tries = learning.tries_of(visitor().id, course_id, unit, activity)
    settings = text.quiz
    limit = settings.attempts if settings else None
    asked = len(text.questions)
    document = own.published.document
    return render_template(
        "doors/known.html",
        course=learning_pages.course_link(document, language()),
        text=learning_pages.text_of(text),
        step=learning_pages.named(step.title(language(), document.source), document, step, language()),
        questions=min(asked, settings.draw) if settings and settings.draw else asked,
        mark=document.pass_mark(text),
        left=None if limit is None else limit - len(tries),
        may=rules.may_show(limit, len(tries)),
        is_open=any(one.submitted_at is None for one in tries),
        start_address=url_for("doors.show", course_id=course_id, unit=unit, activity=activity),
        step_address=learning_pages.activity_address(course_id, unit, next(iter(step.activities))),
    )


@bp.post("/courses/<course_id>/<unit>/<activity>/known")
@guard("signed_in")
def show(course_id: str, unit: str, activity: str) -> Any:
    """Begin the quiz that shows that somebody knows the step, or go on with the open attempt."""
    own = learning.learning_of(visitor().id, course_id)
    if own is None:
        raise NotFound()
    _step, text = _quiz(own, unit, activity)
    if unit in own.finished:
        return redirect(url_for("learning.course", course_id=course_id))
    tries = learning.tries_of(visitor().id, course_id, unit, activity)
    limit = text.quiz.attempts if text.quiz else None
    if not rules.may_show(limit, len(tries)) and all(one.submitted_at for one in tries):
        raise Refused(_("The last attempt is kept for the end of the step."))
    with writing():
        attempt_id = service.start(visitor().id, course_id, unit, activity, knowing=True).id
    found = learning.try_of(visitor().id, attempt_id)
    assert found is not None
    one, answers = found
    return redirect(learning_pages.question_address(one, learning_rules.next_question(one.questions, answers) or 1))


def _quiz(own: Learning, unit: str, activity: str) -> tuple[Unit, Activity]:
    """A unit and the quiz that shows that somebody knows it; anything else is not there."""
    found = own.published.document.unit(unit)
    if found is None or rules.knowing_quiz(found) != activity:
        raise NotFound()
    text = learning_rules.variant(own.published.document, unit, activity, language())
    assert text is not None
    return found, text
