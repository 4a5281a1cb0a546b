"""Rules of works: what can be handed in, who reviews whose work, when a trainer steps in, when it is reviewed. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from lms.content.documents import Assignment

#: The longest text of a work and of a comment, in characters, and the longest link.
TEXT_LONGEST: Final = 20_000
COMMENT_LONGEST: Final = 4_000
LINK_LONGEST: Final = 500
MEGABYTE: Final = 1024 * 1024
#: No file is larger, whatever a course allows; and so much one person may keep in all works together. In bytes.
FILE_MOST: Final = 20 * MEGABYTE
QUOTA: Final = 100 * MEGABYTE
#: How many files one person may send, and in how long: each costs the machine some seconds of work.
SENDINGS: Final = (20, timedelta(minutes=10))
#: How often a work may be handed in before somebody reads it.
EDITIONS: Final = 20
#: After so long a trainer is asked to read what peers have not.
PEERS_HAVE: Final = timedelta(days=7)
#: How long home says that a work was reviewed.
NEWS: Final = timedelta(days=14)

_HOST = re.compile(r"[^\s@\\]+\.[^\s@\\]+")


@dataclass(frozen=True)
class Content:
    """What a work is made of; `file` is the digest of a file's content, empty without one."""

    text: str = ""
    link: str = ""
    file: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to hand in."""
        return not (self.text or self.link or self.file)


@dataclass(frozen=True)
class Handed:
    """A work that was handed in for an activity, when its readers are chosen: how many read it, how many it reads."""

    work_id: str
    person_id: str
    readers: int
    reads: int
    reviewed: bool
    handed_at: datetime


def largest(assignment: Assignment) -> int:
    """The largest file of an assignment, in bytes."""
    return min(assignment.max_mb * MEGABYTE, FILE_MOST)


def is_link(text: str) -> bool:
    """Whether a text is the address of a page on the web, and nothing a browser could take for something else."""
    if len(text) > LINK_LONGEST or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc) is not None


def dealt(person_id: str, peers: int, others: Sequence[Handed]) -> tuple[list[str], list[str]]:
    """Who reads what, when a person hands in: (works of others they review, people who review theirs).

    They get the works with the fewest readers, those still waiting and the oldest first. Their own goes to the people
    who review the fewest, as long as these have less to read than `peers`.
    """
    theirs = sorted((one for one in others if one.person_id != person_id), key=_thirst)
    free = sorted((one for one in theirs if one.reads < peers), key=lambda one: (one.reads, one.handed_at, one.work_id))
    return [one.work_id for one in theirs[:peers]], [one.person_id for one in free[:peers]]


def _thirst(one: Handed) -> tuple[bool, int, datetime, str]:
    return one.reviewed, one.readers, one.handed_at, one.work_id


def is_reviewed(roles: Sequence[str], peers: int) -> bool:
    """Whether the reviews sent so far are enough: one of a trainer, or those of all the peers that were asked for."""
    sent = Counter(roles)
    return sent["trainer"] > 0 or 0 < peers <= sent["peer"]


def unmarked(assignment: Assignment, marks: Mapping[str, int]) -> list[str]:
    """The criteria without a level."""
    return [one.id for one in assignment.rubric if not 0 <= marks.get(one.id, -1) < len(one.levels)]
