"""Rules of remarks: what is kept of a text, which pages a list has. Pure."""

from __future__ import annotations

import math
import unicodedata
from typing import Final

#: In characters.
TEXT_LONGEST: Final = 2000
QUOTE_LONGEST: Final = 500
ANSWER_LONGEST: Final = 1000
#: Remarks on one page of the list.
PAGE: Final = 20
STATES: Final = ("open", "answered", "closed")


def clean_text(text: str, longest: int) -> str:
    """What somebody wrote in several lines: NFC, plain line ends, no control marks, at most `longest` characters."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        sign for sign in plain if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co")
    )
    return kept.strip()[:longest].strip()


def page_within(asked: int, count: int) -> tuple[int, int]:
    """The page (1, 2, ...) nearest to the one asked for that `count` remarks have, and how many pages there are."""
    pages = max(1, math.ceil(count / PAGE))
    return min(max(asked, 1), pages), pages
