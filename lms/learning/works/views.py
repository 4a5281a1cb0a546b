"""Doors of works: the assignment and what is handed in for it, the works that wait, the review of one, its files."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for

from lms.accounts import service as accounts
from lms.accounts.visitor import visitor
from lms.catalogue import queries as catalogue
from lms.content.documents import Activity, Assignment
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, TooMany
from lms.foundation.i18n import _, language
from lms.foundation.security import takes_files
from lms.learning import pages as learning_pages
from lms.learning import queries as learning
from lms.learning import rules as learning_rules
from lms.learning import service as learning_service
from lms.learning.activities import begins, shows
from lms.learning.closing import closes
from lms.learning.queries import Begun, Learning
from lms.learning.works import files, pages, queries, rules, service
from lms.learning.works.forms import ReviewForm, WorkForm
from lms.learning.works.queries import Mine, ToReview
from lms.spaces.policy import guard, may

bp = Blueprint("works", __name__, template_folder="templates")
bp.add_app_template_filter(pages.size_of, "size_of")


@shows("assignment")
def _page(own: Learning, unit: str, text: Activity, *, form: WorkForm | None = None, conflict: bool = False) -> str:
    who, course_id = own.enrolment.person_id, own.enrolment.course_id
    mine = queries.work_of(who, course_id, unit, text.key)
    assignment = _assignment(text)
    task = pages.task_of(own.published, text)
    sent = form
    begun = learning.draft_of(who, course_id, unit, text.key, text.type)
    if form is None:
        form = _form(assignment, mine, begun)
    return render_template(
        "works/assignment.html",
        **learning_pages.frame(own, unit, text, language()),
        assignment=assignment,
        task=task,
        mine=mine,
        may_change=mine is None or mine.may_change,
        reviews=[
            (pages.said_by(one, number), one, pages.marked(task, one))
            for number, one in enumerate(mine.reviews if mine else (), 1)
        ],
        duties=queries.duties_of(who, course_id, unit, text.key) if mine and mine.handed_at else [],
        form=form,
        sent=sent,
        begun=begun,
        draft_address=url_for("learning.draft", course_id=course_id, unit=unit, activity=text.key),
        conflict=conflict,
        closes=closes(own, unit, text.key),
        most=rules.largest(assignment) // rules.MEGABYTE,
        save_address=url_for("works.save", course_id=course_id, unit=unit, activity=text.key),
    )


@bp.post("/courses/<course_id>/<unit>/<activity>/work")
@guard("signed_in")
@takes_files
def save(course_id: str, unit: str, activity: str) -> Any:
    """A draft is kept, or the work handed in. Whatever is wrong with the file, the words stay on the page."""
    own = learning.learning_of(visitor().id, course_id)
    text = learning_rules.variant(own.published.document, unit, activity, language()) if own else None
    if own is None or text is None or text.type != "assignment":
        raise NotFound()
    assignment = _assignment(text)
    form = _form(assignment, queries.work_of(visitor().id, course_id, unit, activity))
    fine = form.validate()
    try:
        file = _file(form, assignment) if "file" in form else None
    except TooMany as error:
        form.file.errors = [
            _("You have sent many files in a short time. Wait a few minutes, then send this one again.")
        ]
        return _page(own, unit, text, form=form), 429, {"Retry-After": str(error.retry_after)}
    if not fine or form.errors:
        return _page(own, unit, text, form=form), 422
    hand_in = request.form.get("do") == "hand_in"
    try:
        with writing():
            became = service.save(
                visitor().id,
                course_id,
                unit,
                activity,
                assignment,
                text=form.text.data if "text" in form else "",
                link=form.link.data if "link" in form else "",
                file=file,
                keep_file=not ("drop" in form and form.drop.data),
                revision=_number("revision"),
                hand_in=hand_in,
                lang=text.lang,
                version_id=own.published.version_id,
            )
            if became in ("saved", "handed"):
                learning_service.forget_draft(visitor().id, course_id, unit, activity, text.type)
    except service.Full:
        form.file.errors = [_("All your files together would go over 100 MB. Send a smaller one, or a link to it.")]
        return _page(own, unit, text, form=form), 422
    if became == "often":
        form.form_errors.append(_("You have handed this in %(num)s times: it now waits as it is.", num=rules.EDITIONS))
        return _page(own, unit, text, form=form), 409
    if became == "empty":
        form.form_errors.append(_("There is nothing to hand in yet: write, link or choose a file first."))
        return _page(own, unit, text, form=form), 422
    if became in ("conflict", "read"):
        return _page(own, unit, text, form=form, conflict=became == "conflict"), 409
    flash(_("Your work is handed in.") if became == "handed" else _("Your draft is saved."), "yes")
    return redirect(learning_pages.activity_address(course_id, unit, activity))


@bp.get("/works")
@guard("review_works")
def waiting() -> Any:
    """The works that wait for a trainer, the oldest first."""
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    found, more = queries.waiting(visitor().id, page)
    if not found and page > 1:
        raise NotFound()
    versions = catalogue.versions([one.version_id for one in found])
    rows = []
    for one in found:
        document = versions[one.version_id].document
        text = learning_rules.variant(document, one.unit, one.activity, language())
        rows.append((one, document.title(language()), text.title if text else one.activity))
    return render_template("works/waiting.html", rows=rows, page=page, more=more)


@bp.get("/works/<work_id>")
@guard("signed_in")
def read(work_id: str) -> Any:
    """A work of somebody else's, for a trainer or for a peer who was given it."""
    return _review(_to_review(work_id))


@bp.post("/works/<work_id>")
@guard("signed_in")
def review(work_id: str) -> Any:
    """A review is sent; once sent it stands."""
    found = _to_review(work_id)
    form = ReviewForm()
    text = _text_of(found)
    assignment = _assignment(text)
    marks = pages.levels(request.form.to_dict())
    marks = {one.id: marks[one.id] for one in assignment.rubric if one.id in marks}
    missing = rules.unmarked(assignment, marks)
    fine = form.validate()
    if not assignment.rubric and not form.comment.data:
        form.comment.errors = [_("Write a word to the person who wrote this.")]
    if not fine or missing or form.errors:
        return _review(found, form=form, marks=marks, missing=missing), 422
    with writing():
        became = service.review(
            visitor().id,
            work_id,
            trainer=may(visitor(), "review_works"),
            number=_number("number"),
            marks=marks,
            comment=form.comment.data or "",
        )
    if became != "sent":
        return _review(_to_review(work_id), form=form, marks=marks, changed=became == "changed"), 409
    flash(_("Your review is sent."), "yes")
    if found.role == "trainer":
        return redirect(url_for("works.waiting"))
    return redirect(learning_pages.activity_address(found.course_id, found.unit, found.activity))


@bp.get("/works/<work_id>/files/<file_id>")
@guard("signed_in")
def file(work_id: str, file_id: str) -> Any:
    """A file of a work, handed over and never shown by the site itself; to peers without its name."""
    found = queries.file_for(visitor().id, work_id, file_id, trainer=may(visitor(), "review_works"))
    if found is None:
        raise NotFound()
    kept, data = found
    answer: Response = send_file(
        io.BytesIO(data), mimetype=files.KINDS[kept.kind][0], as_attachment=True, download_name=kept.name
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _assignment(text: Activity) -> Assignment:
    """How this work is handed in; a text of an older form says nothing about it."""
    return text.assignment or Assignment()


@begins("assignment")
def _fields(text: Activity) -> dict[str, int]:
    """The words of a work; a draft may be longer than a text, so that nothing is cut off before that is told."""
    longest = {"text": 4 * rules.TEXT_LONGEST, "link": 2 * rules.LINK_LONGEST}
    return {name: longest[name] for name in _assignment(text).submit if name in longest}


def _form(assignment: Assignment, mine: Mine | None, begun: Begun | None = None) -> WorkForm:
    """The form of an assignment, with what was begun or what was saved before."""
    current = mine.current if mine else None
    data = {"text": current.text, "link": current.link} if current else None
    if begun is not None:
        data = {name: begun.typed.get(name, [""])[0] for name in ("text", "link")}
    form = WorkForm(data=data)
    form.ask_for(assignment, has_file=current is not None and current.file is not None)
    return form


def _number(name: str) -> int:
    """A small whole number of a form, -1 where there is none."""
    sent = request.form.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else -1


def _file(form: WorkForm, assignment: Assignment) -> files.Ready | None:
    """The file that was sent, fit to be kept; what is wrong with it stands at its field. Raises `TooMany` for one file too
    many in a short time, before it is opened.
    """
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    with writing():
        accounts.count_try(f"work file {visitor().id}", rules.SENDINGS)
    most = rules.largest(assignment)
    data = sent.stream.read(most + 1)
    if len(data) > most:
        form.file.errors = [pages.too_large(assignment)]
        return None
    to_peers = assignment.review == "peer"
    try:
        file = files.ready(data, sent.filename)
        return files.fit_for_peers(file) if to_peers else file
    except files.Unfit as fault:
        form.file.errors = [pages.unfit(fault, to_peers=to_peers)]
        return None


def _to_review(work_id: str) -> ToReview:
    found = queries.to_review(work_id, visitor().id, trainer=may(visitor(), "review_works"))
    if found is None:
        raise NotFound()
    return found


def _text_of(found: ToReview) -> Activity:
    """The assignment as the version has it for which the work was written."""
    served = catalogue.version(found.edition.version_id)
    text = learning_rules.variant(served.document, found.unit, found.activity, language()) if served else None
    if text is None:
        raise NotFound()
    return text


def _review(
    found: ToReview,
    *,
    form: ReviewForm | None = None,
    marks: dict[str, int] | None = None,
    missing: list[str] | None = None,
    changed: bool = False,
) -> str:
    text = _text_of(found)
    served = catalogue.version(found.edition.version_id)
    assert served is not None
    return render_template(
        "works/review.html",
        found=found,
        course=learning_pages.course_link(served.document, language()),
        task=pages.task_of(served, text),
        form=form or ReviewForm(),
        marks=marks or {},
        missing=missing or [],
        changed=changed,
        is_open=found.sent_at is None and (found.role == "peer" or found.state == "handed"),
    )
