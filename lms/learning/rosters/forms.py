"""Forms of rosters: a list that is dropped or pasted, how it is read, and what its people are put on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, FileField, SelectField, TextAreaField
from wtforms.validators import Optional, ValidationError

from lms.foundation.i18n import _, lazy_
from lms.foundation.sheets import ENCODINGS, SEPARATORS
from lms.learning.rosters.rules import MENDED_AT_ONCE
from lms.spaces.roster.rules import SHOWN_LONGEST, tidy
from lms.ui.fields import options

#: Nobody plans a course further away than this, in years: a later date is a slip of the keyboard.
FURTHEST_YEARS = 3
#: What is kept of a cell that somebody types: enough to tell them that it is too long.
_TYPED = SHOWN_LONGEST


class ListForm(FlaskForm):
    """A list of people: a file, or a text."""

    file = FileField(
        lazy_("Your list, as CSV or XLSX"),
        description=lazy_("As your member program or your spreadsheet saves it. Only names and addresses are read."),
        render_kw={"accept": ".csv,.txt,.tsv,.xlsx,text/csv,text/plain"},
    )
    text = TextAreaField(
        lazy_("Or paste it here"),
        description=lazy_("A line for each person: name and e-mail, in any order."),
        render_kw={"rows": 3, "spellcheck": "false", "autocomplete": "off"},
    )

    def sent(self) -> tuple[bytes | str, str] | None:
        """What was sent and the name of its file: bytes of a file, else a text; None for nothing."""
        upload: Any = self.file.data
        name = str(getattr(upload, "filename", None) or "")
        if name:
            return upload.stream.read(), tidy(name.replace("\\", "/").rsplit("/", 1)[-1])[:200]
        return (self.text.data, "") if (self.text.data or "").strip() else None


class ReadForm(FlaskForm):
    """How a text is read: the way of its letters, and what stands between its cells."""

    encoding = SelectField(
        lazy_("Letters"),
        choices=options([
            ("utf-8", "UTF-8"), ("windows-1252", "Windows-1252"), ("utf-16", "UTF-16"), ("macintosh", "Mac OS Roman"),
        ]),
    )  # fmt: skip
    separator = SelectField(
        lazy_("Between cells"),
        choices=options([
            ("comma", lazy_("comma")), ("semicolon", lazy_("semicolon")), ("tab", lazy_("tab")), ("pipe", lazy_("bar")),
        ]),
    )  # fmt: skip

    def chosen(self) -> tuple[str, str]:
        """(encoding, separator), "" for what is none."""
        encoding, separator = self.encoding.data or "", self.separator.data or ""
        return encoding if encoding in ENCODINGS else "", separator if separator in SEPARATORS else ""


class BringForm(FlaskForm):
    """Which course the people of the list are put on, and until when."""

    course = SelectField(lazy_("Course"), description=lazy_("You can also do that later, on the team’s page."))
    due_on = DateField(
        lazy_("To be finished by"),
        [Optional()],
        description=lazy_("A day to aim for. It ends at midnight, where your space is."),
    )

    def offer(self, courses: Mapping[str, str], today: date) -> None:
        """Offer these courses (id -> title), and days from `today` on."""
        self.course.choices = options([("", _("No course")), *courses.items()])
        self.today = today

    def validate_due_on(self, field: DateField) -> None:
        """A due date lies ahead, not beyond reason, and belongs to a course."""
        if field.data is None:
            return
        if field.data < self.today:
            raise ValidationError(_("This day is over. Choose today or a later day."))
        if field.data.year > self.today.year + FURTHEST_YEARS:
            raise ValidationError(_("This day is very far away. Check the year."))
        if not self.course.data:
            raise ValidationError(_("A day needs a course. Choose one, or take the day away."))


def mended(form: Mapping[str, str]) -> dict[int, tuple[str, str]]:
    """What was typed into the rows of a list: number of the row -> (name, address)."""
    found: dict[int, tuple[str, str]] = {}
    for name, value in form.items():
        kind, _dash, number = name.partition("-")
        if kind == "email" and number.isascii() and number.isdigit() and len(number) < 6:
            called = tidy(form.get(f"name-{number}", ""))[:_TYPED]
            found[int(number)] = (called, tidy(value)[:_TYPED])
        if len(found) >= MENDED_AT_ONCE:
            break
    return found
