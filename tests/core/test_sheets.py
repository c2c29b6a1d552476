"""A table is the same table, whatever spreadsheet wrote it; what is none is refused with its row."""

import csv
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.sheets import LONGEST_LINE, fold, open_csv

NAMES = ("handle", "peran", "catatan")
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


Told = tuple[str, int | None]


def written(rows: list[list[str]], delimiter: str = ",") -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return stream.getvalue()


def read(path: Path) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    with open_csv(path, NAMES) as table:
        return table.header, list(table.rows)


def problem_of(path: Path) -> Told:
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.code == "table_unusable"
    (problem,) = caught.value.problems
    assert problem.where == path.name
    return problem.code, problem.row


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=4),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    above=st.sampled_from(["", "\r\n", "sep=;\r\n", "\r\nSEP=,\r\n"]),
)
def test_a_table_comes_back_whatever_its_delimiter_and_encoding(
    tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str, above: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes((above + written([list(NAMES), *rows], delimiter)).encode(encoding))

    header, found = read(path)

    assert header == NAMES
    assert [cells for _, cells in found] == rows
    first = above.count("\n") + 2
    assert [number for number, _ in found] == list(range(first, first + len(rows)))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "cp1252"])
def test_an_encoding_without_a_mark_is_found(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(written([list(NAMES), ["désa", "a", "b"]]).encode(encoding))

    assert read(tmp_path / "a.csv") == (NAMES, [(2, ["désa", "a", "b"])])


def test_a_table_is_known_by_the_digest_of_its_bytes(tmp_path: Path) -> None:
    content = written([list(NAMES)]).encode()
    (tmp_path / "a.csv").write_bytes(content)

    with open_csv(tmp_path / "a.csv", NAMES) as table:
        assert table.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", ("file_empty", None)),
        (b"\r\n \r\n", ("file_empty", None)),
        (b"PK\x03\x04rest of a workbook", ("not_a_table", None)),
        (b"\xd0\xcf\x11\xe0rest of an old workbook", ("not_a_table", None)),
        (b"handle\r\na\0b\r\n", ("nul_bytes", 2)),
        (b"handle\r\n" + b"x" * LONGEST_LINE, ("line_too_long", 2)),
        (b'handle,peran\r\na,b\r\n"never closed,b\r\nc,d\r\n', ("broken_quotes", 3)),
        (b"\xff\xfehandle"[:7], ("not_text", None)),
    ],
)
def test_what_is_no_table_is_refused_with_its_row(
    tmp_path: Path, content: bytes, problem: tuple[str, int | None]
) -> None:
    (tmp_path / "a.csv").write_bytes(content)

    assert problem_of(tmp_path / "a.csv") == problem


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    assert problem_of(tmp_path / "a.csv") == ("file_unreadable", None)
    assert problem_of(tmp_path) == ("not_a_table", None)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("wb") as stream:
        stream.truncate(200 * 1024**2 + 1)  # takes no room on the disk

    assert problem_of(tmp_path / "a.csv") == ("file_too_large", None)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60))
def test_any_bytes_are_a_table_or_a_named_problem(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    try:
        outcome = "table" if read(tmp_path / "a.csv")[0] else "table without a header"
    except InputError as error:
        outcome = error.code
    assert outcome in {"table", "table_unusable"}


@pytest.mark.parametrize("word", ["Nama_Akun", " nama-akun ", "NAMA  AKUN", "nama\u200b akun", "nama akun"])
def test_a_column_name_is_the_same_however_it_is_written(word: str) -> None:
    assert fold(word) == "nama akun"
