"""Rules of topics: what is kept of a text, which pages the list has. Pure."""

from __future__ import annotations

import math
import unicodedata
from typing import Final

from lms.catalogue.search.rules import folded
from lms.content.texts import squeeze

#: In characters.
LONGEST: Final = 200
#: Topics on one page of the list.
PAGE: Final = 20


def clean(text: str) -> str:
    """What somebody typed, as it is kept: one line, no control signs, at most `LONGEST` characters."""
    line = "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") else sign for sign in text)
    return squeeze(line)[:LONGEST].strip()


def compared(text: str) -> str:
    """A clean text as it is compared with others: its words without accents and capitals. Empty where it has no word."""
    return folded(text)[:LONGEST].strip()


def page_within(asked: int, count: int) -> tuple[int, int]:
    """The page (1, 2, ...) nearest to the one asked for that `count` topics have, and how many pages there are."""
    pages = max(1, math.ceil(count / PAGE))
    return min(max(asked, 1), pages), pages
