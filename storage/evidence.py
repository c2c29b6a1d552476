"""What is kept of the pages and records that matches rest on, and which matches still wait for it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import exists, func, insert, select

from core.deeds import Did
from core.records import Band, Standing
from storage.database import Session
from storage.judged_tables import evidence, matches
from storage.people import record
from storage.tables import accounts, captures, interactions, originals, post_versions, posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A match without evidence, with what its manifest says of the act. `crawl_*` is where the act was found."""

    match_id: int
    platform: str
    account_id: int
    account: str
    action: str
    acted_at: datetime | None
    record_uri: str | None
    post_uri: str
    url: str | None
    text_sha256: str
    crawl_url: str | None
    crawl_sha256: str | None
    crawl_blob: str | None
    crawl_media_type: str | None
    crawl_at: datetime | None
    crawl_mode: str | None
    crawl_permission: str | None
    original: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One piece of evidence; `manifest` is the SHA-256 of its manifest, which is also its name among the blobs."""

    match_id: int
    level: str
    url: str | None
    note: str | None
    manifest: str
    captured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A file that a person brought and keeps, and what the act was read from in it."""

    name: str
    sha256: str
    kind: str
    custodian: str | None
    capture_sha256: str
    capture_url: str


def waiting(session: Session, limit: int, *, everything: bool) -> list[Waiting]:
    """List matches without evidence, the most probable first: the flagged ones, or all of them."""
    query = (
        select(
            matches.c.id.label("match_id"),
            posts.c.platform,
            interactions.c.account_id,
            accounts.c.handle.label("account"),
            interactions.c.action,
            interactions.c.acted_at,
            interactions.c.record_uri,
            posts.c.uri.label("post_uri"),
            posts.c.url,
            post_versions.c.sha256.label("text_sha256"),
            captures.c.url.label("crawl_url"),
            captures.c.sha256.label("crawl_sha256"),
            captures.c.blob.label("crawl_blob"),
            captures.c.media_type.label("crawl_media_type"),
            captures.c.captured_at.label("crawl_at"),
            captures.c.mode.label("crawl_mode"),
            captures.c.permission.label("crawl_permission"),
            originals.c.sha256.label("original"),
        )
        .select_from(matches)
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(accounts, accounts.c.id == interactions.c.account_id)
        .join(posts, posts.c.id == interactions.c.post_id)
        .join(post_versions, post_versions.c.id == matches.c.post_version_id)
        .outerjoin(captures, captures.c.id == interactions.c.capture_id)
        .outerjoin(originals, originals.c.id == captures.c.original_id)
        .where(~exists().where(evidence.c.match_id == matches.c.id), matches.c.standing != Standing.WITHDRAWN)
        .order_by(matches.c.probability.desc(), matches.c.id)
        .limit(limit)
    )
    if not everything:
        query = query.where(matches.c.band != Band.LOW)
    return [Waiting(**row._mapping) for row in session.execute(query)]  # noqa: SLF001  (its documented name)


def save(session: Session, rows: Sequence[EvidenceRow], *, who: str, at: datetime) -> None:
    """Note evidence, each piece with its line of the record; its files and its manifest lie on the disk already."""
    for row in rows:
        values = {name: getattr(row, name) for name in EvidenceRow.__slots__}
        number = int(session.execute(insert(evidence).values(**values).returning(evidence.c.id)).scalar_one())
        record(session, who=who, what=Did.KEEP, detail=kept_words(number, row), at=at)


def told(number: int, row: EvidenceRow) -> str:
    """Write a row in its one form, from which its digest is made."""
    fields = {name: getattr(row, name) for name in EvidenceRow.__slots__}
    fields |= {"id": number, "captured_at": row.captured_at.astimezone(UTC).isoformat(timespec="microseconds")}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def kept_words(number: int, row: EvidenceRow) -> str:
    """Say in the record which row was added: its number, its digest, and the SHA-256 of its manifest."""
    return f"{number} {hashlib.sha256(told(number, row).encode()).hexdigest()} {row.manifest}"


def release_words(number: int, manifest: str) -> str:
    """Say in the record (`Did.RELEASE`) which row was let go: whoever purges evidence writes one for each."""
    return f"{number} {manifest}"


def every(session: Session) -> Iterator[tuple[int, EvidenceRow]]:
    """Give all evidence with its numbers, oldest first."""
    query = select(evidence).order_by(evidence.c.id).execution_options(stream_results=True, yield_per=1_000)
    with closing(session.execute(query)) as rows:
        for row in rows:
            yield row.id, EvidenceRow(**{name: getattr(row, name) for name in EvidenceRow.__slots__})


def of_match(session: Session, match_id: int) -> list[EvidenceRow]:
    """List what is kept of a match, oldest first."""
    rows = session.execute(select(evidence).where(evidence.c.match_id == match_id).order_by(evidence.c.id))
    return [EvidenceRow(**{name: getattr(row, name) for name in EvidenceRow.__slots__}) for row in rows]


def numbers(session: Session, match_id: int) -> list[int]:
    """Give the numbers of what is kept of a match, in the order of `of_match`."""
    query = select(evidence.c.id).where(evidence.c.match_id == match_id).order_by(evidence.c.id)
    return list(session.execute(query).scalars())


def original_of(session: Session, match_id: int) -> Original | None:
    """Find the file of a person in which the act of a match was found."""
    query = (
        select(
            originals.c.name,
            originals.c.sha256,
            originals.c.kind,
            originals.c.custodian,
            captures.c.sha256.label("capture_sha256"),
            captures.c.url.label("capture_url"),
        )
        .select_from(matches)
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(captures, captures.c.id == interactions.c.capture_id)
        .join(originals, originals.c.id == captures.c.original_id)
        .where(matches.c.id == match_id)
    )
    row = session.execute(query).one_or_none()
    return Original(**row._mapping) if row is not None else None  # noqa: SLF001  (its documented name)


def known(session: Session, match_id: int) -> bool:
    """Say whether there is such a match."""
    return bool(session.scalar(select(func.count()).select_from(matches).where(matches.c.id == match_id)))
