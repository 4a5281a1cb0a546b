"""What the pages of works show: values for the templates. No database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from lms.catalogue.queries import Published
from lms.content.documents import Activity, Asked, Assignment, Criterion
from lms.foundation.i18n import _, format_number
from lms.learning.pages import NOTHING, lang_mark, placed
from lms.learning.works.files import Unfit
from lms.learning.works.queries import Attached, Said
from lms.learning.works.rules import MEGABYTE, largest


@dataclass(frozen=True)
class Level:
    """A level of a criterion: the name of its column and what it looks like."""

    name: Markup
    html: Markup


@dataclass(frozen=True)
class Line:
    """A line of the rubric."""

    id: str
    title: Markup
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Task:
    """The assignment as it is read: instructions, rubric, model answer, in one language."""

    title: str
    lang_mark: Markup
    instructions: tuple[Markup, ...]
    rubric: tuple[Line, ...]
    model: Markup


def task_of(served: Published, text: Activity) -> Task:
    """An assignment's page in words. `text` has an `assignment`."""
    assignment = text.assignment or Assignment()
    return Task(
        text.title,
        lang_mark(text.lang),
        tuple(placed(block.html, served) for block in text.blocks if not isinstance(block, Asked)),
        tuple(_line(one, served) for one in assignment.rubric),
        placed(assignment.model_answer, served) if assignment.model_answer else NOTHING,
    )


def _line(one: Criterion, served: Published) -> Line:
    names = [placed(name, served) for name in one.names]
    names += [escape(_("Level %(number)s", number=number)) for number in range(len(names) + 1, len(one.levels) + 1)]
    levels = tuple(Level(name, placed(html, served)) for name, html in zip(names, one.levels, strict=False))
    return Line(one.id, placed(one.title, served), levels)


def marked(task: Task, review: Said) -> list[tuple[Markup, Level]]:
    """Criterion and level of a review, those the rubric still has."""
    found = []
    for line in task.rubric:
        level = review.marks.get(line.id, -1)
        if 0 <= level < len(line.levels):
            found.append((line.title, line.levels[level]))
    return found


def said_by(review: Said, number: int) -> str:
    """Who reviewed: a trainer by name, a peer by number."""
    if review.role == "trainer":
        return review.name or _("A trainer")
    return _("Review %(number)s", number=number)


def size_of(file: Attached) -> str:
    """The size of a file as people say it."""
    if file.size < MEGABYTE:
        return _("%(size)s kB", size=format_number(max(1, round(file.size / 1024))))
    return _("%(size)s MB", size=format_number(file.size / MEGABYTE, 1))


def too_large(assignment: Assignment) -> str:
    """What is said of a file that is too large."""
    return _(
        "This file is too large: %(size)s MB at most. Send a smaller one, or a link to it.",
        size=format_number(largest(assignment) // MEGABYTE),
    )


def unfit(fault: Unfit, *, to_peers: bool) -> str:
    """What is said of a file that is not kept; `to_peers`, whether it would go to people who take no PDF (see `unclean`)."""
    return {
        "kind": _("This kind of file is not accepted. Send a picture, an office document, plain text or a sound.")
        if to_peers
        else _("This kind of file is not accepted. Send a PDF, a picture, an office document, plain text or a sound."),
        "broken": _("This file is not whole or cannot be read. Open it on your device, save it again, then send it."),
        "film": _("Moving pictures are not accepted. Put the film on the web and give its address."),
        "macros": _("This document holds programs (macros). Save it without them, then send it again."),
        "pixels": _(
            "This picture is too large to be opened here. Make it smaller, then send it again: 8 million pixels always fit."
        ),
        "unclean": _(
            "A PDF can tell who wrote it, and this work is read by people who are not to know. Send a picture, an office "
            "document or plain text, or write here."
        ),
    }[fault.why]


def levels(marks: Mapping[str, str]) -> dict[str, int]:
    """The marks a form sent, those that are numbers."""
    return {name: int(value) for name, value in marks.items() if value.isascii() and value.isdigit() and len(value) < 4}
