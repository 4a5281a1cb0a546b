"""Rules of moving: where a question or a plan stands now that was answered or made elsewhere, and which units courses
share. Pure.
"""

from __future__ import annotations

from lms.content.documents import Activity, Commitment, CourseDocument, Unit

Stand = tuple[str, str]
"""Unit and activity."""


def stands_now(document: CourseDocument, unit: str, activity: str, question: str) -> Stand | None:
    """Where a question stands in the version that is served, once answered in `activity` of `unit`; None where it is gone.
    The same of a plan, which is made in a unit, whatever file of it (`activity` empty).

    Within its unit a question is known by its id, whatever file holds it. In another unit it is the same one only where
    that says so: ids are unique in a unit alone.
    """
    own = document.unit(unit)
    if own is not None:
        there = own.activities.get(activity)
        if there and (_holds(there, question) or any(one.scenes for one in there.values())):
            return unit, activity
        found = _within(own, question)
        if found:
            return unit, found
    for other in document.units:
        for key, variants in other.activities.items():
            if any(question in one.moved for one in variants.values()):
                found = key if _holds(variants, question) else _within(other, question)
                if found:
                    return other.id, found
    return None


def stood_then(document: CourseDocument, unit: str, activity: str, question: str) -> Stand:
    """Where a question that stands in `activity` of `unit` now stood in a former version."""
    found = stands_now(document, unit, activity, question)
    if found:
        return found
    holding = [(one.id, key) for one in document.units if (key := _within(one, question))]
    # Of several units with that id, nothing tells which one it came from.
    return holding[0] if len(holding) == 1 else (unit, activity)


def arrived(one: Activity) -> tuple[str, ...]:
    """The questions of an activity that came from another unit."""
    here = {question.id for question in one.questions}
    return tuple(id for id in one.moved if id in here)


def shared_units(document: CourseDocument) -> dict[str, str]:
    """The units that a course takes by reference: id -> where they lie."""
    return {unit.id: unit.shared for unit in document.units if unit.shared}


def _within(unit: Unit, question: str) -> str | None:
    return next((key for key, variants in unit.activities.items() if _holds(variants, question)), None)


def _holds(variants: dict[str, Activity], id: str) -> bool:
    return any(
        one.question(id) is not None or any(isinstance(block, Commitment) and block.id == id for block in one.blocks)
        for one in variants.values()
    )
