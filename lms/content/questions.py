"""A question as an author wrote it: the lines of a section into a `Sketch`, with what is wrong in them.

Nothing is rendered here, so a file of thousands of lines is checked in a fraction of a second. `kinds.build` makes the
question that learners meet out of a sketch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lms.content.findings import Fault, fault
from lms.content.headers import unknown_word
from lms.content.language import ALL_OF_THE_ABOVE
from lms.content.reading import Line, Section
from lms.content.texts import fold, read_span, squeeze

KINDS: Final = ("single", "multiple", "numeric", "short", "order", "match", "cloze", "open")
_TYPE_WORDS: Final = ("order", "match", "cloze", "multiple", "open", "text")
_WORDS: Final = (*_TYPE_WORDS, "points", "shuffle", "review")
_MANY_CHOICES: Final = 6
_LONGER: Final = 1.6
_LONGER_BY: Final = 20
_COMPARED: Final = 200
"""So many answers and hints of a question are held against one another."""

CHOICE = re.compile(r"- \[([ xX=~])\]\s+(\S.*)")
FEEDBACK = re.compile(r" {2,4}>\s?(.*)")
CALLOUT = re.compile(r"> ?\[!(TIP|NOTE|IMPORTANT|WARNING|CAUTION)\]\s*(.*)")
_RANKED = re.compile(r"\d{1,9}\.\s+(\S.*)")
_GAP = re.compile(r"\[=([^\]]+)\]")
_EMPTY_GAP = re.compile(r"\[=\s*\]")
_CELL_BAR = re.compile(r"(?<!\\)\|")
RULE = re.compile(r"[\s|:-]+")
#: Other list signs, an indent or wider gaps (sites that show Markdown make a task list of them), two signs in a box.
_LOOK_ALIKE = re.compile(
    r"-\[.\](?!\()|-\s*\[\](?!\()|\[[ xX]\](?![(\[])|- \[[^ xX=~\]]\](?![(\[])"
    r"|[ \t]{0,4}[-*+–—][ \t]+\[[ xX=~]\](?!\()|- \[(?: +[xX=~]|[xX=~] +)\](?![(\[])"
    r"|- \[[ xX=~]\](?:[^\s(]|$|\s+$)"
)
_NO_WORD = re.compile(r"[^\w%]+")
_PLACE = "\ue000{}\ue001"
GAP_PLACE = re.compile("\ue000(\\d+)\ue001")
"""Where a gap stands in the rendered text of a cloze; the reader takes such signs out of authors' text."""


@dataclass(frozen=True)
class Item:
    """A line of an answer block with the feedback quoted under it; `sign` is what stands in the box."""

    line: int
    sign: str
    text: str
    feedback: str = ""


@dataclass(frozen=True)
class Pair:
    """A row of a matching table; a row with an empty left cell is a decoy."""

    line: int
    left: str
    right: str


@dataclass(frozen=True)
class Gap:
    """A gap of a cloze: the right variants, and the wrong ones of its menu (none: a text field)."""

    variants: tuple[str, ...]
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sketch:
    """A question as written, still Markdown. In `prompt` the gaps of a cloze are numbered places; `columns` are the names
    of a matching table's columns, none where it has no such row.
    """

    id: str
    title: str
    line: int
    kind: str
    words: tuple[tuple[str, str], ...]
    prompt: str
    items: tuple[Item, ...] = ()
    pairs: tuple[Pair, ...] = ()
    columns: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    hints: tuple[str, ...] = ()
    explanation: str = ""
    model_answer: str = ""

    @property
    def shape(self) -> tuple[str, int, tuple[bool, ...]]:
        """What must be the same in every language: the kind, the number of lines, the pattern of right answers."""
        if self.kind in ("single", "multiple"):
            return self.kind, len(self.items), tuple(item.sign in "xX" for item in self.items)
        if self.kind == "match":
            return self.kind, len(self.pairs), tuple(bool(pair.left) for pair in self.pairs)
        if self.kind == "cloze":
            return self.kind, len(self.gaps), tuple(bool(gap.wrong) for gap in self.gaps)
        return self.kind, len(self.items) if self.kind == "order" else 0, ()


def is_look_alike(text: str) -> bool:
    """Say whether a line looks like a choice without being one."""
    return _LOOK_ALIKE.match(text) is not None and CHOICE.match(text) is None


def holds_choices(section: Section) -> bool:
    """Say whether a section without id holds what only a question holds: a choice marked right."""
    return any(
        found is not None and found[1] != " "
        for found in (CHOICE.match(line.text) for line in section.lines if not line.code)
    )


class _Block:
    """Gathers the parts of a question while its lines go by."""

    def __init__(self) -> None:
        self.prompt: list[Line] = []
        self.choices: list[list[Item]] = []
        self.ranked: list[list[Item]] = []
        self.tables: list[list[Line]] = []
        self.callouts: list[tuple[str, list[str]]] = []


def sketch(section: Section) -> tuple[Sketch, list[Fault]]:
    """Read the question of a section that has a `q-` mark. Gives the sketch and the faults of family 2."""
    mark = section.mark
    assert mark is not None
    faults = _faulty_words(mark.words, mark.line)
    words = dict(mark.words)
    types = [word for word in words if word in _TYPE_WORDS]
    if len(set(types) - {"text"}) > 1:
        faults.append(fault("E202", mark.line, id=mark.id))
    wanted = types[0] if types else ""
    parts = _gather(section.lines, wanted, faults)

    kind, items, pairs = _kind(mark.id, section.line, wanted, parts, faults)
    gaps: list[Gap] = []
    prompt_lines = parts.prompt
    if wanted == "cloze":
        prompt = _number_gaps(prompt_lines, gaps)
    else:
        prompt = "\n".join(line.text for line in prompt_lines)
    if wanted == "cloze":
        _check_cloze(mark.id, section.title, section.line, prompt_lines, gaps, faults)
    elif kind == "open" and wanted != "open" and any(_GAP.search(line.text) for line in prompt_lines if not line.code):
        faults.append(fault("E203/cloze", section.line, id=mark.id))
    made = Sketch(
        mark.id,
        section.title,
        section.line,
        kind,
        mark.words,
        prompt.strip("\n"),
        tuple(items),
        tuple(pairs),
        _columns(parts.tables[0]) if kind == "match" and parts.tables else (),
        tuple(gaps),
        tuple("\n".join(text).strip() for name, text in parts.callouts if name == "TIP"),
        "\n\n".join("\n".join(text).strip() for name, text in parts.callouts if name == "NOTE"),
        "\n\n".join("\n".join(text).strip() for name, text in parts.callouts if name == "IMPORTANT"),
    )
    faults += _twins(made)
    faults += _advice(made)
    return made, faults


def _twins(made: Sketch) -> list[Fault]:
    """Say where two lines that are told apart by their words have the same ones."""
    lines = [(squeeze(item.text), item.line) for item in made.items if made.kind in ("single", "multiple", "order")]
    lines += [(fold(pair.left), pair.line) for pair in made.pairs if pair.left]
    seen: set[str] = set()
    faults = []
    for text, line in lines:
        if text in seen:
            faults.append(fault("E204/twice", line, id=made.id))
        seen.add(text)
    return faults


def _faulty_words(words: Sequence[tuple[str, str]], line: int) -> list[Fault]:
    faults = []
    for word, value in words:
        if word not in _WORDS:
            faults.append(unknown_word(word, sorted(_WORDS), line))
        elif word == "points":
            if not re.fullmatch(r"[1-9]\d?|\d\.\d", value):
                faults.append(fault("E007", line, key="points", value=value, example="2"))
        elif word in ("shuffle", "review"):
            if value not in ("yes", "no"):
                faults.append(fault("E007/choice", line, key=word, value=value, allowed="yes, no"))
        elif value:
            faults.append(fault("E007/choice", line, key=word, value=value, allowed=word))
    return faults


def _gather(lines: Sequence[Line], wanted: str, faults: list[Fault]) -> _Block:
    block = _Block()
    where = ""  # the part that the line before belongs to
    for line in lines:
        text = line.spaced
        if line.code:
            block.prompt.append(line)
            where = ""
            continue
        if line.blank:
            if where in ("prompt", ""):
                block.prompt.append(line)
            elif where == "callout":
                where = "after callout"
            elif where == "table":
                where = "after table"
            continue
        choice = CHOICE.fullmatch(text)
        if choice:
            if where != "choices":
                block.choices.append([])
            block.choices[-1].append(Item(line.number, choice[1], choice[2].strip()))
            where = "choices"
            continue
        if is_look_alike(text):
            faults.append(fault("E201", line.number))
            continue
        if where in ("choices", "ranked") and text.startswith("  "):
            group = block.choices[-1] if where == "choices" else block.ranked[-1]
            group[-1] = _longer(group[-1], text)
            continue
        ranked = _RANKED.fullmatch(text)
        if ranked and wanted in ("", "order"):
            if where != "ranked":
                block.ranked.append([])
            block.ranked[-1].append(Item(line.number, "", ranked[1].strip()))
            where = "ranked"
            continue
        if wanted in ("", "match") and len(cells(text)) == 2:
            if where != "table":
                block.tables.append([])
            block.tables[-1].append(line)
            where = "table"
            continue
        if text.startswith(">"):
            callout = CALLOUT.fullmatch(text)
            if callout and callout[1] in ("TIP", "NOTE", "IMPORTANT"):
                block.callouts.append((callout[1], [callout[2]] if callout[2] else []))
                where = "callout"
                continue
            if where == "callout" and not callout:
                block.callouts[-1][1].append(text[1:].removeprefix(" "))
                continue
        block.prompt.append(line)
        where = "prompt"
    return block


def _longer(item: Item, text: str) -> Item:
    feedback = FEEDBACK.fullmatch(text)
    if feedback:
        return Item(item.line, item.sign, item.text, f"{item.feedback}\n{feedback[1]}".lstrip("\n"))
    if item.feedback:
        return Item(item.line, item.sign, item.text, f"{item.feedback}\n{text.strip()}")
    return Item(item.line, item.sign, f"{item.text} {text.strip()}")


def cells(text: str) -> list[str]:
    """Give the cells of a row of a table; none where the line is no such row."""
    stripped = text.strip()
    if not (stripped.startswith("|") and stripped.endswith("|") and len(stripped) > 1):
        return []
    return [cell.strip().replace("\\|", "|") for cell in _CELL_BAR.split(stripped)[1:-1]]


def _kind(id: str, line: int, wanted: str, parts: _Block, faults: list[Fault]) -> tuple[str, list[Item], list[Pair]]:
    """Decide the kind, put what is no answer back into the prompt, and say what is missing."""
    blocks = (
        len(parts.choices)
        + (len(parts.ranked) if wanted == "order" else 0)
        + (len(parts.tables) if wanted == "match" else 0)
    )
    if blocks > 1 or (wanted in ("cloze", "open") and parts.choices):
        later = [group[0].line for group in (*parts.choices, *parts.ranked)] + [
            group[0].number for group in parts.tables
        ]
        faults.append(fault("E202", max(later) if blocks > 1 else line, id=id))
    if wanted == "order":
        items = parts.ranked[0] if parts.ranked else []
        if len(items) < 2:
            faults.append(fault("E204/order", line, id=id))
        return "order", items, []
    if wanted == "match":
        pairs = _pairs(parts.tables[0]) if parts.tables else []
        if not any(pair.left for pair in pairs) or any(not pair.right for pair in pairs):
            faults.append(fault("E204/match", line, id=id))
        return "match", [], [pair for pair in pairs if pair.right]
    if wanted in ("cloze", "open"):
        return wanted, [], []
    if not parts.choices:
        if parts.ranked:
            faults.append(fault("E203", line, id=id))
        elif parts.tables:
            faults.append(fault("E203/match", line, id=id))
        return "open", [], []
    _back_into_prompt(parts)
    items = parts.choices[0]
    return _kind_of_choices(id, line, wanted, items, faults), items, []


def _back_into_prompt(parts: _Block) -> None:
    """A numbered list or a table before the choices belongs to the question's text."""
    lines = [
        Line(item.line, f"{number}. {item.text}") for group in parts.ranked for number, item in enumerate(group, 1)
    ]
    lines += [line for table in parts.tables for line in table]
    if lines:
        ends = [Line(group[-1].line, "") for group in parts.ranked] + [
            Line(table[-1].number, "") for table in parts.tables
        ]
        parts.prompt = sorted([*parts.prompt, *lines, *ends], key=lambda line: line.number)


def _kind_of_choices(id: str, line: int, wanted: str, items: Sequence[Item], faults: list[Fault]) -> str:
    right = [item for item in items if item.sign in "xX"]
    equal = [item for item in items if item.sign == "="]
    if right and equal:
        faults.append(fault("E202", equal[0].line, id=id))
    if equal:
        if wanted == "text":
            return "short"
        numbers = [item for item in equal if read_span(item.text) is not None]
        if not numbers and not any("±" in item.text or " .. " in item.text for item in equal):
            return "short"
        faults += [fault("E206", item.line, id=id, text=item.text) for item in equal if item not in numbers]
        return "numeric"
    if not right:
        faults.append(fault("E204", line, id=id))
    elif len(right) == len(items):
        faults.append(fault("E205", line, id=id))
    return "multiple" if wanted == "multiple" or len(right) > 1 else "single"


def _pairs(table: Sequence[Line]) -> list[Pair]:
    rows = [(line.number, cells(line.text)) for line in table]
    if len(rows) > 1 and RULE.fullmatch(table[1].text):
        rows = rows[2:]
    return [Pair(number, cells[0], cells[1]) for number, cells in rows if any(cells)]


def _columns(table: Sequence[Line]) -> tuple[str, ...]:
    named = len(table) > 1 and RULE.fullmatch(table[1].text)
    return tuple(cells(table[0].text)) if named else ()


def _number_gaps(lines: Sequence[Line], gaps: list[Gap]) -> str:
    def place(found: re.Match[str]) -> str:
        variants = [part.strip() for part in found[1].split("|")]
        gaps.append(
            Gap(
                tuple(part for part in variants if part and not part.startswith("!")),
                tuple(part[1:].strip() for part in variants if part.startswith("!") and part[1:].strip()),
            )
        )
        return _PLACE.format(len(gaps) - 1)

    return "\n".join(line.text if line.code else _GAP.sub(place, line.text) for line in lines)


def _check_cloze(
    id: str, title: str, line: int, lines: Sequence[Line], gaps: Sequence[Gap], faults: list[Fault]
) -> None:
    in_table = [one.number for one in lines if not one.code and one.text.lstrip().startswith("|") and "[=" in one.text]
    empty = [one.number for one in lines if not one.code and _EMPTY_GAP.search(one.text)]
    if in_table or empty or _GAP.search(title):
        faults.append(fault("E204/cloze", min([*in_table, *empty], default=line), id=id))
    elif not gaps or any(not gap.variants for gap in gaps):
        faults.append(fault("E204/cloze", line, id=id))


# ---- advice -------------------------------------------------------------------------------------------------------


def _advice(made: Sketch) -> list[Fault]:
    faults = []
    choices = made.items if made.kind in ("single", "multiple") else ()
    for item in made.items:
        if not item.feedback.strip() and (choices or (made.kind in ("numeric", "short") and item.sign != "=")):
            faults.append(fault("W207", item.line, id=made.id, choice=item.text))
    right = [item for item in choices if item.sign in "xX"]
    wrong = [item for item in choices if item.sign not in "xX"]
    if right and wrong:
        longest = max(len(item.text) for item in right)
        others = max(len(item.text) for item in wrong)
        if longest > _LONGER * others and longest - others > _LONGER_BY:
            faults.append(fault("W208", max(right, key=lambda item: len(item.text)).line, id=made.id))
    for item in choices:
        folded = fold(item.text)
        if any(words in folded for words in ALL_OF_THE_ABOVE):
            faults.append(fault("W209", item.line, choice=item.text))
    if len(choices) > _MANY_CHOICES:
        faults.append(fault("W210", made.line, id=made.id, count=len(choices)))
    answers = [item.text for item in made.items if item.sign in ("x", "X", "=")]
    answers += [variant for gap in made.gaps for variant in gap.variants]
    hints = [_bare(hint) for hint in made.hints[:_COMPARED]]
    if hints and any(
        len(answer) > 5 and answer in hint for answer in map(_bare, answers[:_COMPARED]) for hint in hints
    ):
        faults.append(fault("W211", made.line, id=made.id))
    return faults


def _bare(text: str) -> str:
    """Give the folded words with a space before and after each, so that whole words are compared."""
    return f" {_NO_WORD.sub(' ', fold(text)).strip()} "
