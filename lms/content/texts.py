"""Plain text: comparing words as people write them, slugs, numbers, words out of HTML."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SLUG_LENGTH = 64
_TAG = re.compile(r"<[^<>]*>")
_PICTURE = re.compile(r'<img(?:[^<>"]|"[^"]*")*>')
_ALT = re.compile(r'\balt="([^"]*)"')
_BLOCK = re.compile(r"</(?:p|li|tr|h[1-6]|div|blockquote|pre|th|td)>|<br\s*/?>")
_SPACES = re.compile(r"\s+")
_PLAIN = str.maketrans({"’": "'", "œ": "oe", "æ": "ae"})

_NUMBER = r"-?\d+(?:[.,]\d+)?"
_WRITTEN = re.compile(
    rf"(?P<value>{_NUMBER})(?:\s*±\s*(?P<tolerance>\d+(?:[.,]\d+)?)|\s*\.\.\s*(?P<end>{_NUMBER}))?(?:\s+(?P<unit>(?!\d)\S{{1,6}}))?"
)
#: Words of a unit that is written in two: per cent, square and cubic metres in the four languages.
_SECOND = r"(?:cent|ciento|carr[ée]s?|cubes?|cuadrados?|quadrats?|c[úu]bic(?:os?|s)?)"
_TYPED = re.compile(
    rf"(?P<before>[€$£]\s*)?(?P<value>{_NUMBER})\s*(?P<unit>(?:square\s+|cubic\s+)?[^\s\d.,+-]\S{{0,19}}(?:\s+{_SECOND})?)?",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?:\D|$))")


@dataclass(frozen=True)
class Span:
    """A right number as written by an author: both ends belong to it; `unit` may be empty."""

    low: float
    high: float
    unit: str

    def holds(self, value: float) -> bool:
        """Say whether a value lies in the span; equality is to 1e-9."""
        return self.low - 1e-9 <= value <= self.high + 1e-9


def is_slug(text: str) -> bool:
    """Say whether a text may be an id: `a-z 0-9` and single hyphens, at most 64 characters."""
    return len(text) <= _SLUG_LENGTH and SLUG.fullmatch(text) is not None


def squeeze(text: str) -> str:
    """Give a text trimmed, with single ordinary spaces, composed (NFC). Non-breaking spaces become ordinary."""
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text).strip())


def fold(text: str) -> str:
    """Give a text as it is compared in short answers: squeezed, no case, no accents, straight apostrophes, no
    ligatures (a keyboard without œ writes "coeur").
    """
    parts = unicodedata.normalize("NFD", squeeze(text).casefold().translate(_PLAIN))
    return unicodedata.normalize("NFC", "".join(c for c in parts if unicodedata.category(c) != "Mn"))


def plain(markup: str) -> str:
    """Give the words of a piece of sanitised HTML, blocks separated by spaces; of a picture what is said in its place."""
    if "<img" in markup:
        markup = _PICTURE.sub(lambda found: "".join(_ALT.findall(found[0])[:1]), markup)
    return squeeze(html.unescape(_TAG.sub("", _BLOCK.sub(" ", markup))))


def slug(text: str) -> str:
    """Give a readable id for a heading; empty if the heading holds no letter or figure."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    return "-".join(words)[:_SLUG_LENGTH].strip("-")


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def read_span(text: str) -> Span | None:
    """Read a number as authors write it: `12,5`, `10 ± 5`, `5..15`, `40 %`, `1 000 €`. None if it is not one."""
    found = _WRITTEN.fullmatch(_THOUSANDS.sub("", squeeze(text)).replace("\u2212", "-"))
    if found is None:
        return None
    value = _number(found["value"])
    low = high = value
    if found["tolerance"] is not None:
        low, high = value - _number(found["tolerance"]), value + _number(found["tolerance"])
    elif found["end"] is not None:
        low, high = sorted((value, _number(found["end"])))
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    return Span(low, high, found["unit"] or "")


def read_typed(text: str) -> tuple[float, str] | None:
    """Read a number as learners type it: comma or point, spaces between thousands, a unit or none (that of money may
    stand before it).

    Gives the value and the unit as typed, or None if no number can be read.
    """
    found = _TYPED.fullmatch(_THOUSANDS.sub("", text.strip()).replace("\u2212", "-").lstrip("+"))
    if found is None or (found["before"] and found["unit"]):
        return None
    return _number(found["value"]), (found["before"] or found["unit"] or "").strip()


def fingerprint(markup: str) -> str:
    """What a sentence is known again by, whatever its marks and capitals: 16 hexadecimal characters of its folded words."""
    return sha256(fold(plain(markup)).encode()).hexdigest()[:16]
