"""A report as a workbook, one sheet a table, and as JSON, the same tables for programs."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from core.files import not_written, write_whole
from core.unfinished import clear
from language import say
from review.cells import cell
from review.report import Part, Report
from review.tables import Column, Table

PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
"""What a spreadsheet might make of a text, it makes of none of ours."""
_LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")

Format = Callable[[object, Column], str | None]


def save(path: Path, content: bytes) -> None:
    """Put a report where it was asked for; it is there whole or not at all. `file_not_written` where it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        clear(path.parent)
        write_whole(path, content)
    except OSError as error:
        raise not_written(path, error) from error


def workbook(report: Report) -> bytes:
    """Write a workbook: first what the report is, then a sheet for each table, also where it has no rows."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, PLAIN) as book:
        bold = book.add_format({"bold": True})
        formats = {"share": "0.0%", "day": "yyyy-mm-dd", "number": "#,##0.##"}
        made = {name: book.add_format({"num_format": text, "align": "left" if name == "day" else "right"})
                for name, text in formats.items()}  # fmt: skip
        front = book.add_worksheet(say("Report"))
        front.set_column(0, 0, 110)
        for row, text in enumerate(_front(report)):
            front.write_string(row, 0, cell(text), bold if row == 0 else None)
        taken = {say("Report").casefold()}
        for part in report.parts:
            for table in part.tables:
                sheet = book.add_worksheet(_name(table.title, taken))
                _fill(sheet, table, bold, lambda value, column: made.get(_kind(value, column) or ""))
    return target.getvalue()


def _front(report: Report) -> list[str]:
    period = f"{report.first.isoformat()} – {report.last.isoformat()} ({report.zone})"
    told = (line for part in report.parts for line in (part.title, *part.text))
    return [report.title, period, report.banner, *report.about, *told]


def _fill(sheet: Worksheet, table: Table, bold: object, style: Callable[[object, Column], object]) -> None:
    for place, one in enumerate(table.columns):
        sheet.write_string(0, place, cell(one.head), bold)
        sheet.set_column(place, place, max(12, min(40, len(one.head) + 2)))
    for row, values in enumerate(table.rows, start=1):
        for place, (value, one) in enumerate(zip(values, table.columns, strict=True)):
            _put(sheet, (row, place), value, one, style(value, one))
    sheet.freeze_panes(1, 0)
    if table.columns:
        sheet.autofilter(0, 0, max(len(table.frame), 1), len(table.columns) - 1)


def _put(sheet: Worksheet, place: tuple[int, int], value: object, column: Column, style: object) -> None:
    match value:
        case None:
            sheet.write_blank(*place, None)
        case int() | float():
            sheet.write_number(*place, value, style)
        case date():
            sheet.write_datetime(*place, value, style)
        case _:
            sheet.write_string(*place, cell(column.words(str(value))))


def _kind(value: object, column: Column) -> str | None:
    if isinstance(value, date):
        return "day"
    if not isinstance(value, int | float):
        return None
    return "share" if column.share else "number"


def _name(title: str, taken: set[str]) -> str:
    """Name a sheet as spreadsheets allow it, no two alike."""
    plain = _NOT_IN_NAMES.sub(" ", cell(title)).strip() or say("Table")
    name, number = plain[:_LONGEST_NAME], 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: _LONGEST_NAME - 4]} {number}"
    taken.add(name.casefold())
    return name


def as_json(report: Report) -> bytes:
    """Write the tables for programs: codes in every language the same, days in ISO, shares from 0 to 1."""
    told = {
        "controller": report.controller,
        "first": report.first.isoformat(),
        "last": report.last.isoformat(),
        "timezone": report.zone,
        "made_at": report.made_at.isoformat(),
        "tilik": report.version,
        "banner": report.banner,
        "names_because": report.names_because,
        "parts": [_part(part) for part in report.parts],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _part(part: Part) -> dict[str, object]:
    return {"part": part.code, "text": list(part.text), "tables": [_table(table) for table in part.tables]}


def _table(table: Table) -> dict[str, object]:
    rows: Sequence[Sequence[object]] = table.rows
    plain = [[value.isoformat() if isinstance(value, date) else value for value in row] for row in rows]
    return {"table": table.code, "columns": [one.code for one in table.columns], "rows": plain}
