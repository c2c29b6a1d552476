"""What spreadsheets, languages and accidents do to a watchlist file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import InputError
from core.records import IdentityStatus, Role, WatchEntry
from jobs import watchfile
from tests.jobs.office import entry, settings

HEADER = ";".join(watchfile.COLUMNS)
ROW = "bluesky;@mawar.example;kelurahan;Kelurahan Mawar;;99.01.01.1001;Surat camat;;2029-01-01;;;;;;"


def read(path: Path, content: str | bytes) -> list[WatchEntry]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return watchfile.read(path, platforms=["bluesky"], contests=settings().contests)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(";", ","),
        lambda text: text.replace(";", "\t"),
        lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: "sep=;\n\n" + text,
        lambda text: text.upper().replace("MAWAR.EXAMPLE", "mawar.example"),
        lambda text: text + "\n;;;;;;;;;;;;;;\n",
    ],
)
def test_what_a_spreadsheet_makes_of_it_reads_the_same(tmp_path: Path, change: Callable[[str], str | bytes]) -> None:
    (found,) = read(tmp_path / "w.csv", change(f"{HEADER}\n{ROW}\n"))

    assert (found.platform, found.handle, found.role) == ("bluesky", "mawar.example", Role.KELURAHAN)


def test_column_names_are_understood_however_they_are_written(tmp_path: Path) -> None:
    header = "Platform;Akun;Peran;Subjek;Wilayah;Sumber;Berlaku Dari;berlaku-sampai;IDENTITAS"
    cells = "Bluesky;mawar.example;ASN;Pegawai;99.01;SK;1/9/2029;27/11/2029;Perlu Update"

    (found,) = read(tmp_path / "w.csv", f"{header}\n{cells}\n")

    assert (found.valid_from.isoformat(), str(found.valid_to)) == ("2029-09-01", "2029-11-27")
    assert found.identity is IdentityStatus.EXPIRED


@pytest.mark.parametrize("text", ["31/02/2029", "2029-13-01", "1/9", "/", "//", "1/9/29/1", "20290101x", "kemarin"])
def test_a_date_that_is_none_is_said_with_its_value(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path / "w.csv", f"{HEADER}\n{ROW.replace('2029-01-01', text)}\n")

    assert [(one.code, one.row, one.value) for one in raised.value.problems] == [("date_unreadable", 2, text)]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04zip", b"\x00\x01\x02", b'platform;"b\n' * 3])
def test_what_is_no_table_is_an_input_error_and_no_crash(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError):
        read(tmp_path / "w.csv", content)


def test_a_folder_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="file_not_written"):
        watchfile.write(tmp_path / "no" / "w.csv", [entry("a.example")])


def test_a_list_that_breaks_off_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    def torn() -> Iterator[WatchEntry]:
        yield entry("a.example")
        raise ZeroDivisionError

    (tmp_path / "w.csv").write_text("old", encoding="utf-8")

    with pytest.raises(ZeroDivisionError):
        watchfile.write(tmp_path / "w.csv", torn())
    assert (tmp_path / "w.csv").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["w.csv"]
