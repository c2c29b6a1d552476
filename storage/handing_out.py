"""Which matches go into a review file, and what is known of each when its answer comes back."""

from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import exists, or_, select

from core.records import Band
from core.sampling import in_second_sample
from storage import answering
from storage.answering import ReviewItem
from storage.database import Session
from storage.judged_tables import decisions, matches, model_versions
from storage.statements import NAMED, chunks
from storage.tables import accounts, interactions, post_versions, posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A match as its answer needs it: what was judged, by which model, and how it was shown."""

    match_id: int
    contest: str
    handle: str
    text: str
    post_uri: str
    post_version_id: int
    model_id: int
    probability: float


def to_review(
    session: Session, *, everything: bool = False, reviewer: str | None = None, overlap: float = 0.0
) -> "array[int]":
    """Choose the matches to hand out, most probable first: those that wait for an answer and are flagged, or all.

    With `overlap` also that share of the answered ones that `reviewer` has not answered.
    """
    query = select(matches.c.id, matches.c.answer.is_(None)).order_by(matches.c.probability.desc(), matches.c.id)
    if not everything:
        waits = matches.c.answer.is_(None) & (matches.c.band != Band.LOW)
        theirs = exists().where(decisions.c.match_id == matches.c.id, decisions.c.reviewer == reviewer)
        query = query.where(or_(waits, matches.c.answer.is_not(None) & ~theirs) if overlap else waits)
    found = session.execute(query.execution_options(stream_results=True, yield_per=10_000))
    return array("q", (number for number, waits in found if everything or waits or in_second_sample(number, overlap)))


def items(session: Session, match_ids: Iterable[int]) -> Iterator[ReviewItem]:
    """Stream matches in the order in which they are named, in little memory."""
    if session.dialect.name == "sqlite":
        session.exec_driver_sql("PRAGMA cache_size = -8192")
    for part in chunks(match_ids, NAMED):
        found = answering.items_by_id(session, part)
        yield from (found[number] for number in part if number in found)


def judged(session: Session, match_ids: Collection[int]) -> Iterator[Judged]:
    """Give what answers on matches are checked against and pinned to."""
    query = (
        select(
            matches.c.id,
            matches.c.contest,
            accounts.c.handle,
            post_versions.c.text,
            posts.c.uri,
            matches.c.post_version_id,
            matches.c.model_id,
            matches.c.probability,
        )
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(accounts, accounts.c.id == interactions.c.account_id)
        .join(posts, posts.c.id == interactions.c.post_id)
        .join(post_versions, post_versions.c.id == matches.c.post_version_id)
    )
    for part in chunks(sorted(match_ids), NAMED):
        for row in session.execute(query.where(matches.c.id.in_(part))):
            yield Judged(**dict(zip(Judged.__slots__, row, strict=True)))


def active_model(session: Session) -> str | None:
    """Name the model version in use."""
    return session.scalar(select(model_versions.c.version).where(model_versions.c.active))
