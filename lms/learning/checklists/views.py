"""Doors of checklists: the list to tick, saving it, and the sheet for paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.content.documents import Activity
from lms.content.media import weight
from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.foundation.i18n import _, language
from lms.learning import pages, service
from lms.learning import queries as learning
from lms.learning.activities import shows
from lms.learning.checklists import paper, queries, rules
from lms.learning.checklists import service as checklists
from lms.learning.closing import closes, onward
from lms.learning.doors.standing import shut
from lms.learning.queries import Learning
from lms.learning.rules import variant
from lms.spaces.policy import guard

bp = Blueprint("checklists", __name__, template_folder="templates")


@shows("checklist")
def page(own: Learning, unit: str, text: Activity) -> str:
    """A checklist with one's own ticks."""
    ticked = queries.ticked(own.enrolment.person_id, own.enrolment.course_id, unit, _source(own, unit, text))
    return render_template(
        "checklists/checklist.html",
        **pages.frame(own, unit, text, language()),
        **_list(own, text),
        ticked={f"{section}.{place}" for section, place in ticked},
        lines=sum(len(section.items) for section in text.checklist),
        keep_address=pages.activity_address(own.enrolment.course_id, unit, text.key) + "/ticks",
        sheet_address=url_for(
            "checklists.sheet", course_id=own.enrolment.course_id, unit=unit, activity=text.key
        ),
        files=[
            (
                f"{'PDF' if kind == 'pdf' else 'Word'}, {weight(len(_file(own, text, kind)), language())}",
                url_for(
                    "checklists.download", course_id=own.enrolment.course_id, unit=unit, activity=text.key, kind=kind
                ),
            )
            for kind in text.downloads
        ],
        ends=closes(own, unit, text.key) and unit not in own.finished,
    )  # fmt: skip


@bp.post("/courses/<course_id>/<unit>/<activity>/ticks")
@guard("signed_in")
def keep(course_id: str, unit: str, activity: str) -> Any:
    """Save the ticks; with the other button, finish the step as well, whatever is ticked."""
    own, text = _taken(course_id, unit, activity)
    source = _source(own, unit, text)
    wanted = rules.read(request.form.getlist("tick"), rules.sentences(source.checklist))
    ends = request.form.get("do") == "finish" and closes(own, unit, activity)
    whole = False
    with writing():
        checklists.keep(visitor().id, course_id, unit, source, wanted)
        if ends:
            whole = service.complete(visitor().id, course_id, unit, kind="checklist")
    if request.form.get("do") == "finish":
        return onward(own, unit, text, whole=whole)
    flash(_("Your ticks are saved."), "yes")
    return redirect(pages.activity_address(course_id, unit, activity))


@bp.get("/courses/<course_id>/<unit>/<activity>/sheet")
@guard("signed_in")
def sheet(course_id: str, unit: str, activity: str) -> Any:
    """The checklist as a sheet for paper: empty boxes, wide margins, no ticks."""
    own, text = _taken(course_id, unit, activity)
    document = own.published.document
    if (standing := shut(document, unit, own)) is not None:
        return standing
    return render_template(
        "checklists/sheet.html",
        course=pages.course_link(document, language()),
        text=pages.text_of(text),
        back=pages.activity_address(course_id, unit, activity),
        **_list(own, text),
    )


@bp.get("/courses/<course_id>/<unit>/<activity>/sheet.<any(pdf, docx):kind>")
@guard("signed_in")
def download(course_id: str, unit: str, activity: str, kind: str) -> Any:
    """The checklist as a file, in the kinds the course offers."""
    own, text = _taken(course_id, unit, activity)
    if kind not in text.downloads:
        raise NotFound()
    if (standing := shut(own.published.document, unit, own)) is not None:
        return standing
    answer = Response(_file(own, text, kind), content_type=paper.TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{unit}-{text.lang}.{kind}"'
    return answer


def _file(own: Learning, text: Activity, kind: str) -> bytes:
    return paper.sheet(kind, text, own.published.document.title(text.lang))


def _taken(course_id: str, unit: str, activity: str) -> tuple[Learning, Activity]:
    """The visitor's course and a checklist of it. Not taken, not there and no checklist are the same."""
    own = learning.learning_of(visitor().id, course_id)
    text = variant(own.published.document, unit, activity, language()) if own else None
    if own is None or text is None or text.type != "checklist":
        raise NotFound()
    return own, text


def _source(own: Learning, unit: str, text: Activity) -> Activity:
    """The checklist in the language of the course: its sentences name the ticks in every language."""
    return variant(own.published.document, unit, text.key, own.published.document.source) or text


def _list(own: Learning, text: Activity) -> dict[str, Any]:
    """What a checklist says: its text, and its sections with their lines."""
    return {
        "body": pages.placed(text.html, own.published) if text.html else "",
        "sections": [
            {
                "id": section.id,
                "title": pages.placed(section.title, own.published),
                "html": pages.placed(section.html, own.published) if section.html else "",
                "lines": [pages.placed(item, own.published) for item in section.items],
            }
            for section in text.checklist
        ],
    }
