"""The only place that reads the time. Moments are UTC and aware; a date belongs to a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

#: Where a day begins and ends when a space names no zone of its own.
DEFAULT_ZONE = "Europe/Paris"


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str = DEFAULT_ZONE) -> date:
    """Today's date in `zone` (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()


def local(moment: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """`moment` as the clocks of `zone` show it."""
    return moment.astimezone(ZoneInfo(zone))


def end_of(day: date, zone: str = DEFAULT_ZONE) -> datetime:
    """The moment a due date runs out: 24:00 of `day` in `zone`, as UTC."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
