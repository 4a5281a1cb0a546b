"""What coming back knows about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

from lms.learning.privacy import deleted, given
from lms.learning.reviews.models import Review, ReviewMail


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """The queue with its last answers, and the wish for a mail: table -> rows, ready for JSON."""
    return given(person_id, Review, ReviewMail)


def forget(person_id: str) -> None:
    """Delete it. Inside `writing()`."""
    deleted(person_id, Review, ReviewMail)
