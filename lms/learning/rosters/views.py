"""Doors of rosters: bring a list, see what would happen, mend it, apply it, undo it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from lms.accounts.queries import names_of
from lms.accounts.visitor import visitor
from lms.catalogue.queries import shelf
from lms.foundation.clock import now, today
from lms.foundation.db import db, writing
from lms.foundation.errors import NotFound, Refused, TooMany
from lms.foundation.i18n import _, language, ngettext
from lms.foundation.security import takes_files
from lms.foundation.sheets import Sheet, Unreadable, read_sheet, read_text, write_csv
from lms.learning.rosters import queries, service
from lms.learning.rosters.forms import BringForm, ListForm, ReadForm, mended
from lms.learning.rosters.models import RosterImport
from lms.learning.rosters.rules import PAGE, UNDO_FOR, may_undo, usable
from lms.learning.rosters.wording import COUNTED, ENDS, REASONS
from lms.spaces.models import Space
from lms.spaces.policy import guard, may
from lms.spaces.queries import space
from lms.spaces.roster.rules import entries_of

bp = Blueprint("rosters", __name__, template_folder="templates")

#: What separates cells in a spreadsheet of these languages.
_SEPARATORS = {"en": ","}


def _own(space_id: str) -> Space:
    """The space, if this visitor may bring people into it; a foreign one is answered like a missing one."""
    found = space(space_id) if may(visitor(), "invite", space_id) else None
    if found is None:
        raise NotFound()
    return found


def _import(space_id: str, import_id: str) -> RosterImport:
    """An import of the space; one that was not applied yet is its owner's alone."""
    found = queries.import_of(space_id, import_id)
    if found is None or (found.state == "read" and found.brought_by != visitor().id):
        raise NotFound()
    return found


@bp.route("/team/<space_id>/roster", methods=["GET", "POST"])
@guard("invite")
@takes_files
def bring(space_id: str) -> Any:
    """Bring a list of people to a space of mine; below, the lists brought before."""
    here = _own(space_id)
    form = ListForm()
    if form.validate_on_submit() and here.archived_at is None:
        sent = form.sent()
        if sent is None:
            form.file.errors = [_("Choose a file, or paste your list.")]
        else:
            data, name = sent
            try:
                sheet = read_sheet(data) if isinstance(data, bytes) else read_text(data)
            except Unreadable as error:
                (form.file if isinstance(data, bytes) else form.text).errors = [_fault(error)]
            else:
                planned = service.planned_for(entries_of(sheet.lines), here.id)
                if planned:
                    kept = data if isinstance(data, bytes) else data.encode("utf-8", "replace")
                    with writing():
                        import_id = service.keep(
                            planned, here.id, by=visitor().id, name=name, data=kept, encoding=sheet.encoding,
                            separator=sheet.separator,
                        )  # fmt: skip
                    return redirect(url_for("rosters.shown", space_id=here.id, import_id=import_id))
                form.file.errors = [_("There are headers in this list, and no people.")]
    past = queries.imports_of(here.id)
    return (
        render_template("rosters/bring.html", form=form, space=here, past=past, ends=ENDS),
        422 if form.errors or (form.is_submitted() and here.archived_at) else 200,
    )


def _fault(error: Unreadable) -> str:
    sentence = error.sentence()
    return _("Line %(line)s: %(fault)s", line=error.line, fault=sentence) if error.line else sentence


@bp.get("/team/<space_id>/roster/template.csv")
@guard("invite")
def template(space_id: str) -> Response:
    """An empty list with the headers that we know, as the reader's spreadsheet opens it."""
    _own(space_id)
    return _download(write_csv((_("Name"), _("E-mail")), (), separator=_separator()), _("list"))


def _separator() -> str:
    return _SEPARATORS.get(language(), ";")


def _download(pieces: Any, name: str) -> Response:
    return Response(pieces, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})


@bp.get("/team/<space_id>/roster/<import_id>")
@guard("invite")
def shown(space_id: str, import_id: str) -> Any:
    """A list: what would happen, how far it is, or what has happened."""
    here, found = _own(space_id), _import(space_id, import_id)
    if found.state == "read":
        return _preview(here, found)
    if found.state == "waiting" or found.back_since is not None:
        still = found.back_since is not None and queries.stands_still(found.id)
        return render_template("rosters/waiting.html", space=here, found=found, still=still)
    return _report(here, found)


def _page() -> int:
    return max(1, min(request.args.get("page", 1, type=int), 10_000))


def _preview(here: Space, found: RosterImport, form: BringForm | None = None) -> Any:
    titles = _titles()
    if form is None:
        form = BringForm(course=found.course_id or request.args.get("course", ""), due_on=found.due_on)
        form.offer(titles, today(here.zone))
    page, good = _page(), usable(found.counts)
    rows = queries.rows_of(found.id, bad=False, page=page)
    if page > 1 and not rows:
        raise NotFound()
    bad = queries.rows_of(found.id, bad=True, page=1)
    return render_template(
        "rosters/preview.html", space=here, found=found, counts=found.counts, good=good, bad=bad, rows=rows, form=form,
        reading=ReadForm(encoding=found.encoding, separator=found.separator) if found.encoding else None,
        no_column=not good and all(row.reason == "email_missing" for row in bad), reasons=REASONS, page=page,
        more=page * PAGE < good, ends=ENDS, counted=COUNTED,
    ), 422 if form.errors else 200  # fmt: skip


def _titles() -> dict[str, str]:
    return {one.published.course_id: one.published.document.title(language()) for one in shelf()}


def _report(here: Space, found: RosterImport) -> Any:
    page = _page()
    rows = queries.rows_of(found.id, page=page)
    if page > 1 and not rows:
        raise NotFound()
    title = _titles().get(found.course_id, found.course_id) if found.course_id else ""
    who = names_of([found.brought_by]).get(found.brought_by, "") if found.brought_by else ""
    return render_template(
        "rosters/report.html", space=here, found=found, counts=found.counts, rows=rows, page=page, title=title, who=who,
        more=page * PAGE < found.counts["rows"], reasons=REASONS, ends=ENDS, kept=queries.kept_rows(found.id),
        questions=queries.taken_back(found.id, "questions") if found.counts.get("withdrawn") else [],
        requests=queries.taken_back(found.id, "requests") if found.counts.get("reopened") else [],
        until=found.done_at + UNDO_FOR if found.state == "done" and found.done_at and may_undo(found.done_at, now()) else None,
    )  # fmt: skip


@bp.post("/team/<space_id>/roster/<import_id>")
@guard("invite")
def change(space_id: str, import_id: str) -> Any:
    """Read a list otherwise, mend its rows, or apply it (`do` = read, check, import)."""
    here, found = _own(space_id), _import(space_id, import_id)
    back = redirect(url_for("rosters.shown", space_id=here.id, import_id=found.id))
    if found.state != "read":
        flash(_("This list has been brought in already."), "err")
        return back
    do, by = request.form.get("do"), visitor().id
    if do == "read":
        return _read_again(here, found) or back
    form = BringForm()
    form.offer(_titles(), today(here.zone))
    typed = mended(request.form)
    fine = form.validate()
    if typed:
        with writing():
            service.mend(found.id, here.id, typed, by=by)
    if do != "import":
        if fine:
            with writing():
                service.choose(found.id, here.id, course_id=form.course.data or None, due_on=form.due_on.data, by=by)
        return back
    if not fine:
        db.session.expire_all()
        return _preview(here, _import(space_id, import_id), form)
    for again in (True, False):
        try:
            with writing():
                service.choose(found.id, here.id, course_id=form.course.data or None, due_on=form.due_on.data, by=by)
                service.ask(found.id, here.id, by=by)
            break
        except IntegrityError:  # somebody else wrote one of the addresses down at the same moment: now it is known
            if not again:
                raise
        except (Refused, TooMany) as error:
            flash(error.message or "", "err")
            break
    return back


def _read_again(here: Space, found: RosterImport) -> Any:
    form = ReadForm()
    data = queries.file_of(found.id)
    if not form.validate() or data is None:
        raise Refused()
    encoding, separator = form.chosen()
    try:
        sheet: Sheet = read_sheet(data, encoding=encoding, separator=separator)
    except Unreadable as error:
        flash(_fault(error), "err")
        return None
    planned = service.planned_for(entries_of(sheet.lines), here.id)
    with writing():
        service.read_again(
            found.id, here.id, planned, by=visitor().id, encoding=sheet.encoding, separator=sheet.separator
        )
    return None


@bp.post("/team/<space_id>/roster/<import_id>/undo")
@guard("invite")
def undo(space_id: str, import_id: str) -> Any:
    """Undo a list, as far as nobody has acted on it."""
    here, found = _own(space_id), _import(space_id, import_id)
    with writing():
        first = service.undo(found.id, here.id, by=visitor().id)
    counts = queries.counts_of(found.id)
    db.session.refresh(found)
    if not first:
        flash(
            _("This list was undone already.") if found.back_since is None else _("This list is being undone already."),
            "err",
        )
    elif found.back_since is None:
        said = ngettext(
            "The import is undone for %(num)d person.", "The import is undone for %(num)d people.", counts["undone"]
        )
        if counts["kept"]:
            said += " " + ngettext(
                "%(num)d person has acted on it since and stays.",
                "%(num)d people have acted on it since and stay.",
                counts["kept"],
            )
        flash(said, "yes")
    return redirect(url_for("rosters.shown", space_id=here.id, import_id=found.id))


@bp.get("/team/<space_id>/roster/<import_id>/left.csv")
@guard("invite")
def left(space_id: str, import_id: str) -> Response:
    """The rows that could not be used, with the reason: mended, they can be brought again."""
    _own(space_id)
    found = _import(space_id, import_id)
    rows = [(row.line, row.name, row.email, REASONS[row.reason]()) for row in queries.rows_of(found.id, bad=True)]
    headers = (_("Line"), _("Name"), _("E-mail"), _("What is wrong"))
    return _download(write_csv(headers, rows, separator=_separator()), _("left-out"))
