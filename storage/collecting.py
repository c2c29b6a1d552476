"""What was seen and how: posts, versions, interactions, captures, visits, bookmarks, hosts, crawl runs."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, and_, func, insert, select, update

from core.records import (
    AccountRef,
    Action,
    Capability,
    Capture,
    Interaction,
    Mode,
    Post,
    PostRef,
    Span,
    VisitState,
)
from storage.bulk import Target, listed, one_of, uncollected
from storage.database import Session
from storage.statements import CHUNK, NAMED, add, chunks, save
from storage.tables import accounts, bookmarks, captures, crawl_runs, hosts, interactions, post_versions, posts, visits

GOES_ON = ("page_limit", "interrupted")
"""The notes of visits whose rest is still to be read."""
CRAWL = "crawl"
"""The purpose of captures from which posts and acts are read."""
ACT = (interactions.c.account_id, interactions.c.action, interactions.c.post_id)
"""By what an act is known."""
POSTS = Target(
    table=posts,
    key=("uri", "platform"),
    latest=("likes",),
    fill=("url", "author_id", "author_hash", "posted_at", "posted_from", "posted_to", "posted_words"),
)
VERSIONS = Target(table=post_versions, key=("post_id", "sha256"), fill=("revision",))
INTERACTIONS = Target(
    table=interactions,
    key=tuple(column.name for column in ACT),
    fill=("acted_at", "acted_from", "acted_to", "acted_words", "record_uri", "post_revision"),
)
UNTOLD = {name: {f"{name}_from": None, f"{name}_to": None, f"{name}_words": None} for name in ("posted", "acted")}
"""The columns of times that no page told in words."""
MOST = 2**31
"""No count reaches this; the columns could not hold it either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Says whose records these are: the database id of a watched account, or a keyed hash of anybody else."""

    find: Callable[[AccountRef], int | None]
    hide: Callable[[AccountRef], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """How many rows a page added."""

    posts: int
    interactions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """One look at one target in one direction, as it is kept."""

    run_id: int
    account_id: int
    post_id: int | None
    capability: Capability
    mode: Mode
    state: VisitState
    complete: bool
    whole: bool = False
    seen: int
    claimed: int | None
    requests: int
    note: str | None
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page of a crawl was asked for; `request` is what it takes to read it again."""

    run_id: int
    step: str
    blob: str | None
    account_id: int | None
    capability: Capability
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRow:
    """When a host may be asked again, and why not before; what was spent of an API's allowance on its last day."""

    host: str
    next_ok_at: datetime | None
    blocked_until: datetime | None
    reason: str | None
    units_day: date | None = None
    units: int = 0


def text_digest(text: str) -> str:
    """Name a wording: the SHA-256 of its NFC form."""
    return hashlib.sha256(storable(text).encode()).hexdigest()


def storable(text: str) -> str:
    """Write a text as it is kept: NFC, and a mark in the place of what no database can hold."""
    return re.sub("[\0\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", unicodedata.normalize("NFC", text))


def start_run(session: Session, *, tilik: str, config_sha256: str, now: datetime) -> int:
    """Open a crawl run; return its id."""
    row = {"started_at": now, "tilik": tilik, "config_sha256": config_sha256, "state": "running"}
    return _new_id(session, crawl_runs, row)


def last_settings(session: Session) -> str | None:
    """Give the digest of the settings of the newest run; None before the first."""
    query = select(crawl_runs.c.config_sha256).order_by(crawl_runs.c.id.desc()).limit(1)
    found: str | None = session.execute(query).scalar()
    return found


def permissions_used(session: Session, run_id: int) -> list[tuple[str, int]]:
    """Say which written permissions a run used, and for how many captures."""
    ground = captures.c.permission
    query = select(ground, func.count()).where(captures.c.run_id == run_id, ground.startswith("permission:"))
    return [(row[0], int(row[1])) for row in session.execute(query.group_by(ground).order_by(ground))]


def end_run(session: Session, run_id: int, state: str, now: datetime, *, browser: str | None = None) -> None:
    """Close a crawl run; `browser` says, as JSON, how it went out."""
    row = {"state": state, "ended_at": now, "browser": browser}
    session.execute(update(crawl_runs).where(crawl_runs.c.id == run_id).values(row))


def save_capture(
    session: Session, capture: Capture, *, run_id: int | None, step: str, blob: str | None, purpose: str
) -> int:
    """Keep what was served; `blob` names the reduced body, None where nothing of it may be kept."""
    return _new_id(session, captures, _capture_row(capture, run_id=run_id, step=step, blob=blob, purpose=purpose))


def save_asked(session: Session, capture: Capture, asked: Asked) -> int:
    """Keep what was served with what was asked, so that it can be read again."""
    row = _capture_row(capture, run_id=asked.run_id, step=asked.step, blob=asked.blob, purpose=CRAWL)
    told = {"account_id": asked.account_id, "capability": asked.capability, "request": dict(asked.request)}
    return _new_id(session, captures, row | told)


def _capture_row(capture: Capture, *, run_id: int | None, step: str, blob: str | None, purpose: str) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "url": capture.url,
        "final_url": capture.final_url,
        "status": capture.status,
        "media_type": capture.media_type,
        "headers": dict(capture.headers),
        "sha256": capture.sha256,
        "blob": blob,
        "captured_at": capture.captured_at,
        "mode": capture.mode,
        "permission": capture.permission,
        "step": step,
        "purpose": purpose,
    }


def _new_id(session: Session, table: Table, row: Mapping[str, Any]) -> int:
    return int(session.execute(insert(table).returning(table.c.id), [row]).scalar_one())


@uncollected()
def save_posts(
    session: Session, found: Sequence[Post], owners: Owners, *, capture_id: int | None, now: datetime
) -> int:
    """Save posts that a page showed, and their wordings, once each however often they are seen; say how many are new.

    What was taken for gone before `now` is there again.
    """
    new, before = _save_posts(session, found, owners, capture_id=capture_id, now=now)
    back = [number for number, gone_at in before.values() if gone_at is not None and gone_at < now]
    for part in chunks(back, NAMED):
        session.execute(update(posts).where(posts.c.id.in_(part)).values(gone_at=None))
    return len(new)


@uncollected()
def save_again(
    session: Session, found: Sequence[Post], owners: Owners, *, capture_id: int | None, now: datetime
) -> int:
    """Save what an old page shows when it is read again: the counts that later pages told stand."""
    old = post_ids(session, (post.ref for post in found))
    kept = [replace(post, likes=None) if post.ref.uri in old else post for post in found]
    return len(_save_posts(session, kept, owners, capture_id=capture_id, now=now)[0])


def _save_posts(
    session: Session, found: Sequence[Post], owners: Owners, *, capture_id: int | None, now: datetime
) -> tuple[dict[str, int], dict[str, tuple[int, datetime | None]]]:
    """Save posts; give the ids of those that are new by URI, and what was stored of the others."""
    before = _stored(session, (post.ref for post in found))
    save(session, POSTS, [_post_row(post, owners, capture_id=capture_id, now=now) for post in found])
    new = post_ids(session, (post.ref for post in found if post.ref.uri not in before))
    ids = {uri: number for uri, (number, _) in before.items()} | new
    versions = [
        {
            "post_id": ids[post.ref.uri],
            "sha256": text_digest(post.text),
            "text": storable(post.text),
            "revision": post.revision,
            "seen_at": now,
            "edited_at": post.edited_at,
            "capture_id": capture_id,
        }
        for post in found
        if post.text is not None
    ]
    save(session, VERSIONS, versions)
    return new, before


def _post_row(post: Post, owners: Owners, *, capture_id: int | None, now: datetime) -> dict[str, Any]:
    author_id = owners.find(post.author) if post.author else None
    return {
        "platform": post.ref.platform,
        "uri": post.ref.uri,
        "url": post.ref.url,
        "author_id": author_id,
        "author_hash": owners.hide(post.author) if post.author and author_id is None else None,
        "posted_at": post.posted_at,
        **_span("posted", post.posted_span),
        "likes": _countable(post.likes),
        "first_seen_at": now,
        "capture_id": capture_id,
    }


def _span(name: str, span: Span | None) -> Mapping[str, Any]:
    """Write a time in words as its columns. The first sight stays: ages tell less the longer ago something is."""
    if span is None:
        return UNTOLD[name]
    return {f"{name}_from": span.earliest, f"{name}_to": span.latest, f"{name}_words": storable(span.words)}


def _countable(number: int | None) -> int | None:
    """Take a number that no post can have for an unknown one."""
    return number if number is not None and 0 <= number < MOST else None


def post_ids(session: Session, refs: Iterable[PostRef]) -> dict[str, int]:
    """Find the ids of posts by their URI."""
    return {uri: number for uri, (number, _) in _stored(session, refs).items()}


def _stored(session: Session, refs: Iterable[PostRef]) -> dict[str, tuple[int, datetime | None]]:
    """Find posts by their URI: their ids, and since when they were gone."""
    found: dict[str, tuple[int, datetime | None]] = {}
    wanted: dict[str, set[str]] = {}
    for ref in refs:
        wanted.setdefault(ref.platform, set()).add(ref.uri)
    for platform, uris in wanted.items():
        for part in chunks(sorted(uris), CHUNK if session.dialect.name == "postgresql" else NAMED):
            these = posts.c.platform == platform, one_of(session, posts.c.uri, part)
            query = select(posts.c.uri, posts.c.id, posts.c.gone_at).where(*these)
            found.update({uri: (number, gone_at) for uri, number, gone_at in session.execute(query).all()})
    return found


@uncollected()
def save_interactions(
    session: Session, found: Sequence[Interaction], owners: Owners, *, capture_id: int | None, now: datetime
) -> int:
    """Save what watched accounts did, once each; what anybody else did is not kept. Say how many are new.

    What was missing in a complete list before `now` is there again.
    """
    acts = [(actor_id, act) for act in found if (actor_id := owners.find(act.actor)) is not None]
    if not acts:
        return 0
    ids = post_ids(session, (act.post for _, act in acts))
    unseen = [Post(ref=act.post, author=None, text=None, posted_at=None) for _, act in acts if act.post.uri not in ids]
    ids |= _save_posts(session, unseen, owners, capture_id=capture_id, now=now)[0]
    rows = [
        {
            "account_id": actor_id,
            "action": act.action,
            "post_id": ids[act.post.uri],
            "acted_at": act.acted_at,
            **_span("acted", act.acted_span),
            "record_uri": act.record_uri,
            "post_revision": act.post_revision,
            "basis": act.basis,
            "first_seen_at": now,
            "capture_id": capture_id,
        }
        for actor_id, act in acts
    ]
    new = save(session, INTERACTIONS, rows)
    keys = set(map(itemgetter(*INTERACTIONS.key), rows))
    if new < len(keys):
        _back(session, keys, now)
    return new


def _back(session: Session, keys: Iterable[tuple[int, str, int]], now: datetime) -> None:
    """Note that acts are there again that were missed before a moment."""
    for part in chunks(sorted(keys), CHUNK):
        wanted = listed(session, ACT, part)
        these = and_(*(column == wanted.c[column.name] for column in ACT))
        query = select(interactions.c.id).select_from(wanted).join(interactions, these)
        missed = session.scalars(query.where(interactions.c.absent_since < now)).all()
        for some in chunks(missed, NAMED):
            session.execute(update(interactions).where(interactions.c.id.in_(some)).values(absent_since=None))


def save_visit(session: Session, visit: VisitRow) -> int:
    """Keep how one look ended."""
    row = {name: getattr(visit, name) for name in VisitRow.__slots__}
    return _new_id(session, visits, {**row, "claimed": _countable(visit.claimed)})


def save_bookmark(
    session: Session, account_id: int, capability: Capability, value: Mapping[str, str], now: datetime
) -> None:
    """Note where the next visit may go on."""
    row = {"account_id": account_id, "capability": capability, "value": dict(value), "updated_at": now}
    add(session, bookmarks, [row], key=["account_id", "capability"], update=["value", "updated_at"])


def bookmark(session: Session, account_id: int, capability: Capability) -> dict[str, str] | None:
    """Read where the last visit left off."""
    this = bookmarks.c.account_id == account_id, bookmarks.c.capability == capability
    value = session.scalar(select(bookmarks.c.value).where(*this))
    return dict(value) if value is not None else None


def save_hosts(session: Session, rows: Iterable[HostRow]) -> None:
    """Keep the pauses that hosts asked for, so that a restart keeps them too."""
    values = [{name: getattr(row, name) for name in HostRow.__slots__} for row in rows]
    add(session, hosts, values, key=["host"], update=[name for name in HostRow.__slots__ if name != "host"])


def host_rows(session: Session) -> list[HostRow]:
    """Read the pauses that hosts asked for."""
    return [HostRow(**row._mapping) for row in session.execute(select(hosts))]  # noqa: SLF001  (its documented name)


def mark_gone(session: Session, refs: Iterable[PostRef], now: datetime) -> None:
    """Note that posts were looked for and are not there any more."""
    ids = post_ids(session, refs)
    for part in chunks(sorted(ids.values()), NAMED):
        these = posts.c.id.in_(part), posts.c.gone_at.is_(None)
        session.execute(update(posts).where(*these).values(gone_at=now))


def totals(session: Session) -> dict[str, int]:
    """Count what is stored."""
    own = interactions.c.action == Action.POSTED
    return {
        "accounts": session.scalar(select(func.count()).select_from(accounts)) or 0,
        "posts": session.scalar(select(func.count()).select_from(posts)) or 0,
        "interactions": session.scalar(select(func.count()).select_from(interactions)) or 0,
        "own_posts": session.scalar(select(func.count()).select_from(interactions).where(own)) or 0,
    }
