"""Doors of coming back: today's questions one by one, and one question with what becomes of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.catalogue import queries as catalogue
from lms.catalogue.queries import Published
from lms.content.documents import Activity
from lms.content.kinds import MISSING, Question, WrongShape
from lms.foundation.clock import today
from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.foundation.i18n import _, language
from lms.learning import asking, pages
from lms.learning.doors.pages import asked_language
from lms.learning.reviews import queries, rules, service
from lms.learning.reviews.queries import Item, Key
from lms.learning.reviews.scenes import asked_of
from lms.learning.reviews.wording import named_day
from lms.learning.rules import clean_lines
from lms.spaces.policy import guard

bp = Blueprint("reviews", __name__, template_folder="templates")

_ITEM = "/review/<course_id>/<unit>/<activity>/<question>"


@bp.get("/review")
@guard("signed_in")
def sitting() -> Any:
    """The next question that came back; at the end, when the next ones come."""
    day = today(visitor().zone)
    found = queries.today_of(visitor().id, day)
    if not found.sitting:
        return render_template("reviews/end.html", today=found, next_day=named_day(found.next_on, day))
    item = queries.item_of(visitor().id, found.sitting[0])
    assert item is not None, "it was in the queue one query before"
    return _ask(item, found)


@bp.route("/review/mail", methods=["GET", "POST"])
@guard("signed_in")
def mail() -> Any:
    """How coming back works, and whether one wants a mail in weeks in which questions wait."""
    if request.method == "POST":
        wanted = request.form.get("do") == "send"
        with writing():
            service.want_mail(visitor().id, wanted=wanted)
        flash(
            _("You get a mail in weeks in which questions wait.")
            if wanted
            else _("You will not get this mail any more."),
            "yes",
        )
        return redirect(url_for("reviews.mail"))
    return render_template("reviews/mail.html", wanted=queries.wants_mail(visitor().id))


@bp.get(_ITEM)
@guard("signed_in")
def item(course_id: str, unit: str, activity: str, question: str) -> Any:
    """A question of one's own queue: answered today, with its feedback; else when it comes back. One may take it out."""
    own = _own((course_id, unit, activity, question))
    return _tell(own)


@bp.post(_ITEM)
@guard("signed_in")
def answer(course_id: str, unit: str, activity: str, question: str) -> Any:
    """An answer to a question that is due, or the wish for a hint. Sent twice, the first one stands."""
    day, key = today(visitor().zone), (course_id, unit, activity, question)
    own = _own(key)
    here = address(key)
    if own.state != "waiting" or own.due_on is None or own.due_on > day:
        return redirect(f"{here}#feedback")
    text, asked = _served(own)
    asks_more = request.form.get("do") == "hint" or "move" in request.form
    given, error = (None, "") if asks_more else _read(asked)
    if asks_more or error:
        shown = _hints_shown(asked) + (request.form.get("do") == "hint")
        page = _ask(own, queries.today_of(visitor().id, day), hints=asked.hints[:shown], error=error)
        return (page, 422) if error else page
    with writing():
        sure = pages.sure_of(asked, _sent())
        service.answer(visitor().id, key, given, lang=text.lang, sure=sure, day=day)
    return redirect(f"{here}#feedback")


@bp.post(f"{_ITEM}/queue")
@guard("signed_in")
def queue(course_id: str, unit: str, activity: str, question: str) -> Any:
    """Take a question out of one's queue, or put it back."""
    key = (course_id, unit, activity, question)
    with writing():
        if request.form.get("do") == "back":
            service.put_back(visitor().id, key, today(visitor().zone))
        else:
            service.take_out(visitor().id, key)
    return redirect(f"{address(key)}#queue")


def address(key: Key) -> str:
    """The address of a question in its person's queue."""
    course_id, unit, activity, question = key
    return url_for("reviews.item", course_id=course_id, unit=unit, activity=activity, question=question)


def _own(key: Key) -> Item:
    found = queries.item_of(visitor().id, key)
    if found is None:
        raise NotFound()
    return found


def _version(version_id: str) -> Published:
    found = catalogue.version(version_id)
    assert found is not None, "versions are never deleted"
    return found


def _served(own: Item) -> tuple[Activity, Question]:
    """The question as it is asked now: in the language of the page that was sent, else the reader's, else that of the
    last answer. One that is gone from the course is not there.
    """
    served = _version(own.current_version_id)
    for lang in (asked_language(served.document, own.unit, own.activity), own.lang):
        text = queries.text_of(own, served, lang)
        found = asked_of(text, own.question) if text else None
        if text is not None and found is not None:
            return text, found
    raise NotFound()


def _sent() -> dict[str, list[str]]:
    """What the browser sent, without marks that are no text."""
    return {name: [clean_lines(one) for one in values] for name, values in request.form.lists()}


def _read(question: Question) -> tuple[Any, str]:
    """The answer in the request and, where there is none or it cannot be read, what is wrong."""
    try:
        given = question.read(_sent())
    except WrongShape:
        return None, pages.wrong_shape(question.kind)
    return (None, pages.nothing_given(question.kind)) if given is MISSING else (given, "")


def _hints_shown(question: Question) -> int:
    shown = request.form.get("hints", 0, type=int)
    return max(0, min(shown, len(question.hints)))


def _lesson(own: Item, served: Published) -> str:
    """The lesson where the question stands or, for one of a quiz, the lesson before it; for a scene, its scenario."""
    unit = served.document.unit(own.unit)
    keys = list(unit.activities) if unit else []
    if own.activity in keys and own.activity.startswith("scenario"):
        return pages.activity_address(own.course_id, own.unit, own.activity)
    if own.activity in keys and own.activity.startswith("lesson"):
        return f"{pages.activity_address(own.course_id, own.unit, own.activity)}#{own.question}"
    key = next((key for key in keys if key.startswith("lesson")), None)
    return pages.activity_address(own.course_id, own.unit, key) if key else ""


def _frame(own: Item, text: Activity, served: Published) -> dict[str, Any]:
    return {
        "course": pages.course_link(served.document, language()),
        "text": pages.text_of(text),
        "terms": pages.glossary(served, text),
        "here_address": address(own.key),
        "queue_address": f"{address(own.key)}/queue",
        "lesson_href": _lesson(own, served),
        "own": own,
        "scene": bool(text.scenes),
    }


def _ask(own: Item, found: queries.Today, *, hints: tuple[str, ...] = (), error: str = "") -> str:
    served = _version(own.current_version_id)
    text, question = _served(own)
    # The same order for the same coming back, another one the next time.
    ask = pages.asked(question, seed=f"{visitor().id}/{own.due_on}", shuffle=True)
    typed, move = pages.typed_in(question, _sent()), request.form.get("move", "")
    if move:
        typed = pages.after_move(ask, typed, move)
    return render_template(
        "reviews/ask.html",
        **_frame(own, text, served),
        ask={**pages.placed_in(pages.in_order(ask, typed), served), "moves": True, "moved": move, "confidence": True},
        changed=queries.has_changed(own, catalogue.version(own.version_id), served),
        number=found.done + 1,
        total=found.done + max(1, len(found.sitting)),
        rest=max(0, found.due - len(found.sitting)),
        typed=typed,
        hints=pages.placed_in(hints, served),
        error=error,
        form={"errors": bool(error)},
    )


def _tell(own: Item) -> str:
    """The question as it was answered last, with its feedback if that was today, and when it comes back."""
    day = today(visitor().zone)
    then, served = _version(own.version_id), _version(own.current_version_id)
    text = queries.text_of(own, then, own.lang)
    asked = asked_of(text, own.question) if text else None
    if text is None or asked is None:
        raise NotFound()
    found = queries.today_of(visitor().id, day)
    return render_template(
        "reviews/item.html",
        **_frame(own, text, served),
        ask=pages.placed_in(pages.asked(asked, seed=""), then),
        told=pages.placed_in(asking.told(asked, own.given), then) if own.reviewed_on == day else None,
        next_day=named_day(own.due_on, day),
        gone=not queries.is_asked(own, {own.current_version_id: served}),
        more=len(found.sitting),
        gap=rules.LADDER[own.step],
    )
