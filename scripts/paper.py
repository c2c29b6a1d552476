"""What all pages that are written from the code share: where they stand, tables, and words in two languages."""

import csv
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

Chosen = Literal["en", "id"]
LANGUAGES: tuple[Chosen, ...] = ("en", "id")
DOCS = Path(__file__).parents[1] / "docs"
WORDS = Path(__file__).with_name("words")

WRITTEN_BY = {
    "en": "Written by `python -m scripts.{name}`; a test fails when this page and the program differ."
    " Do not edit by hand.",
    "id": "Ditulis oleh `python -m scripts.{name}`; sebuah pengujian gagal bila halaman ini berbeda dari programnya."
    " Jangan disunting dengan tangan.",
}


def place(chosen: Chosen, name: str) -> Path:
    """Say where a page stands."""
    return DOCS / chosen / name


def write(path: Path, text: str) -> None:
    """Write a page as every system writes it."""
    path.write_text(text, encoding="utf-8", newline="\n")


@cache
def words(name: str) -> dict[str, dict[Chosen, str]]:
    """Read what is said of each setting or table, in both languages, from `scripts/words`."""
    with (WORDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: {"en": row["en"], "id": row["id"]} for row in csv.DictReader(file, delimiter=";")}


def meaning(file: str, name: str, chosen: Chosen) -> str:
    """Say what a setting or table is for; a new one needs its line in both languages."""
    try:
        return words(file)[name][chosen]
    except KeyError as error:
        msg = f"say what {name} is for in scripts/words/{file}.csv, in both languages"
        raise SystemExit(msg) from error


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Draw a table; a line break or a bar in a cell would end it."""
    head = list(columns)
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(sentence(cell) for cell in row)} |"


def sentence(text: str | None) -> str:
    """Put a text on one line of a table."""
    return " ".join((text or "").split()).replace("|", "\\|")
