"""The vocabularies of the directory: what a space is about, and the languages spoken in the Pyrenees and around."""

from __future__ import annotations

from lms.foundation.i18n import N_

#: code -> what a space is above all about.
THEMES: dict[str, str] = {
    "making": N_("Making and repairing"),
    "food": N_("Food and farming"),
    "mountain": N_("Mountain and outdoors"),
    "culture": N_("Culture and memory"),
    "digital": N_("Digital work"),
    "care": N_("Care and social life"),
    "crafts": N_("Crafts"),
    "newcomers": N_("Welcoming newcomers"),
}
#: code -> the language's own name.
SPOKEN: dict[str, str] = {
    "fr": "Français", "es": "Español", "ca": "Català", "en": "English", "eu": "Euskara", "oc": "Occitan", "an": "Aragonés",
}  # fmt: skip
#: The countries a territory can lie in: code -> name.
COUNTRIES: dict[str, str] = {"FR": N_("France"), "ES": N_("Spain"), "AD": N_("Andorra")}
