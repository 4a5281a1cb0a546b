"""The style sheet keeps its promises: contrasts computed from its own tokens, one dark set in two places, budget."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "lms"
CSS = (TEMPLATES / "ui/static/cordada.css").read_text()
#: Every sheet of every room, by name; those besides cordada.css are linked by the pages that need them.
SHEETS = {path.name: path.read_text() for path in TEMPLATES.glob("*/static/*.css")}


def tokens(block: str) -> dict[str, str]:
    """The colour tokens of a rule."""
    return {name: value.upper() for name, value in re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{3,6});?", block)}


def rule(start: str, after: int = 0) -> str:
    """The body of the first rule with that selector."""
    at = CSS.index(start, after)
    return CSS[at : CSS.index("}", at)]


LIGHT = tokens(rule(":root{"))
DARK = tokens(rule(":root[data-theme=dark]{"))
AUTO = tokens(rule(":root:not([data-theme=light]){"))
THEMES = {"light": LIGHT, "dark": {**LIGHT, **DARK}}


def luminance(colour: str) -> float:
    """Relative luminance of a hexadecimal sRGB colour (WCAG 2.2)."""
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# what is read, on what, the ratio written down for light and for dark, and what it must reach
PAIRS = [
    ("ink", "bg", 15.22, 15.73, 4.5), ("ink", "mist", 13.94, 12.26, 4.5), ("ink-2", "bg", 7.68, 9.49, 4.5),
    ("ink-2", "mist", 7.04, 7.39, 4.5), ("lake", "bg", 7.41, 9.60, 4.5), ("lake", "surface", 7.73, 8.67, 4.5),
    ("lake", "lake-tint", 6.52, 7.04, 4.5), ("on-lake", "lake", 7.73, 8.89, 4.5),
    ("on-lake", "lake-hover", 10.65, 10.96, 4.5),
    ("fir", "bg", 6.69, 9.67, 4.5), ("fir", "fir-tint", 5.97, 7.38, 4.5), ("rhodo", "bg", 7.12, 8.72, 4.5),
    ("rhodo", "rhodo-tint", 6.32, 7.38, 4.5), ("ochre", "bg", 7.31, 9.90, 4.5),
    ("ochre", "ochre-tint", 6.75, 7.68, 4.5),
    ("edge", "bg", 4.46, 5.85, 3), ("edge", "surface", 4.65, 5.29, 3), ("edge", "mist", 4.09, 4.56, 3),
    ("ring-out", "ring-in", 11.02, 12.47, 3), ("line", "bg", 1.46, 1.79, 1),
    ("ink", "sky", 13.46, 13.99, 4.5), ("ink", "dawn", 14.00, 12.59, 4.5), ("ink-2", "sky", 6.80, 8.43, 4.5),
    ("ink-2", "dawn", 7.07, 7.59, 4.5), ("lake", "sky", 6.55, 8.54, 4.5), ("lake", "dawn", 6.82, 7.68, 4.5),
    ("edge", "sky", 3.94, 5.20, 3), ("edge", "dawn", 4.10, 4.68, 3), ("ease", "bg", 4.21, 8.32, 3),
    ("lake", "h3", 3.27, 3.60, 3),
    ("ink", "h1", 13.51, 12.80, 4.5), ("ink", "h2", 10.17, 9.64, 4.5), ("ink", "h3", 6.73, 5.90, 4.5),
    ("h-ink", "h4", 4.94, 5.00, 4.5), ("h-ink", "h5", 9.76, 10.11, 4.5),
]  # fmt: skip


@pytest.mark.parametrize(("text", "ground", "light", "dark", "need"), PAIRS)
def test_contrasts_are_what_they_are_said_to_be(text: str, ground: str, light: float, dark: float, need: float) -> None:
    for theme, written in (("light", light), ("dark", dark)):
        ratio = contrast(THEMES[theme][text], THEMES[theme][ground])
        assert ratio == pytest.approx(written, abs=0.011), theme
        assert ratio >= need, theme


def test_ink_is_readable_on_every_tint() -> None:
    grounds = [name for name in LIGHT if name.endswith("-tint")]
    assert len(grounds) == 4
    for theme, lowest in (("light", 13.40), ("dark", 11.54)):
        worst = min(contrast(THEMES[theme]["ink"], THEMES[theme][ground]) for ground in grounds)
        assert worst == pytest.approx(lowest, abs=0.011), theme


def test_lowest_text_contrasts_of_the_promise() -> None:
    for colours in THEMES.values():
        words = [(a, b) for a, b, *_rest, need in PAIRS if need == 4.5]
        assert min(contrast(colours[a], colours[b]) for a, b in words if not b.startswith("h")) >= 5.9
        assert min(contrast(colours[a], colours[b]) for a, b in words if b.startswith("h")) >= 4.9


def test_dark_is_the_same_by_choice_and_by_system() -> None:
    assert DARK == AUTO
    assert set(DARK) == set(LIGHT)
    assert (
        rule(":root[data-theme=dark]{").split("{")[1].split()
        == rule(":root:not([data-theme=light]){").split("{")[1].split()
    )


def test_paper_is_never_dark() -> None:
    for start in (":root[data-theme=dark]{", ":root:not([data-theme=light]){"):
        before = CSS[: CSS.index(start)].rstrip()
        assert before[before.rindex("@media") :].startswith("@media screen")


def test_budget_and_manners() -> None:
    assert len(CSS.encode()) <= 18_000, "what only some pages need stands in a sheet of theirs: together 20,000"
    assert "prefers-reduced-motion" in CSS
    assert "forced-colors" in CSS
    assert "@media print" in CSS


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_keeps_to_this_site_and_to_its_layer(name: str) -> None:
    sheet = SHEETS[name]
    assert not re.search(r"http|@import|url\(", sheet)
    assert sheet.count("{") == sheet.count("}")
    if name not in ("cordada.css", "gallery.css"):
        assert re.match(r"/\*.*?\*/\n@layer components\{\n", sheet)
        assert not re.search(r"#[0-9a-fA-F]{3,6}\b", sheet), "colours are tokens"


def test_every_token_used_exists_and_every_token_is_used() -> None:
    defined = set(re.findall(r"--([\w-]+):", CSS))
    used = set(re.findall(r"var\(--([\w-]+)", "".join(SHEETS.values())))
    assert used - defined == set()
    assert defined - used - {"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "bg"} == set()


def test_classes_of_our_templates_exist() -> None:
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", "".join(SHEETS.values())))
    for page in (TEMPLATES / "ui/templates/ui").glob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", page.read_text(), flags=re.S)
        for value in re.findall(r'class="([^"{}]*)["{]', text):
            assert set(value.split()) - known - {"sw-"} == set(), f"{page.name}: {value}"
