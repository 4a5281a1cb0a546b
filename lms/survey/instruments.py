"""Questionnaires as text: read from `courses/_instruments/*.yml`, checked, and held as frozen values.

A document is the file's content with the name and example of each competency added from `courses/_competencies.yml`, so
that an old version keeps the words people answered to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("fr", "es", "ca", "en")
#: The three ways out of a rating and the code each is kept as (`rules`).
WAYS_OUT = {"dont-know": "d", "not-my-role": "r", "withheld": "w"}

Words = Mapping[str, str]


class InstrumentFault(ValueError):
    """An instrument that cannot be asked; the message says which file and why."""


@dataclass(frozen=True)
class Item:
    """One competency in one sentence, rated twice."""

    id: str
    competency: str
    domain: str
    text: Words
    name: Words
    example: Words
    #: Marked in the file (`sensitive: true`): health, union, belief, a conflict one is party to. Told of larger groups alone.
    sensitive: bool = False


@dataclass(frozen=True)
class Scale:
    """One of the two ratings: the beginning of a sentence and its five ends."""

    legend: Words
    levels: tuple[Words, ...]


@dataclass(frozen=True)
class Instrument:
    """A questionnaire as it is asked; items in the order of the file, which is the order of packed answers."""

    name: str
    version: int
    minutes: int
    title: Words
    introduction: Mapping[str, tuple[str, ...]]
    importance: Scale
    level: Scale
    ways_out: tuple[tuple[str, Words], ...]
    domains: Mapping[str, Words]
    items: tuple[Item, ...]

    @property
    def item_ids(self) -> tuple[str, ...]:
        """The items in the order of packed answers."""
        return tuple(item.id for item in self.items)


def read(path: Path, vocabulary: Path) -> tuple[str, dict[str, Any]]:
    """The digest of an instrument's file and its document. Raises `InstrumentFault` for one that cannot be asked."""
    try:
        raw = path.read_bytes()
        document: dict[str, Any] = yaml.safe_load(raw)
        words: dict[str, Any] = yaml.safe_load(vocabulary.read_bytes())
        known = {one["id"]: one for one in words["competencies"]}
        document["domain_names"] = {one["id"]: words["domains"][one["id"]] for one in document["domains"]}
        for domain in document["domains"]:
            for item in domain["items"]:
                found = known[item["competency"]]
                item["name"], item["example"] = found["name"], found["example"]
        made = instrument(document)
    except InstrumentFault as error:
        raise InstrumentFault(f"{path}: {error}") from error
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise InstrumentFault(f"{path}: {type(error).__name__}: {error}") from error
    if len(set(made.item_ids)) != len(made.items):
        raise InstrumentFault(f"{path}: two items have the same id")
    return hashlib.sha256(raw).hexdigest(), document


def newest(folder: Path) -> Path | None:
    """The last instrument by name in a courses folder, or None where it has none."""
    found = sorted((folder / "_instruments").glob("*.yml"))
    return found[-1] if found else None


def instrument(document: Mapping[str, Any]) -> Instrument:
    """The frozen questionnaire of a document. Raises `InstrumentFault` where words of a language are missing."""
    scales = document["scales"]
    items = tuple(
        Item(
            id=item["id"], competency=item["competency"], domain=domain["id"], text=_words(item["text"], item["id"]),
            name=_words(item["name"], item["id"]), example=_words(item["example"], item["id"]),
            sensitive=item.get("sensitive", False) is True,
        )
        for domain in document["domains"]
        for item in domain["items"]
    )  # fmt: skip
    if not items:
        raise InstrumentFault("no item")
    return Instrument(
        name=document["id"],
        version=document["version"],
        minutes=document["minutes"],
        title=_words(document["title"], "title"),
        introduction={lang: tuple(lines) for lang, lines in _words(document["introduction"], "introduction").items()},
        importance=_scale(scales["importance"]),
        level=_scale(scales["competence"]),
        ways_out=tuple((code, _words(document["ways_out"][name], name)) for name, code in WAYS_OUT.items()),
        domains={name: _words(words, name) for name, words in document["domain_names"].items()},
        items=items,
    )


def _scale(raw: Mapping[str, Any]) -> Scale:
    # keys are numbers in the file and texts once the document has been through JSON
    levels = {str(key): words for key, words in raw["levels"].items()}
    return Scale(_words(raw["legend"], "legend"), tuple(_words(levels[str(n)], f"level {n}") for n in range(1, 6)))


def _words(words: Mapping[str, Any], what: str) -> Mapping[str, Any]:
    for lang in LANGUAGES:
        if not words.get(lang):
            raise InstrumentFault(f"{what} has no words in {lang}")
    return words


_made: dict[str, Instrument] = {}


def cached(instrument_id: str, document: Callable[[], Mapping[str, Any]]) -> Instrument:
    """The frozen questionnaire of a stored version: read and built once in this process, since a version never changes."""
    if instrument_id not in _made:
        _made[instrument_id] = instrument(document())
    return _made[instrument_id]
