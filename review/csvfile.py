"""Review files as CSV, written so that a spreadsheet shows them right."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from heapq import merge
from pathlib import Path
from typing import Literal, TextIO

from core.files import complete
from core.unfinished import unfinished_folder
from review.columns import COLUMNS, ReviewRow, cells
from review.reasons import Language

Delimiter = Literal["auto", ";", ",", "tab"]
Order = Callable[[ReviewRow], str]
LINES_AT_ONCE = 10_000


def write_csv(
    rows: Iterable[ReviewRow],
    path: Path,
    *,
    language: Language,
    delimiter: Delimiter = "auto",
    order: Order | None = None,
) -> int:
    """Write a review file and its `.sha256` beside it, in constant memory; say how many rows.

    With `order` the rows may come in any order: they are written by the keys that it gives, which are all of one
    length. The name shows the old file or the complete new one, never half of it.
    """
    count = 0
    sign = separator(delimiter, language)
    with complete(path) as stream:
        stream.write("\ufeff")
        table = csv.writer(stream, delimiter=sign, lineterminator="\r\n")
        table.writerow(COLUMNS[language])
        if order is None:
            for count, row in enumerate(rows, start=1):  # noqa: B007  (it is what is returned)
                table.writerow(cells(row, language))
        else:
            with _in_order(stream, path.parent) as lines:
                table = csv.writer(lines, delimiter=sign, lineterminator="\r\n")
                for count, row in enumerate(rows, start=1):  # noqa: B007  (as above)
                    lines.key = order(row)
                    table.writerow(cells(row, language))
        forget_sum(path)
    write_sum(path)
    return count


def forget_sum(path: Path) -> None:
    """Take the sum of the file before away: a kill between file and sum must leave no sum that belies its file."""
    _sum_of(path).unlink(missing_ok=True)


def _sum_of(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def write_sum(path: Path) -> None:
    """Write the SHA-256 of a file beside it, as `sha256sum --check` reads it."""
    with path.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    with complete(_sum_of(path)) as stream:
        stream.write(f"{digest}  {path.name}\n")


class _Lines:
    """What a CSV writer writes to: puts each line behind the key that was set before, and pieces of them on the disk.

    A row is one line: `cell` leaves no break in a text.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ""
        self.lines: list[bytes] = []
        self.pieces: list[Path] = []

    def write(self, line: str) -> None:
        """Take a line."""
        self.lines.append((self.key + line).encode())
        if len(self.lines) >= LINES_AT_ONCE:
            self.lines.sort()
            self.pieces.append(self.folder / str(len(self.pieces)))
            with self.pieces[-1].open("wb") as piece:
                piece.writelines(self.lines)
            self.lines.clear()


@contextmanager
def _in_order(stream: TextIO, folder: Path) -> Iterator[_Lines]:
    """Give what takes lines with their keys, and then write them by these: sorted in pieces that fit into memory."""
    with unfinished_folder(folder, "urut") as beside, ExitStack() as opened:
        lines = _Lines(beside)
        yield lines
        pieces = [opened.enter_context(piece.open("rb")) for piece in lines.pieces]
        size = len(lines.key)
        stream.flush()
        stream.buffer.writelines(line[size:] for line in merge(*pieces, sorted(lines.lines)))


def separator(delimiter: Delimiter, language: Language) -> str:
    """Where the comma is the decimal sign, spreadsheets expect a semicolon."""
    if delimiter == "auto":
        return ";" if language == "id" else ","
    return "\t" if delimiter == "tab" else delimiter
