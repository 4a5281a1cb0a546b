"""Doors of a trial: a course's first step without an account. Nothing is written: what was answered travels in the form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for

from lms.accounts.visitor import visitor
from lms.catalogue.queries import Published
from lms.content.documents import Activity
from lms.content.kinds import Question
from lms.foundation.clock import now
from lms.foundation.errors import NotFound, TooMany
from lms.foundation.i18n import _, language
from lms.learning import pages as learning_pages
from lms.learning.trial import pages, queries, rules
from lms.learning.trial.rules import Pace, Trial
from lms.spaces.policy import guard
from lms.spaces.queries import network

bp = Blueprint("trial", __name__, template_folder="templates")

#: Of this process alone, and forgotten with it: who tries a course is not written down.
_pace = Pace()


@bp.get("/try/<course_id>")
@guard("public")
def course(course_id: str) -> Any:
    """The way to the first page of a trial."""
    _served, trial = _tried(course_id)
    return redirect(pages.address_of(course_id, trial.activities[0]))


@bp.get("/try/<course_id>/<activity>")
@guard("public")
def activity(course_id: str, activity: str) -> Any:
    """A lesson, the first question of a quiz, or a scene: the way through it is in the address."""
    served, trial, text = _text(course_id, activity)
    if not visitor().is_anonymous:
        return redirect(url_for("learning.course", course_id=course_id))
    if text.type == "lesson":
        return _kept(_lesson(served, trial, text, {}))
    if text.type == "quiz":
        return _kept(_question(served, trial, text, {}, asked=rules.asked_in(text)[0]))
    return _kept(_scene(served, trial, text))


@bp.post("/try/<course_id>/<activity>")
@guard("public")
def answer(course_id: str, activity: str) -> Any:
    """An answer, the wish for a hint, or the way to the next question. Marked and told, never stored."""
    served, trial, text = _text(course_id, activity)
    wait = _pace.wait(request.remote_addr or "", now().timestamp())
    if wait:
        raise TooMany(_("Many answers have come from your connection. Wait a minute, then go on."), int(wait) + 1)
    form = request.form.to_dict(flat=False)
    given = pages.told_before(text, form)
    if text.type == "quiz" and request.form.get("do") == "next":
        due = next((one for one in rules.asked_in(text) if one.id not in given), None)
        return _question(served, trial, text, given, asked=due) if due else _result(served, trial, text, given)
    asked = next((one for one in rules.asked_in(text) if one.id == request.form.get("question")), None)
    if asked is None:
        raise NotFound()
    show = _question if text.type == "quiz" else _lesson
    if request.form.get("do") == "hint":
        return show(served, trial, text, given, asked=asked, hints=pages.hints_of(asked, form, more=1))
    one, error = pages.read(asked, form)
    if error:
        return show(served, trial, text, given, asked=asked, error=error, hints=pages.hints_of(asked, form)), 422
    return show(served, trial, text, {**given, asked.id: one}, asked=asked)


@bp.get("/try/<course_id>/questions/<question>")
@guard("public")
def question(course_id: str, question: str) -> Any:
    """A question of the front page with the answer in the address: told at once, and where it comes from."""
    served, trial = _tried(course_id)
    sample = rules.sample_of(served.document, language())
    if sample is None or sample.question.id != question:
        # Another language may have another question first, or none: the step itself has them all.
        text = rules.text_of(served.document, trial, trial.activities[0], language())
        if text is None or text.question(question) is None:
            raise NotFound()
        return redirect(pages.address_of(course_id, trial.activities[0]))
    given, error = pages.read(sample.question, request.args.to_dict(flat=False))
    error = error if "do" in request.args else ""
    shown = pages.sample(served, sample, language(), given)
    page = render_template(
        "trial/sample.html", **shown, error=error, form={"errors": bool(error)}, trial_address=_first(served, trial),
        step=trial.unit.title(language(), served.document.source),
        minutes=learning_pages.minutes(trial.unit.minutes(language(), served.document.source)),
    )  # fmt: skip
    return _kept(page)


def _first(served: Published, trial: Trial) -> str:
    return pages.address_of(served.course_id, trial.activities[0])


def _tried(course_id: str) -> tuple[Published, Trial]:
    found = queries.tried(course_id, language())
    if found is None:
        raise NotFound()
    return found


def _text(course_id: str, activity: str) -> tuple[Published, Trial, Activity]:
    served, trial = _tried(course_id)
    text = rules.text_of(served.document, trial, activity, language())
    if text is None or (text.type == "quiz" and not rules.asked_in(text)):
        raise NotFound()
    return served, trial, text


def _kept(page: str) -> Any:
    """A page for strangers, which caches may keep for a minute: unless a form on it needs a cookie."""
    answer = make_response(page)
    if not request.cookies and not session.modified and not {"lang", "theme"} & request.args.keys():
        answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


def _end(served: Published, trial: Trial, text: Activity) -> dict[str, Any]:
    """What comes after the last activity of a trial; empty before it."""
    if trial.after(text.key):
        return {"end": None}
    here = network()
    return {
        "end": {
            "steps": pages.outline(served, trial, language()),
            "open": here is not None and here.registration == "open",
            "contact": here.contact if here else "",
        }
    }


def _lesson(
    served: Published,
    trial: Trial,
    text: Activity,
    given: pages.Answers,
    *,
    asked: Question | None = None,
    error: str = "",
    hints: tuple[str, ...] = (),
) -> str:
    form = request.form.to_dict(flat=False)
    shown = pages.lesson(served, trial, text, given)
    for block in shown["blocks"]:
        if asked is not None and block.ask is not None and block.ask["id"] == asked.id and block.told is None:
            block.typed, block.error, block.hints = form, error, learning_pages.placed_in(hints, served)
    return render_template(
        "trial/lesson.html",
        **pages.frame(served, trial, text, language()), **shown, **_end(served, trial, text),
        carried=rules.carried(given, form),
        wrong={"question": asked.id, "text": error} if asked is not None and error else None,
        form={"errors": bool(error)},
    )  # fmt: skip


def _question(
    served: Published,
    trial: Trial,
    text: Activity,
    given: pages.Answers,
    *,
    asked: Question,
    error: str = "",
    hints: tuple[str, ...] = (),
) -> str:
    form = request.form.to_dict(flat=False)
    return render_template(
        "trial/question.html",
        **pages.frame(served, trial, text, language()), **pages.question_page(served, text, asked, given),
        carried=rules.carried(given, form), typed=form, error=error, hints=learning_pages.placed_in(hints, served),
        form={"errors": bool(error)},
    )  # fmt: skip


def _result(served: Published, trial: Trial, text: Activity, given: pages.Answers) -> str:
    return render_template(
        "trial/result.html",
        **pages.frame(served, trial, text, language()), **pages.result(served, text, given), **_end(served, trial, text),
    )  # fmt: skip


def _scene(served: Published, trial: Trial, text: Activity) -> str:
    names = learning_pages.way_through(text, request.args.get("path", ""), request.args.get("scene", ""))
    ended = bool(text.scenes) and learning_pages.has_ended(text, ".".join(names))
    return render_template(
        "trial/scene.html",
        **pages.frame(served, trial, text, language()),
        **learning_pages.scene_page(
            served, trial.unit.id, text, names, address=pages.address_of(served.course_id, text.key)
        ),
        blocks=learning_pages.lesson_blocks(served, text, trial.unit.id, [], {}, seed=""),
        **(_end(served, trial, text) if ended else {"end": None}),
    )
