"""The kinds of questions: one class per kind, made from a sketch, marked, shown without its key.

Every kind does the same five things: `public` is what a browser may see before an answer is given; `read` takes the
answer out of a form; `accept` takes it out of JSON; `mark` gives the fraction of the points with the feedback, by the
rule that its class names; `describe` says an answer in words. An answer is plain JSON: positions as written, counted
from 1, for choices and orders; text for numbers, words and open answers; pairs or lists of text for matching and cloze.
`None` means "I don't know", `MISSING` that nothing was given; both mark 0. A list is as long as the question asks: one
choice of a single, every line of an order, every gap of a cloze; of a multiple and of pairs any number, so that an empty
list is an answer there, which marks 0, and no answer elsewhere.
"""

from __future__ import annotations

import random
import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, ClassVar, Final, Literal

from lms.content.questions import GAP_PLACE, Gap, Sketch
from lms.content.rendering import Renderer
from lms.content.texts import Span, fold, plain, read_span, read_typed, squeeze
from lms.content.units import is_same

UNKNOWN: Final = "?"
"""The value of the choice "I don't know" in a form."""
TEXT_LIMIT: Final = 500
OPEN_LIMIT: Final = 20_000

_NOT_BARE: Final = re.compile(r"[\s*_`]+")

Form = Mapping[str, Sequence[str]]


class Missing(Enum):
    """The type of `MISSING`."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
"""Nothing was answered."""

Answer = list[int] | list[str] | list[list[str]] | str | None
Given = Answer | Missing


class WrongShape(ValueError):
    """An answer that the page could not have sent, or that is not complete yet.

    `question` is the question's id; `reason` one of `choice`, `text`, `number`, `order`, `pair`, `gap`.
    """

    def __init__(self, question: str, reason: str) -> None:
        super().__init__(f"{question}: {reason}")
        self.question = question
        self.reason = reason


@dataclass(frozen=True)
class Part:
    """One line of a marked question: a choice, a place, a pair, a gap.

    `good` says of a choice that it belongs to the right answer, of any other part that it was answered rightly;
    `picked` that the learner chose or filled it. All texts are safe HTML.
    """

    label: str
    given: str
    expected: str
    picked: bool
    good: bool
    feedback: str = ""


@dataclass(frozen=True)
class Mark:
    """The mark of an answer: a fraction from 0 to 1 (None: not marked by the machine), feedback as safe HTML."""

    fraction: float | None
    feedback: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What all kinds have. Texts are safe HTML unless said otherwise."""

    id: str
    title: str
    prompt: str = ""
    points: float = 1
    shuffle: bool | None = None
    review: bool = True
    hints: tuple[str, ...] = ()
    explanation: str = ""
    model_answer: str = ""

    kind: ClassVar[str] = ""

    def public(self, seed: str, shuffle: bool = False) -> dict[str, Any]:
        """Give what a browser may see before an answer: no key, no feedback, no hint but their number.

        `seed` fixes the order of what is shuffled (say, attempt id); `shuffle` is the wish of the quiz, which the
        question's own `shuffle=` beats. `name` is the field's name in the form.
        """
        return {
            "id": self.id,
            "name": self.id,
            "kind": self.kind,
            "title": self.title,
            "prompt": self.prompt,
            "points": self.points,
            "hints": len(self.hints),
            **self._shown(_dice(seed, self.id), self.shuffle if self.shuffle is not None else shuffle),
        }

    def read(self, form: Form) -> Given:
        """Take the answer out of what a browser sent. Raises WrongShape."""
        if self._field(form, f"{self.id}.unknown") or self._field(form, self.id) == UNKNOWN:
            return None
        return self._read(form)

    def accept(self, value: object) -> Answer:
        """Take an answer out of JSON. Raises WrongShape."""
        return None if value is None else self._accept(value)

    def mark(self, answer: Given) -> Mark:
        """Mark an answer that `read` or `accept` gave."""
        return self._mark(answer)

    def carried(self, typed: Form, other: Question) -> dict[str, list[str]]:
        """Give the fields of a half answer to this text of a question as `other`, the same question in another language,
        names them. What has no counterpart there is left out; words stay as they were typed.

        Forms name lines and menus by the place of their words, which each language sorts in its own way. What leads from
        one to the other, the places as written, is the key: it is made here for a moment and goes nowhere.
        """
        return {name: list(values) for name, values in typed.items()} if other.kind == self.kind else {}

    @abstractmethod
    def solution(self) -> tuple[str, ...]:
        """Give the right answer as safe HTML, one entry a line. Never before an answer was given."""

    @abstractmethod
    def describe(self, answer: Given) -> str:
        """Say an answer in plain words; empty for none."""

    @abstractmethod
    def _shown(self, dice: random.Random, shuffle: bool) -> dict[str, Any]: ...

    @abstractmethod
    def _read(self, form: Form) -> Given: ...

    @abstractmethod
    def _accept(self, value: object) -> Answer: ...

    @abstractmethod
    def _mark(self, answer: Given) -> Mark: ...

    @staticmethod
    def _field(form: Form, name: str) -> str:
        values = form.get(name) or ()
        return values[0].strip() if values else ""

    def _text(self, value: object, limit: int = TEXT_LIMIT) -> str:
        if not isinstance(value, str) or len(value) > limit:
            raise WrongShape(self.id, "text")
        return value.strip()


def _dice(seed: str, id: str) -> random.Random:
    return random.Random(f"{seed}/{id}")  # noqa: S311 - an order to show, not a secret


@dataclass(frozen=True)
class Choice:
    """A choice with its feedback."""

    text: str
    right: bool
    feedback: str = ""


@dataclass(frozen=True, kw_only=True)
class _Choices(_Question):
    choices: tuple[Choice, ...]

    def _shown(self, dice: random.Random, shuffle: bool) -> dict[str, Any]:
        shown = [{"value": str(number), "html": choice.text} for number, choice in enumerate(self.choices, 1)]
        if shuffle:
            dice.shuffle(shown)
        return {"choices": shown}

    def _read(self, form: Form) -> Given:
        values = [value for value in form.get(self.id) or () if value]
        if not values:
            return MISSING
        if not all(value.isascii() and value.isdigit() and len(value) < 4 for value in values):
            raise WrongShape(self.id, "choice")
        return self._accept([int(value) for value in values])

    def _accept(self, value: object) -> Answer:
        if not isinstance(value, list) or not all(type(position) is int for position in value):
            raise WrongShape(self.id, "choice")
        if len(set(value)) != len(value) or any(not 1 <= position <= len(self.choices) for position in value):
            raise WrongShape(self.id, "choice")
        if self.kind == "single" and len(value) != 1:
            raise WrongShape(self.id, "choice")
        return sorted(value)

    def carried(self, typed: Form, other: Question) -> dict[str, list[str]]:
        """Choices are named by their places as written; those beyond the last one of `other` are left out."""
        found = super().carried(typed, other)
        if self.id in found and isinstance(other, Single | Multiple):
            there = {UNKNOWN, *(str(number) for number in range(1, len(other.choices) + 1))}
            found[self.id] = [value for value in found[self.id] if value in there]
        return found

    def _picked(self, answer: Given) -> set[int]:
        return {position for position in answer if isinstance(position, int)} if isinstance(answer, list) else set()

    def _mark(self, answer: Given) -> Mark:
        picked = self._picked(answer)
        right = {number for number, choice in enumerate(self.choices, 1) if choice.right}
        if self.kind == "single":
            fraction = 1.0 if picked and picked <= right else 0.0
        else:
            fraction = max(0.0, (len(picked & right) - len(picked - right)) / len(right)) if right else 0.0
        parts = tuple(
            Part(choice.text, "", "", number in picked, choice.right, choice.feedback)
            for number, choice in enumerate(self.choices, 1)
        )
        return Mark(fraction, tuple(part.feedback for part in parts if part.picked and part.feedback), parts)

    def solution(self) -> tuple[str, ...]:
        """Give the right choices."""
        return tuple(choice.text for choice in self.choices if choice.right)

    def describe(self, answer: Given) -> str:
        """Give the chosen texts."""
        return " · ".join(plain(self.choices[position - 1].text) for position in sorted(self._picked(answer)))


@dataclass(frozen=True, kw_only=True)
class Single(_Choices):
    """One choice is right; true/false is a single choice of two."""

    kind: Literal["single"] = "single"  # type: ignore[misc]


@dataclass(frozen=True, kw_only=True)
class Multiple(_Choices):
    """Several choices may be right: (right picked - wrong picked) / right, never below 0."""

    kind: Literal["multiple"] = "multiple"  # type: ignore[misc]


@dataclass(frozen=True)
class Expected:
    """An answer the author thought of: as written, right or a near miss, with feedback; `span` for numbers."""

    written: str
    right: bool
    feedback: str = ""
    span: Span | None = None


@dataclass(frozen=True, kw_only=True)
class _Typed(_Question):
    expected: tuple[Expected, ...]
    other: str = ""
    """Feedback for any other answer (`- [ ] *`)."""

    def _shown(self, dice: random.Random, shuffle: bool) -> dict[str, Any]:
        return {}

    def _read(self, form: Form) -> Given:
        text = self._field(form, self.id)
        return self._text(text) if text else MISSING

    def _accept(self, value: object) -> Answer:
        return self._text(value)

    @abstractmethod
    def _fits(self, one: Expected, typed: str) -> bool: ...

    def _mark(self, answer: Given) -> Mark:
        expected = " · ".join(self.solution())
        if not isinstance(answer, str) or not answer.strip():
            return Mark(0.0, (), (Part("", "", expected, False, False),))
        # A right answer beats a near miss of which it is also an instance.
        for one in sorted(self.expected, key=lambda one: not one.right):
            if self._fits(one, answer):
                feedback = one.feedback
                good = one.right
                break
        else:
            feedback, good = self.other, False
        part = Part("", _escaped(answer), expected, True, good, feedback)
        return Mark(1.0 if good else 0.0, (feedback,) if feedback else (), (part,))

    def solution(self) -> tuple[str, ...]:
        """Give the right answers as written."""
        return tuple(_escaped(one.written) for one in self.expected if one.right)

    def describe(self, answer: Given) -> str:
        """Give what was typed."""
        return answer if isinstance(answer, str) else ""


@dataclass(frozen=True, kw_only=True)
class Numeric(_Typed):
    """A number with tolerance or range; a typed unit is optional, a different one is wrong. In a form, words alone are no
    answer yet, unless they are a near miss its author thought of.
    """

    kind: Literal["numeric"] = "numeric"  # type: ignore[misc]

    @property
    def unit(self) -> str:
        """The unit that stands beside the field; empty if there is none."""
        return next((one.span.unit for one in self.expected if one.right and one.span), "")

    def _shown(self, dice: random.Random, shuffle: bool) -> dict[str, Any]:
        return {"unit": self.unit}

    def _read(self, form: Form) -> Given:
        given = super()._read(form)
        if (
            isinstance(given, str)
            and read_typed(given) is None
            and not any(one.span is None and self._fits(one, given) for one in self.expected)
        ):
            raise WrongShape(self.id, "number")
        return given

    def _fits(self, one: Expected, typed: str) -> bool:
        if one.span is None:
            return fold(one.written) == fold(typed)
        number = read_typed(typed)
        if number is None:
            return False
        unit = one.span.unit or self.unit
        return one.span.holds(number[0]) and (not number[1] or is_same(number[1], unit))


@dataclass(frozen=True, kw_only=True)
class Short(_Typed):
    """A few words; case, accents and spaces do not count."""

    kind: Literal["short"] = "short"  # type: ignore[misc]

    def _fits(self, one: Expected, typed: str) -> bool:
        return fold(one.written) == fold(typed)


@dataclass(frozen=True, kw_only=True)
class Order(_Question):
    """Lines to put in order: neighbours of the right order that are neighbours, in that order, divided by n - 1.

    In forms a line is named by its place among the lines sorted by their words, which says nothing of the order.
    """

    kind: Literal["order"] = "order"  # type: ignore[misc]
    items: tuple[str, ...]

    def _tokens(self) -> list[int]:
        """The written positions (from 0), sorted by the words of the lines."""
        return sorted(range(len(self.items)), key=lambda number: (plain(self.items[number]), self.items[number]))

    def _shown(self, dice: random.Random, shuffle: bool) -> dict[str, Any]:
        shown = [
            {"value": str(token), "name": f"{self.id}.{token}", "html": self.items[number]}
            for token, number in enumerate(self._tokens(), 1)
        ]
        dice.shuffle(shown)
        return {"items": shown}

    def _read(self, form: Form) -> Given:
        tokens = self._tokens()
        listed = [value for value in form.get(self.id) or () if value]
        if listed:
            if sorted(listed) != sorted(str(token) for token in range(1, len(tokens) + 1)):
                raise WrongShape(self.id, "order")
            return [tokens[int(value) - 1] + 1 for value in listed]
        places = [self._field(form, f"{self.id}.{token}") for token in range(1, len(tokens) + 1)]
        if not any(places):
            return MISSING
        if sorted(places) != sorted(str(place) for place in range(1, len(tokens) + 1)):
            raise WrongShape(self.id, "order")
        return [number + 1 for _, number in sorted((int(place), tokens[token]) for token, place in enumerate(places))]

    def carried(self, typed: Form, other: Question) -> dict[str, list[str]]:
        """The lines keep the places they were given."""
        if not isinstance(other, Order) or len(other.items) != len(self.items):
            return {}
        names = {
            f"{self.id}.{token}": f"{self.id}.{other._tokens().index(number) + 1}"
            for token, number in enumerate(self._tokens(), 1)
        }
        return {names.get(name, name): list(values) for name, values in typed.items() if name != self.id}

    def _accept(self, value: object) -> Answer:
        if not isinstance(value, list) or not all(type(position) is int for position in value):
            raise WrongShape(self.id, "order")
        if sorted(value) != list(range(1, len(self.items) + 1)):
            raise WrongShape(self.id, "order")
        return list(value)

    def _mark(self, answer: Given) -> Mark:
        order = [position for position in answer if isinstance(position, int)] if isinstance(answer, list) else []
        pairs = sum(after == before + 1 for before, after in pairwise(order))
        wanted = len(self.items) - 1
        parts = tuple(
            Part(
                str(place),
                self.items[order[place - 1] - 1] if order else "",
                self.items[place - 1],
                bool(order),
                bool(order) and order[place - 1] == place,
            )
            for place in range(1, len(self.items) + 1)
        )
        return Mark(pairs / wanted if wanted else 0.0, (), parts)

    def solution(self) -> tuple[str, ...]:
        """Give the lines in the right order."""
        return self.items

    def describe(self, answer: Given) -> str:
        """Give the lines in the order chosen."""
        if not isinstance(answer, list):
            return ""
        return " → ".join(plain(self.items[position - 1]) for position in answer if isinstance(position, int))


@dataclass(frozen=True, kw_only=True)
class Match(_Question):
    """Pairs to put together, marked by part; decoys stand among the right-hand sides only."""

    kind: Literal["match"] = "match"  # type: ignore[misc]
    pairs: tuple[tuple[str, str], ...]
    decoys: tuple[str, ...] = ()

    def _rights(self) -> list[str]:
        """The right-hand sides, each once, sorted by their words: their places say nothing of the pairs."""
        return sorted({*(right for _, right in self.pairs), *self.decoys}, key=lambda right: (plain(right), right))

    def _shown(self, dice: random.Random, shuffle: bool) -> dict[str, Any]:
        # A menu shows words alone, of a picture what is said in its place.
        rights = [
            {"value": str(token), "html": right, "words": plain(right)} for token, right in enumerate(self._rights(), 1)
        ]
        dice.shuffle(rights)
        return {
            "lefts": [{"name": f"{self.id}.{number}", "html": left} for number, (left, _) in enumerate(self.pairs, 1)],
            "rights": rights,
        }

    def _read(self, form: Form) -> Given:
        rights = list(_names(self._rights()).values())
        lefts = _names(left for left, _ in self.pairs)
        chosen: list[list[str]] = []
        for number, (left, _) in enumerate(self.pairs, 1):
            value = self._field(form, f"{self.id}.{number}")
            if not value:
                continue
            if not (value.isascii() and value.isdigit() and len(value) < 5 and 1 <= int(value) <= len(rights)):
                raise WrongShape(self.id, "pair")
            chosen.append([lefts[left], rights[int(value) - 1]])
        return chosen or MISSING

    def carried(self, typed: Form, other: Question) -> dict[str, list[str]]:
        """The left sides keep the right sides they were given."""
        if not isinstance(other, Match):
            return {}
        mine, theirs = self._written(), other._written()
        values = {
            str(token): str(other._rights().index(theirs[mine.index(right)]) + 1)
            for token, right in enumerate(self._rights(), 1)
            if mine.index(right) < len(theirs)
        }
        lefts = {f"{self.id}.{number}" for number in range(1, len(self.pairs) + 1)}
        found = {
            name: [values[one] for one in given if one in values] for name, given in typed.items() if name in lefts
        }
        return {name: list(given) for name, given in typed.items() if name not in lefts} | found

    def _written(self) -> list[str]:
        """The right-hand sides as written, those of decoys last."""
        return [*(right for _, right in self.pairs), *self.decoys]

    def _accept(self, value: object) -> Answer:
        if not isinstance(value, list):
            raise WrongShape(self.id, "pair")
        lefts, rights = _Said(left for left, _ in self.pairs), _Said(self._rights())
        pairs: dict[str, str] = {}
        for pair in value:
            if not isinstance(pair, list) or len(pair) != 2:
                raise WrongShape(self.id, "pair")
            left, right = lefts.find(self._text(pair[0])), rights.find(self._text(pair[1]))
            if left is None or right is None or left in pairs:
                raise WrongShape(self.id, "pair")
            pairs[left] = right
        return [[left, right] for left, right in pairs.items()]

    def _mark(self, answer: Given) -> Mark:
        chosen = {pair[0]: pair[1] for pair in answer if isinstance(pair, list)} if isinstance(answer, list) else {}
        lefts, rights = _names(left for left, _ in self.pairs), _names(self._rights())
        sides = {name: side for side, name in rights.items()}
        parts = []
        for left, right in self.pairs:
            given = chosen.get(lefts[left], "")
            good = bool(given) and given in (rights[right], plain(right))
            parts.append(Part(left, sides.get(given) or _escaped(given), right, bool(given), good))
        return Mark(sum(part.good for part in parts) / len(parts) if parts else 0.0, (), tuple(parts))

    def solution(self) -> tuple[str, ...]:
        """Give the pairs."""
        return tuple(f"{left} → {right}" for left, right in self.pairs)

    def describe(self, answer: Given) -> str:
        """Give the pairs chosen."""
        if not isinstance(answer, list):
            return ""
        words = {
            name: plain(side) for side, name in _names([*self._rights(), *(left for left, _ in self.pairs)]).items()
        }
        return " · ".join(
            f"{words.get(pair[0], pair[0])} → {words.get(pair[1], pair[1])}"
            for pair in answer
            if isinstance(pair, list)
        )


@dataclass(frozen=True, kw_only=True)
class Cloze(_Question):
    """A text with gaps, marked by part. `pieces` is the text around the gaps: one more than there are gaps."""

    kind: Literal["cloze"] = "cloze"  # type: ignore[misc]
    pieces: tuple[str, ...]
    gaps: tuple[Gap, ...]

    def _shown(self, dice: random.Random, shuffle: bool) -> dict[str, Any]:
        shown = []
        for number, gap in enumerate(self.gaps, 1):
            options = sorted({gap.variants[0], *gap.wrong}) if gap.wrong and gap.variants else []
            dice.shuffle(options)
            shown.append({"name": f"{self.id}.{number}", "options": options})
        return {"pieces": list(self.pieces), "gaps": shown}

    def _read(self, form: Form) -> Given:
        texts = [self._text(self._field(form, f"{self.id}.{number}")) for number in range(1, len(self.gaps) + 1)]
        return texts if any(texts) else MISSING

    def carried(self, typed: Form, other: Question) -> dict[str, list[str]]:
        """Menus keep what was chosen in them."""
        found = super().carried(typed, other)
        if not isinstance(other, Cloze):
            return found
        for number, (mine, theirs) in enumerate(zip(self.gaps, other.gaps, strict=False), 1):
            name = f"{self.id}.{number}"
            if name in found and mine.wrong:
                there = dict(zip((mine.variants[0], *mine.wrong), (theirs.variants[0], *theirs.wrong), strict=False))
                found[name] = [there[one] for one in found[name] if one in there and theirs.wrong]
        return found

    def _accept(self, value: object) -> Answer:
        if not isinstance(value, list) or len(value) != len(self.gaps):
            raise WrongShape(self.id, "gap")
        return ["" if text is None else self._text(text) for text in value]

    def _mark(self, answer: Given) -> Mark:
        texts = [text for text in answer if isinstance(text, str)] if isinstance(answer, list) else []
        parts = []
        for number, gap in enumerate(self.gaps):
            given = texts[number] if number < len(texts) else ""
            good = bool(given) and any(fold(given) == fold(variant) for variant in gap.variants)
            parts.append(Part(str(number + 1), _escaped(given), _escaped(gap.variants[0]), bool(given), good))
        good_parts = sum(part.good for part in parts)
        return Mark(good_parts / len(parts) if parts else 0.0, (), tuple(parts))

    def solution(self) -> tuple[str, ...]:
        """Give the first right word of each gap."""
        return tuple(_escaped(gap.variants[0]) for gap in self.gaps if gap.variants)

    def describe(self, answer: Given) -> str:
        """Give the words put in."""
        if not isinstance(answer, list):
            return ""
        return " · ".join(text or "…" for text in answer if isinstance(text, str))


@dataclass(frozen=True, kw_only=True)
class Open(_Question):
    """An answer in one's own words; the machine does not mark it."""

    kind: Literal["open"] = "open"  # type: ignore[misc]

    def _shown(self, dice: random.Random, shuffle: bool) -> dict[str, Any]:
        return {}

    def _read(self, form: Form) -> Given:
        text = self._field(form, self.id)
        return self._text(text, OPEN_LIMIT) if text else MISSING

    def _accept(self, value: object) -> Answer:
        return self._text(value, OPEN_LIMIT)

    def _mark(self, answer: Given) -> Mark:
        return Mark(None)

    def solution(self) -> tuple[str, ...]:
        """Give the model answer, if there is one."""
        return (self.model_answer,) if self.model_answer else ()

    def describe(self, answer: Given) -> str:
        """Give what was written."""
        return answer if isinstance(answer, str) else ""


def _names(sides: Iterable[str]) -> dict[str, str]:
    """What each of some sides of pairs is called in an answer: its words, or its HTML where the words do not tell it from
    another (two formulas of the same letters).
    """
    words = {side: plain(side) for side in sides}
    many = Counter(words.values())
    return {side: text if text and many[text] == 1 else side for side, text in words.items()}


class _Said:
    """Finds the side that somebody means who tells it as shown or as written: spacing, case and marks of emphasis count
    only where two sides differ in nothing else.
    """

    def __init__(self, sides: Iterable[str]) -> None:
        self.exact: dict[str, set[str]] = {}
        self.near: dict[str, set[str]] = {}
        for side, name in _names(sides).items():
            for text in {name, plain(side)}:
                self.exact.setdefault(text, set()).add(name)
            self.near.setdefault(_bare(plain(side)), set()).add(name)

    def find(self, text: str) -> str | None:
        """Give the name of the side, None where no side or more than one is meant."""
        found = self.exact.get(squeeze(text)) or self.near.get(_bare(text)) or set()
        return next(iter(found)) if len(found) == 1 else None


def _bare(text: str) -> str:
    """Give a text as sides of a pair are compared: folded, without spaces and marks of emphasis."""
    return _NOT_BARE.sub("", fold(text))


Question = Single | Multiple | Numeric | Short | Order | Match | Cloze | Open


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def build(sketch: Sketch, render: Renderer) -> Question:
    """Make the question that learners meet out of a sketch without errors.

    Raises ValueError where a gap of a cloze lies in a place that is no text (a link, a formula, an address).
    """
    words = dict(sketch.words)
    common: dict[str, Any] = {
        "id": sketch.id,
        "title": render.inline(sketch.title),
        "prompt": "" if sketch.kind == "cloze" else render.block(sketch.prompt),
        "points": float(words.get("points") or 1),
        "shuffle": {"yes": True, "no": False}.get(words.get("shuffle", "")),
        "review": words.get("review") != "no",
        "hints": tuple(render.block(hint) for hint in sketch.hints),
        "explanation": render.block(sketch.explanation),
        "model_answer": render.block(sketch.model_answer),
    }
    if sketch.kind in ("single", "multiple"):
        choices = tuple(
            Choice(render.inline(item.text), item.sign in "xX", render.block(item.feedback)) for item in sketch.items
        )
        made = Single if sketch.kind == "single" else Multiple
        return made(**common, choices=choices)
    if sketch.kind in ("numeric", "short"):
        return _typed(sketch, render, common)
    if sketch.kind == "order":
        return Order(**common, items=tuple(render.inline(item.text) for item in sketch.items))
    if sketch.kind == "match":
        return Match(
            **common,
            pairs=tuple((render.inline(pair.left), render.inline(pair.right)) for pair in sketch.pairs if pair.left),
            decoys=tuple(render.inline(pair.right) for pair in sketch.pairs if not pair.left),
        )
    if sketch.kind == "cloze":
        markup = render.block(sketch.prompt)
        if _GapsInText.of(markup) != list(range(len(sketch.gaps))):
            raise ValueError(f"{sketch.id}: a gap does not stand in text")
        return Cloze(**common, pieces=tuple(GAP_PLACE.split(markup)[::2]), gaps=sketch.gaps)
    return Open(**common)


class _GapsInText(HTMLParser):
    """Finds the gaps that a field may replace: in the text, not in an attribute, a link or a formula."""

    def __init__(self) -> None:
        super().__init__()
        self.shut = 0
        self.found: list[int] = []

    @classmethod
    def of(cls, markup: str) -> list[int]:
        parser = cls()
        parser.feed(markup)
        parser.close()
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shut += tag in ("a", "math")

    def handle_endtag(self, tag: str) -> None:
        self.shut -= tag in ("a", "math")

    def handle_data(self, data: str) -> None:
        if not self.shut:
            self.found += [int(number) for number in GAP_PLACE.findall(data)]


def _typed(sketch: Sketch, render: Renderer, common: dict[str, Any]) -> Question:
    expected = []
    other = ""
    for item in sketch.items:
        feedback = render.block(item.feedback)
        if item.sign not in "=~" and item.text.strip() == "*":
            other = feedback
            continue
        span = read_span(item.text) if sketch.kind == "numeric" else None
        expected.append(Expected(squeeze(item.text), item.sign == "=", feedback, span))
    made = Numeric if sketch.kind == "numeric" else Short
    return made(**common, expected=tuple(expected), other=other)
