"""Checking: what is wrong or could be better in courses, as findings with file, line, code, sentence and fix."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lms.content.documents import CourseDocument
from lms.content.findings import Fault, Finding, fault, finding
from lms.content.headers import PrerequisitesShape, QuizShape, closest, read_yaml
from lms.content.kinds import build
from lms.content.language import EMPTY_LINK_TEXTS
from lms.content.links import IMAGES, RECORDINGS, SHARED, Link, destination
from lms.content.pictures import FILE_LIMIT, PIXELS, is_too_large
from lms.content.reading import Line, Page, decode
from lms.content.readme import FILE_NAME as README_NAME
from lms.content.readme import is_ours, readme_of, standing
from lms.content.rendering import Renderer
from lms.content.sources import (
    GLOSSARY,
    CourseSource,
    UnitFile,
    UnitFolder,
    check_ids,
    is_course,
    named_file,
    read_course,
    read_file,
    read_unit,
    stale_sections,
)
from lms.content.texts import fold, is_slug, slug
from lms.content.vocabulary import FILE_NAME as COMPETENCIES_NAME
from lms.content.vocabulary import Competencies, read_competencies

PEOPLE_NAME: Final = "_people.yml"
LONG_MINUTES: Final = 15
LONG_SENTENCE: Final = 35
HEAVY_IMAGE: Final = 200_000
HEAVY_FILE: Final = 5_000_000
LIVE_MINUTES: Final = 60
_WORDS_A_MINUTE: Final = 180
_WORDS_OF_A_PARAGRAPH: Final = 8
_TERMS_NAMED: Final = 20

_WORD = re.compile(r"[^\W\d_]+")
_TARGET = re.compile(r"\]\([^()\s]*\)")
_LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")


@dataclass(frozen=True)
class Report:
    """What a check found. `courses` counts the courses that were looked at."""

    findings: tuple[Finding, ...]
    courses: int

    @property
    def errors(self) -> int:
        """How many findings keep a course from being published."""
        return sum(one.severity == "error" for one in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are advice."""
        return len(self.findings) - self.errors

    def told_in(self, lang: str) -> Report:
        """Give the same report in another language."""
        return Report(tuple(one.told_in(lang) for one in self.findings), self.courses)

    def as_dict(self) -> dict[str, Any]:
        """Give the document of `--format json`."""
        return {
            "findings": [one.as_dict() for one in self.findings],
            "errors": self.errors,
            "warnings": self.warnings,
            "courses": self.courses,
        }


def check(path: Path | str, lang: str = "en", published: Mapping[str, CourseDocument] | None = None) -> Report:
    """Check a folder of courses, the folder of a course or a unit file; where `published` is given (course id -> what is
    served of it), also against that.

    Paths in the report are relative to the argument. Raises OSError where the argument cannot be opened.
    """
    path = Path(path).absolute()
    if path.is_file():
        return _check_file(path, lang)
    os.listdir(path)  # a folder that cannot be opened is the caller's mistake, not a finding
    if is_course(path):
        source = read_course(path)
        return _report(
            [*check_sources([source]), *_gone_of([source], published or {})], path, path.parent, lang, 1
        )  # fmt: skip
    if (path / "units").is_dir():
        return _report([("course.yml", fault("E005/course", 1))], path, path, lang, 0)
    folders = sorted(child for child in path.iterdir() if child.is_dir() and not child.name.startswith(("_", ".")))
    sources = [read_course(folder) for folder in folders if is_course(folder) and not folder.is_symlink()]
    found = [*check_sources(sources), *_gone_of(sources, published or {})]
    for folder in folders:
        if folder.is_symlink():
            found.append((folder.name, fault("E010/symlink", 1, name=folder.name)))
        elif not is_course(folder):
            found.append((f"{folder.name}/course.yml", fault("E005/course", 1)))
    found += _unused_shared(path, {unit.place for source in sources for unit in source.units})
    if (path / COMPETENCIES_NAME).is_file():
        found += [(COMPETENCIES_NAME, one) for one in read_competencies((path / COMPETENCIES_NAME).read_bytes())[1]]
    if (path / PEOPLE_NAME).is_file():
        text, faults = decode((path / PEOPLE_NAME).read_bytes())
        faults += read_yaml(text or "", 1, HEAVY_IMAGE)[2]
        found += [(PEOPLE_NAME, one) for one in faults]
    return _report(found, path, path, lang, len(sources))


def _unused_shared(root: Path, used: Set[str]) -> list[tuple[str, Fault]]:
    """Check the shared units that no course uses yet, each by itself."""
    base = root / SHARED / "units"
    found: list[tuple[str, Fault]] = []
    if not base.is_dir() or base.is_symlink():
        return found
    for child in sorted(base.iterdir()):
        place = f"{SHARED}/units/{child.name}"
        if place in used or child.name.startswith(".") or not child.is_dir() or child.is_symlink():
            continue
        if not is_slug(child.name):
            found.append((place, fault("E010", 1, name=child.name)))
            continue
        unit = read_unit(root, place, child.name, place, found)
        for file in unit.files:
            _check_reading(file, is_source=True)
            for link in file.links:
                file.faults += _check_link(link, file.folder, SHARED, root)
            found += [(file.place, one) for one in (*file.faults, *_check_header(file, unit))]
    return found


def _check_file(path: Path, lang: str) -> Report:
    named = named_file(path.name)
    if isinstance(named, Fault):
        return Report((finding(path.name, named, lang),), 0)
    folder = path.parent.parent.parent
    if path.parent.parent.name == "units" and is_course(folder):
        source = read_course(folder)
        place = f"{folder.name}/units/{path.parent.name}/{path.name}"
        found = [one for one in check_sources([source]) if one[0] == place]
        if any(file.place == place for file in source.each_file()) or found:
            return _report([(path.name, one) for _, one in found], path.parent, path.parent, lang, 1)
    read_file(named, path, None)
    check_ids(UnitFolder("", "", files=[named]))
    _check_reading(named, is_source=True)
    for link in named.links:
        named.faults += _check_link(link, named.folder, "", path.parent)
    return _report([(path.name, one) for one in named.faults], path.parent, path.parent, lang, 0)


def _report(found: Sequence[tuple[str, Fault]], base: Path, root: Path, lang: str, courses: int) -> Report:
    findings = set()
    for place, one in found:
        path = posixpath.normpath(Path(os.path.relpath(root / place, base)).as_posix())
        findings.add(finding(path, one, lang))
    return Report(tuple(sorted(findings)), courses)


def check_sources(sources: Sequence[CourseSource]) -> list[tuple[str, Fault]]:
    """Give every fault of courses that lie side by side, with its place relative to the folder of courses."""
    found: list[tuple[str, Fault]] = []
    for source in sources:
        _check_source(source)
    known = _KnownWords.beside(sources[0].root) if sources else _KnownWords()
    ids: dict[str, CourseSource] = {}
    for source in sources:
        if source.header is None:
            continue
        other = ids.setdefault(source.header.id, source)
        if other is not source:
            line = source.lines.get(("id",), 1)
            place = f"{source.place}/course.yml"
            source.faults.append((place, fault("E012", line, id=source.header.id, other=other.place)))
    known.courses |= set(ids)
    _check_circles(sources)
    for source in sources:
        _check_words(source, known)
        found += source.each_fault()
    return found


def _check_source(source: CourseSource) -> None:
    header = source.header
    own: str = header.source if header else "fr"
    languages: list[str] = [*header.languages] if header else []
    terms = {
        lang: [section.anchor or slug(section.title) for section in page.sections if section.level == 2]
        for lang, page in source.glossary.items()
    }
    for unit in source.units:
        for file in unit.files:
            original = unit.file(file.key, own)
            _check_reading(file, is_source=file.lang == own)
            for link in file.links:
                file.faults += _check_link(link, file.folder, unit.place.partition("/")[0], source.root)
                file.faults += _check_term(link, file.folder, source, terms)
            file.faults += _check_header(file, unit)
            if original is not None and original is not file:
                _check_against(source, file, original)
        for key in unit.activity_keys():
            original = unit.file(key, own)
            for lang in languages:
                if lang != own and original is not None and unit.file(key, lang) is None:
                    missing = fault("W403", 1, name=f"{key}.{lang}.md", source=original.file_name)
                    source.faults.append((f"{unit.place}/{key}.{lang}.md", missing))
            for file in unit.files if original is None and header else ():
                if file.key == key:
                    file.faults.append(fault("E401/source", 1, name=f"{key}.{own}.md"))
    _check_requires(source)
    _check_certificate(source)
    there = standing(source)
    if there is not None and is_ours(there) and there != readme_of(source):
        source.faults.append((f"{source.place}/{README_NAME}", fault("W402/readme", 1)))
    for lang, page in source.glossary.items():
        place = f"{source.place}/glossary.{lang}.md"
        source.faults += [(place, one) for one in _check_headings(page)]


def _check_header(file: UnitFile, unit: UnitFolder) -> list[Fault]:
    """Say what the header of a file promises and the unit does not hold."""
    header = file.header
    if header is None:
        return []
    faults = []
    here = sorted({section.mark.id for one in unit.files for section in one.marked if section.mark})
    for number, id in enumerate(header.moved):
        if id not in here:
            line = file.lines.get(("moved", number), 1)
            faults.append(unknown_id("moved", "moved", id, line, here))
    if isinstance(header, QuizShape) and header.draw and header.draw > len(file.sketches):
        line = file.lines.get(("draw",), 1)
        faults.append(fault("E007/draw", line, value=header.draw, count=len(file.sketches)))
    return faults


def _check_certificate(source: CourseSource) -> None:
    if source.header is None or source.header.certificate is None:
        return
    known = [f"{unit.id}/{key}" for unit in source.units for key in unit.activity_keys()]
    for number, wanted in enumerate(source.header.certificate.require):
        if wanted not in known:
            line = source.lines.get(("certificate", "require", number), source.lines.get(("certificate",), 1))
            place = f"{source.place}/course.yml"
            source.faults.append((place, unknown_id("required", "require", wanted, line, known)))


def unknown_id(variant: str, key: str, word: str, line: int, known: Sequence[str]) -> Fault:
    """Give the fault of a word, said under `key`, that is none of those `known`: with the nearest, where one is near (E013)."""
    near = closest(word, list(known))
    if near is not None:
        return fault(f"E013/{variant}", line, id=word, closest=near)
    if known:
        return fault("E013/far", line, id=word, key=key, known=", ".join(known))
    return fault("E013/none", line, id=word, key=key)


# ---- words that stand elsewhere -----------------------------------------------------------------------------------


class _KnownWords:
    """What `_competencies.yml`, `_people.yml` and the neighbouring folders know; None where the file does not stand."""

    def __init__(self) -> None:
        self.vocabulary: Competencies | None = None
        self.people: set[str] | None = None
        self.courses: set[str] = set()

    @classmethod
    def beside(cls, root: Path) -> _KnownWords:
        known = cls()
        path = root / COMPETENCIES_NAME
        if path.is_file() and not path.is_symlink():
            known.vocabulary, _ = read_competencies(path.read_bytes())
        path = root / PEOPLE_NAME
        if path.is_file() and not path.is_symlink():
            text, _ = decode(path.read_bytes())
            values, _, _ = read_yaml(text or "", 1, HEAVY_IMAGE)
            known.people = set(values) if values is not None else None
        for child in root.iterdir():
            if is_course(child) and not child.name.startswith(("_", ".")):
                text, _ = decode((child / "course.yml").read_bytes())
                values, _, _ = read_yaml(text or "", 1, HEAVY_IMAGE)
                if values and isinstance(values.get("id"), str):
                    known.courses.add(values["id"])
        return known


def _needed(prerequisites: Sequence[str] | PrerequisitesShape) -> list[str]:
    if isinstance(prerequisites, PrerequisitesShape):
        return [*prerequisites.all, *prerequisites.any]
    return list(prerequisites)


def _check_words(source: CourseSource, known: _KnownWords) -> None:
    header = source.header
    if header is None:
        return
    place = f"{source.place}/course.yml"

    def say(variant: str, word: str, at: tuple[str | int, ...], words: set[str]) -> None:
        line = source.lines.get(at, source.lines.get(at[:1], 1))
        source.faults.append((place, unknown_id(variant, str(at[0]), word, line, sorted(words))))

    if known.vocabulary is not None:
        ids = set(known.vocabulary.by_id)
        for number, id in enumerate(header.competencies):
            if id not in ids:
                at: tuple[str | int, ...] = ("competencies", id if isinstance(header.competencies, dict) else number)
                say("competency", id, at, ids)
        if header.domain not in known.vocabulary.domains:
            line = source.lines.get(("domain",), 1)
            allowed = ", ".join(known.vocabulary.domains)
            source.faults.append(
                (place, fault("E007/choice", line, key="domain", value=header.domain, allowed=allowed))
            )
        for id in _needed(header.prerequisites):
            if id not in known.courses:
                say("prerequisite", id, ("prerequisites",), known.courses - {header.id})
        units = {unit.id for unit in source.units}
        for file in source.each_file():
            if file.header is None:
                continue
            for id in file.header.competencies:
                if id not in ids:
                    line = file.lines.get(("competencies",), 1)
                    file.faults.append(unknown_id("competency", "competencies", id, line, sorted(ids)))
            for id in file.header.requires:
                if id not in units:
                    line = file.lines.get(("requires",), 1)
                    file.faults.append(unknown_id("prerequisite", "requires", id, line, sorted(units)))
    if known.people is not None:
        for number, id in enumerate(header.authors):
            if id not in known.people:
                say("author", id, ("authors", number), known.people)


def _check_circles(sources: Sequence[CourseSource]) -> None:
    ways = {source.header.id: _needed(source.header.prerequisites) for source in sources if source.header}
    circle = _circle(ways)
    for source in sources:
        if circle and source.header and source.header.id == circle[0]:
            line = source.lines.get(("prerequisites",), 1)
            source.faults.append((f"{source.place}/course.yml", fault("E014", line, circle=" → ".join(circle))))


def _check_requires(source: CourseSource) -> None:
    ways: dict[str, list[str]] = {}
    for one in source.units:
        ways[one.id] = sorted({id for file in one.files if file.header for id in file.header.requires})
    circle = _circle(ways)
    if circle:
        first = next(one for one in source.units if one.id == circle[0])
        file = next(file for file in first.files if file.header and file.header.requires)
        file.faults.append(fault("E014", file.lines.get(("requires",), 1), circle=" → ".join(circle)))


def _circle(ways: dict[str, list[str]]) -> list[str]:
    """Give a circle, its first member repeated at the end, or an empty list."""
    done: set[str] = set()
    for start in sorted(ways):
        path: list[str] = []
        trail: list[tuple[str, Iterator[str]]] = [(start, iter(ways[start]))]
        path.append(start)
        while trail and start not in done:
            node, rest = trail[-1]
            target = next((one for one in rest if one in ways and one not in done), None)
            if target is None:
                done.add(node)
                trail.pop()
                path.pop()
            elif target in path:
                circle = path[path.index(target) :]
                least = circle.index(min(circle))
                return [*circle[least:], *circle[:least], min(circle)]
            else:
                path.append(target)
                trail.append((target, iter(ways[target])))
    return []


# ---- languages ----------------------------------------------------------------------------------------------------


def _check_against(source: CourseSource, file: UnitFile, original: UnitFile) -> None:
    """Compare a translation with its source: ids, order, answers, scenes, staleness, untranslated paragraphs."""
    if file.page is None or original.page is None:
        return
    name = original.file_name
    here = [section.mark.id for section in file.marked if section.mark]
    there = [section.mark.id for section in original.marked if section.mark]
    if here != there:
        file.faults += _id_faults(file, here, there, name)
    for id, found in file.sketches.items():
        other = original.sketches.get(id)
        if other is None or found.shape == other.shape:
            continue
        (kind, count, right), (other_kind, other_count, other_right) = found.shape, other.shape
        choices = ("single", "multiple")
        if count != other_count:
            fields = {"id": id, "here": count, "there": other_count, "source": name}
            file.faults.append(fault("E401", found.line, **fields))
        elif right != other_right:
            file.faults.append(fault("E401/right", found.line, id=id, source=name))
        elif kind != other_kind and not (kind in choices and other_kind in choices and right != other_right):
            file.faults.append(fault("E401/kind", found.line, id=id, source=name))
    for id, part in file.parts.items():
        same = original.parts.get(id)
        if same is not None and part.shape != same.shape:
            fields = {"id": id, "here": part.shape[0], "there": same.shape[0], "source": name}
            columns = part.shape[0] == same.shape[0]
            file.faults.append(fault("E401/columns" if columns else "E401", part.line, **fields))
    if file.type == "scenario":
        _check_scenes(file, original, name)
    stale = stale_sections(source, file, original)
    if stale:
        file.faults.append(fault("W402", 1, count=stale))
    untranslated = {text for text, _ in _paragraphs(original.page)}
    for text, line in _paragraphs(file.page):
        if text in untranslated:
            file.faults.append(fault("W404", line, source=name))


def _id_faults(file: UnitFile, here: list[str], there: list[str], name: str) -> list[Fault]:
    lines = {section.mark.id: section.mark.line for section in file.marked if section.mark}
    gone = [id for id in there if id not in here]
    extra = [id for id in here if id not in there]
    faults = []
    if len(here) == len(there) and gone:
        for mine, other in zip(here, there, strict=True):
            if mine != other and mine in extra and other in gone:
                fields = {"id": mine, "expected": other, "source": name}
                faults.append(fault("E103", lines[mine], **fields))
        if faults:
            return faults
    faults += [fault("E401/gone", 1, id=id, source=name) for id in gone]
    faults += [fault("E401/extra", lines[id], id=id, source=name) for id in extra]
    if not faults:
        first = next(mine for mine, other in zip(here, there, strict=False) if mine != other)
        faults.append(fault("E401/order", lines[first], id=first, source=name))
    return faults


def _check_scenes(file: UnitFile, original: UnitFile, name: str) -> None:
    others = {scene.id: scene for scene in original.scenes}
    for scene in file.scenes:
        other = others.pop(scene.id, None)
        if other is None:
            file.faults.append(fault("E401/extra", scene.line, id=scene.id, source=name))
        elif scene.shape != other.shape:
            file.faults.append(fault("E401/scene", scene.line, id=scene.id, source=name))
    file.faults += [fault("E401/gone", 1, id=id, source=name) for id in others]
    if file.scenes and original.scenes and not others and file.scenes[0].id != original.scenes[0].id:
        file.faults.append(fault("E401/order", file.scenes[0].line, id=file.scenes[0].id, source=name))


def _paragraphs(page: Page) -> Iterator[tuple[str, int]]:
    for section in page.sections:
        held: list[Line] = []
        for line in (*section.lines, Line(0, "")):
            if line.code or line.blank:
                text = " ".join(one.text.strip() for one in held)
                if len(_WORD.findall(_TARGET.sub("]", text))) >= _WORDS_OF_A_PARAGRAPH:
                    yield text, held[0].number
                held = []
            else:
                held.append(line)


# ---- links and files ----------------------------------------------------------------------------------------------


def _check_link(link: Link, folder: str, course: str, root: Path) -> list[Fault]:
    found = destination(link.target, folder, course)
    faults = []
    if link.image and not link.text and link.title != "decorative":
        faults.append(fault("E502", link.line, target=link.target))
    if not link.image and fold(link.text).strip(" .") in EMPTY_LINK_TEXTS:
        faults.append(fault("W604", link.line, text=link.text))
    if found.kind == "bad":
        faults.append(fault("E010/link", link.line, target=link.target))
    if found.kind != "file":
        return faults
    path = root / found.path
    if not path.is_file() or path.is_symlink():
        return [*faults, fault("E501", link.line, target=link.target)]
    suffix = path.suffix.lower()
    size = path.stat().st_size
    if suffix in RECORDINGS and not any(path.with_suffix(end).is_file() for end in (".txt", ".vtt")):
        faults.append(fault("E503", link.line, target=link.target, transcript=path.with_suffix(".txt").name))
    if suffix in IMAGES and size > FILE_LIMIT:
        faults.append(fault("E009/picture", link.line, target=link.target, limit=FILE_LIMIT // 1_000_000))
    elif suffix in IMAGES and is_too_large(path.read_bytes(), suffix):
        faults.append(fault("E009/pixels", link.line, target=link.target, limit=PIXELS // 1_000_000))
    if suffix in IMAGES and size > HEAVY_IMAGE:
        faults.append(fault("W504", link.line, target=link.target, size=size // 1000))
    if size > HEAVY_FILE:
        faults.append(fault("W505", link.line, target=link.target, size=size // 1000))
    return faults


def _check_term(link: Link, folder: str, source: CourseSource, terms: Mapping[str, Sequence[str]]) -> list[Fault]:
    """Say where a link leads to a word that the glossary (`terms` by language) does not hold."""
    found = destination(link.target, folder, source.place)
    glossary = GLOSSARY.fullmatch(found.path.removeprefix(f"{source.place}/")) if found.kind == "file" else None
    known = terms.get(glossary[1]) if glossary else None
    wanted = slug(found.fragment)
    if known is None or wanted in known:
        return []
    near = closest(wanted, list(known))
    if near is None:
        return [fault("E501/termfar", link.line, target=link.target, known=", ".join(known[:_TERMS_NAMED]) or "–")]
    return [fault("E501/term", link.line, target=link.target, closest=near)]


# ---- reading ------------------------------------------------------------------------------------------------------


def _check_reading(file: UnitFile, is_source: bool) -> None:
    if file.page is None:
        return
    file.faults += _check_headings(file.page)
    for sketch in file.sketches.values():
        if sketch.kind == "cloze" and not any(one.blocks for one in file.faults):
            # Only rendering tells whether a gap stands in text; nothing else of a check needs it.
            try:
                build(sketch, Renderer(file.lang, file.page.definitions))
            except ValueError:
                file.faults.append(fault("E204/cloze", sketch.line, id=sketch.id))
    minutes = file.header.minutes if file.header and file.header.minutes else estimated_minutes(file.page, file.type)
    if minutes > LONG_MINUTES and file.type != "live":
        file.faults.append(fault("W601", 1, minutes=minutes))
    file.faults += _long_sentences(file.page)
    if file.type != "lesson":
        return
    if is_source and file.header is not None and not file.header.objectives:
        file.faults.append(fault("W605", 1))
    if not any(section.mark and section.mark.prefix in "qk" for section in file.page.sections):
        file.faults.append(fault("W606", 1))


def estimated_minutes(page: Page, type: str) -> int:
    """Give the minutes that a page takes: 180 words a minute, half a minute a question, at least one; a live session
    takes an hour.
    """
    if type == "live":
        return LIVE_MINUTES
    words = sum(len(_WORD.findall(line.text)) for section in page.sections for line in section.lines)
    questions = sum(1 for section in page.sections if section.mark and section.mark.prefix == "q")
    return max(1, round(words / _WORDS_A_MINUTE + questions / 2))


def _check_headings(page: Page) -> list[Fault]:
    faults = []
    before = 1
    for section in page.sections:
        if section.level > before + 1:
            marks = "#" * (before + 1)
            faults.append(fault("W603", section.line, title=section.title, marks=marks))
        if section.level:
            before = section.level
    return faults


def _long_sentences(page: Page) -> list[Fault]:
    faults = []
    for section in page.sections:
        count, start = 0, 0
        for line in (*section.lines, Line(0, "")):
            text = line.text.strip()
            if line.code or not text or text.startswith(("|", ">", "<")) or _LIST_ITEM.match(line.text):
                if count > LONG_SENTENCE:
                    faults.append(fault("W602", start, count=count))
                count = 0
                text = "" if line.code or text.startswith("|") else text.lstrip("->*+ ")
            for word in _TARGET.sub("] ", text).split():
                if _WORD.search(word):
                    start = start if count else line.number
                    count += 1
                if word.rstrip('»”"’)]*_\u00a0').endswith((".", "!", "?", "…")):
                    if count > LONG_SENTENCE:
                        faults.append(fault("W602", start, count=count))
                    count = 0
    return faults


# ---- against the published version --------------------------------------------------------------------------------


def gone_ids(published: CourseDocument, gone: Set[str], lang: str = "en") -> tuple[Finding, ...]:
    """Give E104 for each of the ids (`unit/q-...`) of the published version that the new one has no more.

    The finding stands at the file where the id was, in the source language.
    """
    found = _gone(published, gone)
    return tuple(finding(f"{place}.{published.source}.md", one, lang) for place, one in found)


def _gone(published: CourseDocument, gone: Set[str]) -> list[tuple[str, Fault]]:
    """Each id that is gone as (file where it was, without its language, relative to the course; fault)."""
    where: dict[str, str] = {}
    for unit, key, activity in published.each_activity():
        folder = unit.shared or f"units/{unit.id}"
        for id in activity.ids():
            where.setdefault(f"{unit.id}/{id}", f"{folder}/{key}")
    return [
        (where[whole], fault("E104", 1, id=whole.partition("/")[2], unit=whole.partition("/")[0]))
        for whole in sorted(gone)
    ]


def _gone_of(sources: Sequence[CourseSource], published: Mapping[str, CourseDocument]) -> list[tuple[str, Fault]]:
    """E104 of courses that lie side by side. A course with other errors is not looked at: what cannot be read is not gone. Nor
    is one that is not to be published.
    """
    found = []
    for source in sources:
        looked_at = source.header is not None and source.header.status == "published" and not source.blocked
        former = published.get(source.header.id) if source.header and looked_at else None
        if former is not None:
            for place, one in _gone(former, source.gone_since(former)):
                whole = place if place.startswith(f"{SHARED}/") else f"{source.place}/{place}"
                found.append((f"{whole}.{former.source}.md", one))
    return found


__all__ = ["Report", "check", "check_sources", "estimated_minutes", "gone_ids", "unknown_id"]
