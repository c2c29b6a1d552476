"""Who did what to which post, for comparing with what is known otherwise."""

from collections.abc import Iterator

from sqlalchemy import select

from core.records import Action, Band
from storage.database import Session
from storage.judged_tables import matches
from storage.tables import accounts, interactions, posts

Act = tuple[str, str, Action, str]
"""platform, handle, action, post URI"""


def stored(session: Session) -> Iterator[Act]:
    """List every interaction that is stored."""
    query = (
        select(accounts.c.platform, accounts.c.handle, interactions.c.action, posts.c.uri)
        .select_from(interactions.join(accounts).join(posts, posts.c.id == interactions.c.post_id))
        .order_by(interactions.c.id)
    )
    return ((row.platform, row.handle, Action(row.action), row.uri) for row in session.execute(query))


def flagged(session: Session) -> Iterator[Act]:
    """List every interaction that is a flagged match."""
    query = (
        select(accounts.c.platform, accounts.c.handle, interactions.c.action, posts.c.uri)
        .select_from(matches.join(interactions).join(accounts).join(posts, posts.c.id == interactions.c.post_id))
        .where(matches.c.band != Band.LOW)
        .order_by(matches.c.id)
    )
    return ((row.platform, row.handle, Action(row.action), row.uri) for row in session.execute(query))
