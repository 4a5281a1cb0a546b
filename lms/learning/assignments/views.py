"""Doors of assignments: a place's list, assigning with a look ahead, one assignment with its people, one person, paths."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.foundation.clock import DEFAULT_ZONE, today
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _, by_name, ngettext
from lms.learning.assignments import queries, service
from lms.learning.assignments.forms import CHOSEN_MOST, AssignForm, ExceptionForm, path_form
from lms.learning.assignments.queries import SHOWN, Forecast, Line, Standing
from lms.learning.assignments.rules import looked_at
from lms.learning.renewals.queries import valid_until
from lms.learning.service import Counts
from lms.spaces.models import Space
from lms.spaces.policy import guard, may
from lms.spaces.queries import members_of, network, space, territories

bp = Blueprint("assignments", __name__, template_folder="templates")

#: A page further than this is asked for by nobody in good faith.
PAGE_MOST = 100_000


def _managed(space_id: str) -> Space:
    """The space, if this visitor may put its people on a course. A foreign space is answered like a missing one."""
    found = space(space_id) if may(visitor(), "enrol_others", space_id) else None
    if found is None:
        raise NotFound()
    return found


def _own(assignment_id: str) -> Standing:
    """The assignment, if its place is this visitor's. A foreign one is answered like a missing one."""
    found = queries.assignment(assignment_id)
    if found is None or not (
        may(visitor(), "enrol_others", found.space_id) if found.space_id else may(visitor(), "assign_widely")
    ):
        raise NotFound()
    return found


def _zone(place: Space | None) -> str:
    if place is not None:
        return place.zone
    here = network()
    return here.zone if here else DEFAULT_ZONE


# --- the list of a place -----------------------------------------------------------------------------------------------


@bp.get("/team/<space_id>/assignments")
@guard("enrol_others")
def of_space(space_id: str) -> Any:
    """What my space asks of its people, and how it goes."""
    place = _managed(space_id)
    return _list(place, queries.assignments_of_space(place.id))


@bp.get("/network/assignments")
@guard("assign_widely")
def of_network() -> Any:
    """What is asked of territories and of everybody, and how it goes."""
    return _list(None, queries.assignments_of_network())


def _list(place: Space | None, standings: list[Standing]) -> Any:
    return render_template(
        "assignments/list.html", space=place, running=[one for one in standings if one.ended_at is None],
        ended=[one for one in standings if one.ended_at is not None], tallies=queries.tallies(standings),
        titles=queries.titles_of({course for one in standings for course in one.courses}), name_of=_name_of,
    )  # fmt: skip


def _name_of(one: Standing, titles: dict[str, str]) -> str:
    return one.title or titles.get(one.courses[0], one.courses[0])


# --- assigning ---------------------------------------------------------------------------------------------------------


@bp.route("/team/<space_id>/assignments/new", methods=["GET", "POST"])
@guard("enrol_others")
def assign(space_id: str) -> Any:
    """Who, what; first a look at what will happen, then it happens."""
    place = _managed(space_id)
    people = sorted(((row.id, row.name) for row in members_of(place.id)), key=lambda pair: by_name(pair[1]))
    return _assign(place, people if len(people) <= CHOSEN_MOST else [])


@bp.route("/network/assignments/new", methods=["GET", "POST"])
@guard("assign_widely")
def assign_widely() -> Any:
    """The same for a territory, or for the whole network."""
    return _assign(None, [])


def _assign(place: Space | None, people: list[tuple[str, str]]) -> Any:
    titles = queries.offered()
    paths = queries.paths_for(place.id if place else None)
    form = AssignForm(
        courses=list(titles.items()), paths=paths, today=today(_zone(place)), people=people,
        territories=None if place else [(one.id, one.name) for one in territories()],
    )  # fmt: skip
    if request.method == "GET" and request.args.get("course") in titles:
        form.what.data = f"course:{request.args['course']}"
    forecast: Forecast | None = None
    if form.validate_on_submit():
        scope = form.scope(place.id if place else None)
        seen = looked_at(scope, form.what.data, form.when())
        if request.form.get("do") == "assign" and form.seen.data == seen:
            with writing():
                counts = service.assign(
                    form.name.data, scope, by=visitor().id, due=form.when(), why=form.why.data or "",
                    renewing=form.renewing(), **form.target(),
                )  # fmt: skip
            flash(_told(counts), "yes" if counts.enrolled or counts.redated else "")
            return redirect(url_for("assignments.one", assignment_id=form.name.data))
        path = next((one for one in paths if form.what.data == f"path:{one.id}"), None)
        forecast = queries.forecast(scope, path.courses if path else [form.target()["course_id"]])
        form.seen.data = seen
    return render_template(
        "assignments/new.html", space=place, form=form, forecast=forecast, dated=form.due.data != "none"
    ), 422 if form.errors else 200  # fmt: skip


def _told(counts: Counts) -> str:
    """What became of everybody, in a sentence or two."""
    said = []
    if counts.enrolled:
        said.append(ngettext("%(num)d person is enrolled.", "%(num)d people are enrolled.", counts.enrolled))
    if counts.redated:
        said.append(
            ngettext("%(num)d person has a new day.", "%(num)d people have a new day.", counts.redated)
        )  # fmt: skip
    if counts.declined:
        said.append(
            ngettext(
                "%(num)d person had declined this course; their choice stands.",
                "%(num)d people had declined this course; their choice stands.",
                counts.declined,
            )
        )
    return " ".join(said) or _("Everybody concerned is enrolled already.")


# --- one of them -------------------------------------------------------------------------------------------------------


@bp.get("/assignments/<assignment_id>")
@guard("assign")
def one(assignment_id: str) -> Any:
    """How it goes: who finished, who is late, who is not enrolled, who said no."""
    found = _own(assignment_id)
    asked = request.args.get("show", "")
    tally = queries.tallies([found])[found.id]
    shown = asked if asked in SHOWN else "missing" if tally.missing and found.ended_at is None else "all"
    page = min(max(request.args.get("page", 0, type=int), 0), PAGE_MOST)
    people, more = queries.people_of(found, shown, page)
    titles = queries.titles_of({*found.courses, *([found.renew_course_id] if found.renew_course_id else [])})
    return render_template(
        "assignments/one.html", one=found, until=_ends(found, people),
        name=_name_of(found, titles), titles=titles, tally=tally, shown=shown, page=page,
        people=people, more=more,
    )  # fmt: skip


def _ends(found: Standing, people: list[Line]) -> dict[str, date]:
    """Person -> until when what they finished is valid, where it is not for ever."""
    return valid_until(found.courses, [line.id for line in people]) if found.valid_months else {}


@bp.post("/assignments/<assignment_id>")
@guard("assign")
def change(assignment_id: str) -> Any:
    """Enrol everybody concerned (`do` = late), end it, or take the end back."""
    found = _own(assignment_id)
    do = request.form.get("do", "")
    if do not in ("late", "end", "resume"):
        raise Refused()
    with writing():
        if do == "end":
            service.end(found.id, by=visitor().id)
        elif do == "resume":
            counts = service.resume(found.id, by=visitor().id)
        else:
            counts = service.enrol_everybody(found.id, by=visitor().id)
    flash(
        _("It is asked of nobody else from now on. Whoever is enrolled stays enrolled.")
        if do == "end"
        else _told(counts),
        "yes",
    )
    return redirect(url_for("assignments.one", assignment_id=found.id))


@bp.route("/assignments/<assignment_id>/people/<person_id>", methods=["GET", "POST"])
@guard("assign")
def person(assignment_id: str, person_id: str) -> Any:
    """One person: another day, excused (`do` = excuse), or as everybody (`do` = usual)."""
    found = _own(assignment_id)
    line = queries.person_of(found, person_id)
    if line is None:
        raise NotFound()
    form = ExceptionForm(today=today(found.zone), day=line.own_day or line.due_on)
    do = request.form.get("do", "")
    if request.method == "POST" and (do in ("excuse", "usual") or form.validate_on_submit()):
        with writing():
            service.except_person(
                found.id, person_id, by=visitor().id, excused=do == "excuse",
                due_on=form.due_on.data if do not in ("excuse", "usual") else None,
            )  # fmt: skip
        flash(
            _("%(name)s is excused.", name=line.name)
            if do == "excuse"
            else _("For %(name)s it is as for everybody again.", name=line.name)
            if do == "usual"
            else _("%(name)s has a day of their own.", name=line.name),
            "yes",
        )
        return redirect(url_for("assignments.person", assignment_id=found.id, person_id=person_id))
    return render_template(
        "assignments/person.html", one=found, until=valid_until(found.courses, [person_id]).get(person_id),
        name=_name_of(found, queries.titles_of(set(found.courses))), line=line, form=form
    ), 422 if form.errors else 200  # fmt: skip


# --- paths -------------------------------------------------------------------------------------------------------------


@bp.route("/team/<space_id>/paths", methods=["GET", "POST"])
@guard("enrol_others")
def paths(space_id: str) -> Any:
    """The paths of my space and of the network; compose one."""
    return _paths(_managed(space_id))


@bp.route("/network/paths", methods=["GET", "POST"])
@guard("assign_widely")
def wide_paths() -> Any:
    """The paths of the network; compose one."""
    return _paths(None)


def _paths(place: Space | None) -> Any:
    titles = queries.offered()
    form: Any = path_form(list(titles.items()))
    if form.validate_on_submit():
        with writing():
            service.compose(
                form.name.data, place.id if place else None, form.title.data, form.order(), by=visitor().id
            )  # fmt: skip
        flash(_("The path is ready to be assigned."), "yes")
        return redirect(_paths_address(place.id if place else None))
    found = queries.paths_for(place.id if place else None)
    return render_template(
        "assignments/paths.html", space=place, paths=found, form=form,
        titles=queries.titles_of({course for one in found for course in one.courses}),
    ), 422 if form.errors else 200  # fmt: skip


def _paths_address(space_id: str | None) -> str:
    return url_for("assignments.paths", space_id=space_id) if space_id else url_for("assignments.wide_paths")


@bp.post("/paths/<path_id>")
@guard("assign")
def put_away(path_id: str) -> Any:
    """Offer a path no longer for assigning; or again (`do` = back)."""
    with writing():
        space_id = service.put_away(path_id, by=visitor().id, back=request.form.get("do") == "back")
    flash(_("The path is archived. Assignments of it go on."), "yes")
    return redirect(_paths_address(space_id))
