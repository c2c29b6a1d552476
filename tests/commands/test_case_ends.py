"""How a case ends: by a correction that withdraws what it rests on, and by a purge that spares it while it runs."""

import io
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import SystemClock
from tests.commands.court import FIRST, NIP, SECOND, open_case
from tests.commands.desk import Desk, Ran
from tests.commands.test_case import ASN, OFFICE, codes, matches_of, move

LATER = datetime(2125, 1, 1, tzinfo=UTC)
OF_CASES = ("cases", "case_matches", "case_moves", "case_consents", "case_entries", "identities")


@pytest.fixture
def office(standing: Path, tmp_path: Path, dead_port: int) -> Desk:
    return Desk(folder=Path(shutil.copytree(standing, tmp_path / "kantor")), dead=dead_port)


def with_everything(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open a case and add one of each."""
    assert open_case(office, *matches_of(office, ASN)).code == 0
    assert move(office, "penelusuran").code == 0
    assert move(office, "pleno").code == 0
    assert office.run("case", "agree", "C-0000012", "--by", SECOND).code == 0
    assert office.run("case", "note", "C-0000012", "Catatan", "--by", FIRST).code == 0
    assert office.run("case", "note", "C-0000012", "Salah", "--take-back", "1", "--by", FIRST).code == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{NIP}\n"))
    assert office.run("case", "identity", "C-0000012", "--nip", "--by", FIRST).code == 0


def exported(office: Desk) -> Ran:
    return office.run("case", "export", "C-0000012", "--to", str(office.folder / "keluar"), "--by", FIRST, "--json")


@pytest.mark.browser
def test_a_correction_names_the_dossier_and_stops_the_case(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TILIK_BROWSER")
    with_everything(office, monkeypatch)
    assert office.run("audit", "seal").code == 0
    folder = Path(exported(office).data["files"][0]).parent
    sealed(folder / "C-0000012.zip", office.folder / "buka")
    done = [one["what"] for one in office.run("audit", "list", "--json").data]
    assert {*done} >= {f"did_case_{what}" for what in ("open", "move", "agree", "add", "export")}
    assert {*done} >= {"did_identity_keep", "did_identity_use"}

    corrected = office.run("subject", "correct", ASN, "--reason", "wrong_person", "--json")

    (dossier,) = [one for one in corrected.data["exports"] if one["kind"] == "dossier"]
    assert Path(dossier["file"]) == folder
    for ran in (exported(office), move(office, "temuan")):
        assert any(one.startswith("it was withdrawn") for one in codes(ran))
    assert office.run("case", "close", "C-0000012", "--by", FIRST, "--reason", "Salah orang").code == 0


def sealed(packed: Path, folder: Path) -> None:
    """The packages of a dossier carry their seals, and say so without tilik."""
    with zipfile.ZipFile(packed) as read:
        read.extractall(folder)
    done = subprocess.run([sys.executable, "-I", str(folder / "periksa.py")], capture_output=True, check=False)
    assert done.returncode == 0
    assert b"[SEGEL | SEAL]" in done.stdout
    assert b"BELUM DISEGEL" not in done.stdout


def test_what_was_withdrawn_opens_no_case(office: Desk) -> None:
    ids = matches_of(office, OFFICE)
    assert office.run("subject", "correct", OFFICE, "--reason", "not_institution").code == 0

    assert any(one.startswith("it was withdrawn") for one in codes(open_case(office, *ids)))


def test_a_purge_spares_a_running_case_and_takes_all_of_one_that_ended(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_everything(office, monkeypatch)
    monkeypatch.setattr(SystemClock, "now", lambda _: LATER)
    purge = ("purge", "--reason", "Masa simpan selesai", "--yes", "--json")

    assert office.run(*purge).code == 0

    rows = office.rows()
    assert {name: bool(rows[name]) for name in OF_CASES} == dict.fromkeys(OF_CASES, True)
    assert len(rows["matches"]) == 2
    assert office.run("case", "close", "C-0000012", "--by", FIRST, "--reason", "Tidak terpenuhi").code == 0
    assert office.run(*purge).code == 0
    rows = office.rows()
    assert {name: len(rows[name]) for name in (*OF_CASES, "matches")} == dict.fromkeys((*OF_CASES, "matches"), 0)
    assert office.run("audit", "verify").code == 0
