"""A workbook is read as the tables that people see in it, or refused with what is wrong."""

import io
import random
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from core import workbooks
from core.errors import InputError
from core.workbooks import Formula, open_tables

NAMES = ("id", "keputusan", "decision")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
Read = list[tuple[str, tuple[str, ...], list[tuple[int, list[str]]]]]


def tables(path: Path) -> Read:
    with open_tables(path, NAMES) as found:
        return [(table.where, table.header, list(table.rows)) for table in found]


def refused(path: Path) -> str:
    with pytest.raises(InputError, match="table_unusable") as caught:
        tables(path)
    (problem,) = caught.value.problems
    return problem.code


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kembali.xlsx"


def book(path: Path, *lines: list[Any]) -> Workbook:
    made = Workbook()
    assert made.active is not None
    made.active.title = "Satu"
    for line in lines or (["id", "keputusan"], ["F-1", "ajakan"]):
        made.active.append(line)
    made.save(path)
    return made


def changed(path: Path, **parts: bytes | Callable[[bytes], bytes]) -> None:
    """Put other parts into a workbook, or change those that it has."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    for name, part in parts.items():
        content[name] = part if isinstance(part, bytes) else part(content[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in content.items():
            archive.writestr(name, body)


def sheet_xml(rows: str) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def whole() -> bytes:
    """Make a workbook whose texts stand in a part of their own, as Excel writes them."""
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = made.add_worksheet("Satu")
    for number, line in enumerate((["id", "keputusan"], ["F-1", "ajakan"], ["F-2", "bukan"])):
        page.write_row(number, 0, line)
    made.close()
    return stream.getvalue()


WHOLE = whole()


def test_rows_are_numbered_as_the_spreadsheet_shows_them(path: Path) -> None:
    book(path, [], ["id", "keputusan", None], ["F-1", "ajakan"], [], ["F-2", None, "di samping tabel"])

    assert tables(path) == [
        (
            "kembali.xlsx [Satu]",
            ("id", "keputusan"),
            [(3, ["F-1", "ajakan"]), (5, ["F-2", ""])],
        )
    ]


def test_a_csv_is_one_table_of_the_same_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;keputusan\nF-1;ajakan\n", encoding="utf-8")

    assert tables(path) == [("a.csv", ("id", "keputusan"), [(2, ["F-1", "ajakan"])])]


def test_a_workbook_is_known_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    book(path)

    assert tables(path)[0][0] == "a.csv [Satu]"


def test_sheets_of_ours_are_read_in_any_order_and_others_left_alone(path: Path) -> None:
    made = book(path)
    made.create_sheet("Catatan", 0).append(["belanja", "harga"])
    made.create_sheet("Dua", 1).append(["decision", "id"])
    hidden = made.create_sheet("Lama")
    hidden.append(["id", "keputusan"])
    hidden.sheet_state = "hidden"
    made.save(path)

    assert [(where, header) for where, header, _ in tables(path)] == [
        ("kembali.xlsx [Dua]", ("decision", "id")),
        ("kembali.xlsx [Satu]", ("id", "keputusan")),
    ]


def test_where_no_sheet_is_ours_the_first_is_shown(path: Path) -> None:
    book(path, ["nomor", "jawaban"])

    assert tables(path) == [("kembali.xlsx [Satu]", ("nomor", "jawaban"), [])]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((3, "3"), (3.0, "3"), (0.5, "0.5"), (True, "TRUE")),
        *((date(2024, 11, 27), "2024-11-27 00:00:00"), (datetime(2024, 11, 27, 8, 5), "2024-11-27 08:05:00")),  # noqa: DTZ001
        *(("0,5", "0,5"), (" F-1 ", " F-1 "), ("_x0041_", "_x0041_"), ("a\nb", "a\nb"), ("#N/A", "#N/A")),
    ],
)
def test_a_cell_is_its_text_whatever_its_type(path: Path, value: object, text: str) -> None:
    book(path, ["id", "keputusan"], [value, "x"])

    assert tables(path)[0][2] == [(2, [text, "x"])]


def test_a_share_is_read_as_it_is_shown(path: Path) -> None:
    made = book(path, ["id", "skor", "keputusan"], ["F-1", 0.87, "x"])
    assert made.active is not None
    made.active["B2"].number_format = "0%"
    made.save(path)

    assert tables(path)[0][2] == [(2, ["F-1", "87%", "x"])]


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("a","b")', ArrayFormula("A2", "=SUM(B1:B2)")])
def test_a_formula_is_never_taken_for_what_it_shows(path: Path, formula: object) -> None:
    book(path, ["id", "keputusan"], [formula, "ajakan"])

    cell = tables(path)[0][2][0][1][0]
    assert isinstance(cell, Formula)
    assert cell.startswith("=")


def test_a_formula_with_a_stored_result_is_still_a_formula(path: Path) -> None:
    book(path)
    row = '<row r="2"><c r="A2" t="str"><f>"F-"&amp;1</f><v>F-1</v></c><c r="B2" t="str"><v>ajakan</v></c></row>'
    head = '<row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>keputusan</v></c></row>'
    changed(path, **{SHEET: sheet_xml(head + row)})

    (cell, answer) = tables(path)[0][2][0][1]
    assert isinstance(cell, Formula)
    assert not isinstance(answer, Formula)


def test_texts_that_excel_keeps_apart_are_read(path: Path) -> None:
    path.write_bytes(WHOLE)

    assert tables(path)[0][2] == [(2, ["F-1", "ajakan"]), (3, ["F-2", "bukan"])]


def test_a_size_that_the_file_states_wrongly_costs_no_row(path: Path) -> None:
    book(path, ["id", "keputusan"], *[[f"F-{n}", "ajakan"] for n in range(50)])
    changed(path, **{SHEET: lambda xml: xml.replace(b'ref="A1:B51"', b'ref="A1"')})

    assert len(tables(path)[0][2]) == 50


def test_a_file_that_unpacks_to_more_than_we_grant_is_refused_unread(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(path)
    changed(path, **{"xl/worksheets/sheet9.xml": b" " * 5_000_000})
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 4_000_000)

    assert path.stat().st_size < 50_000
    assert refused(path) == "unpacks_too_large"


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/styles.xml", "xl/theme/theme1.xml"])
def test_a_part_that_would_fill_the_memory_is_refused(path: Path, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(WHOLE)
    changed(path, **{part: lambda xml: xml + b" " * 3_000_000})
    monkeypatch.setattr(workbooks, "MOST_STRINGS", 2_000_000)
    monkeypatch.setattr(workbooks, "MOST_OF_A_PART", 2_000_000)

    assert refused(path) == "unpacks_too_large"


def test_more_parts_than_any_workbook_has_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_PARTS", 5)
    book(path)

    assert refused(path) == "unpacks_too_large"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_they_unfold(path: Path, encoding: str) -> None:
    book(path)
    bomb = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'
    )
    changed(path, **{SHEET: bomb.encode(encoding)})

    assert refused(path) == "workbook_broken"


def test_a_row_far_away_is_not_waited_for(path: Path) -> None:
    book(path)
    head = '<row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>keputusan</v></c></row>'
    changed(path, **{SHEET: sheet_xml(head + '<row r="2000000000"><c t="str"><v>F-1</v></c></row>')})

    assert tables(path)[0][2] == []


def test_a_cell_far_to_the_right_takes_no_room(path: Path) -> None:
    book(path, ["id", "keputusan"], ["F-1", "x", *[None] * 500, "jauh"])

    assert tables(path)[0][2] == [(2, ["F-1", "x"])]


def test_a_cell_may_not_lie_deeper_than_a_spreadsheet_nests(path: Path) -> None:
    book(path)
    changed(path, **{SHEET: sheet_xml("<row>" * 100_000 + "</row>" * 100_000)})

    assert refused(path) in {"workbook_broken", "file_empty"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04", "workbook_broken"),
        (b"PK\x03\x04" + b"\0" * 500, "workbook_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_workbook"),
    ],
)
def test_what_only_begins_like_a_workbook_is_refused(path: Path, content: bytes, code: str) -> None:
    path.write_bytes(content)

    assert refused(path) == code


def test_another_archive_is_no_workbook(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")

    assert refused(path) == "not_a_workbook"


def test_a_document_of_another_program_is_refused(path: Path) -> None:
    book(path)
    kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    known = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    changed(path, **{"[Content_Types].xml": lambda xml: xml.replace(known, kind)})

    assert refused(path) == "workbook_broken"


def test_a_workbook_of_nothing_is_empty(path: Path) -> None:
    Workbook().save(path)

    assert refused(path) == "file_empty"


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "xl/styles.xml", "[Content_Types].xml"])
def test_a_part_that_is_no_xml_is_refused(path: Path, part: str) -> None:
    book(path)
    changed(path, **{part: b"<worksheet"})

    assert refused(path) in {"workbook_broken", "not_a_workbook"}


def test_a_file_that_breaks_off_is_refused(path: Path) -> None:
    book(path)
    path.write_bytes(path.read_bytes()[:-200])

    assert refused(path) == "workbook_broken"


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.xlsx") == "file_unreadable"
    assert refused(tmp_path) == "not_a_table"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_any_changed_bytes_are_a_table_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  (a test's noise)
    noisy = bytearray(WHOLE)
    for _ in range(count):
        noisy[chance.randrange(len(noisy))] = chance.randrange(256)
    path = tmp_path_factory.mktemp("noise") / "a.xlsx"
    path.write_bytes(noisy)

    try:
        assert len(tables(path)) >= 1
    except InputError as error:
        assert error.problems  # noqa: PT017


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"]))
def test_any_changed_markup_is_a_table_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, seed: int, part: str
) -> None:
    chance = random.Random(seed)  # noqa: S311  (a test's noise)

    def noisy(xml: bytes) -> bytes:
        place = chance.randrange(len(xml))
        return xml[:place] + chance.randbytes(chance.randrange(3)) + xml[place + chance.randrange(1, 20) :]

    path = tmp_path_factory.mktemp("noise") / "a.xlsx"
    path.write_bytes(WHOLE)
    changed(path, **{part: noisy})

    try:
        assert len(tables(path)) >= 1
    except InputError as error:
        assert error.problems  # noqa: PT017
