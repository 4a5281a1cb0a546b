"""The competencies that courses and the survey share, read from `courses/_competencies.yml` into a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from lms.content.findings import Fault, Finding, fault, finding
from lms.content.headers import FILE_LIMIT, Lang, Slug, Text, read_yaml, validate
from lms.content.language import LANGUAGES
from lms.content.reading import decode

FILE_NAME = "_competencies.yml"


class VocabularyFaulty(ValueError):
    """The file of competencies cannot be used; `findings` say why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(f"{one.path}:{one.line}: {one.code} {one.message}" for one in findings))
        self.findings = findings


@dataclass(frozen=True)
class Competency:
    """A competency: what the survey asks about and what courses build. Names are verb phrases in lower case."""

    id: str
    domain: str
    names: dict[str, str]
    examples: dict[str, str]

    def name(self, lang: str) -> str:
        """Its name in a language, English where it has none there."""
        return _in(self.names, lang)

    def example(self, lang: str) -> str:
        """A scene from a space that shows it; empty if there is none."""
        return _in(self.examples, lang)


@dataclass(frozen=True)
class Competencies:
    """The whole vocabulary, in the order of the file."""

    domains: dict[str, dict[str, str]]
    anchors: dict[int, dict[str, str]]
    items: tuple[Competency, ...]

    @classmethod
    def from_file(cls, path: Path) -> Competencies:
        """Read `_competencies.yml`. Raises VocabularyFaulty, or OSError if it cannot be opened."""
        found, faults = read_competencies(path.read_bytes())
        if found is None:
            raise VocabularyFaulty(tuple(finding(path.name, one) for one in faults))
        return found

    @cached_property
    def by_id(self) -> dict[str, Competency]:
        """The competencies by id."""
        return {item.id: item for item in self.items}

    def __contains__(self, id: object) -> bool:
        return id in self.by_id

    def domain_name(self, domain: str, lang: str) -> str:
        """The name of a domain; its id where it is unknown."""
        return _in(self.domains.get(domain, {}), lang) or domain

    def anchor(self, level: int, lang: str) -> str:
        """What a person at a level (1-5) can do, in words."""
        return _in(self.anchors.get(level, {}), lang)


def _in(words: dict[str, str], lang: str) -> str:
    return words.get(lang) or words.get("en") or next(iter(words.values()), "")


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _CompetencyShape(_Shape):
    id: Slug
    domain: Slug
    name: dict[Lang, Text]
    example: dict[Lang, Text] = {}
    description: dict[Lang, Text] = {}
    anchors: dict[int, dict[Lang, Text]] = {}


class _VocabularyShape(_Shape):
    domains: dict[Slug, dict[Lang, Text]]
    anchors: dict[Annotated[int, Field(ge=1, le=5)], dict[Lang, Text]] = {}
    competencies: Annotated[list[_CompetencyShape], Field(min_length=1)]


def read_competencies(data: bytes) -> tuple[Competencies | None, list[Fault]]:
    """Read the vocabulary out of the bytes of its file; None and the faults where it cannot be used."""
    text, faults = decode(data)
    if text is None:
        return None, faults
    values, lines, faults = read_yaml(text, 1, FILE_LIMIT)
    if values is None:
        return None, faults
    shape, faults = validate(_VocabularyShape, values, lines)
    if shape is None:
        return None, faults
    items: list[Competency] = []
    for number, one in enumerate(shape.competencies):
        line = lines.get(("competencies", number), 1)
        if one.domain not in shape.domains:
            allowed = ", ".join(shape.domains)
            faults.append(fault("E007/choice", line, key="domain", value=one.domain, allowed=allowed))
        if any(one.id == before.id for before in items):
            faults.append(fault("E102", line, id=one.id, line=_line_of(shape, one.id, lines)))
        missing = [lang for lang in LANGUAGES if lang not in one.name]
        if missing:
            faults.append(fault("E006", line, key=f"name.{missing[0]}", example="…"))
        items.append(Competency(one.id, one.domain, _words(one.name), _words(one.example or one.description)))
    if faults:
        return None, faults
    domains: dict[str, dict[str, str]] = {id: _words(names) for id, names in shape.domains.items()}
    anchors: dict[int, dict[str, str]] = {level: _words(words) for level, words in shape.anchors.items()}
    return Competencies(domains, anchors, tuple(items)), []


def _line_of(shape: _VocabularyShape, id: str, lines: dict[tuple[str | int, ...], int]) -> int:
    first = next(number for number, one in enumerate(shape.competencies) if one.id == id)
    return lines.get(("competencies", first), 1)


def _words(names: Mapping[Lang, str]) -> dict[str, str]:
    return {str(lang): text for lang, text in names.items()}
