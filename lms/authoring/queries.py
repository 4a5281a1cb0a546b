"""Reads for trainers: how each course stands in its folder and on the shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lms.catalogue.queries import Published, announcements, courses, history, version, versions
from lms.content.checking import Report, check
from lms.content.documents import CourseDocument
from lms.content.sources import course_id_of, is_course

#: In characters, as the dialect says of ids.
ID_LONGEST = 64


@dataclass(frozen=True)
class Standing:
    """A course as its authors see it. `published` is None while nothing of it is served; `ahead` is its header while it is in
    preparation; `last` is its last version, also where that is not served any more.
    """

    course_id: str
    owner: str
    published: Published | None
    ahead: CourseDocument | None = None
    last: Published | None = None


def standings() -> list[Standing]:
    """Every course by id, with the version that is served. Three queries."""
    known = {one.course_id: one for one in courses()}
    ahead = {one.id: one for one in announcements()}
    last = versions([one.version_id for one in known.values()])
    found = []
    for course_id in sorted({*known, *ahead}):
        state = known.get(course_id)
        newest = last.get(state.version_id) if state else None
        found.append(
            Standing(
                course_id,
                state.owner if state else "folder",
                newest if state and state.state == "published" else None,
                ahead.get(course_id),
                newest,
            )
        )
    return found


def offered() -> set[str]:
    """Ids of the courses that are offered now. One query."""
    return {one.course_id for one in courses() if one.state == "published"}


def folder_of(root: Path, course_id: str) -> Path | None:
    """The folder of a course below `root`, None where there is none. Never a path outside `root`."""
    if not course_id or course_id.startswith(("_", ".")) or "/" in course_id or "\\" in course_id:
        return None
    if len(course_id) > ID_LONGEST:  # a file system answers a name that is too long with an error, not with "no"
        return None
    folder = root / course_id
    if not folder.exists() and root.is_dir():  # a course keeps its id when its folder gets another name
        named = (one for one in sorted(root.iterdir()) if is_course(one) and course_id_of(one) == course_id)
        folder = next(named, folder)
    return folder if folder.is_dir() and folder.resolve().parent == root.resolve() else None


def last_of(course_id: str) -> Published | None:
    """The last version of a course, also of one that is not served any more; None where there never was one."""
    found = history(course_id)
    return version(found[0][0]) if found else None


def findings_of(folder: Path, lang: str, last: Published | None) -> Report:
    """What the check says of a course's folder, in the reader's language; also which ids of its last version are gone."""
    return check(folder, lang, {last.course_id: last.document} if last else None)


def gone_in(report: Report, course_id: str) -> list[str]:
    """The ids (`course/unit/q-...`) that hold the course back because they are gone, if nothing else does."""
    errors = [one for one in report.findings if one.severity == "error"]
    if any(one.code != "E104" for one in errors):
        return []
    return ["{}/{unit}/{id}".format(course_id, **dict(one.fields)) for one in errors]


def silent_in(document: CourseDocument) -> list[tuple[str, str]]:
    """(file, id) of each question of a course, in the language it is written in, that answers without a word: it has neither
    an explanation nor a feedback, nor a model answer.
    """
    found = []
    for unit, key, activity in document.each_activity():
        for question in activity.questions if activity.lang == document.source else ():
            said = [question.explanation, question.model_answer, getattr(question, "other", "")]
            said += [one.feedback for name in ("choices", "expected") for one in getattr(question, name, ())]
            if not any(said):
                found.append((f"{unit.shared or f'units/{unit.id}'}/{key}.{activity.lang}.md", question.id))
    return found


def findings_by_course(root: Path, lang: str, rows: Sequence[Standing]) -> dict[str, tuple[int, int]]:
    """Course id -> (errors, warnings) the check finds in its folder now; courses without any are left out."""
    last = {row.course_id: row.last.document for row in rows if row.last is not None}
    try:
        found = check(root, lang, last).findings
    except OSError:
        return {}
    tally: dict[str, tuple[int, int]] = {}
    for one in found:
        course_id = one.path.split("/")[0]
        errors, warnings = tally.get(course_id, (0, 0))
        wrong = one.severity == "error"
        tally[course_id] = (errors + wrong, warnings + (not wrong))
    return tally


def versions_of(course_id: str) -> list[tuple[str, int, datetime]]:
    """(version id, number, published at) of a course, newest first."""
    return history(course_id)
