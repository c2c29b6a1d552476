"""Whether the evidence of a match is still what it was: every link from the row to the last record of an archive."""

import json
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.deeds import Did, Went
from core.errors import EvidenceError, InputError, Problem, StorageError
from core.files import digest, not_written
from evidence import original, package, sealing, verify
from evidence.verify import Broken
from jobs import deeds, proving
from jobs.exports import Leaving, went_out
from jobs.tools import Tools
from storage import evidence
from storage.evidence import EvidenceRow, Original

CODES = {
    "record_line": "record_line",
    "record_unguarded": "record_unguarded",
    "record_moment": "record_moment",
    "record_cut": "record_head_gone",
    "seal_unreadable": "seal_unreadable",
    "seal_order": "seal_order",
    "seal_signature": "seal_signature",
    "seal_key_other": "seal_key_other",
    "seal_head": "seal_head",
    "seal_root": "seal_root",
    "seal_missing": "seal_missing",
    "seal_unrecorded": "seal_unrecorded",
    "stamp_wrong": "stamp_wrong",
    "stamp_missing": "stamp_missing",
    "stamp_unrecorded": "stamp_unrecorded",
    "stamp_order": "stamp_order",
    "evidence_row": "evidence_row_unlike_record",
    "evidence_unrecorded": "evidence_unrecorded",
    "evidence_missing": "evidence_gone",
    "file_missing": "evidence_missing_file",
    "file_changed": "evidence_changed",
    "manifest_unreadable": "evidence_manifest_unreadable",
    "manifest_other": "evidence_manifest_changed",
    "row_changed": "evidence_row_changed",
    "archive_unreadable": "archive_unreadable",
    "archive_unlisted": "archive_unlisted",
    "datapackage_changed": "datapackage_changed",
    "archive_file_changed": "archive_file_changed",
    "record_changed": "archive_record_changed",
    "index_wrong": "archive_index_wrong",
    "original_other": "original_other",
    "answer_not_in_original": "answer_not_in_original",
}
"""The links of the chain, by the words that are said of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One piece of evidence with its manifest; None where that cannot be read any more."""

    row: EvidenceRow
    manifest: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundIn:
    """Where in a person's file the answer stands; None for kinds of files that are compared as a whole only."""

    name: str
    sha256: str
    entry: int | None
    url: str | None


def held(tools: Tools, match_id: int) -> list[Held]:
    """List what is kept of a match."""
    with tools.database.read() as session:
        found = evidence.of_match(session, match_id)
    return [Held(row=row, manifest=_manifest(tools, row)) for row in found]


def _manifest(tools: Tools, row: EvidenceRow) -> dict[str, Any] | None:
    try:
        read: dict[str, Any] = json.loads(tools.blobs.get(row.manifest))
    except (StorageError, ValueError):
        return None
    return read


def check(tools: Tools, match: str, match_id: int) -> list[EvidenceRow]:
    """Check all evidence of a match; EvidenceError names every link that is broken."""
    with tools.database.read() as session:
        found = evidence.of_match(session, match_id)
    if not found:
        raise InputError("evidence_none", match=match)
    _raise_if(match, [broken for row in found for broken in broken_links(tools, row)])
    return found


def broken_links(tools: Tools, row: EvidenceRow) -> Iterator[Broken]:
    """Go from a row to its manifest, to every file, to every record of an archive; name what does not hold."""

    def read(_: str, sha256: str) -> bytes:
        return tools.blobs.plain_path(sha256).read_bytes()

    try:
        manifest = read(verify.MANIFEST, row.manifest)
    except OSError:
        yield Broken("file_missing", f"{row.level}/{verify.MANIFEST}", row.manifest)
        return
    broken = list(verify.check_manifest(manifest, read, expected=row.manifest))
    yield from (Broken(one.code, f"{row.level}/{one.where}", one.value) for one in broken)
    if not broken and not _fits(json.loads(manifest), row):
        yield Broken("row_changed", row.level, str(row.match_id))


def _fits(manifest: dict[str, Any], row: EvidenceRow) -> bool:
    """Say whether a row still tells of the match of which its manifest tells."""
    return (manifest.get("match"), manifest.get("level")) == (row.match_id, row.level)


def check_original(tools: Tools, match: str, match_id: int, path: Path) -> FoundIn:
    """Check the file that a person kept: that it is the registered one, and that the answer is really in it."""
    with tools.database.read() as session:
        registered = evidence.original_of(session, match_id)
    if registered is None:
        raise InputError("evidence_no_original", match=match)
    try:
        sha256, _ = digest(path)
    except OSError as error:
        raise InputError("original_unreadable", file=path, reason=error.strerror or error) from error
    if sha256 != registered.sha256:
        _raise_if(match, [Broken("original_other", path.name, registered.sha256)])
    return _found_in(match, path, registered)


def _found_in(match: str, path: Path, registered: Original) -> FoundIn:
    entry, url = None, None
    if registered.kind == "har":
        found = original.entry(path, registered.capture_sha256)
        if found is None:
            _raise_if(match, [Broken("answer_not_in_original", path.name, registered.capture_sha256)])
        else:
            entry, url = found
    return FoundIn(name=registered.name, sha256=registered.sha256, entry=entry, url=url)


def _raise_if(match: str, broken: list[Broken]) -> None:
    if broken:
        raise EvidenceError("evidence_broken", match=match, count=len(broken), problems=problems_of(broken))


def problems_of(broken: Iterable[Broken]) -> list[Problem]:
    """Name broken links as errors name what is wrong."""
    return [Problem(code=CODES[one.code], where=one.where, value=one.value) for one in broken]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The files of a package, and how many pieces of evidence in it no seal covers yet."""

    files: dict[str, bytes]
    unsealed: int


def packed(tools: Tools, match: str, match_id: int) -> Exported:
    """Make the package of a match; only evidence that is whole leaves the house."""
    found = check(tools, match, match_id)
    manifests = [tools.blobs.get(row.manifest) for row in found]
    made_at = tools.clock.now()
    proofs = proving.run(tools, match_id, found)
    keys = [content.decode() for name, content in proofs.files.items() if name.endswith("/key.pem")]
    key = ", ".join(sorted({sealing.fingerprint(one) or "" for one in keys})) or None
    about = package.About(match=match, controller=tools.settings.purpose.controller, made_at=made_at, key=key)
    told = [one.told for one in proofs.proofs]
    files = package.package(manifests, tools.blobs.get, about=about, proofs=told, seals=proofs.files)
    return Exported(files=files, unsealed=proofs.unsealed)


def export(tools: Tools, match: str, match_id: int, target: Path) -> Exported:
    """Write the package of a match, to a folder or to a .zip file."""
    made = packed(tools, match, match_id)
    files, made_at = made.files, tools.clock.now()
    if target.exists():
        raise InputError("target_exists", path=target)
    try:
        if target.suffix.lower() == ".zip":
            package.write_zip(files, target, made_at=made_at)
        else:
            package.write_folder(files, target)
    except OSError as error:
        raise not_written(target, error) from error
    digest = sealing.digest(files[verify.SUMS])
    deeds.note(tools, Did.EVIDENCE, f"{match} {target.name}; {verify.SUMS} {digest}")
    went_out(tools, Leaving(kind=Went.EVIDENCE, path=target, rows=1, members=array("q", [match_id])))
    return made
