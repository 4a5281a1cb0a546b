"""The form of a note."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from lms.foundation.i18n import lazy_
from lms.learning.notes.queries import Foot
from lms.learning.notes.rules import LONGEST


class NoteForm(FlaskForm):
    """One text, and the mark of the one it replaces."""

    noted = TextAreaField(
        lazy_("My note on this page"),
        [Length(max=LONGEST, message=lazy_("Keep the note to 4,000 characters."))],
        render_kw={"rows": 5, "class": "voice", "maxlength": str(LONGEST)},
    )
    seen = HiddenField()


def note_form(foot: Foot) -> NoteForm:
    """The form with the note as it is saved."""
    kept = foot.note
    return NoteForm(None, data={"noted": kept.text if kept else "", "seen": kept.mark if kept else ""})
