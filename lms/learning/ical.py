"""Calendar files (RFC 5545): events of a person as other programs read them. Pure.

Moments are written in UTC, which is right on both sides of every change of clocks; days without an hour are written as
days. Texts are escaped and folded by the `icalendar` library; signs that no calendar should hold are taken out before.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from icalendar import Calendar, Event, vDDDTypes, vText

PRODUCT: Final = "-//Cordada//Cordada//EN"
#: How often a program is asked to look again.
REFRESH: Final = timedelta(hours=4)
#: No text of ours is longer in a calendar, in characters.
LONGEST: Final = 2_000


@dataclass(frozen=True)
class Entry:
    """An event. `start` is a moment with its zone, or a day; `minutes` is 0 for a day.

    `uid` never changes; `sequence` goes up with each change, made at `changed_at`.
    """

    uid: str
    sequence: int
    changed_at: datetime
    start: datetime | date
    minutes: int
    title: str
    text: str = ""
    link: str = ""
    cancelled: bool = False


def uid_of(*parts: str) -> str:
    """The identity of an event, from what it is about: the same for ever, and it names nobody."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:32] + "@cordada"


def calendar(name: str, entries: Iterable[Entry]) -> bytes:
    """A calendar file with these events, in their order: the same events give the same bytes."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", vText(clean(name)))
    made.add("refresh-interval", vDDDTypes(REFRESH), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDDDTypes(REFRESH))
    for entry in entries:
        made.add_component(_event(entry))
    data: bytes = made.to_ical()
    return data


def _event(entry: Entry) -> Event:
    made = Event()
    made.add("uid", entry.uid)
    made.add("sequence", entry.sequence)
    made.add("dtstamp", entry.changed_at.astimezone(UTC))
    made.add("last-modified", entry.changed_at.astimezone(UTC))
    start, end = _span(entry)
    made.add("dtstart", start)
    made.add("dtend", end)
    made.add("summary", clean(entry.title))
    if entry.text:
        made.add("description", clean(entry.text))
    if entry.link:
        made.add("url", entry.link)
    if not isinstance(entry.start, datetime):
        made.add("transp", "TRANSPARENT")  # a day to remember does not make anybody busy
    made.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    return made


def _span(entry: Entry) -> tuple[Any, Any]:
    if isinstance(entry.start, datetime):
        start = entry.start.astimezone(UTC)
        return start, start + timedelta(minutes=entry.minutes)
    return entry.start, entry.start + timedelta(days=1)


def clean(text: str) -> str:
    """A text without signs that steer a terminal or turn the reading direction; lines end with a line feed."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (sign for sign in lines if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co"))
    return "".join(kept)[:LONGEST].strip()
