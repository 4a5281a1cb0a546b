"""Rules of the shelf: what of a course is offered. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from lms.content.documents import Activity, CourseDocument, Unit


def offered(document: CourseDocument) -> CourseDocument:
    """The part of a course that people may take: without the files that are held back or in a language the course does
    not publish, and, where nothing is left of them, without units.

    A file says so in its header (`status: draft`); one without a status has the course's.
    """
    units = []
    for unit in document.units:
        kept = {
            key: open_
            for key, variants in unit.activities.items()
            if (open_ := _open_ones(variants, document.languages))
        }
        if kept:
            units.append(Unit(unit.id, kept, unit.shared))
    return replace(document, units=tuple(units))


def _open_ones(variants: dict[str, Activity], languages: tuple[str, ...]) -> dict[str, Activity]:
    return {lang: one for lang, one in variants.items() if lang in languages and one.status in (None, "published")}


@dataclass(frozen=True)
class Differences:
    """What a new version changes for learners."""

    #: Units it has and the former had not, and units it has no more.
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    #: Questions (`unit/q-...`) it has and the former had not, and those that are gone; one that moved is neither.
    asked: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    #: (language, number of sections that are older than their source) for each translation that has some.
    stale: tuple[tuple[str, int], ...] = ()


def differences(before: CourseDocument, after: CourseDocument) -> Differences:
    """What `after` changes for the learners of `before`."""
    old, new = [unit.id for unit in before.units], [unit.id for unit in after.units]
    stale = Counter[str]()
    moved = set[str]()
    for _unit, _key, activity in after.each_activity():
        stale[activity.lang] += activity.stale_sections
        moved.update(activity.moved)
    fresh = after.question_ids() - before.question_ids()
    return Differences(
        added=tuple(unit for unit in new if unit not in old),
        removed=tuple(unit for unit in old if unit not in new),
        asked=tuple(sorted(one for one in fresh if one.partition("/")[2] not in moved)),
        gone=tuple(sorted(after.gone_since(before))),
        stale=tuple((lang, count) for lang, count in sorted(stale.items()) if count),
    )
