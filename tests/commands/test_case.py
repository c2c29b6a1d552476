"""tilik case, as it is typed: from a planted like to a dossier, and refused wherever something is missing."""

import io
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from core.cases import FIELDS
from jobs import dossier as gathering
from jobs import verifying
from jobs.dossier import Asked, Facts
from language import speaking
from review.dossier.fields import by_report, fields_of
from review.dossier.making import SHOWN
from storage import case_tables, judged_tables, tables
from storage.vault import Vault
from tests.commands import court
from tests.commands.court import FIRST, NIP, SECOND, judge, keep_evidence, open_case, verify_accounts
from tests.commands.desk import Desk, Ran
from tests.commands.papers import plain, words_of
from tests.commands.test_evidence import opened
from tests.storage.unguarded import unguard

ASN, OFFICE = "asn_dua@baik.example", "kel_satu@baik.example"
LACKING = re.compile(r"F-\w+|purpose\.\w+|–")


@pytest.fixture
def office(standing: Path, tmp_path: Path, dead_port: int) -> Desk:
    return Desk(folder=Path(shutil.copytree(standing, tmp_path / "kantor")), dead=dead_port)


def matches_of(desk: Desk, handle: str) -> list[str]:
    with opened(desk) as found, found.database.read() as session:
        query = judged_tables.matches.select().join(
            tables.accounts, tables.accounts.c.id == judged_tables.matches.c.account_id
        )
        rows = session.execute(query.where(tables.accounts.c.handle == handle, judged_tables.matches.c.band != "low"))
        return [SHOWN.match(row.id) for row in rows]


def codes(ran: Ran) -> set[str]:
    """Give the words of all that a refusal names."""
    assert ran.code == 5, ran.out
    return {LACKING.sub("", line).strip(": ") for line in ran.answer["error"]["problems"]}


def typed_number(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{number}\n"))


def move(desk: Desk, state: str, *, by: str = FIRST) -> Ran:
    return desk.run("case", "move", "C-0000012", state, "--by", by, "--reason", "Perlu ditelusuri", "--json")


@pytest.mark.browser
def test_a_like_becomes_a_dossier_that_shows_every_field_and_verifies_without_tilik(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TILIK_BROWSER")
    assert open_case(office, *matches_of(office, ASN)).code == 0
    assert move(office, "penelusuran").data == {"case": "C-0000012", "state": "penelusuran", "waits_for": None}
    assert move(office, "pleno").data["waits_for"] == "pleno"
    assert office.run("case", "agree", "C-0000012", "--by", SECOND).code == 0
    note = ("case", "note", "C-0000012", "--by", SECOND)
    reply = ("--kind", "reply", "--date", "2026-01-05", "--source", "Berita acara 3")
    assert office.run(*note, "Tidak sengaja menyukainya", *reply).code == 0
    assert office.run(*note, "--kind", "witness", "--name", "Saksi Rekaan", "--address", "Jalan Contoh 1").code == 0
    filled = [f"{name}=Isian {name}" for name in FIELDS]
    assert office.run("case", "fill", "C-0000012", *filled, "--by", FIRST).code == 0
    typed_number(monkeypatch, NIP)
    assert office.run("case", "identity", "C-0000012", "--nip", "--by", SECOND).code == 0

    done = office.run("case", "export", "C-0000012", "--to", str(office.folder / "keluar"), "--by", FIRST, "--json")

    files = {Path(one).name: Path(one) for one in done.data["files"]}
    printed = words_of(files["C-0000012.pdf"].read_bytes())
    for text in shown_in(office):
        assert plain(text) in printed, text
    assert NIP in printed
    assert "".join(done.data["digest"]) not in printed
    verified(files, office.folder / "buka", done.data["digest"])
    kept_nowhere_else(office)
    opened_in_libreoffice([path for path in files.values() if path.suffix == ".docx"], office.folder / "kantor")


def opened_in_libreoffice(paths: list[Path], folder: Path) -> None:
    """Let the real LibreOffice read the forms; where it has no Writer, tests/review/test_dossier_forms.py says so."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        return
    command = [found, f"-env:UserInstallation={(folder / 'profil').as_uri()}", "--headless", "--convert-to", "txt:Text"]
    done = subprocess.run(
        [*command, "--outdir", str(folder), *map(str, paths)], capture_output=True, check=False, timeout=180
    )
    if b"could not be loaded" not in done.stdout + done.stderr:
        read = {path.name: (folder / f"{path.stem}.txt").read_text(encoding="utf-8-sig") for path in paths}
        assert len(read) == 4
        assert all("C-0000012" in text or "FORMULIR" in text or NIP in text for text in read.values())


def facts_of(office: Desk) -> Facts:
    with opened(office) as found:
        asked = Asked(case_id=1, by=FIRST, vault=Vault(folder=office.folder / "data"))
        return gathering.gather(found, asked, SHOWN)


def shown_in(office: Desk) -> Iterator[str]:
    """Give every text that the forms have to show."""
    with speaking("id"):
        made = fields_of(facts_of(office))
    made.pop("tanda")
    yield from _texts(made)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, dict):
        # what only the report of a citizen (B.1) or nothing of this case shows is left out
        yield from (text for name, one in value.items() for text in _texts(one) if name not in UNSHOWN)
    elif isinstance(value, list):
        yield from (text for one in value for text in _texts(one))
    else:
        yield from str(value).splitlines()


UNSHOWN = {"pelapor_nama", "pelapor_alamat", "pelapor_telepon", "pelapor_identitas", "jenis", "peran"}


def verified(files: dict[str, Path], folder: Path, digest: str) -> None:
    with zipfile.ZipFile(files["C-0000012.zip"]) as packed:
        packed.extractall(folder)
    done = subprocess.run([sys.executable, "-I", "-S", str(folder / "periksa.py")], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    assert digest in done.stdout.decode()
    sums = dict(line.split("  ") for line in files["SHA256SUMS.txt"].read_text().splitlines())
    assert {name: key for key, name in sums.items()} == {
        name: court.digest(path.read_bytes()) for name, path in files.items() if name != "SHA256SUMS.txt"
    }


def kept_nowhere_else(office: Desk) -> None:
    """NIP stands in the dossier, and nowhere else in the whole folder, and each use in the record."""
    for path in office.folder.rglob("*"):
        inside = {"keluar", "buka"} & set(path.relative_to(office.folder).parts)
        if path.is_file() and not inside:
            assert NIP.encode() not in path.read_bytes(), path
    for words in (
        ("case", "show", "C-0000012"),
        ("case", "list"),
        ("audit", "list"),
        ("case", "show", "C-0000012", "--json"),
    ):
        assert NIP not in office.run(*words).out
    deeds = office.run("audit", "list", "--json").data
    assert [one["what"] for one in deeds].count("did_identity_use") == 2
    assert (office.folder / "data" / "identity.key").stat().st_mode & stat.S_IRWXG | stat.S_IRWXO in {0, 7}
    assert oct((office.folder / "data" / "identity.key").stat().st_mode)[-3:] == "600"


def test_one_reviewer_an_unverified_account_and_no_evidence_are_named_at_once(desk: Desk) -> None:
    judge(desk, FIRST)

    ran = open_case(desk, *matches_of(desk, ASN))

    assert {code.partition(";")[0].partition("(")[0].strip() for code in codes(ran)} == {
        "two different people have to say that it is a call to vote",
        "nobody has verified whose account it is",
        "the source of the identity has no date",
        "no evidence is held",
    }
    assert desk.run("case", "list", "--json").data == []


def test_the_same_name_written_otherwise_is_no_second_person(desk: Desk) -> None:
    keep_evidence(desk)
    verify_accounts(desk)
    judge(desk, "Rukmini", "rukmini ", "RUKMINI")

    (missing,) = codes(open_case(desk, *matches_of(desk, ASN)[:1]))

    assert missing.startswith("two different people")


@pytest.mark.parametrize("identity", ["unverified", "expired"])
def test_an_account_that_nobody_verified_opens_no_case(office: Desk, identity: str) -> None:
    verify_accounts(office, identity)

    (missing,) = codes(open_case(office, *matches_of(office, ASN)))

    assert missing.startswith("nobody has verified whose account it is")


def broken(desk: Desk) -> None:
    """Flip one bit of one file of evidence."""
    with opened(desk) as found:
        (held,) = verifying.held(found, 2)
        assert held.manifest is not None
        path = found.blobs.plain_path(held.manifest["files"][0]["sha256"])
        content = bytearray(path.read_bytes())
        content[100] ^= 1
        path.chmod(0o600)
        path.write_bytes(content)


def ended(desk: Desk) -> None:
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(text.replace("ends: 2099-12-31", "ends: 2020-12-31"), encoding="utf-8")


def an_agency(desk: Desk) -> None:
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(text.replace("organisation: bawaslu", "organisation: agency"), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (broken, "the evidence does not verify"),
        (ended, "the purpose ended on 2020-12-31"),
        (an_agency, "an agency watches for prevention only"),
    ],
)
def test_a_broken_hash_an_ended_purpose_and_an_agency_are_refused_before_and_after(
    office: Desk,
    harm: Callable[[Desk], None],
    words: str,
) -> None:
    ids = matches_of(office, ASN)
    harmed = Desk(folder=Path(shutil.copytree(office.folder, office.folder.with_name("rusak"))), dead=office.dead)
    harm(harmed)
    assert open_case(office, *ids).code == 0
    harm(office)

    for ran in (
        open_case(harmed, *ids),
        office.run("case", "export", "C-0000012", "--to", str(office.folder / "keluar"), "--by", FIRST, "--json"),
    ):
        assert any(words in one for one in codes(ran))
    assert not (office.folder / "keluar").exists()


def test_a_match_stands_in_one_case_only_until_that_is_stopped(office: Desk) -> None:
    ids = matches_of(office, ASN)
    assert open_case(office, *ids).code == 0
    assert any("stands in case C-0000012" in one for one in codes(open_case(office, ids[0])))

    stopped = office.run("case", "close", "C-0000012", "--by", SECOND, "--reason", "Tidak cukup", "--json")

    assert stopped.data["state"] == "dihentikan"
    assert open_case(office, ids[0]).data["case"] == "C-0000024"


def test_two_accounts_are_two_cases(office: Desk) -> None:
    ran = open_case(office, *matches_of(office, ASN), *matches_of(office, OFFICE))

    assert any("a case is about one account" in one for one in codes(ran))


def test_one_person_alone_moves_nothing_to_pleno_and_steps_are_not_skipped(office: Desk) -> None:
    assert open_case(office, *matches_of(office, ASN)).code == 0
    assert move(office, "temuan").answer["error"]["code"] == "case_way"
    assert move(office, "penelusuran").code == 0
    assert move(office, "pleno").code == 0
    assert move(office, "laporan").answer["error"]["code"] == "case_waits"

    alone = office.run("case", "agree", "C-0000012", "--by", f" {FIRST.upper()}", "--json")

    assert (alone.code, alone.answer["error"]["code"]) == (5, "case_same_person")
    assert office.run("case", "show", "C-0000012", "--json").data["state"] == "penelusuran"
    declined = office.run("case", "agree", "C-0000012", "--by", SECOND, "--decline", "--reason", "Belum", "--json")
    assert declined.data == {"case": "C-0000012", "state": "penelusuran", "waits_for": None}
    assert move(office, "pleno").code == 0
    assert office.run("case", "agree", "C-0000012", "--by", SECOND, "--json").data["state"] == "pleno"


def test_a_withdrawn_answer_stops_a_case_from_going_on(office: Desk) -> None:
    ids = matches_of(office, ASN)
    assert open_case(office, *ids).code == 0
    assert move(office, "penelusuran").code == 0
    assert office.run("review", "undo", ids[0], "--reviewer", SECOND).code == 0

    ran = move(office, "pleno")

    assert any(one.startswith("two different people") for one in codes(ran))


def test_an_institution_is_never_a_person(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_case(office, *matches_of(office, OFFICE)).code == 0
    typed_number(monkeypatch, NIP)

    ran = office.run("case", "identity", "C-0000012", "--nip", "--by", FIRST, "--json")

    assert ran.answer["error"]["code"] == "identity_of_institution"
    told = "\n".join(shown_in(office))
    assert "penanggung jawab akun: ditanyakan" in told
    assert "akun lembaga Kelurahan Satu; tidak ada orang yang disebut" in told


def test_what_speaks_for_the_person_is_read_from_the_database_and_always_printed(office: Desk) -> None:
    ids = matches_of(office, ASN)
    assert open_case(office, *ids).code == 0
    assert "tidak ada yang diketahui" in list(shown_in(office))

    gone = datetime(2031, 5, 9, 3, tzinfo=UTC)
    with opened(office) as found, found.database.write() as session:
        session.execute(update(tables.interactions).values(absent_since=gone))
        session.execute(update(tables.posts).values(gone_at=gone))
        session.execute(update(tables.post_versions).values(edited_at=gone))

    told = "\n".join(shown_in(office))
    assert "sudah tidak ada; pertama kali tidak ditemukan" in told
    assert "unggahannya sudah tidak ada" in told
    assert "unggahannya diubah" in told
    assert "tidak ada yang diketahui" not in told


def test_a_deadline_that_has_passed_asks_for_a_reason_and_hinders_nobody_who_gives_one(office: Desk) -> None:
    ids = matches_of(office, ASN)
    with opened(office) as found, found.database.write() as session:
        seen = datetime(2025, 1, 2, tzinfo=UTC)
        session.execute(update(judged_tables.matches).values(first_opened_at=seen, captured_at=seen))

    assert any(one.startswith("its time was over after 2025-01-08") for one in codes(open_case(office, ids[0])))
    late = ("--late-reason", "Baru diketahui dari surat", "--json")
    ran = office.run("case", "open", ids[0], "--by", FIRST, "--reason", "Disepakati dua orang", *late)

    assert ran.code == 0
    assert "its time was over" in ran.answer["warnings"][0]
    assert "Baru diketahui dari surat" in list(shown_in(office))


def test_bawaslu_writes_a_finding_and_whoever_else_reports(office: Desk) -> None:
    assert open_case(office, *matches_of(office, ASN)).code == 0
    assert not by_report(facts_of(office))

    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(text.replace("organisation: bawaslu", "organisation: ngo"), encoding="utf-8")

    assert by_report(facts_of(office))


def test_a_village_goes_to_the_bupati_and_not_by_way_of_sbt(office: Desk) -> None:
    assert open_case(office, *matches_of(office, OFFICE)).code == 0
    with opened(office) as found, found.database.write() as session:
        unguard(session, ["cases"])
        session.execute(update(case_tables.cases).values(role="desa"))

    assert "Desa bukan bagian ASN: ini ditujukan kepada bupati, tidak lewat SBT." in list(shown_in(office))


def test_the_legal_basis_comes_from_the_rule_pack_with_its_banner(office: Desk) -> None:
    assert open_case(office, *matches_of(office, ASN)).code == 0

    told = "\n".join(shown_in(office))

    assert "Belum diverifikasi ahli hukum" in told
    assert "PP 94/2021" in told
    assert "BKN melalui Bawaslu" in told
    assert "sebelum penetapan" in told
