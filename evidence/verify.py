"""Checks a package of evidence from tilik.

python3 verify.py [FOLDER] [--manifest SHA256]

Memeriksa paket bukti dari tilik. Needs Python 3.9 or later and nothing else; asks nobody anything.
The same lines run inside `tilik evidence verify`. Exit code 0: nothing was changed. 3: something was.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
COMPANIONS = ("BACA-INI.txt", "README.txt", "verify.py")
FAILED = 3
MOST = 200_000_000
"""No record, and no file of an archive, is larger than this once it is unpacked."""
WORDS = {
    "file_missing": "tidak ada | is missing",
    "file_changed": "berubah | was changed",
    "manifest_unreadable": "manifes tidak terbaca | the manifest cannot be read",
    "manifest_other": "bukan manifes yang diharapkan | not the manifest that was expected",
    "sums_changed": "daftar sidik jari berubah | the list of digests was changed",
    "archive_unreadable": "arsip tidak terbaca | the archive cannot be read",
    "archive_unlisted": "ada di arsip, tetapi tidak terdaftar | in the archive, but not listed",
    "datapackage_changed": "datapackage.json berubah | datapackage.json was changed",
    "archive_file_changed": "isi arsip berubah | a file of the archive was changed",
    "record_changed": "rekaman berubah | a record was changed",
    "index_wrong": "indeks tidak cocok | the index does not fit",
}
UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError, TypeError, RuntimeError)
"""What Python says of a zip file or of JSON that is none."""
Read = Callable[[str, str], bytes]
"""Gives the bytes of a file by its name and SHA-256; raises OSError where it is not there."""


class Broken(NamedTuple):
    """A link of the chain that does not hold: which, where, and what was expected."""

    code: str
    where: str
    value: str = ""


def check_manifest(manifest: bytes, read: Read, *, expected: str | None = None) -> Iterator[Broken]:
    """Check one manifest and everything that it names; `expected` is its SHA-256 where that is known otherwise."""
    if expected is not None and _sha256(manifest) != expected:
        yield Broken("manifest_other", MANIFEST, expected)
        return
    try:
        files = [_named(one) for one in json.loads(manifest)["files"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        yield Broken("manifest_unreadable", MANIFEST)
        return
    for name, digest, size in files:
        try:
            content = read(name, digest)
        except OSError:
            yield Broken("file_missing", name, digest)
            continue
        if len(content) != size or _sha256(content) != digest:
            yield Broken("file_changed", name, digest)
        if name.endswith(".wacz"):
            yield from check_wacz(content, name)


def _named(file: dict[str, Any]) -> tuple[str, str, int]:
    """Read what a manifest says of a file; a name that leads elsewhere is none."""
    name, digest = str(file["name"]), str(file["sha256"])
    if not re.fullmatch(r"\w[\w.-]*", name) or not re.fullmatch("[0-9a-f]{64}", digest):
        raise ValueError(name)
    return name, digest, int(file["bytes"])


def check_wacz(content: bytes, name: str) -> Iterator[Broken]:
    """Check what an archive says of itself: its digests, every record, and that the index leads to them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if any(one.file_size > MOST for one in packed.infolist()):
                raise ValueError(name)
            inside = {one: packed.read(one) for one in packed.namelist()}
        package = inside["datapackage.json"]
        listed = {str(one["path"]): str(one["hash"]) for one in json.loads(package)["resources"]}
        said = json.loads(inside["datapackage-digest.json"])["hash"]
    except UNREADABLE:
        yield Broken("archive_unreadable", name)
        return
    if said != f"sha256:{_sha256(package)}":
        yield Broken("datapackage_changed", f"{name}/datapackage.json", str(said))
    for path, digest in listed.items():
        if path not in inside or f"sha256:{_sha256(inside[path])}" != digest:
            yield Broken("archive_file_changed", f"{name}/{path}", digest)
    for path in inside.keys() - listed.keys() - {"datapackage.json", "datapackage-digest.json"}:
        yield Broken("archive_unlisted", f"{name}/{path}")
    for path in (one for one in inside if one.startswith("archive/")):
        records, broken = _records(inside[path], f"{name}/{path}")
        yield from broken
        yield from _index(inside.get("indexes/index.cdxj", b""), records, name)


def _records(archive: bytes, where: str) -> tuple[dict[int, tuple[int, str]], list[Broken]]:
    """Read every record of a WARC and check its digests: {offset: (length, payload digest)}, and what is broken."""
    found: dict[int, tuple[int, str]] = {}
    broken: list[Broken] = []
    place = 0
    while place < len(archive):
        unpack = zlib.decompressobj(zlib.MAX_WBITS + 16)
        try:
            record = unpack.decompress(archive[place:], MOST)
        except zlib.error:
            record = b""
        head, _, rest = record.partition(b"\r\n\r\n")
        if not unpack.eof or not head.startswith(b"WARC/1.1\r\n"):
            return found, [*broken, Broken("record_changed", where, str(place))]
        length = len(archive) - place - len(unpack.unused_data)
        headers = _headers(head)
        if not _is_whole(headers, rest):
            broken.append(Broken("record_changed", headers.get("warc-target-uri", where), str(place)))
        found[place] = (length, headers.get("warc-payload-digest", ""))
        place += length
    return found, broken


def _is_whole(headers: dict[str, str], rest: bytes) -> bool:
    """Say whether a record holds what its own digests say."""
    size = int(headers.get("content-length", "-1")) if headers.get("content-length", "").isdigit() else -1
    block = rest[:size] if size >= 0 else b""
    if size < 0 or rest[size:] != b"\r\n\r\n":
        return False
    payload = block.partition(b"\r\n\r\n")[2] if "msgtype=" in headers.get("content-type", "") else block
    wanted = ((headers.get("warc-block-digest"), block), (headers.get("warc-payload-digest"), payload))
    return wanted[0][0] is not None and all(said in (None, _base32(content)) for said, content in wanted)


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("utf-8", "replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _index(index: bytes, records: dict[int, tuple[int, str]], name: str) -> Iterator[Broken]:
    """Check that every line of an index leads to the record that it names."""
    for line in index.decode("utf-8", "replace").splitlines():
        try:
            said = json.loads(line.split(" ", 2)[2])
            fits = records.get(int(said["offset"])) == (int(said["length"]), said["digest"])
        except (ValueError, KeyError, IndexError, TypeError):
            fits = False
        if not fits:
            yield Broken("index_wrong", f"{name}/indexes/index.cdxj", line.split(" ", 1)[0])


def check_folder(folder: Path, *, expected: str | None = None) -> Iterator[Broken]:
    """Check an unpacked package: the list of digests, then every manifest and what it names."""
    try:
        sums = (folder / SUMS).read_bytes()
    except OSError:
        yield Broken("file_missing", SUMS)
        return
    listed = dict(_listed(sums))
    manifests = [name for name in listed if name.endswith(MANIFEST)]
    present = {name: _read(folder / name) for name in (*listed, *COMPANIONS)}
    for name, content in present.items():
        if content is None:
            yield Broken("file_missing", name, listed.get(name, ""))
        elif _sha256(content) != listed.get(name):
            yield Broken("file_changed", name, listed.get(name, ""))
    if sums != sums_of({name: content for name, content in present.items() if content is not None}) or not manifests:
        yield Broken("sums_changed", SUMS)
    known = {_sha256(present[name] or b"") for name in manifests}
    if expected is not None and expected not in known:
        yield Broken("manifest_other", MANIFEST, expected)
    for name in manifests:
        place = (folder / name).parent
        inner = check_manifest(present[name] or b"", _reader(place))
        yield from (Broken(one.code, f"{name.rpartition('/')[0]}/{one.where}", one.value) for one in inner)


def _reader(folder: Path) -> Read:
    return lambda name, _: (folder / name).read_bytes()


def sums_of(files: dict[str, bytes]) -> bytes:
    """Write the list of digests as `sha256sum --check` reads it."""
    return "".join(f"{_sha256(content)}  {name}\n" for name, content in sorted(files.items())).encode()


def _listed(sums: bytes) -> Iterator[tuple[str, str]]:
    """Read the list of digests; a name that leads out of the folder is none."""
    for line in sums.decode("utf-8", "replace").splitlines():
        found = re.fullmatch(r"([0-9a-f]{64})  ([\w.-]+(?:/[\w.-]+)?)", line)
        if found and ".." not in found[2].split("/"):
            yield found[2], found[1]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _base32(content: bytes) -> str:
    return f"sha256:{base64.b32encode(hashlib.sha256(content).digest()).decode()}"


def _tell(folder: Path, broken: list[Broken]) -> None:
    say: Callable[[str], Any] = sys.stdout.write
    for one in broken:
        say(f"[RUSAK | BROKEN] {one.where}: {WORDS[one.code]} {one.value}\n")
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
        say(f"manifest SHA-256 {_sha256(manifest.read_bytes())}  {manifest.parent.name}/{MANIFEST}\n")
    if broken:
        say("TIDAK UTUH: jangan dipakai sebagai bukti. | NOT WHOLE: do not use it as evidence.\n")
    else:
        say("UTUH. Cocokkan SHA-256 manifes dengan yang Anda terima lewat jalan lain.\n")
        say("WHOLE. Compare the manifest's SHA-256 with the one that you were given by another way.\n")


def main(arguments: list[str]) -> int:
    """Check the folder in which this file lies, or another; say what is broken."""
    words = list(arguments)
    expected = None
    if "--manifest" in words:
        place = words.index("--manifest")
        expected = "".join(words[place + 1 : place + 2]).lower()
        del words[place : place + 2]
    folder = Path(words[0]) if words else Path(__file__).resolve().parent
    broken = list(check_folder(folder, expected=expected))
    _tell(folder, broken)
    return FAILED if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
