"""What the personal calendar knows about a person: that it has an address, and what stands there."""

from __future__ import annotations

from typing import Any

from lms.learning.calendar import service
from lms.learning.calendar.models import CalendarEntry, CalendarFeed
from lms.learning.privacy import given


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept here about a person: table -> rows, ready for JSON. The digest of the secret stays here."""
    return given(person_id, CalendarFeed, CalendarEntry, without=("token_digest",))


def forget(person_id: str) -> None:
    """End the address and forget what stood there. Inside `writing()`."""
    service.stop(person_id)
