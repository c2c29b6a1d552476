"""Whether the record, the seals and all evidence are still what they were: offline, link by link, each by name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.deeds import Did
from core.errors import EvidenceError
from evidence import merkle, sealing
from evidence.sealing import Covered, Kept
from evidence.verify import Broken
from jobs import sealing as making
from jobs import verifying
from jobs.sealing import Pending
from jobs.tools import Tools
from storage import evidence, people, seal_key, seals
from storage.database import Session
from storage.people import Line
from storage.seals import SealRow, StampRow

MOST = 50
"""So many broken lines of the record are named; one that was moved breaks many."""
RECORD = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What a check came to.

    `unsealed` is evidence that no seal covers yet; `unchecked` are time stamps whose authority is not in the settings
    any more, or whose certificate is gone.
    """

    lines: int
    head: str
    seals: int
    sealed_at: datetime | None
    sealed_line: int
    stamps: int
    pending: tuple[Pending, ...]
    unchecked: tuple[Pending, ...]
    evidence: int
    unsealed: int
    broken: tuple[Broken, ...]


@dataclass(slots=True)
class _Told:
    """What the lines of the record tell, gathered while they are followed."""

    wanted: frozenset[int]
    lines: int = 0
    head: str = people.BEGINNING
    digests: dict[int, str] = field(default_factory=dict)
    seen: bool = False
    kept: dict[int, Kept] = field(default_factory=dict)
    manifests: dict[int, str] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)
    sealed: list[str] = field(default_factory=list)
    stamped: list[tuple[str, datetime]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)

    def take(self, line: Line) -> None:
        """Note one line."""
        self.lines, self.head = self.lines + 1, line.digest
        if not line.follows and len(self.broken) < MOST:
            self.broken.append(Broken("record_line", RECORD, str(line.id)))
        if line.id in self.wanted:
            self.digests[line.id] = line.digest
        if line.what == Did.SEAL:
            self.sealed.append(line.detail or "")
        elif line.what == Did.STAMP:
            self.stamped.append((line.detail or "", line.at))
        elif line.what == Did.RELEASE:
            self.released.add(line.detail or "")
        for kept in making.kept_in(line):
            self.kept.setdefault(kept.number, kept)
            self.manifests.setdefault(kept.number, (sealing.kept_of(line.detail) or (0, "", ""))[2])


def run(tools: Tools, *, head: str | None = None, keys: Sequence[str] = ()) -> Audit:
    """Check everything. `head` was written down before; `keys` are further fingerprints whose seals are believed.

    Raises EvidenceError where a row holds what no version of tilik ever wrote.
    """
    try:
        return _checked(tools, head, keys)
    except (ValueError, TypeError, AttributeError) as error:
        raise EvidenceError("audit_unreadable", reason=error) from error


def _checked(tools: Tools, head: str | None, keys: Sequence[str]) -> Audit:
    with tools.database.read() as session:
        rows, stamps = seals.every(session), seals.stamps(session)
        if rows:
            sealing.require()
        told = _followed(session, rows, head)
        broken = [*told.broken, *(Broken("record_unguarded", table) for table in seals.unguarded(session))]
        broken += [Broken("record_moment", table) for table in seals.misshapen(session)]
        if head is not None and head != people.BEGINNING and not told.seen:
            broken.append(Broken("record_cut", RECORD, head))
        broken += _seals(rows, told, trusted=_trusted(tools, keys) if rows else frozenset())
        found, unchecked = _stamps(tools, rows, stamps, told)
        broken += found
        counts, kept = _Counts(sealed=bool(rows)), list(evidence.every(session))
    broken += _evidence(tools, kept, told, counts)
    sealed = max((row.line_id for row in rows), default=0)
    covered = sum(one.line <= sealed for one in told.kept.values())
    return Audit(
        lines=told.lines,
        head=told.head,
        seals=len(rows),
        sealed_at=rows[-1].made_at if rows else None,
        sealed_line=sealed,
        stamps=sum(one.token is not None for one in stamps),
        pending=tuple(making.waiting(rows, stamps)),
        unchecked=tuple(unchecked),
        evidence=counts.rows,
        unsealed=max(0, counts.rows - covered),
        broken=tuple(broken),
    )


def _followed(session: Session, rows: Sequence[SealRow], head: str | None) -> _Told:
    told = _Told(wanted=frozenset(row.line_id for row in rows))
    for line in people.walk(session):
        told.take(line)
        told.seen = told.seen or line.digest == head
    return told


def _trusted(tools: Tools, keys: Sequence[str]) -> frozenset[str]:
    """Name the keys whose seals are believed: this installation's, and those that a person names."""
    pem = seal_key.read(tools.settings.storage.data)
    own = sealing.fingerprint(sealing.public_key(pem)) if pem is not None else None
    return frozenset({*(key.lower() for key in keys), *([own] if own else [])})


def _seals(rows: Sequence[SealRow], told: _Told, *, trusted: frozenset[str]) -> Iterator[Broken]:
    """Check the seals: one behind the other, each over what the record says."""
    before, after = sealing.BEGINNING, 0
    for place, row in enumerate(rows, start=1):
        code = _wrong(row, place, before, trusted) or _uncovered(row, told, after)
        if code is not None:
            yield Broken(code, f"seal {row.id}", str(row.line_id))
        before, after = sealing.digest(row.statement.encode()), row.line_id
    there = [f"{row.id} {sealing.digest(row.statement.encode())}" for row in rows]
    for words in told.sealed:
        if words not in there:
            yield Broken("seal_missing", f"seal {words.partition(' ')[0]}", words.partition(" ")[2])
    for words in there:
        if words not in told.sealed:
            yield Broken("seal_unrecorded", f"seal {words.partition(' ')[0]}", words.partition(" ")[2])


def _wrong(row: SealRow, place: int, before: str, trusted: frozenset[str]) -> str | None:
    """Say what is wrong with a seal by itself."""
    said = sealing.read_statement(row.statement)
    if said is None:
        return "seal_unreadable"
    shown = (said.get("number"), said["record"].get("line"), said.get("made_at"), said.get("before"))
    if shown != (row.id, row.line_id, sealing.moment(row.made_at), before) or row.id != place:
        return "seal_order"
    key = sealing.fingerprint(row.public_key)
    if key is None or key != said.get("key"):
        return "seal_signature"
    if key not in trusted:
        return "seal_key_other"
    return None if sealing.is_signed(row.public_key, row.signature, row.statement.encode()) else "seal_signature"


def _uncovered(row: SealRow, told: _Told, after: int) -> str | None:
    """Say what of the record does not fit what a seal says of it."""
    said = sealing.read_statement(row.statement) or {}
    digest = told.digests.get(row.line_id)
    if digest is None or said["record"].get("digest") != digest:
        return "seal_head"
    covered = covered_by(told.kept.values(), after, row.line_id, digest)
    fits = said.get("root") == merkle.root(covered.leaves()).hex() and said.get("leaves") == len(covered.leaves())
    return None if fits else "seal_root"


def covered_by(kept: Iterable[Kept], after: int, line: int, digest: str) -> Covered:
    """Give what a seal covers: the evidence between two lines of the record, and the last of these lines."""
    return Covered(line=line, digest=digest, evidence=[one for one in kept if after < one.line <= line])


def _stamps(
    tools: Tools, rows: Sequence[SealRow], stamps: Sequence[StampRow], told: _Told
) -> tuple[list[Broken], list[Pending]]:
    """Check what authorities answered: that it is all there in its order, and that each confirms its seal."""
    broken, unchecked = list(_order(stamps, told)), list[Pending]()
    certificates = _certificates(tools)
    statements = {row.id: row.statement.encode() for row in rows}
    for one in stamps:
        if one.token is None:
            continue
        pem = certificates.get(one.authority)
        if pem is None:
            unchecked.append(Pending(seal=one.seal_id, authority=one.authority, note="stamp_certificate"))
            continue
        note = sealing.why_not(one.token, statements.get(one.seal_id, b""), pem)
        if note is not None:
            broken.append(Broken("stamp_wrong", f"seal {one.seal_id}: {one.authority}", note))
    return broken, unchecked


def _order(stamps: Sequence[StampRow], told: _Told) -> Iterator[Broken]:
    there = [(seals.stamp_words(one, _mark(one)), one.asked_at) for one in stamps]
    for words, _ in (one for one in told.stamped if one not in there):
        yield Broken("stamp_missing", f"seal {words.partition(' ')[0]}", words.partition(" ")[2])
    for words, _ in (one for one in there if one not in told.stamped):
        yield Broken("stamp_unrecorded", f"seal {words.partition(' ')[0]}", words.partition(" ")[2])
    if there != told.stamped and set(there) == set(told.stamped):
        yield Broken("stamp_order", "seal_stamps")


def _mark(one: StampRow) -> str:
    return sealing.digest(one.token) if one.token is not None else one.note or ""


def _certificates(tools: Tools) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    for one in tools.settings.seals.authorities:
        try:
            found[one.url] = one.certificate.read_bytes()
        except OSError:
            continue
    return found


@dataclass(slots=True, kw_only=True)
class _Counts:
    sealed: bool
    rows: int = 0


def _evidence(
    tools: Tools, rows: Sequence[tuple[int, evidence.EvidenceRow]], told: _Told, counts: _Counts
) -> Iterator[Broken]:
    """Check every row of evidence against the record, and every file that it names."""
    there: set[int] = set()
    for number, row in rows:
        there.add(number)
        counts.rows += 1
        kept = told.kept.get(number)
        if kept is not None and evidence.kept_words(number, row).split(" ")[1] != kept.row:
            yield Broken("evidence_row", f"evidence {number}", str(row.match_id))
        elif kept is None and counts.sealed:
            yield Broken("evidence_unrecorded", f"evidence {number}", str(row.match_id))
        yield from verifying.broken_links(tools, row)
    for number, manifest in told.manifests.items():
        if number not in there and evidence.release_words(number, manifest) not in told.released:
            yield Broken("evidence_missing", f"evidence {number}", manifest)


def require_whole(found: Audit) -> None:
    """Raise EvidenceError, which names every broken link, where a check found any."""
    if found.broken:
        problems = verifying.problems_of(found.broken)
        raise EvidenceError("audit_broken", count=len(problems), problems=problems)
