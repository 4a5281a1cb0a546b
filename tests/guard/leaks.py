"""What the words of space B look like in anything that is sent: pages, tables, workbooks, papers, headers, mails.

`leaks` reads all of an answer, what is packed in it too, and `test_every_door.py` plants leaks to see that it does.
"""

from __future__ import annotations

import base64
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from urllib.parse import unquote

import pypdf
from werkzeug.test import TestResponse

from tests.guard.world import CANARY, PLACE_CANARY
from tests.house.census import Door

#: Where space B's name is shown on purpose: to the coordinator, and to whoever chooses a space to join.
NAMED = {
    "network.spaces",
    "priorities.results",
    "spaces.choose",
    "audit.network",
    "directory.listed",
    "network.table",
}
#: Who reads names from every space: of works to review, of those who changed roles and choices.
READERS = {
    ("trainer", "works.waiting"),
    ("coordinator", "audit.network"),
    ("coordinator", "network.spaces"),
    ("coordinator", "network.table"),
}
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")


def read(data: bytes, depth: int = 3) -> Iterator[str]:
    """Every text in `data`: as it stands, decoded from entities and percents, and in what it packs, `depth` deep."""
    text = data.decode("utf-8", "replace")
    yield text
    yield unquote(unescape(text))
    if not depth:
        return
    if data[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError):
            yield from read(gzip.decompress(data), depth - 1)
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield name
                yield from read(packed.read(name), depth - 1)
    if data[:5] == b"%PDF-":
        paper = pypdf.PdfReader(io.BytesIO(data))
        yield repr(paper.metadata)
        for page in paper.pages:
            yield page.extract_text()
    for coded in BASE64.findall(data)[:200]:
        with suppress(ValueError):
            yield base64.urlsafe_b64decode(coded.replace(b"+", b"-").replace(b"/", b"_") + b"==").decode("latin-1")


def canaries(data: bytes, *words: str) -> list[str]:
    """Which of `words`, in whatever case, stand in `data`."""
    texts = [text.lower() for text in read(data)]
    return [word for word in words if any(word.lower() in text for text in texts)]


def leaks(door: Door, actor: str, answer: TestResponse) -> list[str]:
    """What an answer holds of space B that this actor must not see."""
    if actor.endswith("_b") or (actor, door.endpoint) in READERS:
        return []
    words = (CANARY,) if door.endpoint in NAMED else (CANARY, PLACE_CANARY)
    told = canaries(answer.get_data(), *words) + canaries(repr(list(answer.headers)).encode(), *words)
    return [f"leaks {word}" for word in told]
