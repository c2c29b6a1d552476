"""Label files as spreadsheets write them, and everything that can be wrong in one."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier.labels import LabelRow, read_labels
from core.errors import InputError
from core.records import Kind

GOOD = "id{s}text{s}label{s}kind\n7{s}Ayo coblos nomor 2{s}ajakan{s}\n8{s}Kerja bakti{s}bukan{s}gov_post\n"


def write(folder: Path, body: bytes) -> Path:
    path = folder / "label.csv"
    path.write_bytes(body)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_spreadsheet_dialect_reads_the_same(tmp_path: Path, delimiter: str, encoding: str) -> None:
    body = GOOD.format(s=delimiter).replace("Kerja", "Kérja").replace("\n", "\r\n")

    first, second = read_labels(write(tmp_path, body.encode(encoding)))

    assert first == LabelRow(text="Ayo coblos nomor 2", label=True, kind=None, id="7", contest=None, labeller=None)
    assert (second.text, second.label, second.kind) == ("Kérja bakti", False, Kind.GOV_POST)


@pytest.mark.parametrize(
    ("word", "label"),
    [("ya", True), ("TIDAK", False), ("1", True), ("0", False), ("Ajakan", True), ("bukan ajakan", False)],
)
def test_answers_are_understood_as_people_write_them(tmp_path: Path, word: str, *, label: bool) -> None:
    assert read_labels(write(tmp_path, f"teks,label\nhalo,{word}\n".encode()))[0].label is label


def test_a_kind_alone_is_a_label(tmp_path: Path) -> None:
    found = read_labels(write(tmp_path, b"text,jenis\na,ajakan_netral\nb,anti_call\n"))

    assert [(row.label, row.kind) for row in found] == [(False, Kind.ELECTION_INFO), (True, Kind.ANTI_CALL)]


def test_a_text_over_several_lines_is_one_row(tmp_path: Path) -> None:
    found = read_labels(write(tmp_path, b'text,label\n"satu\ndua, tiga",1\n\nempat,0\n'))

    assert [row.text for row in found] == ["satu\ndua, tiga", "empat"]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    body = b"text,label,kind\n,1,\nb,mungkin,\nc,,\nd,1,news\ne,,resep\n"

    with pytest.raises(InputError) as caught:
        read_labels(write(tmp_path, body))

    told = [(problem.row, problem.code) for problem in caught.value.problems]
    assert told == [
        (2, "text_empty"),
        (3, "label_unknown"),
        (4, "label_missing"),
        (5, "label_contradicts_kind"),
        (6, "kind_unknown"),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "file_empty"),
        (b"label\n1\n", "column_missing"),
        (b"text\nhalo\n", "column_missing"),
        (b"text,label\n", "file_empty"),
        (b"text,label\nhalo, apa kabar,1\n", "too_many_cells"),
        (b"text,label\nhalo,1\nhalo,0\n", "labelled_twice"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, body: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_labels(write(tmp_path, body))

    assert code in {problem.code for problem in caught.value.problems}


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="file_unreadable"):
        read_labels(tmp_path / "none.csv")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.text(max_size=150).map(lambda t: f"text,label\n{t}".encode())))
def test_any_bytes_are_read_or_refused(tmp_path: Path, body: bytes) -> None:
    try:
        found = read_labels(write(tmp_path, body))
    except InputError:
        return
    assert all(row.text for row in found)
