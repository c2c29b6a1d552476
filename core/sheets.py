"""Tables that people keep in spreadsheets, read as CSV of any delimiter and encoding that spreadsheets write."""

import codecs
import csv
import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO

from core.errors import InputError, Problem

MOST_BYTES = 200 * 1024**2
LONGEST_LINE = 1_000_000

_HEAD = 1024
_CHUNK = 1024**2
_LEGACY = "cp1252"
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Table:
    """A file, or a sheet of it, as a header and numbered rows (from 1, header included), whatever its format.

    `where` names it to people.
    """

    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]
    sha256: str
    where: str


def fold(word: str) -> str:
    """Write a word so that case, spaces, dashes, underscores and invisible characters make no difference."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", word) if unicodedata.category(c) not in {"Cc", "Cf"})
    return re.sub(r"[\s_\-]+", " ", seen).strip().casefold()


@contextmanager
def open_csv(path: Path, names: Collection[str]) -> Iterator[Table]:
    """Open a CSV; `names` are the column names that tell its delimiter.

    Raises InputError `table_unusable` where it is none.
    """
    try:
        check_size(path)
        encoding, sha256 = _examine(path)
        errors = "replace" if encoding == _LEGACY else "strict"
        with path.open(encoding=encoding, errors=errors, newline="") as stream:
            yield _table(path, stream, sha256, {fold(name) for name in names})
    except OSError as error:
        raise unusable(path, "file_unreadable", hint=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise unusable(path, "not_text", hint=error.encoding) from error


def unusable(path: Path, code: str, *, row: int | None = None, hint: str | None = None) -> InputError:
    """Make the error of a file that cannot be read any further."""
    problem = Problem(code=code, where=path.name, row=row, hint=hint)
    return InputError("table_unusable", problems=[problem], path=str(path), count=1)


def check_size(path: Path) -> None:
    """Refuse a folder, and a file that is too large to be a table of people. Raises OSError where there is none."""
    size = path.stat().st_size
    if not path.is_file():
        raise unusable(path, "not_a_table")
    if size > MOST_BYTES:
        raise unusable(path, "file_too_large", hint=f"{MOST_BYTES // 1024**2} MB")


def _examine(path: Path) -> tuple[str, str]:
    """Find a file's encoding and SHA-256."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    with path.open("rb") as stream:
        marked = _marked_encoding(path, stream.read(_HEAD))
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            is_utf8 = is_utf8 and _decodes(decoder, chunk)
    is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    return marked or ("utf-8" if is_utf8 else _LEGACY), digest.hexdigest()


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _marked_encoding(path: Path, head: bytes) -> str | None:
    """Tell the encoding by its mark, or UTF-16 without one by the zeros beside its letters."""
    if head.startswith((_ZIP, _OLD_EXCEL)):
        raise unusable(path, "not_a_table")
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding, zeros in (("utf-16-le", head[1:200:2]), ("utf-16-be", head[0:200:2])):
        if zeros.count(0) > len(zeros) * 0.8:
            return encoding
    return None


def _table(path: Path, stream: TextIO, sha256: str, names: Collection[str]) -> Table:
    """Find the header below blank lines and Excel's `sep=`, and the delimiter that makes the most sense of it."""
    lines = _lines(path, stream)
    above = 0
    for line in lines:
        if line.strip() and not line.lower().startswith("sep="):
            break
        above += 1
    else:
        raise unusable(path, "file_empty")
    delimiter = max(";,\t", key=lambda candidate: _names_known(line, candidate, names))
    rows = _rows(path, csv.reader(chain([line], lines), delimiter=delimiter, strict=True), first=above + 1)
    _, header = next(rows)
    return Table(header=tuple(header), rows=rows, sha256=sha256, where=path.name)


def _names_known(line: str, delimiter: str, names: Collection[str]) -> int:
    return sum(fold(name) in names for name in next(csv.reader([line[:_HEAD]], delimiter=delimiter)))


def _lines(path: Path, stream: TextIO) -> Iterator[str]:
    """Give line after line, none of them larger than the memory we grant it."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise unusable(path, "line_too_long", row=number)
        if "\0" in line:
            raise unusable(path, "nul_bytes", row=number)
        yield line


def _rows(path: Path, reader: Iterator[list[str]], *, first: int) -> Iterator[tuple[int, list[str]]]:
    """Count the rows as a spreadsheet does; stop at a quote that is never closed, for it swallows rows."""
    row = first - 1
    try:
        for cells_of_row in reader:
            row += 1
            yield row, cells_of_row
    except csv.Error as error:
        raise unusable(path, "broken_quotes", row=row + 1) from error
