"""Making a new unit: complete small examples, and its line in `course.yml`.

The examples lie in `samples/`, a file a type and language; `UNIT` in their header is the unit's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import yaml

from lms.content.headers import read_yaml
from lms.content.reading import decode

SAMPLES: Final = Path(__file__).parent / "samples"


def sample(type: str, lang: str, unit: str) -> str:
    """Give the example of a type of file in a language, for a unit."""
    text = (SAMPLES / f"{type}.{lang}.md").read_text("utf-8")
    return text.replace("id: UNIT\n", f"id: {unit}\n", 1)


def with_unit(header: str, unit: str) -> str | None:
    """Give the text of a `course.yml` with a line for one more unit; None where its list cannot be read."""
    values, lines, _ = read_yaml(header, 1, len(header.encode()) + 1)
    units = values.get("units") if values else None
    if not isinstance(units, list) or not units:
        return None
    rows = header.split("\n")
    last = lines[("units", len(units) - 1)] - 1
    row = rows[last]
    dash = len(row) - len(row.lstrip())
    if row[dash:].startswith("- "):
        rows.insert(last + 1, f"{row[:dash]}- {unit}")
    else:
        end = _end_of_list(header)
        if end is None:
            return None
        line, column = end
        rows[line] = f"{rows[line][:column].rstrip()}, {unit}{rows[line][column:]}"
    made = "\n".join(rows)
    again, _, _ = read_yaml(made, 1, len(made.encode()) + 1)
    return made if again == {**(values or {}), "units": [*units, unit]} else None


def _end_of_list(header: str) -> tuple[int, int] | None:
    """Where the bracket of `units: [a, b]` closes, counted from 0."""
    node = yaml.compose(header, Loader=yaml.SafeLoader)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == "units" and isinstance(value, yaml.SequenceNode) and value.flow_style:
            return value.end_mark.line, value.end_mark.column - 1
    return None


def make_unit(course: Path, unit: str, types: Sequence[str], lang: str) -> list[Path] | None:
    """Write a new unit into a course and its line into `course.yml`. Gives the files written.

    Nothing is written, and None given, where the list of units cannot be read. Raises FileExistsError where the unit has
    a folder already, OSError where a file cannot be written.
    """
    header = course / "course.yml"
    raw = header.read_bytes()
    text, _ = decode(raw)
    made = with_unit(text, unit) if text is not None else None
    if made is None:
        return None
    folder = course / "units" / unit
    folder.mkdir(parents=True)
    written = []
    for type in types:
        path = folder / f"{type}.{lang}.md"
        path.write_text(sample(type, lang, unit), encoding="utf-8")
        written.append(path)
    header.write_bytes(made.replace("\n", "\r\n" if b"\r\n" in raw else "\n").encode())
    return [*written, header]
