"""Doors of plans: one's own plans, one of them with the two questions of the day, practice notes and who keeps them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.visitor import visitor
from lms.catalogue.queries import Published, versions
from lms.foundation.clock import today
from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.foundation.i18n import _, format_date, language
from lms.learning import pages
from lms.learning.plans import queries, rules, service
from lms.learning.plans.forms import PracticeForm, ToldForm, WholePlanForm
from lms.learning.plans.queries import Key, Planned
from lms.spaces.policy import guard
from lms.spaces.queries import spaces_named

bp = Blueprint("plans", __name__, template_folder="templates")

_PLAN = "/plans/<course_id>/<unit>/<block>"


@bp.get("/plans")
@guard("signed_in")
def mine() -> Any:
    """My plans: those to try, the nearest day first, and those I told."""
    found = queries.mine(visitor().id)
    served = versions({one.version_id for one in found})
    day = today(visitor().zone)
    cards = [_card(one, served[one.version_id], day) for one in found]
    told = [card for card in cards if card["stage"] == "told"]
    told.sort(key=lambda card: card["plan"].told_at or card["plan"].saved_at, reverse=True)
    return render_template("plans/mine.html", ahead=[card for card in cards if card["stage"] != "told"], told=told)


@bp.get(_PLAN)
@guard("signed_in")
def plan(course_id: str, unit: str, block: str) -> Any:
    """One of my plans: on its day and afterwards with the two questions, before that to change."""
    return _page(_own((course_id, unit, block)))


@bp.post(_PLAN)
@guard("signed_in")
def change(course_id: str, unit: str, block: str) -> Any:
    """Change my plan: its words, its day, where, who may ask, whether to be reminded."""
    key = (course_id, unit, block)
    own = _own(key)
    form = _whole(own, sent=True)
    if not form.validate():
        return _page(own, whole=form), 422
    with writing():
        service.change(
            visitor().id,
            key,
            situation=form.when.data or "",
            action=form.do.data or "",
            planned_on=form.planned_on(),
            place=form.place.data or "",
            may_ask=form.may_ask.data,
            remind=form.remind.data,
        )
    return _said(key, _("Your plan is saved."))


@bp.post(f"{_PLAN}/told")
@guard("signed_in")
def tell(course_id: str, unit: str, block: str) -> Any:
    """What happened, and what I will keep."""
    key = (course_id, unit, block)
    own = _own(key)
    form = ToldForm(prefix="told")
    if not form.validate():
        return _page(own, told=form), 422
    with writing():
        service.tell(
            visitor().id,
            key,
            state=form.state.data,
            happened=form.happened.data or "",
            keeps=form.keeps.data or "",
        )
    return _said(key, _("Saved."))


@bp.post(f"{_PLAN}/practice")
@guard("signed_in")
def give_on(course_id: str, unit: str, block: str) -> Any:
    """Give on what I tried to those who reach the same step."""
    key = (course_id, unit, block)
    own = _own(key)
    form = PracticeForm(prefix="practice")
    if not form.validate():
        return _page(own, practice=form), 422
    place = _place()
    with writing():
        service.give_on(visitor().id, key, text=form.text.data or "", place=place, lang=language())
    return _said(key, _("Thank you. Whoever reaches this step can read it."))


@bp.post(f"{_PLAN}/practice/back")
@guard("signed_in")
def take_back(course_id: str, unit: str, block: str) -> Any:
    """Take back what I gave on: nobody reads it any more."""
    key = (course_id, unit, block)
    _own(key)
    with writing():
        service.take_back(visitor().id, key)
    return _said(key, _("Your practice note is taken back. Nobody sees it any more."))


@bp.get("/practice-notes")
@guard("author")
def practice_notes() -> Any:
    """What learners gave on, the newest first; to hide what names or hurts somebody."""
    page = max(1, request.args.get("page", 1, type=int))
    notes, more = queries.practice_notes(min(page, 10_000))
    served = versions({one.version_id for one in notes})
    return render_template(
        "plans/notes.html", notes=[_told(one, served[one.version_id]) for one in notes], page=page, more=more
    )


@bp.post("/practice-notes/<note_id>")
@guard("author")
def moderate(note_id: str) -> Any:
    """Hide a practice note, or show it again."""
    hides = request.form.get("do") != "show"
    with writing():
        service.moderate(note_id, state="hidden" if hides else "shown")
    flash(_("It is hidden. Its author sees that it is.") if hides else _("It is shown again."), "yes")
    return redirect(url_for("plans.practice_notes"))


def _said(key: Key, words: str) -> Response:
    """Back to the plan, with a word about what became of it."""
    flash(words, "yes")
    return redirect(_address(key))


def _address(key: Key) -> str:
    return url_for("plans.plan", course_id=key[0], unit=key[1], block=key[2])


def _own(key: Key) -> Planned:
    found = queries.plan_of(visitor().id, key)
    if found is None:
        raise NotFound()
    return found


def _place() -> str:
    """The place of the first space the visitor belongs to, empty for somebody without a space."""
    found = spaces_named(visitor().spaces) if visitor().spaces else []
    return found[0].place if found else ""


def _card(one: Planned, served: Published, day: date) -> dict[str, Any]:
    document = served.document
    unit = document.unit(one.unit)
    return {
        "plan": one,
        "href": _address(one.key),
        "stage": rules.stage(one.state, one.planned_on, day),
        "course": document.title(language()),
        "step": unit.title(language(), document.source) if unit else "",
        "day": format_date(one.planned_on, "EEEE d MMMM") if one.planned_on else "",
    }


def _told(one: queries.Practice, served: Published) -> dict[str, Any]:
    document = served.document
    unit = document.unit(one.unit)
    step = unit.title(language(), document.source) if unit else ""
    return {"note": one, "course": document.title(language()), "step": step}


def _lesson(own: Planned, served: Published) -> str:
    """The lesson the plan was made in, while it is there."""
    unit = served.document.unit(own.unit)
    for key, variants in (unit.activities if unit else {}).items():
        if any(promise.id == own.block for text in variants.values() for promise in pages.promises(text)):
            return f"{pages.activity_address(own.course_id, own.unit, key)}#{own.block}"
    return ""


def _whole(own: Planned, *, sent: bool) -> WholePlanForm:
    """The form of the whole plan: as it was sent, or with what is saved."""
    saved = {
        "when": own.situation,
        "do": own.action,
        "place": own.place,
        "may_ask": own.may_ask,
        "remind": own.remind,
    }
    form = WholePlanForm(prefix="plan", data=saved) if sent else WholePlanForm(None, prefix="plan", data=saved)
    form.offer_days(today(visitor().zone), own.planned_on)
    if not sent:
        form.day.data = own.planned_on.isoformat() if own.planned_on else ""
    return form


def _page(
    own: Planned,
    *,
    whole: WholePlanForm | None = None,
    told: ToldForm | None = None,
    practice: PracticeForm | None = None,
) -> str:
    served = versions([own.version_id])[own.version_id]
    card = _card(own, served, today(visitor().zone))
    tells = told or ToldForm(
        formdata=None,
        prefix="told",
        data={"state": own.state if own.state in rules.TOLD else None, "happened": own.happened, "keeps": own.keeps},
    )
    gives = practice or PracticeForm(
        formdata=None, prefix="practice", data={"text": own.practice or own.happened, "agreed": bool(own.practice)}
    )
    changes = whole or _whole(own, sent=False)
    return render_template(
        "plans/plan.html",
        **card,
        lesson=_lesson(own, served),
        whole=changes,
        told=tells,
        practice=gives,
        form={"errors": any(one.errors for one in (changes, tells, gives))},
        place=_place(),
    )
