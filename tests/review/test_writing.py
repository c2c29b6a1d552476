"""A review file is what spreadsheets and people expect, or it is not there."""

import hashlib
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.records import Answer
from review import csvfile
from review.columns import COLUMNS, ReviewRow
from review.csvfile import write_csv
from review.ids import public_id
from review.reader import read_answers
from review.reasons import Language
from tests.review.sheets import MARK, ROWS, TEXT, knowing, row, sheet_of
from tests.review.test_cells import starts_a_formula


def test_an_indonesian_file_is_what_its_spreadsheet_expects(tmp_path: Path) -> None:
    path = tmp_path / "tinjau.csv"

    assert write_csv([row(7, text="Mari\nmemilih; ya")], path, language="id") == 1

    assert path.read_bytes().startswith(b"\xef\xbb\xbfid;keputusan;alasan;catatan;peninjau;skor;akun;kecamatan;jenis;")
    assert path.read_bytes().endswith(b"\r\n")
    header, line = sheet_of(path)
    assert tuple(header) == COLUMNS["id"]
    shown = dict(zip(header, line, strict=True))
    assert shown["id"] == public_id(7)
    assert shown["skor"] == "99%"
    assert shown["jenis"] == "menyukai"
    assert shown["waktu"] == "2024-11-27 07.58 WIB"
    assert shown["teks"] == "Mari ⏎ memilih; ya"
    assert shown["sidik"][0] == "s"
    assert len(shown["sidik"]) == 9


def test_an_english_file_has_commas_and_english_words(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    decided = replace(row(7, answer=Answer.NOT), reason="retired", score=None)

    write_csv([decided], path, language="en")

    header, line = sheet_of(path, ",")
    shown = dict(zip(header, line, strict=True))
    assert (shown["decision"], shown["reason"], shown["score"], shown["kind"]) == ("not", "retired", "", "liked")


def test_a_time_that_the_platform_hides_is_said_to_be_when_we_saw_it(tmp_path: Path) -> None:
    write_csv([replace(row(1), acted_at=None, zone="Asia/Jayapura")], tmp_path / "a.csv", language="id")

    assert sheet_of(tmp_path / "a.csv")[1][9] == "terlihat 2024-11-27 10.05 WIT"


def test_no_score_can_be_taken_for_a_thousand(tmp_path: Path) -> None:
    write_csv([replace(row(n + 1), score=n / 1000) for n in range(1001)], tmp_path / "a.csv", language="id")

    scores = [line[5] for line in sheet_of(tmp_path / "a.csv")[1:]]
    assert all(score.removesuffix("%").isdigit() and len(score) <= 4 for score in scores)


def test_a_text_that_was_not_seen_is_not_an_empty_text(tmp_path: Path) -> None:
    unseen = replace(row(1), text=None)
    write_csv([unseen, row(1, text="")], tmp_path / "a.csv", language="id")

    first, second = sheet_of(tmp_path / "a.csv")[1:]
    assert (first[TEXT], second[TEXT]) == ("(teks tidak terlihat)", "")
    assert first[MARK] != second[MARK]


def test_the_sum_beside_a_file_is_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(ROWS, path, language="id")

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (tmp_path / "a.csv.sha256").read_text(encoding="utf-8") == f"{digest}  a.csv\n"
    assert read_answers(path, knowing(ROWS)).sha256 == digest


def test_an_export_that_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    def broken() -> Iterator[ReviewRow]:
        yield row(1)
        raise RuntimeError("the database went away")

    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")

    with pytest.raises(RuntimeError):
        write_csv(broken(), path, language="id")

    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_text(encoding="utf-8") == "old"


def test_a_folder_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="file_not_written"):
        write_csv([], tmp_path / "none" / "a.csv", language="id")


def test_a_large_file_is_written_in_constant_memory(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        write_csv((row(n, text="kata " * 40) for n in range(1, count + 1)), tmp_path / "a.csv", language="id")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(3000) < peak(300) + 300_000


def test_rows_in_any_order_are_written_in_that_of_their_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvfile, "LINES_AT_ONCE", 7)
    mixed = [*ROWS[60:], *ROWS[:60]]

    write_csv(ROWS, tmp_path / "a.csv", language="id")
    count = write_csv(mixed, tmp_path / "b.csv", language="id", order=lambda row: f"{row.match:06}")

    assert count == len(ROWS)
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.csv", "a.csv.sha256", "b.csv", "b.csv.sha256"]


def test_an_ordered_export_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvfile, "LINES_AT_ONCE", 2)

    def broken() -> Iterator[ReviewRow]:
        yield from ROWS[:9]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        write_csv(broken(), tmp_path / "a.csv", language="id", order=lambda row: f"{row.match:06}")

    assert list(tmp_path.iterdir()) == []


def test_an_ordered_file_of_no_rows_is_its_header(tmp_path: Path) -> None:
    assert write_csv([], tmp_path / "a.csv", language="id", order=lambda row: f"{row.match:06}") == 0

    assert sheet_of(tmp_path / "a.csv") == [list(COLUMNS["id"])]


ANY = st.text(max_size=30)


@settings(max_examples=100, deadline=None)
@given(ANY, ANY, ANY, st.sampled_from(["id", "en"]), st.booleans())
def test_no_cell_of_a_file_starts_a_formula(
    text: str,
    note: str,
    name: str,
    language: Language,
    answered: bool,  # noqa: FBT001
) -> None:
    line = replace(
        row(1, text=text, answer=Answer.NOT if answered else None),
        note=note,
        reviewer=name,
        account=name,
        district=name,
        keywords=(text, note),
        link=note,
        evidence=name,
        post_id=text,
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        write_csv([line], path, language=language)
        found = sheet_of(path, ";" if language == "id" else ",")

    assert len(found) == 2
    assert not [shown for shown in found[1] if starts_a_formula(shown) or shown[:1] in {"=", "+", "-", "@"}]
