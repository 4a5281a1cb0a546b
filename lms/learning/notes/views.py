"""The door of notes: saving one, and what is said when two pages did."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template

from lms.accounts.visitor import visitor
from lms.foundation.clock import now
from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.foundation.i18n import _, format_time, language
from lms.learning import pages
from lms.learning.notes import queries, service
from lms.learning.notes.forms import NoteForm
from lms.learning.queries import learning_of
from lms.learning.rules import variant
from lms.spaces.policy import guard

bp = Blueprint("notes", __name__, template_folder="templates")


@bp.post("/courses/<course_id>/<unit>/<activity>/note")
@guard("signed_in")
def keep(course_id: str, unit: str, activity: str) -> Any:
    """Save one's own note on an activity. Where another page has saved another text meanwhile, both are shown."""
    own = learning_of(visitor().id, course_id)
    text = variant(own.published.document, unit, activity, language()) if own else None
    if own is None or text is None:
        raise NotFound()
    form = NoteForm()
    lesson = pages.activity_address(course_id, unit, activity)
    outcome = "long"
    if form.validate():
        with writing():
            outcome = service.keep(
                visitor().id, course_id, unit, activity, form.noted.data or "", seen=form.seen.data or ""
            )
    if outcome in ("same", "saved"):
        flash(_("Saved at %(time)s", time=format_time(now(), visitor().zone)), "yes")
        return redirect(f"{lesson}#note")
    kept = queries.foot_of(visitor().id, course_id, unit, activity).note
    form.seen.data = kept.mark if kept else ""
    page = render_template(
        "notes/conflict.html",
        form=form,
        kept=kept if outcome == "conflict" else None,
        lesson=lesson,
        text=pages.text_of(text),
        course=pages.course_link(own.published.document, language()),
    )
    return page, 409 if outcome == "conflict" else 422
