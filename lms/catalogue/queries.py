"""Reads about the shelf. A version never changes, so its document is read and built once per process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from lms.catalogue.models import AnnouncedCourse, Course, CourseVersion, Offer, StoredFile
from lms.content.documents import CourseDocument, from_json
from lms.foundation.db import db, read
from lms.foundation.i18n import LANGUAGES

Made = TypeVar("Made")
#: How many versions a process keeps at hand. A version of a large course takes about half a megabyte.
KEPT = 128
#: How many small things that follow from a version a process keeps at hand (`followed`), for all versions and languages.
FOLLOWED = 8_000
#: Signs of a SHA-256 by which a page asks for a file: 64 bits tell the files of a course apart.
DIGEST = 16


@dataclass(frozen=True)
class Published:
    """A version of a course as it is served."""

    course_id: str
    version_id: str
    number: int
    published_at: datetime
    document: CourseDocument
    #: Names of the people who wrote it.
    authors: tuple[str, ...] = ()
    _made: dict[tuple[str, ...], Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, make: Callable[[], Made], *key: str) -> Made:
        """What `make` gives, made once in this process for `key`: for what follows from this version and a language
        alone, never from a person. Forgotten together with the version.
        """
        if key not in self._made:
            self._made[key] = make()
        found: Made = self._made[key]
        return found


@dataclass(frozen=True)
class Shelved:
    """A published course with its place on the shelf: `reason` is data (see `Offer`), `pin` a place or None."""

    published: Published
    weight: float
    reason: dict[str, Any] | None
    pin: int | None


class Placed(NamedTuple):
    """A published course with its place on the shelf, without its text: for shelves with more courses than a process keeps."""

    course_id: str
    version_id: str
    weight: float
    reason: dict[str, Any] | None
    pin: int | None


@dataclass(frozen=True)
class CourseState:
    """How a course stands, for the people who write courses."""

    course_id: str
    owner: str
    state: str
    version_id: str


class _Kept:
    """The newest used versions of this process, by id. An id is for ever one document, so nothing goes stale."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.lock = Lock()
        self._by_id: OrderedDict[str, Published] = OrderedDict()

    def get(self, version_id: str) -> Published | None:
        with self.lock:
            found = self._by_id.get(version_id)
            if found is not None:
                self._by_id.move_to_end(version_id)
            return found

    def keep(self, published: Published) -> None:
        with self.lock:
            self._by_id[published.version_id] = published
            self._by_id.move_to_end(published.version_id)
            while len(self._by_id) > self._most:
                self._by_id.popitem(last=False)


_kept = _Kept(KEPT)
_followed: OrderedDict[tuple[str, ...], Any] = OrderedDict()


def versions(version_ids: Collection[str]) -> dict[str, Published]:
    """These versions by id, those that exist. One query at most, none when the process has them all."""
    found = {version_id: kept for version_id in set(version_ids) if (kept := _kept.get(version_id)) is not None}
    missing = set(version_ids) - found.keys()
    for one in _made_of(CourseVersion.document, missing) if missing else ():
        found[one.version_id] = one
        _kept.keep(one)
    return found


def _made_of(column: Any, version_ids: Collection[str]) -> Iterator[Published]:
    """These versions, made of what this column holds of them; not those of which it holds nothing. One query."""
    shown = (CourseVersion.course_id, CourseVersion.id, CourseVersion.number, CourseVersion.published_at)
    asked = sa.select(*shown, column, CourseVersion.authors).where(CourseVersion.id.in_(version_ids))
    for course_id, version_id, number, published_at, text, authors in db.session.execute(asked):
        if text is not None:
            yield Published(course_id, version_id, number, published_at, from_json(text), tuple(authors))


def version(version_id: str) -> Published | None:
    """This version, also of a course that is no longer offered. None if there is no such version."""
    return versions([version_id]).get(version_id)


_CURRENT = sa.select(Course.current_version_id).where(Course.id == sa.bindparam("course"), Course.state == "published")


def published(course_id: str) -> Published | None:
    """The served version of a course, None if there is none or it is archived."""
    current = read(_CURRENT, course=course_id).scalar()
    return version(current) if current else None


def published_among(course_ids: Collection[str]) -> dict[str, Published]:
    """Course id -> served version, of those of these courses that are offered."""
    if not course_ids:
        return {}
    rows = db.session.execute(
        sa.select(Course.id, Course.current_version_id).where(Course.id.in_(course_ids), Course.state == "published")
    )
    current = {course_id: version_id for course_id, version_id in rows}
    found = versions(current.values())
    return {course_id: found[version_id] for course_id, version_id in current.items()}


_SHELF = (
    sa.select(Course.id, Course.current_version_id, Offer.weight, Offer.reason, Offer.pin)
    .join(Offer, Offer.course_id == Course.id)
    .where(Course.state == "published")
    .order_by(Offer.pin.is_(None), Offer.pin, Offer.weight.desc(), Course.id)
)


def places() -> list[Placed]:
    """Every published course in the order of the shelf: pins first by their place, then the heaviest, then by id."""
    return [Placed(*row) for row in read(_SHELF)]


def shelf() -> list[Shelved]:
    """As `places`, each with its text: for what looks at all of it. Costs half a second where there are 500 courses."""
    placed = places()
    found = versions([one.version_id for one in placed])
    return [Shelved(found[one.version_id], one.weight, one.reason, one.pin) for one in placed]


def followed(
    version_ids: Sequence[str], make: Callable[[Published], Made], *key: str, by_outline: bool = False
) -> dict[str, Made]:
    """Version id -> what `make` gives for it, made once in this process for `key`: small things that follow from a version
    and a language alone, such as a card. They outlive the version's text, of which only so many are kept.

    `by_outline` where titles, minutes and languages are enough for `make` (see `content.documents.outline`): that is read
    in a twentieth of the time.
    """
    # Asked for once each: between two looks another thread may have let one go.
    at_hand = ((one, _followed.get((*key, one))) for one in version_ids)
    found: dict[str, Made] = {one: made for one, made in at_hand if made is not None}
    missing = [one for one in version_ids if one not in found]
    for start in range(0, len(missing), KEPT // 2):
        part = missing[start : start + KEPT // 2]
        for version_id, published in (_outlines(part) if by_outline else versions(part)).items():
            found[version_id] = _followed[(*key, version_id)] = make(published)
    with _kept.lock:
        while len(_followed) > FOLLOWED:
            _followed.popitem(last=False)
    return found


def titles(version_ids: Sequence[str], lang: str) -> dict[str, str]:
    """Version id -> the title of its course in `lang`. One query at most, none when the process has told them before."""
    return {one: said[lang] for one, said in followed(version_ids, _titles, "titles", by_outline=True).items()}


def _titles(published: Published) -> dict[str, str]:
    return {lang: published.document.title(lang) for lang in LANGUAGES}


def _outlines(version_ids: Sequence[str]) -> dict[str, Published]:
    """These versions by id, without their text where it is not at hand. One query, one more for versions without outline."""
    cold = [one for one in version_ids if _kept.get(one) is None]
    found = {one.version_id: one for one in _made_of(CourseVersion.outline, cold)}
    return found | versions([one for one in version_ids if one not in found])


_ANNOUNCED = sa.select(AnnouncedCourse.document).order_by(AnnouncedCourse.course_id)


def announcements() -> list[CourseDocument]:
    """The courses in preparation by id: what their headers say, without any unit."""
    return [from_json(document) for (document,) in read(_ANNOUNCED)]


def announced_among(course_ids: Collection[str]) -> list[CourseDocument]:
    """Those of these courses that are in preparation, by id."""
    if not course_ids:
        return []
    found = db.session.scalars(_ANNOUNCED.where(AnnouncedCourse.course_id.in_(course_ids)))
    return [from_json(document) for document in found]


def announced(course_id: str) -> CourseDocument | None:
    """A course in preparation; None for any other."""
    return next(iter(announced_among([course_id])), None)


def courses() -> list[CourseState]:
    """Every course there ever was, archived ones too, by id."""
    rows = db.session.execute(
        sa.select(Course.id, Course.owner, Course.state, Course.current_version_id).order_by(Course.id)
    )
    return [CourseState(*row) for row in rows]


def history(course_id: str) -> list[tuple[str, int, datetime]]:
    """(version id, number, published at) of every version of a course, newest first."""
    rows = db.session.execute(
        sa.select(CourseVersion.id, CourseVersion.number, CourseVersion.published_at)
        .where(CourseVersion.course_id == course_id)
        .order_by(CourseVersion.number.desc())
    )
    return [(row.id, row.number, row.published_at) for row in rows]


def file_of(course_id: str, path: str, digest: str = "", *, former: bool = False) -> tuple[bytes, str] | None:
    """(bytes, sha256) of a file of the served version of a course; None where that version names no such file.

    With `digest` (see `digests_of`) it is the file with this content, and with `former` also that of a version before: a
    page that stands on one, such as that of an open attempt, shows what it showed.
    """
    current = db.session.scalar(sa.select(Course.current_version_id).where(Course.id == course_id))
    own = version(current) if current else None
    if own is None:
        return None
    named = _named(own).get(path)
    if digest and (named is None or named[:DIGEST] != digest):
        named = _former(own, path, digest) if former else None
    data = db.session.scalar(sa.select(StoredFile.data).where(StoredFile.sha256 == named)) if named else None
    return (data, named) if data is not None and named is not None else None


def digests_of(published: Published) -> dict[str, str]:
    """Path -> how its digest begins, of the files of a version: with that, a page asks for the very file it was made of."""
    return published.once(lambda: {path: one[:DIGEST] for path, one in _named(published).items()}, "digests")


def _named(published: Published) -> dict[str, str]:
    return {one.path: one.sha256 for one in published.document.files}


def _former(own: Published, path: str, digest: str) -> str | None:
    """The sha256 of a file in a version before, the newest first. Each version is read once in a process."""
    for version_id, _number, _published_at in history(own.course_id):
        named = followed([version_id], _named, "files")[version_id].get(path, "")
        if named[:DIGEST] == digest:
            return named
    return None
