"""What certificates know about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

from lms.learning.certificates.models import Certificate
from lms.learning.privacy import deleted, given


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept here about a person: table -> rows, ready for JSON."""
    return given(person_id, Certificate)


def forget(person_id: str) -> None:
    """Delete the certificates of a person: their codes then lead nowhere. Inside `writing()`."""
    deleted(person_id, Certificate)
