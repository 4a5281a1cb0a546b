"""What has happened to sessions, for the room that writes mails. Each has an `id`, so that a consequence follows once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SeatGiven:
    """Somebody who waited has a seat now."""

    id: str
    session_id: str
    person_id: str


@dataclass(frozen=True)
class SessionChanged:
    """A session was moved or cancelled (`what`), and this person has a seat in it or waits for one. `sequence` is the
    session's after the change.
    """

    id: str
    session_id: str
    person_id: str
    what: str
    sequence: int
