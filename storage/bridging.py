"""Matches as other programs take them: one after another, in the order of their numbers, which tells no score."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from core.records import Action, Answer, Band, Kind, Standing
from storage.database import Session
from storage.judged_tables import matches, model_versions, scores
from storage.tables import accounts, interactions, post_versions, posts


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgedMatch:
    """One match with all that any other program is told of it; each is told less."""

    match_id: int
    contest: str
    platform: str
    account_id: int
    handle: str
    action: Action
    acted_at: datetime | None
    seen_at: datetime
    text: str
    post_uri: str
    post_url: str | None
    probability: float
    band: Band
    kind: Kind
    target: str | None
    direction: str | None
    timing: str
    model: str
    standing: Standing
    answer: Answer | None


def bridged(session: Session, *, everything: bool = False) -> Iterator[BridgedMatch]:
    """Stream the matches that wait for an answer and are not ranked low, or all of them."""
    same_score = and_(
        scores.c.post_version_id == matches.c.post_version_id,
        scores.c.model_id == matches.c.model_id,
        scores.c.contest_revision_id == matches.c.contest_revision_id,
    )
    query = (
        select(
            *(matches.c.id.label("match_id"), matches.c.contest, matches.c.probability, matches.c.band),
            *(matches.c.timing, matches.c.standing, matches.c.answer),
            *(accounts.c.platform, accounts.c.handle, interactions.c.account_id),
            *(interactions.c.action, interactions.c.acted_at, interactions.c.first_seen_at.label("seen_at")),
            *(post_versions.c.text, posts.c.uri.label("post_uri"), posts.c.url.label("post_url")),
            *(scores.c.kind, scores.c.target, scores.c.direction, model_versions.c.version.label("model")),
        )
        .select_from(matches)
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(accounts, accounts.c.id == interactions.c.account_id)
        .join(posts, posts.c.id == interactions.c.post_id)
        .join(post_versions, post_versions.c.id == matches.c.post_version_id)
        .join(scores, same_score)
        .join(model_versions, model_versions.c.id == matches.c.model_id)
        .order_by(matches.c.id)
    )
    query = query.where(matches.c.standing != Standing.WITHDRAWN)
    if not everything:
        query = query.where(matches.c.standing == Standing.OPEN, matches.c.band != Band.LOW)
    for row in session.execute(query.execution_options(stream_results=True, yield_per=1_000)):
        value = dict(row._mapping)  # noqa: SLF001  (its documented name)
        value["action"], value["band"], value["kind"] = Action(row.action), Band(row.band), Kind(row.kind)
        value["standing"], value["answer"] = Standing(row.standing), Answer(row.answer) if row.answer else None
        yield BridgedMatch(**value)
