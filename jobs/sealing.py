"""Sealing: what is new in the record and in the evidence, signed with this installation's key and stamped from outside.

Where an authority does not answer as it should, the seal stays pending for it: that is said, and asked again at the
next round. A seal is never made over a record that does not fit together.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.deeds import Did
from core.errors import EvidenceError, FetchError, MissingError, Problem
from core.settings import Authority
from evidence import sealing
from evidence.sealing import Covered, Kept, Maker
from jobs import deeds
from jobs.tools import Tools
from storage import evidence, people, seal_key, seals
from storage.database import Session
from storage.seals import SealRow, StampRow

Ask = Callable[[str, bytes], Awaitable[tuple[int, bytes]]]
"""Posts a question to an authority's address: the status and the answer. FetchError where there is none."""
MOST_TRIES = 20
"""So many seals of the past are brought to one authority in a round."""
AGAIN = timedelta(hours=1)
"""How long after an authority failed it is asked again, between rounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A seal that an authority has not confirmed, and why not when it was asked last."""

    seal: int
    authority: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What came of it. `seal` is the number of the new seal; None where nothing was new. `last` is the newest."""

    seal: int | None
    last: int | None
    key: str
    evidence: int = 0
    line: int = 0
    stamped: int = 0
    authorities: int = 0
    pending: tuple[Pending, ...] = ()


async def run(tools: Tools, ask: Ask | None = None, *, new_key: bool = False) -> Sealed:
    """Seal what is new, then ask the authorities for what still waits; without `ask` nobody is asked.

    Raises MissingError where the packages or the key of earlier seals are not there, EvidenceError where the record
    does not fit together since the last seal.
    """
    sealing.require()
    pem = key_of(tools, new_key=new_key)
    made, covered = _seal(tools, pem)
    stamped = await _stamp(tools, ask) if ask is not None else 0
    with tools.database.read() as session:
        last, left = seals.newest(session), pending(session)
    return Sealed(
        seal=made.id if made is not None else None,
        last=last.id if last is not None else None,
        key=sealing.fingerprint(sealing.public_key(pem)) or "",
        evidence=len(covered.evidence) if covered is not None else 0,
        line=covered.line if covered is not None else 0,
        stamped=stamped,
        authorities=len(tools.settings.seals.authorities),
        pending=tuple(left),
    )


def key_of(tools: Tools, *, new_key: bool = False) -> bytes:
    """Give this installation's key, made at its first use. One that is gone is not made anew unless that is wanted."""
    folder = tools.settings.storage.data
    pem = seal_key.read(folder)
    if pem is not None and not new_key:
        return pem
    with tools.database.read() as session:
        last = seals.newest(session)
    if last is not None and not new_key:
        raise MissingError("seal_key_missing", file=folder / seal_key.NAME, key=sealing.fingerprint(last.public_key))
    made = sealing.new_key()
    seal_key.write(folder, made)
    deeds.note(tools, Did.KEY, sealing.fingerprint(sealing.public_key(made)))
    return made


def _seal(tools: Tools, pem: bytes) -> tuple[SealRow | None, Covered | None]:
    with tools.database.write() as session:
        people.hold(session)
        last = seals.newest(session)
        if last is None:
            _adopt(session, tools)
        covered = _covered(session, last)  # also where nothing is new: the lines are checked on the way
        if covered is None or (last is not None and not seals.count_after(session, last.line_id)):
            return None, None
        row = _row(tools, pem, last, covered)
        seals.save(session, row, who=tools.who, digest=sealing.digest(row.statement.encode()))
    return row, covered


def _adopt(session: Session, tools: Tools) -> None:
    """Tell the record of evidence that was kept before the record told of any: once, before the first seal."""
    known = {kept[0] for line in people.walk(session) if line.what == Did.KEEP and (kept := _kept(line.detail))}
    for number, row in list(evidence.every(session)):
        if number not in known:
            deeds.write(session, tools, Did.KEEP, evidence.kept_words(number, row))


def _kept(detail: str | None) -> tuple[int, str, str] | None:
    return sealing.kept_of(detail)


def _covered(session: Session, last: SealRow | None) -> Covered | None:
    """Gather what is new since the last seal; EvidenceError where the lines do not follow each other."""
    after, head = (last.line_id, sealed_head(last)) if last is not None else (0, people.BEGINNING)
    found: list[Kept] = []
    for line in people.walk(session, after=after, head=head):
        if not line.follows:
            problem = Problem(code="record_line", where="audit", value=str(line.id))
            raise EvidenceError("audit_broken", count=1, problems=[problem])
        found.extend(kept_in(line))
        after, head = line.id, line.digest
    return Covered(line=after, digest=head, evidence=found) if after else None


def kept_in(line: people.Line) -> Iterator[Kept]:
    """Read from a line of the record which evidence was added."""
    kept = _kept(line.detail) if line.what == Did.KEEP else None
    if kept is not None:
        yield Kept(number=kept[0], row=kept[1], line=line.id, digest=line.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The last seal, as reports and digests print it: its number, when, up to which line with which digest, whose."""

    number: int
    made_at: datetime
    line: int
    head: str
    key: str


def latest(session: Session) -> Latest | None:
    """Tell of the last seal."""
    last = seals.newest(session)
    if last is None:
        return None
    key = sealing.fingerprint(last.public_key) or ""
    return Latest(number=last.id, made_at=last.made_at, line=last.line_id, head=sealed_head(last), key=key)


def sealed_head(last: SealRow) -> str:
    """Give the digest of the last line of the record that a seal covers, as the seal says it."""
    said = sealing.read_statement(last.statement)
    return str(said["record"].get("digest")) if said is not None else ""


def _row(tools: Tools, pem: bytes, last: SealRow | None, covered: Covered) -> SealRow:
    public, now = sealing.public_key(pem), tools.clock.now()
    number, before = (last.id + 1, sealing.digest(last.statement.encode())) if last else (1, sealing.BEGINNING)
    maker = Maker(
        key=sealing.fingerprint(public) or "",
        controller=tools.settings.purpose.controller,
        tilik=tools.version,
        authorities=[one.url for one in tools.settings.seals.authorities],
    )
    told = sealing.statement(number, before, covered, maker, now)
    return SealRow(
        id=number,
        line_id=covered.line,
        statement=told.decode(),
        signature=sealing.sign(pem, told),
        public_key=public,
        made_at=now,
    )


async def _stamp(tools: Tools, ask: Ask) -> int:
    """Bring every seal that waits to its authorities; whoever fails is left alone until the next round."""
    known = {one.url: one for one in tools.settings.seals.authorities}
    stamped = 0
    with tools.database.read() as session:
        waiting = pending(session)
        statements = {row.id: row.statement.encode() for row in seals.every(session)} if waiting else {}
    for url, authority in known.items():
        for one in [one for one in waiting if one.authority == url][:MOST_TRIES]:
            row = await _asked(tools, ask, authority, one.seal, statements[one.seal])
            mark = sealing.digest(row.token) if row.token is not None else row.note or ""
            with tools.database.write() as session:
                seals.save_stamp(session, row, who=tools.who, mark=mark)
            if row.token is None:
                break
            stamped += 1
    return stamped


async def _asked(tools: Tools, ask: Ask, authority: Authority, number: int, told: bytes) -> StampRow:
    token, note = await _answer(ask, authority, told)
    return StampRow(seal_id=number, authority=authority.url, token=token, note=note, asked_at=tools.clock.now())


async def _answer(ask: Ask, authority: Authority, told: bytes) -> tuple[bytes | None, str | None]:
    """Ask one authority: its answer where that confirms these bytes, else why not."""
    try:
        certificates = authority.certificate.read_bytes()
    except OSError:
        return None, "stamp_certificate"
    question = sealing.query(told)
    try:
        status, answer = await ask(authority.url, question.content)
    except FetchError as error:
        return None, error.code
    if status != 200:
        return None, f"http_{status}"
    note = sealing.why_not(answer, told, certificates, nonce=question.nonce)
    return (answer, None) if note is None else (None, note)


def pending(session: Session) -> list[Pending]:
    """List which seals still wait for which of their authorities, oldest first."""
    return list(waiting(seals.every(session), seals.stamps(session)))


def waiting(rows: Sequence[SealRow], stamps: Sequence[StampRow]) -> Iterator[Pending]:
    """Say of seals which of their authorities have not confirmed them, and why not the last time."""
    answered = {(one.seal_id, one.authority) for one in stamps if one.token is not None}
    notes: Mapping[tuple[int, str], str | None] = {(one.seal_id, one.authority): one.note for one in stamps}
    for row in rows:
        told = sealing.read_statement(row.statement) or {}
        for url in sealing.pending(told, (name for number, name in answered if number == row.id)):
            yield Pending(seal=row.id, authority=url, note=notes.get((row.id, url)))


def is_due(tools: Tools) -> bool:
    """Say whether a seal waits for an authority that was not asked for a while."""
    with tools.database.read() as session:
        left = {(one.seal, one.authority) for one in pending(session)}
        asked = {(one.seal_id, one.authority): one.asked_at for one in seals.stamps(session)}
    now = tools.clock.now()
    known = {one.url for one in tools.settings.seals.authorities}
    return any(url in known and now - asked.get((seal, url), now - AGAIN) >= AGAIN for seal, url in left)
