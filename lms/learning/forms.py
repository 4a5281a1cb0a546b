"""Forms of learning: a plan. Answers to questions are read by their kind (`content.kinds`), which made their fields."""

from __future__ import annotations

from datetime import date, timedelta

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError
from wtforms.widgets import DateInput

from lms.foundation.i18n import format_date, lazy_
from lms.learning.rules import PLAN_FURTHEST, PLAN_LONGEST

#: So many days ahead lie the days that are offered beside the calendar of the field.
PLAN_NEXT = (1, 2, 3, 7, 14)
_TOO_LONG = lazy_("Keep it to 500 characters: one sentence is best.")


class PlanForm(FlaskForm):
    """When ..., I will ..., on that day. One of them per commitment, told apart by its prefix."""

    when = TextAreaField(
        lazy_("When"), [Length(max=PLAN_LONGEST, message=_TOO_LONG)], render_kw={"rows": 2, "class": "voice"}
    )
    do = TextAreaField(
        lazy_("I will"), [Length(max=PLAN_LONGEST, message=_TOO_LONG)], render_kw={"rows": 2, "class": "voice"}
    )
    day = StringField(lazy_("Which day"), [Optional()], widget=DateInput())
    remind = BooleanField(lazy_("Remind me by e-mail that morning"))

    def offer_days(self, today: date, chosen: date | None) -> None:
        """Say which days can be: from `today` on, and the day chosen before, though it may be over by now."""
        self.today, self.chosen = today, chosen
        self.day.render_kw = {
            "min": min(today, chosen or today).isoformat(),
            "max": (today + PLAN_FURTHEST).isoformat(),
            "list": self.days_id,
        }
        if not self.is_submitted():
            self.day.data = chosen.isoformat() if chosen else ""

    @property
    def days_id(self) -> str:
        """The id of the list of days beside the field."""
        return f"{self.day.id}-next"

    @property
    def next_days(self) -> list[tuple[str, str]]:
        """The days beside the field: (value, words)."""
        days = [self.today + timedelta(days=ahead) for ahead in PLAN_NEXT]
        return [(day.isoformat(), format_date(day, "EEEE d MMMM")) for day in days]

    def planned_on(self) -> date | None:
        """The day chosen; None for none."""
        return date.fromisoformat(str(self.day.data)) if self.day.data else None

    def validate_day(self, field: StringField) -> None:
        """A day there is, that is not over, and within a year."""
        try:
            day = self.planned_on()
        except ValueError:
            raise ValidationError(lazy_("There is no such day. Choose another one, or leave it empty.")) from None
        if day is None or day == self.chosen:
            return
        if day < self.today:
            raise ValidationError(lazy_("This day is over. Choose today or a later day."))
        if day > self.today + PLAN_FURTHEST:
            raise ValidationError(lazy_("This day is very far away. Check the year."))
