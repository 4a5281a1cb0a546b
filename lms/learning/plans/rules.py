"""Rules of plans: when to remind, when to ask how it went, what a practice note may be. Pure."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

STATES: Final = ("planned", "tried", "adapted", "dropped")
#: The states somebody may tell afterwards.
TOLD: Final = STATES[1:]
#: In characters.
PLACE_LONGEST: Final = 200
ANSWER_LONGEST: Final = 2000
#: A practice note: in words, and in characters for those who write without spaces.
PRACTICE_WORDS: Final = 80
PRACTICE_LONGEST: Final = 800
#: A reminder is there before the space opens.
MORNING: Final = time(7, 30)
#: For so long after its day the home page asks how a plan went; then it waits among the plans.
ASKED_FOR: Final = timedelta(days=7)


def clean_text(text: str, longest: int) -> str:
    """What somebody wrote in several lines: NFC, plain line ends, no control marks, at most `longest` characters."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        sign for sign in plain if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co")
    )
    return kept.strip()[:longest].strip()


def word_count(text: str) -> int:
    """How many words a text has."""
    return len(text.split())


def reminder_at(day: date | None, zone: str, now: datetime) -> datetime | None:
    """The morning of a plan's day, where its owner lives; None without a day and for a morning that is over."""
    if day is None:
        return None
    moment = datetime.combine(day, MORNING, ZoneInfo(zone))
    return moment if moment > now else None


def is_reminded(state: str, remind: bool, planned_on: date | None, day: date) -> bool:
    """Whether a reminder written for `day` still holds: the plan was neither told, nor dropped, nor moved since."""
    return state == "planned" and remind and planned_on == day


def begins_anew(state: str, *, changed: bool) -> bool:
    """Whether saving a plan makes it one to try again: its words or its day changed after it was told."""
    return state != "planned" and changed


def stage(state: str, planned_on: date | None, day: date) -> str:
    """Where a plan stands on `day`: "told" (what came of it is written), "ahead", or "ask" (its day is here or over)."""
    if state != "planned":
        return "told"
    return "ask" if planned_on is not None and planned_on <= day else "ahead"


def is_on_home(state: str, planned_on: date | None, day: date) -> bool:
    """Whether the home page speaks of a plan: until a week after its day, as long as nothing is told of it."""
    return state == "planned" and planned_on is not None and planned_on >= day - ASKED_FOR
