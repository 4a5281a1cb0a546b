"""Rules of checklists: which ticks still stand, which lines a form names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lms.content.documents import ChecklistSection
from lms.content.texts import fingerprint

#: (section, place): a line of a checklist; the first line of a section is 1.
Line = tuple[str, int]


def sentences(sections: Sequence[ChecklistSection]) -> dict[Line, str]:
    """The fingerprint of every line of a checklist."""
    return {
        (section.id, place): fingerprint(item)
        for section in sections
        for place, item in enumerate(section.items, 1)
    }  # fmt: skip


def standing(ticks: Mapping[Line, str], now: Mapping[Line, str]) -> frozenset[Line]:
    """The lines that are ticked: those where the sentence that was ticked still stands."""
    return frozenset(line for line, sentence in ticks.items() if now.get(line) == sentence)


def read(values: Iterable[str], now: Mapping[Line, str]) -> frozenset[Line]:
    """The lines a form names (`c-salle.2`); what is no line of this checklist is left out."""
    known = {f"{section}.{place}": (section, place) for section, place in now}
    return frozenset(known[value] for value in values if value in known)
