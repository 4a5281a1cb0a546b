"""What has happened in spaces, for other rooms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PersonInvited:
    """Somebody was invited. `id` is the `invitation` row."""

    id: str


@dataclass(frozen=True)
class PeopleInvited:
    """Many were invited at once. `id` is this telling's own; `invitations` are the `invitation` rows."""

    id: str
    invitations: tuple[str, ...]


@dataclass(frozen=True)
class PeopleJoined:
    """People belong to a space from now on, or have a higher role in it. `id` is this joining's own. Whoever listens reads
    again who is (still) there.
    """

    id: str
    space_id: str
    person_ids: tuple[str, ...]


@dataclass(frozen=True)
class RequestAnswered:
    """Somebody's request to join a space was accepted or declined. `id` is this telling's own."""

    id: str
    person_id: str
    space_id: str
    accepted: bool
