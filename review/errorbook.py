"""The rows of a review file that cannot be taken, as a workbook: each as it was, and at its right what to do."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from core.errors import Problem
from core.files import complete_binary
from core.sheets import fold
from core.workbooks import open_tables
from language import say
from language.problems import in_words
from review.cells import cell, uncell
from review.columns import COLUMNS
from review.reasons import Language
from review.workbook import choices, looks, opened_book

_WIDTH, _WIDE = 16, 60
_LONG = frozenset({"text", "teks"})

Wrong = Mapping[tuple[str, int | None], Sequence[Problem]]


def write_errors(source: Path, problems: Sequence[Problem], target: Path, *, now: datetime) -> int:
    """Write the rows that problems name to a workbook that can be mended and sent again; say how many.

    What is wrong with a whole table stands above its rows.
    """
    wrong: dict[tuple[str, int | None], list[Problem]] = defaultdict(list)
    for problem in problems:
        wrong[problem.where, problem.row].append(problem)
    count = 0
    with complete_binary(target) as stream, opened_book(stream, now) as book:
        look = looks(book)
        for number, (header, rows) in enumerate(_tables(source, wrong), start=1):
            sheet = book.add_worksheet(say("problems") if number == 1 else f"{say('problems')} {number}")
            sheet.freeze_panes(1, 1)
            titles = [*header, say("problem")]
            for place, title in enumerate(titles):
                last = place == len(header)
                width = _WIDE if last or title.strip().lower() in _LONG else _WIDTH
                sheet.set_column(place, place, width, look["problem" if last else "plain"])
                sheet.write_string(0, place, cell(uncell(title)), look["header"])
            for row, (cells, said) in enumerate(rows, start=1):
                for place, text in enumerate(cells):
                    sheet.write_string(row, place, cell(uncell(text)), look["plain"])
                sheet.write_string(row, len(header), cell(said), look["problem"])
            places, languages = _answer_columns(header)
            choices(sheet, languages, places, max(len(rows), 1))
            count += sum(any(cells) for cells, _ in rows)
    return count


def _tables(source: Path, wrong: Wrong) -> Iterator[tuple[tuple[str, ...], list[tuple[list[str], str]]]]:
    """Give the header and the wrong rows of each table that has any."""
    with open_tables(source, [title for titles in COLUMNS.values() for title in titles]) as tables:
        for table in tables:
            width = len(table.header)
            rows = [([""] * width, _told(wrong[table.where, None]))] if (table.where, None) in wrong else []
            rows += [
                ([*cells, *[""] * width][:width], _told(wrong[table.where, number]))
                for number, cells in table.rows
                if (table.where, number) in wrong
            ]
            if rows:
                yield table.header, rows


def _told(problems: Sequence[Problem]) -> str:
    return " ".join(f"{one.column}: {in_words(one)}" if one.column else in_words(one) for one in problems)


def _answer_columns(header: Sequence[str]) -> tuple[dict[str, int], dict[str, Language]]:
    """Find where decisions and reasons stand, and in which language."""
    places: dict[str, int] = {}
    languages: dict[str, Language] = {}
    for language, titles in COLUMNS.items():
        for name, title in zip(COLUMNS["en"], titles, strict=True):
            for place, found in enumerate(header):
                if name in {"decision", "reason"} and fold(found) == fold(title):
                    places[name], languages[name] = place, language
    return places, languages
