"""What has happened with courses in preparation, for other rooms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CourseOpened:
    """A course in preparation is offered now. `wishes` are some of the `opening_wish` rows; `id` is this telling's own."""

    id: str
    wishes: tuple[str, ...]
