"""The form under the team table: these people, that course."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from lms.foundation.i18n import lazy_
from lms.ui.fields import options

#: Nobody plans a course further away than this, in years: a later date is a slip of the keyboard.
FURTHEST_YEARS = 3


class EnrolForm(FlaskForm):
    """People of the space (checkboxes in the table), a course, and if wanted a day and a sentence."""

    people = SelectMultipleField(
        lazy_("People"), [DataRequired(lazy_("Tick at least one person in the table."))],
        validate_choice=False,  # validate_people says it in words that help
    )  # fmt: skip
    course = SelectField(lazy_("Course"), [InputRequired(lazy_("Choose a course."))])
    due_on = DateField(
        lazy_("To be finished by"),
        [Optional()],
        description=lazy_("A day to aim for. It ends at midnight, where your space is."),
    )
    why = StringField(
        lazy_("Why, in a sentence"), [Length(max=300, message=lazy_("300 characters at most."))],
        description=lazy_("They read it beside the course, and they may decline without giving a reason."),
        render_kw={"maxlength": "300"},
    )  # fmt: skip

    def __init__(self, *, people: list[tuple[str, str]], courses: list[tuple[str, str]], today: date) -> None:
        super().__init__()
        self.people.choices = options(people)
        self.course.choices = options(courses)
        self.today = today

    def validate_people(self, field: SelectMultipleField) -> None:
        """Only people of the space can be ticked."""
        if not set(field.data or ()) <= {one.value for one in field.choices}:
            raise ValidationError(lazy_("Somebody you ticked is not in this space any more. Check who is ticked."))

    def validate_due_on(self, field: DateField) -> None:
        """A due date lies ahead, and not beyond reason."""
        if field.data is not None and field.data < self.today:
            raise ValidationError(lazy_("This day is over. Choose today or a later day."))
        if field.data is not None and field.data.year > self.today.year + FURTHEST_YEARS:
            raise ValidationError(lazy_("This day is very far away. Check the year."))
