"""What changes the shelf: publishing what stands in the folder of courses, weighing offers, pinning them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from lms.catalogue import rules
from lms.catalogue.events import ShelfChanged
from lms.catalogue.models import AnnouncedCourse, Course, CourseVersion, Offer, StoredFile
from lms.catalogue.queries import CourseState, announced, announcements, courses, version
from lms.catalogue.search import rules as search_rules
from lms.catalogue.search import service as search
from lms.catalogue.search.rules import Entry
from lms.content.checking import gone_ids
from lms.content.documents import FORMAT, CourseDocument, outline, to_json
from lms.content.findings import Finding, fault, finding
from lms.content.headers import read_yaml
from lms.content.loading import CourseFaulty, course_digest, course_files, load_whole
from lms.content.rendering import VERSION
from lms.content.sources import course_id_of, is_course
from lms.content.vocabulary import FILE_NAME, Competencies, VocabularyFaulty
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert, writing
from lms.foundation.errors import NotFound
from lms.jobs import outbox

#: What `sync` may do with a course.
OUTCOMES = ("published", "unchanged", "invalid", "unreadable", "waiting", "announced", "studio", "archived", "kept")
_PEOPLE = "_people.yml"


@dataclass(frozen=True)
class Learners:
    """Whom a new version concerns: how many take the course, and how many of them it would un-finish."""

    taking: int = 0
    losing: int = 0


@dataclass(frozen=True)
class Synced:
    """What became of one course.

    published: a new version is served. unchanged: the same as before. invalid: it has errors, `findings` (paths relative to
    its folder), or ids are gone and nobody said that they are meant to be (E104); the last good version stays. unreadable:
    a file could not be opened; same. waiting: its status is not `published`. announced: it is, and no step is: in
    preparation. studio: the site's editor owns it. archived: its folder is gone, and it is offered no more. kept: it is not
    in the folder, and offered all the same.
    """

    course_id: str
    outcome: str
    #: The number of the version that is served now, None where none is.
    number: int | None = None
    findings: tuple[Finding, ...] = ()
    #: For a version that follows another: what it changes, and for how many.
    changes: rules.Differences | None = None
    learners: Learners = Learners()


@dataclass(frozen=True)
class SyncReport:
    """What `sync` did, course by course, by id."""

    courses: tuple[Synced, ...]

    @property
    def is_clean(self) -> bool:
        """Whether no course was held back by a fault."""
        return all(one.outcome not in ("invalid", "unreadable") for one in self.courses)

    def ended(self, outcome: str) -> list[Synced]:
        """The courses that ended that way."""
        return [one for one in self.courses if one.outcome == outcome]


def sync(folder: Path | str, *, archive: bool = True, accept_gone: Container[str] | None = ()) -> SyncReport:
    """Serve what stands in the folder of courses. Call it outside `writing()`. With `archive` the folder is the whole
    shelf, and courses that are not in it are offered no more; without, they stay. `accept_gone`: the ids
    (`course/unit/q-...`) that are meant to be gone, None for all; a course that lacks another of its last version is held back.

    Each course is read, checked and rendered outside any transaction; a changed one then becomes a new version in a
    transaction of its own: either the whole version is live or nothing changed. A second run reads digests only. Raises
    `OSError` where the folder itself cannot be opened.
    """
    folder = Path(folder)
    known = {state.course_id: state for state in courses()}
    sources = {row.id: row.source_digest for row in db.session.execute(sa.select(Course.id, Course.source_digest))}
    db.session.rollback()
    lists = _Lists.of(folder)
    found = []
    folders = [
        child for child in sorted(folder.iterdir()) if not child.name.startswith(("_", ".")) and is_course(child)
    ]
    here: dict[str, list[Path]] = {}
    for one in folders:
        try:
            course_id = course_id_of(one)
        except OSError:
            course_id = one.name
        here.setdefault(course_id, []).append(one)
    for course_id, claiming in here.items():
        if len(claiming) == 1:
            found.append(
                _sync_one(claiming[0], course_id, known.get(course_id), sources.get(course_id), lists, accept_gone)
            )
        for one in claiming if len(claiming) > 1 else ():
            # Which of them is meant, nobody here can tell: what is served stays as it is.
            other = next(each for each in claiming if each is not one)
            twice = finding("course.yml", fault("E012", 1, id=course_id, other=other.name))
            found.append(Synced(one.name, "invalid", None, (twice,)))
    for course_id, state in sorted(known.items()):
        if course_id not in here and state.owner == "folder" and state.state != "archived":
            if not archive:
                served = version(state.version_id)
                found.append(Synced(course_id, "kept", served.number if served else None))
                continue
            with writing():
                _archive(course_id)
            found.append(Synced(course_id, "archived"))
        elif state.owner == "studio" and state.state == "published" and lists.competencies:
            _name_anew(course_id, state.version_id, lists)
    for document in announcements() if archive else ():
        if document.id not in here:
            _announce(document.id, None)
    return SyncReport(tuple(sorted(found, key=lambda one: one.course_id)))


def serve_one(folder: Path, *, people: Path) -> Synced:
    """Serve a course that stands in no folder of courses: `sync` leaves it as it is from then on. `people` is the folder
    whose lists name its authors and what it trains. Call it outside `writing()`. Twice is once.
    """
    course_id = course_id_of(folder)
    found = _sync_one(folder, course_id, None, None, _Lists.of(people))
    if found.number is not None:
        with writing():
            db.session.execute(sa.update(Course).where(Course.id == course_id).values(owner="studio"))
    return found


def order_shelf(weights: Mapping[str, tuple[float, dict[str, Any] | None]]) -> None:
    """Give every offer its weight and reason; those not named get 0 and none. Pins stay. Inside `writing()`."""
    for course_id in db.session.scalars(sa.select(Offer.course_id)).all():
        weight, reason = weights.get(course_id, (0.0, None))
        db.session.execute(
            sa.update(Offer).where(Offer.course_id == course_id).values(weight=weight, reason=reason, updated_at=now())
        )


def pin(course_id: str, place: int | None, by: str) -> None:
    """Hold a course at a place of the shelf (1 is first), or, with None, let its weight decide again. Inside
    `writing()`.

    Raises `NotFound` for a course that is not on the shelf.
    """
    changed = db.session.execute(
        sa.update(Offer)
        .where(Offer.course_id == course_id)
        .values(pin=place, pinned_by=by if place is not None else None, updated_at=now())
    )
    if getattr(changed, "rowcount", 0) != 1:
        raise NotFound()


def hold_announced(course_id: str) -> bool:
    """Whether a course is in preparation; if so, it opens after the caller's transaction alone. Inside `writing()`."""
    found = sa.select(AnnouncedCourse.course_id).where(AnnouncedCourse.course_id == course_id)
    return db.session.scalar(found.with_for_update(read=True)) is not None


def _sync_one(
    folder: Path,
    course_id: str,
    known: CourseState | None,
    source: str | None,
    lists: _Lists,
    accept_gone: Container[str] | None = (),
) -> Synced:
    """Bring one course up to date."""
    served = version(known.version_id) if known else None
    number = served.number if served and known and known.state == "published" else None
    if known is not None and known.owner == "studio":
        return Synced(course_id, "studio", number)
    try:
        digest = f"{VERSION}.{FORMAT}.{search_rules.VERSION}.{lists.digest}.{course_digest(folder)}"
        digest = hashlib.sha256(digest.encode()).hexdigest()
        if known is not None and known.state == "published" and digest == source:
            return Synced(course_id, "unchanged", number)
        whole, files = load_whole(folder)
        texts = course_files(folder)
    except CourseFaulty as error:
        return Synced(course_id, "invalid", number, error.findings)
    except OSError:
        return Synced(course_id, "unreadable", number)
    if whole.digest != course_digest(folder):
        return Synced(course_id, "unreadable", number)  # somebody is writing there: the next run reads it whole
    document = rules.offered(whole)
    if document.status != "published" or not document.units:
        if known is not None and known.state == "published":
            with writing():
                _archive(course_id)
        ahead = document if document.status == "published" else None
        _announce(course_id, ahead)
        return Synced(course_id, "announced" if ahead else "waiting")
    authors = [lists.authors.get(author, author) for author in document.authors]
    before = served.document if served else None
    entries = search_rules.entries_of(document, lists.competencies)
    if before is not None and served is not None and _same(before, document) and list(served.authors) == authors:
        shape = to_json(outline(document))
        with writing():
            db.session.execute(
                sa.update(Course).where(Course.id == course_id).values(state="published", source_digest=digest)
            )
            # A version from before outlines gets its own; what it says stays what it was.
            db.session.execute(
                sa.update(CourseVersion)
                .where(CourseVersion.id == served.version_id, CourseVersion.outline.is_(None))
                .values(outline=shape)
            )
            search.put_in(course_id, entries)
            _unannounce(course_id)
            if known is not None and known.state != "published":
                outbox.tell(ShelfChanged(new_id(), course_id))
        return Synced(course_id, "unchanged", served.number)
    gone = whole.gone_since(before) if before is not None else frozenset()
    meant = accept_gone is None or all(f"{course_id}/{one}" in accept_gone for one in gone)
    if before is not None and not meant:
        return Synced(course_id, "invalid", number, gone_ids(before, gone))
    fresh = _fresh(document, digest, authors, files, texts, entries)
    taking, finished = _learners(course_id)
    with writing():
        made = _publish(fresh)
    if before is None:
        return Synced(course_id, "published", made)
    learners = Learners(taking, max(0, finished - _learners(course_id)[1]))
    return Synced(course_id, "published", made, (), rules.differences(before, document), learners)


def _name_anew(course_id: str, version_id: str, lists: _Lists) -> None:
    """Have a course of the studio found by the names that its competencies have now."""
    served = version(version_id)
    entries = search_rules.entries_of(served.document, lists.competencies) if served else []
    as_it_is = search.holds(course_id, entries)
    db.session.rollback()
    if not as_it_is:
        with writing():
            search.put_in(course_id, entries)


def _learners(course_id: str) -> tuple[int, int]:
    """How many take a course and how many of them finished it, as a room above knows."""
    asked: tuple[int, int] = current_app.extensions["questions"]["catalogue.learners_of"](course_id)
    db.session.rollback()
    return asked


def _announce(course_id: str, document: CourseDocument | None) -> None:
    """Have a course stand as in preparation, or (None) no more. Opens a transaction only where that changes something."""
    ahead = to_json(outline(replace(document, units=(), digest=""))) if document is not None else None
    there = announced(course_id)
    db.session.rollback()
    if ahead == (to_json(there) if there is not None else None):
        return
    with writing():
        if ahead is None:
            _unannounce(course_id)
        else:
            upsert(
                AnnouncedCourse, [{"course_id": course_id, "document": ahead}], key=["course_id"], update=["document"]
            )


def _unannounce(course_id: str) -> None:
    db.session.execute(sa.delete(AnnouncedCourse).where(AnnouncedCourse.course_id == course_id))


def _archive(course_id: str) -> None:
    """Offer a course no more; people who began it keep it."""
    db.session.execute(sa.update(Course).where(Course.id == course_id).values(state="archived"))
    search.take_out(course_id)
    outbox.tell(ShelfChanged(new_id(), course_id))


def _same(before: CourseDocument, after: CourseDocument) -> bool:
    """Whether two documents say the same; their digests of files may differ (a note to oneself in README.md)."""
    return replace(before, digest="") == replace(after, digest="")


@dataclass(frozen=True)
class _Lists:
    """What stands beside the courses: author id -> name, and the names of competencies. Empty where it cannot be read."""

    authors: Mapping[str, str]
    competencies: search_rules.Names
    #: Of the names of competencies: where one is reworded, what courses are found by is made anew.
    digest: str

    @classmethod
    def of(cls, folder: Path) -> _Lists:
        try:
            names = {one.id: one.names for one in Competencies.from_file(folder / FILE_NAME).items}
        except (OSError, VocabularyFaulty):
            names = {}
        told = json.dumps(names, sort_keys=True)
        return cls(_author_names(folder), names, hashlib.sha256(told.encode()).hexdigest())


@dataclass(frozen=True)
class _Fresh:
    """A version that can be written as it stands: all that takes time is done."""

    course_id: str
    #: Of the files it was made from, and of the document.
    source: str
    digest: str
    data: dict[str, Any]
    outline: dict[str, Any]
    authors: list[str]
    #: path -> name of the file's content; name -> content, of these and of what pages show.
    sources: dict[str, str]
    kept: dict[str, bytes]
    entries: list[Entry]


def _fresh(
    document: CourseDocument,
    source: str,
    authors: list[str],
    files: Mapping[str, bytes],
    texts: Mapping[str, bytes],
    entries: list[Entry],
) -> _Fresh:
    """Prepare a version outside the transaction: nobody waits for its digests. Contents that are kept already are left out."""
    data = to_json(document)
    sources = {path: hashlib.sha256(content).hexdigest() for path, content in texts.items()}
    kept = {**files, **{sources[path]: content for path, content in texts.items()}}
    there = set(db.session.scalars(sa.select(StoredFile.sha256).where(StoredFile.sha256.in_(kept))))
    db.session.rollback()
    return _Fresh(
        course_id=document.id,
        source=source,
        digest=hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest(),
        data=data,
        outline=to_json(outline(document)),
        authors=authors,
        sources=sources,
        # They are never taken away again, so what is there stays there.
        kept={name: content for name, content in kept.items() if name not in there},
        entries=entries,
    )


def _publish(fresh: _Fresh) -> int:
    """Write a new version and serve it. Gives its number; somebody else's, if they published the same files meanwhile."""
    course_id, moment, version_id = fresh.course_id, now(), new_id()
    there = db.session.execute(
        sa.select(Course.source_digest, CourseVersion.number)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(Course.id == course_id, Course.state == "published")
        .with_for_update(of=Course)
    ).one_or_none()
    if there is not None and there.source_digest == fresh.source:
        return int(there.number)
    upsert(
        Course,
        [
            {
                "id": course_id,
                "owner": "folder",
                "state": "published",
                "current_version_id": version_id,
                "source_digest": fresh.source,
            }
        ],
        key=["id"],
        update=["state", "current_version_id", "source_digest"],
    )
    if fresh.kept:
        upsert(StoredFile, [{"sha256": name, "data": data} for name, data in fresh.kept.items()], key=["sha256"])
    last = (
        db.session.scalar(sa.select(sa.func.max(CourseVersion.number)).where(CourseVersion.course_id == course_id)) or 0
    )
    db.session.add(
        CourseVersion(
            id=version_id,
            course_id=course_id,
            number=last + 1,
            published_at=moment,
            document=fresh.data,
            outline=fresh.outline,
            authors=fresh.authors,
            sources=fresh.sources,
            digest=fresh.digest,
        )
    )
    offer = {
        "course_id": course_id,
        "weight": 0.0,
        "reason": None,
        "pin": None,
        "pinned_by": None,
        "updated_at": moment,
    }
    upsert(Offer, [offer], key=["course_id"])
    db.session.flush()
    search.put_in(course_id, fresh.entries)
    _unannounce(course_id)
    outbox.tell(ShelfChanged(version_id, course_id))
    return last + 1


def _author_names(folder: Path) -> dict[str, str]:
    """Author id -> name, from `_people.yml` beside the courses; empty where it cannot be read."""
    try:
        values, _lines, _faults = read_yaml((folder / _PEOPLE).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}
    return {
        author: str(facts["name"])
        for author, facts in (values or {}).items()
        if isinstance(facts, dict) and facts.get("name")
    }


def export(course_id: str, target: Path, number: int | None = None) -> list[str]:
    """Write the files a version was made from (the served one, or `number`) into the empty or new folder `target`.

    Gives their paths. Raises `NotFound` for a course or version there is not, `FileExistsError` for a folder with something
    in it, `OSError` where it cannot be written. The folder, checked and published elsewhere, gives the same course.
    """
    statement = sa.select(CourseVersion.sources).where(CourseVersion.course_id == course_id)
    if number is None:
        statement = statement.join(Course, Course.current_version_id == CourseVersion.id)
    else:
        statement = statement.where(CourseVersion.number == number)
    sources = db.session.scalar(statement)
    if sources is None:
        raise NotFound()
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise FileExistsError(f"{target} is not empty")
    contents = dict(
        db.session.execute(
            sa.select(StoredFile.sha256, StoredFile.data).where(StoredFile.sha256.in_(set(sources.values())))
        ).all()
    )
    for path, name in sorted(sources.items()):
        # A shared unit lies beside the course, as it did where it came from.
        place = target.parent / path if path.startswith("_") else target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(contents[name])
    return sorted(sources)
