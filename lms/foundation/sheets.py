"""Sheets: tables out as CSV and XLSX, and in from whatever a spreadsheet, a member program or a text editor has written.

Whatever goes out opens as text: a cell that a spreadsheet could take for a formula gets an apostrophe before it, which the
reader takes off again. So everything that leaves can come back unchanged.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import IO, Any, Final, TypeAlias

import python_calamine
import xlsxwriter

from lms.foundation.i18n import _

#: What can stand in a cell on the way out. On the way in every cell is text.
Cell: TypeAlias = str | int | float | date | None

#: A file to read has no more bytes, rows, columns and characters in a cell than this.
BYTES_MOST: Final = 8 * 1024 * 1024
ROWS_MOST: Final = 20_000
COLUMNS_MOST: Final = 200
CELL_LONGEST: Final = 32_767
#: What a workbook may have inside: parts, bytes once unpacked, and how many times larger than packed a part may be.
PARTS_MOST: Final = 500
UNPACKED_MOST: Final = 48 * 1024 * 1024
RATIO_MOST: Final = 250
#: Below this, in bytes, a part may be as well packed as it likes.
RATIO_FROM: Final = 1024 * 1024

#: The ways of writing letters as bytes that can be asked for, and the separators, by the names they have in an address.
ENCODINGS: Final[dict[str, str]] = {
    "utf-8": "utf-8-sig",
    "windows-1252": "cp1252",
    "utf-16": "utf-16",
    "macintosh": "mac_roman",
}
SEPARATORS: Final[dict[str, str]] = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}

#: What a spreadsheet may take for a formula, or use to get to one: the signs a formula begins with, in either width, also
#: behind blanks; and tab, carriage return and line feed, which some programs skip.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠﹢﹣﹦﹫])")
#: Letters of our languages as old Macs write them, where Windows has signs that no name needs; and as Windows writes them.
_OF_MAC: Final = "ÉÑáàçéèêòùü".encode("mac_roman")
_OF_WINDOWS: Final = "ÀÁÇÈÉÍÑÒÓÚÜàáâçèéêëíîïñòóôöùúûü·".encode("cp1252")
_SAMPLE: Final = 20_000
_CHUNK: Final = 64 * 1024


class Unreadable(Exception):
    """A file that cannot be read as a table. `code` is the kind of fault, `line` where it is (None: the whole file)."""

    def __init__(self, code: str, line: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.line = line

    def sentence(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        said = {
            "empty": lambda: _("This file is empty. Choose one with a line for each person."),
            "bytes": lambda: _("This file is larger than 8 MB. Leave out the columns you do not need, or split it."),
            "rows": lambda: _(
                "This file has more than 20,000 rows. Split it, or delete the empty rows below the table."
            ),
            "columns": lambda: _("This file has more than 200 columns. Leave out those you do not need."),
            "cell": lambda: _(
                "A cell is longer than 32,767 characters. Is a quotation mark missing? Mend it and choose the file again."
            ),
            "quote": lambda: _("A quotation mark is opened here and never closed. Add the missing one."),
            "kind": lambda: _(
                "This is neither text nor an XLSX workbook. In your spreadsheet, save the table as CSV or XLSX."
            ),
            "old": lambda: _(
                "This workbook is of an old kind, or closed by a password. Save it as XLSX or CSV, without a password."
            ),
            "broken": lambda: _("This workbook is cut off or damaged. Save it anew, or save it as CSV."),
            "bomb": lambda: _("This workbook unpacks to far more than its size. Copy the table into a new workbook."),
        }
        return said[self.code]()


@dataclass(frozen=True)
class Line:
    """A row that holds something: its line in the file or its row in the sheet, from 1, and its cells as text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A table that was read. `encoding` and `separator` are keys of `ENCODINGS` and `SEPARATORS`, "" for a workbook."""

    lines: tuple[Line, ...]
    encoding: str = ""
    separator: str = ""


# --- formulas ----------------------------------------------------------------------------------------------------


def defused(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula."""
    # Most cells begin with a letter or a digit: nothing to look for.
    return "'" + text if not text[:1].isalnum() and _FORMULA.match(text) else text


def whole(cell: str) -> str:
    """What `defused` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


# --- out ---------------------------------------------------------------------------------------------------------


def write_csv(
    headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = True, separator: str = ","
) -> Iterator[bytes]:
    """The table as CSV in UTF-8, a piece at a time, its rows read as they are written.

    Every cell stands in quotation marks, so that no separator of another country opens one. With `bom` (the usual) Excel reads
    the accents rightly too.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if bom:
        yield codecs.BOM_UTF8
    writer.writerow([defused(cell) for cell in headers])
    for row in rows:
        # What is no text the writer writes itself: a day as 2026-11-30, nothing for None.
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])
        if buffer.tell() > _CHUNK:
            yield buffer.getvalue().encode("utf-8", "replace")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "replace")


def write_xlsx(headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, name: str = "") -> IO[bytes]:
    """The table as a workbook of one sheet called `name`, in a temporary file that is open at its beginning and is gone when
    it is closed. Rows are read as they are written; none is kept in memory.
    """
    out = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    )
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name)[:31].strip() or None)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    # A cell of a workbook knows that it is text; this mark keeps it text when somebody opens it and presses Enter.
    held = book.add_format({"quote_prefix": True})

    def put(row: int, column: int, cell: Cell, style: Any = None) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, str):
            risky = _FORMULA.match(cell)
            text = "'" + cell if risky and cell.startswith("'") else cell
            sheet.write_string(row, column, text[:CELL_LONGEST], held if risky else style)
        elif isinstance(cell, date):
            sheet.write_datetime(row, column, cell, day)
        else:
            sheet.write_number(row, column, cell)

    for column, text in enumerate(headers):
        put(0, column, text, bold)
        sheet.set_column(column, column, max(12, min(40, len(text) + 4)))
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            put(number, column, cell)
    book.close()
    out.seek(0)
    return out


# --- in ----------------------------------------------------------------------------------------------------------


def read_sheet(data: bytes, *, encoding: str = "", separator: str = "") -> Sheet:
    """The table in the file `data`. Blank rows are left out, the others keep their number in the file.

    `encoding` and `separator` (keys of `ENCODINGS`, `SEPARATORS`) overrule what the content says; ignored for a workbook.
    Raises `Unreadable`.
    """
    if len(data) > BYTES_MOST:
        raise Unreadable("bytes")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Sheet(_of_workbook(data))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old")
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise Unreadable("kind")
    found = encoding if encoding in ENCODINGS else _encoding_of(data)
    return _of_text(data.decode(ENCODINGS[found], "replace"), found, separator)


def read_text(text: str, *, separator: str = "") -> Sheet:
    """The table in a text that was pasted. Raises `Unreadable`."""
    if len(text.encode("utf-8", "replace")) > BYTES_MOST:
        raise Unreadable("bytes")
    return _of_text(text, "utf-8", separator)


def _encoding_of(data: bytes) -> str:
    """How letters were written: what the first bytes say, else what fits."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if data[1::2].count(0) > len(data) // 5:  # the same, without its mark
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        mac = _signs(data, _OF_MAC)
        return "macintosh" if mac and mac >= _signs(data, _OF_WINDOWS) else "windows-1252"
    return "utf-8"


def _signs(data: bytes, these: bytes) -> int:
    """How many bytes of `data` are among these."""
    return len(data) - len(data.translate(None, these))


def _of_text(text: str, encoding: str, separator: str) -> Sheet:
    text = text.removeprefix("\ufeff")
    skipped = 0
    if hint := re.match(r'"?sep=([,;|\t])"?(?:\r\n|\r|\n)', text):  # written by Excel for Excel
        text, skipped = text[hint.end() :], 1
        separator = separator or next(key for key, sign in SEPARATORS.items() if sign == hint[1])
    if separator not in SEPARATORS:
        separator = _separator_of(text)
    lines = tuple(_lines(text, SEPARATORS[separator], skipped))
    if not lines:
        raise Unreadable("empty")
    return Sheet(lines, encoding, separator)


def _separator_of(text: str) -> str:
    """The separator that cuts most of the first rows into the same number of cells, more than one."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:  # a row that is cut off must not count
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    best, most = "comma", (0.0, 0)
    for key, sign in SEPARATORS.items():
        counts = Counter(len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=sign) if any(row))
        if not counts:
            continue
        width, rows = max(counts.items(), key=lambda item: (item[1], item[0]))
        score = (rows / counts.total() if width > 1 else 0.0, width)
        if score > most:
            best, most = key, score
    return best


def _lines(text: str, sign: str, skipped: int) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    before = 0
    last = 0
    found = 0
    while True:
        begins = before + 1 + skipped
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise Unreadable("cell", begins) from error
        if row is None:
            break
        last, before = before, reader.line_num
        cells = tuple(whole(cell) for cell in row)
        if not any(map(str.strip, cells)):
            continue
        if len(row) > COLUMNS_MOST:
            raise Unreadable("columns", begins)
        if any(len(cell) > CELL_LONGEST for cell in row):
            raise Unreadable("cell", begins)
        found += 1
        if found > ROWS_MOST + 1:  # the headers are one
            raise Unreadable("rows")
        yield Line(begins, cells)
    if _is_open(text, last, sign):
        raise Unreadable("quote", last + 1 + skipped)


def _is_open(text: str, lines: int, sign: str) -> bool:
    """Whether the row after so many lines opens a quotation mark that the text never closes."""
    stream = io.StringIO(text, newline="")
    for _line in range(lines):
        stream.readline()
    try:
        list(csv.reader(stream, delimiter=sign, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False


# --- workbooks ---------------------------------------------------------------------------------------------------

#: The parts of a workbook that hold its table; nothing else of it is unpacked.
_TABLE_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?:_rels/workbook\.xml\.rels|workbook\.xml|styles\.xml|sharedStrings\.xml)"
    r"|xl/worksheets/[^/]+\.xml|xl/worksheets/_rels/[^/]+\.rels"
)
_CELL_PLACE = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']\s*([A-Za-z]+)(\d+)")
_ROW_PLACE = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br\s*=\s*[\"']\s*(\d+)")
_ROW = re.compile(rb"<(?:\w+:)?row\b")


def _of_workbook(data: bytes) -> tuple[Line, ...]:
    """The rows of the first sheet that holds something, hidden ones last, read from an archive of our own: what others say about
    the sizes in theirs is not believed.
    """
    try:
        parts = _parts(data)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise Unreadable("broken") from error
    if "xl/workbook.xml" not in parts:
        raise Unreadable("kind")
    for name, part in parts.items():
        _harmless(name, part)
    own = io.BytesIO()
    with zipfile.ZipFile(own, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    parts.clear()
    own.seek(0)
    try:
        lines = _rows(python_calamine.load_workbook(own))
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise Unreadable("broken") from error
    if not lines:
        raise Unreadable("empty")
    return lines


def _parts(data: bytes) -> dict[str, bytes]:
    """The parts that hold the table, unpacked within limits. Raises `Unreadable`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        listed = archive.infolist()
        names = [part.filename for part in listed]
        if len(listed) > PARTS_MOST or sum(part.file_size for part in listed) > UNPACKED_MOST:
            raise Unreadable("bomb")
        if any(part.flag_bits & 1 for part in listed):
            raise Unreadable("old")
        if len(set(names)) != len(names):
            raise Unreadable("broken")
        # Two parts in the same bytes unpack to more than the file could hold.
        spans = sorted((part.header_offset, part.compress_size) for part in listed)
        if any(begin + size > after for (begin, size), (after, _size) in pairwise(spans)):
            raise Unreadable("bomb")
        found: dict[str, bytes] = {}
        left = UNPACKED_MOST
        for part in listed:
            if not _TABLE_PARTS.fullmatch(part.filename):
                continue
            if part.file_size > RATIO_FROM and part.file_size > RATIO_MOST * max(part.compress_size, 1):
                raise Unreadable("bomb")
            with archive.open(part) as stream:
                unpacked = stream.read(left + 1)
            left -= len(unpacked)
            if left < 0:
                raise Unreadable("bomb")
            found[part.filename] = unpacked
        return found


def _harmless(name: str, part: bytes) -> None:
    """Raises `Unreadable` for a part that speaks of entities, and for cells so far out that the table would not fit."""
    head = part[:4]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head or b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise Unreadable("broken")
    if not name.startswith("xl/worksheets/") or name.endswith(".rels"):
        return
    if sum(1 for _row in _ROW.finditer(part)) > 2 * ROWS_MOST:
        raise Unreadable("rows")
    if any(int(found[1]) > 2 * ROWS_MOST for found in _ROW_PLACE.finditer(part)):
        raise Unreadable("rows")
    for found in _CELL_PLACE.finditer(part):
        if len(found[1]) > 2 or _column(found[1]) > COLUMNS_MOST:
            raise Unreadable("columns", int(found[2][:8]))
        if len(found[2]) > 6 or int(found[2]) > 2 * ROWS_MOST:
            raise Unreadable("rows")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _rows(book: python_calamine.CalamineWorkbook) -> tuple[Line, ...]:
    shown = python_calamine.SheetVisibleEnum.Visible
    for index, about in sorted(enumerate(book.sheets_metadata), key=lambda sheet: sheet[1].visible != shown):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        lines: list[Line] = []
        for number, row in enumerate(book.get_sheet_by_index(index).iter_rows(), start=1):
            cells = tuple(whole(_plain(cell)) for cell in row)
            if not any(map(str.strip, cells)):
                continue
            if any(len(cell) > CELL_LONGEST for cell in cells):
                raise Unreadable("cell", number)
            lines.append(Line(number, cells))
            if len(lines) > ROWS_MOST + 1:
                raise Unreadable("rows")
        if lines:
            return tuple(lines)
    return ()


def _plain(cell: Any) -> str:
    """A value of a workbook as text: whole numbers without a point, days as 2026-11-30."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell.isoformat() if hasattr(cell, "isoformat") else cell)


csv.field_size_limit(BYTES_MOST)
