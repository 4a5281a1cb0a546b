"""How a day of coming back is said."""

from __future__ import annotations

from datetime import date, timedelta

from lms.foundation.i18n import _, format_date


def named_day(day: date | None, now: date) -> str:
    """A day as people say it: tomorrow, Monday within the week, then the date. Empty for none."""
    if day is None:
        return ""
    if day <= now + timedelta(days=1):
        return _("tomorrow")
    return format_date(day, "EEEE" if day < now + timedelta(days=7) else "EEEE d MMMM")
