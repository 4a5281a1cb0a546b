"""The door at the end of a mail: no more of these. Opening it changes nothing (mail programs open links too); the button does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.learning.following import service
from lms.notifications.following.links import opened
from lms.spaces.policy import guard

bp = Blueprint("following_mails", __name__, template_folder="templates")


@bp.get("/mails/end/<token>")
@guard("public")
def end(token: str) -> Any:
    """What would end, and a button. A link that is none of ours is a missing page."""
    found = opened(token)
    if found is None:
        raise NotFound()
    return render_template("following_mails/end.html", kind=found[0], token=token, ended=False)


@bp.post("/mails/end/<token>")
@guard("public")
def ended(token: str) -> Any:
    """These mails end now. Twice is once."""
    found = opened(token)
    if found is None:
        raise NotFound()
    kind, person_id, space_id = found
    with writing():
        if kind == "reminders":
            service.stop_reminders(person_id)
        else:
            service.end_report(person_id, space_id)
    return render_template("following_mails/end.html", kind=kind, token=token, ended=True)
