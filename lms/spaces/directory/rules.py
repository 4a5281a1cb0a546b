"""Rules of the directory: the id of a new space, what a search finds, who sees whom. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

#: What a list may be narrowed by.
FILTERS = ("territory", "spoken", "theme")


@dataclass(frozen=True)
class Card:
    """A space as the directory lists it."""

    id: str
    name: str
    place: str
    territory: str
    territory_name: str
    country: str
    lang: str
    spoken: tuple[str, ...]
    theme: str
    good_at: str
    desks: int


def slug(text: str, taken: Callable[[str], bool]) -> str:
    """An id for `text` that is not `taken`: small letters without accents, digits, hyphens; 64 signs at most."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:56].strip("-") or "space"
    number, found = 1, base
    while taken(found):
        number += 1
        found = f"{base}-{number}"
    return found


def plain(text: str) -> str:
    """`text` as it is searched: without accents and capitals."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in folded if not unicodedata.combining(sign)).replace("’", "'")


def narrowed(cards: Iterable[Card], words: str, wanted: dict[str, str]) -> list[Card]:
    """The cards in which each of `words` stands (name, place, territory, vocation) and that fit every filter."""
    looked = plain(words).split()
    return [
        card
        for card in cards
        if wanted.get("territory", card.territory) == card.territory
        and wanted.get("theme", card.theme) == card.theme
        and ("spoken" not in wanted or wanted["spoken"] in card.spoken)
        and _holds(card, looked)
    ]


def _holds(card: Card, looked: Collection[str]) -> bool:
    text = plain(f"{card.name} {card.place} {card.territory_name} {card.good_at}") if looked else ""
    return all(word in text for word in looked)


def shown_to(signed_in: bool) -> tuple[str, ...]:
    """The choices of people whom this reader sees."""
    return ("network", "public") if signed_in else ("public",)
