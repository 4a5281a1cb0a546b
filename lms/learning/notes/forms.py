"""The form of a note."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from lms.foundation.i18n import lazy_
from lms.learning.notes.queries import Foot
from lms.learning.notes.rules import LONGEST
from lms.learning.queries import Begun

#: The block of a note's draft, and its field with the longest text a draft holds: more than a note may have, so that nothing
#: is cut off before that is told.
NOTE = "note"
NOTE_FIELDS = {"noted": 4 * LONGEST}


class NoteForm(FlaskForm):
    """One text, and the mark of the one it replaces."""

    noted = TextAreaField(
        lazy_("My note on this page"),
        [Length(max=LONGEST, message=lazy_("Keep the note to 4,000 characters."))],
        render_kw={"rows": 5, "class": "voice", "maxlength": str(LONGEST)},
    )
    seen = HiddenField("")


def note_form(foot: Foot, begun: Begun | None = None) -> NoteForm:
    """The form with the note as it is saved, or as somebody has begun to change it."""
    kept = foot.note
    noted = begun.typed.get("noted", [""])[0] if begun else kept.text if kept else ""
    return NoteForm(None, data={"noted": noted, "seen": kept.mark if kept else ""})
