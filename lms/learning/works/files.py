"""From a file somebody sends to the one that is kept: what it is by its content, without what a camera wrote into it.

Nothing is opened that is not on the list, nothing is unpacked, no name becomes a path. Pictures are drawn anew: place,
camera and hidden texts do not survive that.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

#: kind -> (what browsers are told, the ending of its name).
KINDS: Final[dict[str, tuple[str, str]]] = {
    "pdf": ("application/pdf", ".pdf"),
    "png": ("image/png", ".png"),
    "jpeg": ("image/jpeg", ".jpg"),
    "webp": ("image/webp", ".webp"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
    "odt": ("application/vnd.oasis.opendocument.text", ".odt"),
    "text": ("text/plain", ".txt"),
    "mp3": ("audio/mpeg", ".mp3"),
    "m4a": ("audio/mp4", ".m4a"),
}
#: What the file dialogue offers.
ACCEPTED: Final = ".pdf,.png,.jpg,.jpeg,.webp,.docx,.odt,.xlsx,.pptx,.txt,.md,.csv,.mp3,.m4a"
NAME_LONGEST: Final = 100
#: A picture has no more points: larger ones would take the memory of everybody.
POINTS: Final = 40_000_000
#: What is in an office document: so many parts at most, and so many bytes once unpacked.
PARTS: Final = 5_000
UNPACKED: Final = 300 * 1024 * 1024
#: Endings a plain text may have; any other says that it means to be something else.
_TEXTS = ("", ".txt", ".md", ".csv")
_JPEGS = (".jpg", ".jpeg")
_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_FILM = re.compile(rb"hdlr.{8}vide", re.DOTALL)


class Unfit(Exception):
    """A file that is not kept. `why` is kind (not on the list), broken, film, macros or pixels."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Ready:
    """A file as it is kept."""

    name: str
    kind: str
    data: bytes
    sha256: str

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.data)


def ready(data: bytes, name: str) -> Ready:
    """The file to keep. Raises `Unfit` for what is not on the list, is cut off or could do harm."""
    title, ending = _named(name)
    kind = _kind(data, ending)
    kept = _CLEAN.get(kind, _as_it_is)(data, kind)
    endings = _TEXTS[1:] if kind == "text" else _JPEGS if kind == "jpeg" else (KINDS[kind][1],)
    if ending.lower() not in endings:
        title, ending = (title + ending if kind != "text" else title), KINDS[kind][1]
    return Ready(title[: NAME_LONGEST - len(ending)] + ending, kind, kept, hashlib.sha256(kept).hexdigest())


def _named(name: str) -> tuple[str, str]:
    """(title, ending) of a file name: its last part, without marks that hide or turn it."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    plain = plain.strip().rstrip(" .")
    title, dot, ending = plain.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", ending):
        return plain or "file", ""
    return title.strip() or "file", f".{ending}"


def _kind(data: bytes, ending: str) -> str:
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    if data[4:8] == b"ftyp":
        if _FILM.search(data):
            raise Unfit("film")
        return "m4a"
    if data.startswith(b"ID3") or _is_mpeg(data):
        return "mp3"
    if data and ending.lower() in _TEXTS and _text(data) is not None:
        return "text"
    raise Unfit("kind")


def _is_mpeg(data: bytes) -> bool:
    """Whether the first bytes are those of a frame of MPEG audio, layer III, of a rate there is."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2:
        return False
    return data[2] >> 4 not in (0, 15) and data[2] & 0x0C != 0x0C


def _office(data: bytes) -> str:
    """Which office document an archive is. Only its table of contents is read, and one short part."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            names = [part.filename for part in parts]
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise Unfit("kind")
            if any(part.flag_bits & 1 for part in parts) or len(set(names)) != len(names):
                raise Unfit("kind")
            if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
                raise Unfit("kind")
            if any(
                name.lower().endswith(("vbaproject.bin", "vbadata.xml")) or name.startswith("Basic/") for name in names
            ):
                raise Unfit("macros")
            if names[:1] == ["mimetype"] and parts[0].file_size < 100:
                if archive.read("mimetype") == KINDS["odt"][0].encode() and "content.xml" in names:
                    return "odt"
                raise Unfit("kind")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise Unfit("broken") from error
    found = [kind for name, kind in _OFFICE.items() if name in names]
    if "[Content_Types].xml" not in names or len(found) != 1:
        raise Unfit("kind")
    return found[0]


def _text(data: bytes) -> str | None:
    """The words of a plain text, None for what is none."""
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\t\n\r\f" for sign in text):
        return None
    return text if text.strip() else None


def _as_it_is(data: bytes, _kind: str) -> bytes:
    return data


def _written(data: bytes, _kind: str) -> bytes:
    return (_text(data) or "").encode()


def _whole_pdf(data: bytes, _kind: str) -> bytes:
    if b"%%EOF" not in data[-2048:]:
        raise Unfit("broken")
    return data


def _drawn_anew(data: bytes, kind: str) -> bytes:
    """The picture alone: turned as the camera meant it, without what was written beside its points."""
    try:
        with Image.open(BytesIO(data), formats=[kind.upper()]) as picture:
            if picture.width * picture.height > POINTS:
                raise Unfit("pixels")
            if kind != "jpeg" and getattr(picture, "n_frames", 1) > 1:  # a telephone's JPEG has its depths beside it
                raise Unfit("film")
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            clear = "A" in upright.getbands() or "transparency" in upright.info
            plain = upright.convert("RGBA" if clear else "L" if upright.mode in ("1", "L") else "RGB")
            plain.info = {}
            out = BytesIO()
            plain.save(out, kind.upper(), **({} if kind == "png" else {"quality": 88}))
    except Unfit:
        raise
    except Image.DecompressionBombError as error:
        raise Unfit("pixels") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Unfit("broken") from error
    return out.getvalue()


_CLEAN: Final[dict[str, Callable[[bytes, str], bytes]]] = {
    "png": _drawn_anew, "jpeg": _drawn_anew, "webp": _drawn_anew, "pdf": _whole_pdf, "text": _written,
}  # fmt: skip
