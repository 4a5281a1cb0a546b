"""Writing a question as an author would: a sketch into Markdown that reads back to the same sketch."""

from __future__ import annotations

from collections.abc import Sequence

from lms.content.questions import GAP_PLACE, Gap, Item, Sketch


def written(sketch: Sketch, level: int = 2) -> str:
    """Give a question as Markdown, with its heading at a level; reading it gives the same sketch but for the lines."""
    options = [f"{word}={value}" if value else word for word, value in sketch.words]
    parts = [
        f"{'#' * level} {sketch.title}\n<!-- {' '.join([sketch.id, *options])} -->",
        GAP_PLACE.sub(lambda found: _gap(sketch.gaps[int(found[1])]), sketch.prompt),
        _answer(sketch),
        *(_callout("TIP", hint) for hint in sketch.hints),
        _callout("NOTE", sketch.explanation),
        _callout("IMPORTANT", sketch.model_answer),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _answer(sketch: Sketch) -> str:
    if sketch.kind == "match":
        rows: list[Sequence[str]] = [sketch.columns, ("---", "---")] if sketch.columns else []
        rows += [(pair.left, pair.right) for pair in sketch.pairs]
        return "\n".join(_row(row) for row in rows)
    if sketch.kind == "order":
        return "\n".join(_item(f"{number}.", item) for number, item in enumerate(sketch.items, 1))
    return "\n".join(_item(f"- [{item.sign}]", item) for item in sketch.items)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _item(begin: str, item: Item) -> str:
    feedback = item.feedback.split("\n") if item.feedback else []
    return "\n".join([f"{begin} {item.text}", *(f"  > {line}".rstrip() for line in feedback)])


def _callout(name: str, text: str) -> str:
    lines = [f"> {line}".rstrip() for line in text.split("\n")]
    return "\n".join([f"> [!{name}]", *lines]) if text else ""


def _gap(gap: Gap) -> str:
    return f"[={'|'.join([*gap.variants, *(f'!{word}' for word in gap.wrong)])}]"
