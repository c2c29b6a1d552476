"""A sealed copy holds everything an office has; put back it is the same office, and a damaged one changes nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from review.ids import public_id
from storage import sealed
from tests.commands.desk import Desk, typed

WORDS = "kuda rekaan makan bakso"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "COST", 10)
    monkeypatch.setenv("TILIK_BACKUP_PASSPHRASE", WORDS)
    monkeypatch.delenv("TILIK_CONFIG", raising=False)


@pytest.fixture
def copy(desk: Desk, tmp_path: Path) -> Path:
    """Seal an office that has evidence, a model and labels."""
    assert desk.run("classify").code == 0
    path = tmp_path / "salinan.tilik"
    assert desk.run("db", "backup", str(path), "--encrypt").code == 0
    return path


def restored(copy: Path, tmp_path: Path, *words: str) -> tuple[Desk, int, str]:
    """Put a copy back on a machine that has nothing."""
    folder = tmp_path / "mesin baru"
    ran = typed("db", "restore", str(copy), "--config", str(folder / "config.yaml"), "--json", *words)
    error = ran.answer["error"]
    return Desk(folder=folder, dead=0), ran.code, error["code"] if error else ""


def test_a_sealed_copy_is_the_whole_office_on_a_machine_that_has_nothing(
    desk: Desk, copy: Path, tmp_path: Path
) -> None:
    before = {name: rows for name, rows in desk.rows().items() if name not in {"exports", "audit"}}
    files = {
        path.relative_to(desk.folder): path.read_bytes()
        for path in (desk.folder / "data").rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }

    new, code, _ = restored(copy, tmp_path)

    assert code == 0
    assert {name: rows for name, rows in new.rows().items() if name in before} == before
    assert {name: (new.folder / name).read_bytes() for name in files} == files
    assert new.config.read_bytes() == desk.config.read_bytes()
    assert new.run("evidence", "verify", public_id(1)).code == 0
    assert new.run("audit", "verify").code == 0
    assert next(one["what"] for one in new.run("audit", "list", "--json").data) == "did_restore"


def test_a_copy_is_known_afterwards_and_shows_nothing(desk: Desk, copy: Path) -> None:
    (known,) = desk.run("exports", "--json").data

    assert (known["kind"], known["file"]) == ("backup_file", str(copy))
    assert b"Kencanawungu" not in copy.read_bytes()
    if copy.drive == "":
        assert copy.stat().st_mode & 0o077 == 0


def _cut(whole: bytes) -> bytes:
    return whole[:-100]


def _flipped(whole: bytes) -> bytes:
    return whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:]


@pytest.mark.parametrize(("damage", "code"), [(_cut, "backup_cut"), (_flipped, "backup_changed")])
def test_a_damaged_copy_is_named_and_nothing_is_written(
    copy: Path, tmp_path: Path, damage: Callable[[bytes], bytes], code: str
) -> None:
    copy.write_bytes(damage(copy.read_bytes()))

    new, exit_code, said = restored(copy, tmp_path)

    assert (exit_code, said) == (4, code)
    assert [path for path in new.folder.rglob("*") if path.is_file()] == []


def test_the_wrong_passphrase_is_named_and_nothing_is_written(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILIK_BACKUP_PASSPHRASE", "kuda rekaan makan soto")

    new, exit_code, said = restored(copy, tmp_path)

    assert (exit_code, said) == (4, "backup_passphrase")
    assert [path for path in new.folder.rglob("*") if path.is_file()] == []


def test_an_office_that_is_there_is_not_overwritten(desk: Desk, copy: Path) -> None:
    before = desk.rows()

    ran = desk.run("db", "restore", str(copy), "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "restore_over")
    assert desk.rows() == before


def test_settings_that_are_there_stay_and_those_of_the_copy_lie_beside_them(desk: Desk, copy: Path) -> None:
    for path in desk.folder.glob("tilik.db*"):
        path.unlink()
    shutil.rmtree(desk.folder / "data")
    desk.set_up(language="id")
    own = desk.config.read_bytes()

    told = desk.run("db", "restore", str(copy), "--json").data["restored"]

    assert desk.config.read_bytes() == own
    assert Path(told["settings"]) == desk.folder / "config.restored.yaml"


def test_without_a_passphrase_nothing_is_written(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TILIK_BACKUP_PASSPHRASE")
    path = tmp_path / "salinan.tilik"

    ran = desk.run("db", "backup", str(path), "--encrypt", "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "passphrase_missing")
    assert not path.exists()
