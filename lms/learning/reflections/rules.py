"""Rules of reflections: what differs between what is kept and what was sent, and how long a former text stays. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

#: The longest text to one prompt, in characters.
LONGEST: Final = 10_000
#: How long a text that was replaced can be read again by its writer.
FORMER_KEPT: Final = timedelta(days=30)
#: How many texts of others are shown under one prompt.
OTHERS_SHOWN: Final = 3


@dataclass(frozen=True)
class Written:
    """A text and who else may read it: nobody, unnamed or named."""

    text: str
    shown: str = "nobody"


NOTHING: Final = Written("")


def agreed(sent: Written) -> Written:
    """As it is kept: nothing is shown where nothing is written."""
    return sent if sent.text else NOTHING


def differing(kept: Mapping[str, Written], sent: Mapping[str, Written]) -> list[str]:
    """The prompts to which something else was sent than is kept."""
    return [name for name, one in sent.items() if agreed(one) != kept.get(name, NOTHING)]


def still_kept(former_at: datetime | None, now: datetime) -> bool:
    """Whether a text that was replaced then may still be read."""
    return former_at is not None and now - former_at < FORMER_KEPT
