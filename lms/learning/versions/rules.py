"""What has become of a course between two of its versions, as far as it matters to somebody who learnt from the first. Pure.

A change is substantial where a section or question came or went, where another answer is right, or where more than one
word in ten is another: a mended comma is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from difflib import SequenceMatcher
from typing import Any

from lms.content.documents import Activity, Commitment, CourseDocument, Prose, Unit
from lms.content.kinds import Question
from lms.content.texts import plain

#: The share of words that two texts must have in common to count as the same.
SAME = 0.9


@dataclass(frozen=True)
class UnitChange:
    """What has become of a unit: how many questions and sections came, went, or were rewritten."""

    unit: str
    questions_added: int = 0
    questions_removed: int = 0
    questions_changed: int = 0
    sections_added: int = 0
    sections_removed: int = 0
    sections_changed: int = 0

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self) if one.name != "unit")


@dataclass(frozen=True)
class Changes:
    """What has become of a course: ids of units that came, units that changed, ids of units that went."""

    added: tuple[str, ...] = ()
    changed: tuple[UnitChange, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def is_same(before: str, after: str) -> bool:
    """Whether two plain texts say nearly the same, word by word."""
    if before == after:
        return True
    old, new = before.split(), after.split()
    return SequenceMatcher(None, old, new, autojunk=False).ratio() >= SAME


def unit_change(then: CourseDocument, now: CourseDocument, id: str) -> UnitChange:
    """What has become of a unit that both versions have, in the language the course is written in: translations follow it.

    What moved to another unit (`moved`) has neither come nor gone; there it is compared with what it was.
    """
    before, after = then.unit(id), now.unit(id)
    assert before is not None
    assert after is not None
    old, new = _originals(before, now.source), _originals(after, now.source)
    if all(old[key] == new[key] for key in old.keys() & new.keys()) and old.keys() == new.keys():
        return UnitChange(id)
    left = {name for unit, _key, one in now.each_activity() if unit.id != id for name in one.moved}
    came = {name for variants in after.activities.values() for one in variants.values() for name in one.moved}
    others = [_originals(unit, now.source) for unit in then.units if unit.id != id]

    def tally(parts: Callable[[Mapping[str, Activity]], dict[str, Any]], same: Any) -> tuple[int, int, int]:
        had, has = parts(old), parts(new)
        stay = {name: one for name, one in had.items() if name in has or name not in left}
        brought = {name: one for other in others for name, one in parts(other).items() if name in came & has.keys()}
        return _tally({**brought, **stay}, has, same)

    return UnitChange(id, *tally(_questions, _is_same_question), *tally(_sections, is_same))


def changes(
    before: CourseDocument, now: CourseDocument, finished: Mapping[str, CourseDocument], listed: tuple[str, ...]
) -> Changes:
    """What has become of a course since version `before`: units added and removed since then, and what changed in each
    unit since the version in which it was finished (`finished`: unit -> that version). Of the units of `now`, those
    `listed` are told.
    """
    had, has = [unit.id for unit in before.units], [unit.id for unit in now.units]
    found = []
    for unit in now.units:
        then = finished.get(unit.id)
        if unit.id in listed and then is not None and then.unit(unit.id) is not None:
            found.append(unit_change(then, now, unit.id))
    return Changes(
        tuple(one for one in has if one not in had and one in listed and one not in finished),
        tuple(one for one in found if one),
        tuple(one for one in had if one not in has),
    )


def _originals(unit: Unit, source: str) -> dict[str, Activity]:
    return {key: variants.get(source) or next(iter(variants.values())) for key, variants in unit.activities.items()}


def _questions(texts: Mapping[str, Activity]) -> dict[str, Question]:
    return {one.id: one for text in texts.values() for one in text.questions}


def _sections(texts: Mapping[str, Activity]) -> dict[str, str]:
    """The sections of a unit under a name of their own, in plain words."""
    found = {}
    for key, text in texts.items():
        for number, block in enumerate(text.blocks):
            if isinstance(block, Prose):
                found[f"{key}#{block.anchor or number}"] = plain(block.html)
            elif isinstance(block, Commitment):
                # Known by its id alone, as a question is: it may move.
                found[block.id] = plain(block.html)
        for scene in text.scenes:
            moves = " ".join(f"{move.text} {move.feedback}" for move in scene.moves)
            found[f"{key}#{scene.id}"] = plain(f"{scene.title} {scene.html} {moves}")
    return found


def _tally(before: Mapping[str, Any], after: Mapping[str, Any], same: Any) -> tuple[int, int, int]:
    """How many came, went, and are no longer the same."""
    both = before.keys() & after.keys()
    return (
        len(after.keys() - before.keys()),
        len(before.keys() - after.keys()),
        sum(not same(before[name], after[name]) for name in both),
    )


def _is_same_question(before: Question, after: Question) -> bool:
    if before == after:
        return True
    old, new = asdict(before), asdict(after)
    return _bones(old) == _bones(new) and is_same(_words(old), _words(new))


def _bones(value: Any) -> Any:
    """A question without its words: how many choices, which are right, how they are marked."""
    if isinstance(value, dict):
        return {name: _bones(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_bones(one) for one in value]
    return "" if isinstance(value, str) else value


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_words(one) for one in value.values())
    if isinstance(value, (list, tuple)):
        return " ".join(_words(one) for one in value)
    return plain(value) if isinstance(value, str) else ""
