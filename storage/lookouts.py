"""What the next looks are for: accounts by their last visit, posts nobody has read, posts whose likers to ask for."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select

from core.records import (
    Action,
    Capability,
    PostRef,
    VisitState,
)
from storage.collecting import GOES_ON
from storage.database import Session
from storage.tables import interactions, post_versions, posts, visits


def last_visits(
    session: Session, *, account_id: int | None = None
) -> dict[tuple[int, Capability], tuple[VisitState, datetime]]:
    """Say how and when each account, or one, was last looked at in each direction; a visit that goes on is none."""
    these = [visits.c.account_id == account_id] if account_id is not None else []
    newest = (
        select(visits.c.account_id, visits.c.capability, func.max(visits.c.id).label("id"))
        .where(visits.c.post_id.is_(None), or_(visits.c.note.is_(None), visits.c.note.not_in(GOES_ON)), *these)
        .group_by(visits.c.account_id, visits.c.capability)
        .subquery()
    )
    query = select(visits).join(newest, newest.c.id == visits.c.id)
    return {
        (row.account_id, Capability(row.capability)): (VisitState(row.state), row.ended_at)
        for row in session.execute(query)
    }


def read_whole(session: Session, *, since: datetime) -> set[int]:
    """Name the accounts whose posts were all shown, from the newest to the first, in one look since then."""
    query = select(visits.c.account_id).where(visits.c.whole, visits.c.ended_at >= since).distinct()
    return set(session.scalars(query.where(visits.c.capability == Capability.POSTS)))


def tried(session: Session, *, since: datetime) -> dict[int, VisitState]:
    """Say how the last look at the posts of each account ended, of those looked at since then."""
    query = select(visits.c.account_id, visits.c.state).where(visits.c.ended_at >= since).order_by(visits.c.id)
    query = query.where(visits.c.capability == Capability.POSTS)
    return {row.account_id: VisitState(row.state) for row in session.execute(query)}


def posts_without_text(session: Session, *, platform: str, limit: int) -> list[PostRef]:
    """List posts that somebody on the watchlist liked and whose words nobody has read yet, newest first."""
    unread = ~exists().where(post_versions.c.post_id == posts.c.id)
    acted = exists().where(interactions.c.post_id == posts.c.id, interactions.c.action != Action.POSTED)
    query = (
        select(posts.c.platform, posts.c.uri, posts.c.url)
        .where(posts.c.platform == platform, unread, acted, posts.c.gone_at.is_(None))
        .order_by(posts.c.id.desc())
        .limit(limit)
    )
    return [PostRef(platform=row.platform, uri=row.uri, url=row.url) for row in session.execute(query)]


def posts_to_ask_likers_of(
    session: Session, account_id: int, *, since: datetime, again: datetime, counted: bool = True
) -> list[tuple[int, PostRef]]:
    """List an account's posts whose likers we have not seen as many of as the platform counts, newest first.

    `counted` says whether the count of likes tells how long the list is: one of comments has a length of its own.
    A list that was complete before `again` is read once more: counts may stand still while likers come and go.
    """
    last = select(func.max(visits.c.id)).where(visits.c.post_id == posts.c.id).correlate(posts).scalar_subquery()
    seen = visits.c.id == last, visits.c.complete, visits.c.ended_at >= again
    as_many = or_(posts.c.likes.is_(None), visits.c.claimed == posts.c.likes)
    complete = exists().where(*seen, as_many) if counted else exists().where(*seen)
    query = (
        select(posts.c.id, posts.c.platform, posts.c.uri, posts.c.url)
        .where(posts.c.author_id == account_id, _recent(since), posts.c.gone_at.is_(None), ~complete)
        .order_by(posts.c.posted_at.desc().nulls_last(), posts.c.id.desc())
    )
    return [(row.id, PostRef(platform=row.platform, uri=row.uri, url=row.url)) for row in session.execute(query)]


def _recent(since: datetime) -> ColumnElement[bool]:
    told = func.coalesce(posts.c.posted_at, posts.c.posted_to)
    return or_(told.is_(None), told >= since)
