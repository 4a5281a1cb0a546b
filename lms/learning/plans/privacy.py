"""What practice notes know about a person: to give it to them, and to forget it. (Plans are told by learning itself.)"""

from __future__ import annotations

from typing import Any

from lms.learning.plans.models import PracticeNote
from lms.learning.privacy import deleted, given


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """What they gave on: table -> rows, ready for JSON."""
    return given(person_id, PracticeNote)


def forget(person_id: str) -> None:
    """Delete it: nobody reads it any more. Inside `writing()`."""
    deleted(person_id, PracticeNote)
