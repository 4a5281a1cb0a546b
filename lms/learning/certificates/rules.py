"""Rules of certificates: when one is earned, what it says, how its code is written and read. Pure but for the dice."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Final

from lms.content.documents import CourseDocument, Unit
from lms.learning.rules import listed

#: Crockford's base 32: no sign of it is mistaken for another (https://www.crockford.com/base32.html).
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 26
_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
REASON_LONGEST: Final = 300
#: (how many, in how long): codes that no certificate has, asked for from one place in the network.
WRONG_CODES: Final = (100, timedelta(minutes=10))


def mint_code() -> str:
    """A new code: 26 signs of 5 random bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


#: Places of one list of what was taken back: the least that hides one among many (Bitstring Status List v1.0, 2.1). Half
#: of them are used, so that a free one is soon drawn.
LIST_LENGTH: Final = 131_072


def is_full(count: int) -> bool:
    """Whether a list with `count` certificates takes no more: half of its places stay free, so that one is soon found."""
    return count >= LIST_LENGTH // 2


def draw_place(number: int) -> int:
    """A place of that list, by chance."""
    return number * LIST_LENGTH + secrets.randbelow(LIST_LENGTH)


def written_code(code: str) -> str:
    """A code as people read it: groups of four, with hyphens."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(text: str) -> str | None:
    """The code in what somebody typed (small letters, spaces, hyphens, O for 0, I and L for 1), None if it is none."""
    if len(text) > 100:
        return None
    plain = "".join(text.split()).replace("-", "").upper().translate(_ALIKE)
    return plain if len(plain) == CODE_LENGTH and all(sign in ALPHABET for sign in plain) else None


@dataclass(frozen=True)
class Demand:
    """Something a certificate asks for: an activity to pass (`activity` named) or a step to finish."""

    unit: str
    activity: str
    is_met: bool


def is_marked(unit: Unit, key: str) -> bool:
    """Whether an activity is a quiz that can be passed: one with open questions alone is only handed in."""
    questions = next(iter(unit.activities[key].values())).questions
    only_open = bool(questions) and all(one.kind == "open" for one in questions)
    return key.partition("-")[0] == "quiz" and not only_open


def demands(
    document: CourseDocument, passed: Collection[tuple[str, str]], done: Collection[str], lang: str | None = None
) -> list[Demand]:
    """What the certificate of a course asks for, and what of it is there.

    `passed` are the quizzes passed as (unit, activity) in any version, `done` the units finished. A quiz named by
    `certificate.require` has to be passed; an activity of another type, and a quiz of which nothing is marked, counts with
    its unit; a certificate that names nothing asks for every unit there is in `lang`, the language the course is read in.
    Names that the course no longer has ask for nothing. Empty for a course that gives none.
    """
    if document.certificate is None:
        return []
    if not document.certificate.require:
        return [Demand(unit.id, "", unit.id in done) for unit in listed(document, lang)]
    found = []
    for name in document.certificate.require:
        unit, _, activity = name.partition("/")
        there = document.unit(unit)
        if there is None or activity not in there.activities:
            continue
        met = (unit, activity) in passed if is_marked(there, activity) else unit in done
        found.append(Demand(unit, activity, met))
    return found


def is_earned(wanted: Iterable[Demand]) -> bool:
    """Whether all that is asked for is there; never where nothing is asked for."""
    asked = list(wanted)
    return bool(asked) and all(one.is_met for one in asked)


@dataclass(frozen=True)
class Facts:
    """What a certificate says, for ever. Maps are language -> words."""

    name: str
    network: str
    #: The space the person belonged to; empty without one.
    space: str
    titles: dict[str, str]
    source: str
    #: Hours the course stands for, None where it does not say.
    hours: int | None
    #: Percent asked for in the quizzes (the lowest of them), None where no quiz was asked for.
    pass_mark: int | None
    steps: int
    #: Competencies the course assesses or practises, by id.
    competencies: dict[str, dict[str, str]] = field(default_factory=dict)

    def title(self, lang: str) -> str:
        """The course in a language, in its source language where it has no title there."""
        return self.titles.get(lang) or self.titles.get(self.source) or ""

    def skills(self, lang: str) -> list[str]:
        """The competencies in words."""
        return [words.get(lang) or words.get("en") or name for name, words in self.competencies.items()]

    def to_json(self) -> dict[str, Any]:
        """As kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Facts:
        """Back from `to_json`."""
        return cls(**data)


#: Grades that a certificate names: what was only mentioned or explained proves nothing.
PROVED: Final = ("assessed", "practised")


def facts_of(
    document: CourseDocument, *, name: str, network: str, space: str, competencies: Mapping[str, Mapping[str, str]]
) -> Facts:
    """The facts of a certificate as of today. `competencies` are the names that are known, by id and language."""
    assert document.certificate is not None
    proved = [id_ for grade in PROVED for id_, goal in document.competencies.items() if goal.grade == grade]
    marks = [
        document.pass_mark(unit.activities[key][document.source])
        for unit in document.units
        for key in unit.activities
        if f"{unit.id}/{key}" in document.certificate.require and is_marked(unit, key)
    ]
    return Facts(
        name=name,
        network=network,
        space=space,
        titles=dict(document.titles),
        source=document.source,
        hours=document.certificate.hours,
        pass_mark=min(marks, default=None),
        steps=len(document.units),
        competencies={id_: dict(competencies[id_]) for id_ in proved if id_ in competencies},
    )
