"""What becomes of a file somebody sends (rows X5 to X7, Z3, Z5, Z6 and Z10 of the guard list)."""

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
        (b"", "a.txt", "broken"),
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
    for side in (4_001, 20_000, 50_000):
        with pytest.raises(Unfit, match="pixels"):
            ready(png(side, side), "a.png")


@pytest.mark.parametrize("waves", [False, True])
def test_Z10_a_large_photograph_is_read_at_half_its_size(waves: bool) -> None:
    sent = picture("JPEG", (6_000, 4_000), progressive=waves)
    if waves:  # each wave covers all of it: it cannot be read at half its size
        with pytest.raises(Unfit, match="pixels"):
            ready(sent, "a.jpg")
        return
    with Image.open(io.BytesIO(ready(sent, "a.jpg").data)) as kept:
        assert kept.size == (3_000, 2_000)


def test_Z10_a_webp_takes_more_memory_and_may_have_fewer_points() -> None:
    with pytest.raises(Unfit, match="pixels"):
        ready(picture("WEBP", (4_000, 2_001)), "a.webp")


def test_Z10_no_photograph_is_larger_than_any_camera_takes() -> None:
    sent = bytearray(picture("JPEG", (60, 40)))
    at = sent.index(b"\xff\xc0") + 5
    sent[at : at + 4] = struct.pack(">HH", 9_000, 9_000)
    with pytest.raises(Unfit, match="pixels"):
        ready(bytes(sent), "a.jpg")


CORE = b"<cp:coreProperties><dc:creator>CAMILLE</dc:creator><cp:lastModifiedBy>CAMILLE</cp:lastModifiedBy></cp:coreProperties>"
TEXT = (
    b'<w:p><w:ins w:id="1" w:author="CAMILLE" w:date="2026-01-01T00:00:00Z"><w:r><w:t>Bonjour</w:t></w:r></w:ins></w:p>'
)


@pytest.mark.parametrize(
    ("name", "part", "more"),
    [
        (
            "a.docx",
            "word/document.xml",
            {"docProps/core.xml": CORE, "docProps/app.xml": b"<Properties><Company>CAMILLE"},
        ),
        ("a.docx", "word/document.xml", {"word/footnotes.xml": TEXT, "docProps/custom.xml": b"<p>CAMILLE</p>"}),
        ("a.docx", "word/document.xml", {"word/people.xml": b'<w15:person w15:author="CAMILLE"/>'}),
        ("a.xlsx", "xl/workbook.xml", {"xl/comments1.xml": b"<authors><author>CAMILLE</author></authors>"}),
        ("a.xlsx", "xl/workbook.xml", {"xl/persons/person.xml": b'<person displayName="CAMILLE" id="{1}"/>'}),
        ("a.pptx", "ppt/presentation.xml", {"ppt/commentAuthors.xml": b'<p:cmAuthor id="0" name="CAMILLE"/>'}),
    ],
)
def test_documents_lose_the_names_of_those_who_wrote_them(name: str, part: str, more: dict[str, bytes]) -> None:
    sent = office(part, {**more, "word/media/image1.png": picture("PNG")})
    kept = ready(sent, name).data
    with zipfile.ZipFile(io.BytesIO(kept)) as archive, zipfile.ZipFile(io.BytesIO(sent)) as before:
        assert archive.namelist() == before.namelist(), "its parts are all there, in their order"
        assert not any(b"CAMILLE" in archive.read(one) for one in archive.namelist())
        assert archive.read(part) == before.read(part)
        assert archive.read("word/media/image1.png") == picture("PNG")
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert ready(kept, name).data == kept


def test_an_open_document_loses_them_too_and_still_says_first_what_it_is() -> None:
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": b"<office:annotation><dc:creator>CAMILLE</dc:creator><text:p>Oui</text:p></office:annotation>",
        "meta.xml": b"<meta:initial-creator>CAMILLE</meta:initial-creator>",
    }
    kept = ready(archive(parts, stored=True), "a.odt").data
    assert kept[30:38] == b"mimetype"
    assert b"application/vnd.oasis.opendocument.text" in kept[:100], "not packed"
    with zipfile.ZipFile(io.BytesIO(kept)) as found:
        assert b"<text:p>Oui</text:p>" in found.read("content.xml")
        assert not any(b"CAMILLE" in found.read(one) for one in found.namelist())


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data) + 8, kind) + data


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"ID3\x04\0\0\0\0\0\x07CAMILLE" + MP3, MP3),
        (MP3 + b"TAG" + b"CAMILLE".ljust(125, b"\0"), MP3),
        (MP3 + b"CAMILLE." + b"APETAGEX" + struct.pack("<IIII", 2000, 40, 1, 0) + b"\0" * 8, MP3),
        (
            M4A[:20] + box(b"moov", box(b"trak", b"POINTS") + box(b"udta", b"CAMILLE")) + box(b"mdat", b"SOUND"),
            M4A[:20] + box(b"moov", box(b"trak", b"POINTS") + box(b"free", b"\0" * 7)) + box(b"mdat", b"SOUND"),
        ),
    ],
)
def test_sounds_lose_what_is_said_about_them(sent: bytes, kept: bytes) -> None:
    assert ready(sent, "a.mp3").data == kept


def test_what_could_tell_whose_it_is_goes_to_no_peer() -> None:
    for data, name in ((office(), "a.docx"), (picture(), "a.jpg"), (MP3, "a.mp3"), (b"words", "a.txt"), (ODT, "a.odt")):
        assert files.fit_for_peers(ready(data, name)).kind
    with pytest.raises(Unfit, match="unclean"):
        files.fit_for_peers(ready(PDF, "a.pdf"))
    assert files.plain_name("Camille Serra.DOCX") == "work.docx"


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
