"""What becomes of a file somebody sends (rows X5 to X7, Z3, Z5, Z6 and Z10 of docs/guard.md)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

import pytest
from PIL import Image

from lms.learning.works import files
from lms.learning.works.files import Unfit, ready
from tests.learning.works.conftest import picture

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
MP3 = b"\xff\xfb\x90\x00" + b"\0" * 400
M4A = struct.pack(">I4s4sI", 20, b"ftyp", b"M4A ", 0) + b"M4A " + b"\0" * 40
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def archive(names: dict[str, bytes], *, stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        for name, data in names.items():
            made.writestr(name, data)
    return out.getvalue()


def office(part: str = "word/document.xml", more: dict[str, bytes] | None = None) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", part: b"<x/>", **(more or {})})


ODT = archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}, stored=True)
#: Its first part cannot be unpacked: the bytes after the header (30) and the name (8) are no deflated ones.
TORN = archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"})
TORN = TORN[:38] + b"\xff\xff\xff" + TORN[41:]


@pytest.mark.parametrize(
    ("data", "name", "kind", "kept_as"),
    [
        (PDF, "Lettre à Camille.pdf", "pdf", "Lettre à Camille.pdf"),
        (PDF, "lettre.PDF", "pdf", "lettre.PDF"),
        (PDF, "lettre.docx", "pdf", "lettre.docx.pdf"),  # the content says what it is
        (office(), "a.docx", "docx", "a.docx"),
        (office("xl/workbook.xml"), "a.xlsx", "xlsx", "a.xlsx"),
        (office("ppt/presentation.xml"), "a.pptx", "pptx", "a.pptx"),
        (ODT, "a.odt", "odt", "a.odt"),
        (MP3, "a.mp3", "mp3", "a.mp3"),
        (b"ID3\x04" + b"\0" * 20, "a.mp3", "mp3", "a.mp3"),
        (M4A, "a.m4a", "m4a", "a.m4a"),
        ("Bonjour é\n".encode(), "a.txt", "text", "a.txt"),
        ("Bonjour é\n".encode("utf-16"), "a.txt", "text", "a.txt"),
        (b"\xef\xbb\xbfa,b\n", "a.csv", "text", "a.csv"),
        (b"words", "README", "text", "README.txt"),
        (picture(), "a.jpeg", "jpeg", "a.jpeg"),
        (picture("PNG"), "a.png", "png", "a.png"),
        (picture("WEBP"), "a.webp", "webp", "a.webp"),
        (picture("PNG"), "a.xhtml", "png", "a.xhtml.png"),  # X6
        (picture("PNG"), "a.mjs", "png", "a.mjs.png"),
    ],
)
def test_what_is_on_the_list_is_known_by_its_content(data: bytes, name: str, kind: str, kept_as: str) -> None:
    found = ready(data, name)
    assert (found.kind, found.name) == (kind, kept_as)
    assert found.size == len(found.data) > 0
    assert len(found.sha256) == 64


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (SVG, "a.svg", "kind"),  # X5
        (SVG, "a.png", "kind"),
        (b"<html><script>alert(1)</script>", "a.html", "kind"),  # X6
        (b"<html><script>alert(1)</script>", "a.xhtml", "kind"),
        (b"<?xml version='1.0'?><x/>", "a.xsl", "kind"),
        (b"export default 1", "a.mjs", "kind"),
        (b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)", "a.gif", "kind"),
        (b"", "a.txt", "kind"),
        (b"   \n", "a.txt", "kind"),
        (b"a\0b", "a.txt", "kind"),
        (b"\xff\xfe\x00\xd8", "a.txt", "kind"),
        (b"caf\xe9", "a.txt", "kind"),
        (b"MZ\x90\0", "a.exe", "kind"),
        (b"\xff\xfb\xf0\x00", "a.mp3", "kind"),
        (PDF[:-8], "a.pdf", "broken"),  # cut off on the way
        (picture("PNG")[:60], "a.png", "broken"),
        (picture("JPEG", (400, 400))[:-200], "a.jpg", "broken"),
        (b"\x89PNG\r\n\x1a\n", "a.png", "broken"),
        (b"\xff\xd8\xff", "a.jpg", "broken"),
        (office()[:-10], "a.docx", "broken"),
        (archive({"a.txt": b"x"}), "a.zip", "kind"),
        (archive({"[Content_Types].xml": b"<x/>", "word/document.xml": b"", "xl/workbook.xml": b""}), "a.docx", "kind"),
        (office(more={"word/vbaProject.bin": b"x"}), "a.docm", "macros"),
        (archive({"[Content_Types].xml": b"", "word/document.xml": b"", "../x": b""}), "a.docx", "kind"),
        (archive({"[Content_Types].xml": b"", "word/document.xml": b"", "/etc/x": b""}), "a.docx", "kind"),
        (archive({"mimetype": b"application/zip", "content.xml": b""}, stored=True), "a.odt", "kind"),
        (TORN, "a.odt", "broken"),
        (
            struct.pack(">I4s4sI", 20, b"ftyp", b"isom", 0) + b"isom" + b"....hdlr" + b"\0" * 8 + b"vide",
            "a.mp4",
            "film",
        ),
    ],
)
def test_what_is_not_is_refused_with_its_reason(data: bytes, name: str, why: str) -> None:
    with pytest.raises(Unfit) as fault:
        ready(data, name)
    assert fault.value.why == why


def test_Z3_an_archive_that_claims_too_much_is_never_unpacked() -> None:
    many = {"[Content_Types].xml": b"", "word/document.xml": b"", **{f"p{n}": b"" for n in range(files.PARTS)}}
    for data in (archive(many), office(more={"bomb": b"\0" * (files.UNPACKED + 1)})):
        with pytest.raises(Unfit):
            ready(data, "a.docx")


def with_exif(orientation: int = 6) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "CAMERA-OF-CAMILLE"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[2] = (42.0, 37.0, 12.0)
    return picture("JPEG", (40, 20), exif=exif, comment=b"SECRET-COMMENT")


def test_Z10_what_a_camera_wrote_is_gone_and_the_picture_stands_upright() -> None:
    sent = with_exif()
    assert b"CAMERA-OF-CAMILLE" in sent
    assert b"SECRET-COMMENT" in sent
    kept = ready(sent, "photo.jpg").data
    assert b"CAMERA" not in kept
    assert b"SECRET" not in kept
    with Image.open(io.BytesIO(kept)) as found:
        assert found.size == (20, 40)
        assert len(found.getexif()) == 0
        assert "comment" not in found.info


def test_a_telephones_picture_with_its_depths_beside_it_is_one_picture() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8), (9, 9, 9))])
    with Image.open(io.BytesIO(ready(out.getvalue(), "a.jpg").data)) as kept:
        assert kept.format == "JPEG"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *more: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_hidden_texts_and_what_follows_a_picture_are_gone() -> None:
    data = picture("PNG")
    end = data.index(b"IDAT") - 4
    sent = data[:end] + chunk(b"tEXt", b"Author\0CAMILLE-WAS-HERE") + data[end:] + b"<script>alert(1)</script>"
    kept = ready(sent, "a.png").data
    assert b"CAMILLE" not in kept
    assert b"script" not in kept


def test_a_clear_picture_stays_clear() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(ready(out.getvalue(), "a.png").data)) as kept:
        assert kept.getpixel((0, 0)) == (0, 0, 0, 0)


def test_Z10_a_picture_is_refused_by_its_points_before_it_is_read() -> None:
    for side in (6_500, 20_000, 50_000):
        with pytest.raises(Unfit, match="pixels"):
            ready(png(side, side), "a.png")


def test_Z10_pictures_that_move_are_refused() -> None:
    out = io.BytesIO()
    frames: Any = [Image.new("RGB", (2, 2), (n * 100, 0, 255 - n * 100)) for n in range(3)]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(Unfit, match="film"):
        ready(out.getvalue(), "a.webp")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\lea\\lettre.pdf", "lettre.pdf"),
        ('"><img src=x onerror=alert(1)>.pdf', '"><img src=x onerror=alert(1)>.pdf'),  # X7: text, shown as text
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("fdp\u202e.exe.pdf", "fdp.exe.pdf"),
        (".pdf", "file.pdf"),
        ("..", "file.pdf"),
        ("", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("lettre. pdf", "lettre. pdf.pdf"),
    ],
)
def test_X7_a_name_is_text_and_no_path(sent: str, kept: str) -> None:
    assert ready(PDF, sent).name == kept
