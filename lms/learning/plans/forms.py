"""Forms of plans: the whole of one, what became of it, what is given on."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from lms.foundation.i18n import lazy_
from lms.learning.forms import PlanForm
from lms.learning.plans import rules
from lms.ui.fields import options

_TOO_LONG = lazy_("Keep it to 2,000 characters.")


class WholePlanForm(PlanForm):
    """A plan with its circumstances. (When, I, the day and the reminder are those of the lesson's own form.)"""

    place = StringField(
        lazy_("Where"),
        [Length(max=rules.PLACE_LONGEST, message=lazy_("200 characters at most."))],
        render_kw={"maxlength": str(rules.PLACE_LONGEST), "autocomplete": "off"},
    )
    may_ask = RadioField(
        lazy_("Who may ask me about it"),
        choices=options(
            [
                ("nobody", lazy_("Nobody: only I see it")),
                ("manager", lazy_("My manager, who then sees this plan")),
                ("peer", lazy_("A colleague, whom I tell myself")),
            ]
        ),
        validators=[InputRequired(lazy_("Choose one of them."))],
    )


class ToldForm(FlaskForm):
    """The two questions of the day."""

    state = RadioField(
        lazy_("What became of it"),
        choices=options(
            [
                ("tried", lazy_("I tried it")),
                ("adapted", lazy_("I tried it in another way")),
                ("dropped", lazy_("I let it go")),
            ]
        ),
        validators=[InputRequired(lazy_("Choose one of them."))],
    )
    happened = TextAreaField(
        lazy_("What happened?"),
        [Length(max=rules.ANSWER_LONGEST, message=_TOO_LONG)],
        render_kw={"rows": 4, "class": "voice", "maxlength": str(rules.ANSWER_LONGEST)},
    )
    keeps = TextAreaField(
        lazy_("What will you keep?"),
        [Length(max=rules.ANSWER_LONGEST, message=_TOO_LONG)],
        render_kw={"rows": 3, "class": "voice", "maxlength": str(rules.ANSWER_LONGEST)},
    )


class PracticeForm(FlaskForm):
    """A practice note."""

    text = TextAreaField(
        lazy_("In 80 words, without names"),
        [
            DataRequired(lazy_("A practice note has between 1 and 80 words.")),
            Length(max=rules.PRACTICE_LONGEST, message=lazy_("A practice note has between 1 and 80 words.")),
        ],
        render_kw={"rows": 4, "class": "voice", "maxlength": str(rules.PRACTICE_LONGEST)},
    )
    agreed = BooleanField(
        lazy_("Others may read it, with the place of my space and without my name"),
        [DataRequired(lazy_("Tick this if others may read it."))],
    )

    def validate_text(self, field: TextAreaField) -> None:
        """Eighty words are enough for one thing that was tried."""
        if rules.word_count(field.data or "") > rules.PRACTICE_WORDS:
            raise ValidationError(lazy_("A practice note has between 1 and 80 words."))
