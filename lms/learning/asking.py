"""From a question and an answer to what a page says about it. Marks again on the question's own text, stores
nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lms.content.kinds import Mark, Part, Question
from lms.content.texts import plain as _plain
from lms.foundation.i18n import _
from lms.learning import rules

_RANGE = re.compile(r"(-?[\d.,]*\d)\s*\.\.\s*(-?\d)")


@dataclass(frozen=True)
class Line:
    """One line of the answers: good, try (not yet) or neither; all texts but `word` and `mine` are safe HTML."""

    kind: str
    word: str
    html: str
    label: str = ""
    feedback: str = ""
    #: What was answered in this place, where it is not what stands there.
    mine: str = ""


@dataclass(frozen=True)
class Told:
    """What is said after an answer."""

    #: yes, part, yet, unknown ("I don't know") or open (not marked).
    mood: str
    feedback: tuple[str, ...]
    lines: tuple[Line, ...]
    #: (right, of so many) for questions made of parts.
    count: tuple[int, int] | None
    #: Whether the lines show an order that was not found.
    in_order: bool
    why: str
    model: str
    #: What was written to an open question, plain text.
    mine: str
    #: Whether the question returns in the review.
    comes_back: bool = False


def told(question: Question, given: Any) -> Told:
    """What to say about `given` (as stored: None is "I don't know")."""
    mark = question.mark(given)
    mood = _mood(mark, given)
    return Told(
        mood=mood,
        feedback=tuple(map(rules.without_yes, mark.feedback))
        if question.kind in ("single", "numeric", "short")
        else (),
        lines=_LINES[question.kind](mark, mood) if question.kind in _LINES else (),
        count=_count(question, mark) if mood != "unknown" else None,
        in_order=question.kind == "order" and mood != "yes",
        why=question.explanation,
        model=question.model_answer,
        mine=question.describe(given) if question.kind == "open" else "",
        comes_back=question.review and question.kind != "open",
    )


def _mood(mark: Mark, given: Any) -> str:
    if given is None:
        return "unknown"
    if mark.fraction is None:
        return "open"
    if mark.fraction >= 1 - 1e-9:
        return "yes"
    return "part" if mark.fraction > 1e-9 else "yet"


def _count(question: Question, mark: Mark) -> tuple[int, int] | None:
    if question.kind == "multiple":
        return sum(part.picked and part.good for part in mark.parts), sum(part.good for part in mark.parts)
    if question.kind in ("match", "cloze"):  # an order is marked by neighbours: a count of places would mislead
        return sum(part.good for part in mark.parts), len(mark.parts)
    return None


def _choices(mark: Mark, mood: str) -> tuple[Line, ...]:
    """One choice: mine, and the better one with its reason; what was not chosen and is not better is left out."""
    lines = [Line("good" if part.good else "try", _("Your choice"), part.label) for part in mark.parts if part.picked]
    better = _("A good answer") if mood == "unknown" else _("Better")
    lines += [
        Line("good", better, part.label, feedback=part.feedback) for part in mark.parts if part.good and not part.picked
    ]
    return tuple(lines)


def _several(mark: Mark, mood: str) -> tuple[Line, ...]:
    """Several choices: each of mine with its reason, and the ones that were missing."""
    lines = []
    for part in mark.parts:
        if part.picked:
            lines.append(Line("good" if part.good else "try", _("Your choice"), part.label, feedback=part.feedback))
        elif part.good:
            word = _("A good answer") if mood == "unknown" else _("Also right")
            lines.append(Line("", word, part.label, feedback=part.feedback))
    return tuple(lines)


def _typed(mark: Mark, mood: str) -> tuple[Line, ...]:
    """A number or a few words: mine, and what was expected."""
    lines = [Line("good" if part.good else "try", _("Your answer"), part.given) for part in mark.parts if part.picked]
    lines += [
        Line("good", _("Expected"), _as_said(part.expected)) for part in mark.parts if not part.good and part.expected
    ]
    return tuple(lines)


def _as_said(expected: str) -> str:
    """A range as people write it: 55..60 is "55 to 60"."""
    return _RANGE.sub(lambda found: _("%(low)s to %(high)s", low=found[1], high=found[2]), expected)


def _parted(mark: Mark, mood: str) -> tuple[Line, ...]:
    """An order, pairs, gaps: the right one at each place, and mine where it differs."""
    return tuple(_part(part) for part in mark.parts)


def _part(part: Part) -> Line:
    label = f"{part.label}." if part.label.isdigit() else part.label
    if part.good:
        return Line("good", "", part.expected, label)
    return Line("try" if part.picked else "", "", part.expected, label, mine=_plain(part.given) if part.picked else "")


_LINES = {
    "single": _choices, "multiple": _several, "numeric": _typed, "short": _typed, "order": _parted, "match": _parted,
    "cloze": _parted,
}  # fmt: skip
