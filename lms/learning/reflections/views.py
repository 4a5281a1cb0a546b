"""Doors of reflections: the page of prompts, and what is written on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from lms.accounts.visitor import visitor
from lms.content.documents import Activity, Asked
from lms.content.kinds import Question
from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.foundation.i18n import _, language
from lms.learning import pages
from lms.learning import queries as learning
from lms.learning import rules as learning_rules
from lms.learning import service as learning_service
from lms.learning.activities import begins, shows
from lms.learning.closing import closes, onward
from lms.learning.queries import Begun, Learning
from lms.learning.reflections import queries, service
from lms.learning.reflections.forms import PromptForm
from lms.learning.reflections.queries import Kept, KeptText, Lent
from lms.learning.reflections.rules import LONGEST, Written, differing
from lms.spaces.policy import guard

bp = Blueprint("reflections", __name__, template_folder="templates")


@dataclass(frozen=True)
class Piece:
    """A part of the page: text to read, or a prompt with its form and what is known about it."""

    html: Markup = pages.NOTHING
    question: Question | None = None
    title: Markup = pages.NOTHING
    prompt: Markup = pages.NOTHING
    hints: tuple[Markup, ...] = ()
    form: PromptForm | None = None
    kept: KeptText | None = None
    #: What was saved elsewhere meanwhile and differs from what was sent.
    elsewhere: Written | None = None
    model: Markup = pages.NOTHING
    lent: tuple[Lent, ...] = ()


@shows("reflection")
def _page(
    own: Learning, unit: str, text: Activity, *, forms: dict[str, PromptForm] | None = None, conflict: bool = False
) -> str:
    who, course_id = own.enrolment.person_id, own.enrolment.course_id
    kept = queries.kept_of(who, course_id, unit, text.key)
    begun = learning.draft_of(who, course_id, unit, text.key, text.type)
    if forms is None:
        forms = _forms(text, kept, begun)
    wrote = [name for name, one in kept.written.items() if one.text]
    lent = queries.lent_to(who, course_id, unit, text.key, wrote)
    sent = {name: form.written for name, form in forms.items()}
    other = frozenset(differing(kept.written, sent)) if conflict else frozenset()
    pieces = [_piece(own, block, forms, kept, other, lent) for block in text.blocks]
    step = own.published.document.unit(unit)
    assert step is not None
    onward_ = pages.ending(step, text, own.published.document, language(), saves=False)
    return render_template(
        "reflections/reflection.html",
        **pages.frame(own, unit, text, language()),
        pieces=[piece for piece in pieces if piece],
        kept=kept,
        begun=begun,
        draft_address=url_for("learning.draft", course_id=course_id, unit=unit, activity=text.key),
        conflict=conflict,
        errors=_errors(text, forms),
        form={"errors": conflict or any(form.errors for form in forms.values())},
        finish=_("Save and finish") if closes(own, unit, text.key) else onward_["text"],
        save_address=url_for("reflections.save", course_id=course_id, unit=unit, activity=text.key),
    )


@bp.post("/courses/<course_id>/<unit>/<activity>/texts")
@guard("signed_in")
def save(course_id: str, unit: str, activity: str) -> Any:
    """The whole page is saved, and the step finished where that was the button. What was typed is never lost."""
    own = learning.learning_of(visitor().id, course_id)
    text = learning_rules.variant(own.published.document, unit, activity, language()) if own else None
    if own is None or text is None or text.type != "reflection":
        raise NotFound()
    forms = _forms(text, Kept())
    if not all([form.validate() for form in forms.values()]):
        return _page(own, unit, text, forms=forms), 422
    finishes = request.form.get("do") == "finish"
    sent = {name: form.written for name, form in forms.items()}
    if finishes and forms and not any(one.text for one in sent.values()):
        first = next(iter(forms.values()))
        first.text.errors = [_("Write something here first; a few words are enough.")]
        return _page(own, unit, text, forms=forms), 422
    whole = False
    with writing():
        saved = service.save(
            visitor().id,
            course_id,
            unit,
            activity,
            sent,
            revision=_revision(),
            lang=text.lang,
            version_id=own.published.version_id,
        )
        if saved and finishes and closes(own, unit, activity):
            whole = learning_service.complete(visitor().id, course_id, unit, kind=text.type)
    if not saved:
        return _page(own, unit, text, forms=forms, conflict=True), 409
    if finishes:
        return onward(own, unit, text, whole=whole)
    flash(_("Your texts are saved."), "yes")
    return redirect(pages.activity_address(course_id, unit, activity))


def _revision() -> int:
    """How often the page had been saved when it was read."""
    sent = request.form.get("revision", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else -1


@begins("reflection")
def _fields(text: Activity) -> dict[str, int]:
    """The fields of the page; a draft may be longer than a text, so that nothing is cut off before that is told."""
    prompts = [question.id for question in text.questions if question.kind == "open"]
    return {f"{name}-{field}": most for name in prompts for field, most in (("text", 4 * LONGEST), ("shown", 20))}


def _forms(text: Activity, kept: Kept, begun: Begun | None = None) -> dict[str, PromptForm]:
    """One form per prompt, with what was begun or what was saved before."""
    found = {}
    for question in text.questions:
        if question.kind == "open":
            before = kept.written.get(question.id)
            data = {"text": before.text, "shown": before.shown} if before else {}
            if begun is not None:
                data = {
                    name: begun.typed.get(f"{question.id}-{name}", [""])[0] or empty
                    for name, empty in (("text", ""), ("shown", "nobody"))
                }
            found[question.id] = PromptForm(prefix=question.id, data=data)
    return found


def _errors(text: Activity, forms: dict[str, PromptForm]) -> list[tuple[str, str]]:
    found = []
    for form in forms.values():
        for one in (form.text, form.shown):
            found += [(f"#{one.id}", " ".join(map(str, one.errors)))] if one.errors else []
    return found


def _piece(
    own: Learning,
    block: Any,
    forms: dict[str, PromptForm],
    kept: Kept,
    other: frozenset[str],
    lent: dict[str, list[Lent]],
) -> Piece | None:
    if not isinstance(block, Asked):
        return Piece(html=pages.placed(block.html, own.published)) if getattr(block, "html", "") else None
    question = block.question
    if question.id not in forms:
        return None
    mine = kept.texts.get(question.id)
    saved = mine.written if mine else Written("")
    return Piece(
        question=question,
        title=pages.voiced(pages.placed(question.title, own.published)),
        prompt=pages.placed(question.prompt, own.published),
        hints=tuple(pages.placed(hint, own.published) for hint in question.hints),
        form=forms[question.id],
        kept=mine,
        elsewhere=saved if question.id in other else None,
        model=pages.placed(question.model_answer, own.published) if saved.text else pages.NOTHING,
        lent=tuple(lent.get(question.id, ())),
    )
