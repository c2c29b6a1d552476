"""The images of posts: which there are, which are still to be fetched, and what came of each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update

from core.records import Post
from storage.collecting import Owners, post_ids
from storage.database import Session
from storage.statements import add
from storage.tables import post_pictures, post_versions, posts, watch_entries

MOST_OF_A_POST = 10
LONGEST_ADDRESS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An image that nobody has fetched yet."""

    id: int
    url: str


def save_addresses(session: Session, found: Sequence[Post], owners: Owners) -> None:
    """Keep where the images of posts are, once each; those of people who are not watched are nobody's business."""
    own = [post for post in found if post.pictures and post.author and owners.find(post.author) is not None]
    ids = post_ids(session, (post.ref for post in own))
    rows = [
        {"post_id": ids[post.ref.uri], "url": url, "url_sha256": hashlib.sha256(url.encode()).hexdigest()}
        for post in own
        for url in dict.fromkeys(post.pictures[:MOST_OF_A_POST])
        if url.startswith(("https://", "http://")) and len(url) <= LONGEST_ADDRESS
    ]
    add(session, post_pictures, rows, key=["post_id", "url_sha256"])


def to_fetch(session: Session, *, below_characters: int, limit: int) -> list[Waiting]:
    """List images of watched people's posts with few words that wait to be fetched, the newest posts first."""
    watched = exists().where(watch_entries.c.account_id == posts.c.author_id, watch_entries.c.removed_at.is_(None))
    query = (
        select(post_pictures.c.id, post_pictures.c.url)
        .join(posts, posts.c.id == post_pictures.c.post_id)
        .where(post_pictures.c.sha256.is_(None), post_pictures.c.note.is_(None))
        .where(posts.c.gone_at.is_(None), watched, few_words(below_characters))
        .order_by(posts.c.first_seen_at.desc(), post_pictures.c.id)
        .limit(limit)
    )
    return [Waiting(id=row.id, url=row.url) for row in session.execute(query)]


def few_words(below_characters: int) -> ColumnElement[bool]:
    """Say whether the newest wording of a post is this short; one without any wording is."""
    latest = (
        select(func.length(func.trim(post_versions.c.text)))
        .where(post_versions.c.post_id == posts.c.id)
        .order_by(post_versions.c.seen_at.desc(), post_versions.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(latest, 0) < below_characters


def save_picture(session: Session, picture_id: int, *, sha256: str, media_type: str, now: datetime) -> None:
    """Keep which file an image is."""
    _set(session, picture_id, sha256=sha256, media_type=media_type, fetched_at=now)


def save_missing(session: Session, picture_id: int, *, note: str, now: datetime) -> None:
    """Keep why there is no image."""
    _set(session, picture_id, note=note, fetched_at=now)


def _set(session: Session, picture_id: int, **values: object) -> None:
    session.execute(update(post_pictures).where(post_pictures.c.id == picture_id).values(**values))
