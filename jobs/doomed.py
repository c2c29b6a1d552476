"""The files of a purge: blobs that no row needs, what went out and is over, old logs, models, what an upload left."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from core.deeds import Went
from core.errors import StorageError
from jobs.tools import Tools
from storage import exports, judging, purging
from storage.choosing import Policy
from storage.database import Session
from storage.exports import ExportRow
from storage.purging import Doomed

BLOB, EXPORT, PICTURE, LOG, MODEL, UPLOAD = "blob", "export", "picture", "log", "model", "upload"
BESIDE = "bukti"
BASE = "base"
LEFT_BEHIND = timedelta(hours=24)
"""A blob that no row points to is swept after so long: a crash left it there, and no crawl is about to need it."""


def files(session: Session, tools: Tools, policy: Policy, picture: Callable[[int], str]) -> Iterator[Doomed]:
    """Say which files beside the blobs have to go, by the rule and by what goes with the rows."""
    yield from _exports(session, policy, picture)
    yield from _logs(tools, policy)
    if policy.over(policy.retention.models_days):
        yield from _models(session, tools)


def _exports(session: Session, policy: Policy, picture: Callable[[int], str]) -> Iterator[Doomed]:
    """Take files that are too old, and those that hold what goes; backups are a person's to remove."""
    matches, wordings = purging.members_that_go(session)
    limit = policy.before(policy.retention.exports_days)
    kept: dict[Path, set[int]] = {}
    going: list[ExportRow] = []
    for row in exports.every(session):
        if row.kind is Went.BACKUP or row.gone_at is not None:
            continue
        inside = wordings if row.kind is Went.TEXTS else matches
        if row.written_at <= limit or (row.members is not None and not inside.isdisjoint(row.members)):
            going.append(row)
        elif row.kind is Went.REVIEW_FILE and row.members is not None:
            kept.setdefault(Path(row.file).parent, set()).update(row.members)
    for row in going:
        yield Doomed(kind=EXPORT, path=row.file)
        if row.kind is Went.REVIEW_FILE and row.members is not None:
            folder = Path(row.file).parent
            alone = set(row.members) - kept.get(folder, set()) | matches.intersection(row.members)
            yield from (Doomed(kind=PICTURE, path=str(folder / BESIDE / picture(one))) for one in sorted(alone))


def _logs(tools: Tools, policy: Policy) -> Iterator[Doomed]:
    data = tools.settings.storage.data
    for kind, found, limit in (
        (LOG, chain(data.glob("*.log"), data.glob("logs/*.log")), policy.before(policy.retention.logs_days)),
        (UPLOAD, chain(data.glob("inbox/*"), data.glob(".tilik-*")), policy.now - LEFT_BEHIND),
    ):
        for path in sorted(found):
            if path.stat().st_mtime <= limit.timestamp():
                yield Doomed(kind=kind, path=str(path))


def _models(session: Session, tools: Tools) -> Iterator[Doomed]:
    """Take trained models but for the base model, which learnt from invented texts."""
    base = _base(tools)
    for one in judging.models(session):
        if one.version != base and (tools.models / one.version).exists():
            yield Doomed(kind=MODEL, path=str(tools.models / one.version))


def back_to_base(session: Session, tools: Tools) -> None:
    """Put the base model to use again, where it is here: the others go."""
    base = next((one for one in judging.models(session) if one.version == _base(tools)), None)
    if base is not None and not base.active:
        judging.promote_model(session, base.id, tools.clock.now())


def _base(tools: Tools) -> str | None:
    try:
        found = json.loads((tools.models / BASE / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(found.get("version"))


def named_by(tools: Tools, manifests: Iterable[str]) -> set[str]:
    """Give the blobs that manifests name, and the manifests themselves; one that cannot be read names nothing."""
    found = set[str]()
    for name in manifests:
        found.add(name)
        with suppress(StorageError, ValueError, KeyError, TypeError):
            found.update(str(one["sha256"]) for one in json.loads(tools.blobs.get(name))["files"])
    return found


def needed_blobs(session: Session, tools: Tools) -> set[str]:
    """Give every blob that something still rests on."""
    names, manifests = purging.blobs_that_stay(session)
    return names | named_by(tools, manifests)


def unneeded_blobs(
    session: Session, tools: Tools, *, candidates: set[str] | None = None, after: bool = True
) -> list[Doomed]:
    """Give the blobs of rows that went, or would go, that nothing else needs."""
    if candidates is None:
        candidates, manifests = purging.blobs_that_go(session)
        candidates |= named_by(tools, manifests)
    needed = needed_blobs(session, tools) if after else _needed_without(session, tools)
    return [Doomed(kind=BLOB, path=name) for name in sorted(candidates - needed)]


def _needed_without(session: Session, tools: Tools) -> set[str]:
    """Give the blobs that would still be needed if what was chosen were gone."""
    names, manifests = purging.blobs_that_would_stay(session)
    return names | named_by(tools, manifests)


def paths(tools: Tools, one: Doomed) -> list[Path]:
    """Say where a file lies: a blob in either of its forms, an export with the sum beside it."""
    if one.kind == BLOB:
        return [tools.blobs.path(one.path), tools.blobs.plain_path(one.path)]
    path = Path(one.path)
    return [path, path.with_name(f"{path.name}.sha256")] if one.kind == EXPORT else [path]


def size(tools: Tools, one: Doomed) -> int | None:
    """Say how many bytes would go; None where there is nothing."""
    found = [path for path in paths(tools, one) if path.exists()]
    if not found:
        return None
    inner = chain.from_iterable(path.rglob("*") if path.is_dir() else [path] for path in found)
    return sum(path.stat().st_size for path in inner if path.is_file())


def remove(tools: Tools, one: Doomed) -> int:
    """Remove a file; say how many bytes it had. StorageError where the system refuses."""
    bytes_ = size(tools, one) or 0
    for path in paths(tools, one):
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError("file_not_removed", file=path, reason=error.strerror or error) from error
    return bytes_


def sweep(tools: Tools, needed: set[str], now: datetime) -> int:
    """Remove blobs that no row points to and that a crash must have left; say how many."""
    count = 0
    for path in sorted(tools.blobs.folder.glob("??/*")):
        name = path.name.removesuffix(".gz")
        if name not in needed and path.stat().st_mtime <= (now - LEFT_BEHIND).timestamp():
            path.unlink(missing_ok=True)
            count += 1
    return count
