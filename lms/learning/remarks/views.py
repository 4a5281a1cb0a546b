"""Doors of remarks: saying something, one's own remarks, the list for those who write the courses."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.catalogue.queries import Published, versions
from lms.content.documents import Activity
from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.foundation.i18n import _, language
from lms.learning import pages
from lms.learning.queries import learning_of
from lms.learning.remarks import queries, rules, service
from lms.learning.remarks.forms import AnswerForm, RemarkForm
from lms.learning.remarks.queries import Said
from lms.learning.rules import variant
from lms.spaces.policy import guard

bp = Blueprint("remarks", __name__, template_folder="templates")


@bp.route("/courses/<course_id>/<unit>/<activity>/remark", methods=["GET", "POST"])
@guard("signed_in")
def write(course_id: str, unit: str, activity: str) -> Any:
    """Report an error on a page of a course one takes, or disagree with what is said of a question (`about`)."""
    own = learning_of(visitor().id, course_id)
    text = variant(own.published.document, unit, activity, language()) if own else None
    if own is None or text is None:
        raise NotFound()
    asked = text.question(request.args.get("about", ""))
    form = RemarkForm()
    if form.validate_on_submit():
        with writing():
            service.say(
                visitor().id,
                course_id,
                unit,
                activity,
                question=asked.id if asked else "",
                lang=text.lang,
                quote=form.quote.data or "",
                text=form.text.data or "",
                named=form.named.data,
            )
        flash(_("Thank you. Those who write this course read it, and you see here what they answer."), "yes")
        return redirect(url_for("remarks.mine"))
    page = render_template(
        "remarks/write.html",
        form=form,
        course=pages.course_link(own.published.document, language()),
        text=pages.text_of(text),
        back=pages.activity_address(course_id, unit, activity),
        question=pages.placed(asked.title, own.published) if asked else "",
        terms=pages.glossary(own.published, text),
    )
    return (page, 422) if form.errors else page


@bp.get("/remarks/mine")
@guard("signed_in")
def mine() -> Any:
    """What I said about the courses, and what was answered."""
    return render_template("remarks/mine.html", remarks=_told(queries.mine(visitor().id)))


@bp.get("/remarks")
@guard("author")
def board() -> Any:
    """What learners said, the newest first, by state and course; to answer or to close."""
    counts = queries.tally()
    states = {state: sum(of_course.get(state, 0) for of_course in counts.values()) for state in rules.STATES}
    state = request.args.get("state", "")
    state = state if state in rules.STATES else "open"
    course_id = request.args.get("course", "")
    course_id = course_id if course_id in counts else ""
    count = counts.get(course_id, {}).get(state, 0) if course_id else states[state]
    page, last = rules.page_within(request.args.get("page", 1, type=int), count)
    remarks = _told(queries.listed(state=state, course_id=course_id, page=page))
    return render_template(
        "remarks/board.html",
        remarks=remarks,
        states=states,
        state=state,
        course_id=course_id,
        courses=_titles(counts, state, course_id),
        page=page,
        last=last,
        form=AnswerForm(formdata=None),
    )


@bp.post("/remarks/<remark_id>")
@guard("author")
def settle(remark_id: str) -> Any:
    """Answer a remark, close it without a word, or open it again."""
    form = AnswerForm()
    do = request.form.get("do", "")
    if not form.validate():
        flash(_("Keep the answer to 1,000 characters."), "err")
    elif do == "answer" and not (form.answer.data or "").strip():
        flash(_("Write an answer first, or close it without one."), "yet")
    else:
        with writing():
            if do == "reopen":
                service.reopen(remark_id)
            else:
                service.settle(remark_id, by=visitor().id, answer=(form.answer.data or "") if do == "answer" else "")
        flash(_("Saved."), "yes")
    return redirect(url_for("remarks.board", state=request.args.get("state"), course=request.args.get("course")))


def _text(said: Said, served: Published) -> Activity | None:
    return variant(served.document, said.unit, said.activity, said.lang)


def _told(remarks: list[Said]) -> list[dict[str, Any]]:
    """Remarks with the titles of what they are about; the page may be gone since."""
    served = versions({one.version_id for one in remarks})
    found = []
    for one in remarks:
        document = served[one.version_id].document
        text = _text(one, served[one.version_id])
        asked = text.question(one.question) if text and one.question else None
        found.append(
            {
                "said": one,
                "course": document.title(language()),
                "title": text.title if text else "",
                "question": pages.unlinked(asked.title, served[one.version_id]) if asked else "",
                "lang_mark": pages.lang_mark(one.lang),
                "href": pages.activity_address(one.course_id, one.unit, one.activity) if text else "",
            }
        )
    return found


def _titles(counts: dict[str, dict[str, int]], state: str, chosen: str) -> list[tuple[str, str, int]]:
    """(id, title, how many) of the courses that have remarks in this state, and of the chosen one."""
    wanted = [course_id for course_id in counts if counts[course_id].get(state) or course_id == chosen]
    served = queries.served(wanted)
    return sorted(
        ((one, served[one].document.title(language()), counts[one].get(state, 0)) for one in wanted),
        key=lambda row: row[1].casefold(),
    )
