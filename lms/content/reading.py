"""The line reader: a Markdown file into sections with line numbers, without rendering anything.

Structure comes from the shape of lines (headings, comments, fences), never from the tree of the Markdown library, which
keeps no lines. Comments and raw HTML are taken out here, before anything is rendered, and the limits on size and depth
are kept here, before anything slow can see the text. Every pattern is linear in the length of a line.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from lms.content.findings import Fault, fault
from lms.content.headers import DEPTH_LIMIT, FILE_LIMIT
from lms.content.texts import slug

_BRACKET_WORK: Final = 10_000_000
"""Brackets times length, summed over paragraphs: what the Markdown library does in about a second."""
_SIGN_WORK: Final = 5_000_000_000
"""The same of signs that begin a mark: the library copies the paragraph once for each."""
_SIGNS: Final = "\\`*_~&"
_SECTIONS: Final = 2_000
_PARAGRAPHS: Final = 20_000
_WARNINGS_OF_A_KIND: Final = 20

_HEADING = re.compile(r"(#{1,6})[ \t]+(?=\S)")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_ANCHOR = re.compile(r"<a id=\"([a-z0-9-]{2,40})\"></a>")
_MARK_ID = re.compile(r"[qkcr]-[a-z0-9-]{2,40}")
_LIKE_A_MARK = re.compile(r"[qkcrQKCR]-\S")
MOVE = re.compile(r"- \[(\S[^\n]*)\]\(#([A-Za-z0-9_-]{1,80})\)\s*")
"""A choice of a scene."""
_WORD = re.compile(r"([a-z]+)(?:=(\S+))?")
_ENDING = re.compile(r"end:\s*(good|partial|hard)")
_TAG = re.compile(r"<(?:(/?)([A-Za-z][A-Za-z0-9:-]*)(?:\s[^<>]*|/)?|[!?][^<>]*)>")
_OPEN_TAG_AT_END = re.compile(r"</?[A-Za-z][A-Za-z0-9:-]*(?:\s[^<>]*)?$")
_CODE_SPAN = re.compile(r"(?<!`)(`{1,9})(?!`)")
_QUOTES = re.compile(r"(?:[ ]{0,3}>)+")
_BULLETS = re.compile(r"(?:\s*(?:[-*+]|\d{1,9}[.)])(?=\s))+")
_DEFINITION = re.compile(r" {0,3}\[[^\[\]]{1,200}\]:\s*\S")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_SILENT = ("script", "style", "template", "iframe", "noscript", "svg", "math", "object")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True)
class Line:
    """A line of the page without comments and raw HTML; `code` says that it lies in a fence (the fence included)."""

    number: int
    text: str
    code: bool = False

    @property
    def spaced(self) -> str:
        """The text, a tab at its beginning as the four spaces that it reaches."""
        return self.text.expandtabs(4) if self.text.startswith("\t") else self.text

    @property
    def blank(self) -> bool:
        """Nothing stands on it."""
        return not self.code and not self.text.strip()


@dataclass(frozen=True)
class Mark:
    """The comment under a heading: `<!-- q-etapes order points=2 -->`."""

    id: str
    words: tuple[tuple[str, str], ...]
    line: int

    @property
    def prefix(self) -> str:
        """`q` question, `k` commitment, `c` checklist section, `r` rubric."""
        return self.id[0]


@dataclass(frozen=True)
class Section:
    """A heading and what follows it up to the next heading; level 0 is the text before the first heading."""

    level: int
    title: str
    line: int
    lines: tuple[Line, ...]
    mark: Mark | None = None
    anchor: str = ""
    ending: str = ""

    @property
    def is_scene(self) -> bool:
        """A scene of a scenario: it has an anchor, or what only a scene has, a way on or an ending."""
        return bool(self.anchor or self.ending) or (
            self.level > 0 and any(not line.code and MOVE.fullmatch(line.text) for line in self.lines)
        )

    @property
    def text(self) -> str:
        """The lines as Markdown."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Page:
    """A file, read: its header as text, its sections, the trainer's notes and what was wrong."""

    front: str | None
    sections: tuple[Section, ...]
    notes: tuple[tuple[int, str], ...]
    definitions: str
    faults: tuple[Fault, ...]


def decode(data: bytes) -> tuple[str | None, list[Fault]]:
    """Give the text of a file, or None and the fault (E008, E009)."""
    if len(data) > FILE_LIMIT:
        return None, [fault("E009", 1, limit=FILE_LIMIT // 1000)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [fault("E008", data.count(b"\n", 0, error.start) + 1)]
    if "\x00" in text:
        return None, [fault("E008", text.count("\n", 0, text.index("\x00")) + 1)]
    return text.replace("\r\n", "\n").replace("\r", "\n"), []


def split_front(text: str) -> tuple[str | None, int, list[Fault]]:
    """Give the front matter (None if there is none), the number of lines before the body, and the faults (E005)."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None, 0, [fault("E005")]
    for number in range(1, len(lines)):
        if lines[number].rstrip() == "---":
            return "\n".join(lines[1:number]), number + 1, []
    return None, 0, [fault("E005/open")]


def read_page(text: str, header: bool = True) -> Page:
    """Read a decoded file. `header=False` is for files without front matter (the glossary)."""
    front, skipped, faults = split_front(text) if header else (None, 0, [])
    reader = _Reader(text.split("\n")[skipped:], skipped + 1)
    reader.read()
    return Page(
        front,
        tuple(reader.sections),
        tuple(reader.notes),
        "\n".join(reader.definitions),
        tuple(_few([*faults, *reader.faults])),
    )


def _few(faults: list[Fault]) -> list[Fault]:
    """Keep the first warnings of each kind: forty thousand equal lines help nobody."""
    counts: dict[str, int] = {}
    kept = []
    for one in faults:
        counts[one.key] = counts.get(one.key, 0) + 1
        if one.blocks or counts[one.key] <= _WARNINGS_OF_A_KIND:
            kept.append(one)
    return kept


@dataclass
class _Open:
    """The section being read."""

    level: int = 0
    title: str = ""
    line: int = 1
    lines: list[Line] = field(default_factory=list)
    mark: Mark | None = None
    anchor: str = ""
    ending: str = ""


class _Work:
    """What rendering will cost: brackets, and signs that begin a mark, times length, summed over paragraphs."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget what was counted."""
        self.brackets = self.signs = self.length = 0
        self.brackets_before = self.signs_before = 0

    def add(self, text: str) -> None:
        """Count a line of the paragraph that is open."""
        self.brackets += text.count("[")
        self.signs += sum(text.count(sign) for sign in _SIGNS)
        self.length += len(text)

    def end(self) -> None:
        """End the paragraph."""
        self.brackets_before, self.signs_before = self.brackets_done, self.signs_done
        self.brackets = self.signs = self.length = 0

    @property
    def brackets_done(self) -> int:
        """The work of brackets up to here."""
        return self.brackets_before + self.brackets * self.length

    @property
    def signs_done(self) -> int:
        """The work of the other signs up to here."""
        return self.signs_before + self.signs * self.length


class _Reader:
    def __init__(self, lines: list[str], first: int) -> None:
        self.raw = lines
        self.first = first
        self.sections: list[Section] = []
        self.notes: list[tuple[int, str]] = []
        self.definitions: list[str] = []
        self.faults: list[Fault] = []
        self.section = _Open(line=first)
        self.fence = ""
        self.comment: list[str] | None = None
        self.comment_line = 0
        self.silent = ""
        self.in_tag = False
        self.anchor = ("", 0)
        self.tag_depth = 0
        self.deep = False
        self.near_heading = False
        lowered = [line.lower() for line in lines]
        # Where the last end of each construct stands: one that is never closed is read as plain text.
        self.last_end = {"": _last(lines, "-->"), **{tag: _last(lowered, f"</{tag}") for tag in _SILENT}}

    def read(self) -> None:
        work = _Work()
        paragraphs = depth = 0
        blank = True
        for index, raw in enumerate(self.raw):
            number = self.first + index
            line = self._line(index, number, raw)
            if line is None:
                # A heading is rendered as a paragraph is.
                work.end()
                work.add(raw)
                self._too_much(work, number)
                work.end()
                continue
            self.section.lines.append(line)
            if line.code:
                continue
            if line.blank:
                work.end()
                depth = 0
                blank = True
                continue
            paragraphs += blank or _BULLETS.match(line.text) is not None
            blank = False
            if paragraphs > _PARAGRAPHS:
                self.faults.append(fault("E009/paragraphs", number, limit=_PARAGRAPHS))
                paragraphs = 0
            work.add(line.text)
            depth = max(0, depth + line.text.count("[") - line.text.count("]"))
            if depth > DEPTH_LIMIT or _depth(line.text) > DEPTH_LIMIT:
                self._too_deep(number)
                depth = 0
            self._too_much(work, number)
        self._close_section()
        if self.anchor[0]:
            self._html(self.anchor[1], f'<a id="{self.anchor[0]}">')

    def _too_much(self, work: _Work, number: int) -> None:
        if work.brackets_done > _BRACKET_WORK:
            self.faults.append(fault("E009/brackets", number))
            work.restart()
        elif work.signs_done > _SIGN_WORK:
            self.faults.append(fault("E009/signs", number))
            work.restart()

    # -- one line

    def _line(self, index: int, number: int, raw: str) -> Line | None:
        """Give the line as it is kept, or None if it was structure."""
        if self.fence:
            stripped = raw.strip()
            if stripped.startswith(self.fence) and not stripped.strip(self.fence[0]):
                self.fence = ""
            return Line(number, raw, code=True)
        text = _PRIVATE_USE.sub("", raw)
        if self.comment is not None:
            before, found, after = text.partition("-->")
            self.comment.append(before)
            if not found:
                return Line(number, "")
            self._end_comment()
            text = after
        elif not (self.silent or self.in_tag):
            fence = _FENCE.match(text)
            if fence and not (fence[1][0] == "`" and "`" in text[fence.end() :]):
                self.fence = fence[1]
                self.near_heading = False
                return Line(number, text.lstrip(), code=True)
            if self._structure(number, text):
                return None
        text = self._without_html(index, number, text)
        line = Line(number, text.rstrip())
        if not line.blank:
            self.near_heading = False
            if self.anchor[0]:
                self._html(self.anchor[1], f'<a id="{self.anchor[0]}">')
                self.anchor = ("", 0)
            if _DEFINITION.match(text):
                self.definitions.append(text.strip())
        return line

    def _structure(self, number: int, text: str) -> bool:
        heading = _HEADING.match(text)
        if heading:
            self._close_section()
            if len(self.sections) == _SECTIONS:
                self.faults.append(fault("E009/sections", number, limit=_SECTIONS))
            title = self._without_html(-1, number, text[heading.end() :]).strip()
            bare = title.rstrip("#")
            if bare != title and bare.endswith((" ", "\t")):
                title = bare.rstrip()
            self.section = _Open(len(heading[1]), title, number, anchor=self.anchor[0])
            self.anchor = ("", 0)
            self.near_heading = True
            return True
        stripped = text.strip()
        anchor = _ANCHOR.fullmatch(stripped)
        if anchor:
            if self.anchor[0]:
                self._html(self.anchor[1], f'<a id="{self.anchor[0]}">')
            self.anchor = (anchor[1], number)
            return True
        if stripped.startswith("<!--") and stripped.endswith("-->") and "-->" not in stripped[4:-3]:
            return self._comment_line(number, stripped[4:-3].strip())
        return False

    def _comment_line(self, number: int, inner: str) -> bool:
        """Take a comment that has its line to itself; say whether it was a mark or an ending."""
        ending = _ENDING.fullmatch(inner)
        if ending:
            self.section.ending = ending[1]
            return True
        words = inner.split()
        if not words or not _LIKE_A_MARK.match(words[0]):
            return False
        if not _MARK_ID.fullmatch(words[0]):
            self.faults.append(fault("E010/id", number, name=words[0]))
        elif self.section.mark is None and self.section.level and not self.near_heading:
            # Away from its heading it is a slip of the hand: said, and still understood.
            self.faults.append(fault("E101", self.section.line, title=self.section.title, proposal=inner))
        pairs = []
        for word in words[1:]:
            found = _WORD.fullmatch(word)
            if found:
                pairs.append((found[1], found[2] or ""))
            else:
                self.faults.append(fault("E004/far", number, key=word, allowed="order, match, cloze, open"))
        if self.section.level and self.section.mark is None:
            self.section.mark = Mark(words[0], tuple(pairs), number)
        return True

    # -- comments and HTML

    def _without_html(self, index: int, number: int, text: str) -> str:
        """Give a line without comments and tags; `index` is -1 where nothing may go on to the next line."""
        if not (self.silent or self.in_tag) and "<" not in text:
            return text
        kept: list[str] = []
        at = 0
        # Searched again only once passed: a line of a hundred thousand `<` stays linear.
        next_code = _CODE_SPAN.search(text)
        lowered = text.lower()
        ends = {tag: lowered.rfind(f"</{tag}") for tag in _SILENT if f"<{tag}" in lowered}
        ends[""] = text.rfind("-->")
        while at < len(text):
            if self.silent:
                end = lowered.find(f"</{self.silent}", at)
                if end < 0:
                    return "".join(kept)
                self.silent = ""
                at = end
            if self.in_tag:
                end = text.find(">", at)
                if end < 0:
                    return "".join(kept)
                self.in_tag = False
                at = end + 1
            if next_code and next_code.start() < at:
                next_code = _CODE_SPAN.search(text, at)
            next_angle = text.find("<", at)
            if next_angle < 0:
                kept.append(text[at:])
                break
            if next_code and next_code.start() < next_angle:
                closing = _closing(text, next_code)
                kept.append(text[at:closing])
                at = closing
                continue
            kept.append(text[at:next_angle])
            at = self._angle(index, number, text, ends, next_angle, kept)
        return "".join(kept)

    def _angle(self, index: int, number: int, text: str, ends: dict[str, int], at: int, kept: list[str]) -> int:
        """Deal with a `<`; give the place where reading goes on."""
        if text.startswith("<!--", at):
            if ends[""] >= at + 4:
                end = text.find("-->", at + 4)
                self.comment, self.comment_line = [text[at + 4 : end]], number
                self._end_comment()
                return end + 3
            if 0 <= index < self.last_end[""]:
                self.comment, self.comment_line = [text[at + 4 :]], number
                return len(text)
        tag = _TAG.match(text, at)
        if tag:
            self._html(number, tag[0])
            name = (tag[2] or "").lower()
            if tag[1]:
                self.tag_depth = max(0, self.tag_depth - 1)
            elif name and name not in _VOID and not tag[0].endswith("/>"):
                if name in _SILENT and (ends[name] > at or 0 <= index < self.last_end[name]):
                    self.silent = name
                else:
                    self.tag_depth += 1
                    if self.tag_depth > DEPTH_LIMIT:
                        self._too_deep(number)
            return tag.end()
        if index >= 0 and _OPEN_TAG_AT_END.match(text, at) and self._goes_on(index):
            self._html(number, text[at:])
            self.in_tag = True
            return len(text)
        kept.append("<")
        return at + 1

    def _goes_on(self, index: int) -> bool:
        """Say whether a tag opened at the end of a line is closed before the paragraph ends."""
        for later in self.raw[index + 1 : index + 20]:
            if not later.strip():
                return False
            angles = [later.find(sign) for sign in "<>"]
            if max(angles) >= 0:
                return angles[1] >= 0 and not 0 <= angles[0] < angles[1]
        return False

    def _end_comment(self) -> None:
        inner = "\n".join(self.comment or []).strip()
        self.comment = None
        if inner.startswith("note:"):
            self.notes.append((self.comment_line, inner[5:].strip()))

    def _html(self, number: int, tag: str) -> None:
        if not (self.faults and self.faults[-1].key == "W006" and self.faults[-1].line == number):
            self.faults.append(fault("W006", number, tag=tag[:60]))

    def _too_deep(self, number: int) -> None:
        if not self.deep:
            self.deep = True
            self.faults.append(fault("E009/depth", number, limit=DEPTH_LIMIT))

    def _close_section(self) -> None:
        now = self.section
        if not now.level and all(line.blank for line in now.lines):
            return
        if now.lines and now.lines[-1].code and self.fence:
            # A fence that is never closed runs to the end of the file, as on GitHub.
            now.lines.append(Line(now.lines[-1].number, self.fence, code=True))
        self.sections.append(
            Section(now.level, now.title, now.line, tuple(now.lines), now.mark, now.anchor, now.ending)
        )
        self.section = _Open()


def _last(lines: list[str], end: str) -> int:
    return next((index for index in range(len(lines) - 1, -1, -1) if end in lines[index]), -1)


def _closing(text: str, opening: re.Match[str]) -> int:
    """Give the end of a code span, or of its opening ticks if it is not closed on the line."""
    ticks = opening[1]
    at = text.find(ticks, opening.end())
    while at >= 0:
        end = at
        while end < len(text) and text[end] == "`":
            end += 1
        if end - at == len(ticks):
            return end
        at = text.find(ticks, end)
    return opening.end()


def _depth(text: str) -> int:
    """Give how deep quotes and lists are nested on a line."""
    quotes = _QUOTES.match(text)
    after = quotes.end() if quotes else 0
    bullets = _BULLETS.match(text, after)
    indent = len(text) - len(text.lstrip(" \t"))
    return (quotes[0].count(">") if quotes else 0) + (len(bullets[0].split()) if bullets else 0) + indent // 2


def proposed_id(prefix: str, title: str, taken: Set[str]) -> str:
    """Give a readable id for a heading, distinct from those taken; without a prefix, an anchor."""
    begin = f"{prefix}-" if prefix else ""
    words = slug(title)
    if len(words) > 38:
        words = words[:38].rpartition("-")[0] or words[:38]
    stem = begin + (words or ("1" if prefix else "scene"))
    if len(stem) < len(begin) + 2:
        stem += "-1"
    name, number = stem, 2
    while name in taken:
        end = f"-{number}"
        name, number = f"{stem[: len(begin) + 40 - len(end)].rstrip('-')}{end}", number + 1
    return name
