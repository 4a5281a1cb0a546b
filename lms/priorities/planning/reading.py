"""Reading needs and courses from JSON: what is wrong is told with its place. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from lms.priorities.planning.rules import STATUSES, Course

BYTES_MOST: Final = 20_000_000
#: Beyond this, sums could leave what a computer reckons with.
NUMBER_MOST: Final = 1e300
_REQUIRED: Final = ("id", "coverage", "status", "remaining_hours")
_KNOWN: Final = (*_REQUIRED, "domain", "age", "prerequisites")
#: Half of a pair of signs, written as an escape: it cannot be written out again.
_HALF: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]")


class Unusable(Exception):
    """A file that cannot be used. `code` names the kind of fault (see `wording.py`), `line` the line of the file from 1 (0: not
    known), `about` what its sentence speaks of.
    """

    def __init__(self, code: str, line: int = 0, **about: object) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.about = about


def decode(data: bytes) -> str:
    """The text of a file, with or without a byte order mark. Raises `Unusable` for one too large, or in another encoding."""
    if len(data) > BYTES_MOST:
        raise Unusable("too_large", 0, most=BYTES_MOST // 1_000_000)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable("encoding", data.count(b"\n", 0, error.start) + 1) from error


def _load(text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, one in pairs:
            if name in found:
                raise Unusable("key_twice", _line_of(text, name, 2), name=name)
            found[name] = one
        return found

    if not text.strip():
        raise Unusable("empty", 1)
    try:
        found = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise Unusable("no_json", error.lineno, column=error.colno) from error
    except (RecursionError, ValueError) as error:  # nested too deeply, or a number of thousands of digits
        raise Unusable("too_deep") from error
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = _HALF.search(text)
        raise Unusable("half_sign", text.count("\n", 0, half.start()) + 1 if half else 0) from error
    return found


def _line_of(text: str, name: str, time: int = 1) -> int:
    """The line on which a name is written for the `time`-th time, 0 where it is not found: it may be written with escapes."""
    written = re.escape(json.dumps(name, ensure_ascii=False))
    places = list(islice(re.finditer(written + r"\s*:", text), time))
    return text.count("\n", 0, places[-1].start()) + 1 if len(places) == time else 0


class _Lines:
    """The line on which each part of a JSON list begins; looked for when something is wrong."""

    def __init__(self, text: str) -> None:
        self.text = text

    def of(self, at: int) -> int:
        """The line of the part number `at`, from 0."""
        decoder, place = json.JSONDecoder(), self.text.index("[") + 1
        for _part in range(at):
            _value, place = decoder.raw_decode(self.text, self._next(place))
            place = self.text.index(",", place) + 1
        return self.text.count("\n", 0, self._next(place)) + 1

    def _next(self, place: int) -> int:
        while self.text[place].isspace():
            place += 1
        return place


def _is_number(one: Any) -> bool:
    return isinstance(one, int | float) and not isinstance(one, bool) and -NUMBER_MOST <= one <= NUMBER_MOST


def read_needs(text: str) -> dict[str, float]:
    """Competency -> need from `{"K1": 0.6, ...}`. Raises `Unusable`."""
    found = _load(text)
    if not isinstance(found, dict) or not found:
        raise Unusable("needs", 1)
    for name, need in found.items():
        if not _is_number(need):
            raise Unusable("need", _line_of(text, name), name=name)
    return {name: float(need) for name, need in found.items()}


def read_courses(text: str) -> list[Course]:
    """Courses from a list of objects. Raises `Unusable`, also for prerequisites that are not in the list or go in a circle."""
    found = _load(text)
    if not isinstance(found, list):
        raise Unusable("courses", 1)
    lines = _Lines(text)
    places: dict[str, int] = {}
    for at, one in enumerate(found):
        if not isinstance(one, dict):
            raise Unusable("course", lines.of(at), at=at + 1)
        name = one.get("id")
        if not isinstance(name, str) or not name.strip():
            raise Unusable("course_id", lines.of(at), at=at + 1)
        if name in places:
            raise Unusable("course_twice", lines.of(at), id=name)
        places[name] = at
    try:
        courses = [_course(one["id"], one) for one in found]
        for course in courses:
            for before in course.prerequisites:
                if before not in places:
                    raise Unusable("prerequisite", id=course.id, before=before)
        ring = circle({course.id: course.prerequisites for course in courses})
        if ring:
            raise Unusable("circle", id=ring[0], ring=" → ".join((*ring[:5], "…") if len(ring) > 6 else ring))
    except Unusable as fault:
        fault.line = lines.of(places[str(fault.about["id"])])
        raise
    return courses


def circle(before: Mapping[str, Sequence[str]]) -> list[str]:
    """The first circle among what comes before what, from its smallest id back to it; empty where there is none. Names that ask
    for nothing need no entry.
    """
    done: set[str] = set()
    for begin in sorted(before):
        way: dict[str, int] = {}
        stack = [(begin, iter(sorted(before[begin])))] if begin not in done else []
        way.update({begin: 0} if stack else {})
        while stack:
            name, ahead = stack[-1]
            other = next(ahead, None)
            if other is None:
                stack.pop()
                del way[name]
                done.add(name)
            elif other in way:
                ring = list(way)[way[other] :]
                least = ring.index(min(ring))
                return [*ring[least:], *ring[:least], ring[least]]
            elif other not in done:
                way[other] = len(stack)
                stack.append((other, iter(sorted(before.get(other, ())))))
    return []


def _course(name: str, one: dict[str, Any]) -> Course:
    """A course from its object. Raises `Unusable` without a line."""
    for key in _REQUIRED:
        if key not in one:
            raise Unusable("field_missing", id=name, field=key)
    for key in one:
        if key not in _KNOWN:
            raise Unusable("field_unknown", id=name, field=key, known=", ".join(_KNOWN))
    coverage, before = one["coverage"], one.get("prerequisites", [])
    if not isinstance(coverage, dict) or not all(_is_number(share) and 0 <= share <= 1 for share in coverage.values()):
        raise Unusable("coverage", id=name)
    if one["status"] not in STATUSES:
        raise Unusable("status", id=name, known=", ".join(STATUSES))
    for key in ("remaining_hours", "age"):
        if not _is_number(one.get(key, 0)) or one.get(key, 0) < 0:
            raise Unusable("amount", id=name, field=key)
    if not isinstance(before, list) or not all(isinstance(other, str) for other in before):
        raise Unusable("prerequisites", id=name)
    if not isinstance(one.get("domain", ""), str):
        raise Unusable("domain", id=name)
    return Course(
        name, {key: float(share) for key, share in coverage.items()}, one["status"], float(one["remaining_hours"]),
        float(one.get("age", 0)), one.get("domain", ""), tuple(before),
    )  # fmt: skip
