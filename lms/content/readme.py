"""The `README.md` of a course: its title, its summary and its steps as links, so that its folder reads where code is hosted.

It is written from the course and never read by the platform. One that somebody wrote by hand lacks its first line and is
left alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from lms.content.links import SHARED
from lms.content.sources import CourseSource, UnitFile, UnitFolder
from lms.content.texts import squeeze

FILE_NAME: Final = "README.md"
FIRST_LINE: Final = "<!-- written by “courses readme”: change the course, then write it again -->"
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#])")


def readme_of(source: CourseSource) -> str | None:
    """Give the text for a course; None for one whose header cannot be read."""
    header = source.header
    if header is None:
        return None
    summary = header.summary.get(header.source, "")
    lines = [FIRST_LINE, "", f"# {_plain(header.title.get(header.source) or header.id)}", ""]
    if summary.strip():
        lines += [_plain(summary), ""]
    lines += [f"{number}. {_step(unit, header.source)}" for number, unit in enumerate(source.units, 1)]
    return "\n".join(lines) + "\n"


def standing(source: CourseSource) -> str | None:
    """Give the text that stands in the folder of a course; None where there is none.

    A line end of Windows counts as one. Raises OSError where it cannot be opened.
    """
    path = source.root / source.place / FILE_NAME
    if path.is_symlink() or not path.is_file():
        return None
    return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")


def is_ours(text: str) -> bool:
    """Say whether a text was written here."""
    return text.startswith(FIRST_LINE)


def write_readme(source: CourseSource) -> Path | None:
    """Write the file of a course where it is not there or says something else. Gives its path, None where nothing is to do.

    Raises FileExistsError where somebody wrote one by hand, OSError where it cannot be written.
    """
    wanted, there = readme_of(source), standing(source)
    path = source.root / source.place / FILE_NAME
    if wanted is None or wanted == there:
        return None
    if path.is_symlink() or (there is not None and not is_ours(there)):
        raise FileExistsError(path)
    path.write_text(wanted, encoding="utf-8")
    return path


def _step(unit: UnitFolder, own: str) -> str:
    """A step: its first file in the course's own language, then the same file in the others."""
    if not unit.files:
        return _plain(unit.id)
    first = [file for file in unit.files if file.key == unit.files[0].key]
    main = next((file for file in first if file.lang == own), first[0])
    title = main.header.title if main.header else unit.id
    others = " · ".join(f"[{file.lang}]({_address(unit, file)})" for file in first if file is not main)
    return f"[{_plain(title)}]({_address(unit, main)})" + (f" ({others})" if others else "")


def _address(unit: UnitFolder, file: UnitFile) -> str:
    inside = f"units/{unit.id}/{file.file_name}"
    return f"../{SHARED}/{inside}" if unit.shared else inside


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", squeeze(text))


__all__ = ["FILE_NAME", "is_ours", "readme_of", "standing", "write_readme"]
