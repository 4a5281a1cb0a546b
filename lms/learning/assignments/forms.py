"""Forms of assignments: who, what, until when, why; another day for one person; a path."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from lms.foundation.db import new_id
from lms.foundation.i18n import _, lazy_
from lms.learning.assignments.models import TITLE_LONGEST, WHY_LONGEST
from lms.learning.assignments.queries import Path, Scope
from lms.learning.assignments.rules import COURSES_MOST, DAYS_MOST, Due
from lms.learning.assignments.service import Renewing
from lms.ui.fields import options

#: Nobody plans a course further away than this, in years: a later date is a slip of the keyboard.
FURTHEST_YEARS = 3
#: Of a larger space people are not chosen one by one here.
CHOSEN_MOST = 200
#: A choice of where: everybody of the network.
EVERYWHERE = "*"
_ONE_OF_OURS = Regexp(r"^[A-Za-z0-9_-]{22}$")
_OVER = lazy_("This day is over. Choose today or a later day.")
_FAR = lazy_("This day is very far away. Check the year.")


def _check_day(day: date | None, today: date) -> None:
    if day is not None and day < today:
        raise ValidationError(str(_OVER))
    if day is not None and day.year > today.year + FURTHEST_YEARS:
        raise ValidationError(str(_FAR))


class AssignForm(FlaskForm):
    """Who and what; everything else has a default. Shown twice: filled, then with what will happen."""

    name = HiddenField("", [_ONE_OF_OURS])
    #: What was looked at before: assigning without having seen just that shows it first.
    seen = HiddenField("")
    what = SelectField(lazy_("Course or path"), [InputRequired(lazy_("Choose a course."))])
    where = SelectField(lazy_("Where"))
    who = RadioField(lazy_("Who"), default="all")
    people = SelectMultipleField(
        lazy_("People"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )  # fmt: skip
    due = RadioField(lazy_("To be finished by"), default="none")
    due_on = DateField(lazy_("On this day"), [Optional()])
    due_days = IntegerField(
        lazy_("Days after they start"),
        [Optional(), NumberRange(1, DAYS_MOST, lazy_("Between 1 and %(most)s days.", most=DAYS_MOST))],
        description=lazy_("Counted from the day they join, or from today for those who are there already."),
        render_kw={"inputmode": "numeric", "maxlength": "3"},
    )
    why = StringField(
        lazy_("Why, in a sentence"), [Length(max=WHY_LONGEST, message=lazy_("300 characters at most."))],
        description=lazy_("They read it beside the course, and they may decline without giving a reason."),
        render_kw={"maxlength": str(WHY_LONGEST)},
    )  # fmt: skip
    valid = SelectField(lazy_("What they finish is valid"), default="0")
    renew_days = SelectField(lazy_("It can be renewed"), default="60")
    renew_by = RadioField(lazy_("How it is renewed"), default="closing")
    renew_course = SelectField(lazy_("The shorter course"), default="")

    def __init__(
        self,
        *,
        courses: list[tuple[str, str]],
        paths: list[Path],
        today: date,
        people: list[tuple[str, str]] | None = None,
        territories: list[tuple[str, str]] | None = None,
    ) -> None:
        super().__init__()
        self.today = today
        self.of_space = territories is None
        self.what.choices = [
            *options([("", _("Choose …"))]),
            *options([(f"path:{one.id}", one.title) for one in paths], _("Paths")),
            *options([(f"course:{name}", title) for name, title in courses], _("Courses")),
        ]
        if territories is None:
            del self.where
        else:
            self.where.choices = options([(EVERYWHERE, _("The whole network")), *territories])
        who = [("all", _("Everybody")), ("learners", _("Those who learn")), ("managers", _("Those who run a space"))]
        if people:
            who.append(("people", _("Only these people")))
        self.who.choices = options(who)
        self.people.choices = options(people or [])
        self.due.choices = options(
            [
                ("none", _("No day")),
                ("day", _("One day for all")),
                ("after", _("A number of days after each one’s start")),
            ]
        )
        self.valid.choices = options(
            [("0", _("for ever")), *((str(each), _("for %(num)s months", num=each)) for each in (6, 12, 24, 36))]
        )
        self.renew_days.choices = options(
            [(str(each), _("in the last %(num)s days", num=each)) for each in (30, 60, 90)]
        )
        self.renew_by.choices = options(
            [
                ("closing", _("By the last quiz alone")),
                ("same", _("By all quizzes of the course")),
                ("course", _("By a shorter course")),
            ]
        )
        self.renew_course.choices = options([("", _("Choose …")), *courses])
        self.due_on.flags.optional = self.due_days.flags.optional = False  # needed where they are shown
        if not self.name.data:
            self.name.data = new_id()

    def validate_people(self, field: SelectMultipleField) -> None:
        """Somebody must be chosen where people are."""
        if self.who.data == "people" and not field.data:
            raise ValidationError(_("Tick at least one person."))

    def validate_due(self, field: RadioField) -> None:
        """Whoever wants a day says which."""
        if field.data == "day" and self.due_on.data is None:
            raise ValidationError(_("Choose a day."))
        if field.data == "after" and self.due_days.data is None:
            raise ValidationError(_("Say how many days."))

    def validate_due_on(self, field: DateField) -> None:
        """A day lies ahead, and not beyond reason."""
        if self.due.data == "day":
            _check_day(field.data, self.today)

    def validate_renew_course(self, field: SelectField) -> None:
        """A course, where another course renews."""
        if self.valid.data != "0" and self.renew_by.data == "course" and not field.data:
            raise ValidationError(_("Choose a course."))

    def scope(self, space_id: str | None) -> Scope:
        """Whose people, and which."""
        where = None if self.of_space or self.where.data == EVERYWHERE else self.where.data
        people = tuple(sorted(set(self.people.data or ()))) if self.who.data == "people" else ()
        return Scope(space_id, where, self.who.data, people)

    def target(self) -> dict[str, Any]:
        """`course_id` or `path_id`."""
        kind, _colon, name = (self.what.data or "").partition(":")
        return {f"{kind}_id": name}

    def when(self) -> Due:
        """The day."""
        if self.due.data == "day":
            return Due("day", self.due_on.data)
        return Due("after", days=self.due_days.data) if self.due.data == "after" else Due("none")

    def renewing(self) -> Renewing | None:
        """How long it is valid; None for ever."""
        if self.valid.data == "0":
            return None
        course = self.renew_course.data if self.renew_by.data == "course" else None
        return Renewing(int(self.valid.data), int(self.renew_days.data), self.renew_by.data, course)


class ExceptionForm(FlaskForm):
    """Another day for one person."""

    due_on = DateField(lazy_("Another day"), [InputRequired(lazy_("Choose a day."))])

    def __init__(self, *, today: date, day: date | None = None) -> None:
        super().__init__(due_on=day)
        self.today = today

    def validate_due_on(self, field: DateField) -> None:
        """A day lies ahead, and not beyond reason."""
        _check_day(field.data, self.today)


def path_form(courses: list[tuple[str, str]]) -> FlaskForm:
    """The form of a path: a title, and a list of places for courses, the first two of which are needed."""

    class Places(FlaskForm):
        name = HiddenField("", [_ONE_OF_OURS])
        title = StringField(
            lazy_("Title of the path"),
            [
                InputRequired(lazy_("Give the path a title.")),
                Length(max=TITLE_LONGEST, message=lazy_("120 characters at most.")),
            ],
            render_kw={"maxlength": str(TITLE_LONGEST)},
        )

        def order(self) -> list[str]:
            """The courses, in their order, empty places left out."""
            chosen = (self[f"course{place}"].data for place in range(COURSES_MOST))
            return [one for one in chosen if one]

        def validate_course1(self, _field: SelectField) -> None:
            """At least two courses, each once."""
            order = self.order()
            if len(order) < 2 or len(set(order)) < len(order):
                raise ValidationError(_("A path has at least two courses, each of them once."))

    for place in range(COURSES_MOST):
        choices = options([("", _("Choose …") if place < 2 else _("no further course")), *courses])
        label = _("Course %(number)s", number=place + 1)
        setattr(Places, f"course{place}", SelectField(label, choices=choices, default=""))
    form = Places()
    if not form.name.data:
        form.name.data = new_id()
    return form
