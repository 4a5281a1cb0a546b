"""Doors of the footer's pages. Their text is long, so each language has a template of its own (`help.fr.html` ...)."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from lms.accounts.queries import is_demo
from lms.accounts.service import LINK_LIFE, STAY, STAY_SHARED
from lms.foundation.i18n import language
from lms.spaces.audit.service import KEPT as AUDIT_KEPT
from lms.spaces.people.service import AWAITED_FOR
from lms.spaces.policy import guard
from lms.spaces.queries import network
from lms.spaces.service import INVITATION_KEPT, INVITATION_LIFE

bp = Blueprint("pages", __name__, template_folder="templates")


def _page(name: str) -> str:
    """The page `name` in the reader's language, with the figures it tells, taken from where they rule."""
    found = network()
    return render_template(
        f"pages/{name}.{language()}.html",
        contact=found.contact if found else "",
        network=found.name if found else "Cordada",
        smallest_group=found.smallest_group if found else 5,
        demo=is_demo() and not current_app.config["CORDADA"].smtp_url,
        session_cookie=current_app.config["SESSION_COOKIE_NAME"],
        stay_days=STAY.days,
        stay_shared_hours=STAY_SHARED.seconds // 3600,
        link_minutes=LINK_LIFE["sign_in"].seconds // 60,
        invitation_days=INVITATION_LIFE.days,
        invitation_kept_days=INVITATION_KEPT.days,
        awaited_days=AWAITED_FOR.days,
        audit_days=AUDIT_KEPT.days,
    )


@bp.get("/help")
@guard("public")
def help() -> str:
    """How to find one's way."""
    return _page("help")


@bp.get("/privacy")
@guard("public")
def privacy() -> str:
    """What is kept about people, why, for how long; versioned."""
    return _page("privacy")


@bp.get("/accessibility")
@guard("public")
def accessibility() -> str:
    """What has been checked and what has not."""
    return _page("accessibility")


@bp.get("/source")
@guard("public")
def source() -> str:
    """Licences and where the source code is."""
    return _page("source")
