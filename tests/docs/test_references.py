"""The pages that are written from the code say what the code says, in both languages, and leave nothing out."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from classifier import labels as labels_module
from core.records import Kind
from review import scores
from scripts import database_page, errors_page, platforms_page, settings_page
from scripts.paper import LANGUAGES, Chosen, place, words
from storage.schema import metadata

HOUSE = Path(__file__).parents[2]
ROOMS = ("commands", "core", "scraper", "classifier", "evidence", "storage", "jobs", "review", "language")

PAGES: dict[str, Callable[[Chosen], str]] = {
    platforms_page.PAGE: platforms_page.page,
    settings_page.PAGE: settings_page.page,
    errors_page.PAGE: errors_page.page,
    database_page.PAGE: database_page.page,
}


@pytest.mark.parametrize("chosen", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_written_from_the_code_is_fresh(name: str, chosen: Chosen) -> None:
    fresh = PAGES[name](chosen)

    written = place(chosen, name).read_text(encoding="utf-8")
    assert written == fresh, f"run: python -m {PAGES[name].__module__}"


def test_every_setting_and_nothing_else_is_explained() -> None:
    assert set(words("settings")) == set(settings_page.settings())


def test_every_table_of_the_database_and_nothing_else_is_explained() -> None:
    assert set(database_page.names()) == set(metadata.tables) == set(words("tables"))


def test_every_variable_that_the_program_reads_and_nothing_else_is_explained() -> None:
    code = [path for room in ROOMS for path in (HOUSE / room).rglob("*.py")]
    read = {name for path in code for name in re.findall(r"\"(TILIK_[A-Z_]+)\"", path.read_text(encoding="utf-8"))}

    assert set(words("environment")) == read


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_every_column_and_kind_of_a_label_file_is_named(chosen: Chosen) -> None:
    _, labels, scored = place(chosen, "files.md").read_text(encoding="utf-8").split("\n## ")[1:4]

    assert re.findall(r"^\| `(\w+)` \|", labels, re.MULTILINE) == [*labels_module.COLUMNS, *Kind]
    assert tuple(re.findall(r"^\| `(\w+)` \|", scored, re.MULTILINE)) == scores.COLUMNS


@pytest.mark.parametrize("name", ["settings", "tables", "environment"])
def test_an_explanation_is_there_in_both_languages(name: str) -> None:
    said = words(name)

    assert [one for one, both in said.items() if not both["en"] or not both["id"] or both["en"] == both["id"]] == []
