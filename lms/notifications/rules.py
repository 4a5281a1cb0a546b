"""Rules of letters: subject and text out of one rendered page; a kept letter cut into words and links. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What a letter calls an address: up to the first space or sign that cannot stand in one.
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
#: How a machine calls itself while nobody else can see it: a demonstration, today on this port, yesterday on another.
_THIS_MACHINE = re.compile(r"http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?=/)")


@dataclass(frozen=True)
class Piece:
    """A piece of a letter's line: words, and where they lead on this site ("" for words alone)."""

    text: str
    path: str = ""


def subject_and_text(rendered: str) -> tuple[str, str]:
    """The first line of `rendered`, and everything after the empty lines that follow it.

    Raises `ValueError` for a letter without subject or without text.
    """
    subject, _, text = rendered.strip().partition("\n")
    subject, text = " ".join(subject.split()), text.strip()
    if not subject or not text:
        raise ValueError("a letter needs a subject line, an empty line and a text")
    return subject, re.sub(r"\n{3,}", "\n\n", text) + "\n"


def paragraphs(text: str, base_url: str) -> list[list[list[Piece]]]:
    """The paragraphs of `text`, each its lines, each its pieces. Only addresses of this site lead somewhere: those under
    `base_url`, and, where that is this machine's own, those it had when the letter was written.
    """
    blocks = re.split(r"\n\s*\n", text.strip())
    return [[_pieces(line, base_url) for line in block.splitlines()] for block in blocks if block.strip()]


def _pieces(line: str, base_url: str) -> list[Piece]:
    pieces: list[Piece] = []
    end = 0
    for found in _ADDRESS.finditer(line):
        path = _path(found.group(), base_url)
        if not path:
            continue
        pieces += [Piece(line[end : found.start()]), Piece(base_url + path, path)]
        end = found.end()
    pieces.append(Piece(line[end:]))
    return [piece for piece in pieces if piece.text]


def _path(address: str, base_url: str) -> str:
    """Where `address` leads on this site; "" for an address elsewhere."""
    if address.startswith(base_url + "/"):
        return address[len(base_url) :]
    former = _THIS_MACHINE.match(address)
    return address[former.end() :] if former and _THIS_MACHINE.match(base_url + "/") else ""
