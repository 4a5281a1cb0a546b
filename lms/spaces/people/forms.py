"""Forms of a space's people: what is to become of somebody, and the address of a manager to invite."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField

from lms.ui.fields import options


class ChangeForm(FlaskForm):
    """One button beside a person. What each does is a row of the view's table."""

    do = RadioField(
        choices=options((word, "") for word in ("deputy", "manager", "learner", "remove", "back", "again", "off"))
    )
