"""Rules of the personal calendar: what has changed, what is over, what is told how long. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

#: How long an event that is off is still told as off, and how long one that is past stays.
CANCELLED: Final = timedelta(days=30)
PAST: Final = timedelta(days=60)


@dataclass(frozen=True)
class Wanted:
    """An event as it should stand: a day, or a moment with its length in minutes. `sequence` is the least it may have."""

    day: date | None
    starts_at: datetime | None
    minutes: int
    title: str
    text: str
    link: str
    sequence: int = 0

    @property
    def content(self) -> tuple[object, ...]:
        """What a reader of the calendar sees of it."""
        return (self.day, self.starts_at, self.minutes, self.title, self.text, self.link)

    @property
    def ends_at(self) -> datetime:
        """When it is over at the latest, wherever its day ends."""
        if self.starts_at is not None:
            return self.starts_at + timedelta(minutes=self.minutes)
        assert self.day is not None
        return datetime.combine(self.day + timedelta(days=2), time(), UTC)


@dataclass(frozen=True)
class Told:
    """An event as it stands at the address."""

    wanted: Wanted
    sequence: int
    cancelled_at: datetime | None


@dataclass(frozen=True)
class Change:
    """What to write about one event: `wanted` with its sequence; cancelled, or (`wanted` None) forgotten."""

    key: str
    wanted: Wanted | None
    sequence: int = 0
    cancelled: bool = False


def changes(told: Mapping[str, Told], wanted: Mapping[str, Wanted], moment: datetime) -> list[Change]:
    """What must be written so that `told` says what is `wanted`, by key. Nothing where it says so already.

    An event that is past and no longer wanted stays as it was until it is old: nobody calls off what has been.
    """
    found = []
    for key, one in wanted.items():
        before = told.get(key)
        if before is None:
            found.append(Change(key, one, one.sequence))
        elif before.cancelled_at is not None or before.wanted.content != one.content:
            found.append(Change(key, one, max(before.sequence + 1, one.sequence)))
    for key, before in told.items():
        if key in wanted:
            continue
        if before.cancelled_at is not None:
            if before.cancelled_at + CANCELLED <= moment:
                found.append(Change(key, None))
        elif before.wanted.ends_at > moment:
            found.append(Change(key, before.wanted, before.sequence + 1, cancelled=True))
        elif before.wanted.ends_at + PAST <= moment:
            found.append(Change(key, None))
    return sorted(found, key=lambda change: change.key)
