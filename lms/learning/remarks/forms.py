"""The forms of remarks: what a learner says, what is answered."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired, Length

from lms.foundation.i18n import lazy_
from lms.learning.remarks.rules import ANSWER_LONGEST, QUOTE_LONGEST, TEXT_LONGEST


class RemarkForm(FlaskForm):
    """What is wrong, which passage, and whether to be named."""

    text = TextAreaField(
        lazy_("What is wrong, or what do you see otherwise?"),
        [
            DataRequired(lazy_("Say in a sentence what is wrong, or what you see otherwise.")),
            Length(max=TEXT_LONGEST, message=lazy_("Keep it to 2,000 characters.")),
        ],
        render_kw={"rows": 5, "class": "voice", "maxlength": str(TEXT_LONGEST)},
    )
    quote = TextAreaField(
        lazy_("The passage it is about"),
        [Length(max=QUOTE_LONGEST, message=lazy_("Keep the passage to 500 characters."))],
        description=lazy_("If you like: copy the sentence here."),
        render_kw={"rows": 2, "class": "voice", "maxlength": str(QUOTE_LONGEST)},
    )
    named = BooleanField(lazy_("Show my name to those who write the courses"))


class AnswerForm(FlaskForm):
    """A short answer to a remark."""

    answer = TextAreaField(
        lazy_("Your answer"),
        [Length(max=ANSWER_LONGEST, message=lazy_("Keep the answer to 1,000 characters."))],
        description=lazy_("Whoever wrote it reads your answer on their page of remarks."),
        render_kw={"rows": 3, "maxlength": str(ANSWER_LONGEST)},
    )
