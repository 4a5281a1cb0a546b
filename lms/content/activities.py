"""What a poll, a checklist and an assignment are written as: the lines of a section into sketches, still Markdown.

A poll is a task list under a heading with a `q-` mark, without any right answer. A section of a checklist is a task list
under a heading with a `c-` mark. A rubric is a table under a heading with an `r-` mark: the first column says what is
looked at, every further one what it looks like, from least to most; the first row names the columns. The model answer
of an assignment is what its `> [!IMPORTANT]` callouts say, wherever they stand, as in an open question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.content.findings import Fault, fault
from lms.content.questions import CALLOUT, CHOICE, FEEDBACK, RULE, cells, is_look_alike
from lms.content.reading import Line, Section


@dataclass(frozen=True)
class ListSketch:
    """A poll or a section of a checklist: lines with a box, and the text beside them."""

    id: str
    title: str
    line: int
    text: str
    items: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """What must be the same in every language."""
        return (len(self.items),)


@dataclass(frozen=True)
class RubricSketch:
    """A rubric: the names of its columns, its rows of cells, and the text beside the table."""

    id: str
    title: str
    line: int
    text: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """What must be the same in every language."""
        return (len(self.rows), len(self.names))


Part = ListSketch | RubricSketch


def holds_boxes(section: Section) -> bool:
    """Say whether a section holds a line with a box."""
    return any(not line.code and CHOICE.fullmatch(line.text) for line in section.lines)


def list_of(section: Section, poll: bool) -> tuple[ListSketch, list[Fault]]:
    """Read the task list of a section that has a mark; in a poll no box may hold an x."""
    mark = section.mark
    assert mark is not None
    faults: list[Fault] = []
    text: list[Line] = []
    items: list[str] = []
    in_list = False
    for line in section.lines:
        found = None if line.code else CHOICE.fullmatch(line.text)
        if found:
            if poll and found[1] != " ":
                faults.append(fault("E204/poll", line.number))
            items.append(found[2].strip())
            in_list = True
        elif not line.code and is_look_alike(line.text):
            faults.append(fault("E201", line.number))
        elif in_list and not line.code and not line.blank and line.spaced.startswith("  "):
            quoted = FEEDBACK.fullmatch(line.spaced)
            items[-1] += f" {(quoted[1] if quoted else line.text).strip()}"
        else:
            in_list = in_list and line.blank
            text.append(line)
    if not items and not faults:
        faults.append(fault("E204/list", section.line, id=mark.id))
    elif poll and len(items) == 1 and not faults:
        faults.append(fault("E204/one", section.line, id=mark.id))
    return ListSketch(mark.id, section.title, section.line, _joined(text), tuple(items)), faults


def rubric_of(section: Section) -> tuple[RubricSketch, list[Fault]]:
    """Read the table of a section that has an `r-` mark."""
    mark = section.mark
    assert mark is not None
    text: list[Line] = []
    table: list[tuple[int, list[str]]] = []
    for line in section.lines:
        row = [] if line.code else cells(line.text)
        if not row:
            text.append(line)
        elif not RULE.fullmatch(line.text):
            table.append((line.number, row))
    names = tuple(table[0][1][1:]) if table else ()
    faults = [fault("E204/row", number, id=mark.id) for number, row in table[1:] if len(row) != len(names) + 1]
    if len(table) < 2 or not names:
        faults.append(fault("E204/rubric", section.line, id=mark.id))
    rows = tuple(tuple(row) for _, row in table[1:])
    return RubricSketch(mark.id, section.title, section.line, _joined(text), names, rows), faults


def without_model(lines: Sequence[Line]) -> tuple[tuple[Line, ...], list[str]]:
    """Take the `> [!IMPORTANT]` callouts out of the lines of an assignment. Gives what stays, and their texts."""
    kept: list[Line] = []
    models: list[list[str]] = []
    inside = False
    for line in lines:
        found = None if line.code else CALLOUT.fullmatch(line.text)
        if found and found[1] == "IMPORTANT":
            models.append([found[2]] if found[2] else [])
            inside = True
        elif inside and not found and not line.code and line.text.startswith(">"):
            models[-1].append(line.text[1:].removeprefix(" "))
        else:
            inside = False
            kept.append(line)
    return tuple(kept), ["\n".join(text).strip() for text in models]


def _joined(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines).strip("\n")
