"""What has happened to people, for other rooms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkAsked:
    """Somebody known asked for a sign-in or reset link. `id` is the `sign_in_link` row."""

    id: str
