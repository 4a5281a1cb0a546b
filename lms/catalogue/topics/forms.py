"""The form of topics: one line of text."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from lms.catalogue.topics.rules import LONGEST
from lms.foundation.i18n import lazy_


class TopicForm(FlaskForm):
    """What a course should be about."""

    topic = StringField(
        lazy_("What should there be a course about?"),
        [
            DataRequired(lazy_("Say in a few words what the course should be about.")),
            Length(max=LONGEST, message=lazy_("Keep it to 200 characters.")),
        ],
        description=lazy_("A few words, without the name of anybody."),
        render_kw={"maxlength": str(LONGEST)},
    )
