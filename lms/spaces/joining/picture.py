"""The code of a space's screen as a picture, for telephones. Pure."""

from __future__ import annotations

import segno
from markupsafe import Markup


def picture_of(address: str) -> Markup:
    """`address` (up to 300 characters) as a QR code: an SVG without scripts, styles and size of its own, black on white in every
    theme, with the margin of four modules that ISO/IEC 18004 wants. Raises `segno.DataOverflowError` for what is far too long.
    """
    drawn = segno.make(address, micro=False, error="m")
    drawing = drawn.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    return Markup(drawing)  # noqa: S704 - numbers and our own words; the address is modules, not text
