"""What programs wrote into documents and sounds beside their content: who wrote them, with what, when. It is taken out.

A PDF is not on this list: what stands in one can only be taken out by reading all of it. It is kept as it was sent, and
never given to peers.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Final

#: Parts of office documents that hold nothing but facts about their author: what stands there instead.
_EMPTY: Final = {
    "docProps/core.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
    b'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docProps/app.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
    b'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
    b'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
    "meta.xml": b'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta '
    b'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2"/>',
}
#: Whoever commented or changed something, by name: (which parts, what to find; what is between its two groups goes).
_NAMES: Final = (
    (re.compile(r"word/.*\.xml"), re.compile(rb'(\bw(?:15)?:(?:author|initials|userId)=")[^"]*(")')),
    (re.compile(r"xl/comments.*\.xml"), re.compile(rb"(<author>)[^<]*(</author>)")),
    (re.compile(r"xl/workbook\.xml"), re.compile(rb'(\buserName=")[^"]*(")')),
    (
        re.compile(r"xl/persons/.*\.xml|ppt/(?:commentA|a)uthors\.xml"),
        re.compile(rb'(\b(?:displayName|name|initials|userId)=")[^"]*(")'),
    ),
    (re.compile(r"(?:content|styles)\.xml"), re.compile(rb"(<(?:dc:creator|meta:creator-initials)>)[^<]*(</)")),
)  # fmt: skip
#: Moments of an archive's parts are those of nobody's clock.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
#: Boxes of a sound that hold others, and those that hold what is said about it.
_HOLD, _SAY = (b"moov", b"trak", b"mdia", b"minf", b"stbl"), (b"udta", b"meta", b"uuid")


def office(data: bytes) -> bytes:
    """An office document without the names in it. The caller has checked that it is one, and how much it unpacks to.

    Raises what `zipfile` raises for one that cannot be read.
    """
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as archive,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
    ):
        for part in archive.infolist():
            fresh = zipfile.ZipInfo(part.filename, _NO_TIME)
            # The first part of an ODT says what it is, and is not packed, so that it can be read from outside.
            fresh.compress_type = zipfile.ZIP_STORED if part.filename == "mimetype" else zipfile.ZIP_DEFLATED
            made.writestr(fresh, _part(part.filename, archive.read(part)))
    return out.getvalue()


def _part(name: str, data: bytes) -> bytes:
    if name in _EMPTY:
        return _EMPTY[name]
    for where, names in _NAMES:
        if where.fullmatch(name):
            data = names.sub(rb"\1\2", data)
    return data


def mp3(data: bytes) -> bytes:
    """A sound without what is written before it (ID3v2) and behind it (ID3v1, APE)."""
    while data[:3] == b"ID3" and len(data) >= 10:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        data = data[10 + size + (10 if data[5] & 0x10 else 0) :]
    if data[-128:-125] == b"TAG":
        data = data[:-128]
    if data[-32:-24] == b"APETAGEX":
        size = int.from_bytes(data[-20:-16], "little") + (32 if data[-9] & 0x80 else 0)
        data = data[: max(0, len(data) - size)]
    return data


def m4a(data: bytes) -> bytes:
    """A sound whose boxes about itself are blank. Nothing moves: the places in it stay true."""
    found = bytearray(data)
    _blank(found, 0, len(found))
    return bytes(found)


def _blank(data: bytearray, start: int, end: int) -> None:
    while start + 8 <= end:
        size, kind, head = int.from_bytes(data[start : start + 4], "big"), bytes(data[start + 4 : start + 8]), 8
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        size = end - start if size == 0 else size
        if size < head or start + size > end:
            return
        if kind in _SAY:
            data[start + 4 : start + size] = (
                b"free" + (data[start + 8 : start + head] if head > 8 else b"") + bytes(size - head)
            )
        elif kind in _HOLD:
            _blank(data, start + head, start + size)
        start += size
