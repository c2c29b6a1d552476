"""The rows of a research dataset: acts with their scores and answers, texts with how they were drawn, labels.

Everything is told by number; who reads it gives the numbers names that lead back to nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from core.records import Action, Answer, Band, Kind, Role, Standing
from storage.database import Session
from storage.judged_tables import contest_revisions, decisions, drawings, draws, labels, matches, scores
from storage.standing import taken_back
from storage.tables import accounts, interactions, post_versions, posts, subjects, watch_entries

MANY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRow:
    """An act of a watched account; what a match adds is None where it became none."""

    account_id: int
    platform: str
    action: Action
    post_id: int
    happened_at: datetime
    time_told: bool
    match_id: int | None
    contest: str | None
    text_id: int | None
    probability: float | None
    band: Band | None
    kind: Kind | None
    target: str | None
    direction: str | None
    standing: Standing | None
    answer: Answer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """A text as a model scored it for a contest."""

    text_id: int
    contest: str
    author_id: int | None
    text: str
    probability: float
    band: Band
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawRow:
    """A text that was drawn for people to label, and with what probability."""

    drawing_id: int
    contest: str
    drawn_at: datetime
    pool: int
    text_id: int
    strategy: str
    probability: float
    inclusion: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLabel:
    """What somebody said of a text."""

    text_id: int
    labeller: str
    labelled_at: datetime
    label: bool
    kind: Kind | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """An account of the watchlist in its newest role, and the place for which it stands."""

    account_id: int
    platform: str
    role: Role
    region: str


def acts(session: Session) -> Iterator[ActRow]:
    """Stream what watched accounts did, in the order of its numbers; an act of two contests comes twice."""
    when = func.coalesce(interactions.c.acted_at, interactions.c.acted_to, interactions.c.first_seen_at)
    same_score = and_(
        scores.c.post_version_id == matches.c.post_version_id,
        scores.c.model_id == matches.c.model_id,
        scores.c.contest_revision_id == matches.c.contest_revision_id,
    )
    stands = matches.c.standing != Standing.WITHDRAWN  # of an account that was wrongly listed no match is told
    query = (
        select(
            *(interactions.c.account_id, accounts.c.platform, interactions.c.action, interactions.c.post_id),
            when.label("happened_at"),
            interactions.c.acted_at.is_not(None).label("time_told"),
            *(matches.c.id.label("match_id"), matches.c.contest, matches.c.post_version_id.label("text_id")),
            *(matches.c.probability, matches.c.band, scores.c.kind, scores.c.target, scores.c.direction),
            *(matches.c.standing, matches.c.answer),
        )
        .select_from(interactions)
        .join(accounts, accounts.c.id == interactions.c.account_id)
        .outerjoin(matches, and_(matches.c.interaction_id == interactions.c.id, stands))
        .outerjoin(scores, same_score)
        .order_by(interactions.c.id, matches.c.id)
        .execution_options(stream_results=True, yield_per=MANY)
    )
    for row in session.execute(query):
        found = dict(row._mapping)  # noqa: SLF001  (its documented name)
        found |= {"action": Action(row.action), "time_told": bool(row.time_told)}
        for name, known in (("band", Band), ("kind", Kind), ("standing", Standing), ("answer", Answer)):
            found[name] = known(found[name]) if found[name] is not None else None
        yield ActRow(**found)


def texts(session: Session, *, model_id: int, revisions: dict[int, str]) -> Iterator[TextRow]:
    """Stream the texts that a model scored; `revisions` says which contest each revision of the settings is of."""
    query = (
        select(
            *(scores.c.post_version_id, scores.c.contest_revision_id, posts.c.author_id, post_versions.c.text),
            *(scores.c.probability, scores.c.band, scores.c.kind),
        )
        .select_from(scores)
        .join(post_versions, post_versions.c.id == scores.c.post_version_id)
        .join(posts, posts.c.id == post_versions.c.post_id)
        .where(scores.c.model_id == model_id, scores.c.contest_revision_id.in_(revisions))
        .order_by(scores.c.post_version_id, scores.c.contest_revision_id)
        .execution_options(stream_results=True, yield_per=MANY)
    )
    for row in session.execute(query):
        yield TextRow(
            text_id=row.post_version_id,
            contest=revisions[row.contest_revision_id],
            author_id=row.author_id,
            text=row.text,
            probability=row.probability,
            band=Band(row.band),
            kind=Kind(row.kind),
        )


def drawn(session: Session) -> Iterator[DrawRow]:
    """Stream the texts that were drawn."""
    query = (
        select(
            *(draws.c.drawing_id, drawings.c.contest, drawings.c.drawn_at, drawings.c.pool),
            *(draws.c.post_version_id.label("text_id"), draws.c.strategy, draws.c.probability, draws.c.inclusion),
        )
        .join(drawings, drawings.c.id == draws.c.drawing_id)
        .order_by(draws.c.id)
    )
    for row in session.execute(query):
        yield DrawRow(**row._mapping)  # noqa: SLF001  (its documented name)


def given_labels(session: Session) -> Iterator[GivenLabel]:
    """Stream what people said of collected texts."""
    query = select(labels).where(labels.c.post_version_id.is_not(None)).order_by(labels.c.id)
    for row in session.execute(query):
        yield GivenLabel(
            text_id=row.post_version_id,
            labeller=row.labeller,
            labelled_at=row.labelled_at,
            label=row.label,
            kind=Kind(row.kind) if row.kind else None,
            source=row.source,
        )


def reasons(session: Session) -> dict[int, str]:
    """Give the reason of the newest answer to each match, where it has one."""
    query = select(decisions.c.match_id, decisions.c.reason).where(~taken_back(), decisions.c.reason.is_not(None))
    return {row.match_id: row.reason for row in session.execute(query.order_by(decisions.c.id))}


def watched(session: Session) -> dict[int, Watched]:
    """Give the accounts of the watchlist by their number, each in its newest role."""
    query = (
        select(watch_entries.c.account_id, accounts.c.platform, watch_entries.c.role, subjects.c.region)
        .join(accounts, accounts.c.id == watch_entries.c.account_id)
        .join(subjects, subjects.c.id == watch_entries.c.subject_id)
        .order_by(watch_entries.c.valid_from, watch_entries.c.id)
    )
    return {
        row.account_id: Watched(
            account_id=row.account_id, platform=row.platform, role=Role(row.role), region=row.region
        )
        for row in session.execute(query)
    }


def revisions(session: Session) -> dict[int, str]:
    """Name the contest of the newest revision of each."""
    query = select(contest_revisions.c.contest, func.max(contest_revisions.c.id).label("id"))
    return {row.id: row.contest for row in session.execute(query.group_by(contest_revisions.c.contest))}
