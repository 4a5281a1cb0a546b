"""Rules of live sessions: what a course says of one, what has changed, which seat is free. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lms.content.documents import Activity, CourseDocument

#: A link that leads out of the course: where a recording can be.
_OUTWARD = re.compile(r'href="https?://')


@dataclass(frozen=True)
class Facts:
    """What a course says of a session. `starts_at` is a moment in UTC, `zone` where its hour is named."""

    title: str
    starts_at: datetime
    zone: str
    minutes: int
    link: str
    seats: int | None

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


def facts_of(text: Activity) -> Facts | None:
    """The facts of a session, from its text in the language of the course; None for another type.

    An hour that the clocks skip is the one an hour later; of an hour that comes twice, it is the first.
    """
    live = text.live
    if live is None:
        return None
    start = live.start.replace(tzinfo=ZoneInfo(live.tz)).astimezone(UTC)
    return Facts(text.title[:200], start, live.tz, max(1, live.minutes), live.join, live.seats)


def sessions_of(document: CourseDocument) -> dict[tuple[str, str], Facts]:
    """(unit, activity) -> the facts of every session of a course."""
    found: dict[tuple[str, str], Facts] = {}
    for unit in document.units:
        for key, variants in unit.activities.items():
            text = variants.get(document.source) or next(iter(variants.values()), None)
            facts = facts_of(text) if text else None
            if facts is not None:
                found[unit.id, key] = facts
    return found


def is_other(before: Facts, after: Facts) -> bool:
    """Whether a calendar says something else of the session now."""
    return (before.title, before.starts_at, before.zone, before.minutes, before.link) != (
        after.title, after.starts_at, after.zone, after.minutes, after.link
    )  # fmt: skip


def is_moved(before: Facts, after: Facts) -> bool:
    """Whether somebody who kept the hour free must be told."""
    return (before.starts_at, before.minutes) != (after.starts_at, after.minutes)


def free_number(taken: Collection[int], seats: int | None) -> int | None:
    """The number of a free seat, the lowest; None where all are taken. Without a limit there is always one."""
    if seats is not None and len(taken) >= seats:
        return None
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def state(starts_at: datetime, minutes: int, moment: datetime) -> str:
    """`ahead`, `now` or `over`."""
    if moment < starts_at:
        return "ahead"
    return "now" if moment < starts_at + timedelta(minutes=minutes) else "over"


def leads_out(html: str) -> bool:
    """Whether a text links to another site: a recording can be there."""
    return bool(_OUTWARD.search(html))
