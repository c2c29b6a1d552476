"""Workbooks as spreadsheet programs write them, and as the tests look into them."""

import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import load_workbook

from review.workbook import Facts
from tests.review.sheets import Sheet

FACTS = Facts(batch="0f1e2d3c", exported_at=datetime(2024, 11, 28, 1, tzinfo=UTC), model_version="m-7")


def book_of(path: Path, title: str | None = None) -> Sheet:
    """Read a sheet of a workbook as texts, the first one if it is not named."""
    book = load_workbook(path)
    page = book[title] if title else book.worksheets[0]
    return [["" if value is None else str(value) for value in line] for line in page.iter_rows(values_only=True)]


def parts(path: Path, pattern: str) -> dict[str, str]:
    """Give the XML of the parts of a workbook whose name matches."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if re.search(pattern, name)}
