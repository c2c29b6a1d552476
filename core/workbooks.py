"""Tables that people keep in spreadsheets, read as CSV or as a workbook (.xlsx): what a file is, its content tells.

A workbook is somebody else's archive: before anything is unpacked we know how large it gets, a part that defines
entities is refused, and a formula is never taken for what it shows.
"""

import hashlib
import re
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core import sheets
from core.sheets import Table, fold, open_csv, unusable

MOST_UNPACKED = 1024**3
MOST_STRINGS = 256 * 1024**2
MOST_OF_A_PART = 64 * 1024**2
MOST_PARTS = 20_000
MOST_ROWS = 1_048_576
MOST_COLUMNS = 64

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_AT_ONCE = 1_000
_HEADER_WITHIN = 50
_MARKED_UP = (".xml", ".rels", ".vml")
_ESCAPED = re.compile(r"_x(?:005F_(x[0-9A-F]{4}_)|(00[01][0-9A-F]|FFF[EF])_)")
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, InvalidFileException, expat.ExpatError),
    *(LookupError, ValueError, TypeError, AttributeError, SyntaxError, RuntimeError, ArithmeticError),
)
"""What zipfile, expat and openpyxl raise where a workbook is not what it says."""


class Formula(str):
    """What stands in a cell that a spreadsheet computes: never an answer."""

    __slots__ = ()


@contextmanager
def open_tables(path: Path, names: Collection[str]) -> Iterator[Iterator[Table]]:
    """Open a CSV as one table, or a workbook as the tables of its visible sheets; `names` are known column names.

    Raises InputError `table_unusable` where it is neither.
    """
    try:
        sheets.check_size(path)
        with path.open("rb") as stream:
            head = stream.read(len(_ZIP))
            if head == _OLD_EXCEL:
                raise unusable(path, "old_workbook")
            if head == _ZIP:
                with _opened(path, stream) as book:
                    yield _tables(path, book, {fold(name) for name in names})
                return
    except OSError as error:
        raise unusable(path, "file_unreadable", hint=error.strerror or str(error)) from error
    with open_csv(path, names) as table:
        yield iter([table])


@dataclass(frozen=True, slots=True)
class _Book:
    """An open workbook and the SHA-256 of its file."""

    sheets: Any
    sha256: str


@contextmanager
def _opened(path: Path, stream: BufferedReader) -> Iterator[_Book]:
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_parts(path, archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(stream, read_only=True, keep_links=False)
    except _BROKEN as error:
        raise unusable(path, "workbook_broken") from error
    except OSError as error:
        if error.errno is None:  # openpyxl's name for a workbook without its main part
            raise unusable(path, "workbook_broken") from error
        raise
    try:
        yield _Book(book, digest)
    finally:
        book.close()


def _check_parts(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse what would fill the memory, and what is no workbook at all."""
    parts = archive.infolist()
    if "[Content_Types].xml" not in archive.namelist():
        raise unusable(path, "not_a_workbook")
    total = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or total > MOST_UNPACKED or any(part.file_size > _most(part) for part in parts):
        raise unusable(path, "unpacks_too_large", hint=f"{MOST_UNPACKED // 1024**2} MB")
    for part in parts:
        if part.filename.lower().endswith(_MARKED_UP):
            with archive.open(part) as content:
                _refuse_entities(path, content)


def _most(part: zipfile.ZipInfo) -> int:
    """Say how large a part may get: rows stream through, all else stands in memory; pictures are never unpacked."""
    if part.filename.startswith("xl/worksheets/") or not part.filename.lower().endswith(_MARKED_UP):
        return MOST_UNPACKED
    return MOST_STRINGS if part.filename == "xl/sharedStrings.xml" else MOST_OF_A_PART


def _refuse_entities(path: Path, content: IO[bytes]) -> None:
    """Read up to the first element: only before it can entities be defined, which no spreadsheet program does."""
    begun: list[str] = []

    def refuse(*_: object) -> None:
        raise unusable(path, "workbook_broken")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, _: begun.append(name)
    while not begun and (chunk := content.read(4096)):
        parser.Parse(chunk)


def _tables(path: Path, book: _Book, names: Collection[str]) -> Iterator[Table]:
    """Give the sheets that seem to be ours; where none does, the first that holds anything."""
    found = 0
    first: Table | None = None
    for sheet in book.sheets.worksheets:
        if sheet.sheet_state != "visible":
            continue
        table = _table(path, sheet, book.sha256)
        if table is None:
            continue
        if sum(fold(title) in names for title in table.header) >= 2:
            found += 1
            yield table
        first = first or table
    if first is None:
        raise unusable(path, "file_empty")
    if not found:
        yield first


def _table(path: Path, sheet: Any, sha256: str) -> Table | None:  # noqa: ANN401  (openpyxl names no common type)
    """Take the first row that holds anything for the header; what stands beside the table is not of it."""
    rows = _rows(path, sheet)
    for _, cells in islice(rows, _HEADER_WITHIN):
        while cells and not cells[-1].strip():
            cells.pop()
        if cells and not cells[0].lower().startswith("sep="):
            width = len(cells)
            inside = ((number, found[:width]) for number, found in rows)
            return Table(header=tuple(cells), rows=inside, sha256=sha256, where=f"{path.name} [{sheet.title}]")
    return None


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401  (as above)
    number = 0
    try:
        sheet.reset_dimensions()  # a size that the file states may be wrong, and would cost rows
        stream = sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS)
        while part := _some(stream):
            for cells in part:
                number += 1
                if any(cells):
                    yield number, cells
    except _BROKEN as error:
        raise unusable(path, "workbook_broken", row=number + 1) from error


def _some(stream: Iterator[Any]) -> list[list[str]]:
    """Read some rows; openpyxl warns of what it does not keep, and we keep nothing but words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [[_text(cell) for cell in row] for row in islice(stream, _AT_ONCE)]


def _text(cell: Any) -> str:  # noqa: ANN401  (as above)
    """Write a cell as text, whatever a spreadsheet program made of it."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Formula(value if isinstance(value, str) else getattr(value, "text", None) or "=")
    if isinstance(value, str):
        return _ESCAPED.sub(_unescaped, value) if "_x" in value else value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format))
    return (
        value.isoformat(" ") if isinstance(value, datetime) else str(value) if isinstance(value, date) else f"{value}"
    )


def _number(value: float, form: str) -> str:
    if "%" in form:
        return f"{round(value * 100)}%"
    return str(int(value)) if float(value).is_integer() else str(value)


def _unescaped(found: re.Match[str]) -> str:
    return f"_{found[1]}" if found[1] else chr(int(found[2], 16))
