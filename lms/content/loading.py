"""Loading: the folder of a course into a `CourseDocument`, its pages rendered once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from lms.content.activities import ListSketch, RubricSketch, without_model
from lms.content.checking import check_sources, estimated_minutes, unknown_id
from lms.content.documents import (
    Activity,
    Asked,
    Assignment,
    Block,
    Certificate,
    ChecklistSection,
    Commitment,
    CompetencyGoal,
    CourseDocument,
    CourseFile,
    Criterion,
    Live,
    Move,
    Poll,
    Prerequisites,
    Prose,
    QuizSettings,
    Scene,
    Term,
    Unit,
)
from lms.content.findings import Fault, Finding, finding
from lms.content.headers import (
    AssignmentShape,
    ChecklistShape,
    CompetencyShape,
    LiveShape,
    PollShape,
    PrerequisitesShape,
    QuizShape,
    UnitShape,
)
from lms.content.kinds import build
from lms.content.language import polish
from lms.content.links import IMAGES, RECORDINGS, SHARED, destination
from lms.content.media import is_video, picture_size, told
from lms.content.pictures import Picture, prepared
from lms.content.questions import cells
from lms.content.reading import Page, Section
from lms.content.rendering import PLACE, Place, Renderer
from lms.content.sources import (
    CourseSource,
    UnitFile,
    files_below,
    named_file,
    read_course,
    source_hash,
    stale_sections,
)
from lms.content.texts import plain, slug
from lms.content.vocabulary import Competencies

WIDTHS_PLACE: Final = "widths"
"""Where the widths of pictures stand among the files of a version. A course's own lie in `units`, `media` and `_shared`."""
_BOLD = re.compile(r"<strong>(.*?)</strong>", re.DOTALL)
_LIST = re.compile(r"\s*<(ul|ol)>.*</\1>\s*", re.DOTALL)
_HEADING = re.compile(r"<h[2-6][^>]*>.*?</h[2-6]>", re.DOTALL)


class CourseFaulty(ValueError):
    """A course has errors and cannot be served; `findings` are its errors and warnings, in English.

    Paths are relative to the folder of the course; `Finding.told_in` tells them in another language.
    """

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        errors = [one for one in findings if one.severity == "error"]
        super().__init__("; ".join(f"{one.path}:{one.line}: {one.code} {one.message}" for one in errors[:5]))
        self.findings = findings


def load_course(folder: Path | str, vocabulary: Competencies | None = None) -> CourseDocument:
    """Read, check and render a course.

    Takes its folder; with a vocabulary given, competencies are judged by it even where no `_competencies.yml` lies
    beside the folder. Raises CourseFaulty where the course has errors, OSError where a file cannot be opened.
    """
    return load_whole(folder, vocabulary)[0]


def load_whole(folder: Path | str, vocabulary: Competencies | None = None) -> tuple[CourseDocument, dict[str, bytes]]:
    """As `load_course`, with what is in the files that its pages show and offer: sha256 -> content."""
    source = read_course(Path(folder))
    faults = check_sources([source])
    if vocabulary is not None and source.header is not None:
        faults += [
            (f"{source.place}/course.yml", unknown_id("competency", "competencies", id, 1, sorted(vocabulary.by_id)))
            for id in source.header.competencies
            if id not in vocabulary
        ]
    if source.header is None or any(one.blocks for _, one in faults):
        raise CourseFaulty(_findings(source, faults))
    builder = _Builder(source)
    document = builder.document(course_digest(Path(folder)))
    return document, {one.sha256: builder.contents[one.path] for one in document.files}


def _findings(source: CourseSource, faults: Sequence[tuple[str, Fault]]) -> tuple[Finding, ...]:
    own = f"{source.place}/"
    return tuple(sorted({finding(place.removeprefix(own), one) for place, one in faults}))


def course_digest(folder: Path | str) -> str:
    """Give the sha256 of everything a course is made of: its files and those of the shared units it uses."""
    folder = Path(folder).absolute()
    total = sha256()
    for base in _bases(folder):
        for path in files_below(base):
            name = path.relative_to(folder.parent if base != folder else folder).as_posix()
            total.update(f"{name}\0{path.stat().st_size}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def course_files(folder: Path | str) -> dict[str, bytes]:
    """Give every file a course is made of, by path: its own, and those of shared units as `_shared/units/...`."""
    folder = Path(folder).absolute()
    return {
        path.relative_to(folder.parent if base != folder else folder).as_posix(): path.read_bytes()
        for base in _bases(folder)
        for path in files_below(base)
    }


def _bases(folder: Path) -> list[Path]:
    """The folders a course is made of: its own, then those of the shared units it uses."""
    shared: set[str] = set()
    header = folder / "course.yml"
    if header.is_file():
        shared = set(re.findall(rf"{SHARED}/units/[a-z0-9-]+", header.read_text("utf-8", "replace")))
    return [base for base in (folder, *(folder.parent / place for place in sorted(shared))) if base.is_dir()]


class _Builder:
    """Makes the document of a course whose check found no error."""

    def __init__(self, source: CourseSource) -> None:
        self.source = source
        self.files: dict[str, CourseFile] = {}
        self.contents: dict[str, bytes] = {}
        self.pictures: dict[str, Picture | None] = {}
        self.terms: dict[str, tuple[Term, ...]] = {}

    def document(self, digest: str) -> CourseDocument:
        header = self.source.header
        assert header is not None
        for lang, page in self.source.glossary.items():
            self.terms[lang] = self._glossary(lang, page)
        units = []
        for folder in self.source.units:
            activities: dict[str, dict[str, Activity]] = {}
            for file in folder.files:
                original = folder.file(file.key, header.source)
                activities.setdefault(file.key, {})[file.lang] = self._activity(file, original, folder.id)
            units.append(Unit(folder.id, activities, folder.shared))
        certificate = header.certificate
        return CourseDocument(
            id=header.id,
            source=header.source,
            languages=tuple(header.languages),
            fallback=header.fallback,
            titles={lang: polish(text.strip(), lang) for lang, text in header.title.items()},
            summaries={lang: polish(text.strip(), lang) for lang, text in header.summary.items()},
            domain=header.domain,
            competencies=_goals(header.competencies),
            audience=tuple(header.audience),
            level=header.level,
            prerequisites=_prerequisites(header.prerequisites),
            authors=tuple(header.authors),
            licence=header.licence,
            status=header.status,
            review_every=header.review_every,
            units=tuple(units),
            certificate=Certificate(tuple(certificate.require), certificate.pass_mark, certificate.hours)
            if certificate
            else None,
            glossary=self.terms,
            files=tuple(self.files[path] for path in sorted(self.files)),
            digest=digest,
            trial=header.trial,
        )

    # -- pages

    def _activity(self, file: UnitFile, original: UnitFile | None, unit_id: str) -> Activity:
        page, header = file.page, file.header
        assert page is not None
        assert header is not None
        first = original.header if original and original.header else header
        terms: list[str] = []
        named = frozenset(link.target.partition("#")[0].rpartition("/")[2] for link in file.links)
        resolve = self._resolver(file.folder, file.lang, unit_id, file.key, terms, named)
        render = Renderer(file.lang, page.definitions, resolve)
        sections = [section for section in page.sections if not (file.type == "scenario" and section.anchor)]
        blocks = [
            block for block in (self._block(file, section, render) for section in _without_title(sections)) if block
        ]
        if file.type == "lesson":
            blocks = _with_key_points(blocks)
        minutes = header.minutes or first.minutes or estimated_minutes(page, file.type)
        return Activity(
            type=file.type,
            name=file.name,
            lang=file.lang,
            title=polish(header.title.strip(), file.lang),
            minutes=minutes,
            blocks=tuple(_with_own_anchors(blocks)),
            scenes=tuple(self._scenes(file, render)),
            objectives=tuple(polish(text.strip(), file.lang) for text in header.objectives),
            requires=tuple(first.requires),
            status=header.status,
            open_key=first.open_key,
            quiz=_quiz(first),
            assignment=self._assignment(file, first, render),
            poll=_poll(file, first, render),
            checklist=tuple(
                ChecklistSection(
                    part.id,
                    render.inline(part.title),
                    tuple(render.inline(item) for item in part.items),
                    render.block(part.text),
                )
                for part in file.parts.values()
                if isinstance(part, ListSketch) and file.type == "checklist"
            ),
            downloads=tuple(first.download) if isinstance(first, ChecklistShape) else (),
            live=_live(first, minutes),
            moved=tuple(first.moved),
            competencies=_goals(first.competencies),
            terms=tuple(dict.fromkeys(terms)),
            notes=tuple(render.block(text) for _, text in page.notes),
            source_hash=source_hash(file),
            stale_sections=stale_sections(self.source, file, original) if original and original is not file else 0,
        )

    def _block(self, file: UnitFile, section: Section, render: Renderer) -> Block | None:
        mark = section.mark
        if mark and mark.id in file.parts:
            part = file.parts[mark.id]
            # A poll and a checklist hold their own text; what an author says about a rubric is read with the task.
            if isinstance(part, ListSketch) or not part.text.strip():
                return None
            section = replace(section, lines=tuple(line for line in section.lines if line.code or not cells(line.text)))
        if file.type == "assignment":
            section = replace(section, lines=without_model(section.lines)[0])
        if mark and mark.prefix == "q":
            return Asked(build(file.sketches[mark.id], render))
        if mark and mark.prefix == "k":
            markup = render.block(section.text)
            bold = [plain(words).strip(" ,;.") for words in _BOLD.findall(markup)]
            when, then = (bold[0], bold[1]) if len(bold) == 2 else ("", "")
            return Commitment(mark.id, render.inline(section.title), markup, when, then)
        anchor = section.anchor or slug(section.title)
        heading = f"{'#' * max(2, section.level)} {section.title}\n\n" if section.level else ""
        markup = render.block(heading + section.text, anchor)
        title = plain(render.inline(section.title))
        return Prose(markup, f"u-{anchor}" if anchor and section.level else "", title) if markup else None

    def _assignment(self, file: UnitFile, header: UnitShape, render: Renderer) -> Assignment | None:
        if not isinstance(header, AssignmentShape) or file.page is None:
            return None
        rubric = tuple(
            Criterion(
                f"{part.id}.{number}",
                render.inline(row[0]),
                tuple(render.inline(cell) for cell in row[1:]),
                tuple(render.inline(name) for name in part.names),
            )
            for part in file.parts.values()
            if isinstance(part, RubricSketch)
            for number, row in enumerate(part.rows, 1)
        )
        models = [text for section in file.page.sections for text in without_model(section.lines)[1]]
        return Assignment(
            tuple(header.submit),
            header.max_mb,
            header.review,
            header.peers,
            rubric,
            render.block("\n\n".join(models)),
        )

    def _scenes(self, file: UnitFile, render: Renderer) -> list[Scene]:
        return [
            Scene(
                scene.id,
                render.inline(scene.title),
                render.block(scene.text),
                tuple(Move(render.inline(move.text), move.target, render.block(move.feedback)) for move in scene.moves),
                scene.ending,
            )
            for scene in file.scenes
        ]

    def _glossary(self, lang: str, page: Page) -> tuple[Term, ...]:
        render = Renderer(lang, page.definitions, self._resolver(self.source.place, lang, "", "", []))
        return tuple(
            Term(section.anchor or slug(section.title), plain(render.inline(section.title)), render.block(section.text))
            for section in page.sections
            if section.level == 2
        )

    # -- links

    def _resolver(
        self, folder: str, lang: str, unit_id: str, key: str, terms: list[str], named: frozenset[str] = frozenset()
    ) -> Callable[[str], Place]:
        """How the links of a file are resolved; `named` are the files that it links to itself."""
        course = SHARED if folder.startswith(f"{SHARED}/") else self.source.place

        def resolve(target: str) -> Place:
            found = destination(target, folder, course)
            if found.kind in ("web", "site"):
                return Place(found.path)
            if found.kind == "here":
                if key.startswith("scenario"):
                    return Place(f"{PLACE}{unit_id}/{key}?scene={found.fragment}")
                return Place(f"#u-{found.fragment.removeprefix('u-')}")
            if found.kind != "file":
                return Place("")
            name = found.path.rpartition("/")[2]
            if name.startswith("glossary.") and name.endswith(".md"):
                id = slug(found.fragment)
                terms.append(id)
                return Place(f"#g-{id}", "term")
            if name.endswith(".md"):
                return Place(self._activity_link(found.path, found.fragment))
            return self._file(found.path, lang, named)

        return resolve

    def _activity_link(self, path: str, fragment: str) -> str:
        named = named_file(path)
        unit = path.split("/")[-2] if "/" in path else ""
        if isinstance(named, Fault) or not any(one.id == unit for one in self.source.units):
            return ""
        return f"{PLACE}{unit}/{named.key}" + (f"#u-{slug(fragment)}" if fragment else "")

    def _file(self, path: str, lang: str, named: frozenset[str]) -> Place:
        """A picture, a recording or another file, with what is said beside it."""
        address, data = self._kept(path)
        stem, _, suffix = path.rpartition(".")
        if f".{suffix.lower()}" in IMAGES:
            return self._picture(path, f".{suffix.lower()}", data, address, lang)
        if f".{suffix.lower()}" not in RECORDINGS:
            return Place(address, note=told(path, data, lang))
        words = [f"{stem}{end}" for end in (".txt", ".vtt") if (self.source.root / f"{stem}{end}").is_file()]
        addresses = {one: self._kept(one)[0] for one in words}
        missing = words and not any(one.rpartition("/")[2] in named for one in words)
        return Place(
            address,
            "video" if is_video(path) else "audio",
            told(path, data, lang),
            transcript=addresses[words[0]] if missing else "",
            captions=addresses.get(f"{stem}.vtt", "") if is_video(path) else "",
        )

    def _picture(self, path: str, suffix: str, data: bytes, address: str, lang: str) -> Place:
        """A picture in the widths of pages; what a link to it opens has lost what its camera wrote, too."""
        if path not in self.pictures:
            self.pictures[path] = prepared(data, suffix)
        made = self.pictures[path]
        if made is None:
            return Place(address, note=told(path, data, lang), size=picture_size(data, suffix.removeprefix(".")))
        self._keep(path.removeprefix(f"{self.source.place}/"), made.whole)
        name = sha256(made.whole).hexdigest()[:16]
        return Place(
            address,
            note=told(path, made.whole, lang),
            size=made.size,
            shown=self._keep(f"{WIDTHS_PLACE}/{name}{made.suffix}", made.fallback),
            widths=tuple((width, self._keep(f"{WIDTHS_PLACE}/{name}-{width}.webp", one)) for width, one in made.widths),
        )

    def _kept(self, path: str) -> tuple[str, bytes]:
        """Note a file as one that pages show. Gives its address and what is in it."""
        data = (self.source.root / path).read_bytes()
        return self._keep(path.removeprefix(f"{self.source.place}/"), data), data

    def _keep(self, short: str, data: bytes) -> str:
        """Note a file of pages under a path of its own. Gives its address."""
        self.files[short] = CourseFile(short, len(data), sha256(data).hexdigest())
        self.contents[short] = data
        return f"{PLACE}files/{short}"


def _without_title(sections: Sequence[Section]) -> list[Section]:
    """Leave out the first `#` heading: it is the title, which the page shows from the header. Its text stays."""
    out = list(sections)
    for number, section in enumerate(out):
        if section.level == 1 and section.mark is None:
            out[number] = Section(0, "", section.line, section.lines)
            break
        if section.level:
            break
    return out


def _with_key_points(blocks: list[Block]) -> list[Block]:
    """Mark the last prose block of a lesson as its key points if all its text is one list."""
    for number in range(len(blocks) - 1, -1, -1):
        block = blocks[number]
        if isinstance(block, Prose) and block.html.startswith("<h2"):
            if _LIST.fullmatch(_HEADING.sub("", block.html, count=1)):
                blocks[number] = Prose(block.html, block.anchor, block.title, "key-points")
            break
    return blocks


def _with_own_anchors(blocks: Sequence[Block]) -> list[Block]:
    """Number the anchors of headings with equal words, as GitHub does."""
    seen: dict[str, int] = {}
    out: list[Block] = []
    for block in blocks:
        if isinstance(block, Prose) and block.anchor:
            times = seen.get(block.anchor, 0)
            seen[block.anchor] = times + 1
            if times:
                anchor = f"{block.anchor}-{times}"
                markup = block.html.replace(f'id="{block.anchor}"', f'id="{anchor}"', 1)
                block = Prose(markup, anchor, block.title, block.role)
        out.append(block)
    return out


def _goals(competencies: list[str] | dict[str, CompetencyShape]) -> dict[str, CompetencyGoal]:
    if isinstance(competencies, dict):
        return {id: CompetencyGoal(one.grade, one.entry, one.exit) for id, one in competencies.items()}
    return {id: CompetencyGoal() for id in competencies}


def _prerequisites(written: list[str] | PrerequisitesShape) -> Prerequisites:
    if isinstance(written, PrerequisitesShape):
        return Prerequisites(tuple(written.all), tuple(written.any), written.strict)
    return Prerequisites(all=tuple(written))


def _quiz(header: UnitShape) -> QuizSettings | None:
    if not isinstance(header, QuizShape):
        return None
    return QuizSettings(header.pass_mark, header.draw, header.shuffle, header.confidence, header.attempts)


def _poll(file: UnitFile, header: UnitShape, render: Renderer) -> Poll | None:
    part = next(iter(file.parts.values()), None)
    if not isinstance(header, PollShape) or not isinstance(part, ListSketch):
        return None
    opens, closes = (date.fromisoformat(day) for day in header.open.split("..")) if header.open else (None, None)
    return Poll(
        part.id,
        render.inline(part.title),
        render.block(part.text),
        tuple(render.inline(item) for item in part.items),
        opens,
        closes,
        header.anonymous,
    )


def _live(header: UnitShape, minutes: int) -> Live | None:
    if not isinstance(header, LiveShape):
        return None
    return Live(datetime.fromisoformat(header.start), header.tz, minutes, header.join or "", header.seats)
