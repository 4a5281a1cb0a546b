"""Forms of works: what is handed in, and what is said of it. The marks of a rubric are read by its criteria."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from lms.content.documents import Assignment
from lms.foundation.i18n import _, lazy_
from lms.learning.rules import clean_lines
from lms.learning.works.files import ACCEPTED
from lms.learning.works.rules import COMMENT_LONGEST, TEXT_LONGEST, is_link


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _is_link(_form: FlaskForm, field: StringField) -> None:
    if field.data and not is_link(field.data):
        raise ValidationError(_("Give the whole address of a page, beginning with https://."))


class WorkForm(FlaskForm):
    """A work: its text, its link, its file, those of them that the course asks for."""

    text = TextAreaField(
        lazy_("Your text"),
        [
            Length(
                max=TEXT_LONGEST,
                message=lazy_("Keep it to 20,000 characters; nothing was cut off, so shorten it here."),
            )
        ],
        filters=[clean_lines],
        render_kw={"rows": 12, "class": "voice"},
    )
    link = StringField(
        lazy_("The address of your work on the web"),
        [_is_link],
        filters=[_stripped],
        render_kw={"inputmode": "url", "autocomplete": "off", "maxlength": 500},
    )
    file = FileField(lazy_("Your file"), render_kw={"accept": ACCEPTED})
    drop = BooleanField(lazy_("Hand in without this file"))

    def ask_for(self, assignment: Assignment, *, has_file: bool) -> None:
        """Leave out what the course does not ask for."""
        for name in ("text", "link", "file"):
            if name not in assignment.submit:
                del self[name]
        if "file" not in assignment.submit or not has_file:
            del self["drop"]


class ReviewForm(FlaskForm):
    """What a reviewer says beside the marks."""

    comment = TextAreaField(
        lazy_("Your comment"),
        [
            Length(
                max=COMMENT_LONGEST,
                message=lazy_("Keep it to 4,000 characters; nothing was cut off, so shorten it here."),
            )
        ],
        filters=[clean_lines],
        render_kw={"rows": 6, "class": "voice"},
    )
