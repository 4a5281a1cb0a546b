"""The form of the survey: two ratings of one competency, each five levels and three ways out."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField

from lms.foundation.i18n import _, pick
from lms.survey.instruments import Instrument, Scale
from lms.survey.rules import CODES, UNANSWERED
from lms.ui.fields import options

#: What a browser sends for a row left empty.
EMPTY = frozenset({None, "", UNANSWERED})


class RatingForm(FlaskForm):
    """One page. `asked` comes back filled when the page has asked once about an empty row."""

    importance = RadioField(validate_choice=False)
    competence = RadioField(validate_choice=False)
    asked = HiddenField("")

    def speak(self, instrument: Instrument) -> None:
        """Take the words of the two scales from the instrument, in the reader's language."""
        for field, scale in ((self.importance, instrument.importance), (self.competence, instrument.level)):
            field.label.text = pick(dict(scale.legend))
            field.choices = options(_choices(scale, instrument))

    def show(self, kept: tuple[str, str] | None) -> None:
        """Fill in what was answered before."""
        if kept is not None:
            self.importance.data, self.competence.data = (None if code == UNANSWERED else code for code in kept)

    def codes(self) -> tuple[str, str]:
        """The two codes as sent; a row left empty is "unanswered"."""
        importance, competence = self.importance.data, self.competence.data
        return (
            UNANSWERED if importance in EMPTY else str(importance),
            UNANSWERED if competence in EMPTY else str(competence),
        )

    def complain(self) -> bool:
        """Say at each row what keeps the page from going on. Gives whether it may go on."""
        for field, code in zip((self.importance, self.competence), self.codes(), strict=True):
            if code not in CODES:
                field.errors = [_("Choose one of the answers.")]
            elif code == UNANSWERED and not self.asked.data:
                field.errors = [_("Nothing is chosen here. Choose an answer, or continue once more to leave it empty.")]
        return not self.importance.errors and not self.competence.errors


def _choices(scale: Scale, instrument: Instrument) -> list[tuple[str, str]]:
    levels = [(str(number), pick(dict(words))) for number, words in enumerate(scale.levels, start=1)]
    return levels + [(code, pick(dict(words))) for code, words in instrument.ways_out]
