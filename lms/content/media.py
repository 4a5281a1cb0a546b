"""What stands beside a file: how long a recording plays, how large a picture is, in what format and weight.

Lengths are read out of the headers that every player reads; a recording of another build has no length, and none is said.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
from typing import Final

from PIL import Image, UnidentifiedImageError

from lms.content.links import VIDEOS

_HEAD: Final = 65_536
_MP3_RATES: Final = ((44100, 48000, 32000), (22050, 24000, 16000), (11025, 12000, 8000))
_MP3_KBITS_1: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MP3_KBITS_2: Final = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_UNITS: Final = {"fr": ("o", "ko", "Mo"), "es": ("B", "kB", "MB"), "ca": ("B", "kB", "MB"), "en": ("B", "kB", "MB")}
_SVG_BOX: Final = re.compile(r"viewBox\s*=\s*[\"']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]{1,9})[\s,]+([\d.]{1,9})\s*[\"']")
_SVG_SIDES: Final = tuple(
    re.compile(rf"\s{side}\s*=\s*[\"']([\d.]{{1,9}})(?:px)?[\"']") for side in ("width", "height")
)
_SVG_TAG: Final = 4_000
_PICTURES: Final = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")


def told(name: str, data: bytes, lang: str) -> str:
    """Give format, length (of a recording) and weight of a file in a language: `MP3, 4 min 10 s, 1,2 Mo`."""
    suffix = name.rpartition(".")[2].lower()
    seconds = seconds_of(data, suffix)
    parts = [suffix.upper(), *([_length(seconds)] if seconds else []), weight(len(data), lang)]
    return ", ".join(parts)


def is_video(name: str) -> bool:
    """Say whether a recording has pictures, by its name."""
    return f".{name.rpartition('.')[2].lower()}" in VIDEOS


def weight(size: int, lang: str) -> str:
    """Give what a file of `size` bytes weighs, in a language: `13 ko`, `1,2 Mo`."""
    bytes_, kilo, mega = _UNITS.get(lang, _UNITS["en"])
    if size < 1000:
        return f"{size}\u00a0{bytes_}"
    if size < 999_500:
        return f"{round(size / 1000)}\u00a0{kilo}"
    number = f"{size / 1e6:.1f}"
    return f"{number if lang == 'en' else number.replace('.', ',')}\u00a0{mega}"


def _length(seconds: float) -> str:
    minutes, rest = divmod(max(1, round(seconds)), 60)
    return " ".join([f"{minutes}\u00a0min"] * bool(minutes) + [f"{rest}\u00a0s"] * bool(rest))


def seconds_of(data: bytes, suffix: str) -> float | None:
    """Give the length of a recording, None where it cannot be told."""
    try:
        if suffix == "wav":
            return _wav(data)
        if suffix == "mp3":
            return _mp3(data)
        if suffix in ("ogg", "oga", "opus", "ogv"):
            return _ogg(data)
        if suffix in ("m4a", "mp4"):
            return _mp4(data)
        if suffix == "webm":
            return _webm(data)
    except (struct.error, IndexError, ZeroDivisionError, ValueError):
        return None
    return None


def _wav(data: bytes) -> float | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    at, rate = 12, 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if name == b"fmt ":
            rate = struct.unpack_from("<I", data, at + 16)[0]
        if name == b"data":
            return float(min(size, len(data) - at - 8) / rate)
        at += 8 + size + size % 2
    return None


def _mp3(data: bytes) -> float | None:
    at = 0
    if data[:3] == b"ID3":
        at = 10 + (data[6] << 21 | data[7] << 14 | data[8] << 7 | data[9])
    limit = min(len(data) - 4, at + _HEAD)
    while at < limit and not (data[at] == 0xFF and data[at + 1] & 0xE6 == 0xE2):
        at += 1
    if at >= limit:
        return None
    version, kbits, rate = data[at + 1] >> 3 & 3, data[at + 2] >> 4, data[at + 2] >> 2 & 3
    first = version == 3
    hertz = _MP3_RATES[{3: 0, 2: 1, 0: 2}[version] if version != 1 else 3][rate]
    samples = 1152 if first else 576
    tag = max(data.find(b"Xing", at, at + 64), data.find(b"Info", at, at + 64))
    if tag > 0 and data[tag + 7] & 1:
        return float(struct.unpack_from(">I", data, tag + 8)[0] * samples / hertz)
    speed = (_MP3_KBITS_1 if first else _MP3_KBITS_2)[kbits - 1] if kbits else 0
    return (len(data) - at) * 8 / (speed * 1000)


def _ogg(data: bytes) -> float | None:
    last = data.rfind(b"OggS")
    if data[:4] != b"OggS" or last < 0:
        return None
    head = data[:_HEAD]
    granules = struct.unpack_from("<q", data, last + 6)[0]
    vorbis = head.find(b"\x01vorbis")
    if vorbis > 0:
        return float(granules / struct.unpack_from("<I", head, vorbis + 12)[0])
    opus = head.find(b"OpusHead")
    if opus > 0:
        return float((granules - struct.unpack_from("<H", head, opus + 10)[0]) / 48000)
    return None


def _mp4(data: bytes) -> float | None:
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I", data, at)[0], data[at + 4 : at + 8]
        if name == b"moov":
            header = data.find(b"mvhd", at, at + size)
            if header < 0:
                return None
            if data[header + 4] == 1:
                scale, length = struct.unpack_from(">IQ", data, header + 24)
            else:
                scale, length = struct.unpack_from(">II", data, header + 16)
            return float(length / scale)
        if size < 8:
            return None
        at += size
    return None


def _webm(data: bytes) -> float | None:
    head = data[:_HEAD]
    at = head.find(b"\x44\x89")
    if head[:4] != b"\x1a\x45\xdf\xa3" or at < 0:
        return None
    scale = head.find(b"\x2a\xd7\xb1\x83")
    unit = int.from_bytes(head[scale + 4 : scale + 7], "big") if scale > 0 else 1_000_000
    kind = {0x84: ">f", 0x88: ">d"}.get(head[at + 2])
    return float(struct.unpack_from(kind, head, at + 3)[0] * unit / 1e9) if kind else None


def picture_size(data: bytes, suffix: str) -> tuple[int, int] | None:
    """Give width and height of a picture as it is shown, None where they cannot be told."""
    if suffix == "svg":
        return _svg(data[:_HEAD].decode("utf-8", "replace"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_PICTURES) as picture:
                width, height = picture.size
                turned = picture.getexif().get(0x0112, 1) >= 5
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombWarning):
        return None
    except Image.DecompressionBombError:
        return None
    return (height, width) if turned else (width, height)


def _svg(text: str) -> tuple[int, int] | None:
    start = text.find("<svg")
    tag = text[start : start + _SVG_TAG].partition(">")[0] if start >= 0 else ""
    sides = [side.search(tag) for side in _SVG_SIDES]
    if all(sides):
        numbers = [side[1] for side in sides if side]
    else:
        box = _SVG_BOX.search(tag)
        if box is None:
            return None
        numbers = [box[1], box[2]]
    try:
        width, height = (round(float(number)) for number in numbers)
    except ValueError:
        return None
    return (width, height) if width > 0 and height > 0 else None
