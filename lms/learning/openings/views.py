"""Doors of openings: wishing to be told, taking it back, what one waits for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.catalogue.queries import announced, published
from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.foundation.i18n import _, language
from lms.learning.openings import queries, service
from lms.spaces.policy import guard

bp = Blueprint("openings", __name__, template_folder="templates")


@bp.get("/openings")
@guard("signed_in")
def mine() -> Any:
    """The courses of which one is told by mail when they open."""
    return render_template("openings/mine.html", waited=queries.waited_by(visitor().id, language()))


@bp.post("/courses/<course_id>/opening")
@guard("signed_in")
def change(course_id: str) -> Any:
    """Be told when a course in preparation opens, or (`do=stop`) no more. Sent twice, it is once."""
    stops = request.form.get("do") == "stop"
    try:
        with writing():
            if stops:
                service.take_back(visitor().id, course_id)
            else:
                service.wish(visitor().id, course_id)
    except NotFound:
        if published(course_id) is None:
            raise
        return redirect(url_for("learning.course", course_id=course_id))  # it opened while the page was read
    flash(_("You get no mail about it.") if stops else _("You get one mail when it opens."), "yes")
    if announced(course_id) is None or request.form.get("back") == "list":
        return redirect(url_for("openings.mine"))
    return redirect(url_for("learning.course", course_id=course_id))
