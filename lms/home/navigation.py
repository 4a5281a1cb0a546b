"""The main bar: its four words, where they lead, who sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lms.accounts.visitor import Visitor
from lms.foundation.i18n import N_
from lms.spaces.policy import may


@dataclass(frozen=True)
class Entry:
    """A link of the main bar: its word (in the source language), endpoint, icon, who sees it, and what it stands for: the
    addresses that begin like one of `below`, and all other pages of its blueprints. Where a page belongs to two, it is the
    first of those the visitor sees: works are read in "Write" by trainers, and in "Learn" by peers.
    """

    label: str
    endpoint: str
    icon: str
    shown: Callable[[Visitor], bool]
    blueprints: frozenset[str]
    below: tuple[str, ...] = ()


NAVIGATION: tuple[Entry, ...] = (
    Entry(
        N_("Learn"), "home.start", "path", lambda who: not who.is_anonymous,
        frozenset({
            "home", "learning", "calendar", "checklists", "notes", "openings", "plans", "polls", "reflections", "reviews",
            "search", "sessions", "topics", "works",
        }),
    ),
    Entry(
        N_("My space"), "reports.team", "people", lambda who: may(who, "team"),
        frozenset({"assignments", "reports", "rosters"}), ("/team/",),
    ),
    Entry(
        N_("Write"), "authoring.shelf", "pen", lambda who: may(who, "author"), frozenset({"authoring", "remarks"}),
        ("/works", "/practice-notes"),
    ),
    Entry(
        N_("Network"), "network.spaces", "ridge", lambda who: may(who, "network"),
        frozenset({"assignments", "audit", "choices", "network", "priorities"}), ("/network/",),
    ),
)  # fmt: skip
