"""Rules of joining: when somebody may be asked, what an answer means, how long things wait. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

#: What became of the question; the last one was taken back by the space.
STATES = ("asked", "moved", "both", "declined", "withdrawn")
#: What a person may answer.
ANSWERS = ("moved", "both", "declined")
#: So long a question waits, and so long an answer is respected before the same space may ask again.
ASKED_LIFE = timedelta(days=30)
#: How long the code on a space's screen works.
SCREEN_LIFE = timedelta(hours=24)
#: (how many, in how long): codes typed from one place in the network; requests by code to one space.
CODES_TYPED = (100, timedelta(minutes=10))
REQUESTS_BY_CODE = (60, timedelta(hours=1))
#: What a manager may write to somebody they decline, in characters.
WHY_LONGEST = 300


def may_ask_again(state: str, asked_at: datetime, moment: datetime) -> bool:
    """Whether the question may be put anew to somebody who was asked before: at once if it was taken back, else after
    `ASKED_LIFE`, whatever the answer was.
    """
    return state == "withdrawn" or asked_at + ASKED_LIFE <= moment


def outcome(state: str, expires_at: datetime, moment: datetime) -> str:
    """What the asking space may know: "asked", "joined", "declined", "over" (nobody answered) or "withdrawn"."""
    if state == "asked":
        return "asked" if expires_at > moment else "over"
    return "joined" if state in ("moved", "both") else state


def network_of(address: str) -> str:
    """What counts as one place in the network: an IPv4 address, or the /64 that one household or office has in IPv6."""
    try:
        found = ip_address(address.split("%")[0])
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or (ip_network(f"{found}/64", strict=False) if found.version == 6 else found))


def invitation_state(
    used_at: datetime | None, withdrawn_at: datetime | None, expires_at: datetime, moment: datetime
) -> str:
    """What became of an invitation: "joined", "withdrawn", "waiting" or "over"."""
    if used_at is not None:
        return "joined"
    if withdrawn_at is not None:
        return "withdrawn"
    return "waiting" if expires_at > moment else "over"
