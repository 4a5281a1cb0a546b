"""Reads of home: the shelf as cards for this reader, the network as rows for its coordinator."""

from __future__ import annotations

from collections.abc import Sequence

from lms.catalogue.queries import Published, followed, places
from lms.content.documents import Prose
from lms.foundation.i18n import LANGUAGES, language
from lms.home.rules import Card, first_said
from lms.learning.queries import Learning, courses_of, declined_by
from lms.learning.rules import listed, minutes_range, summary_lang, title_lang, variant


def _card(published: Published, lang: str) -> Card:
    """A course as a card, before it is known who reads it."""
    document = published.document
    units = listed(document, lang)
    low, high = minutes_range(sum(unit.minutes(lang, document.source) for unit in units))
    spoken, told = title_lang(document, lang), summary_lang(document, lang)
    return Card(
        course_id=published.course_id,
        title=document.title(lang),
        summary=document.summary(lang),
        domain=document.domain,
        level=document.level,
        languages=tuple(document.languages),
        steps=len(units),
        low=low,
        high=high,
        done=0,
        finished=False,
        taken=False,
        reason=None,
        pinned=False,
        title_lang="" if spoken == lang else spoken,
        summary_lang="" if told == lang else told,
    )


def _cards(published: Published) -> dict[str, Card]:
    """A course as a card in every language: its text may be out of the process's hands when the next reader comes."""
    return {lang: _card(published, lang) for lang in LANGUAGES}


def cards_for(person_id: str | None, own: Sequence[Learning] | None = None) -> list[Card]:
    """The shelf in its order, as cards for this reader (None: nobody signed in). `own`: their courses, where they are at hand."""
    known = (courses_of(person_id) if person_id else []) if own is None else own
    taken: dict[str, Learning] = {one.published.course_id: one for one in known}
    declined = declined_by(person_id) if person_id else frozenset()
    lang = language()
    found: list[Card] = []
    offers = places()
    plain = followed([offer.version_id for offer in offers], _cards, "cards", by_outline=True)
    for offer in offers:
        mine, card = taken.get(offer.course_id), plain[offer.version_id][lang]
        if mine is None and offer.reason is None and offer.pin is None and offer.course_id not in declined:
            found.append(card)
            continue
        found.append(
            card._replace(
                done=len(mine.done) if mine else 0,
                finished=bool(mine and mine.is_finished),
                taken=mine is not None,
                declined=offer.course_id in declined,
                reason=offer.reason,
                pinned=offer.pin is not None,
            )
        )
    return found


def said_in(published: Published, unit: str, activity: str, lang: str) -> tuple[str, str]:
    """What a person says at the beginning of an activity, empty where nobody does, and in which language."""

    def find() -> tuple[str, str]:
        one = variant(published.document, unit, activity, lang)
        if one is None:
            return "", lang
        first = one.blocks[0] if one.blocks else None
        prose = [first.html] if isinstance(first, Prose) else []
        return first_said([*prose, *(scene.html for scene in one.scenes[:1])]), one.lang

    return published.once(find, "said", unit, activity, lang)
