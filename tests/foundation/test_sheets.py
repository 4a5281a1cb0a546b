"""Sheets, out and in: rows S4 (formulas), S5 (what people send), Z3 (bombs), Z6 (entities)."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from datetime import date

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from lms.foundation.sheets import (
    BYTES_MOST,
    ROWS_MOST,
    SEPARATORS,
    Unreadable,
    defused,
    read_sheet,
    whole,
    write_csv,
    write_xlsx,
)

#: What CSV can hold: everything but half characters.
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
#: What XML can hold besides.
IN_XML = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=30)
STARTS = [
    "=1+1",
    "+33",
    "-1",
    "@x",
    "\tx",
    "\rx",
    "\nx",
    "'",
    "'=1",
    "''=1",
    " =1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    '";=1',
    ",=1",
]


def csv_of(*rows: tuple[object, ...], **options: object) -> bytes:
    return b"".join(write_csv(rows[0], rows[1:], **options))  # type: ignore[arg-type]


def xlsx_of(*rows: tuple[object, ...]) -> bytes:
    with write_xlsx(rows[0], rows[1:], name="Équipe: 1/2") as file:  # type: ignore[arg-type]
        return file.read()


def cells(data: bytes, **options: str) -> list[tuple[str, ...]]:
    return [line.cells for line in read_sheet(data, **options).lines]


# --- formulas (S4) -----------------------------------------------------------------------------------------------


@given(ANY)
@example("'")
@settings(deadline=None)
def test_S4_a_defused_cell_is_whole_again(text: str) -> None:
    assert whole(defused(text)) == text
    assert not defused(text).lstrip(" ").startswith(tuple("=+-@＝＋－＠\t\r\n"))


@given(st.lists(st.tuples(ANY, ANY), min_size=1, max_size=4), st.sampled_from(sorted(SEPARATORS)))
@example([("", "\n")], "comma")
@settings(max_examples=150, deadline=None)
def test_S4_csv_comes_back_as_it_went(rows: list[tuple[str, str]], separator: str) -> None:
    data = csv_of(("a", "b"), *rows, separator=SEPARATORS[separator])
    kept = [row for row in rows if any(map(str.strip, row))]
    assert cells(data, separator=separator)[1:] == kept


@given(st.lists(st.tuples(IN_XML, IN_XML), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_S4_a_workbook_comes_back_as_it_went(rows: list[tuple[str, str]]) -> None:
    kept = [row for row in rows if any(map(str.strip, row))]
    assert cells(xlsx_of(("a", "b"), *rows))[1:] == kept


@pytest.mark.parametrize("text", STARTS)
def test_S4_every_dangerous_beginning_opens_as_text_in_every_column_and_header(text: str) -> None:
    data = csv_of((text, "b"), ("a", text))
    for piece in data.decode("utf-8-sig").split('"'):
        assert not piece.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t"))
    assert cells(data) == [(text, "b"), ("a", text)]
    book = load_workbook(io.BytesIO(xlsx_of((text, "b"), ("a", text)))).get_sheet_by_index(0).to_python()
    assert all(isinstance(cell, str) for row in book for cell in row)
    with zipfile.ZipFile(io.BytesIO(xlsx_of((text, "b"), ("a", text)))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_numbers_and_days_are_read_as_text() -> None:
    rows = (("n", "x", "d"), (12, 2.5, date(2026, 11, 30)), (None, True, ""))
    assert cells(csv_of(*rows))[1] == ("12", "2.5", "2026-11-30")
    assert cells(xlsx_of(*rows))[1] == ("12", "2.5", "2026-11-30")


def test_a_table_is_written_as_it_is_read() -> None:
    made = 0

    def rows() -> object:
        nonlocal made
        for number in range(50_000):
            made += 1
            yield (number, "x" * 50)

    pieces = write_csv(("a", "b"), rows())  # type: ignore[arg-type]
    next(pieces), next(pieces)
    assert made < 5_000


# --- what people send (S5) ---------------------------------------------------------------------------------------

TABLE = [("Nom", "E-mail"), ("Zoé Ünal", "zoe@example.org"), ("Noël", "noel@example.org")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", sorted(SEPARATORS))
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_S5_encoding_separator_and_line_ends_are_seen(encoding: str, separator: str, end: str) -> None:
    text = end.join(SEPARATORS[separator].join(row) for row in TABLE) + end
    sheet = read_sheet(text.encode(encoding))
    assert [line.cells for line in sheet.lines] == TABLE
    assert [line.number for line in sheet.lines] == [1, 2, 3]
    assert sheet.separator == separator
    assert sheet.encoding == {"utf-8-sig": "utf-8", "cp1252": "windows-1252", "utf-16-le": "utf-16"}.get(
        encoding, encoding
    )


@pytest.mark.parametrize("end", ["\n", "\r"])
@pytest.mark.parametrize(
    "name", ["François Núñez", "Zoé l’Estive", "Mònica Gal·la", "Jürgen", "Hélène Bœuf", "Chloé Ça"]
)
def test_S5_the_letters_of_an_old_mac_are_told_from_those_of_windows(name: str, end: str) -> None:
    text = f"Nom;E-mail{end}{name};a@example.org{end}"
    for encoding, kept in (("mac_roman", "macintosh"), ("cp1252", "windows-1252")):
        sheet = read_sheet(text.encode(encoding))
        assert (sheet.encoding, sheet.lines[1].cells[0]) == (kept, name)


def test_S5_what_was_seen_can_be_overruled() -> None:
    data = "Nom;E-mail\nZoé;zoe@example.org\n".encode("cp1252")
    assert cells(data, separator="comma") == [("Nom;E-mail",), ("Zoé;zoe@example.org",)]
    assert cells(data, encoding="macintosh")[1][0] == "ZoÈ"
    assert cells(data, encoding="utf-8")[1][0] == "Zo\ufffd"
    assert cells(data, encoding="nonsense", separator="nonsense")[1][0] == "Zoé"


@pytest.mark.parametrize(
    ("text", "numbers", "rows"),
    [
        ("a,b\n\n1,2\r\n,\n3,4\r5,6", [1, 3, 5, 6], [("a", "b"), ("1", "2"), ("3", "4"), ("5", "6")]),
        ('a,b\n"1\n1",2\n3,4', [1, 2, 4], [("a", "b"), ("1\n1", "2"), ("3", "4")]),
        ('sep=;\na;b\n1,5;2', [2, 3], [("a", "b"), ("1,5", "2")]),
        ("Nom;Prix\nA;1,5\nB;2,5", [1, 2, 3], [("Nom", "Prix"), ("A", "1,5"), ("B", "2,5")]),
        ('"Doe, Jane";a@b.org\n"Roe, Max";m@b.org', [1, 2], [("Doe, Jane", "a@b.org"), ("Roe, Max", "m@b.org")]),
        ("a,a\n1,2", [1, 2], [("a", "a"), ("1", "2")]),
        ("a,b\n1\x00,2", [1, 2], [("a", "b"), ("1\x00", "2")]),
        ("a@b.org\nc@d.org", [1, 2], [("a@b.org",), ("c@d.org",)]),
        ('a,b\n5" disk,2\n3,4', [1, 2, 3], [("a", "b"), ('5" disk', "2"), ("3", "4")]),
        ('a,b\n1,"2\n"', [1, 2], [("a", "b"), ("1", "2\n")]),
    ],
)  # fmt: skip
def test_S5_a_text_is_read_with_its_line_numbers(text: str, numbers: list[int], rows: list[tuple[str, ...]]) -> None:
    lines = read_sheet(text.encode()).lines
    assert [line.number for line in lines] == numbers
    assert [line.cells for line in lines] == rows


@pytest.mark.parametrize(("hidden", "read"), [("", "a"), ("a", "b"), ("ac", "b"), ("ab", "c")])
def test_a_hidden_sheet_is_read_after_those_that_are_seen(hidden: str, read: str) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    for name in "abc":
        sheet = book.add_worksheet(name)
        sheet.write_string(0, 0, name)
        if name == next(one for one in "abc" if one not in hidden):
            sheet.activate()
            sheet.set_first_sheet()
        elif name in hidden:
            sheet.hide()
    book.close()
    assert cells(out.getvalue()) == [(read,)]


def test_a_sheet_keeps_its_row_numbers() -> None:
    data = xlsx_of(("Nom", "E-mail"), (None, ""), ("A", "a@b.org"))
    assert [line.number for line in read_sheet(data).lines] == [1, 3]


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "empty", None),
        (b"\n , \n", "empty", None),
        (b"x" * (BYTES_MOST + 1), "bytes", None),
        (b"a,b\n" + b"1,2\n" * 1_000_000, "rows", None),
        (b"a,b\n1," + b"x" * 40_000, "cell", 2),
        (b"a,b\n" + b"," * 300 + b"x", "columns", 2),
        (b'a,b\n1,2\n"3,4\n5,6\n', "quote", 3),
        (b"\xd0\xcf\x11\xe0 old", "old", None),
        (b"%PDF-1.7", "kind", None),
        (b"PK\x03\x04 torn", "broken", None),
        (xlsx_of(("a",), ("b",))[:-30], "broken", None),
    ],
)
def test_S5_what_cannot_be_read_is_refused_quickly_with_its_line(data: bytes, code: str, line: int | None) -> None:
    begun = time.process_time()
    with pytest.raises(Unreadable) as caught:
        read_sheet(data)
    assert (caught.value.code, caught.value.line) == (code, line)
    assert caught.value.sentence()
    assert time.process_time() - begun < 2


def test_ten_thousand_rows_are_read() -> None:
    rows = [("Nom", "E-mail"), *((f"Personne {n}", f"p{n}@example.org") for n in range(10_000))]
    for data in (csv_of(*rows), xlsx_of(*rows)):
        assert cells(data) == rows


# --- bombs and entities (Z3, Z6) ---------------------------------------------------------------------------------


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def workbook_with(sheet: bytes = b"", **more: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(xlsx_of(("a", "b"), ("1", "2")))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if sheet:
        parts["xl/worksheets/sheet1.xml"] = sheet
    return packed({**parts, **more})


def rows_xml(inside: bytes, head: bytes = b"") -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        b'<?xml version="1.0"?>'
        + head
        + b'<worksheet xmlns="'
        + space
        + b'"><sheetData>'
        + inside
        + b"</sheetData></worksheet>"
    )


def lying() -> bytes:
    """A workbook whose list says that its sheet has ten bytes."""
    data = bytearray(workbook_with(rows_xml(b"<row r='1'/>" * 400_000)))
    place = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(data)


def overlapping() -> bytes:
    data = bytearray(packed({f"xl/worksheets/sheet{n}.xml": b"x" * 100_000 for n in range(20)}))
    end = len(data)
    first = data.find(b"PK\x01\x02")
    place = first
    while 0 <= place < end:
        data[place + 42 : place + 46] = (0).to_bytes(4, "little")
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


BOMBS = {
    "ratio": lambda: workbook_with(rows_xml(b" " * 40_000_000)),
    "size": lambda: workbook_with(rows_xml(b" " * 60_000_000)),
    "size beside the table": lambda: workbook_with(**{"xl/media/a.bin": b" " * 60_000_000}),
    "many parts": lambda: packed({f"xl/{n}": b"" for n in range(3_000)}),
    "lying sizes": lying,
    "overlapping parts": overlapping,
    "far cell": lambda: workbook_with(
        rows_xml(b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>')
    ),
    "far row": lambda: workbook_with(
        rows_xml(b'<row r="1"><c><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>')
    ),
    "far column": lambda: workbook_with(rows_xml(b"<row r=\"1\"><c  t='n' r = 'ZZ1'><v>1</v></c></row>")),
    "a million rows": lambda: workbook_with(rows_xml(b"<row/>" * 1_000_000)),
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_Z3_bombs_are_refused_quickly_and_in_little_memory(name: str) -> None:
    data = BOMBS[name]()
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(Unreadable):
        read_sheet(data)
    assert time.process_time() - begun < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 1000 + b'">]>'
ENTITIES = {
    "external": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "parameter": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>',
    "laughs": LAUGHS,
}


@pytest.mark.parametrize("name", sorted(ENTITIES))
@pytest.mark.parametrize("wide", [False, True])
def test_Z6_a_workbook_that_speaks_of_entities_is_refused(name: str, wide: bool) -> None:
    xml = rows_xml(b'<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>', ENTITIES[name])
    with pytest.raises(Unreadable):
        read_sheet(workbook_with(xml.decode().encode("utf-16") if wide else xml))


def test_rows_most_is_what_the_sentence_says() -> None:
    assert ROWS_MOST == 20_000
