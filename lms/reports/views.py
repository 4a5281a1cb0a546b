"""Doors of reports: a manager's team, and putting people on a course."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.catalogue.queries import shelf
from lms.foundation.clock import today
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _, language, ngettext
from lms.learning import service as learning
from lms.priorities.wording import reason_sentence
from lms.reports.forms import EnrolForm
from lms.reports.queries import team_of
from lms.reports.rules import week_word, went_on
from lms.spaces.models import Space
from lms.spaces.policy import guard, may
from lms.spaces.queries import applications_to, member_ids, open_invitations, space, spaces_named

bp = Blueprint("reports", __name__, template_folder="templates")


def _managed(space_id: str) -> Space:
    """The space, if this visitor manages it. A foreign space is answered like a missing one."""
    found = space(space_id) if may(visitor(), "team", space_id) else None
    if found is None:
        raise NotFound()
    return found


@bp.get("/team")
@guard("team")
def team() -> Any:
    """The first space I manage; the page offers the others."""
    first = spaces_named(visitor().manages)[0]
    return redirect(url_for("reports.team_of_space", space_id=first.id, course=request.args.get("course")))


@bp.route("/team/<space_id>", methods=["GET", "POST"])
@guard("team")
def team_of_space(space_id: str) -> Any:
    """Who is in my space, where they are; tick people, choose a course, enrol."""
    here = _managed(space_id)
    day = today(here.zone)
    people = team_of(here.id)
    offers = shelf()
    titles = {offer.published.course_id: offer.published.document.title(language()) for offer in offers}
    form = EnrolForm(people=[(person.id, person.name) for person in people], courses=list(titles.items()), today=day)
    if request.method == "GET" and request.args.get("course") in titles:
        form.course.data = request.args["course"]
    if form.validate_on_submit():
        chosen = sorted(set(form.people.data))
        with writing():
            if not member_ids(here.id).issuperset(chosen):  # read again: people come and go while forms are filled
                raise Refused(_("Somebody you ticked is not in this space any more. Check who is ticked."))
            counts = learning.enrol_many(
                chosen, form.course.data, by=visitor().id, due_on=form.due_on.data, why=form.why.data or ""
            )
        flash(_told(counts, titles[form.course.data]), "yes" if counts.enrolled else "")
        return redirect(url_for("reports.team_of_space", space_id=here.id))
    first = offers[0] if offers else None
    alone = not form.errors and all(person.id == visitor().id for person in people)
    return render_template(
        "reports/team.html", base=here, spaces=spaces_named(visitor().manages), people=people, alone=alone, form=form, day=day,
        active=went_on(people, day), week_word=week_word, applications=applications_to(here.id),
        invitations=open_invitations(here.id), titles=titles,
        first=first, reason=reason_sentence(first.reason) if first and first.reason else None,
    ), 422 if form.errors else 200  # fmt: skip


def _told(counts: learning.Counts, title: str) -> str:
    """What became of the people who were ticked, in a sentence or two."""
    said = [
        ngettext("%(num)d person is enrolled in “%(title)s”.", "%(num)d people are enrolled in “%(title)s”.",
                 counts.enrolled, title=title)
    ] if counts.enrolled else []  # fmt: skip
    if counts.already:
        said.append(
            ngettext("%(num)d person was enrolled already.", "%(num)d people were enrolled already.", counts.already)
        )
    if counts.declined:
        said.append(
            ngettext(
                "%(num)d person had declined this course; their choice stands.",
                "%(num)d people had declined this course; their choice stands.",
                counts.declined,
            )
        )
    return " ".join(said)
