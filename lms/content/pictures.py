"""Pictures as pages show them: three widths in WebP, one for browsers that do not know it, nothing of what a camera wrote.

A picture is measured before it is decoded, so that a small file cannot become a large one in memory.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

#: In pixels: the widths of a page's column on a phone, on a desk, and on a desk with a fine screen.
WIDTHS: Final = (480, 800, 1440)
#: What stands for a picture where WebP is not known is this wide; what a link to it opens is this wide or high.
FALLBACK_WIDTH: Final = 800
LARGEST: Final = 1920
#: In bytes: what one width of a picture should weigh, and what a file of an author may weigh.
WEIGHT: Final = 60_000
FILE_LIMIT: Final = 10_000_000
#: A picture with more pixels is not decoded.
PIXELS: Final = 40_000_000
#: How wide a picture stands on a page: 66 letters of text, or the screen.
SIZES: Final = "(max-width: 47rem) 100vw, 45rem"
_QUALITIES: Final = (82, 72, 60, 48, 36)
_FORMATS: Final = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".avif": "AVIF", ".gif": "GIF"}
_FAULTS: Final = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError,
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A picture made ready: `whole` for whoever opens it, in its own format; `widths` in WebP, the smallest first;
    `fallback` in the format that `suffix` names. `size` is that of `whole`.
    """

    size: tuple[int, int]
    whole: bytes
    widths: tuple[tuple[int, bytes], ...]
    fallback: bytes
    suffix: str


def is_too_large(data: bytes, suffix: str) -> bool:
    """Say whether a picture has more pixels than are decoded, by its header alone. `suffix` is `.png`, `.jpg` ..."""
    if suffix not in _FORMATS:
        return False
    try:
        with _opened(data) as picture:
            return picture.width * picture.height > PIXELS
    except Image.DecompressionBombError:
        return True  # the library's own limit is higher than ours
    except _FAULTS:
        return False


def prepared(data: bytes, suffix: str) -> Picture | None:
    """Make a picture ready. None for what is not one, for one that moves, and for one that is too large: it stays as it is.

    Twice gives the same bytes. Takes about half a second for a photograph.
    """
    if suffix not in _FORMATS or is_too_large(data, suffix):
        return None
    try:
        with _opened(data) as picture:
            if getattr(picture, "n_frames", 1) > 1:
                return None
            if picture.format == "JPEG":
                picture.draft("RGB", (LARGEST, LARGEST))  # decoded at half or a quarter: less memory, less time
            plain = _plain(picture)
        whole = _at_most(plain, LARGEST, LARGEST)
        fallback = _at_most(whole, FALLBACK_WIDTH, LARGEST)
        clear = "A" in whole.getbands()
        drawn = _FORMATS[suffix] in ("PNG", "GIF")
        return Picture(
            size=whole.size,
            whole=_saved(whole, _FORMATS[suffix], 85),
            widths=tuple(_widths(whole)),
            fallback=_light(fallback, "PNG" if clear or drawn else "JPEG"),
            suffix=".png" if clear or drawn else ".jpg",
        )
    except _FAULTS:
        return None


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        # Ours is the limit that counts; the library only warns.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data), formats=tuple(dict.fromkeys(_FORMATS.values()))) as picture:
            yield picture


def _plain(picture: Image.Image) -> Image.Image:
    """The pixels alone: upright, in the colours every screen knows, without a word about where and by whom."""
    upright = ImageOps.exif_transpose(picture)
    clear = "A" in upright.getbands() or "transparency" in upright.info
    profile = upright.info.get("icc_profile")
    if profile and upright.mode in ("RGB", "CMYK"):
        try:
            made = ImageCms.profileToProfile(
                upright, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            upright = made if made is not None else upright
        except (ImageCms.PyCMSError, OSError):
            pass  # a profile that cannot be read says nothing
    found = upright.convert("RGBA" if clear else "RGB")
    bare = Image.new(found.mode, found.size)
    bare.paste(found)
    return bare


def _at_most(picture: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(1.0, width / picture.width, height / picture.height)
    if scale == 1.0:
        return picture
    return picture.resize(
        (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))), Image.Resampling.LANCZOS
    )


def _widths(picture: Image.Image) -> Iterator[tuple[int, bytes]]:
    """Three widths at most, none wider than the picture. The smallest is there whatever it weighs."""
    wanted = [*(width for width in WIDTHS if width < picture.width), min(picture.width, WIDTHS[-1])]
    for place, width in enumerate(dict.fromkeys(wanted)):
        data = _light(_at_most(picture, width, LARGEST), "WEBP")
        if place == 0 or len(data) <= WEIGHT:
            yield width, data


def _light(picture: Image.Image, form: str) -> bytes:
    """The best quality that is light enough; the lightest where none is."""
    data = b""
    for quality in _QUALITIES:
        data = _saved(picture, form, quality)
        if len(data) <= WEIGHT:
            return data
        if form == "PNG":
            return _saved(picture.quantize(256, Image.Quantize.FASTOCTREE), form, quality)
    return data


def _saved(picture: Image.Image, form: str, quality: int) -> bytes:
    out = io.BytesIO()
    if form == "JPEG":
        picture.convert("RGB").save(out, form, quality=quality, optimize=True, progressive=True)
    elif form in ("PNG", "GIF"):
        picture.save(out, form)
    else:
        picture.save(out, form, quality=quality, **{"WEBP": {"method": 3}, "AVIF": {"speed": 9}}[form])
    return out.getvalue()
