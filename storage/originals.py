"""The files that people brought: their names and hashes, never their contents; and what was read out of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from core.records import Capability, PostRef
from storage.database import Session
from storage.tables import accounts, captures, originals, posts, visits


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A file that stays with its custodian; we keep what it is known by."""

    run_id: int
    name: str
    sha256: str
    bytes: int
    kind: str
    custodian: str | None
    counts: Mapping[str, object]
    imported_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a capture was taken from, whom it is about, and how it was asked for."""

    original_id: int | None
    account_id: int | None
    capability: Capability
    request: Mapping[str, object]


def original_id(session: Session, sha256: str) -> int | None:
    """Find a file that was brought before."""
    found: int | None = session.scalar(select(originals.c.id).where(originals.c.sha256 == sha256))
    return found


def save_original(session: Session, original: Original) -> int:
    """Register a file, once however often it is brought."""
    known = original_id(session, original.sha256)
    if known is not None:
        return known
    row = {name: getattr(original, name) for name in Original.__slots__}
    return int(session.execute(insert(originals).returning(originals.c.id), [row]).scalar_one())


def known_originals(session: Session) -> set[str]:
    """Name all files that were brought, by their SHA-256."""
    return set(session.scalars(select(originals.c.sha256)))


def save_provenance(session: Session, capture_id: int, provenance: Provenance) -> None:
    """Say where a capture comes from."""
    values = {name: getattr(provenance, name) for name in Provenance.__slots__}
    session.execute(update(captures).where(captures.c.id == capture_id).values(**values))


def looks_of(session: Session, original: int) -> set[tuple[Any, ...]]:
    """List the looks that a file has shown before: account, direction, post, state, seen and claimed."""
    runs = select(captures.c.run_id).where(captures.c.original_id == original)
    columns = (visits.c.account_id, visits.c.capability, visits.c.post_id, visits.c.state, visits.c.seen)
    query = select(*columns, visits.c.claimed).where(visits.c.run_id.in_(runs))
    return {tuple(row) for row in session.execute(query)}


def author_of(session: Session, platform: str, uri: str) -> int | None:
    """Find the watched account that wrote a post, where we know the post."""
    query = select(accounts.c.id).join(posts, posts.c.author_id == accounts.c.id)
    found: int | None = session.scalar(query.where(posts.c.platform == platform, posts.c.uri == uri))
    return found


def posts_named_like(session: Session, besides: PostRef, start: str, end: str) -> list[PostRef]:
    """Find posts besides this one whose URI begins and ends so: two at most, since only a single one says anything."""
    like = posts.c.uri.startswith(start, autoescape=True) & posts.c.uri.endswith(end, autoescape=True)
    query = (
        select(posts.c.uri, posts.c.url)
        .where(posts.c.platform == besides.platform, like, posts.c.uri != besides.uri)
        .limit(2)
    )
    return [PostRef(platform=besides.platform, uri=row.uri, url=row.url) for row in session.execute(query)]
