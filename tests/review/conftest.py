"""The file that a reviewer sends back."""

from pathlib import Path

import pytest

from review.csvfile import write_csv
from tests.review.sheets import DECISION, ROWS, Sheet, decision_of, sheet_of


@pytest.fixture
def reviewed(tmp_path: Path) -> Sheet:
    """A file of 120 matches as a reviewer sends it back: about three in four are decided."""
    path = tmp_path / "out.csv"
    write_csv(ROWS, path, language="id")
    sheet = sheet_of(path)
    for line, match in zip(sheet[1:], ROWS, strict=True):
        line[DECISION] = decision_of(match.match)
    return sheet
