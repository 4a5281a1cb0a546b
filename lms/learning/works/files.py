"""From a file somebody sends to the one that is kept: what it is by its content, without what a camera wrote into it.

Nothing is opened that is not on the list, no name becomes a path. Pictures are drawn anew: place, camera and hidden
texts do not survive that; documents and sounds lose what programs wrote about their author (`cleaning`).
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
from threading import Lock
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from lms.learning.works import cleaning

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
#: Kinds that still hold what a program wrote about whoever made them.
UNCLEAN: Final = frozenset({"pdf"})
#: A picture is opened with no more points than that: larger ones would take the memory of everybody (four bytes a point,
#: twice while it is turned; a WebP needs twice that). A photograph (JPEG) of up to `PHOTO` points is read at half its size
#: and less; one that is stored in waves cannot be, since each wave covers all of it.
POINTS: Final = 16_000_000
PHOTO: Final = 64_000_000
WEBP: Final = 8_000_000
#: What is in an office document: so many parts at most, and so many bytes once unpacked.
PARTS: Final = 5_000
UNPACKED: Final = 100 * 1024 * 1024
#: Endings a plain text may have; any other says that it means to be something else.
_TEXTS = ("", ".txt", ".md", ".csv")
_JPEGS = (".jpg", ".jpeg")
_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
#: Two large pictures at once would take twice the memory.
_ONE_AT_A_TIME = Lock()
_FILM = re.compile(rb"hdlr.{8}vide", re.DOTALL)


class Unfit(Exception):
    """A file that is not kept. `why` is kind (not on the list), broken, film, macros, pixels or unclean (see `fit_for_peers`)."""

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
    if not data:
        raise Unfit("broken")
    title, ending = _named(name)
    kind = _kind(data, ending)
    kept = _CLEAN.get(kind, _as_it_is)(data, kind)
    endings = _TEXTS[1:] if kind == "text" else _JPEGS if kind == "jpeg" else (KINDS[kind][1],)
    if ending.lower() not in endings:
        title, ending = (title + ending if kind != "text" else title), KINDS[kind][1]
    return Ready(title[: NAME_LONGEST - len(ending)] + ending, kind, kept, hashlib.sha256(kept).hexdigest())


def fit_for_peers(file: Ready) -> Ready:
    """A file that may be given to people who must not learn whose it is. Raises `Unfit` for others."""
    if file.kind in UNCLEAN:
        raise Unfit("unclean")
    return file


def plain_name(file_name: str) -> str:
    """What a file is called where its name could tell whose it is."""
    return "work" + _named(file_name)[1].lower()


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
            in_one_go = kind == "jpeg" and not picture.info.get("progressive")
            if picture.width * picture.height > (PHOTO if in_one_go else WEBP if kind == "webp" else POINTS):
                raise Unfit("pixels")
            if kind != "jpeg" and getattr(picture, "n_frames", 1) > 1:  # a telephone's JPEG has its depths beside it
                raise Unfit("film")
            if picture.width * picture.height > POINTS:
                picture.draft(None, (picture.width // 2, picture.height // 2))
            with _ONE_AT_A_TIME:
                return _saved(picture, kind)
    except Unfit:
        raise
    except Image.DecompressionBombError as error:
        raise Unfit("pixels") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Unfit("broken") from error


def _saved(picture: Image.Image, kind: str) -> bytes:
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    clear = "A" in picture.getbands() or "transparency" in picture.info
    mode = "RGBA" if clear else "L" if picture.mode in ("1", "L") else "RGB"
    plain = picture if picture.mode == mode else picture.convert(mode)
    plain.info = {}
    out = BytesIO()
    plain.save(out, kind.upper(), exif=b"", **({} if kind == "png" else {"quality": 88}))
    return out.getvalue()


def _without_names(data: bytes, _kind: str) -> bytes:
    try:
        return cleaning.office(data)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise Unfit("broken") from error


def _sound_alone(data: bytes, kind: str) -> bytes:
    kept = cleaning.mp3(data) if kind == "mp3" else cleaning.m4a(data)
    if not kept:
        raise Unfit("broken")
    return kept


_CLEAN: Final[dict[str, Callable[[bytes, str], bytes]]] = {
    "png": _drawn_anew, "jpeg": _drawn_anew, "webp": _drawn_anew, "pdf": _whole_pdf, "text": _written,
    "docx": _without_names, "xlsx": _without_names, "pptx": _without_names, "odt": _without_names,
    "mp3": _sound_alone, "m4a": _sound_alone,
}  # fmt: skip
