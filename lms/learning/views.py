"""Doors of learning: the course page, lessons, quizzes, and what a learner sends from them."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from lms.accounts.queries import names_of
from lms.accounts.visitor import visitor
from lms.catalogue import queries as catalogue
from lms.catalogue.queries import Published
from lms.content.documents import Activity
from lms.content.kinds import MISSING, Question, WrongShape
from lms.foundation.clock import today
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _, format_time, language
from lms.learning import asking, closing, pages, queries, rules, service
from lms.learning.activities import begun_fields, page_of, shows
from lms.learning.assignments.queries import ways_told
from lms.learning.certificates.queries import certificate_of
from lms.learning.doors.pages import asked_language, marked, told_before, told_changes
from lms.learning.doors.queries import before, is_shut
from lms.learning.doors.standing import before_reading
from lms.learning.forms import PlanForm
from lms.learning.moves.rules import arrived, stood_then
from lms.learning.notes.forms import NOTE, NOTE_FIELDS, note_form
from lms.learning.notes.queries import foot_of, tried_in
from lms.learning.openings.pages import preparation
from lms.learning.queries import Given, Learning, Try
from lms.learning.renewals.pages import renewal_told
from lms.learning.renewals.queries import attempts_before, renewed_until
from lms.learning.reviews.scenes import decisive
from lms.spaces.policy import guard, may

bp = Blueprint("learning", __name__, template_folder="templates")
bp.add_app_template_filter(pages.voiced, "voiced")
bp.add_app_template_filter(pages.up_to_terms, "up_to_terms")
bp.add_app_template_filter(pages.is_voice, "is_voice")
bp.add_app_template_filter(pages.said_language, "said_language")
bp.add_app_template_filter(pages.drafted_at, "drafted_at")
bp.add_app_template_global(pages.lang_mark, "lang_mark")


@bp.get("/courses/<course_id>")
@guard("public")
def course(course_id: str) -> Any:
    """What a course is about, its steps, and the one button that begins or goes on. Open to everybody."""
    served, own = queries.visible_to(visitor().id, course_id)
    if served is None:
        return preparation(course_id)
    by = own.enrolment.enrolled_by if own and pages.is_invited(own) else None
    begun = queries.tries_left_open(own) if own else []
    first = told_before(*before(served.document, visitor().id), own)
    shown = pages.course_page(served, own, language(), served.authors)
    changes = told_changes(own)
    return render_template(
        "learning/course.html",
        **{**shown, "steps": marked(shown["steps"], [unit.id for unit in shown["units"]], own, changes, first.shuts)},
        before=first,
        changes=changes,
        left_open=pages.left_open(begun, catalogue.versions([one.version_id for one in begun]), language()),
        invited=pages.invitation(own, names_of([by]).get(by) if by else None),
        certificate=certificate_of(visitor().id, course_id) if own and served.document.certificate else None,
        ways=ways_told(visitor().id, course_id) if own else [],
        tried=tried_in(visitor().id, course_id, own.reached) if own else (),
        validity=renewal_told(visitor().id, own, language()) if own and own.is_finished else None,
    )


@bp.post("/courses/<course_id>/enrol")
@guard("signed_in")
def enrol(course_id: str) -> Any:
    """Take a course oneself, and open its first step."""
    with writing():
        service.enrol(visitor().id, course_id)
    own = queries.learning_of(visitor().id, course_id)
    if own is None or own.next_unit is None or is_shut(own.published.document, visitor().id, own.next_unit, own):
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


@bp.post("/courses/<course_id>/finish")
@guard("signed_in")
def finish_course(course_id: str) -> Any:
    """Finish a course of which nothing is left to do: a new version, or another language, has fewer steps."""
    with writing():
        whole = service.close(visitor().id, course_id, language())
    if whole:
        flash(_("The course is finished."), "yes")
    return redirect(url_for("learning.course", course_id=course_id))


@bp.get("/courses/<course_id>/<unit>/<activity>")
@guard("signed_in")
def activity(course_id: str, unit: str, activity: str) -> Any:
    """A lesson, or the door of a quiz (an open attempt is gone on with). Remembers that the learner is here."""
    own = queries.learning_of(visitor().id, course_id)
    if own is None:
        return _not_taken(course_id, unit, activity)
    text = _text(own, unit, activity)
    page = page_of(text.type)
    if page is None:
        raise NotFound()
    standing = before_reading(own.published.document, unit, text, own)
    if standing is not None:
        return standing
    _remember(own, unit, activity)
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
    asks_more = request.form.get("do") == "hint" or "move" in request.form
    given, error = (None, "") if asks_more else _read(question)
    if asks_more or error:
        typed = _typed(question, seed=f"{visitor().id}/{unit}")
        _keep_draft(own, unit, activity, question.id, typed, own.published.version_id, text.lang)
        hints = _hints_wanted(question) if request.form.get("do") == "hint" else _hints_shown(question)
        page = _lesson(own, unit, text, asked=question, typed=typed, error=error, hints=hints)
        return (page, 422) if error else page
    with writing():
        stands = service.practise(visitor().id, course_id, unit, activity, question.id, given, lang=text.lang)
    if not stands:
        flash(_first_stands())
    return redirect(f"{pages.activity_address(course_id, unit, activity)}#{question.id}-told")


@bp.post("/courses/<course_id>/<unit>/<activity>/done")
@guard("signed_in")
def finish(course_id: str, unit: str, activity: str) -> Any:
    """The end of a lesson: the plan is saved, the step finished, or the quiz that finishes it opened."""
    own, text = _taken(course_id, unit, activity)
    if text.type not in rules.BY_BUTTON:
        raise NotFound()
    if text.scenes and not pages.has_ended(_walked(own, unit, text).text, request.form.get("path", "")):
        raise Refused(_("The scene has not come to an end yet."))
    mine = queries.plans_of(visitor().id) if pages.promises(text) else []
    saved = {one.block: one for one in mine if (one.course_id, one.unit) == (course_id, unit)}
    plans = _plan_forms(text, saved)
    if not all([form.validate() for _block, form in plans]):
        return _lesson(own, unit, text, plans=plans), 422
    saves = request.form.get("do") == "save"
    closes = closing.closes(own, unit, activity)
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
                remind=form.remind.data,
            )
        if closes and not saves:
            whole = service.complete(visitor().id, course_id, unit, kind=text.type)
    here = pages.activity_address(course_id, unit, activity)
    if saves:
        flash(_("Your plan is saved."), "yes")
        return redirect(here + (f"#{plans[0][0]}" if plans else ""))
    return closing.onward(own, unit, text, whole=whole)


@bp.post("/courses/<course_id>/<unit>/<activity>/place")
@guard("signed_in")
def place(course_id: str, unit: str, activity: str) -> Any:
    """The last heading read, told by the page itself. What is no heading of this text changes nothing."""
    _own, text = _taken(course_id, unit, activity)
    heading = request.form.get("heading", "")
    if heading in rules.anchors(text) and len(heading) <= rules.HEADING_LONGEST:
        with writing():
            service.read_to(visitor().id, course_id, unit, activity, heading)
    return "", 204


@bp.post("/courses/<course_id>/<unit>/<activity>/draft")
@guard("signed_in")
def draft(course_id: str, unit: str, activity: str) -> Any:
    """What somebody has begun to answer or to plan, sent by the page while they type. Answers in one plain sentence."""
    own = queries.learning_of(visitor().id, course_id)
    if own is None:
        raise NotFound()
    one = queries.open_try_of(visitor().id, course_id, unit, activity) if activity.startswith("quiz") else None
    text = _text_of_try(one) if one else _text(own, unit, activity)
    version_id = one.version_id if one else own.published.version_id
    name, others = request.form.get("question"), begun_fields(text)
    if request.form.get("of") == NOTE:
        typed = {NOTE: pages.written_in(NOTE_FIELDS, _sent())}
    elif others is not None:
        typed = {text.type: pages.written_in(others, _sent())}
    elif name is None:
        typed = {promise.id: _typed_plan(promise.id) for promise in pages.promises(text)}
    else:
        question = text.question(name)
        if question is None or (one is not None and name not in one.questions):
            raise NotFound()
        typed = {name: pages.typed_in(question, _sent())} if one is not None or text.type != "quiz" else {}
    since = pages.moment_of(request.form.get("since"))
    kept = [
        _keep_draft(own, unit, activity, block, found, version_id, text.lang, since) for block, found in typed.items()
    ]
    saved = [begun for begun in kept if begun is not None]
    if not saved or len(saved) < len(kept):
        return Response(_first_stands(), 409, mimetype="text/plain")
    at = max(begun.at for begun in saved)
    said = (
        pages.drafted_at(at, visitor().zone)
        if NOTE in typed or others is not None
        else pages.saved_at(at, visitor().zone)
    )
    over = max((begun.over for begun in saved if begun.over is not None), default=None)
    if over is not None:
        said += " " + _(
            "It replaces what you wrote on another page or device, kept at %(time)s.",
            time=format_time(over, visitor().zone),
        )
    return Response(said, mimetype="text/plain", headers={"X-Saved": at.isoformat()})


@bp.post("/courses/<course_id>/<unit>/<activity>/scene")
@guard("signed_in")
def scene(course_id: str, unit: str, activity: str) -> Any:
    """A choice in a scene, one scene back, or the beginning again. Asked twice, or from an old page, nothing is lost."""
    own, text = _taken(course_id, unit, activity)
    if not text.scenes:
        raise NotFound()
    on = _walked(own, unit, text)
    version_id, path = on.published.version_id, pages.way_through(on.text, request.form.get("path", ""), "")
    here = on.text.scene(rules.scene_of(path[-1]))
    step = request.form.get("to", "")
    if request.form.get("do") == "again":
        version_id, path = own.published.version_id, [text.scenes[0].id]
    elif request.form.get("do") == "back":
        path = path[:-1] or path
    elif here is None or step not in rules.steps_of(here.moves):
        raise NotFound()
    elif len(path) >= pages.LONGEST_WAY:
        raise Refused(_("This way has become very long. Play the scene again from its beginning."))
    else:
        path = [*path, step]
    seen = [name for name in request.form.get("seen", "").split(".") if name]
    with writing():
        there = service.walk(
            visitor().id, course_id, unit, activity, path, seen=seen, version_id=version_id, lang=text.lang
        )
    if not there:
        flash(_("You have gone on in another window. Here is where you are."))
    return redirect(f"{pages.activity_address(course_id, unit, activity)}#scene")


@bp.post("/courses/<course_id>/<unit>/<activity>/start")
@guard("signed_in")
def start(course_id: str, unit: str, activity: str) -> Any:
    """Begin an attempt at a quiz, or go on with the open one."""
    with writing():
        attempt_id = service.start(visitor().id, course_id, unit, activity).id
    one, answers = _attempt(course_id, unit, activity, attempt_id)
    return redirect(pages.question_address(one, rules.next_question(one.questions, answers) or 1))


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
    if one.questions[number - 1] not in answers:
        standing = before_reading(_version_of(one).document, unit, _text_of_try(one))
        if standing is not None:
            return standing
    return _question(one, answers, number)


@bp.post("/courses/<course_id>/<unit>/<activity>/<attempt_id>/<int:number>")
@guard("signed_in")
def answer(course_id: str, unit: str, activity: str, attempt_id: str, number: int) -> Any:
    """An answer in a quiz, or the wish for a hint. Sent twice, the first one stands."""
    one, answers = _attempt(course_id, unit, activity, attempt_id)
    if not 1 <= number <= len(one.questions):
        raise NotFound()
    here = pages.question_address(one, number)
    text = _text_of_try(one)
    asked = _question_of(text, one, number)
    if asked.id in answers or one.submitted_at is not None:
        if asked.id not in answers or _read(asked) != (answers[asked.id].given, ""):
            flash(_first_stands())
        return redirect(f"{here}#feedback")
    asks_more = request.form.get("do") == "hint" or "move" in request.form
    given, error = (None, "") if asks_more else _read(asked)
    if asks_more or error:
        typed = _typed(asked, seed=one.id, shuffle=bool(text.quiz and text.quiz.shuffle))
        own = queries.learning_of(visitor().id, course_id)
        if own is not None:
            _keep_draft(own, unit, activity, asked.id, typed, one.version_id, text.lang)
        hints = _hints_wanted(asked) if request.form.get("do") == "hint" else _hints_shown(asked)
        page = _question(one, answers, number, typed=typed, error=error, hints=hints)
        return (page, 422) if error else page
    sure = pages.sure_of(asked, _sent()) if text.quiz and text.quiz.confidence else None
    with writing():
        stands = service.answer(visitor().id, attempt_id, asked.id, given, lang=text.lang, sure=sure)
    if not stands:  # two tabs at the same moment
        flash(_first_stands())
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
    text = _text_of_try(one)
    spent = _spent(text, visitor().id, course_id, unit)
    return render_template(
        "learning/result.html",
        **pages.result_page(own, one, tries, versions, text, language(), spent=spent),
        renewed_until=renewed_until(visitor().id, course_id, one.submitted_at) if one.passed else None,
        certificate=certificate_of(visitor().id, course_id)
        if one.passed and own.published.document.certificate
        else None,
    )


def _not_taken(course_id: str, unit: str, activity: str) -> Any:
    """Somebody who does not take the course is led to its page, if there is such an activity in it."""
    served = catalogue.published(course_id)
    if served is None or rules.variant(served.document, unit, activity, language()) is None:
        raise NotFound()
    return redirect(url_for("learning.course", course_id=course_id))


def _text(own: Learning, unit: str, activity: str) -> Activity:
    document = own.published.document
    found = rules.variant(document, unit, activity, asked_language(document, unit, activity))
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
    document = _version_of(one).document
    found = rules.variant(document, one.unit, one.activity, lang or asked_language(document, one.unit, one.activity))
    if found is None:
        raise NotFound()
    return found


def _version_of(one: Try) -> Published:
    own = catalogue.version(one.version_id)
    assert own is not None, "versions are never deleted"
    return own


def _question_of(text: Activity, one: Try, number: int) -> Question:
    found = text.question(one.questions[number - 1])
    if found is None:
        raise NotFound()
    return found


def _remember(own: Learning, unit: str, activity: str) -> None:
    """Keep the learner's place and the language they read in. Skipped where it is the same, for HEAD, and for a page that
    is only fetched ahead.
    """
    if request.method != "GET" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return
    here = (unit, activity, language())
    if own.place is not None and (own.place.unit, own.place.activity, own.place.lang) == here:
        return
    stays = own.place is not None and (own.place.unit, own.place.activity) == (unit, activity)
    heading = own.place.heading if own.place is not None and stays else ""
    with writing():
        service.move(own.enrolment.person_id, own.enrolment.course_id, *here, heading=heading)


def _sent() -> dict[str, list[str]]:
    """What the browser sent, without marks that are no text."""
    return {name: [rules.clean_lines(one) for one in values] for name, values in request.form.lists()}


def _typed(question: Question, *, seed: str, shuffle: bool = False) -> dict[str, list[str]]:
    """What was typed into a question that comes back, after a press on Up or Down if that is what was pressed."""
    typed = pages.typed_in(question, _sent())
    move = request.form.get("move", "")
    return pages.after_move(pages.asked(question, seed=seed, shuffle=shuffle), typed, move) if move else typed


def _typed_plan(block: str) -> dict[str, list[str]]:
    """What was typed into the fields of a plan. Too long is cut: the form says so when it is sent."""
    names = [f"{block}-{field}" for field in ("when", "do", "day")]
    sent = _sent()
    return {name: [sent[name][0][: rules.PLAN_LONGEST]] for name in names if sent.get(name)}


def _keep_draft(
    own: Learning,
    unit: str,
    activity: str,
    block: str,
    typed: dict[str, list[str]],
    version_id: str,
    lang: str,
    since: datetime | None = None,
) -> service.Begun | None:
    with writing():
        return service.keep_draft(
            own.enrolment.person_id,
            own.enrolment.course_id,
            unit,
            activity,
            block,
            typed,
            version_id=version_id,
            lang=lang,
            since=since,
        )


def _first_stands() -> str:
    return _("You had answered this question before; that answer stands.")


def _walked(own: Learning, unit: str, text: Activity) -> pages.Walked:
    """Where the visitor is in a scenario."""
    way = queries.way_of(own.enrolment.person_id, own.enrolment.course_id, unit, text.key)
    return pages.walked(own, unit, text, way, catalogue.version(way.version_id) if way else None)


def _read(question: Question) -> tuple[Any, str]:
    """The answer in the request and, where there is none or it cannot be read, what is wrong."""
    try:
        given = question.read(_sent())
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


def _plan_forms(
    text: Activity,
    saved: dict[str, queries.Commitment] | None = None,
    drafts: dict[str, queries.Begun] | None = None,
) -> list[tuple[str, PlanForm]]:
    """One form per commitment, with what was begun, what was saved or, before, the author's words."""
    found = []
    for promise in pages.promises(text):
        before = (saved or {}).get(promise.id)
        words = pages.plan_words(promise, before, (drafts or {}).get(promise.id))
        form = PlanForm(prefix=promise.id, data=words)
        form.offer_days(today(visitor().zone), words["day"])
        found.append((promise.id, form))
    return found


@shows("lesson")
def _lesson(
    own: Learning,
    unit: str,
    text: Activity,
    *,
    asked: Question | None = None,
    typed: dict[str, list[str]] | None = None,
    error: str = "",
    hints: tuple[str, ...] = (),
    plans: list[tuple[str, PlanForm]] | None = None,
) -> str:
    person_id, course_id = own.enrolment.person_id, own.enrolment.course_id
    given, saved, drafts = queries.lesson_memory(person_id, course_id, unit, text.key, arrived(text))
    versions = catalogue.versions([*(one.version_id for one in given), *(one.version_id for one in drafts.values())])
    blocks = pages.lesson_blocks(
        own.published,
        text,
        unit,
        given,
        versions,
        seed=f"{person_id}/{unit}",
    )
    for piece in blocks:
        if piece.ask is None or piece.told is not None:
            continue
        question = text.question(piece.ask["id"])
        begun = drafts.get(piece.ask["id"])
        if asked is not None and piece.ask["id"] == asked.id:
            piece.typed, piece.error, piece.hints = typed or {}, error, hints
        elif begun is not None and question is not None:
            stood = stood_then(versions[begun.version_id].document, unit, text.key, question.id)
            then = rules.variant(versions[begun.version_id].document, *stood, begun.lang)
            there = rules.variant(own.published.document, unit, text.key, begun.lang)
            piece.typed = pages.taken_up(begun, question, text.lang, then, there)
            piece.hints = pages.hints_in(question, piece.typed)
            piece.saved = pages.saved_at(begun.saved_at, visitor().zone) if piece.typed else ""
        piece.hints = pages.placed_in(piece.hints, own.published)
        piece.since = begun.saved_at.isoformat() if begun is not None else ""
        piece.ask = {**pages.in_order(piece.ask, piece.typed), "moves": True, "moved": request.form.get("move", "")}
    forms = plans or _plan_forms(text, saved, drafts)
    promises = {promise.id: promise for promise in pages.promises(text)}
    found = own.published.document.unit(unit)
    assert found is not None
    foot = foot_of(person_id, course_id, unit, text.key)
    if plans is None:
        for block, plan in forms:
            plan.remind.data = block in foot.reminded
    return render_template(
        "learning/lesson.html",
        foot=foot,
        note_form=note_form(foot, drafts.get(NOTE)),
        note_draft=drafts.get(NOTE),
        **pages.frame(own, unit, text, language()),
        blocks=blocks,
        errors=pages.faults(asked, error, [form for _block, form in forms]),
        form={"errors": True} if error or any(form.errors for _block, form in forms) else {"errors": False},
        commitments=[
            {
                "id": block,
                "title": pages.placed(promises[block].title, own.published),
                "more": pages.more_of(promises[block], own.published),
                "form": form,
            }
            for block, form in forms
        ],
        saved=pages.plan_saved(saved, drafts, visitor().zone),
        since=pages.plan_since(drafts),
        place_address=url_for("learning.place", course_id=course_id, unit=unit, activity=text.key),
        draft_address=url_for("learning.draft", course_id=course_id, unit=unit, activity=text.key),
        ending=pages.ending(found, text, own.published.document, language(), saves=bool(forms)),
        here_address=pages.activity_address(course_id, unit, text.key),
        finish_address=url_for("learning.finish", course_id=course_id, unit=unit, activity=text.key),
    )


@shows("scenario")
def _scenario(own: Learning, unit: str, text: Activity) -> str:
    way = queries.way_of(own.enrolment.person_id, own.enrolment.course_id, unit, text.key)
    on = pages.walked(own, unit, text, way, catalogue.version(way.version_id) if way else None)
    shared = request.args.get("path", ""), request.args.get("scene", "")
    names = pages.way_through(on.text, *shared) if any(shared) else on.path
    found = own.published.document.unit(unit)
    assert found is not None
    decided = decisive(on.text) if way and list(names) == list(way.path) else None
    return render_template(
        "learning/scenario.html",
        **pages.frame(own, unit, on.text, language()),
        **pages.scene_page(on.published, unit, on.text, names),
        seen=".".join(way.path) if way else "",
        comes_back=decided.id if decided else "",
        changed=on.changed,
        scene_address=url_for("learning.scene", course_id=own.enrolment.course_id, unit=unit, activity=text.key),
        blocks=pages.lesson_blocks(on.published, on.text, unit, [], {}, seed=""),
        ending=pages.ending(found, text, own.published.document, language(), saves=False),
        finish_address=url_for("learning.finish", course_id=own.enrolment.course_id, unit=unit, activity=text.key),
    )


def _spent(text: Activity, person_id: str, course_id: str, unit: str) -> int:
    """How many attempts at a quiz were made before it was asked anew; only where their number is limited."""
    limited = text.quiz is not None and text.quiz.attempts is not None
    return attempts_before(person_id, course_id, unit, text.key) if limited else 0


@shows("quiz")
def _quiz_door(own: Learning, unit: str, text: Activity) -> Any:
    person_id, course_id = own.enrolment.person_id, own.enrolment.course_id
    tries = queries.tries_with_answers(person_id, course_id, unit, text.key)
    for one, answers in tries:
        if one.submitted_at is None:
            return redirect(pages.question_address(one, rules.next_question(one.questions, answers) or 1))
    spent = _spent(text, person_id, course_id, unit)
    return render_template(
        "learning/quiz.html",
        **pages.frame(own, unit, text, language()),
        **pages.door(tries, text, catalogue.versions([one.version_id for one, _answers in tries]), spent=spent),
        start_address=url_for("learning.start", course_id=course_id, unit=unit, activity=text.key),
    )


def _question(
    one: Try,
    answers: dict[str, Given],
    number: int,
    *,
    typed: dict[str, list[str]] | None = None,
    error: str = "",
    hints: tuple[str, ...] = (),
) -> str:
    kept = answers.get(one.questions[number - 1])
    text = _text_of_try(one, kept.lang if kept else None)
    asked = _question_of(text, one, number)
    own, served = catalogue.version(one.version_id), catalogue.version(one.served_id)
    assert own is not None
    begun = None
    if kept is None:
        begun = queries.draft_of(one.person_id, one.course_id, one.unit, one.activity, asked.id)
        if begun is not None and typed is None:
            then = rules.variant(own.document, one.unit, one.activity, begun.lang)
            typed = pages.taken_up(begun, asked, text.lang, then, then if begun.version_id == one.version_id else None)
            hints = pages.hints_in(asked, typed)
    typed = typed or {}
    ask = pages.placed_in(pages.asked(asked, seed=one.id, shuffle=bool(text.quiz and text.quiz.shuffle)), own)
    after = pages.question_address(one, number + 1) if number < len(one.questions) else pages.result_address(one)
    return render_template(
        "learning/question.html",
        course=pages.course_link(own.document, language()),
        text=pages.text_of(text),
        terms=pages.glossary(own, text),
        ask={
            **pages.in_order(ask, typed),
            "moves": True,
            "moved": request.form.get("move", ""),
            "confidence": bool(text.quiz and text.quiz.confidence),
        },
        changed=pages.has_changed(one, text, served),
        saved=pages.saved_at(begun.saved_at, visitor().zone) if begun and typed else "",
        since=begun.saved_at.isoformat() if begun else "",
        draft_address=url_for("learning.draft", course_id=one.course_id, unit=one.unit, activity=one.activity),
        told=pages.placed_in(asking.told(asked, kept.given), own) if kept else None,
        answered_in=text.lang if kept and text.lang != _text_of_try(one).lang else "",
        number=number,
        total=len(one.questions),
        answered=len(answers),
        typed=typed,
        error=error,
        hints=pages.placed_in(hints, own),
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
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".ogv": "video/ogg",
    ".txt": "text/plain; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".pdf": "application/pdf",
}


@bp.get("/courses/<course_id>/files/<path:path>")
@guard("public")
def file(course_id: str, path: str) -> Any:
    """A picture or another file of a course. Pages ask for it by its digest, and browsers keep it for good; without, it is
    that of today. Versions before stand open to those who may be on one: whoever is signed in.
    """
    who, asked = visitor(), request.args.get("digest", "")
    if queries.visible_to(who.id, course_id)[0] is None and not may(who, "author"):
        raise NotFound()  # of a course that is withdrawn, whoever began it keeps the pictures, and its authors
    found = catalogue.file_of(course_id, path, asked, former=not who.is_anonymous)
    if found is None:
        raise NotFound()
    data, digest = found
    kind = _SHOWN.get(PurePosixPath(path).suffix.lower())
    answer = Response(data, mimetype=None, content_type=kind or "application/octet-stream")
    if kind is None:
        answer.headers["Content-Disposition"] = "attachment"
    # A drawing opened by itself is a document: it may style itself, nothing else.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable" if asked else "private, max-age=3600"
    answer.set_etag(digest)
    # Ranges, so that a recording can be heard from its middle.
    return answer.make_conditional(request, accept_ranges=True, complete_length=len(data))
