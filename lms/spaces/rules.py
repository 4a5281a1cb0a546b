"""Rules of spaces: who may give which role. Pure."""

from __future__ import annotations

#: A role may be given only by somebody who holds one of these (the operator's command line gives any).
GIVERS: dict[str, frozenset[str]] = {
    "learner": frozenset({"manager", "deputy"}),
    "deputy": frozenset({"manager"}),
    "manager": frozenset({"coordinator"}),
    "trainer": frozenset({"coordinator"}),
    "coordinator": frozenset(),
}


def may_give(role: str, holds: set[str]) -> bool:
    """Whether somebody who holds the role kinds `holds` may invite to `role`: strictly lower roles only."""
    return bool(GIVERS[role] & holds)
