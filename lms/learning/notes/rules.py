"""Rules of notes: how long they are, what becomes of a text that is saved over another. Pure."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Final

#: In characters.
LONGEST: Final = 4000
#: How long the text before the last saving is kept.
FORMER_KEPT: Final = timedelta(days=30)


def clean_text(text: str) -> str:
    """What somebody wrote: NFC, plain line ends, no control marks, no space at its ends, at most 4,000 characters."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        sign for sign in plain if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co")
    )
    return kept.strip()[:LONGEST].strip()


def outcome(text: str, kept: str | None, *, seen: str, mark: str) -> str:
    """What saving `text` does: "same" (nothing to do), "saved", or "conflict" where the text kept is not the one the
    page showed. `mark` names the text kept, `seen` the one that was shown; both empty for none.
    """
    if text == (kept or ""):
        return "same"
    return "saved" if seen == mark else "conflict"
