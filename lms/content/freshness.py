"""How fresh the translations of a course are, and saying that one is up to date.

What a translator accepted stands in two places: the hash of the whole source in the front matter of the translation
(`from: fr@7c1e2b90`), and in `translations.lock` of the course, for every file, that hash and those of the source's
sections, so that only changed sections count as stale. The source has an entry of its own, with its sections as they were
when somebody last said anything about it: that is what tells a minor edit from the changes before it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final

from lms.content.links import SHARED
from lms.content.sources import (
    LOCK_NAME,
    CourseSource,
    UnitFile,
    UnitFolder,
    lock_key,
    lock_place,
    section_hashes,
    source_hash,
    stale_sections,
)

STATES: Final = ("current", "stale", "draft", "missing")
"""From the best to the worst; what consists of several is as good as its worst part."""
_FROM: Final = re.compile(r"from[ \t]*:.*")


@dataclass(frozen=True)
class State:
    """How an activity, a unit or a course stands in a language; `sections` counts stale ones."""

    state: str
    sections: int = 0


def state_of(source: CourseSource, unit: UnitFolder, key: str, lang: str) -> State:
    """Say how an activity stands in a language."""
    assert source.header is not None
    file = unit.file(key, lang)
    if file is None or file.page is None:
        return State("missing")
    if ((file.header and file.header.status) or source.header.status) in ("draft", "review"):
        return State("draft")
    original = unit.file(key, source.header.source)
    stale = stale_sections(source, file, original) if original is not None and original is not file else 0
    return State("stale", stale) if stale else State("current")


def whole(states: list[State]) -> State:
    """Give the state of what consists of parts: the worst, with all its stale sections. Nothing is missing."""
    if not states:
        return State("missing")
    worst = max(states, key=lambda one: STATES.index(one.state)).state
    return State(worst, sum(one.sections for one in states))


def accept(source: CourseSource, unit: UnitFolder, file: UnitFile, minor: bool) -> dict[str, Any]:
    """Give the entries of the lock (key -> entry) that say that a file is up to date.

    Of a translation: it says what its source says now. Of the source: its sections are noted as they are; with `minor`
    the changed ones count as equal to what they were, for every translation that had accepted that.
    """
    assert source.header is not None
    original = unit.file(file.key, source.header.source) or file
    now = _entry(original)
    if original is not file:
        return {lock_key(source, file): now, lock_key(source, original): now}
    entries: dict[str, Any] = {lock_key(source, original): now}
    before = _locked(source, original)
    for other in unit.files:
        if minor and other.key == file.key and other is not original:
            accepted = _locked(source, other) or _from_header(other)
            entry = _with_minor_edit(accepted, before, now) if accepted else None
            if entry:
                entries[lock_key(source, other)] = entry
    return entries


def _entry(original: UnitFile) -> dict[str, Any]:
    assert original.page is not None
    return {"source": f"{original.lang}@{source_hash(original)}", "sections": list(section_hashes(original.page))}


def _locked(source: CourseSource, file: UnitFile) -> dict[str, Any] | None:
    entry = source.lock.get(lock_key(source, file))
    if not isinstance(entry, dict) or not isinstance(entry.get("source"), str):
        return None
    sections = entry.get("sections")
    kept = [one for one in sections if isinstance(one, str)] if isinstance(sections, list) else []
    return {"source": entry["source"], "sections": kept}


def _from_header(file: UnitFile) -> dict[str, Any] | None:
    origin = file.header.origin if file.header else None
    return {"source": origin, "sections": []} if origin else None


def _with_minor_edit(accepted: dict[str, Any], before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """Give an accepted state with the difference between `before` and `now` accepted too.

    Where nobody noted the source before, what the translation was made from is all there is to compare with.
    """
    if before is None or before["source"] == accepted["source"]:
        return now
    same = dict(_pairs(before["sections"], now["sections"]))
    return {"source": accepted["source"], "sections": [same.get(one, one) for one in accepted["sections"]]}


def _pairs(before: list[str], now: list[str]) -> list[tuple[str, str]]:
    """The sections that took the place of others."""
    pairs: list[tuple[str, str]] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if kind == "replace" and end - start == new_end - new_start:
            pairs += zip(before[start:end], now[new_start:new_end], strict=True)
    return pairs


def write_lock(source: CourseSource, entries: dict[str, Any], place: str) -> Path:
    """Put entries into the lock that holds what is said of the file at `place`. Gives its path. Raises OSError."""
    path = source.root / lock_place(source, place) / LOCK_NAME
    lock: dict[str, Any] = {}
    if path.is_symlink():
        raise OSError(f"{LOCK_NAME} is a symbolic link")
    if path.is_file():
        try:
            held = json.loads(path.read_bytes())
        except ValueError:
            held = {}
        lock = held if isinstance(held, dict) else {}
    lock |= {key.removeprefix(f"{SHARED}/"): entry for key, entry in entries.items()}
    lines = [f" {json.dumps(key)}: {json.dumps(lock[key])}" for key in sorted(lock)]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return path


def write_from(path: Path, origin: str) -> None:
    """Write `from: fr@7c1e2b90` into the front matter of a file, and change nothing else. Raises OSError."""
    text = path.read_bytes().decode()
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(newline)
    end = next(number for number in range(1, len(lines)) if lines[number].rstrip() == "---")
    at = next((number for number in range(1, end) if _FROM.fullmatch(lines[number])), None)
    if at is None:
        lines.insert(end, f"from: {origin}")
    else:
        lines[at] = f"from: {origin}"
    path.write_bytes(newline.join(lines).encode())
