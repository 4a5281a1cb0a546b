"""Rules of the shelf: what of a course is offered. Pure."""

from __future__ import annotations

from dataclasses import replace

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


def differences(
    before: CourseDocument, after: CourseDocument
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What a new version changes for learners: units added, units removed, questions (`unit/q-...`) that are gone."""
    old, new = [unit.id for unit in before.units], [unit.id for unit in after.units]
    return (
        tuple(unit for unit in new if unit not in old),
        tuple(unit for unit in old if unit not in new),
        tuple(sorted(after.gone_since(before))),
    )
