"""What has happened in joining, for other rooms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TransferAsked:
    """Somebody who belongs elsewhere is asked to come to a space. `id` is the `transfer` row, a new one each time."""

    id: str


@dataclass(frozen=True)
class MemberLeft:
    """Somebody left a space by themselves; `manager_id` is one of those who run it and are told."""

    id: str
    person_id: str
    space_id: str
    manager_id: str
