"""Missing ids: which there are in a folder, which readable ids they get, and writing them into the files.

An id is proposed from the heading once and never touched again. A translation takes the ids of its source where both
have as many marked headings, so that they stay the same in every language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lms.content.reading import Section, proposed_id
from lms.content.scenes import proposed_scene
from lms.content.sources import CourseSource, UnitFile, UnitFolder, missing_prefix

_LINE_END: Final = re.compile(r"(\r\n|\r|\n)")


@dataclass(frozen=True, order=True)
class MissingId:
    """A heading without id: the file (relative to the folder of courses), its line, and the id it gets.

    `scene` says that the id is an anchor before the heading, not a comment under it.
    """

    place: str
    line: int
    id: str
    title: str
    scene: bool = False


def missing_ids(source: CourseSource) -> list[MissingId]:
    """Give every missing id of a course, in the order of its files and lines."""
    own = source.header.source if source.header else ""
    return [one for unit in source.units for one in missing_in_unit(unit, own)]


def missing_in_unit(unit: UnitFolder, own: str) -> list[MissingId]:
    """Give the missing ids of a unit; `own` is the language that the others follow."""
    taken = {section.mark.id for file in unit.files for section in file.marked if section.mark}
    found: list[MissingId] = []
    given: dict[tuple[str, int], str] = {}
    for file in sorted(unit.files, key=lambda file: file.lang != own):
        original = unit.file(file.key, own)
        wanted = list(_ids(original, given)) if original is not None and original is not file else []
        places = list(_places(file))
        mine = {section.mark.id for section in places if section.mark}
        for number, section in enumerate(places):
            if section.mark is not None:
                continue
            prefix = missing_prefix(file, section)
            assert prefix is not None
            same = wanted[number] if len(wanted) == len(places) else None
            id = same if same and same[0] == prefix and same not in mine else proposed_id(prefix, section.title, taken)
            taken.add(id)
            mine.add(id)
            given[(file.place, section.line)] = id
            found.append(MissingId(file.place, section.line, id, section.title))
        found += _scenes(file, original, given)
    return sorted(found)


def _places(file: UnitFile) -> Iterator[Section]:
    """The headings that have an id or lack one."""
    for section in file.page.sections if file.page else ():
        if section.mark is not None or missing_prefix(file, section):
            yield section


def _ids(file: UnitFile, given: dict[tuple[str, int], str]) -> Iterator[str]:
    for section in _places(file):
        yield section.mark.id if section.mark else given[(file.place, section.line)]


def _scenes(file: UnitFile, original: UnitFile | None, given: dict[tuple[str, int], str]) -> Iterator[MissingId]:
    if file.type != "scenario" or file.page is None:
        return
    taken = {section.anchor for section in file.page.sections if section.anchor}
    places = [section for section in file.page.sections if section.is_scene]
    theirs: list[str] = []
    if original is not None and original is not file and original.page is not None:
        theirs = [
            section.anchor or given[(original.place, section.line)]
            for section in original.page.sections
            if section.is_scene
        ]
    for number, section in enumerate(places):
        if section.anchor:
            continue
        same = theirs[number] if len(theirs) == len(places) else ""
        id = same if same and same not in taken else proposed_scene(section.title, taken)
        taken.add(id)
        given[(file.place, section.line)] = id
        yield MissingId(file.place, section.line, id, section.title, scene=True)


def write_ids(root: Path, missing: Sequence[MissingId]) -> None:
    """Write ids into their files below `root`; nothing else in them changes. Raises OSError."""
    for place in dict.fromkeys(one.place for one in missing):
        path = root / place
        pieces = _LINE_END.split(path.read_bytes().decode())
        ids = {one.line: one for one in missing if one.place == place}
        out: list[str] = []
        for number in range(0, len(pieces), 2):
            text = pieces[number]
            end = pieces[number + 1] if number + 1 < len(pieces) else ""
            one = ids.get(number // 2 + 1)
            if one is None:
                out.append(text + end)
                continue
            newline = end or (pieces[1] if len(pieces) > 1 else "\n")
            if one.scene:
                out.append(f'<a id="{one.id}"></a>{newline}{text}{end}')
            else:
                out.append(f"{text}{newline}<!-- {one.id} -->{end}")
        path.write_bytes("".join(out).encode())
