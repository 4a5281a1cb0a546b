"""Reads for trainers: how each course stands in its folder and on the shelf."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lms.catalogue.queries import Published, courses, history, published_among
from lms.content.checking import Report, check
from lms.content.sources import course_id_of, is_course

#: In characters, as the dialect says of ids.
ID_LONGEST = 64


@dataclass(frozen=True)
class Standing:
    """A course as its authors see it. `published` is None while nothing of it is served."""

    course_id: str
    owner: str
    state: str
    published: Published | None


def standings() -> list[Standing]:
    """Every course by id, with the version that is served. Two queries."""
    known = courses()
    served = published_among([one.course_id for one in known])
    return [Standing(one.course_id, one.owner, one.state, served.get(one.course_id)) for one in known]


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


def findings_of(folder: Path, lang: str) -> Report:
    """What the check says of a course's folder, in the reader's language."""
    return check(folder, lang)


def findings_by_course(root: Path, lang: str) -> dict[str, tuple[int, int]]:
    """Course id -> (errors, warnings) the check finds in its folder now; courses without any are left out."""
    try:
        found = check(root, lang).findings
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
