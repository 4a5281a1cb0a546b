"""What the audit of a demonstration tells: what its making did, and nothing that never happened."""

from __future__ import annotations

from lms.demo.places import TERRITORIES, Place
from lms.spaces.audit.service import note


def write_history(network: list[Place], home: str, manager: str) -> None:
    """Note who made the territories and the spaces, and entrusted the space `home` to `manager` (a person's id): the command
    that makes a demonstration. Inside `writing()`.
    """
    for territory in TERRITORIES:
        note(by=None, what="territory_made", subject=territory[1])
    for place in network:
        note(by=None, what="space_made", space_id=place.slug)
    note(by=None, what="manager_named", space_id=home, subject=manager)
