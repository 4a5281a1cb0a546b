"""Forms of learning: a plan. Answers to questions are read by their kind (`content.kinds`), which made their fields."""

from __future__ import annotations

from datetime import date, timedelta

from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.fields.choices import Choice
from wtforms.validators import Length
from wtforms.widgets import Select

from lms.foundation.i18n import _, format_date, lazy_
from lms.learning.rules import PLAN_LONGEST
from lms.ui.fields import options

#: How many days ahead a plan may be put.
PLAN_AHEAD = 21
_TOO_LONG = lazy_("Keep it to 500 characters: one sentence is best.")


class _Days(Select):
    """A select without attributes on its options, written in one go: three weeks are many options."""

    @classmethod
    def render_option(cls, choice: Choice) -> Markup:
        """One day."""
        mark = " selected" if choice.selected else ""
        words = f'<option value="{escape(choice.value)}"{mark}>{escape(choice.label)}</option>'
        return Markup(words)  # noqa: S704 (escaped one line above)


class PlanForm(FlaskForm):
    """When ..., I will ..., on that day. One of them per commitment, told apart by its prefix."""

    when = TextAreaField(
        lazy_("When"), [Length(max=PLAN_LONGEST, message=_TOO_LONG)], render_kw={"rows": 2, "class": "voice"}
    )
    do = TextAreaField(
        lazy_("I will"), [Length(max=PLAN_LONGEST, message=_TOO_LONG)], render_kw={"rows": 2, "class": "voice"}
    )
    day = SelectField(lazy_("Which day"), validate_choice=False, widget=_Days())
    remind = BooleanField(lazy_("Remind me by e-mail that morning"))

    def offer_days(self, today: date, chosen: date | None) -> None:
        """Offer the next three weeks, and the day chosen before if it is none of them."""
        days = [today + timedelta(days=ahead) for ahead in range(PLAN_AHEAD + 1)]
        if chosen is not None and chosen not in days:
            days.insert(0, chosen)
        self.day.choices = options(
            [("", _("No day yet")), *((day.isoformat(), format_date(day, "EEEE d MMMM")) for day in days)]
        )
        if not self.is_submitted():
            self.day.data = chosen.isoformat() if chosen else ""

    def planned_on(self) -> date | None:
        """The day chosen; None for none and for what is no day."""
        try:
            return date.fromisoformat(self.day.data or "")
        except ValueError:
            return None
