"""Sealed evidence that leaves the house: checked with nothing but Python, and with the commands that it prints."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evidence import merkle, verify
from tests.commands.desk import Desk, first_match
from tests.commands.test_evidence import kept, opened  # noqa: F401  (fixtures)
from tests.evidence.authority import Authority, answering, made

MATCH = first_match()
LEVEL, MANIFEST = r"\"level\": \"page", r"\"manifest\": \""
"""How they stand in the row that a proof holds, which is JSON in JSON."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with answering(made(tmp_path_factory.mktemp("waktu") / "satu", "Waktu Satu")) as running:
        yield running


@pytest.fixture
def sealed(kept: Desk, authority: Authority) -> Desk:  # noqa: F811  (a fixture takes another by its name)
    """Seal the evidence of a desk whose settings name an authority of time."""
    authority.mood = "good"
    text = kept.config.read_text(encoding="utf-8")
    text = text.replace("allow_private: [", f'allow_private: ["127.0.0.1:{authority.port}", ')
    named = f'seals: {{authorities: [{{url: "{authority.url}", certificate: "{authority.certificate}"}}]}}\n'
    kept.config.write_text(text + named, encoding="utf-8")
    ran = kept.run("audit", "seal", "--json")
    assert ran.code == 0, ran.err
    return kept


def exported(desk: Desk) -> Path:
    target = desk.folder / "keluar"
    assert desk.run("evidence", "export", MATCH, str(target)).code == 0
    return target


def bare(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the package's verifier with the standard library alone."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py")]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def commands_in(text: str) -> list[list[str]]:
    """Find the commands that were printed."""
    return [shlex.split(line) for line in re.findall(r"^ +(openssl .*)$", text, re.MULTILINE)]


def test_a_sealed_package_is_checked_by_python_alone_and_by_the_commands_that_it_prints(sealed: Desk) -> None:
    folder = exported(sealed)

    ran = bare(folder)
    commands = commands_in(ran.stdout)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "NOT SEALED" not in ran.stdout
    assert ran.stdout.count("NOT CHECKED") == 2
    assert [words[1] for words in commands] == ["dgst", "ts"]
    for words in commands:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    key = json.loads((folder / "seal-1" / "seal.json").read_text(encoding="utf-8"))["key"]
    assert key in (folder / "BACA-INI.txt").read_text(encoding="utf-8")


def test_with_cryptography_the_verifier_checks_the_signature_itself(sealed: Desk) -> None:
    folder = exported(sealed)
    command = [sys.executable, str(folder / "verify.py")]

    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)

    assert ran.returncode == 0
    assert "the signature holds" in ran.stdout


def test_unsealed_evidence_is_never_called_sealed(kept: Desk) -> None:  # noqa: F811
    ran = kept.run("evidence", "export", MATCH, str(kept.folder / "keluar"))

    told = bare(kept.folder / "keluar")
    assert "NOT SEALED" in ran.err
    assert told.returncode == 0
    assert "[BELUM DISEGEL | NOT SEALED]" in told.stdout
    assert "[SEGEL" not in told.stdout


def test_a_seal_without_its_time_stamp_is_said_by_everybody(sealed: Desk, authority: Authority) -> None:
    authority.mood = "down"
    sealed.run("why", MATCH)
    again = sealed.run("audit", "seal")
    verified = sealed.run("audit", "verify")
    doctor = sealed.run("doctor")
    digest = sealed.run("digest")

    assert again.code == 3
    for told in (again.err, verified.err, doctor.out, digest.out):
        assert "PENDING" in told
    assert verified.code == 0


FORGERIES: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "the row": ("page/proof.json", "proof_line", lambda s: s.replace(LEVEL, LEVEL[:-4])),
    "the manifest": ("page/proof.json", "proof_row", lambda s: s.replace(MANIFEST, MANIFEST + "0")),
    "the line": ("page/proof.json", "proof_line", lambda s: s.replace('"who": "', '"who": "x')),
    "the path": ("page/proof.json", "proof_path", lambda s: re.sub(r'"path": \[\s*"..', '"path": ["00', s)),
    "the place": ("page/proof.json", "proof_path", lambda s: re.sub(r'"place": \d+', '"place": 77', s)),
    "the root": ("seal-1/seal.json", "proof_path", lambda s: re.sub(r'"root": "..', '"root": "00', s)),
    "the head": ("seal-1/seal.json", "seal_head", lambda s: re.sub(r'"line": \d+', '"line": 1', s)),
    "the time": ("seal-1/seal.json", "stamp_other", lambda s: s.replace('"made_at": "20', '"made_at": "19')),
    "the signature": ("seal-1/seal.json", "seal_signature", lambda s: s.replace("Rekaan", "Rekaam")),
    "the time stamps": ("seal-1/times.json", "seal_times", lambda _: "[]"),
    "a command": ("seal-1/times.json", "proof_unreadable", lambda s: s.replace("authority-1.pem", "a.pem; rm -r x")),
    "the key": ("seal-1/seal.json", "seal_key", lambda s: re.sub(r'"key": "..', '"key": "zz', s)),
    "the shape": ("page/proof.json", "proof_unreadable", lambda _: "[]"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_seal_is_found_though_every_digest_was_made_anew(sealed: Desk, what: str) -> None:
    folder = exported(sealed)
    name, code, change = FORGERIES[what]
    path = folder / name
    before = path.read_text(encoding="utf-8")
    path.write_text(change(before), encoding="utf-8")
    names = [one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()]
    files = {one: (folder / one).read_bytes() for one in names if one != verify.SUMS}
    (folder / verify.SUMS).write_bytes(verify.sums_of(files))

    found = {one.code for one in [*verify.check_folder(folder), *verify.check_seals(folder)]}

    assert path.read_text(encoding="utf-8") != before
    assert code in found


def test_paths_of_trees_of_every_size_lead_to_the_root_and_nowhere_else() -> None:
    for count in range(1, 34):
        words = [f"daun {place}" for place in range(count)]
        leaves = [merkle.leaf(word.encode()) for word in words]
        seal = {"root": merkle.root(leaves).hex(), "leaves": count}
        for place, word in enumerate(words):
            path = [one.hex() for one in merkle.path(leaves, place)]
            proof = {"place": place, "count": count, "path": path}
            assert verify._leads(word, proof, seal)  # noqa: SLF001  (what the package runs)
            assert not verify._leads(word + "!", proof, seal)  # noqa: SLF001
            assert count == 1 or not verify._leads(word, proof | {"path": path[:-1]}, seal)  # noqa: SLF001
