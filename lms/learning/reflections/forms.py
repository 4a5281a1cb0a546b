"""The form of a reflection: for each prompt a text, and who else may read it. Told apart by their prefix."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length

from lms.foundation.i18n import lazy_
from lms.learning.reflections.rules import LONGEST, Written
from lms.learning.rules import clean_lines
from lms.ui.fields import options

_TOO_LONG = lazy_("Keep it to 10,000 characters; nothing was cut off, so shorten it here.")


class PromptForm(FlaskForm):
    """A text to one prompt."""

    text = TextAreaField(
        "",
        [Length(max=LONGEST, message=_TOO_LONG)],
        filters=[clean_lines],
        render_kw={"rows": 6, "class": "voice"},
    )
    shown = SelectField(
        lazy_("Share this text with the people who take this course"),
        choices=options(
            [
                ("nobody", lazy_("No, it is for me alone")),
                ("unnamed", lazy_("Yes, without my name")),
                ("named", lazy_("Yes, with my name")),
            ]
        ),
        default="nobody",
    )

    @property
    def written(self) -> Written:
        """What was sent."""
        return Written(self.text.data or "", self.shown.data or "nobody")
