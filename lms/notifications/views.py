"""The door of a demonstration's mails."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request

from lms.accounts.queries import is_demo
from lms.foundation.errors import NotFound
from lms.notifications.queries import SHOWN, kept_mails
from lms.notifications.rules import paragraphs
from lms.spaces.policy import guard

bp = Blueprint("notifications", __name__, template_folder="templates")


@bp.get("/demo/mails")
@guard("public")
def mails() -> str:
    """The mails a demonstration would have sent, newest first; `to` narrows them to addresses that hold these words. Open to
    all: it is how one signs in by link there.
    """
    if not is_demo():
        raise NotFound()
    to = request.args.get("to", "").strip()[:254]
    base_url = current_app.config["CORDADA"].base_url
    kept = [(mail, paragraphs(mail.body or "", base_url)) for mail in kept_mails(to)]
    return render_template("notifications/mails.html", kept=kept, shown=SHOWN, to=to)
