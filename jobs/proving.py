"""What goes with evidence that leaves the house: its seal, the path that leads to it, and who confirmed the time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence import sealing
from evidence.sealing import Covered, Kept
from jobs.tools import Tools
from storage import evidence, people, seals
from storage.database import Session
from storage.evidence import EvidenceRow
from storage.seals import SealRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How one piece of evidence leads to its seal; None in the place of both where it is not sealed yet."""

    told: bytes | None
    seal: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """The proofs of some evidence in its order, and the files of their seals by name."""

    proofs: Sequence[Proof]
    files: Mapping[str, bytes]

    @property
    def unsealed(self) -> int:
        """Count what no seal covers."""
        return sum(one.seal is None for one in self.proofs)


def run(tools: Tools, match_id: int, rows: Sequence[EvidenceRow]) -> Proofs:
    """Gather what proves the evidence of a match."""
    with tools.database.read() as session:
        numbers = evidence.numbers(session, match_id)
        proofs = [_proof(session, number, row) for number, row in zip(numbers, rows, strict=True)]
        used = [row for row in seals.every(session) if row.id in {one.seal for one in proofs}]
        files: dict[str, bytes] = {}
        for row in used:
            files |= _files(session, tools, row)
    return Proofs(proofs=proofs, files=files)


def folder(number: int) -> str:
    """Name the folder of a seal in a package."""
    return f"seal-{number}"


def _proof(session: Session, number: int, row: EvidenceRow) -> Proof:
    line_id = seals.kept_line(session, number)
    line = people.line(session, line_id) if line_id is not None else None
    seal = seals.covering(session, line_id) if line_id is not None else None
    if line is None or seal is None:
        return Proof(told=None, seal=None)
    covered = _covered(session, seal)
    place = next(place for place, one in enumerate(covered.evidence, start=1) if one.line == line.id)
    words = {name: getattr(line, name) for name in ("id", "who", "what", "detail", "before", "digest")}
    told = {
        "evidence": number,
        "row": evidence.told(number, row),
        "line": {**words, "at": sealing.moment(line.at)},
        "seal": folder(seal.id),
        **sealing.proof(covered, place),
    }
    return Proof(told=_json(told), seal=seal.id)


def _covered(session: Session, seal: SealRow) -> Covered:
    earlier = seals.before(session, seal.id)
    found = seals.kept_between(session, earlier.line_id if earlier is not None else 0, seal.line_id)
    said = sealing.read_statement(seal.statement) or {"record": {"digest": ""}}
    kept = [
        Kept(number=words[0], row=words[1], line=number, digest=digest)
        for number, detail, digest in found
        if (words := sealing.kept_of(detail)) is not None
    ]
    return Covered(line=seal.line_id, digest=str(said["record"]["digest"]), evidence=kept)


def _files(session: Session, tools: Tools, seal: SealRow) -> dict[str, bytes]:
    """Give the files of a seal: what was signed, signature, key, the record's head in it, and time stamps."""
    files = {
        "seal.json": seal.statement.encode(),
        "seal.sig": seal.signature,
        "key.pem": seal.public_key.encode(),
        "head.json": _json(sealing.proof(_covered(session, seal), 0)),
    }
    stamps = {one.authority: one for one in seals.stamps(session, [seal.id])}
    confirmed = {one.authority: one.token for one in seals.stamps(session, [seal.id]) if one.token is not None}
    times: list[dict[str, Any]] = []
    for place, url in enumerate((sealing.read_statement(seal.statement) or {}).get("authorities", ()), start=1):
        token = confirmed.get(url)
        if token is None:
            note = stamps[url].note if url in stamps else None
            times.append({"authority": url, "file": None, "note": note})
            continue
        files[f"time-{place}.tsr"] = token
        certificate = _certificate(tools, url)
        if certificate is not None:
            files[f"authority-{place}.pem"] = certificate
        named = f"authority-{place}.pem" if certificate is not None else None
        times.append({"authority": url, "file": f"time-{place}.tsr", "certificate": named})
    files["times.json"] = _json(times)
    return {f"{folder(seal.id)}/{name}": content for name, content in files.items()}


def _certificate(tools: Tools, url: str) -> bytes | None:
    for one in tools.settings.seals.authorities:
        if one.url == url and one.certificate.is_file():
            return one.certificate.read_bytes()
    return None


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
