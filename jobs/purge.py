"""Retention, carried out: what is due, and its removal from rows, files and logs, with a certificate.

Rows go first, in one transaction that also keeps which files have to go; then files; then the database is written anew,
so that no deleted byte stays in it; then the certificate. A purge that is broken off goes on at the next call.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.deeds import Did, Went
from core.errors import InputError, StorageError
from core.files import write_whole
from core.settings import Settings
from jobs import doomed
from jobs.lock import only_one
from jobs.tools import Tools
from storage import choosing, exports, holding, people, purging
from storage.choosing import Part, Policy
from storage.database import Database, Session
from storage.exports import ExportRow
from storage.purging import DONE, FILES_GONE, ROWS_GONE, SHRUNK, PurgeRow

Page = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a purge would take now: rows by class, files and bytes by kind; what still holds it, and what is held."""

    day: datetime
    ends: str
    parts: Mapping[str, Part]
    files: Mapping[str, int]
    bytes: int
    elsewhere: tuple[ExportRow, ...]
    holds: int

    @property
    def count(self) -> int:
        """Say how many rows and files would go."""
        return sum(part.count for part in self.parts.values()) + sum(self.files.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Who purges and why; how the certificate is shown to people, and what the picture of a match is called."""

    by: str
    reason: str
    page: Page
    picture: Callable[[int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What a purge came to; `files` are those of the certificate."""

    number: int
    resumed: bool
    counts: Mapping[str, Any]
    files: tuple[Path, ...] = field(default=())
    sha256: str = ""


def policy_of(settings: Settings, now: datetime) -> Policy:
    """Give the rule that the settings make."""
    ends = settings.purpose.ends + timedelta(days=1)
    base = datetime.combine(ends, time(), ZoneInfo(settings.schedule.timezone))
    return Policy(now=now, base=base, retention=settings.retention)


def propose(tools: Tools, picture: Callable[[int], str]) -> Proposal:
    """Say what a purge would take now; nothing is changed."""
    policy = policy_of(tools.settings, tools.clock.now())
    with tools.database.read() as session:
        parts = choosing.choose(session, policy)
        files = list(doomed.files(session, tools, policy, picture))
        files += doomed.unneeded_blobs(session, tools, after=False)
        held = sum(one.lifted_at is None for one in holding.every_hold(session))
        known = list(exports.every(session))
    sizes = [doomed.size(tools, one) for one in files]
    there = [one for one, size in zip(files, sizes, strict=True) if size is not None]
    return Proposal(
        day=policy.now,
        ends=tools.settings.purpose.ends.isoformat(),
        parts=parts,
        files=Counter(one.kind for one in there),
        bytes=sum(size or 0 for size in sizes),
        elsewhere=tuple(_elsewhere(known, {one.path for one in files})),
        holds=held,
    )


def _elsewhere(known: Iterable[ExportRow], going: set[str]) -> Iterator[ExportRow]:
    """List what went out and is not known to be gone: a purge does not reach it."""
    for row in known:
        away = row.kind is Went.BACKUP or not Path(row.file).exists()
        if row.gone_at is None and away and row.file not in going:
            yield row


def is_due(settings: Settings, database: Database, now: datetime) -> bool:
    """Say whether the purpose has ended and something is due, or a purge was broken off."""
    policy = policy_of(settings, now)
    with database.read() as session:
        if any(one.state != DONE for one in purging.every_purge(session)):
            return True
    if policy.now < policy.base:
        return False
    with database.read() as session:
        parts = choosing.choose(session, policy)
    return any(part.count for part in parts.values())


def run(tools: Tools, wishes: Wishes) -> Purged:
    """Carry out the retention of the settings; a purge that was broken off is brought to its end first.

    RefusedError `already_running` while a crawl runs.
    """
    if not wishes.reason.strip():
        raise InputError("purge_without_reason")
    with only_one(tools.settings.storage.data / "crawl.lock"):
        with tools.database.read() as session:
            open_ones = [one for one in purging.every_purge(session) if one.state != DONE]
        number = open_ones[0].id if open_ones else _take_rows(tools, wishes)
        return _go_on(tools, number, wishes, resumed=bool(open_ones))


def _take_rows(tools: Tools, wishes: Wishes) -> int:
    policy = policy_of(tools.settings, tools.clock.now())
    rule = {"ends": tools.settings.purpose.ends.isoformat(), **tools.settings.retention.model_dump(mode="json")}
    with tools.database.write() as session:
        parts = choosing.choose(session, policy)
        number = purging.begin(session, by=wishes.by, reason=wishes.reason, at=policy.now, policy=rule)
        files = list(doomed.files(session, tools, policy, wishes.picture))
        if policy.over(policy.retention.models_days):
            doomed.back_to_base(session, tools)
        digests = _bury(session, number, tools.secret)
        candidates, manifests = purging.blobs_that_go(session)
        candidates |= doomed.named_by(tools, manifests)
        purging.release(session, by=wishes.by, at=policy.now)
        purging.take_rows(session, number, everything_seen=policy.over(policy.retention.unflagged_days), now=policy.now)
        files += doomed.unneeded_blobs(session, tools, candidates=candidates)
        purging.doom(session, number, files)
        counts = _counts(parts, digests)
        counts["files"] = {"kinds": Counter(one.kind for one in files), "bytes": 0}
        counts["held"] = [_held(one) for one in holding.every_hold(session) if one.lifted_at is None]
        counts["elsewhere"] = [_known(one) for one in _elsewhere(exports.every(session), {one.path for one in files})]
        purging.set_state(session, number, ROWS_GONE, counts=counts)
    return number


def _bury(session: Session, number: int, secret: bytes) -> dict[str, str]:
    """Keep a tombstone of each row that goes, and give a digest of all of a class."""
    hashed: dict[str, Any] = {}

    def hide(names: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for kind, name in names:
            digest = keyed(secret, kind, name)
            hashed.setdefault(kind, blake2b(key=secret[:64], digest_size=16)).update(digest.encode())
            if kind in purging.BURIED:
                yield kind, digest

    with closing(purging.names_of(session)) as names:  # also after an error: an open cursor would lock the table
        purging.bury(session, number, hide(names))
    return {kind: one.hexdigest() for kind, one in hashed.items()}


def keyed(secret: bytes, kind: str, name: str) -> str:
    """Hash a name with this installation's secret: without it nobody can try names."""
    return blake2b(f"{kind}\0{name}".encode(), key=secret[:64], digest_size=16).hexdigest()


def _counts(parts: Mapping[str, Part], digests: Mapping[str, str]) -> dict[str, Any]:
    told = {
        name: {
            "count": part.count,
            "oldest": part.oldest.isoformat() if part.oldest else None,
            "newest": part.newest.isoformat() if part.newest else None,
            **({"digest": digests[name]} if name in digests else {}),
        }
        for name, part in parts.items()
    }
    return {"classes": told, "digest_of_matches": digests.get(choosing.MATCHES)}


def _held(one: holding.Hold) -> dict[str, Any]:
    return {"hold": one.id, "kind": one.kind, "since": one.held_at.isoformat()}


def _known(one: ExportRow) -> dict[str, Any]:
    return {"export": one.id, "kind": one.kind, "sha256": one.sha256, "written_at": one.written_at.isoformat()}


def _go_on(tools: Tools, number: int, wishes: Wishes, *, resumed: bool) -> Purged:
    """Bring a purge to its end from wherever it is; each step can be done twice."""
    row = _row(tools, number)
    if row.state == ROWS_GONE:
        row = _take_files(tools, row)
    if row.state == FILES_GONE:
        purging.shrink(tools.database)
        _reach(tools, number, SHRUNK)
    return _certify(tools, _row(tools, number), wishes, resumed=resumed)


def _row(tools: Tools, number: int) -> PurgeRow:
    with tools.database.read() as session:
        return next(one for one in purging.every_purge(session) if one.id == number)


def _reach(tools: Tools, number: int, state: str, **values: object) -> None:
    with tools.database.write() as session:
        purging.set_state(session, number, state, **values)


def _take_files(tools: Tools, row: PurgeRow) -> PurgeRow:
    """Remove the files one by one, each noted as it goes; a blob that something points to again stays."""
    with tools.database.read() as session:
        files = purging.doomed(session, row.id)
        needed = doomed.needed_blobs(session, tools)
    removed = row.counts["files"]["bytes"]
    for one in files:
        if one.kind != doomed.BLOB or one.path not in needed:
            removed += doomed.remove(tools, one)
        with tools.database.write() as session:
            purging.laid_to_rest(session, one, tools.clock.now())
            counts = {**row.counts, "files": {**row.counts["files"], "bytes": removed}}
            purging.set_state(session, row.id, ROWS_GONE, counts=counts)
    doomed.sweep(tools, needed, tools.clock.now())
    _reach(tools, row.id, FILES_GONE)
    return _row(tools, row.id)


def _certify(tools: Tools, row: PurgeRow, wishes: Wishes, *, resumed: bool) -> Purged:
    """Write the certificate, for programs and for people, and note it in the record of deeds."""
    ended = tools.clock.now()
    with tools.database.read() as session:
        chain = people.check_chain(session)
    facts = {
        "purge": row.id,
        "controller": tools.settings.purpose.controller,
        "begun_at": row.begun_at.isoformat(),
        "ended_at": ended.isoformat(),
        "by": row.begun_by,
        "reason": row.reason,
        "policy": row.policy,
        **row.counts,
        "record": {"lines": chain.lines, "head": chain.head, "whole": chain.broken_at is None},
        "tilik": tools.version,
        "timezone": tools.settings.schedule.timezone,
    }
    content = (json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    digest = sha256(content).hexdigest()
    folder = tools.settings.storage.data / "certificates"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = folder / f"purge-{row.id:04}.json", folder / f"purge-{row.id:04}.html"
    try:
        write_whole(told[0], content)
        write_whole(told[1], wishes.page({**facts, "sha256": digest}).encode())
    except OSError as error:
        raise StorageError("blob_not_written", blob=told[0].name, reason=error.strerror or error) from error
    with tools.database.write() as session:
        purging.set_state(session, row.id, DONE, certificate=digest, ended_at=ended)
        detail = f"{row.id} {digest}"
        people.record(session, who=wishes.by, what=Did.PURGE, detail=detail, at=ended)
    return Purged(number=row.id, resumed=resumed, counts=row.counts, files=told, sha256=digest)


def told(proposal: Proposal) -> dict[str, Any]:
    """Give a proposal for programs."""
    rows = [_known(one) | {"file": one.file} for one in proposal.elsewhere]
    parts = {name: asdict(part) for name, part in proposal.parts.items()}
    return {
        "purpose_ends": proposal.ends,
        "classes": parts,
        "files": dict(proposal.files),
        "bytes": proposal.bytes,
        "elsewhere": rows,
        "holds": proposal.holds,
    }
