"""What notes know about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

from lms.learning.notes.models import Note
from lms.learning.privacy import deleted, given


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Their notes, with the texts before: table -> rows, ready for JSON."""
    return given(person_id, Note)


def forget(person_id: str) -> None:
    """Delete them. Inside `writing()`."""
    deleted(person_id, Note)
