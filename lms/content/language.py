"""The four languages of courses: their names, the titles of callouts, and French spacing.

Pure text; the interface's own translations live with the pages.
"""

from __future__ import annotations

import re
from typing import Final

LANGUAGES: Final = ("fr", "es", "ca", "en")
"""Languages a course file may have, in the order in which they are shown."""

CALLOUT_TITLES: Final[dict[str, dict[str, str]]] = {
    "TIP": {"fr": "Indice", "es": "Pista", "ca": "Pista", "en": "Hint"},
    "NOTE": {"fr": "Explication", "es": "Explicación", "ca": "Explicació", "en": "Why"},
    "IMPORTANT": {"fr": "Important", "es": "Importante", "ca": "Important", "en": "Important"},
    "WARNING": {"fr": "Attention", "es": "Atención", "ca": "Atenció", "en": "Watch out"},
    "CAUTION": {"fr": "Prudence", "es": "Cuidado", "ca": "Compte", "en": "Take care"},
}
"""Visible titles of the five callouts of GitHub-flavoured Markdown."""

TABLE_WORD: Final = {"fr": "Tableau", "es": "Tabla", "ca": "Taula", "en": "Table"}
"""What a table is called when it scrolls in a region of its own and needs a name."""

TRANSCRIPT_WORD: Final = {"fr": "Transcription", "es": "Transcripción", "ca": "Transcripció", "en": "Transcript"}
"""The link to what is said in a recording, where the author gives none."""

ALL_OF_THE_ABOVE: Final = (
    "toutes les reponses",
    "tout ce qui precede",
    "toutes ces reponses",
    "aucune de ces reponses",
    "aucune des reponses",
    "todas las anteriores",
    "todas las respuestas",
    "ninguna de las anteriores",
    "totes les anteriors",
    "totes les respostes",
    "cap de les anteriors",
    "all of the above",
    "none of the above",
    "all of these",
    "none of these",
)
"""Choices that reward guessing, folded (no case, no accents)."""

EMPTY_LINK_TEXTS: Final = frozenset(
    {
        "ici",
        "cliquez ici",
        "lien",
        "aqui",
        "haz clic aqui",
        "pulsa aqui",
        "enlace",
        "clica aqui",
        "enllac",
        "here",
        "click here",
        "link",
        "this link",
    }
)
"""Link texts that say nothing out of their sentence, folded."""

_NBSP = "\u00a0"
# The look-behind keeps long runs of spaces linear: a match starts at the first space of a run only.
_BEFORE = re.compile(r"(?<![ \t\n\u00a0])[ \t\n\u00a0]+([:;?!»])")
_GLUED = re.compile(r"(?<=[^\W\d_])([:;?!])(?=[\s»)]|$)")
_OPEN_QUOTE = re.compile(r"«[ \t\n\u00a0]*(?=\S)")
_CLOSE_QUOTE = re.compile(r"(?<=[^\s«])»")
_OPEN_AT_END = re.compile(r"«[ \t\n\u00a0]*$")


def space_signs(text: str) -> str:
    """Make the spaces before `: ; ? ! »` and after « non-breaking where spaces are written, and add none."""
    return _BEFORE.sub(_NBSP + r"\1", text).replace("« ", "«" + _NBSP)


def polish(text: str, lang: str) -> str:
    """Give the text with the spacing that its language wants.

    In French a non-breaking space (U+00A0) stands before `: ; ? !` and inside « ». Authors type ordinary spaces or
    none; times (9:30) and addresses (https://...) are left alone. Other languages are returned unchanged.
    """
    if lang != "fr" or not text:
        return text
    text = _BEFORE.sub(_NBSP + r"\1", text)
    text = _GLUED.sub(_NBSP + r"\1", text)
    text = _CLOSE_QUOTE.sub(_NBSP + "»", text)
    text = _OPEN_QUOTE.sub("«" + _NBSP, text)
    return _OPEN_AT_END.sub("«" + _NBSP, text)
