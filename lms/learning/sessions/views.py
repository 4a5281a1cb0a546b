"""Doors of live sessions: the page with the hour and the seats, the calendar file, the recording, and who was there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.catalogue import queries as catalogue
from lms.content.documents import Activity
from lms.foundation.clock import now
from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.foundation.i18n import _, format_date, format_time, language, ngettext, zone_city
from lms.learning import ical, pages
from lms.learning import queries as learning
from lms.learning.activities import shows
from lms.learning.closing import onward
from lms.learning.queries import Learning
from lms.learning.rules import variant
from lms.learning.sessions import queries, rules, service
from lms.learning.sessions.queries import Standing
from lms.learning.sessions.rules import Facts
from lms.spaces.policy import guard, may

bp = Blueprint("sessions", __name__, template_folder="templates")


@shows("live")
def page(own: Learning, unit: str, text: Activity) -> str:
    """A live session: when it is, here and there; one's seat; afterwards, the recording."""
    facts = _facts(own, unit, text)
    course_id = own.enrolment.course_id
    standing = queries.standing_of(own.enrolment.person_id, course_id, unit, text.key)
    state = rules.state(facts.starts_at, facts.minutes, now())
    here = pages.activity_address(course_id, unit, text.key)
    frame = pages.frame(own, unit, text, language())
    frame["text"] = replace(frame["text"], minutes=_("%(low)s min", low=facts.minutes))
    return render_template(
        "sessions/session.html",
        **frame,
        body=pages.placed(text.html, own.published) if text.html else "",
        facts=facts,
        state=state,
        when=told_when(facts, facts.zone),
        at_yours=told_when(facts, visitor().zone),
        same_hour=told_when(facts, facts.zone, bare=True) == told_when(facts, visitor().zone, bare=True),
        your_city=zone_city(visitor().zone),
        standing=standing,
        has_seat=standing.number is not None,
        waits=standing.place is not None,
        room=_room(facts, standing),
        moved=_moved(facts, standing, state),
        replay=state == "over" and standing.presence is None and rules.leads_out(text.html),
        here_address=here,
        file_address=url_for("sessions.file", course_id=course_id, unit=unit, activity=text.key),
        list_address=url_for("sessions.presence", course_id=course_id, unit=unit, activity=text.key)
        if may(visitor(), "author")
        else "",
    )


@bp.post("/courses/<course_id>/<unit>/<activity>/seat")
@guard("signed_in")
def seat(course_id: str, unit: str, activity: str) -> Any:
    """Take a seat or join those who wait; with `do=give`, give it back. Sent twice, it is done once."""
    _taken(course_id, unit, activity)
    if request.form.get("do") == "give":
        with writing():
            waited = queries.standing_of(visitor().id, course_id, unit, activity).place is not None
            service.give_back(visitor().id, course_id, unit, activity)
        flash(
            _("You are no longer on the waiting list.")
            if waited
            else _("Your seat is free for somebody else. Thank you for saying so."),
            "yes",
        )
    else:
        with writing():
            seated = service.take(visitor().id, course_id, unit, activity)
        flash(
            _("You have a seat.")
            if seated
            else _("You are on the waiting list. We write to you as soon as a seat is yours."),
            "yes",
        )
    return redirect(pages.activity_address(course_id, unit, activity))


@bp.post("/courses/<course_id>/<unit>/<activity>/replay")
@guard("signed_in")
def replay(course_id: str, unit: str, activity: str) -> Any:
    """The learner watched the recording, where the course gives one."""
    own, text = _taken(course_id, unit, activity)
    if not rules.leads_out(text.html):
        raise NotFound()
    with writing():
        whole = service.watched(visitor().id, course_id, unit, activity)
    return onward(own, unit, text, whole=whole)


@bp.get("/courses/<course_id>/<unit>/<activity>/session.ics")
@guard("signed_in")
def file(course_id: str, unit: str, activity: str) -> Any:
    """The session as a file for one's calendar. Where it takes place stands in it for people with a seat alone."""
    own, text = _taken(course_id, unit, activity)
    facts = _facts(own, unit, text)
    standing = queries.standing_of(visitor().id, course_id, unit, activity)
    page_address = url_for("learning.activity", course_id=course_id, unit=unit, activity=activity, _external=True)
    entry = ical.Entry(
        uid=ical.uid_of("live", course_id, unit, activity),
        sequence=standing.sequence,
        changed_at=standing.changed_at or own.published.published_at,
        start=facts.starts_at,
        minutes=facts.minutes,
        title=text.title,
        text=own.published.document.title(language()),
        link=(facts.link if standing.number is not None else "") or page_address,
    )
    answer = Response(ical.calendar(text.title, [entry]), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="session.ics"'
    return answer


@bp.route("/courses/<course_id>/<unit>/<activity>/presence", methods=["GET", "POST"])
@guard("author")
def presence(course_id: str, unit: str, activity: str) -> Any:
    """For those who lead the session: who has a seat, and who was there."""
    served = catalogue.published(course_id)
    text = variant(served.document, unit, activity, language()) if served else None
    facts = rules.sessions_of(served.document).get((unit, activity)) if served else None
    if served is None or text is None or facts is None:
        raise NotFound()
    if request.method == "POST":
        with writing():
            count = service.note(course_id, unit, activity, request.form.getlist("here"), by=visitor().id)
        flash(
            ngettext("Saved: %(num)s person was there.", "Saved: %(num)s people were there.", count)
            if count
            else _("Saved: nobody was there."),
            "yes",
        )
        return redirect(url_for("sessions.presence", course_id=course_id, unit=unit, activity=activity))
    guests = queries.guests_of(course_id, unit, activity)
    return render_template(
        "sessions/presence.html",
        course=pages.course_link(served.document, language()),
        text=pages.text_of(text),
        when=told_when(facts, facts.zone),
        state=rules.state(facts.starts_at, facts.minutes, now()),
        seated=[guest for guest in guests if guest.number is not None],
        waiting=[guest for guest in guests if guest.number is None],
        seats=facts.seats,
    )


def told_when(facts: Facts, zone: str, *, bare: bool = False) -> str:
    """The day and the hours of a session as the clocks of `zone` show them, with the name of the zone unless `bare`."""
    words = {
        "day": format_date(facts.starts_at, "full", zone),
        "start": format_time(facts.starts_at, zone),
        "end": format_time(facts.ends_at, zone),
    }
    if bare:
        return _("%(day)s, from %(start)s to %(end)s", **words)
    return _("%(day)s, from %(start)s to %(end)s (time zone: %(zone)s)", **words, zone=zone_city(zone))


def _taken(course_id: str, unit: str, activity: str) -> tuple[Learning, Activity]:
    """The visitor's course and a session of it. Not taken, not there and no session are the same."""
    own = learning.learning_of(visitor().id, course_id)
    text = variant(own.published.document, unit, activity, language()) if own else None
    if own is None or text is None or text.live is None:
        raise NotFound()
    return own, text


def _facts(own: Learning, unit: str, text: Activity) -> Facts:
    source = variant(own.published.document, unit, text.key, own.published.document.source)
    facts = rules.facts_of(source) if source else None
    if facts is None:
        raise NotFound()
    return facts


def _room(facts: Facts, standing: Standing) -> str:
    """How many seats are left, in words."""
    if facts.seats is None:
        return _("There is room for everybody.")
    left = max(0, facts.seats - standing.seated)
    if left and not standing.waiting:
        return ngettext("%(num)s seat left of %(total)s", "%(num)s seats left of %(total)s", left, total=facts.seats)
    taken = ngettext("The only seat is taken.", "All %(num)s seats are taken.", facts.seats)
    if not standing.waiting:
        return taken
    waiting = ngettext("%(num)s person waits.", "%(num)s people wait.", standing.waiting)
    return f"{taken} {waiting}"


def _moved(facts: Facts, standing: Standing, state: str) -> str:
    """When the session was before it was moved, for those who had a seat then; else empty."""
    before = standing.moved_from
    if before is None or standing.taken_at is None or standing.changed_at is None or state == "over":
        return ""
    if standing.taken_at > standing.changed_at:
        return ""
    return told_when(replace(facts, starts_at=before), facts.zone)
