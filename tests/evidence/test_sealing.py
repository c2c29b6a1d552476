"""Trees, signatures and time stamps by themselves."""

import hashlib
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence import merkle, sealing
from evidence.sealing import Covered, Kept, Maker
from tests.evidence.authority import OPENSSL, Authority, made, require_openssl

NOW = datetime(2029, 10, 1, 3, tzinfo=UTC)
TOLD = b"yang disegel\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return made(tmp_path_factory.mktemp("waktu") / "satu", "Waktu Satu")


def test_a_tree_has_the_root_that_rfc_6962_gives_it() -> None:
    leaves = [merkle.leaf(data) for data in (b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43")]

    assert merkle.root([]).hex() == hashlib.sha256().hexdigest()
    assert merkle.root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root(leaves[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert merkle.root(leaves[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert merkle.root(leaves).hex() == "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"


def covered(count: int) -> Covered:
    kept = [Kept(number=n, row=f"{n:064x}", line=n + 1, digest=f"{n + 9:064x}") for n in range(1, count + 1)]
    return Covered(line=count + 1, digest="a" * 64, evidence=kept)


def test_a_statement_says_what_it_covers_and_what_stood_before() -> None:
    maker = Maker(key="k", controller="Panitia Rekaan", tilik="0", authorities=["https://waktu.example"])

    said = sealing.read_statement(sealing.statement(2, "b" * 64, covered(3), maker, NOW).decode())

    assert said is not None
    assert (said["number"], said["before"], said["leaves"], said["record"]["line"]) == (2, "b" * 64, 4, 4)
    assert said["root"] == merkle.root(covered(3).leaves()).hex()
    assert sealing.pending(said, []) == ["https://waktu.example"]
    assert sealing.pending(said, ["https://waktu.example"]) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "tilik-seal-1"}', "tidak"])
def test_what_is_no_statement_is_none(text: str) -> None:
    assert sealing.read_statement(text) is None


def test_a_signature_holds_for_its_key_and_its_bytes_only_and_openssl_agrees(tmp_path: Path) -> None:
    require_openssl()
    pem = sealing.new_key()
    public, signature = sealing.public_key(pem), sealing.sign(pem, TOLD)

    assert sealing.is_signed(public, signature, TOLD)
    assert not sealing.is_signed(public, signature, TOLD + b"!")
    assert not sealing.is_signed(sealing.public_key(sealing.new_key()), signature, TOLD)
    assert not sealing.is_signed("kunci", signature, TOLD)
    for name, content in (("key.pem", public.encode()), ("sig", signature), ("told", TOLD)):
        (tmp_path / name).write_bytes(content)
    words = [str(OPENSSL), "dgst", "-sha256", "-verify", "key.pem", "-signature", "sig", "told"]
    assert subprocess.run(words, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    der = subprocess.run(
        [str(OPENSSL), "pkey", "-pubin", "-in", "key.pem", "-outform", "DER"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert sealing.fingerprint(public) == hashlib.sha256(der.stdout).hexdigest()


def test_a_time_stamp_confirms_its_bytes_by_its_authority_only(
    authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    question = sealing.query(TOLD)
    _, answer = authority.answer(question.content)
    root = authority.certificate.read_bytes()
    other = made(tmp_path_factory.mktemp("lain") / "dua", "Waktu Dua").certificate.read_bytes()

    assert sealing.why_not(answer, TOLD, root, nonce=question.nonce) is None
    assert sealing.why_not(answer, TOLD, root) is None
    assert sealing.why_not(answer, TOLD, root, nonce=question.nonce + 1) == "stamp_nonce"
    assert sealing.why_not(answer, TOLD + b"!", root) == "stamp_other"
    assert sealing.why_not(answer, TOLD, other) == "stamp_untrusted"
    assert sealing.why_not(answer, TOLD, b"tidak") == "stamp_certificate"
    assert sealing.why_not(b"tidak", TOLD, root) == "stamp_broken"
    assert abs((sealing.stamped_at(answer) - datetime.now(UTC)).total_seconds()) < 60


def test_a_flipped_byte_of_a_time_stamp_is_refused_or_changes_nothing_that_is_confirmed(authority: Authority) -> None:
    """CMS signs all but the names of its own algorithms; the record holds the SHA-256 of every byte beside."""
    _, answer = authority.answer(sealing.query(TOLD).content)
    root, moment = authority.certificate.read_bytes(), sealing.stamped_at(answer)
    passed = []
    for place in range(0, len(answer), 3):
        changed = bytes([*answer[:place], answer[place] ^ 0x01, *answer[place + 1 :]])
        if sealing.why_not(changed, TOLD, root) is None:
            passed.append(place)
            assert sealing.stamped_at(changed) == moment

    assert len(passed) <= len(answer) // 60


@pytest.mark.parametrize(("mood", "why"), [("expired", "stamp_untrusted"), ("refusing", "stamp_refused")])
def test_an_authority_that_may_not_or_will_not_is_named(authority: Authority, mood: str, why: str) -> None:
    authority.mood = mood
    _, answer = authority.answer(sealing.query(TOLD).content)
    authority.mood = "good"

    assert sealing.why_not(answer, TOLD, authority.certificate.read_bytes()) == why
