"""Review files that the real LibreOffice has opened and saved, as on a computer set to Indonesian.

Needs LibreOffice: `apt-get install -y --no-install-recommends libreoffice-calc`. Without it the tests are skipped and
say so; with TILIK_OFFICE=required they fail.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from core.errors import InputError
from core.records import Answer
from review.columns import ReviewRow
from review.csvfile import write_csv
from review.reader import Answers, read_answers
from review.reasons import REASONS
from review.workbook import META, write_xlsx
from tests.review.books import FACTS, book_of, parts
from tests.review.sheets import TEXT, given_by, knowing, row, sheet_of

SETTINGS = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>id-ID</value></prop></item>
</oor:items>
"""
OPENED = {
    "id": "CSV:59,34,76,1,,1057,false,true,false",
    "en": "CSV:44,34,76,1,,1033,false,true,false",
}
"""How the import dialogue is answered: delimiter, quote, UTF-8, first row, language; numbers are recognised.

Without it a conversion reads the file as comma and cp1252, and proves nothing.
"""
AS_CSV = "csv:Text - txt - csv (StarCalc):59,34,76,1,,1057,false,true,false"
AS_CSV_WITH_COMMAS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true,false"
AS_XLSX = "xlsx:Calc MS Excel 2007 XML"
COUNT = 600

Convert = Callable[..., Path]


def program() -> str:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        missing = "LibreOffice is not installed: apt-get install -y --no-install-recommends libreoffice-calc"
        if os.environ.get("TILIK_OFFICE") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Open a file and save it, as a person does who closes it with "Yes"."""
    office = program()
    home = tmp_path_factory.mktemp("office")
    (home / "profile" / "user").mkdir(parents=True)
    (home / "profile" / "user" / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")

    def run(path: Path, saved: str, *, opened: str | None = None) -> Path:
        target = tmp_path_factory.mktemp("saved")
        words = [office, f"-env:UserInstallation=file://{home / 'profile'}", "--headless", "--norestore"]
        words += [f"--infilter={opened}"] if opened else []
        words += ["--convert-to", saved, "--outdir", str(target), str(path)]
        done = subprocess.run(words, capture_output=True, timeout=180, check=False)
        files = list(target.iterdir())
        assert files, done.stderr.decode()
        return files[0]

    return run


def answered(number: int) -> ReviewRow:
    """Make a row that is answered in some way, with texts that spreadsheets like to change."""
    base = row(number + 1, text=TEXTS[number % len(TEXTS)])
    base = replace(
        base, match=(number * 7919) % 32**5 + 1, link=f"https://x.example/p/{number}", evidence="bukti/a.png"
    )
    if number % 4 == 3:
        return base
    reason = list(REASONS.values())[number % len(REASONS)] if number % 3 else None
    answer = reason.answer if reason else tuple(Answer)[number % 3]
    return replace(
        base,
        answer=answer,
        reason=reason.code if reason else None,
        note=TEXTS[(number * 5) % len(TEXTS)] if number % 2 else None,
        reviewer=("Ani", "'Budi", "+62 Cici", "Désy")[number % 4],
    )


NUMBERS = (*("1E5", "00123", "3/4", "1.234", "0,125", "27 November 2024", "TRUE", "87%", "1842345678901234567"),)
"""Texts that a spreadsheet rewrites when it opens a CSV; in a workbook they stay as they are."""
TEXTS = (
    *("=46+1", "-46+1", "@akun", '=HYPERLINK("a","b")', "'=1", "+62812", "Baris satu\nbaris dua"),
    *("Hayu urang milih, Désa “lama”; 😀", *NUMBERS),
    "Ayo kita semua warga kelurahan coblos nomor satu hari Rabu besok pagi",
)
ROWS = [answered(number) for number in range(COUNT)]
TRUTH = [(one.match, one.answer, one.reason, one.note, one.reviewer) for one in ROWS if one.answer]


def told(answers: Answers) -> list[tuple[object, ...]]:
    return [(one.match, one.answer, one.reason, one.note, one.reviewer) for one in answers.given]


def is_whole(answers: Answers) -> bool:
    """Compare all but the notes that a CSV cannot keep."""
    for given, (*true, note, reviewer) in zip(answers.given, TRUTH, strict=True):
        assert [given.match, given.answer, given.reason, given.reviewer] == [*true, reviewer]
        assert given.note == note or note in NUMBERS
    return True


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    write_csv(ROWS, tmp_path / "tinjau.csv", language="id")
    return tmp_path / "tinjau.csv"


@pytest.fixture
def book_file(tmp_path: Path) -> Path:
    write_xlsx(ROWS, tmp_path / "tinjau.xlsx", language="id", facts=FACTS)
    return tmp_path / "tinjau.xlsx"


@pytest.mark.parametrize("saved", [AS_CSV, AS_XLSX])
def test_a_csv_keeps_every_answer(csv_file: Path, convert: Convert, saved: str) -> None:
    assert is_whole(read_answers(convert(csv_file, saved, opened=OPENED["id"]), knowing(ROWS)))


def test_an_english_csv_keeps_every_answer(tmp_path: Path, convert: Convert) -> None:
    write_csv(ROWS, tmp_path / "review.csv", language="en")

    back = convert(tmp_path / "review.csv", AS_CSV_WITH_COMMAS, opened=OPENED["en"])

    assert is_whole(read_answers(back, knowing(ROWS)))


@pytest.mark.parametrize("saved", [AS_CSV, AS_XLSX])
def test_a_workbook_keeps_every_answer(book_file: Path, convert: Convert, saved: str) -> None:
    back = convert(book_file, saved)

    assert told(read_answers(back, knowing(ROWS))) == TRUTH


def test_a_workbook_keeps_every_cell_and_what_protects_it(book_file: Path, convert: Convert) -> None:
    back = convert(book_file, AS_XLSX)

    assert book_of(back) == book_of(book_file)
    book = load_workbook(back)
    page = book.worksheets[0]
    assert page.protection.sheet
    assert not page["B2"].protection.locked
    assert page["A2"].protection.locked
    assert len(page.data_validations.dataValidation) == 2
    assert page.auto_filter.ref == f"A1:R{COUNT + 1}"
    assert page["O2"].hyperlink.target == "https://x.example/p/0"
    assert book[META].sheet_state == "hidden"
    assert not [name for name, xml in parts(back, r"sheet\d+\.xml$").items() if "<f>" in xml or "<f " in xml]


def test_no_cell_of_a_csv_was_computed(csv_file: Path, convert: Convert) -> None:
    back = convert(csv_file, AS_CSV, opened=OPENED["id"])

    for before, after in zip(sheet_of(csv_file), sheet_of(back), strict=True):
        assert after[0] == before[0]
        assert after[5] == before[5]
        assert after[15:] == before[15:]
        assert after[TEXT] == before[TEXT] or before[TEXT] in NUMBERS


def test_a_decision_sorted_alone_is_still_noticed(book_file: Path, tmp_path: Path, convert: Convert) -> None:
    back = convert(book_file, AS_XLSX)
    book = load_workbook(back)
    page = book.worksheets[0]
    words = sorted((str(page.cell(n, 2).value or "") for n in range(2, COUNT + 2)), key=lambda word: (not word, word))
    for number, word in enumerate(words, start=2):
        page.cell(number, 2).value = word or None
        page.cell(number, 3).value = None
    book.save(tmp_path / "urut.xlsx")

    with pytest.raises(InputError) as caught:
        read_answers(tmp_path / "urut.xlsx", knowing(ROWS))
    assert {problem.code for problem in caught.value.problems} == {"decision_sorted_alone"}


def test_an_opendocument_is_refused_with_its_remedy(book_file: Path, convert: Convert) -> None:
    with pytest.raises(InputError) as caught:
        read_answers(convert(book_file, "ods"), knowing(ROWS))

    assert [problem.code for problem in caught.value.problems] == ["not_a_workbook"]


def test_two_columns_are_enough(csv_file: Path, convert: Convert, tmp_path: Path) -> None:
    kept = tmp_path / "dua.csv"
    kept.write_text("\r\n".join(";".join(line[:2]) for line in sheet_of(csv_file)) + "\r\n", encoding="utf-8")

    back = convert(kept, AS_XLSX, opened=OPENED["id"])

    assert given_by(read_answers(back, knowing(ROWS))) == {one.match: one.answer for one in ROWS if one.answer}
