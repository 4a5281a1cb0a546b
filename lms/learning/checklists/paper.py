"""A checklist as a file to print or to change: PDF (tagged, PDF/UA-1) made by Typst, or a Word document.

Both hold words alone: what is bold or a link on the page is text on paper.
"""

from __future__ import annotations

import io
import json
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from lms.content.documents import Activity
from lms.content.texts import plain
from lms.foundation.typesetting import pdf

_SHEET: Final = Path(__file__).with_name("sheet.typ")
TYPES: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
#: The parts of a Word document that are always the same.
_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "word/styles.xml": f"<w:styles {_W}>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    '<w:pPr><w:spacing w:after="160"/></w:pPr><w:rPr><w:sz w:val="24"/></w:rPr></w:style>'
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
        f'<w:basedOn w:val="Normal"/><w:pPr><w:spacing w:before="360"/><w:outlineLvl w:val="{level - 1}"/></w:pPr>'
        f'<w:rPr><w:b/><w:sz w:val="{size}"/></w:rPr></w:style>'
        for level, size in ((1, 40), (2, 28))
    )
    + "</w:styles>",
}


def sheet(kind: str, text: Activity, course: str) -> bytes:
    """The checklist of an activity as a file of that kind (`pdf` or `docx`), under the title of its course."""
    words = {
        "course": course,
        "title": text.title,
        "sections": [
            {"title": plain(section.title), "lines": [plain(item) for item in section.items]}
            for section in text.checklist
        ],
    }
    return (_pdf if kind == "pdf" else _docx)(json.dumps(words, ensure_ascii=False), text.lang)


@lru_cache(maxsize=32)
def _pdf(words: str, lang: str) -> bytes:
    return pdf(_SHEET, words, lang)


@lru_cache(maxsize=32)
def _docx(words: str, lang: str) -> bytes:
    told = json.loads(words)
    body = [_paragraph(told["course"], "", lang), _paragraph(told["title"], "Heading1", lang)]
    for section in told["sections"]:
        body.append(_paragraph(section["title"], "Heading2", lang))
        body += [_paragraph(f"☐ {line}", "", lang) for line in section["lines"]]
    document = f"<w:document {_W}><w:body>{''.join(body)}</w:body></w:document>"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**_PARTS, "word/document.xml": document}.items():
            # The earliest day a ZIP can name: the same list gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name), f"{_HEAD}{content}")
    return held.getvalue()


def _paragraph(text: str, style: str, lang: str) -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    written = "".join(sign for sign in text if sign >= " ")
    return (
        f'<w:p>{look}<w:r><w:rPr><w:lang w:val="{lang}"/></w:rPr><w:t xml:space="preserve">{escape(written)}</w:t></w:r></w:p>'
    )  # fmt: skip
