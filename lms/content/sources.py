"""The folder of a course, read once: every file with its header, sections, questions, scenes, links and faults.

Checking and loading both begin here. Names are judged before a path is made of them, and symbolic links are not
followed, so nothing outside the folder of courses is ever opened.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

from lms.content.activities import Part, holds_boxes, list_of, rubric_of
from lms.content.documents import CourseDocument
from lms.content.findings import Fault, fault
from lms.content.headers import FILE_LIMIT, SHAPES, CourseShape, UnitShape, UseShape, read_yaml, validate
from lms.content.language import LANGUAGES
from lms.content.links import SHARED, Link, links_in
from lms.content.questions import Sketch, holds_choices, is_look_alike, sketch
from lms.content.reading import Line, Page, Section, decode, proposed_id, read_page
from lms.content.scenes import SceneSketch, scenes_of
from lms.content.texts import is_slug

TYPES: Final = tuple(SHAPES)
LOCK_NAME: Final = "translations.lock"
_USE = re.compile(rf"{SHARED}/units/([a-z0-9-]{{1,64}})")
_MARKS: Final = {
    **dict.fromkeys(TYPES, ""), "lesson": "qk", "quiz": "q", "reflection": "q", "poll": "q", "checklist": "c", "assignment": "r"
}  # fmt: skip
"""Which marks have a place in which type of file: a question stands where it is asked, a plan where it is made."""
_TELLING: Final = ("assignment", "scenario", "live")
"""Types in which no question has a place."""
_ASKING: Final = {"quiz": "q", "reflection": "q", "poll": "q", "checklist": "c"}
"""Types that are nothing without a section that has this mark."""
_LANG_NAME = re.compile(r"[a-z]{2}")
GLOSSARY = re.compile(r"glossary\.([a-z]{2})\.md")


Read = TypeVar("Read")


@dataclass
class UnitFile:
    """A file of a unit. `place` is its path relative to the folder of courses."""

    place: str
    type: str
    name: str
    lang: str
    page: Page | None = None
    header: UnitShape | None = None
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    sketches: dict[str, Sketch] = field(default_factory=dict)
    scenes: list[SceneSketch] = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def key(self) -> str:
        """`quiz` or `quiz-final`."""
        return f"{self.type}-{self.name}" if self.name else self.type

    @property
    def folder(self) -> str:
        """The folder it lies in."""
        return self.place.rpartition("/")[0]

    @property
    def file_name(self) -> str:
        """Its name without folder."""
        return self.place.rpartition("/")[2]

    @property
    def marked(self) -> list[Section]:
        """The sections that have an id."""
        return [section for section in self.page.sections if section.mark] if self.page else []


@dataclass
class UnitFolder:
    """A unit: its files in the order in which learners meet them."""

    id: str
    place: str
    shared: str = ""
    files: list[UnitFile] = field(default_factory=list)

    def activity_keys(self) -> list[str]:
        """The activities, each once."""
        return list(dict.fromkeys(file.key for file in self.files))

    def file(self, key: str, lang: str) -> UnitFile | None:
        """The file of an activity in a language, or None."""
        return next((file for file in self.files if file.key == key and file.lang == lang), None)


@dataclass
class CourseSource:
    """A course as it lies in its folder. `faults` are (place, fault) of everything but the unit files."""

    root: Path
    place: str
    header: CourseShape | None = None
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    units: list[UnitFolder] = field(default_factory=list)
    glossary: dict[str, Page] = field(default_factory=dict)
    lock: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, Fault]] = field(default_factory=list)

    @property
    def blocked(self) -> bool:
        """Something keeps it from being published (as far as one file shows)."""
        return any(one.blocks for _, one in self.each_fault())

    def gone_since(self, before: CourseDocument) -> frozenset[str]:
        """The ids (`unit/q-...`) of a published version that are here no more, without those that `moved` names."""
        here = {
            f"{unit.id}/{one.mark.id}" for unit in self.units for file in unit.files for one in file.marked if one.mark
        }
        moved = {id for file in self.each_file() if file.header for id in file.header.moved}
        return frozenset(one for one in before.question_ids() - here if one.partition("/")[2] not in moved)

    def each_file(self) -> Iterator[UnitFile]:
        """Every file of every unit."""
        for unit in self.units:
            yield from unit.files

    def each_fault(self) -> Iterator[tuple[str, Fault]]:
        """Every fault with its place."""
        yield from self.faults
        for file in self.each_file():
            for one in file.faults:
                yield file.place, one


def is_course(folder: Path) -> bool:
    """Say whether a folder is a course."""
    return (folder / "course.yml").is_file()


def course_id_of(folder: Path) -> str:
    """Give the id of a course: what its header says, whatever its folder is called; the folder's name where it is silent.

    Raises OSError where the header cannot be opened.
    """
    text, _ = decode((folder / "course.yml").read_bytes())
    values, _, _ = read_yaml(text or "", 1, FILE_LIMIT)
    id = (values or {}).get("id")
    return id if isinstance(id, str) and is_slug(id) else folder.name


def read_course(folder: Path) -> CourseSource:
    """Read the folder of a course. Raises OSError where a file cannot be opened."""
    folder = folder.absolute()
    source = CourseSource(folder.parent, folder.name)
    place = f"{source.place}/course.yml"
    header = folder / "course.yml"
    if header.is_symlink():
        source.faults.append((place, fault("E010/symlink", 1, name="course.yml")))
        return source
    text, faults = decode(header.read_bytes())
    values: dict[str, Any] | None = None
    if text is not None:
        values, source.lines, faults = read_yaml(text, 1, FILE_LIMIT)
    if values is not None:
        source.header, faults = validate(CourseShape, values, source.lines)
    source.faults += [(place, one) for one in faults]
    for name in ("title", "summary"):
        if source.header and values and source.header.source not in (values.get(name) or {source.header.source: 1}):
            line = source.lines.get((name,), 1)
            source.faults.append((place, fault("E006", line, key=f"{name}.{source.header.source}", example="…")))
    if source.header and source.header.source not in source.header.languages:
        line = source.lines.get(("source",), 1)
        source.faults.append((place, fault("E007/source", line, value=source.header.source)))
    _read_units(source, folder, values or {})
    _read_glossary(source, folder)
    _read_lock(source, folder)
    return source


def _read_units(source: CourseSource, folder: Path, values: dict[str, Any]) -> None:
    place = f"{source.place}/course.yml"
    listed: set[str] = set()
    entries = source.header.units if source.header else _likely_units(values)
    for number, entry in enumerate(entries):
        line = source.lines.get(("units", number), source.lines.get(("units",), 1))
        if isinstance(entry, UseShape):
            found = _USE.fullmatch(entry.use)
            if not found or not is_slug(found[1]):
                source.faults.append((place, fault("E010", line, name=entry.use)))
                continue
            id, where, shared = found[1], entry.use, entry.use
        elif not is_slug(entry):
            source.faults.append((place, fault("E010", line, name=entry)))
            continue
        else:
            id, where, shared = entry, f"{source.place}/units/{entry}", ""
        if id in listed:
            first = next(source.lines.get(("units", n), 1) for n in range(number) if _id_of(entries[n]) == id)
            source.faults.append((place, fault("E102", line, id=id, line=first)))
            continue
        listed.add(id)
        path = source.root / where
        if path.is_symlink() or any(parent.is_symlink() for parent in (path.parent, path.parent.parent)):
            source.faults.append((place, fault("E010/symlink", line, name=where)))
        elif not path.is_dir():
            source.faults.append((place, fault("E011", line, unit=id, folder=shared if shared else f"units/{id}")))
        else:
            told = len(source.faults)
            unit = read_unit(source.root, where, id, shared, source.faults)
            source.units.append(unit)
            if not unit.files and len(source.faults) == told:
                source.faults.append((place, fault("E011/empty", line, unit=id, folder=where)))
    units = folder / "units"
    if not units.is_dir() or units.is_symlink():
        return
    for child in sorted(units.iterdir()):
        if child.name.startswith(".") or child.name in listed or child.name == "README.md":
            continue
        where = f"{source.place}/units/{child.name}"
        if child.is_dir() and not is_slug(child.name):
            source.faults.append((where, fault("E010", 1, name=child.name)))
        else:
            source.faults.append((where, fault("W005", 1, name=child.name)))


def _likely_units(values: dict[str, Any]) -> list[str | UseShape]:
    """The units of a faulty header that can still be read, so that their faults are told in the same run."""
    units = values.get("units")
    if not isinstance(units, list):
        return []
    plain: list[str | UseShape] = []
    for unit in units:
        if isinstance(unit, str):
            plain.append(unit)
        elif isinstance(unit, dict) and list(unit) == ["use"] and isinstance(unit["use"], str):
            plain.append(UseShape(use=unit["use"]))
    return plain


def _id_of(entry: str | UseShape) -> str:
    return entry.use.rpartition("/")[2] if isinstance(entry, UseShape) else entry


def read_unit(root: Path, place: str, id: str, shared: str, faults: list[tuple[str, Fault]]) -> UnitFolder:
    """Read the files that lie directly in the folder of a unit; faults about names go to `faults`."""
    unit = UnitFolder(id, place, shared)
    for child in sorted((root / place).iterdir()):
        if child.name.startswith(".") or child.name == "README.md" or (child.is_dir() and not child.is_symlink()):
            continue
        where = f"{place}/{child.name}"
        if child.is_symlink():
            faults.append((where, fault("E010/symlink", 1, name=child.name)))
            continue
        named = named_file(where)
        if isinstance(named, Fault):
            faults.append((where, named))
            continue
        read_file(named, child, id)
        unit.files.append(named)
    unit.files.sort(key=lambda file: (TYPES.index(file.type), file.name, LANGUAGES.index(file.lang)))
    check_ids(unit)
    return unit


def named_file(place: str) -> UnitFile | Fault:
    """Give the file that a name stands for, or the fault in the name (E001, E002, E010)."""
    name = place.rpartition("/")[2]
    parts = name.split(".")
    if parts[-1] != "md":
        return fault("E002", 1, name=name, types=", ".join(TYPES))
    lang = parts[-2] if len(parts) > 2 else ""
    stem = ".".join(parts[:-2] if _LANG_NAME.fullmatch(lang) else parts[:-1])
    type, _, rest = stem.partition("-")
    if type not in SHAPES:
        return fault("E002", 1, name=name, types=", ".join(TYPES))
    if lang not in LANGUAGES:
        return fault("E001", 1, name=name, stem=stem if is_slug(stem) else type)
    if (rest or "-" in stem) and not is_slug(rest):
        return fault("E010", 1, name=name)
    return UnitFile(place, type, rest, lang)


def read_file(file: UnitFile, path: Path, unit_id: str | None) -> None:
    """Read a file into `file`; `unit_id` None where the folder is not known."""
    if path.stat().st_size > FILE_LIMIT:
        file.faults.append(fault("E009", 1, limit=FILE_LIMIT // 1000))
        return
    text, file.faults = decode(path.read_bytes())
    if text is None:
        return
    page = file.page = read_page(text)
    file.faults += page.faults
    _read_header(file, page, unit_id)
    if any(one.key.startswith("E009") for one in page.faults):
        return
    for section in page.sections:
        _read_section(file, section)
        if "[" in section.title:
            file.links += links_in([Line(section.line, section.title)])
        file.links += links_in(section.lines)
    if file.type == "scenario":
        file.scenes, faults = scenes_of(page)
        file.faults += faults
    wanted = _ASKING.get(file.type)
    asks = any(section.mark.prefix == wanted for section in file.marked if section.mark)
    if wanted and not asks and not any(one.key == "E101" for one in file.faults):
        file.faults.append(fault("E204/none", 1, prefix=wanted))


def _read_header(file: UnitFile, page: Page, unit_id: str | None) -> None:
    if page.front is None:
        return
    values, file.lines, faults = read_yaml(page.front, 2)
    file.faults += faults
    if values is None:
        return
    file.header, faults = validate(SHAPES[file.type], values, file.lines)
    file.faults += faults
    id = values.get("id")
    if unit_id is not None and isinstance(id, str) and id != unit_id and is_slug(id):
        file.faults.append(fault("E007/folder", file.lines.get(("id",), 1), value=id, expected=unit_id))


def _read_section(file: UnitFile, section: Section) -> None:
    mark = section.mark
    if mark is None:
        _look_for_missing_mark(file, section)
        return
    if mark.prefix not in _MARKS[file.type]:
        file.faults.append(fault("E007/mark", mark.line, id=mark.id, places=_places_of(mark.prefix)))
    elif mark.prefix == "q" and file.type == "poll":
        if file.parts:
            file.faults.append(fault("E202/poll", section.line))
        file.parts.setdefault(mark.id, _kept(file, list_of(section, poll=True)))
    elif mark.prefix == "q":
        found = _kept(file, sketch(section))
        file.sketches.setdefault(mark.id, found)
        if file.type == "reflection" and found.kind != "open":
            file.faults.append(fault("E202/reflection", section.line, id=mark.id))
    elif mark.prefix == "c":
        file.parts.setdefault(mark.id, _kept(file, list_of(section, poll=False)))
    elif mark.prefix == "r":
        file.parts.setdefault(mark.id, _kept(file, rubric_of(section)))


def _places_of(prefix: str) -> str:
    """The types of file in which a mark has a place."""
    return ", ".join(type for type in TYPES if prefix in _MARKS[type])


def _kept(file: UnitFile, read: tuple[Read, list[Fault]]) -> Read:
    file.faults += read[1]
    return read[0]


def missing_prefix(file: UnitFile, section: Section) -> str | None:
    """Give the prefix of the id that a section without one should have; None where it needs none, or may have none.

    What is meant is told by the type of the file and the shape of the section.
    """
    if section.mark is not None:
        return None
    if file.type == "quiz":
        missing = section.level >= 2
    elif file.type == "reflection":
        missing = section.level >= 2 and section.title.rstrip("\u00a0 »”*_").endswith("?")
    elif file.type in ("poll", "checklist"):
        missing = section.level >= 1 and holds_boxes(section)
    else:
        missing = section.level >= 1 and file.type not in _TELLING and holds_choices(section)
    prefix = "c" if file.type == "checklist" else "q"
    return prefix if missing else None


def _look_for_missing_mark(file: UnitFile, section: Section) -> None:
    prefix = missing_prefix(file, section)
    if prefix:
        taken = {section.mark.id for section in file.marked if section.mark}
        proposal = proposed_id(prefix, section.title, taken)
        file.faults.append(fault("E101", section.line, title=section.title, proposal=proposal))
    elif section.level >= 1 and file.type in _TELLING and holds_choices(section):
        file.faults.append(fault("E007/choices", section.line, title=section.title, places=_places_of("q")))
    if file.type in ("quiz", "poll", "checklist"):
        file.faults += [
            fault("E201", line.number) for line in section.lines if not line.code and is_look_alike(line.text)
        ]


def check_ids(unit: UnitFolder) -> None:
    """Say where an id stands twice within a unit, over all its files of a language (E102)."""
    seen: dict[tuple[str, str], tuple[UnitFile, int]] = {}
    for file in unit.files:
        for section in file.marked:
            assert section.mark is not None
            id = section.mark.id
            before = seen.get((file.lang, id))
            if before is None:
                seen[(file.lang, id)] = (file, section.line)
            elif before[0] is file:
                file.faults.append(fault("E102", section.line, id=id, line=before[1]))
            else:
                fields = {"id": id, "line": before[1], "file": before[0].file_name}
                file.faults.append(fault("E102/file", section.line, **fields))


def _read_glossary(source: CourseSource, folder: Path) -> None:
    for child in sorted(folder.iterdir()):
        found = GLOSSARY.fullmatch(child.name)
        if not found or found[1] not in LANGUAGES:
            continue
        place = f"{source.place}/{child.name}"
        if child.is_symlink():
            source.faults.append((place, fault("E010/symlink", 1, name=child.name)))
            continue
        text, faults = decode(child.read_bytes())
        if text is not None:
            page = read_page(text, header=text.startswith("---\n"))
            faults += page.faults
            source.glossary[found[1]] = page
        source.faults += [(place, one) for one in faults]


def _read_lock(source: CourseSource, folder: Path) -> None:
    for place in dict.fromkeys([folder.name, *(SHARED for unit in source.units if unit.shared)]):
        path = source.root / place / LOCK_NAME
        if not path.is_file() or path.is_symlink():
            continue
        try:
            lock = json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            lock = None
        if isinstance(lock, dict):
            source.lock |= {f"{SHARED}/{key}" if place == SHARED else key: entry for key, entry in lock.items()}
        else:
            source.faults.append((f"{place}/{LOCK_NAME}", fault("E003/shape", 1)))


def lock_key(source: CourseSource, file: UnitFile) -> str:
    """Give the name of a file in `CourseSource.lock`: its path in the course, or from `_shared/` on."""
    return file.place.removeprefix(f"{source.place}/")


def lock_place(source: CourseSource, place: str) -> str:
    """Give the folder whose `translations.lock` holds what is said of a file: the course's, or the shared one."""
    return SHARED if place.startswith(f"{SHARED}/") else source.place


def section_hashes(page: Page) -> tuple[str, ...]:
    """Give a hash for every section: heading, id and text, without comments and trailing spaces (sha256, 8 hex)."""
    return tuple(
        _hash(f"{section.level} {section.title}\n{section.mark.id if section.mark else ''}\n{section.text.strip()}")
        for section in page.sections
    )


def source_hash(file: UnitFile) -> str:
    """Give the hash of a file's content as far as a translation depends on it (sha256, 8 hex)."""
    header = file.header
    heading = "\n".join((header.title, *header.objectives)) if header else ""
    return _hash("\n".join((heading, *section_hashes(file.page)))) if file.page else ""


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]


def stale_sections(source: CourseSource, file: UnitFile, original: UnitFile) -> int:
    """Count the sections of the original that have changed since `file` was marked as up to date.

    What was accepted stands in the front matter (`from: fr@7c1e2b90`) and in `translations.lock`
    (`{file: {"source": "fr@7c1e2b90", "sections": [...]}}`); where neither says anything, nothing is stale.
    """
    if file.page is None or original.page is None:
        return 0
    now = f"{original.lang}@{source_hash(original)}"
    entry = source.lock.get(lock_key(source, file))
    locked = entry if isinstance(entry, dict) else {}
    accepted = {locked.get("source"), file.header.origin if file.header else None} - {None}
    if not accepted or now in accepted:
        return 0
    sections = locked.get("sections")
    known = {one for one in sections if isinstance(one, str)} if isinstance(sections, list) else set()
    hashes = section_hashes(original.page)
    return sum(one not in known for one in hashes) or 1


def files_below(folder: Path) -> Iterator[Path]:
    """Give every file below a folder, sorted, without hidden ones and symbolic links."""
    for name in sorted(os.listdir(folder)):
        child = folder / name
        if name.startswith(".") or child.is_symlink():
            continue
        if child.is_dir():
            yield from files_below(child)
        elif child.is_file():
            yield child
