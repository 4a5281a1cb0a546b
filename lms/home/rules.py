"""Rules of home: what a card is, which filters there are, how the list is ordered and counted; whose voice is heard. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import unescape
from typing import Any, NamedTuple

#: How many proposals stand above the list, each with its reason.
PROPOSALS = 3
#: The bands of the length filter, in minutes of the whole course: shorter than, and name.
SHORT, LONG = 30, 60
#: A whole sentence that somebody says, short enough to be taken in at a glance.
_SAID = re.compile(r"«[^«»]{10,110}[.?!…]\s*»|“[^“”]{10,110}[.?!…]”")


class Card(NamedTuple):
    """A course on the catalogue page. Minutes are the whole course's range; `done` of `steps` are this reader's."""

    course_id: str
    title: str
    summary: str
    domain: str
    level: int
    languages: tuple[str, ...]
    steps: int
    low: int
    high: int
    done: int
    finished: bool
    taken: bool
    reason: Mapping[str, Any] | None
    pinned: bool
    #: The reader said no to it: it stays in the list and is proposed no more.
    declined: bool = False
    #: The languages of title and summary, where they are not the reader's.
    title_lang: str = ""
    summary_lang: str = ""


def band(card: Card) -> str:
    """The length of a course: "short" (under 30 minutes), "medium", "long" (over an hour), by the middle of its range."""
    middle = (card.low + card.high) / 2
    return "short" if middle < SHORT else "medium" if middle <= LONG else "long"


#: filter -> the values a card has in it.
FACETS: dict[str, Callable[[Card], Sequence[str]]] = {
    "domain": lambda card: (card.domain,),
    "length": lambda card: (band(card),),
    "language": lambda card: card.languages,
    "level": lambda card: (str(card.level),),
}


def chosen(cards: Iterable[Card], filters: Mapping[str, str]) -> list[Card]:
    """The cards that have every chosen value, in their order, finished ones last."""
    kept = [card for card in cards if all(value in FACETS[name](card) for name, value in filters.items())]
    return sorted(kept, key=lambda card: card.finished)


def counts(cards: Sequence[Card], filters: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """For each filter, value -> how many cards it would leave, the other filters as they are.

    Values with none are left out, but for a chosen one: whoever chose it must be able to take it away.
    """
    found: dict[str, dict[str, int]] = {}
    for name, values_of in FACETS.items():
        others = {other: value for other, value in filters.items() if other != name}
        tally: dict[str, int] = {filters[name]: 0} if name in filters else {}
        for card in chosen(cards, others) if others else cards:
            for value in values_of(card):
                tally[value] = tally.get(value, 0) + 1
        found[name] = {value: tally[value] for value in sorted(tally, key=_place)}
    return found


#: Values that have an order of their own; others stand by name.
ORDER = ("management", "project", "mediation", "communication", "short", "medium", "long", "fr", "es", "ca", "en")


def _place(value: str) -> tuple[int, str]:
    return (ORDER.index(value) if value in ORDER else len(ORDER), value)


def proposals(cards: Iterable[Card]) -> list[Card]:
    """The first three of the shelf that this reader has not begun, those with a reason or a pin."""
    return [card for card in cards if not card.taken and not card.declined and (card.reason or card.pinned)][:PROPOSALS]


def first_said(texts: Iterable[str]) -> str:
    """The first sentence that a person says in these texts (safe HTML), with its quotation marks, as plain text; empty where
    nobody says anything.
    """
    for text in texts:
        if found := _SAID.search(unescape(re.sub(r"<[^>]*>", "", text))):
            return found[0]
    return ""
