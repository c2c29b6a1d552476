"""The packed dossier: what it holds is listed, parts are no larger than asked, and its checker misses nothing."""

import json
import random
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from evidence import check_dossier
from evidence.dossier import Packed, pack

MADE = datetime(2031, 5, 3, 4, 5, 6, tzinfo=UTC)
CHANCE = random.Random(7)  # noqa: S311  (a repeatable choice)
VERIFIER = b"import sys; sys.exit(0)"
FILES = {
    "C-1-form-a.docx": b"formulir",
    "C-1.pdf": CHANCE.randbytes(40_000),
    "bukti/F-1/verify.py": VERIFIER,
    "bukti/F-1/page/page.wacz": CHANCE.randbytes(350_000),
}


def packed(most: int = 20_000_000) -> Packed:
    return pack("C-1", FILES, readme="Baca ini", most=most, made_at=MADE)


def unpacked(parts: Packed, folder: Path) -> Path:
    for content in parts.parts.values():
        with zipfile.ZipFile(BytesIO(content)) as read:
            read.extractall(folder)
    return folder


def checked(folder: Path) -> int:
    return subprocess.run([sys.executable, "-I", "-S", str(folder / "periksa.py")], check=False).returncode


def test_one_part_holds_everything_and_checks_itself_without_tilik(tmp_path: Path) -> None:
    parts = packed()

    folder = unpacked(parts, tmp_path / "buka")

    assert list(parts.parts) == ["C-1.zip"]
    assert checked(folder) == 0
    listed = json.loads((folder / "daftar-berkas.json").read_bytes())["files"]
    assert {one["name"] for one in listed} == {*FILES, "periksa.py", "BACA-INI.txt"}


def test_the_same_files_make_the_same_bytes() -> None:
    assert packed() == packed()


@pytest.mark.parametrize("most", [100_000, 150_000, 400_000])
def test_no_part_is_larger_than_asked_and_what_was_cut_is_whole_again(tmp_path: Path, most: int) -> None:
    parts = packed(most)

    folder = unpacked(parts, tmp_path / "buka")

    assert len(parts.parts) > 1
    assert all(len(content) <= most for content in parts.parts.values())
    assert all(name.endswith(f"-dari-{len(parts.parts)}.zip") for name in parts.parts)
    assert checked(folder) == 0
    assert (folder / "bukti/F-1/page/page.wacz").read_bytes() == FILES["bukti/F-1/page/page.wacz"]


def test_a_changed_a_missing_and_a_foreign_file_are_found(tmp_path: Path) -> None:
    folder = unpacked(packed(), tmp_path / "buka")
    for path in sorted(one for one in folder.rglob("*") if one.is_file() and one.name != "periksa.py"):
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        assert path.name == "daftar-berkas.json" or list(check_dossier.problems(folder)), path
        path.unlink()
        assert list(check_dossier.problems(folder)), path
        path.write_bytes(content)
    (folder / "tamu.txt").write_text("tamu")

    assert list(check_dossier.problems(folder)) == [("TIDAK TERDAFTAR | NOT LISTED", "tamu.txt")]
    assert checked(folder) == 3


def test_a_missing_piece_is_a_missing_file(tmp_path: Path) -> None:
    folder = unpacked(packed(150_000), tmp_path / "buka")
    next(folder.rglob("*.potong-002")).unlink()

    assert ("HILANG | MISSING", "bukti/F-1/page/page.wacz") in list(check_dossier.problems(folder))


def test_evidence_that_does_not_verify_fails_the_whole(tmp_path: Path) -> None:
    files = {**FILES, "bukti/F-1/verify.py": b"import sys; sys.exit(3)"}
    folder = unpacked(pack("C-1", files, readme="", most=10**7, made_at=MADE), tmp_path / "buka")

    assert checked(folder) == 3


def test_a_list_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    told = {"files": [{"name": "../rahasia", "bytes": 1, "sha256": "0"}]}
    (tmp_path / check_dossier.LIST).write_text(json.dumps(told))

    assert ("NAMA ASING | STRANGE NAME", "../rahasia") in list(check_dossier.problems(tmp_path))
