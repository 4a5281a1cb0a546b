"""Doors of learning: the course page, lessons, quizzes, and what a learner sends from them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from lms.accounts.queries import names_of
from lms.accounts.visitor import visitor
from lms.catalogue import queries as catalogue
from lms.content.documents import Activity
from lms.content.kinds import MISSING, Question, WrongShape
from lms.foundation.clock import today
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _, language
from lms.learning import asking, pages, queries, rules, service
from lms.learning.activities import page_of, shows
from lms.learning.certificates.queries import certificate_of
from lms.learning.forms import PlanForm
from lms.learning.queries import Given, Learning, Try
from lms.spaces.policy import guard

bp = Blueprint("learning", __name__, template_folder="templates")
bp.add_app_template_filter(pages.voiced, "voiced")
bp.add_app_template_filter(pages.is_voice, "is_voice")


@bp.get("/courses/<course_id>")
@guard("public")
def course(course_id: str) -> Any:
    """What a course is about, its steps, and the one button that begins or goes on. Open to everybody."""
    served, own = queries.visible_to(visitor().id, course_id)
    if served is None:
        raise NotFound()
    wanted = pages.prerequisites_of(served.document)
    by = own.enrolment.enrolled_by if own and pages.is_invited(own) else None
    return render_template(
        "learning/course.html",
        **pages.course_page(served, own, language(), served.authors),
        prerequisites=pages.told_prerequisites(wanted, catalogue.published_among(wanted), language()),
        invited=pages.invitation(own, names_of([by]).get(by) if by else None),
        certificate=certificate_of(visitor().id, course_id) if own and served.document.certificate else None,
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
    """A lesson, or the door of a quiz (an open attempt is gone on with). Remembers that the learner is here."""
    own = queries.learning_of(visitor().id, course_id)
    if own is None:
        return _not_taken(course_id, unit, activity)
    text = _text(own, unit, activity)
    _remember(own, unit, activity)
    page = page_of(text.type)
    if page is None:
        raise NotFound()
    return page(own, unit, text)


@bp.post("/courses/<course_id>/<unit>/<activity>")
@guard("signed_in")
def answer_in_lesson(course_id: str, unit: str, activity: str) -> Any:
    """An answer to a question inside a lesson, or the wish for a hint; what comes back stands where the question
    stood.
    """
    own, text = _taken(course_id, unit, activity)
    question = text.question(request.form.get("question", ""))
    if text.type == "quiz" or question is None:
        raise NotFound()
    if request.form.get("do") == "hint":
        return _lesson(own, unit, text, asked=question, hints=_hints_wanted(question))
    given, error = _read(question)
    if error:
        return _lesson(own, unit, text, asked=question, error=error, hints=_hints_shown(question)), 422
    with writing():
        service.practise(visitor().id, course_id, unit, activity, question.id, given, lang=text.lang)
    return redirect(f"{pages.activity_address(course_id, unit, activity)}#{question.id}-told")


@bp.post("/courses/<course_id>/<unit>/<activity>/done")
@guard("signed_in")
def finish(course_id: str, unit: str, activity: str) -> Any:
    """The end of a lesson: the plan is saved, the step finished, or the quiz that finishes it opened."""
    own, text = _taken(course_id, unit, activity)
    if text.type not in rules.BY_BUTTON:
        raise NotFound()
    if text.scenes and not pages.has_ended(text, request.form.get("path", "")):
        raise Refused(_("The scene has not come to an end yet."))
    plans = _plan_forms(text)
    if not all(form.validate() for _block, form in plans):
        return _lesson(own, unit, text, plans=plans), 422
    saves = request.form.get("do") == "save"
    found = own.published.document.unit(unit)
    closes = found is not None and rules.closing_activity(found) == activity
    whole = False
    with writing():
        for block, form in plans:
            service.keep_plan(
                visitor().id,
                course_id,
                unit,
                block,
                situation=form.when.data or "",
                action=form.do.data or "",
                planned_on=form.planned_on(),
            )
        if closes and not saves:
            whole = service.complete(visitor().id, course_id, unit, kind=text.type)
    here = pages.activity_address(course_id, unit, activity)
    if saves:
        flash(_("Your plan is saved."), "yes")
        return redirect(here + (f"#{plans[0][0]}" if plans else ""))
    if not closes and found is not None:
        keys = list(found.activities)
        return redirect(pages.activity_address(course_id, unit, keys[keys.index(activity) + 1]))
    flash(
        _("That was the last step: the course is finished.") if whole else _("Step done: %(title)s.", title=text.title),
        "yes",
    )
    return redirect(url_for("learning.course", course_id=course_id))


@bp.post("/courses/<course_id>/<unit>/<activity>/start")
@guard("signed_in")
def start(course_id: str, unit: str, activity: str) -> Any:
    """Begin an attempt at a quiz, or go on with the open one."""
    with writing():
        made = service.start(visitor().id, course_id, unit, activity)
        attempt_id = made.id
    return redirect(
        url_for("learning.question", course_id=course_id, unit=unit, activity=activity, attempt_id=attempt_id, number=1)
    )


@bp.get("/courses/<course_id>/<unit>/<activity>/<attempt_id>/<int:number>")
@guard("signed_in")
def question(course_id: str, unit: str, activity: str, attempt_id: str, number: int) -> Any:
    """A question of one's own attempt: to answer, or answered with its feedback. Those ahead wait for their turn."""
    one, answers = _attempt(course_id, unit, activity, attempt_id)
    if not 1 <= number <= len(one.questions):
        raise NotFound()
    due = rules.next_question(one.questions, answers)
    if due is not None and number > due:
        return redirect(pages.question_address(one, due))
    return _question(one, answers, number)


@bp.post("/courses/<course_id>/<unit>/<activity>/<attempt_id>/<int:number>")
@guard("signed_in")
def answer(course_id: str, unit: str, activity: str, attempt_id: str, number: int) -> Any:
    """An answer in a quiz, or the wish for a hint. Sent twice, the first one stands."""
    one, answers = _attempt(course_id, unit, activity, attempt_id)
    if not 1 <= number <= len(one.questions):
        raise NotFound()
    here = pages.question_address(one, number)
    if one.questions[number - 1] in answers or one.submitted_at is not None:
        return redirect(f"{here}#feedback")
    text = _text_of_try(one)
    asked = _question_of(text, one, number)
    if request.form.get("do") == "hint":
        return _question(one, answers, number, hints=_hints_wanted(asked))
    given, error = _read(asked)
    if error:
        return _question(one, answers, number, error=error, hints=_hints_shown(asked)), 422
    with writing():
        service.answer(visitor().id, attempt_id, asked.id, given, lang=text.lang)
    return redirect(f"{here}#feedback")


@bp.get("/courses/<course_id>/<unit>/<activity>/<attempt_id>/end")
@guard("signed_in")
def result(course_id: str, unit: str, activity: str, attempt_id: str) -> Any:
    """The end of one's own attempt: what holds, what to come back to, then the figure, and what happens next."""
    tries = queries.tries_with_answers(visitor().id, course_id, unit, activity)
    found = next(((one, answers) for one, answers in tries if one.id == attempt_id), None)
    own = queries.learning_of(visitor().id, course_id)
    if found is None or own is None:
        raise NotFound()
    one, answers = found
    if one.submitted_at is None:
        return redirect(pages.question_address(one, rules.next_question(one.questions, answers) or 1))
    versions = catalogue.versions([each.version_id for each, _answers in tries])
    return render_template(
        "learning/result.html",
        **pages.result_page(own, one, tries, versions, _text_of_try(one), language()),
        certificate=certificate_of(visitor().id, course_id) if one.passed and own.published.document.certificate else None,
    )


def _not_taken(course_id: str, unit: str, activity: str) -> Any:
    """Somebody who does not take the course is led to its page, if there is such an activity in it."""
    served = catalogue.published(course_id)
    if served is None or rules.variant(served.document, unit, activity, language()) is None:
        raise NotFound()
    return redirect(url_for("learning.course", course_id=course_id))


def _text(own: Learning, unit: str, activity: str) -> Activity:
    found = rules.variant(own.published.document, unit, activity, language())
    if found is None:
        raise NotFound()
    return found


def _taken(course_id: str, unit: str, activity: str) -> tuple[Learning, Activity]:
    """The visitor's course and an activity of it, for what changes something. Not taken and not there are the same."""
    own = queries.learning_of(visitor().id, course_id)
    if own is None:
        raise NotFound()
    return own, _text(own, unit, activity)


def _attempt(course_id: str, unit: str, activity: str, attempt_id: str) -> tuple[Try, dict[str, Given]]:
    """The visitor's own attempt at this very activity; anything else is not there."""
    found = queries.try_of(visitor().id, attempt_id)
    if found is None or (found[0].course_id, found[0].unit, found[0].activity) != (course_id, unit, activity):
        raise NotFound()
    return found


def _text_of_try(one: Try, lang: str | None = None) -> Activity:
    """The quiz of an attempt as its own version has it."""
    own = catalogue.version(one.version_id)
    found = rules.variant(own.document, one.unit, one.activity, lang or language()) if own else None
    if found is None:
        raise NotFound()
    return found


def _question_of(text: Activity, one: Try, number: int) -> Question:
    found = text.question(one.questions[number - 1])
    if found is None:
        raise NotFound()
    return found


def _remember(own: Learning, unit: str, activity: str) -> None:
    """Keep the learner's place and the language they read in. Skipped where it is the same, for HEAD, and for a page that is only fetched ahead."""
    if request.method != "GET" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return
    here = (unit, activity, language())
    if own.place is not None and (own.place.unit, own.place.activity, own.place.lang) == here:
        return
    with writing():
        service.move(own.enrolment.person_id, own.enrolment.course_id, *here)


def _read(question: Question) -> tuple[Any, str]:
    """The answer in the request and, where there is none or it cannot be read, what is wrong."""
    try:
        given = question.read(request.form.to_dict(flat=False))
    except WrongShape:
        return None, pages.wrong_shape(question.kind)
    if given is MISSING:
        return None, pages.nothing_given(question.kind)
    return given, ""


def _hints_shown(question: Question) -> tuple[str, ...]:
    try:
        shown = int(request.form.get("hints", "0"))
    except ValueError:
        shown = 0
    return question.hints[: max(0, min(shown, len(question.hints)))]


def _hints_wanted(question: Question) -> tuple[str, ...]:
    return question.hints[: len(_hints_shown(question)) + 1]


def _plan_forms(text: Activity, saved: dict[str, queries.Commitment] | None = None) -> list[tuple[str, PlanForm]]:
    """One form per commitment, with what was saved or, before, the author's words."""
    found = []
    for promise in pages.promises(text):
        before = (saved or {}).get(promise.id)
        form = PlanForm(
            prefix=promise.id,
            data={
                "when": before.situation if before else promise.when,
                "do": before.action if before else promise.then,
            },
        )
        form.offer_days(today(visitor().zone), before.planned_on if before else None)
        found.append((promise.id, form))
    return found


@shows("lesson")
def _lesson(
    own: Learning,
    unit: str,
    text: Activity,
    *,
    asked: Question | None = None,
    error: str = "",
    hints: tuple[str, ...] = (),
    plans: list[tuple[str, PlanForm]] | None = None,
) -> str:
    person_id, course_id = own.enrolment.person_id, own.enrolment.course_id
    given, saved = queries.lesson_memory(person_id, course_id, unit, text.key)
    blocks = pages.lesson_blocks(
        own.published,
        text,
        unit,
        given,
        catalogue.versions([one.version_id for one in given]),
        seed=f"{person_id}/{unit}",
    )
    for block in blocks:
        if asked is not None and block.ask is not None and block.ask["id"] == asked.id and block.told is None:
            block.typed, block.error, block.hints = request.form.to_dict(flat=False), error, hints
    forms = plans or _plan_forms(text, saved)
    promises = {promise.id: promise for promise in pages.promises(text)}
    found = own.published.document.unit(unit)
    assert found is not None
    return render_template(
        "learning/lesson.html",
        **pages.frame(own, unit, text, language()),
        blocks=blocks,
        terms=pages.glossary(own.published, text),
        wrong={"question": asked.id, "text": error} if asked is not None and error else None,
        form={"errors": True} if error or any(form.errors for _block, form in forms) else {"errors": False},
        commitments=[
            {
                "id": block,
                "title": promises[block].title,
                "more": pages.more_of(promises[block], own.published),
                "form": form,
            }
            for block, form in forms
        ],
        saved=max((plan.saved_at for plan in saved.values()), default=None),
        ending=pages.ending(found, text, own.published.document, language(), saves=bool(forms)),
        here_address=pages.activity_address(course_id, unit, text.key),
        finish_address=url_for("learning.finish", course_id=course_id, unit=unit, activity=text.key),
    )


@shows("scenario")
def _scenario(own: Learning, unit: str, text: Activity) -> str:
    names = pages.way_through(text, request.args.get("path", ""), request.args.get("scene", ""))
    found = own.published.document.unit(unit)
    assert found is not None
    return render_template(
        "learning/scenario.html",
        **pages.frame(own, unit, text, language()),
        **pages.scene_page(own.published, unit, text, names),
        blocks=pages.lesson_blocks(own.published, text, unit, [], {}, seed=""),
        ending=pages.ending(found, text, own.published.document, language(), saves=False),
        finish_address=url_for("learning.finish", course_id=own.enrolment.course_id, unit=unit, activity=text.key),
    )


@shows("quiz")
def _quiz_door(own: Learning, unit: str, text: Activity) -> Any:
    person_id, course_id = own.enrolment.person_id, own.enrolment.course_id
    tries = queries.tries_with_answers(person_id, course_id, unit, text.key)
    for one, answers in tries:
        if one.submitted_at is None:
            return redirect(pages.question_address(one, rules.next_question(one.questions, answers) or 1))
    return render_template(
        "learning/quiz.html",
        **pages.frame(own, unit, text, language()),
        **pages.door(tries, text, catalogue.versions([one.version_id for one, _answers in tries])),
        start_address=url_for("learning.start", course_id=course_id, unit=unit, activity=text.key),
    )


def _question(one: Try, answers: dict[str, Given], number: int, *, error: str = "", hints: tuple[str, ...] = ()) -> str:
    kept = answers.get(one.questions[number - 1])
    text = _text_of_try(one, kept.lang if kept else None)
    asked = _question_of(text, one, number)
    own = catalogue.version(one.version_id)
    assert own is not None
    after = pages.question_address(one, number + 1) if number < len(one.questions) else pages.result_address(one)
    return render_template(
        "learning/question.html",
        course=pages.course_link(own.document, language()),
        text=pages.text_of(text),
        ask=pages.asked(asked, seed=one.id, shuffle=bool(text.quiz and text.quiz.shuffle)),
        told=asking.told(asked, kept.given) if kept else None,
        number=number,
        total=len(one.questions),
        answered=len(answers),
        typed=request.form.to_dict(flat=False),
        error=error,
        hints=hints,
        form={"errors": bool(error)},
        here_address=pages.question_address(one, number),
        after=after,
        lesson_href=pages.lesson_address(own.document, one),
    )


#: What a browser may show of the files of a course; anything else is handed over as a download.
_SHOWN = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
    ".txt": "text/plain; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".pdf": "application/pdf",
}


@bp.get("/courses/<course_id>/files/<path:path>")
@guard("public")
def file(course_id: str, path: str) -> Any:
    """A picture or another file of a course. Kept by browsers, and asked for again by its digest."""
    found = catalogue.file_of(course_id, path)
    if found is None:
        raise NotFound()
    data, digest = found
    kind = _SHOWN.get(PurePosixPath(path).suffix.lower())
    answer = Response(data, mimetype=None, content_type=kind or "application/octet-stream")
    if kind is None:
        answer.headers["Content-Disposition"] = "attachment"
    # A drawing opened by itself is a document: it may style itself, nothing else.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.set_etag(digest)
    return answer.make_conditional(request)
