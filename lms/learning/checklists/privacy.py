"""What checklists know about a person: the lines they ticked."""

from __future__ import annotations

from typing import Any

from lms.learning.checklists.models import Tick
from lms.learning.privacy import deleted, given


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept here about a person: table -> rows, ready for JSON."""
    return given(person_id, Tick)


def forget(person_id: str) -> None:
    """Delete the ticks of a person. Inside `writing()`."""
    deleted(person_id, Tick)
