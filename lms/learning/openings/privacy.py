"""What openings know about a person: of which courses they wish to be told."""

from __future__ import annotations

from typing import Any

from lms.learning.openings.models import OpeningWish
from lms.learning.privacy import deleted, given


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept here about a person: table -> rows, ready for JSON."""
    return given(person_id, OpeningWish)


def forget(person_id: str) -> None:
    """Delete what a person wishes to be told of. Inside `writing()`."""
    deleted(person_id, OpeningWish)
