"""Review files as CSV, written so that a spreadsheet shows them right."""

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from core.files import complete
from review.columns import COLUMNS, ReviewRow, cells
from review.reasons import Language

Delimiter = Literal["auto", ";", ",", "tab"]


def write_csv(rows: Iterable[ReviewRow], path: Path, *, language: Language, delimiter: Delimiter = "auto") -> int:
    """Write a review file and its `.sha256` beside it, in constant memory; say how many rows.

    The name shows the old file or the complete new one, never half of it.
    """
    count = 0
    with complete(path) as stream:
        stream.write("\ufeff")
        table = csv.writer(stream, delimiter=separator(delimiter, language), lineterminator="\r\n")
        table.writerow(COLUMNS[language])
        for row in rows:
            table.writerow(cells(row, language))
            count += 1
    write_sum(path)
    return count


def write_sum(path: Path) -> None:
    """Write the SHA-256 of a file beside it, as `sha256sum --check` reads it."""
    with path.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    with complete(path.with_name(path.name + ".sha256")) as stream:
        stream.write(f"{digest}  {path.name}\n")


def separator(delimiter: Delimiter, language: Language) -> str:
    """Where the comma is the decimal sign, spreadsheets expect a semicolon."""
    if delimiter == "auto":
        return ";" if language == "id" else ","
    return "\t" if delimiter == "tab" else delimiter
