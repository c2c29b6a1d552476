"""The table of faults names tests that exist, and the pages show it as it is."""

import re
from pathlib import Path

import pytest

from core.settings import Crawl, Schedule
from scripts.paper import LANGUAGES, Chosen, place
from scripts.reliability_page import PAGE, page, rows
from tests.faults.soak import TOLD

HOUSE = Path(__file__).resolve().parents[2]
FAULTS = HOUSE / "tests" / "faults"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.number)
def test_every_test_that_a_row_names_exists(row: object) -> None:
    tests: tuple[str, ...] = row.tests  # type: ignore[attr-defined]
    for test in tests:
        file, _, name = test.partition("::")
        assert (HOUSE / file).is_file(), test
        assert not name or re.search(rf"^(async )?def {name}\(", (HOUSE / file).read_text("utf-8"), re.MULTILINE), test


def test_every_fault_test_belongs_to_a_row() -> None:
    named = {file for row in rows() for file in row.files}

    assert {f"tests/faults/{path.name}" for path in FAULTS.glob("test_*.py")} - named == {"tests/faults/test_table.py"}


def test_the_settings_of_a_soak_are_settings() -> None:
    assert Schedule.model_validate(TOLD["schedule"]).cadence
    assert Crawl.model_validate(TOLD["crawl"]).workers == 2


def test_every_row_says_everything_in_both_languages() -> None:
    for row in rows():
        assert all(
            text.strip() and not text.startswith("@")
            for one in (row.fault, row.promise, row.result)
            for text in one.values()
        )


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_the_page_shows_the_table_as_it_is(chosen: Chosen) -> None:
    assert place(chosen, PAGE).read_text(encoding="utf-8") == page(chosen), "run: python -m scripts.reliability_page"
