"""Reads about versions: what became of a course since somebody finished it, and since when a source is newer than its
translation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from lms.catalogue.queries import Published, history, versions
from lms.content.documents import Activity, CourseDocument
from lms.learning.versions import rules

#: Nobody looks further back than this many versions.
BACK_MOST = 20


def changed_at(served: Published, unit: str, text: Activity) -> datetime | None:
    """When the source of a translation that is behind was last changed: the moment of the version that brought it. None
    for a text that is up to date, and where it was behind from the first version on.

    Looked up once in a process for each version.
    """
    if not text.stale_sections:
        return None
    return served.once(lambda: _changed_at(served, unit, text.key), "changed_at", unit, text.key)


def _changed_at(served: Published, unit: str, activity: str) -> datetime | None:
    source = served.document.source

    def digest(one: Published) -> str | None:
        found = one.document.unit(unit)
        original = found.activity(activity, source) if found else None
        return original.source_hash if original else None

    last = served
    for version_id, number, _moment in history(served.course_id):
        if number >= served.number:
            continue
        if served.number - number > BACK_MOST:
            return None
        before = versions([version_id])[version_id]
        if digest(before) != digest(served):
            return last.published_at if digest(before) is not None else None
        last = before
    return None


def changes_for(
    served: Published,
    done_at: Mapping[str, datetime],
    done_in: Mapping[str, str],
    finished_at: datetime | None,
    listed: tuple[str, ...],
) -> tuple[rules.Changes, CourseDocument]:
    """What became of a course since somebody finished it or, if they have not, since they last finished a unit of it, and
    the version of that moment, for the titles of what is gone. `done_at`, `done_in`: unit -> moment and version. One
    query at most.
    """
    if not done_in or set(done_in.values()) == {served.version_id}:
        return rules.Changes(), served.document
    kept = versions(set(done_in.values()))
    until = [unit for unit in done_in if finished_at is None or done_at[unit] <= finished_at] or list(done_in)
    last = max(until, key=lambda unit: (kept[done_in[unit]].number, done_at[unit]))
    before = kept[done_in[last]].document
    finished = {unit: kept[version_id].document for unit, version_id in done_in.items()}
    return rules.changes(before, served.document, finished, listed), before
