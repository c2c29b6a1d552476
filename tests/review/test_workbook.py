"""A workbook for reviewers holds the same rows as the CSV, and protects what they must not change."""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.errors import InputError
from core.records import Answer
from review import workbook
from review.columns import COLUMNS, ReviewRow
from review.csvfile import write_csv
from review.reader import read_answers
from review.reasons import ANSWERS, REASONS
from review.workbook import META, write_xlsx
from tests.review.books import FACTS, book_of, parts
from tests.review.sheets import ROWS, TEXT, knowing, row, sheet_of
from tests.review.test_cells import HOSTILE

UNLOCKED = {"keputusan", "alasan", "catatan", "peninjau"}


def written(rows: list[ReviewRow], folder: Path, **wishes: bool) -> Path:
    path = folder / "tinjau.xlsx"
    assert write_xlsx(rows, path, language="id", facts=FACTS, **wishes) == len(rows)
    return path


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    lines = zlib.compress((b"\0" + b"\x80" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def test_a_workbook_and_a_csv_hold_the_same_cells(tmp_path: Path) -> None:
    rows = [*ROWS, replace(row(500, answer=Answer.NOT), reason="retired", note="=1+1", link="https://x.example/p")]
    write_csv(rows, tmp_path / "a.csv", language="id")

    assert book_of(written(rows, tmp_path)) == sheet_of(tmp_path / "a.csv")


def test_only_what_a_reviewer_fills_in_may_be_changed(tmp_path: Path) -> None:
    page = load_workbook(written(ROWS, tmp_path)).worksheets[0]

    assert page.protection.sheet
    assert page.protection.password is None
    assert not page.protection.autoFilter  # what the file calls false is allowed
    assert not page.protection.sort
    for number in (2, len(ROWS) + 1):
        free = {title for title, cell in zip(COLUMNS["id"], page[number], strict=True) if not cell.protection.locked}
        assert free == UNLOCKED
    assert all(cell.protection.locked for cell in page[1])


def test_every_cell_is_a_text(tmp_path: Path) -> None:
    page = load_workbook(written(ROWS, tmp_path)).worksheets[0]

    kinds = {(cell.data_type, cell.number_format) for line in page for cell in line if cell.value is not None}
    assert kinds == {("s", "@")}


def test_decisions_and_reasons_are_chosen_from_lists(tmp_path: Path) -> None:
    page = load_workbook(written(ROWS, tmp_path)).worksheets[0]

    offered = {str(one.sqref): one.formula1 for one in page.data_validations.dataValidation}
    assert offered == {
        "B2:B121": '"' + ",".join(ANSWERS["id"].values()) + '"',
        "C2:C121": '"' + ",".join(one.words["id"] for one in REASONS.values()) + '"',
    }
    assert all(len(words) < 255 for words in offered.values())  # what Excel takes


def test_the_header_stays_and_filters(tmp_path: Path) -> None:
    page = load_workbook(written(ROWS, tmp_path)).worksheets[0]

    assert page.freeze_panes == "C2"
    assert page.auto_filter.ref == "A1:R121"


def test_the_links_lead_to_the_post_and_to_the_picture(tmp_path: Path) -> None:
    linked = replace(row(1), link="https://x.example/p/1?a=b#c", evidence="bukti/F-0000012.png")
    odd = replace(row(2), link="javascript:alert(1)")

    page = load_workbook(written([linked, odd], tmp_path)).worksheets[0]

    links = [cell.hyperlink for line in page for cell in line if cell.hyperlink]
    found = {link.ref: (link.target or "").replace("\\", "/") for link in links}  # Excel writes paths in its own way
    assert found == {"O2": "https://x.example/p/1?a=b", "P2": "bukti/F-0000012.png"}
    assert page["O2"].hyperlink.location == "c"
    assert page["O3"].value == "javascript:alert(1)"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula_or_a_link(text: str, tmp_path: Path) -> None:
    hostile = replace(row(1, text=text), note=text, account=text, post_id=text, keywords=(text,), link=text)

    path = written([hostile], tmp_path)

    assert not [name for name, xml in parts(path, r"sheet\d+\.xml$").items() if re.search(r"<f[ >/]", xml)]
    assert parts(path, r"worksheets/_rels") == {}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_written_can_be_opened_again(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = written([row(1, text=text)], tmp_path_factory.mktemp("book"))

    assert read_answers(path, knowing([row(1, text=text)])).blank == 1


def test_a_long_text_of_emoji_fits_into_its_cell(tmp_path: Path) -> None:
    shown = book_of(written([row(1, text="😀" * 20_000)], tmp_path))[1][TEXT]

    assert len(shown.encode("utf-16-le")) // 2 <= 32_000
    assert shown.endswith("[dipotong/cut]")


def test_a_hidden_sheet_says_what_the_file_is(tmp_path: Path) -> None:
    path = written(ROWS, tmp_path)

    assert load_workbook(path)[META].sheet_state == "hidden"
    assert dict(book_of(path, META)) == {
        "schema": "1",
        "batch": "0f1e2d3c",
        "language": "id",
        "rows": "120",
        "exported_at": "2024-11-28T01:00:00+00:00",
        "model_version": "m-7",
    }


def test_what_fills_a_sheet_goes_on_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LINKS_A_SHEET", 100)
    linked = [replace(one, link=f"https://x.example/{one.match}", answer=Answer.UNSURE) for one in ROWS]

    path = written(linked, tmp_path)

    assert load_workbook(path).sheetnames == ["Tinjauan", "Tinjauan 2", META]
    assert len(book_of(path)) == 100
    assert len(read_answers(path, knowing(ROWS)).given) == len(ROWS)


def test_rows_beyond_a_sheet_go_on_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS_A_SHEET", 50)

    path = written(ROWS, tmp_path)

    assert read_answers(path, knowing(ROWS)).blank == len(ROWS)


def test_too_many_rows_are_refused_and_leave_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 119)
    path = tmp_path / "tinjau.xlsx"
    path.write_text("old", encoding="utf-8")

    with pytest.raises(InputError, match="workbook_too_large"):
        written(ROWS, tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == ["tinjau.xlsx"]
    assert path.read_text(encoding="utf-8") == "old"


def test_an_export_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[ReviewRow]:
        yield row(1)
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        write_xlsx(broken(), tmp_path / "a.xlsx", language="en", facts=FACTS)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="file_not_written"):
        write_xlsx([], tmp_path / "none" / "a.xlsx", language="id", facts=FACTS)


def test_a_file_without_rows_has_its_header(tmp_path: Path) -> None:
    assert book_of(written([], tmp_path)) == [list(COLUMNS["id"])]


def test_the_sum_beside_a_workbook_is_its_own(tmp_path: Path) -> None:
    path = written(ROWS, tmp_path)

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (tmp_path / "tinjau.xlsx.sha256").read_text(encoding="utf-8") == f"{digest}  tinjau.xlsx\n"


def test_pictures_stand_in_their_rows_small_enough(tmp_path: Path) -> None:
    (tmp_path / "bukti").mkdir()
    for name, content in {"a": png(1200, 300), "b": b"no picture", "c": b"\x89PNG\r\n\x1a\n" + b"\0" * 8}.items():
        (tmp_path / "bukti" / f"{name}.png").write_bytes(content)
    rows = [replace(row(n + 1), evidence=f"bukti/{name}.png") for n, name in enumerate("abcd")]

    path = written([*rows, row(9)], tmp_path, thumbnails=True)

    (drawing,) = parts(path, r"drawing1\.xml$").values()
    (width, height) = re.findall(r'<a:ext cx="(\d+)" cy="(\d+)"', drawing)[0]
    assert drawing.count("<xdr:pic>") == 1
    assert 0 < int(width) <= 160 * 9525
    assert 0 < int(height) <= 110 * 9525


def test_without_being_asked_no_picture_is_put_in(tmp_path: Path) -> None:
    (tmp_path / "bukti").mkdir()
    (tmp_path / "bukti" / "a.png").write_bytes(png(10, 10))

    assert parts(written([replace(row(1), evidence="bukti/a.png")], tmp_path), "drawing") == {}
