"""Checks a package of evidence from tilik.

python3 verify.py [FOLDER] [--manifest SHA256]

Memeriksa paket bukti dari tilik: berkas, arsip, jalur Merkle ke segel; tanda tangan bila ada `cryptography`.
Needs Python 3.9 or later and nothing else; asks nobody anything.
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

SUMS, MANIFEST, PROOF = "SHA256SUMS", "manifest.json", "proof.json"
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
    "proof_unreadable": "bukti segel tidak terbaca | the proof of the seal cannot be read",
    "proof_row": "catatan penyimpanan bukan milik manifes ini | the row kept is not of this manifest",
    "proof_line": "baris catatan kegiatan tidak cocok | the line of the record does not fit",
    "proof_path": "tidak tercakup segel ini | not what this seal covers",
    "seal_head": "kepala catatan kegiatan tidak cocok | the head of the record does not fit",
    "seal_key": "kunci bukan yang disebut segel | the key is not the one that the seal names",
    "seal_signature": "tanda tangan segel salah | the signature of the seal is wrong",
    "seal_times": "daftar cap waktu tidak seperti disebut segel | not the time stamps that the seal names",
    "stamp_other": "cap waktu bukan untuk segel ini | the time stamp is not of this seal",
}
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError, TypeError, RuntimeError),
    AttributeError,
)
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


def check_seals(folder: Path) -> Iterator[Broken]:
    """Check how every manifest of a package leads to its seal, and what the seals say; signatures come apart."""
    for path in sorted(folder.glob(f"*/{PROOF}")):
        try:
            yield from _check_proof(folder, path)
        except UNREADABLE:
            yield Broken("proof_unreadable", f"{path.parent.name}/{PROOF}")
    for place in _seals(folder):
        try:
            yield from _check_seal(place)
        except UNREADABLE:
            yield Broken("proof_unreadable", f"{place.name}/seal.json")


def _check_proof(folder: Path, path: Path) -> Iterator[Broken]:
    """Go from a manifest to the row that names it, to the line of the record, and by the Merkle path to the root."""
    where, said = f"{path.parent.name}/{PROOF}", json.loads(path.read_bytes())
    row, line = json.loads(said["row"]), said["line"]
    manifest = _sha256((path.parent / MANIFEST).read_bytes())
    digest = _sha256(said["row"].encode())
    if row["manifest"] != manifest or row["id"] != said["evidence"]:
        yield Broken("proof_row", where, manifest)
    told = json.dumps([line[name] for name in ("before", "id", "who", "what", "detail", "at")])
    words = ("did_keep", f"{said['evidence']} {digest} {manifest}", _sha256(told.encode()))
    if (line["what"], line["detail"], line["digest"]) != words:
        yield Broken("proof_line", where, str(line["id"]))
    seal = json.loads((folder / _one_name(said["seal"]) / "seal.json").read_bytes())
    leaf = f"evidence {said['evidence']} {digest} {line['id']} {line['digest']}"
    if not _leads(leaf, said, seal):
        yield Broken("proof_path", where, str(seal["root"]))


def _check_seal(place: Path) -> Iterator[Broken]:
    """Check that the head of the record is in the tree, that the key is the named one, and what stamps are of."""
    content = (place / "seal.json").read_bytes()
    seal, head = json.loads(content), json.loads((place / "head.json").read_bytes())
    leaf = f"record {seal['record']['line']} {seal['record']['digest']}"
    if head["place"] != 0 or not _leads(leaf, head, seal):
        yield Broken("seal_head", f"{place.name}/head.json", str(seal["record"]["line"]))
    if _fingerprint(place / "key.pem") != seal["key"]:
        yield Broken("seal_key", f"{place.name}/key.pem", str(seal["key"]))
    times = _times(place)
    if [one["authority"] for one in times] != seal["authorities"]:
        yield Broken("seal_times", f"{place.name}/times.json", ", ".join(map(str, seal["authorities"])))
    for one in times:
        _one_name(one.get("certificate") or "none")
        if one["file"] and hashlib.sha256(content).digest() not in (place / _one_name(one["file"])).read_bytes():
            yield Broken("stamp_other", f"{place.name}/{one['file']}", str(one["authority"]))
    if _is_signed(place) is False:
        yield Broken("seal_signature", f"{place.name}/seal.sig", str(seal["key"]))


def _leads(leaf: str, proof: dict[str, Any], seal: dict[str, Any]) -> bool:
    """Say whether a Merkle path leads from a leaf to the root of a seal (RFC 9162, 2.1.3.2)."""
    here, last = int(proof["place"]), int(proof["count"]) - 1
    digest = hashlib.sha256(b"\0" + leaf.encode()).digest()
    for beside in map(bytes.fromhex, proof["path"]):
        if last == 0:
            return False
        if here & 1 or here == last:
            digest = hashlib.sha256(b"\1" + beside + digest).digest()
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            digest = hashlib.sha256(b"\1" + digest + beside).digest()
        here, last = here >> 1, last >> 1
    return last == 0 and digest.hex() == seal["root"] and proof["count"] == seal["leaves"]


def _is_signed(place: Path) -> bool | None:
    """Check a signature where the package `cryptography` is installed; None: nobody checked it."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  (often not there)
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    except ImportError:
        return None
    try:
        key: Any = serialization.load_pem_public_key((place / "key.pem").read_bytes())
        key.verify((place / "seal.sig").read_bytes(), (place / "seal.json").read_bytes(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, TypeError, AttributeError):
        return False
    return True


def _fingerprint(path: Path) -> str:
    """Name a public key by the SHA-256 of its DER form."""
    lines = path.read_text(encoding="ascii").strip().splitlines()
    return _sha256(base64.b64decode("".join(lines[1:-1]), validate=True))


def _seals(folder: Path) -> list[Path]:
    """Find the seals; what has another name is none, for its name would stand in the commands that are printed."""
    return sorted(one.parent for one in folder.glob("seal-*/seal.json") if re.fullmatch(r"seal-\d+", one.parent.name))


def _times(place: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((place / "times.json").read_bytes())
    return found


def _one_name(name: str) -> str:
    """Refuse a name that leads elsewhere."""
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise ValueError(name)
    return name


def _tell_seals(folder: Path) -> None:
    """Say what is sealed and what is not, what was checked, and how the rest is checked with openssl."""
    say: Callable[[str], Any] = sys.stdout.write
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
        if not (manifest.parent / PROOF).is_file():
            say(f"[BELUM DISEGEL | NOT SEALED] {manifest.parent.name}\n")
    for place in _seals(folder):
        seal, name = json.loads((place / "seal.json").read_bytes()), place.name
        say(f"[SEGEL | SEAL] {name}: {seal['made_at']} {seal['controller']}\n  kunci | key {seal['key']}\n")
        if _is_signed(place):
            say("  tanda tangan cocok | the signature holds\n")
        else:
            say("  [BELUM DIPERIKSA | NOT CHECKED] tanda tangan; di folder ini | the signature; in this folder:\n")
            say(f"  openssl dgst -sha256 -verify {name}/key.pem -signature {name}/seal.sig {name}/seal.json\n")
        times = _times(place)
        for one in times:
            if not one["file"]:
                say(f"  [BELUM ADA CAP WAKTU | NO TIME STAMP] {one['authority']} {one['note'] or ''}\n")
                continue
            say(f"  [BELUM DIPERIKSA | NOT CHECKED] cap waktu | time stamp: {one['authority']}\n")
            token, certificate = f"{name}/{one['file']}", f"{name}/{one['certificate'] or 'AUTHORITY.pem'}"
            say(f"  openssl ts -verify -data {name}/seal.json -in {token} -CAfile {certificate}\n")
        if not times:
            say("  hanya ditandatangani, tanpa cap waktu pihak ketiga | signed only, no time stamp of a third party\n")


def _tell(folder: Path, broken: list[Broken]) -> None:
    say: Callable[[str], Any] = sys.stdout.write
    for one in broken:
        say(f"[RUSAK | BROKEN] {one.where}: {WORDS[one.code]} {one.value}\n")
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
        say(f"manifest SHA-256 {_sha256(manifest.read_bytes())}  {manifest.parent.name}/{MANIFEST}\n")
    if broken:
        say("TIDAK UTUH: jangan dipakai sebagai bukti. | NOT WHOLE: do not use it as evidence.\n")
    else:
        _tell_seals(folder)
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
    broken = [*check_folder(folder, expected=expected), *check_seals(folder)]
    _tell(folder, broken)
    return FAILED if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
