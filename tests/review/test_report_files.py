"""A report as a workbook and as JSON: the same tables, and nothing that a spreadsheet would run."""

import json
import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from core.errors import InputError
from review.report import Report, report
from review.report_files import as_json, save, workbook
from tests.review.gathered import CONTEST, HANDLES, REVIEWERS, SECRET, gathered, known, nothing


@pytest.fixture(autouse=True)
def _chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("language._chosen", ["en"])


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def cells(book: Workbook, sheet: str) -> list[list[object]]:
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def told(**changes: object) -> Report:
    return report(gathered(**changes), SECRET)


def test_each_table_has_its_sheet_behind_a_front_that_says_what_the_report_is() -> None:
    one = told()

    book = opened(workbook(one))

    tables = [table for part in one.parts for table in part.tables]
    assert len(book.sheetnames) == 1 + len(tables)
    front = [row[0] for row in cells(book, "Report")]
    assert front[0] == "Report of Panitia Pengawas Rekaan"
    assert one.banner in front
    for name, table in zip(book.sheetnames[1:], tables, strict=True):
        assert cells(book, name)[0] == [column.head for column in table.columns]
        assert len(cells(book, name)) == 1 + len(table.frame)


def test_numbers_stay_numbers_days_stay_days_and_codes_become_words() -> None:
    book = opened(workbook(told()))

    assert cells(book, "Account-days over time")[1] == [datetime(2031, 5, 1), 3, 1, 0, 0]  # noqa: DTZ001  (as read back)
    assert cells(book, "Matches by unit")[1] == ["Kecamatan Akar", 1, 1, 0, 0, 0, 0, 1, 0]
    assert cells(book, "Answers and their reasons")[1] == ["solicitation", "explicit call", 3]
    shares = cells(book, "What labels show")[1]
    assert shares == ["rekaan-2031", "calls among all texts", 0.5, 0.4, 0.6]
    assert book["What labels show"]["C2"].number_format == "0.0%"


def test_what_others_have_written_is_never_a_formula() -> None:
    hostile = '=HYPERLINK("https://jahat.example")'
    contest = CONTEST.model_copy(update={"name": hostile})
    content = workbook(
        told(
            contests=(contest,),
            known={1: known(1, "+46+1"), 2: known(2, "@SUM(1)"), 3: known(3, "-1"), 4: known(4, None)},
        )
    )

    units = {row[0] for row in cells(opened(content), "Matches by unit")[1:]}
    assert units == {"'+46+1", "'@SUM(1)", "'-1", "unit not stated"}
    with zipfile.ZipFile(BytesIO(content)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert not [name for name in parts.namelist() if "hyperlink" in name.lower() or "external" in name.lower()]
    assert not [sheet for sheet in sheets if "<f>" in sheet or "<hyperlink" in sheet]


def test_sheets_of_long_and_equal_names_are_told_apart() -> None:
    name = "Pemilihan Bupati dan Wakil Bupati di kabupaten yang panjang namanya"
    contests = tuple(CONTEST.model_copy(update={"id": f"c{n}", "name": f"{name} [{n}]: */?\\"}) for n in range(12))

    names = opened(workbook(told(contests=contests))).sheetnames

    assert len({sheet.casefold() for sheet in names}) == len(names)
    assert all(len(sheet) <= 31 for sheet in names)


def test_json_holds_the_tables_with_codes_and_plain_numbers() -> None:
    loaded = json.loads(as_json(told()))

    tables = {table["table"]: table for part in loaded["parts"] for table in part["tables"]}
    assert loaded["first"] == "2031-05-01"
    assert tables["kinds"]["columns"] == ["kind", "posted", "liked", "reposted", "quoted", "commented", "total"]
    assert tables["kinds"]["rows"] == [["explicit_call", 2, 3, 0, 0, 0, 5], ["anti_call", 0, 5, 0, 0, 0, 5]]
    assert tables["coverage"]["rows"][0] == ["2031-05-01", 3, 1, 0, 0]
    assert tables["unseen"]["rows"][0][-2:] == [None, "2031-05-06"]
    assert loaded["parts"][0]["part"] == "coverage"


def test_codes_are_the_same_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    english = json.loads(as_json(told()))
    monkeypatch.setattr("language._chosen", ["id"])

    indonesian = json.loads(as_json(told()))

    assert [part["tables"] for part in english["parts"]] == [part["tables"] for part in indonesian["parts"]]


@pytest.mark.parametrize("write", [as_json, workbook])
def test_no_handle_and_no_reviewer_stands_in_a_file_unless_it_says_why(write: object) -> None:
    def text(of: Report) -> str:
        content = write(of)  # type: ignore[operator]
        if write is as_json:
            return str(content.decode())
        return " ".join(
            str(cell) for sheet in opened(content) for row in sheet.iter_rows(values_only=True) for cell in row
        )

    coded, named = text(told()), text(report(gathered(), SECRET, names_because="Sidang pleno"))

    assert [name for name in (*HANDLES.values(), *REVIEWERS, "did:rahasia") if name in coded] == []
    assert [
        name for name in (HANDLES[1], HANDLES[2], HANDLES[3], *REVIEWERS, "Sidang pleno") if name not in named
    ] == []


@pytest.mark.parametrize("write", [as_json, workbook])
def test_nothing_makes_a_file_that_says_so(write: object) -> None:
    content = write(report(nothing(), SECRET))  # type: ignore[operator]

    if write is as_json:
        assert all(table["rows"] == [] for part in json.loads(content)["parts"] for table in part["tables"])
        return
    assert "No account was on the watchlist in this period: nothing could be seen." in [
        row[0] for row in cells(opened(content), "Report")
    ]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("kosong", encoding="utf-8")

    with pytest.raises(InputError, match="file_not_written"):
        save(tmp_path / "berkas" / "laporan.html", b"")


def test_a_report_is_dated_by_days_of_its_office() -> None:
    assert told().first == date(2031, 5, 1)
