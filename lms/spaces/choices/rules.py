"""What can be chosen, and how a sender is written. Pure."""

from __future__ import annotations

import re
from hashlib import sha256

#: The columns of the network that are choices, in the order of the page.
FIELDS = ("registration", "directory", "smallest_group", "lang", "zone", "contact", "sender_name", "sender_address")
#: The fewest people a group has, and the most a coordinator may ask for.
SMALLEST, LARGEST = 5, 100


def sender_line(name: str, address: str, machine: str) -> str:
    """The sender of a mail as `Name <address>`: what the network chose, and where it chose nothing what the machine says."""
    found = re.fullmatch(r"\s*(?:(.*?)\s*<([^<>]+)>|([^<>]+))\s*", machine)
    own_name, own_address = (found[1] or "", found[2] or found[3]) if found else ("", machine)
    plain = re.sub(r'["\\<>]', "", name) or own_name.strip('"')
    return f'"{plain}" <{address or own_address}>' if plain else address or own_address


def mark(values: dict[str, str]) -> str:
    """A short mark of these choices: two pages with the same mark showed the same."""
    return sha256("\n".join(values[name] for name in FIELDS).encode()).hexdigest()[:16]
