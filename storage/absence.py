"""What is no longer there: only a look that showed everything can say so, and a later sight takes it back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select, update

from core.records import Action, ActorBasis, Band, PostRef
from storage.database import Session
from storage.judged_tables import matches
from storage.statements import NAMED, chunks
from storage.tables import accounts, interactions, posts


@dataclass(frozen=True, slots=True, kw_only=True)
class LikedMatch:
    """A flagged like that waits to be looked at again."""

    interaction_id: int
    account_id: int
    platform: str
    post_id: int
    post: PostRef
    record_uri: str | None
    first_seen_at: datetime


def likes_missing(session: Session, account_id: int, *, seen: Collection[str], since: datetime, now: datetime) -> int:
    """Note an account's likes that were known at `since` and are not in the whole list of its likes.

    A like of a post that is gone itself says nothing: the list may show no posts that are gone. What a person saw
    or a name suggested was never proven to be in that list.
    """
    known = (
        select(interactions.c.id, posts.c.uri)
        .join(posts, posts.c.id == interactions.c.post_id)
        .where(interactions.c.account_id == account_id, _missable(since), posts.c.gone_at.is_(None))
    )
    return _note(session, [row.id for row in session.execute(known) if row.uri not in seen], now)


def likers_missing(session: Session, post_id: int, *, seen: Collection[int], since: datetime, now: datetime) -> int:
    """Note likes of a post that were known at `since` and whose accounts are not in the whole list of its likers."""
    known = select(interactions.c.id, interactions.c.account_id).where(interactions.c.post_id == post_id)
    rows = session.execute(known.where(_missable(since)))
    return _note(session, [row.id for row in rows if row.account_id not in seen], now)


def _missable(since: datetime) -> ColumnElement[bool]:
    return and_(
        interactions.c.action == Action.LIKED,
        interactions.c.first_seen_at < since,
        interactions.c.absent_since.is_(None),
        interactions.c.basis.in_((ActorBasis.ID, ActorBasis.HANDLE)),
    )


def posts_missing(session: Session, account_id: int, *, seen: Collection[str], since: datetime, now: datetime) -> int:
    """Note an account's own posts that were known at `since` and are not in the whole list of its posts."""
    known = select(posts.c.id, posts.c.uri).where(
        posts.c.author_id == account_id, posts.c.first_seen_at < since, posts.c.gone_at.is_(None)
    )
    missing = [row.id for row in session.execute(known) if row.uri not in seen]
    for part in chunks(missing, NAMED):
        session.execute(update(posts).where(posts.c.id.in_(part)).values(gone_at=now))
    return len(missing)


def note_absent(session: Session, interaction_id: int, now: datetime) -> None:
    """Note that what an account did was looked for and is not there any more."""
    _note(session, [interaction_id], now)


def _note(session: Session, ids: list[int], now: datetime) -> int:
    for part in chunks(ids, NAMED):
        these = interactions.c.id.in_(part), interactions.c.absent_since.is_(None)
        session.execute(update(interactions).where(*these).values(absent_since=now))
    return len(ids)


def note_present(session: Session, interaction_id: int, now: datetime) -> None:
    """Note that what an account did is there (again)."""
    this = interactions.c.id == interaction_id, interactions.c.absent_since < now
    session.execute(update(interactions).where(*this).values(absent_since=None))


def looked_again(session: Session, interaction_ids: Collection[int], now: datetime) -> None:
    """Note that likes were looked at again, whatever came of it."""
    for part in chunks(sorted(interaction_ids), NAMED):
        session.execute(update(interactions).where(interactions.c.id.in_(part)).values(looked_again_at=now))


def likes_to_look_at_again(session: Session, *, seen_before: datetime, limit: int) -> list[LikedMatch]:
    """List flagged likes that were first seen before a moment and never looked at since, the longest known first."""
    flagged = exists().where(matches.c.interaction_id == interactions.c.id, matches.c.band != Band.LOW)
    query = (
        select(
            interactions.c.id,
            interactions.c.account_id,
            interactions.c.post_id,
            interactions.c.record_uri,
            interactions.c.first_seen_at,
            posts.c.platform,
            posts.c.uri,
            posts.c.url,
        )
        .join(posts, posts.c.id == interactions.c.post_id)
        .join(accounts, accounts.c.id == interactions.c.account_id)
        .where(interactions.c.action == Action.LIKED, interactions.c.first_seen_at <= seen_before, flagged)
        .where(interactions.c.looked_again_at.is_(None), interactions.c.absent_since.is_(None))
        .where(accounts.c.identity_changed_at.is_(None))
        .order_by(interactions.c.first_seen_at, interactions.c.id)
        .limit(limit)
    )
    return [
        LikedMatch(
            interaction_id=row.id,
            account_id=row.account_id,
            platform=row.platform,
            post_id=row.post_id,
            post=PostRef(platform=row.platform, uri=row.uri, url=row.url),
            record_uri=row.record_uri,
            first_seen_at=row.first_seen_at,
        )
        for row in session.execute(query)
    ]
