"""A package that leaves the house: whole, it passes; one changed byte anywhere, and it does not."""

import hashlib
import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from evidence import package, verify
from evidence.manifest import Crawled, Level, Manifest, file, seen, written
from evidence.wacz import wacz
from tests.evidence.recordings import NOW, recording

RECORDED = recording()
CONTENT = {
    "page.wacz": wacz(RECORDED, "tilik/0"),
    "page.png": RECORDED.png,
    "page.html": RECORDED.html,
    "answer.json": b'{"likes": []}',
}


def manifest(level: Level = Level.PAGE, files: dict[str, bytes] = CONTENT) -> bytes:
    return written(
        Manifest(
            match=7,
            level=level,
            platform="warga",
            account="kel_rekaan",
            action="liked",
            acted_at=NOW,
            record=None,
            post="warga://7",
            text_sha256="0" * 64,
            crawled=Crawled(
                url=RECORDED.url, sha256="1" * 64, captured_at=NOW, mode="auto", permission=None, original=None
            ),
            page=seen(RECORDED),
            proof=None,
            made_at=NOW,
            tilik="0",
            controller="Panitia Rekaan",
            files=[file(name, content, "text/plain") for name, content in files.items()],
        )
    )


def packed(*manifests: bytes) -> dict[str, bytes]:
    known = {hashlib.sha256(content).hexdigest(): content for content in CONTENT.values()}
    about = package.About(match="F-0000071", controller="Panitia Rekaan", made_at=NOW)
    return package.package(manifests, known.__getitem__, about=about)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "bukti"
    package.write_folder(packed(manifest(), manifest(Level.RECORD, {"answer.json": CONTENT["answer.json"]})), target)
    return target


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def ran(folder: Path, *words: str) -> tuple[int, str]:
    """Run the verifier that lies in the package, with nothing but Python."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_package_holds_the_evidence_the_verifier_and_what_to_do_in_two_languages(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in files_of(folder)}

    assert names == {
        *(f"page/{name}" for name in (*CONTENT, "manifest.json")),
        *("record/answer.json", "record/manifest.json"),
        *("BACA-INI.txt", "README.txt", "SHA256SUMS", "verify.py"),
    }
    digest = hashlib.sha256((folder / "page" / "manifest.json").read_bytes()).hexdigest()
    for name in ("BACA-INI.txt", "README.txt"):
        assert digest in (folder / name).read_text(encoding="utf-8")


def test_a_whole_package_passes_its_own_verifier_with_nothing_but_python(folder: Path) -> None:
    digest = hashlib.sha256((folder / "page" / "manifest.json").read_bytes()).hexdigest()

    assert ran(folder)[0] == 0
    assert ran(folder, "--manifest", digest)[0] == 0
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=False).returncode == 0


def test_a_zip_holds_the_same_package(tmp_path: Path) -> None:
    files = packed(manifest())
    package.write_zip(files, tmp_path / "temuan.zip", made_at=NOW)

    with zipfile.ZipFile(tmp_path / "temuan.zip") as opened:
        assert {name: opened.read(f"temuan/{name}") for name in files} == files


def test_a_thousand_changed_bytes_are_a_thousand_found(folder: Path) -> None:
    chance = random.Random(20291001)  # noqa: S311  (a repeatable choice of places)
    files = files_of(folder)
    found = 0
    for _ in range(1_000):
        path = chance.choice(files)
        content = path.read_bytes()
        place = chance.randrange(len(content))
        changed = bytearray(content)
        changed[place] ^= chance.randrange(1, 256)
        path.write_bytes(changed)
        found += bool(list(verify.check_folder(folder)))
        path.write_bytes(content)

    assert found == 1_000
    assert list(verify.check_folder(folder)) == []


@pytest.mark.parametrize("name", ["page/page.wacz", "page/manifest.json", "SHA256SUMS", "README.txt"])
def test_the_verifier_of_the_package_names_what_was_changed_and_ends_with_3(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)

    code, said = ran(folder)

    assert code == 3
    assert name.rpartition("/")[2] in said


@pytest.mark.parametrize("name", ["page/page.png", "verify.py", "record/manifest.json", "SHA256SUMS"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    assert ("file_missing", name) in {(one.code, one.where) for one in verify.check_folder(folder)}


def test_a_package_whose_digests_were_all_made_anew_fails_against_the_digest_known_otherwise(tmp_path: Path) -> None:
    true = hashlib.sha256(manifest()).hexdigest()
    forged = packed(manifest().replace(b"kel_rekaan", b"kel_lainny"))
    package.write_folder(forged, tmp_path / "palsu")

    assert list(verify.check_folder(tmp_path / "palsu")) == []
    assert [one.code for one in verify.check_folder(tmp_path / "palsu", expected=true)] == ["manifest_other"]


def test_an_archive_that_was_packed_anew_around_a_changed_record_is_found() -> None:
    with zipfile.ZipFile(io.BytesIO(CONTENT["page.wacz"])) as opened:
        inside = {name: opened.read(name) for name in opened.namelist()}
    for name in inside:
        changed = inside | {name: inside[name][:-9] + bytes([inside[name][-9] ^ 1]) + inside[name][-8:]}
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as opened:
            for one, content in changed.items():
                opened.writestr(one, content)
        assert list(verify.check_wacz(out.getvalue(), "page.wacz")), name


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "/etc/passwd", ""])
def test_a_manifest_that_names_a_file_elsewhere_is_none(name: str) -> None:
    said = json.loads(manifest())
    said["files"][0]["name"] = name

    broken = list(verify.check_manifest(json.dumps(said).encode(), lambda *_: b""))

    assert [one.code for one in broken] == ["manifest_unreadable"]


@pytest.mark.parametrize("content", [b"", b"PK", b"[" * 100_000, CONTENT["page.wacz"][:-40]])
def test_what_is_no_archive_is_named_as_such(content: bytes) -> None:
    assert [one.code for one in verify.check_wacz(content, "page.wacz")] == ["archive_unreadable"]


def test_half_a_package_never_bears_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(package, "write_whole", full)
    with pytest.raises(OSError, match="No space"):
        package.write_folder(packed(manifest()), tmp_path / "bukti")
    with pytest.raises(OSError, match="No space"):
        package.write_zip(packed(manifest()), tmp_path / "bukti.zip", made_at=NOW)

    assert list(tmp_path.iterdir()) == []
