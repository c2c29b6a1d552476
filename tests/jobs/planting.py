"""Looks, posts and likes that are planted as if a crawl had kept them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.records import Account, AccountRef, Action, Capability, Interaction, Mode, Post, PostRef, VisitState
from jobs.tools import Tools
from jobs.watchlist import People
from storage import collecting, judging, tables, watching
from storage.standing import arrange
from tests.storage import planted


def account_of(tools: Tools, handle: str) -> Account:
    """Find a watched account."""
    with tools.database.read() as session:
        return next(one.account for one in watching.watchlist(session) if one.account.handle == handle)


def run_of(tools: Tools) -> int:
    """Open a crawl run that begins now."""
    with tools.database.write() as session:
        return collecting.start_run(session, tilik="0.1", config_sha256="0" * 64, now=tools.clock.now())


def looked(
    tools: Tools,
    handle: str,
    state: VisitState = VisitState.OK,
    *,
    direction: Capability = Capability.POSTS,
    post: str | None = None,
    **more: Any,  # noqa: ANN401  (any field)
) -> None:
    """Plant a look that ends now."""
    account, now = account_of(tools, handle), tools.clock.now()
    run_id = more.pop("run_id", None) or run_of(tools)
    fields: dict[str, Any] = {
        "run_id": run_id,
        "account_id": account.id,
        "post_id": post_id(tools, account, post) if post else None,
        "capability": direction,
        "mode": Mode.AUTO,
        "state": state,
        "complete": state in {VisitState.OK, VisitState.EMPTY, VisitState.UNCHANGED},
        "seen": 0,
        "claimed": None,
        "requests": 1,
        "note": None,
        "started_at": now,
        "ended_at": now,
    }
    with tools.database.write() as session:
        collecting.save_visit(session, collecting.VisitRow(**(fields | more)))


def post_id(tools: Tools, account: Account, uri: str) -> int:
    """Find a post."""
    ref = PostRef(platform=account.platform, uri=uri)
    with tools.database.read() as session:
        return collecting.post_ids(session, [ref])[uri]


def published(tools: Tools, handle: str, uris: Sequence[str], posted_at: datetime | None = None) -> None:
    """Plant posts of an account."""
    account, now = account_of(tools, handle), tools.clock.now()
    author = AccountRef(platform=account.platform, handle=handle)
    posts = [
        Post(
            ref=PostRef(platform=account.platform, uri=uri, url=uri),
            author=author,
            text="Halo",
            posted_at=posted_at or now,
        )
        for uri in uris
    ]
    with tools.database.write() as session:
        owners = People.of(watching.watchlist(session)).owners(tools.secret)
        collecting.save_posts(session, posts, owners, capture_id=None, now=now)


def liked(tools: Tools, handle: str, uri: str, **more: Any) -> None:  # noqa: ANN401  (any field)
    """Plant a like."""
    account = account_of(tools, handle)
    act = Interaction(
        actor=AccountRef(platform=account.platform, handle=handle),
        action=Action.LIKED,
        post=PostRef(platform=account.platform, uri=uri, url=uri),
        acted_at=None,
        **more,
    )
    with tools.database.write() as session:
        owners = People.of(watching.watchlist(session)).owners(tools.secret)
        collecting.save_interactions(session, [act], owners, capture_id=None, now=tools.clock.now())


def flag(tools: Tools, uri: str) -> None:
    """Make every like of a post a flagged match, as the classifier would."""
    with tools.database.write() as session:
        likes = select(tables.interactions.c.id, tables.interactions.c.post_id).join(tables.posts)
        likes = likes.where(tables.posts.c.uri == uri, tables.interactions.c.action == Action.LIKED)
        for row in list(session.execute(likes)):
            version = select(tables.post_versions.c.id).where(tables.post_versions.c.post_id == row.post_id)
            version_id = session.scalars(version).first()
            assert version_id is not None
            template = planted.judge(session, {version_id: 0.9})
            match = replace(template, interaction_id=row.id, post_version_id=version_id)
            judging.save_matches(session, match.contest, [match])
            arrange(session)
