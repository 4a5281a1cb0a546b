"""Doors of authoring: the trainer's shelf, one course with what the check says, publishing what changed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.authoring.queries import (
    findings_by_course,
    findings_of,
    folder_of,
    gone_in,
    last_of,
    offered,
    silent_in,
    standings,
    versions_of,
)
from lms.catalogue import service as catalogue
from lms.catalogue.queries import published
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import LANGUAGES, _, language, ngettext
from lms.spaces.policy import guard

bp = Blueprint("authoring", __name__, template_folder="templates")

#: More findings than this are not shown at once; the command line shows all.
MOST_FINDINGS = 50


def _root() -> Path:
    root: Path = current_app.config["CORDADA"].courses
    return root


@bp.get("/write")
@guard("author")
def shelf() -> Any:
    """Every course: what is served of it, since when, in which languages."""
    rows = standings()
    return render_template(
        "authoring/shelf.html",
        rows=rows,
        names=LANGUAGES,
        root=_root().name,
        found=findings_by_course(_root(), language(), rows),
        waits=current_app.extensions["questions"]["authoring.waits_for"](visitor()),
    )


@bp.get("/write/<course_id>")
@guard("author")
def course(course_id: str) -> Any:
    """One course: what the check says of its files now, its languages, its versions."""
    folder = folder_of(_root(), course_id)
    served = published(course_id)
    if folder is None and served is None:
        raise NotFound()
    report = findings_of(folder, language(), last_of(course_id)) if folder else None
    gone = gone_in(report, course_id) if report else []
    taking = current_app.extensions["questions"]["catalogue.learners_of"](course_id)[0] if gone else 0
    return render_template(
        "authoring/course.html", course_id=course_id, served=served, report=report, versions=versions_of(course_id),
        most=MOST_FINDINGS, names=LANGUAGES, gone=gone, taking=taking,
        silent=silent_in(served.document) if served else [],
    )  # fmt: skip


@bp.post("/write/publish")
@guard("author")
def publish() -> Any:
    """Check every course and publish what changed: the whole new version is live, or the last good one stays. `gone` names
    the ids that are meant to be gone; a course that lacks another is held back.
    """
    before = offered()
    try:
        report = catalogue.sync(_root(), accept_gone=frozenset(request.form.getlist("gone")))
    except OSError as error:
        raise Refused(_("The folder of courses cannot be opened.")) from error
    told = _told(report, gone=len(before - offered()))
    for text, kind in told or [(_("Nothing has changed since the last publication."), "")]:
        flash(text, kind)
    held = report.ended("invalid")
    return redirect(url_for("authoring.course", course_id=held[0].course_id) if held else url_for("authoring.shelf"))


def _impact(fresh: list[catalogue.Synced]) -> str:
    """What new versions change for the people who take these courses: completion lost, steps and questions that came or
    went, translations that are behind.
    """
    changes = [one.changes for one in fresh if one.changes is not None]
    taking, losing = sum(one.learners.taking for one in fresh), sum(one.learners.losing for one in fresh)
    added, removed = sum(len(one.added) for one in changes), sum(len(one.removed) for one in changes)
    asked, gone = sum(len(one.asked) for one in changes), sum(len(one.gone) for one in changes)
    stale = sum((Counter(dict(one.stale)) for one in changes), Counter[str]())
    said = [
        ngettext("%(losing)d of %(num)d learner loses completion.", "%(losing)d of %(num)d learners lose completion.",
                 taking, losing=losing) if taking else _("Nobody takes it yet."),
        ngettext("%(num)d step is new.", "%(num)d steps are new.", added) if added else "",
        ngettext("%(num)d step is gone.", "%(num)d steps are gone.", removed) if removed else "",
        ngettext("%(num)d question is new.", "%(num)d questions are new.", asked) if asked else "",
        ngettext("%(num)d question is gone.", "%(num)d questions are gone.", gone) if gone else "",
        *(ngettext("%(language)s: %(num)d section is out of date.", "%(language)s: %(num)d sections are out of date.",
                   count, language=LANGUAGES[code]) for code, count in sorted(stale.items())),
    ]  # fmt: skip
    return " ".join(part for part in said if part)


def _told(report: catalogue.SyncReport, *, gone: int) -> list[tuple[str, str]]:
    """What a publication did, as (sentence, kind of notice); `gone` courses are offered no more."""
    fresh, held, unread = report.ended("published"), report.ended("invalid"), report.ended("unreadable")
    kept = sum(one.number is not None for one in held)
    missing = len(held) - kept
    found = (
        (len(fresh), "yes", ngettext("%(num)d new version is live.", "%(num)d new versions are live.", len(fresh))
         + " " + _impact(fresh)),
        (gone, "", ngettext("%(num)d course is no longer offered; whoever began it keeps it.",
                            "%(num)d courses are no longer offered; whoever began them keeps them.", gone)),
        (kept, "err", ngettext("%(num)d course has errors; its last good version stays live.",
                               "%(num)d courses have errors; their last good versions stay live.", kept)),
        (missing, "err", ngettext("%(num)d course has errors and is not published yet.",
                                  "%(num)d courses have errors and are not published yet.", missing)),
        (len(unread), "err", ngettext("%(num)d course could not be read. Try again in a moment.",
                                      "%(num)d courses could not be read. Try again in a moment.", len(unread))),
    )  # fmt: skip
    return [(text, kind) for many, kind, text in found if many]
