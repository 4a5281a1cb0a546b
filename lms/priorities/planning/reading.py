"""Reading needs and courses from JSON: what is wrong is told with its place. Pure."""

from __future__ import annotations

import json
import math
import re
from itertools import islice
from typing import Any, Final

from lms.priorities.planning.rules import STATUSES, Course

BYTES_MOST: Final = 20_000_000
_REQUIRED: Final = ("id", "coverage", "status", "remaining_hours")
_KNOWN: Final = (*_REQUIRED, "domain", "age", "prerequisites")


class Unusable(Exception):
    """A file that cannot be used. `code` names the kind of fault (see `wording.py`), `line` the line of the file from 1 (0: not
    known), `about` what its sentence speaks of.
    """

    def __init__(self, code: str, line: int = 0, **about: object) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.about = about


def _load(text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, one in pairs:
            if name in found:
                raise Unusable("key_twice", _line_of(text, name, 2), name=name)
            found[name] = one
        return found

    if len(text) > BYTES_MOST:
        raise Unusable("too_large", 0, most=BYTES_MOST // 1_000_000)
    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise Unusable("no_json", error.lineno, column=error.colno) from error
    except (RecursionError, ValueError) as error:  # nested too deeply, or a number of thousands of digits
        raise Unusable("no_json", 1, column=1) from error


def _line_of(text: str, name: str, time: int = 1, before: str = "") -> int:
    """The line on which a name is written for the `time`-th time (`before`: as the value of this key), 0 where it is not
    found.
    """
    written = re.escape(json.dumps(name, ensure_ascii=False))
    pattern = re.compile(rf'"{before}"\s*:\s*{written}' if before else written)
    places = list(islice(pattern.finditer(text), time))
    return text.count("\n", 0, places[-1].start()) + 1 if len(places) == time else 0


def _is_number(one: Any) -> bool:
    return isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)


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
    """Courses from a list of objects. Raises `Unusable`, also for a prerequisite that is not in the list."""
    found = _load(text)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unusable("courses", 1)
    courses: list[Course] = []
    ids: set[str] = set()
    for at, one in enumerate(found, start=1):
        name = one.get("id")
        if not isinstance(name, str) or not name:
            raise Unusable("course_id", 0, at=at)
        line = _line_of(text, name, before="id")
        if name in ids:
            raise Unusable("course_twice", _line_of(text, name, 2, before="id"), id=name)
        ids.add(name)
        for key in _REQUIRED:
            if key not in one:
                raise Unusable("field_missing", line, id=name, field=key)
        for key in one:
            if key not in _KNOWN:
                raise Unusable("field_unknown", line, id=name, field=key, known=", ".join(_KNOWN))
        courses.append(_course(name, one, line))
    for course in courses:
        for before in course.prerequisites:
            if before not in ids:
                raise Unusable("prerequisite", _line_of(text, course.id, before="id"), id=course.id, before=before)
    return courses


def _course(name: str, one: dict[str, Any], line: int) -> Course:
    coverage, before = one["coverage"], one.get("prerequisites", [])
    if not isinstance(coverage, dict) or not all(_is_number(share) and 0 <= share <= 1 for share in coverage.values()):
        raise Unusable("coverage", line, id=name)
    if one["status"] not in STATUSES:
        raise Unusable("status", line, id=name, known=", ".join(STATUSES))
    for key in ("remaining_hours", "age"):
        if not _is_number(one.get(key, 0)) or one.get(key, 0) < 0:
            raise Unusable("amount", line, id=name, field=key)
    if not isinstance(before, list) or not all(isinstance(other, str) for other in before):
        raise Unusable("prerequisites", line, id=name)
    if not isinstance(one.get("domain", ""), str):
        raise Unusable("domain", line, id=name)
    return Course(
        name, {key: float(share) for key, share in coverage.items()}, one["status"], float(one["remaining_hours"]),
        float(one.get("age", 0)), one.get("domain", ""), tuple(before),
    )  # fmt: skip
