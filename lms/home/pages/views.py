"""Doors of the footer's pages."""

from __future__ import annotations

from flask import Blueprint, render_template

from lms.accounts.access import public

bp = Blueprint("pages", __name__, template_folder="templates")


@bp.get("/help")
@public
def help() -> str:
    """How to find one's way."""
    return render_template("pages/help.html")


@bp.get("/privacy")
@public
def privacy() -> str:
    """What is kept about people, why, for how long; versioned."""
    return render_template("pages/privacy.html")


@bp.get("/accessibility")
@public
def accessibility() -> str:
    """What has been checked and what has not."""
    return render_template("pages/accessibility.html")


@bp.get("/source")
@public
def source() -> str:
    """Licences and where the source code is."""
    return render_template("pages/source.html")
