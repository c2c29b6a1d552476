"""What tilik writes is its owner's alone, whatever the system would allow; looser files are pointed out."""

import os
import stat
from pathlib import Path

import pytest

from storage import sealed
from tests.commands.desk import Desk

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights; there the folder's own count")
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def loose(folder: Path) -> list[str]:
    """Name what others can read."""
    found = (path for path in folder.rglob("*") if path.lstat().st_mode & OTHERS)
    return sorted(path.relative_to(folder).as_posix() for path in found)


def typed_in(desk: Desk, *words: str) -> int:
    """Type a command where the system's mask is the usual one of a desktop."""
    before = os.umask(0o022)
    try:
        return desk.run(*words).code
    finally:
        os.umask(before)


def test_everything_that_is_written_is_its_owners_alone(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "COST", 10)
    monkeypatch.setenv("TILIK_BACKUP_PASSPHRASE", "kuda rekaan bakso")
    folder = tmp_path / "kantor baru"
    fresh = Desk(folder=folder, dead=desk.dead)
    assert typed_in(fresh, "init", str(folder)) == 0
    fresh.set_up()
    fresh.config.chmod(0o600)
    for words in (
        ("watchlist", "import", str(desk.folder / "watchlist.csv")),
        ("crawl", "run"),
        ("classify",),
        ("review", "export"),
        ("report", "--names", "--reason", "Perkara rekaan", "-o", str(folder / "exports" / "laporan.html")),
        ("digest",),
        ("subject", "report", "kel_satu@baik.example"),
        ("db", "backup", str(folder / "salinan" / "s.db")),
        ("db", "backup", str(folder / "salinan" / "s.tilik"), "--encrypt"),
    ):
        assert typed_in(fresh, *words) in {0, 3, 5}, words

    (folder / "lain.yaml").unlink()
    assert loose(folder) == []
    assert {"tilik.db", "data/secret.key", "exports", "salinan/s.tilik"} <= {
        path.relative_to(folder).as_posix() for path in folder.rglob("*")
    }


def test_files_that_others_can_read_are_pointed_out_with_what_to_do(desk: Desk) -> None:
    (desk.folder / "tilik.db").chmod(0o644)

    check = next(one for one in desk.run("doctor", "--json").data if one["name"] == "rights")

    assert check["state"] == "warn"
    assert str(desk.folder / "tilik.db") in check["found"]
    os.system(check["remedy"])  # noqa: S605
    found = next(one for one in desk.run("doctor", "--json").data if one["name"] == "rights")
    assert found["state"] == "ok", found


def test_a_password_in_the_address_of_the_database_is_pointed_out(desk: Desk) -> None:
    text = desk.config.read_text(encoding="utf-8")
    address = 'url: "postgresql://tilik:rahasia@127.0.0.1:1/tilik"'
    desk.config.write_text(text.replace('url: "sqlite:///tilik.db"', address), encoding="utf-8")

    checks = {one["name"]: one for one in desk.run("doctor", "--json").answer["data"]}

    assert checks["secrets"]["state"] == "warn"
    assert "rahasia" not in str(checks)
