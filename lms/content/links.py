"""Links and images of a file: finding them with their lines, and where they may lead."""

from __future__ import annotations

import html
import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from lms.content.reading import Line

IMAGES: Final = frozenset({".svg", ".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif"})
VIDEOS: Final = frozenset({".mp4", ".webm", ".ogv"})
RECORDINGS: Final = VIDEOS | {".mp3", ".ogg", ".oga", ".opus", ".wav", ".m4a"}
SHARED: Final = "_shared"

_LINK = re.compile(
    r"(!?)\[([^\[\]]*)\]\(\s*(<[^<>\n]*>|[^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+(?:\"([^\"\n]*)\"|'([^'\n]*)'))?\s*\)"
)
_DEFINED = re.compile(r" {0,3}\[([^\[\]]{1,200})\]:\s*<?(\S+?)>?(?:\s+[\"'(].*)?")
_CODE = re.compile(r"(?<!`)(`{1,9})(?!`)[^`\n]*\1(?!`)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")


@dataclass(frozen=True)
class Link:
    """A link or an image as written."""

    line: int
    image: bool
    text: str
    target: str
    title: str


@dataclass(frozen=True)
class Destination:
    """Where a link leads: kind `web`, `here` (an anchor), `site` (an address of the platform), `file`, or `bad`.

    `path` of a file is relative to the folder of courses; `fragment` is what stands after `#`.
    """

    kind: str
    path: str = ""
    fragment: str = ""


def links_in(lines: Sequence[Line]) -> Iterator[Link]:
    """Give the links and images of a section, code left out."""
    starts: list[int] = []
    texts: list[str] = []
    at = 0
    for line in lines:
        starts.append(at)
        text = "" if line.code else line.text
        if "`" in text:
            text = _CODE.sub(lambda found: " " * len(found[0]), text)
        defined = _DEFINED.fullmatch(text)
        if defined:
            yield Link(line.number, False, defined[1], defined[2], "")
            text = ""
        texts.append(text)
        at += len(text) + 1
    joined = "\n".join(texts)
    if "](" not in joined:
        return
    for found in _LINK.finditer(joined):
        line = lines[bisect_right(starts, found.start()) - 1]
        target = found[3][1:-1] if found[3].startswith("<") else found[3]
        yield Link(line.number, bool(found[1]), " ".join(found[2].split()), target, found[4] or found[5] or "")


def destination(target: str, folder: str, course: str) -> Destination:
    """Say where a link leads.

    Takes the target as written, the folder of the file and the folder of its course, both relative to the folder of
    courses. A path may stay in the course or go to the shared folder, nowhere else, however it is written.
    """
    bare = html.unescape(target.strip())
    squeezed = _CONTROL.sub("", bare)
    if not bare:
        return Destination("bad")
    scheme = _SCHEME.match(squeezed)
    if scheme:
        good = scheme[1].lower() in ("http", "https", "mailto") and squeezed == bare
        return Destination("web", bare) if good else Destination("bad")
    path, _, fragment = bare.partition("#")
    path = path.partition("?")[0]
    once = unquote(path)
    if (
        squeezed != bare
        or "\\" in once
        or unquote(once) != once
        or _CONTROL.search(once.replace(" ", ""))
        or once.startswith("//")
    ):
        return Destination("bad")
    if not path:
        return Destination("here", fragment=fragment)
    if once.startswith("/"):
        return Destination("bad") if ".." in once.split("/") else Destination("site", bare)
    whole = posixpath.normpath(posixpath.join(folder, once))
    inside = whole.startswith((f"{course}/", f"{SHARED}/")) if course else not whole.startswith("..")
    if not inside or any(part.startswith(".") for part in whole.split("/")):
        return Destination("bad")
    return Destination("file", whole, fragment)
