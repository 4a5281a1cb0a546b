"""Skylines, ropes and stones: the drawings that every course and every page band get from a seed.

Pure: the same seed gives the same drawing on every machine, so a course keeps its skyline for life, and a small
picture in a list is a window into the very band of the course page. Coordinates are whole numbers, which keeps a band
under 5 kB. Colours come from the style sheet and from three gradients (`r1` to `r3`) that the page skeleton carries
once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import lru_cache
from random import Random

from markupsafe import Markup, escape

Points = list[tuple[int, int]]

BAND = (1440, 220)  # width and height of the band behind the head of a page
WINDOW = (
    470,
    970,
)  # the part of the band that a small picture shows; a phone shows it too, since it crops the band at both sides
SIZES = {"row": (156, 104), "offer": (300, 240)}

GRADIENTS = Markup(  # noqa: S704 (our own numbers; texts are escaped)
    '<svg class="vh" width="1" height="1" aria-hidden="true"><defs>'
    + "".join(
        f'<linearGradient id="r{i}" x2="0" y2="1"><stop stop-opacity="{alpha}"/>'
        f'<stop offset="{end}" stop-opacity="0"/></linearGradient>'
        for i, alpha, end in ((1, ".36", ".92"), (2, ".5", ".88"), (3, ".62", ".96"))
    )
    + "</defs></svg>"
)


def _crest(rng: Random, width: int, base: float, height: float, peaks: int) -> Points:
    """Points of one crest: uneven peaks, then two rounds of broken slopes."""
    step = width / peaks
    points = [(0.0, base - height * rng.uniform(0.1, 0.4))]
    for i in range(peaks):
        x = (i + rng.uniform(0.3, 0.6)) * step
        points.append((x, base - height * rng.uniform(0.5, 1)))
        points.append((x + step * rng.uniform(0.3, 0.5), base - height * rng.uniform(0.05, 0.4)))
    points = [p for p in points if p[0] < width - 4] + [(float(width), base - height * rng.uniform(0.1, 0.5))]
    for spread in (0.16, 0.1):
        broken = points[:1]
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            t = rng.uniform(0.35, 0.65)
            broken += [(x1 + (x2 - x1) * t, y1 + (y2 - y1) * t + (rng.random() - 0.5) * spread * height), (x2, y2)]
        points = broken
    return [(round(x), round(y)) for x, y in points]


def skyline(seed: str, width: int = BAND[0], height: int = BAND[1], peaks: int = 9) -> list[Points]:
    """Gives three crests, far to near, as points from the left edge to the right edge of a box of that size."""
    rng = Random(seed)  # noqa: S311 (a drawing, not a secret)
    return [
        _crest(rng, width, base * height, tall * height, count)
        for base, tall, count in ((0.62, 0.52, peaks), (0.82, 0.44, peaks + 2), (0.97, 0.3, max(2, peaks - 2)))
    ]


def window(points: Points, left: int, right: int, width: int, height: int, sky: float = 0) -> Points:
    """Cuts a crest of the band between two x and scales it into a box, under a share `sky` of its height that stays
    free.
    """

    def at(x: int) -> float:
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            if x1 <= x <= x2:
                return y1 + (y2 - y1) * (x - x1) / max(1, x2 - x1)
        return points[-1][1]

    cut = [(left, at(left)), *(p for p in points if left < p[0] < right), (right, at(right))]
    return [
        (round((x - left) * width / (right - left)), round(height * (sky + (1 - sky) * y / BAND[1]))) for x, y in cut
    ]


def _steps(points: Sequence[tuple[int, int]]) -> str:
    """Relative line commands through the points after the first (shorter than absolute ones)."""
    pairs = itertools.pairwise(points)
    return "l" + " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairs).replace(" -", "-")


def outline(points: Points, width: int, height: int) -> str:
    """The closed shape under a crest. Its sides and its foot lie outside the box, so that one stroke draws the crest
    alone.
    """
    return f"M-9 {points[0][1]}H0{_steps(points)}H{width + 9}V{height + 9}H-9z"


def facets(seed: str, points: Points) -> str:
    """The shaded side of each summit: down the right slope, back up along a broken spur. Empty when no summit is high
    enough.
    """
    rng = Random(seed)  # noqa: S311 (a drawing, not a secret)
    shapes = []
    for i in range(1, len(points) - 1):
        (x, y), j = points[i], i + 1
        if not (y < points[i - 1][1] - 2 and y < points[j][1] - 2):
            continue
        while j + 1 < len(points) and points[j + 1][1] > points[j][1]:
            j += 1
        run, fall = points[j][0] - x, points[j][1] - y
        if fall > 8:
            spur = [
                (x + run * rng.uniform(0.42, 0.6), y + fall * rng.uniform(1.25, 1.5)),
                (x + run * rng.uniform(0.02, 0.14), y + fall * rng.uniform(0.72, 0.9)),
                (x + run * rng.uniform(0.14, 0.26), y + fall * rng.uniform(0.36, 0.5)),
            ]
            shape = points[i : j + 1] + [(round(u), round(v)) for u, v in spur]
            shapes.append(f"M{x} {y}{_steps(shape)}z")
    return "".join(shapes)


def trail(seed: str, width: int, height: int, steps: int, inset: int = 40, foot: float = 0.86) -> Points:
    """Stones of a course, climbing gently from left to right with a dip here and there: nobody stands on a summit.

    `foot` is where the first stone lies, as a share of the height.
    """
    rng = Random(f"{seed}-trail")  # noqa: S311 (a drawing, not a secret)
    if steps == 1:
        return [(width // 2, round(height * 0.7))]
    gap = (width - 2 * inset) / max(1, steps - 1)
    slope = 0.34 / max(1, steps - 1)
    return [
        (round(inset + i * gap), round(height * (foot - slope * i + rng.uniform(-0.07, 0.07)))) for i in range(steps)
    ]


def rope(points: Points, slack: int = 14) -> str:
    """A smooth line through the stones, slack between them like a rope."""
    d = f"M{points[0][0]} {points[0][1]}"
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        half = round((x2 - x1) / 2)
        d += f"C{x1 + half} {y1 + slack} {x2 - half} {y2 + slack} {x2} {y2}"
    return d


def _layer(seed: str, points: Points, width: int, height: int, gradient: int) -> str:
    shade = facets(seed, points)
    fill = f'fill="url(#r{gradient})"'
    return f'<path class="crest" {fill} d="{outline(points, width, height)}"/>' + (
        f'<path {fill} d="{shade}"/>' if shade else ""
    )


@lru_cache(maxsize=512)
def ridges(seed: str) -> Markup:
    """Gives the band of mountains for the foot of a `.sky`, as inline SVG hidden from assistive technology."""
    width, height = BAND
    layers = "".join(_layer(f"{seed}-{i}", points, width, height, i) for i, points in enumerate(skyline(seed), 1))
    return Markup(  # noqa: S704 (our own numbers; texts are escaped)
        f'<svg class="ridges" viewBox="0 0 {width} {height}" preserveAspectRatio="xMidYMax slice" '
        f'aria-hidden="true">{layers}</svg>'
    )


def _stones(points: Points, states: Sequence[str], rx: float, ry: float) -> str:
    out = []
    for (x, y), state in zip(points, states, strict=True):
        grow = 1.3 if state == "now" else 1
        kind = f" {state}" if state in ("done", "now") else ""
        out.append(
            f'<ellipse class="st{kind}" cx="{x}" cy="{y}" rx="{round(rx * grow, 1):g}" ry="{round(ry * grow, 1):g}"/>'
        )
    return "".join(out)


def _ropes(points: Points, reached: int, slack: int) -> str:
    """The rope: solid up to the stone with that index, dotted from there on (an index of 0 or less draws it dotted)."""
    reached = min(max(reached, 0), len(points) - 1)
    ahead, behind = points[reached:], points[: reached + 1]
    out = f'<path class="rope ahead" d="{rope(ahead, slack)}"/>' if len(ahead) > 1 else ""
    return out + (f'<path class="rope" d="{rope(behind, slack)}"/>' if len(behind) > 1 else "")


@lru_cache(maxsize=2048)
def pano(seed: str, steps: int, done: int = 0, size: str = "row") -> Markup:
    """Gives the small picture of a course: a window into its band, one stone per step, the rope solid behind the
    steps done.

    `size` is `row` (lists) or `offer` (proposals). Hidden from assistive technology: the words beside it say the
    same.
    """
    width, height = SIZES[size]
    crests = skyline(seed)
    layers = "".join(
        _layer(
            f"{seed}-{i}", window(crests[i - 1], *WINDOW, width, height, 0 if size == "row" else 0.14), width, height, g
        )
        for i, g in ((1, 1), (2, 3))
    )
    inset = 12 if size == "row" else 16
    stones = trail(seed, width, height, max(1, steps), inset, 0.86 if size == "row" else 0.78)
    done = min(max(done, 0), len(stones))
    radius = min(6 if size == "row" else 8, 0.3 * (width - 2 * inset) / max(1, len(stones) - 1))
    states = ["done"] * done + [""] * (len(stones) - done)
    return Markup(  # noqa: S704 (our own numbers; texts are escaped)
        f'<svg class="pano" viewBox="0 0 {width} {height}" preserveAspectRatio="xMidYMid slice" '
        f'aria-hidden="true">{layers}'
        f"{_ropes(stones, done - 1, 6 if size == 'row' else 8)}{_stones(stones, states, radius, radius * 0.8)}</svg>"
    )


def _lines(title: str, chars: int) -> list[str]:
    """Breaks a title into lines of about that many characters, at spaces only."""
    lines: list[str] = []
    for word in title.split(" "):  # a no-break space holds its words together
        if lines and len(lines[-1]) + 1 + len(word) <= chars:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def orient(seed: str, steps: Iterable[tuple[str, str]]) -> Markup:
    """Gives the panorama of a course page, as on an orientation table: stones on a rope, names on poles. Wide and
    phone variants.

    `steps` are pairs of title and state (`done`, `now`, anything else is still to come). Where the names would not
    fit in three lines the poles carry the numbers of the steps. Decorative: the list of steps below it is what
    everybody reads.
    """
    return _orient(seed, tuple(steps))


@lru_cache(maxsize=1024)
def _orient(seed: str, steps: tuple[tuple[str, str], ...]) -> Markup:
    if not steps:
        return Markup("")
    states = [state for _title, state in steps]
    reached = states.index("now") if "now" in states else len(states) - 1 if all(s == "done" for s in states) else 0
    width = 1088
    gap = (width - 168) / max(1, len(steps) - 1)
    names = [_lines(title, max(1, int((gap - 8) / 8.2))) for title, _state in steps]
    if max(map(len, names)) > 3 or any(len(line) * 8.2 > gap for lines in names for line in lines):
        names = [[str(i)] for i in range(1, len(steps) + 1)]
    head = 12 + 18 * max(map(len, names))
    height = head + 202
    wide = [(x, y + head + 2) for x, y in trail(seed, width, 200, len(steps), 84)]
    signs = ""
    for (x, y), lines in zip(wide, names, strict=True):
        signs += f'<path class="pole" d="M{x} {head}V{y - 14}"/>'
        signs += "".join(
            f'<text x="{x}" y="{head - 8 - 18 * (len(lines) - 1 - i)}">{escape(line)}</text>'
            for i, line in enumerate(lines)
        )
    small = trail(seed, 358, 108, len(steps), 20)
    return Markup(  # noqa: S704 (our own numbers; texts are escaped)
        f'<svg class="orient only-wide" viewBox="0 0 {width} {height}" aria-hidden="true">{signs}'
        f"{_ropes(wide, reached, 14)}"
        f"{_stones(wide, states, 8.5, 7)}</svg>"
        f'<svg class="orient only-phone" viewBox="0 0 358 110" aria-hidden="true">{_ropes(small, reached, 14)}'
        f"{_stones(small, states, min(8.5, 95 / len(steps)), min(7, 78 / len(steps)))}</svg>"
    )
