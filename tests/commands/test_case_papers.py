"""What is added to a case, as it is typed: entries, numbers of the state's, fields, and forms of the office."""

import os
import shutil
from pathlib import Path

import pytest
from docx import Document

from storage.vault import Vault
from tests.commands.court import FIRST, NIP, open_case
from tests.commands.desk import Desk
from tests.commands.test_case import ASN, matches_of, typed_number
from tests.commands.test_evidence import opened


@pytest.fixture
def office(standing: Path, tmp_path: Path, dead_port: int) -> Desk:
    return Desk(folder=Path(shutil.copytree(standing, tmp_path / "kantor")), dead=dead_port)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("Sudah menjawab", "--kind", "reply"), "case_reply_undated"),
        (("Sudah menjawab", "--kind", "reply", "--date", "2026-01-01"), "case_reply_undated"),
        (("Kelak", "--kind", "reply", "--date", "2999-01-01", "--source", "surat"), "case_date_ahead"),
        (("Melihat", "--kind", "witness"), "case_witness_unnamed"),
        (("Minta maaf", "--kind", "exculpatory"), "case_relief_unknown"),
        (("Minta maaf", "--kind", "exculpatory", "--fact", "unliked"), "case_relief_unknown"),
        (("",), "case_entry_empty"),
        ((f"NIP-nya {NIP}",), "case_number_in_text"),
        (("NIK 3207 0101 0101 0001 ya",), "case_number_in_text"),
        (("x", "--take-back", "99"), "case_entry_unknown"),
    ],
)
def test_an_entry_that_says_too_little_or_too_much_is_not_kept(office: Desk, words: tuple[str, ...], code: str) -> None:
    assert open_case(office, *matches_of(office, ASN)).code == 0

    ran = office.run("case", "note", "C-0000012", *words, "--by", FIRST, "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, code)


def test_an_entry_is_taken_back_and_stays_in_the_record(office: Desk) -> None:
    assert open_case(office, *matches_of(office, ASN)).code == 0
    number = office.run("case", "note", "C-0000012", "Salah tulis", "--by", FIRST, "--json").data["number"]

    assert office.run("case", "note", "C-0000012", "salah", "--by", FIRST, "--take-back", str(number)).code == 0

    assert office.run("case", "show", "C-0000012", "--json").data["entries"] == []
    assert len(office.rows()["case_entries"]) == 2


def test_a_number_of_another_length_or_another_key_is_refused(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_case(office, *matches_of(office, ASN)).code == 0
    identity = ("case", "identity", "C-0000012", "--nip", "--by", FIRST, "--json")
    typed_number(monkeypatch, NIP[:-1])
    ran = office.run(*identity)
    assert ran.answer["error"]["code"] == "identity_form"
    assert NIP[:-1] not in ran.out
    typed_number(monkeypatch, NIP)
    assert office.run(*identity).code == 0
    (office.folder / "data" / "identity.key").write_bytes(os.urandom(32))

    ran = office.run("case", "export", "C-0000012", "--to", str(office.folder / "keluar"), "--by", FIRST, "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (7, "identity_not_opened")


def test_a_passphrase_of_the_environment_takes_the_place_of_the_key(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILIK_IDENTITY_PASSPHRASE", "ikan pari kuning")
    assert open_case(office, *matches_of(office, ASN)).code == 0
    typed_number(monkeypatch, NIP)
    assert office.run("case", "identity", "C-0000012", "--nip", "--by", FIRST).code == 0

    assert not (office.folder / "data" / "identity.key").exists()
    with opened(office) as found, found.database.read() as session:
        vault = Vault(folder=office.folder / "data", passphrase="ikan pari kuning")
        assert list(vault.open(session, 1).values()) == [NIP]


def test_the_office_changes_a_form_and_a_field_that_is_not_there_is_named(office: Desk) -> None:
    folder = office.folder / "templat"
    assert len(office.run("case", "templates", "--to", str(folder), "--json").data["files"]) == 5
    document = Document(str(folder / "form-a.docx"))
    document.add_paragraph("{{ terlapor.nomor_sepatu }}")
    document.save(str(folder / "form-a.docx"))
    assert open_case(office, *matches_of(office, ASN)).code == 0

    export = ("case", "export", "C-0000012", "--to", str(office.folder / "keluar"), "--by", FIRST)
    ran = office.run(*export, "--templates", str(folder), "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "template_field")
    assert "nomor_sepatu" in ran.answer["error"]["message"]
    assert office.run(*export, "--part-size", "0.01", "--json").answer["error"]["code"] == "part_too_small"


def test_a_case_that_is_not_there_is_said_to_be_none(office: Desk) -> None:
    for words in (("show", "C-0000012"), ("show", "F-0000012"), ("show", "apa")):
        assert office.run("case", *words, "--json").answer["error"]["code"] == "case_unknown"
