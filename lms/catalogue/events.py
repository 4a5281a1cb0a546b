"""What has happened to the shelf, for other rooms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ShelfChanged:
    """A course has a new version, or is no longer offered. `id` is this change's own."""

    id: str
    course_id: str
