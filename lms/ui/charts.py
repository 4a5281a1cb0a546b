"""Charts that people read: SVG made of text on the server, values written, shapes beside colours, no script.

Pure functions from values to Markup. They know no language: titles, words and the way to write a number come from the
caller. Each chart comes in a wide and in a phone variant, of which the style sheet shows one, and says in its
description that a table follows: the caller puts it there (macro `figures`). Colours are classes of the style sheet.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

SCALE = (1, 5)  # both ratings of the needs survey
LIMITS = (0.5, 1.0, 1.5, 2.0)  # lower limits of the classes 2 to 5 of a gap, in points of that scale
CHARACTER = 7.5  # mean width of a character at 15 px, in px, with some reserve


@dataclass(frozen=True)
class GapRow:
    """One competency: how much it matters and how easy it is, both means from 1 to 5."""

    label: str
    importance: float
    ease: float


@dataclass(frozen=True)
class GapWords:
    """The words of a gap chart: what the ends and the middle of the scale mean, and the names of the three things
    drawn.
    """

    low: str
    middle: str
    high: str
    ease: str
    importance: str
    gap: str
    held: str  # instead of a value where ease has reached importance


@dataclass(frozen=True)
class RankRow:
    """One competency: its rank (1 is first) and the best and worst plausible ranks."""

    label: str
    rank: int
    best: int
    worst: int


def lines(text: str, width: float) -> list[str]:
    """Breaks a label at spaces into lines that fit a width in px, by the mean width of a character. Never cuts a
    word.
    """
    out: list[str] = []
    for word in text.split(" "):  # a no-break space holds its words together
        if out and (len(out[-1]) + 1 + len(word)) * CHARACTER <= width:
            out[-1] += f" {word}"
        else:
            out.append(word)
    return out


def _text(x: float, y: float, content: str, kind: str = "", anchor: str = "") -> str:
    kind = f' class="{kind}"' if kind else ""
    anchor = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text{kind} x="{x:g}" y="{y:g}"{anchor}>{escape(content)}</text>'


def _label(x: int, y: int, rows: Sequence[str]) -> str:
    """A label of several lines, as one text, so that it is copied and read as one."""
    if len(rows) == 1:
        return _text(x, y, rows[0])
    spans = "".join(f'<tspan x="{x}" dy="{18 if i else 0}">{escape(row)} </tspan>' for i, row in enumerate(rows))
    return f'<text x="{x}" y="{y}">{spans}</text>'


def _svg(key: str, variant: str, width: int, height: int, title: str, desc: str, body: str) -> str:
    kind, mark = ("only-wide", "w") if variant == "wide" else ("only-phone", "n")
    name = f"{escape(key)}-{mark}"
    return (
        f'<svg class="chart {kind}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{name}t" aria-describedby="{name}d">'
        f'<title id="{name}t">{escape(title)}</title><desc id="{name}d">{escape(desc)}</desc>{body}</svg>'
    )


def _grid(xs: Sequence[int], top: int, bottom: int) -> str:
    return '<path class="grid" d="' + "".join(f"M{x} {top}V{bottom}" for x in xs) + '"/>'


def gap_chart(
    key: str, rows: Sequence[GapRow], title: str, desc: str, words: GapWords, number: Callable[[float], str]
) -> Markup:
    """Importance against ease, one row per competency, in the order given (sort by gap first).

    `key` makes the ids of this chart unique in its page; `title` is the message, `desc` says where the table is;
    `number` writes a gap in the language of the page. Ease is a hollow diamond, importance a filled disc, the gap
    stands at the right.
    """
    return Markup("".join(_gap(key, rows, title, desc, words, number, variant) for variant in ("wide", "phone")))  # noqa: S704 (our own numbers; texts are escaped)


def _gap(
    key: str,
    rows: Sequence[GapRow],
    title: str,
    desc: str,
    words: GapWords,
    number: Callable[[float], str],
    variant: str,
) -> str:
    wide = variant == "wide"
    width, left, right = (760, 290, 650) if wide else (360, 10, 290)
    low, high = SCALE

    def at(value: float) -> int:
        return round(left + (min(max(value, low), high) - low) / (high - low) * (right - left))

    body, top = "", 26
    for i, row in enumerate(rows):
        label = lines(row.label, 262 if wide else 356)
        named = 20 if i == 0 else 0  # the first row carries the names of both shapes
        if wide:
            height = max(46, 18 * len(label) + 14) + named
            y = top + named + (height - named) // 2
            body += _label(0, y + 5 - 9 * (len(label) - 1), label)
        else:
            height = 18 * len(label) + 46 + named
            body += _label(0, top + 22, label)
            y = top + 18 * len(label) + 22
        ease, importance = at(row.ease), at(row.importance)
        # the line runs from edge to edge of the shapes, and not at all where they touch
        start, end = (ease + 9, importance - 8) if ease < importance else (importance + 8, ease - 9)
        if end > start:
            body += f'<path class="link" d="M{start} {y}H{end}"/>'
        body += f'<path class="ease" d="M{ease} {y - 8.5:g}l8.5 8.5-8.5 8.5-8.5-8.5z"/>'
        body += f'<circle class="imp" cx="{importance}" cy="{y}" r="7.5"/>'
        if named:
            name_y = y - 16 if wide else y + 26
            body += _pair(ease, importance, name_y, words.ease, words.importance, width - 110 if wide else width)
        gap = row.importance - row.ease
        body += _text(width, y + 5, number(gap) if gap > 0 else words.held, "val")
        top += height
    ticks = [at(v) for v in range(low, high + 1)]
    head = (
        _text(left, 14, words.low, "ax", "middle" if wide else "")
        + _text((left + right) // 2, 14, words.middle, "ax", "middle")
        + _text(right, 14, words.high, "ax", "end")
        + _text(width, 14, words.gap, "ax val")
    )
    return _svg(key, variant, width, top + 6, title, desc, head + _grid(ticks, 24, top) + body)


def _pair(ease: int, importance: int, y: int, ease_word: str, importance_word: str, right: int) -> str:
    """The names of the two shapes on one line: pushed apart when they would run into each other, kept inside the
    drawing.
    """
    a, b = sorted([(ease, ease_word), (importance, importance_word)])
    half_a, half_b = len(a[1]) * CHARACTER / 2, len(b[1]) * CHARACTER / 2
    xa, xb = max(a[0], half_a), min(b[0], right - half_b)
    overlap = xa + half_a + 8 - (xb - half_b)
    if overlap > 0:
        xa, xb = xa - overlap / 2, xb + overlap / 2
    return _text(round(xa), y, a[1], "ax", "middle") + _text(round(xb), y, b[1], "ax", "middle")


def rank_chart(
    key: str, rows: Sequence[RankRow], title: str, desc: str, first: str, last: str, ranks: int = 0, cut: int = 0
) -> Markup:
    """Ranks with their plausible range: a disc at the rank, a band from the best to the worst.

    `first` and `last` name the ends of the axis; `ranks` is the number of ranks there are (as many as rows unless
    told); `cut` draws a dotted line after that rank, where the title says that two groups stand apart.
    """
    return Markup(  # noqa: S704 (our own numbers; texts are escaped)
        "".join(
            _rank(key, rows, title, desc, first, last, ranks or len(rows), cut, variant)
            for variant in ("wide", "phone")
        )
    )


def _rank(
    key: str, rows: Sequence[RankRow], title: str, desc: str, first: str, last: str, ranks: int, cut: int, variant: str
) -> str:
    wide = variant == "wide"
    width, left, right = (760, 310, 740) if wide else (360, 14, 346)

    def at(rank: float) -> int:
        return round(left + (rank - 1) * (right - left) / max(1, ranks - 1))

    body, top = "", 32
    for row in rows:
        label = lines(row.label, 276 if wide else 356)
        if wide:
            height = max(40, 18 * len(label) + 12)
            y = top + height // 2
            body += _label(0, y + 5 - 9 * (len(label) - 1), label)
        else:
            height = 18 * len(label) + 40
            body += _label(0, top + 24, label)
            y = top + 18 * len(label) + 24
        best, worst, x = at(row.best), at(row.worst), at(row.rank)
        if worst > best:
            body += f'<path class="band" d="M{best} {y}H{worst}"/>'
            body += f'<path class="end" d="M{best} {y - 7}v14M{worst} {y - 7}v14"/>'
        body += f'<circle class="imp" cx="{x}" cy="{y}" r="9"/>' + _text(x, y + 4, str(row.rank), "in")
        top += height
    head = (
        _text(left - 8, 14, first, "ax")
        + _text(right + 8, 14, last, "ax", "end")
        + _grid([at(r) for r in range(1, ranks + 1)], 24, top)
    )
    if cut:
        head += f'<path class="cut" d="M{at(cut + 0.5)} 24V{top}"/>'
    return _svg(key, variant, width, top + 4, title, desc, head + body)


def curve_chart(
    key: str, shares: Sequence[float], title: str, desc: str, below: str, number: Callable[[float], str], cut: int = 0
) -> Markup:
    """What the first, the first two, ... of some things cover together: `shares` of 0 to 1, never falling.

    A staircase from left to right; `below` names what is counted under it, `number` writes a share in the language of the page.
    `cut` draws a dotted line after that many. Shares are written at the first, at the cut and at the last.
    """
    return Markup(  # noqa: S704 (our own numbers; texts are escaped)
        "".join(_curve(key, shares, title, desc, below, number, cut, variant) for variant in ("wide", "phone"))
    )


def _curve(
    key: str,
    shares: Sequence[float],
    title: str,
    desc: str,
    below: str,
    number: Callable[[float], str],
    cut: int,
    variant: str,
) -> str:
    width, bottom = (760, 208) if variant == "wide" else (360, 188)
    left, right, top, many = 52, width - 30, 24, len(shares)

    def at(count: float) -> int:
        return round(left + count * (right - left) / max(1, many))

    def up(share: float) -> int:
        return round(bottom - min(max(share, 0.0), 1.0) * (bottom - top))

    body = '<path class="grid" d="' + "".join(f"M{left} {up(share)}H{right}" for share in (0, 0.5, 1)) + '"/>'
    body += "".join(_text(left - 10, up(share) + 5, number(share), "ax", "end") for share in (0, 0.5, 1))
    body += f'<path class="rise" d="M{left} {bottom}' + "".join(
        f"V{up(share)}H{at(count)}" for count, share in enumerate(shares, start=1)
    ) + '"/>'  # fmt: skip
    if 0 < cut < many:
        body += f'<path class="cut" d="M{at(cut)} {top - 12}V{bottom}"/>'
    told = at(0) - 60
    for count in sorted({1, cut or many, many} if shares else ()):
        # a number that would run into the one before it is left to the table; the cut's is the message
        if at(count) - told < 60 or (count != cut and 0 < at(cut or many) - at(count) < 60):
            continue
        told = at(count)
        body += _text(told, bottom + 18, str(count), "ax", "middle")
        body += f'<circle class="imp" cx="{told}" cy="{up(shares[count - 1])}" r="6"/>'
        # left of the step up that begins here
        body += _text(told - 8, up(shares[count - 1]) - 10, number(shares[count - 1]), "", "end")
    body += _text(right, bottom + 38, below, "ax", "end")
    return _svg(key, variant, width, bottom + 46, title, desc, body)


def heat(value: float, limits: Sequence[float] = LIMITS) -> str:
    """Gives the class `k1` to `k5` of a table cell. `limits` are the four lower limits of the classes 2 to 5,
    ascending.
    """
    return f"k{bisect_right(limits, value) + 1}"


@lru_cache(maxsize=128)
def crowd(share: float) -> Markup:
    """One hundred dots in two rows, `share` of them (0 to 100) filled. Hidden from assistive technology: the sentence
    says the number.
    """
    full = round(min(max(share, 0), 100))
    done = rest = ""
    for y, count in ((6, (full + 1) // 2), (17, full // 2)):
        done += f"M5 {y}H{count * 10 - 5}" if count else ""
        rest += f"M{count * 10 + 5} {y}H495" if count < 50 else ""
    paths = (f'<path d="{rest}"/>' if rest else "") + (f'<path class="in" d="{done}"/>' if done else "")
    return Markup(f'<svg class="crowd" viewBox="0 0 500 23" aria-hidden="true">{paths}</svg>')  # noqa: S704 (our own numbers; texts are escaped)


@lru_cache(maxsize=8)
def height(level: int) -> Markup:
    """A small cairn of 1 to 5 stones, for the rows of a rating. Hidden from assistive technology."""
    stones = "".join(
        f'<ellipse cx="{17.5 if i % 2 else 16:g}" cy="{25 - 5.2 * i:.3g}" rx="{9 - 1.3 * i:.2g}" ry="2.5"/>'
        for i in range(level)
    )
    return Markup(f'<svg class="height" viewBox="0 0 32 28" aria-hidden="true">{stones}</svg>')  # noqa: S704 (our own numbers; texts are escaped)
