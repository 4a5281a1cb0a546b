"""Forms of the directory: a space's portrait, its frame, a territory, to whom somebody shows themself."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField, widgets
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from lms.accounts.forms import ZONES
from lms.accounts.rules import clean_text, visible
from lms.foundation.i18n import LANGUAGES, lazy_
from lms.spaces.directory.themes import COUNTRIES, SPOKEN, THEMES
from lms.ui.fields import options

_DESKS = lazy_("Write a number from 0 to 1,000.")


def plain_text(form: FlaskForm, field: Any) -> None:
    """Refuse what holds control or direction marks."""
    if field.data and clean_text(field.data, 10_000) is None and field.data.strip():
        raise ValidationError(lazy_("There is a character in this text that cannot be shown. Type it again."))


class PortraitForm(FlaskForm):
    """What those who run a space say about it."""

    # An id of its own: every page has an element "languages".
    languages = SelectMultipleField(
        lazy_("Languages spoken"), id="spoken-here", choices=options(SPOKEN.items()), option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False), description=lazy_("In which somebody who comes in is understood."),
    )  # fmt: skip
    desks = IntegerField(
        lazy_("Desks"), [InputRequired(_DESKS), NumberRange(0, 1000, _DESKS)],
        description=lazy_("How many people can work there at the same time."), render_kw={"inputmode": "numeric"},
    )  # fmt: skip
    theme = SelectField(
        lazy_("Theme"), [Optional()],
        choices=options([("", lazy_("None in particular")), *((code, lazy_(name)) for code, name in THEMES.items())]),
    )  # fmt: skip
    good_at = StringField(
        lazy_("What the space is good at"), [Length(max=200), plain_text], filters=[visible],
        description=lazy_("In one line: what another space could come and learn from you."),
    )  # fmt: skip
    about = TextAreaField(
        lazy_("About the space"), [Length(max=800), plain_text],
        description=lazy_("A few sentences, in the language of the space. No names of people: they show themselves."),
    )  # fmt: skip

    def portrait(self) -> dict[str, Any]:
        """The values, as columns."""
        return {
            "languages": " ".join(code for code in SPOKEN if code in (self.languages.data or [])),
            "desks": self.desks.data,
            "theme": self.theme.data or "",
            "good_at": clean_text(self.good_at.data or "", 200) or "",
            "about": clean_text(self.about.data or "", 800) or "",
        }


class SpaceForm(PortraitForm):
    """The portrait with its frame, which the coordinator decides."""

    name = StringField(
        lazy_("Name of the space"),
        [InputRequired(lazy_("Write a name.")), Length(max=120), plain_text],
        filters=[visible],
    )
    place = StringField(
        lazy_("Village or town"),
        [InputRequired(lazy_("Write the village or town.")), Length(max=120), plain_text],
        filters=[visible],
    )
    territory_id = SelectField(lazy_("Territory"), [InputRequired(lazy_("Choose a territory."))])
    lang = SelectField(lazy_("Language of the space"), choices=options(LANGUAGES.items()))
    zone = SelectField(lazy_("Time zone"), choices=options((zone, zone) for zone in ZONES))

    def keep_zone(self, zone: str) -> None:
        """Offer the zone the space has, even if it is none of the usual ones."""
        if zone in available_timezones() and zone not in ZONES:
            self.zone.choices = [*self.zone.choices, *options([(zone, zone)])]

    def values(self) -> dict[str, Any]:
        """The values, as columns."""
        return {
            **self.portrait(),
            "name": clean_text(self.name.data or "", 120),
            "place": clean_text(self.place.data or "", 120),
            "territory_id": self.territory_id.data,
            "lang": self.lang.data,
            "zone": self.zone.data,
        }


class TerritoryForm(FlaskForm):
    """A part of the network that plans together."""

    name = StringField(
        lazy_("Name of the territory"),
        [InputRequired(lazy_("Write a name.")), Length(max=120), plain_text],
        filters=[visible],
    )
    country = SelectField(lazy_("Country"), choices=options((code, lazy_(name)) for code, name in COUNTRIES.items()))


class SeenForm(FlaskForm):
    """To whom somebody shows that they belong to a space."""

    seen = RadioField(
        lazy_("Who may see that you belong here"),
        choices=options([
            ("no", lazy_("Nobody but those who run the space")),
            ("network", lazy_("People of the network who are signed in")),
            ("public", lazy_("Everybody, where the directory is public")),
        ]),
        description=lazy_("Your name alone, on this page. You can take it back whenever you like."),
    )  # fmt: skip


class TurnForm(FlaskForm):
    """Archive a space, or open it again."""

    do = RadioField(choices=options([("archive", ""), ("reopen", "")]))
