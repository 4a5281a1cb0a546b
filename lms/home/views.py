"""Doors of home."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from lms.accounts.access import public, signed_in
from lms.accounts.visitor import visitor

bp = Blueprint("home", __name__, template_folder="templates")


@bp.get("/")
@public
def landing() -> Any:
    """The public front page; people who are signed in go on to their own."""
    if not visitor().is_anonymous:
        return redirect(url_for("home.start"))
    return render_template("home/landing.html")


@bp.get("/home")
@signed_in
def start() -> Any:
    """The learner's home."""
    return render_template("home/start.html")
