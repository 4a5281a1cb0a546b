"""What has happened in spaces, for other rooms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PersonInvited:
    """Somebody was invited. `id` is the `invitation` row."""

    id: str
