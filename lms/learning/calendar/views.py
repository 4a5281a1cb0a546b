"""Doors of the personal calendar: one's dates on a page, the secret address, and the file that stands there."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for

from lms.accounts.service import count_try
from lms.accounts.visitor import visitor
from lms.foundation.addresses import address_of
from lms.foundation.clock import local, now, today
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, TooMany
from lms.foundation.i18n import _, format_date, format_time, language
from lms.foundation.tokens import digest
from lms.learning import ical
from lms.learning.calendar import queries, service
from lms.learning.calendar.limits import Readings
from lms.learning.calendar.queries import Reader
from lms.learning.calendar.rules import Wanted
from lms.spaces.policy import guard

bp = Blueprint("calendar", __name__, template_folder="templates")
#: How often somebody may ask for a new address.
ADDRESSES = (20, timedelta(hours=1))
_ICONS = {"due": "path", "renew": "loop", "plan": "pen", "live": "people"}


@bp.get("/account/calendar")
@guard("signed_in")
def dates() -> str:
    """What is ahead for me, and how it comes into my own calendar."""
    return _page()


@bp.post("/account/calendar")
@guard("signed_in")
def settings() -> Any:
    """Make a new secret address (shown this once), end it, or say whether plans are told in one's own words."""
    me, do = visitor().id, request.form.get("do")
    details = request.form.get("details") == "yes"
    if do == "make":
        with writing():
            count_try(f"calendar:{me}", ADDRESSES)
        wanted = _wanted(details)
        with writing():
            token = service.make(me, wanted, details=details)
        return _page(address_of("calendar.feed", token=token))
    if do == "stop":
        with writing():
            service.stop(me)
        flash(_("The address leads nowhere from now on."), "yes")
    else:
        wanted = _wanted(details)
        with writing():
            service.keep_details(me, wanted, details=details)
        flash(_("Your choice is saved. Your calendar follows when it looks next."), "yes")
    return redirect(url_for("calendar.dates"))


@bp.get("/calendar/<token>.ics")
@guard("public")
def feed(token: str) -> Any:
    """The calendar of whoever holds this secret address. No sign-in, no cookie, nothing for search engines."""
    readings: Readings = current_app.extensions.setdefault("calendar_readings", Readings())
    wait = readings.wait(digest(token), now())
    if wait:
        raise TooMany(_("This calendar is read too often. It changes a few times a day at most."), retry_after=wait)
    entries = queries.entries_at(token)
    if entries is None:
        raise NotFound()
    data = ical.calendar("Cordada", entries)
    answer = Response(data, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="cordada.ics"'
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = "private, max-age=600"
    answer.set_etag(hashlib.sha256(data).hexdigest()[:32])
    return answer.make_conditional(request)


def _wanted(details: bool) -> dict[str, Wanted]:
    """What should stand at the visitor's address."""
    who = visitor()
    return queries.wanted_for([Reader(who.id, who.lang or language(), details)])[who.id]


def _page(address: str = "") -> str:
    who = visitor()
    wanted = queries.wanted_for([Reader(who.id, language(), details=True)])[who.id]
    day = today(who.zone)
    ahead = sorted(
        (
            (local(one.starts_at, who.zone).date() if one.starts_at else one.day, key, one)
            for key, one in wanted.items()
            if (one.ends_at > now() if one.starts_at else one.day is not None and one.day >= day)
        ),
        key=lambda found: (found[0], found[2].starts_at is None, found[1]),
    )
    return render_template(
        "calendar/dates.html",
        ahead=[{"title": one.title, "text": one.text, "href": _page_of(key, one), "when": _when(one, who.zone),
                "icon": _ICONS[key.partition("/")[0]]} for _day, key, one in ahead],
        off=[
            {"title": one.title, "when": f"{format_date(one.starts_at, 'full', who.zone)}, "
                                         f"{format_time(one.starts_at, who.zone)}"}
            for one in queries.cancelled_for(who.id)
        ],
        feed=queries.feed_of(who.id),
        address=address,
        program_address=address.replace("https://", "webcal://", 1).replace("http://", "webcal://", 1),
    )  # fmt: skip


def _page_of(key: str, one: Wanted) -> str:
    """The page an entry is about: for a session its own page, and never where it takes place."""
    kind, *parts = key.split("/")
    if kind == "live":
        return url_for("learning.activity", course_id=parts[0], unit=parts[1], activity=parts[2])
    return one.link


def _when(one: Wanted, zone: str) -> str:
    if one.starts_at is None:
        assert one.day is not None
        return format_date(one.day, "full")
    return f"{format_date(one.starts_at, 'full', zone)}, {format_time(one.starts_at, zone)}"
