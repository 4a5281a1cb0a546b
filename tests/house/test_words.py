"""Four languages: every sentence of every room is translated, no fuzzy one, none left over, placeholders kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lms.foundation.catalogues import ROOMS, TRANSLATED, read, rooms_with_words, sentences

HAVE_WORDS = [str(room.relative_to(ROOMS)) for room in rooms_with_words() if len(sentences(room))]
#: An apostrophe as a keyboard gives it, in a word or at its end.
STRAIGHT = re.compile(r"\w'(\w| )")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")


def path_of(room: str, lang: str) -> Path:
    return ROOMS / room / "translations" / lang / "LC_MESSAGES" / "messages.po"


@pytest.mark.parametrize("lang", TRANSLATED)
@pytest.mark.parametrize("room", HAVE_WORDS)
def test_every_sentence_is_translated(room: str, lang: str) -> None:
    wanted, found = sentences(ROOMS / room), read(path_of(room, lang), lang)
    ids = {message.id if isinstance(message.id, str) else message.id[0] for message in wanted if message.id}
    known = {message.id if isinstance(message.id, str) else message.id[0]: message for message in found if message.id}
    assert ids - set(known) == set(), "run python -m lms.foundation.catalogues"
    assert set(known) - ids == set(), "no longer used"
    for name, message in known.items():
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(texts), f"{room} {lang}: {name!r} has no words"
        assert not message.fuzzy, f"{room} {lang}: {name!r} is marked doubtful"
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        for text in texts:
            wished = set(PLACEHOLDER.findall(sources[-1]))
            assert set(PLACEHOLDER.findall(text)) in (wished, wished - {"%(num)s", "%(num)d"}), (
                f"{room} {lang}: {name!r}"
            )


def test_one_sentence_one_translation() -> None:
    """The same sentence in two rooms says the same: the catalogues are merged."""
    for lang in TRANSLATED:
        seen: dict[str, tuple[str, object]] = {}
        for room in HAVE_WORDS:
            for message in read(path_of(room, lang), lang):
                if not message.id:
                    continue
                key = repr(message.id)
                if key in seen:
                    assert seen[key][1] == message.string, f"{lang} {key}: {seen[key][0]} and {room} differ"
                seen[key] = (room, message.string)


def test_one_word_for_a_request_to_join() -> None:
    """Pages and mails about joining say *solicitud* and *sol·licitud* alone, as docs/words.md asks of one thing."""
    rooms = [
        room for room in HAVE_WORDS if room.split("/")[0] in ("spaces", "notifications") or room == "learning/rosters"
    ]
    bad = []
    for room in rooms:
        for lang in ("es", "ca"):
            for message in read(path_of(room, lang), lang):
                texts = [message.string] if isinstance(message.string, str) else list(message.string)
                bad += [(room, text) for text in texts if message.id and re.search(r"(?i)\bpetici", text)]
    assert bad == []


def test_catalan_days_stand_without_a_bare_article() -> None:
    """Catalan writes *l’1* and *l’11 de març*: before a date that may be either, a sentence says *el dia*."""
    bad = []
    for room in HAVE_WORDS:
        for message in read(path_of(room, "ca"), "ca"):
            texts = [message.string] if isinstance(message.string, str) else list(message.string)
            bad += [(room, text) for text in texts if re.search(r"(?i)\b(el|del|al) %\((day|date|end)\)s", text)]
    assert bad == []


#: An ordinary space where French wants one that does not break, or none at all.
FRENCH_SLIP = re.compile(r"\u0020[?!;:»](?=\s|$|[.,)])|«(?!\u00a0)|[\w»)][?!;](?=\s|$)|(?<!\u00a0)»")


def test_french_mails_do_not_break_at_their_hyphen() -> None:
    """On a narrow phone "e-" would end a line: sentences have U+2011. Labels and headers of columns are read by programs too."""
    bad = []
    for room in HAVE_WORDS:
        for message in read(path_of(room, "fr"), "fr"):
            texts = [message.string] if isinstance(message.string, str) else list(message.string)
            bad += [
                (room, text) for text in texts if message.id and len(text.split()) > 3 and "e-mail" in text.casefold()
            ]
    assert bad == []


def test_french_spaces_before_high_signs() -> None:
    """French sets a no-break space before : ; ? ! and inside guillemets."""
    bad = []
    for room in HAVE_WORDS:
        for message in read(path_of(room, "fr"), "fr"):
            texts = [message.string] if isinstance(message.string, str) else list(message.string)
            bad += [(room, text) for text in texts if message.id and FRENCH_SLIP.search(text)]
    assert bad == []
