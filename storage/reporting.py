"""What a report counts: matches by everything that tables group by, decisions by match, looks that ended at a wall.

Counting is the database's work: a million matches come out as some thousand groups. A match belongs to the day of the
act, or, where the platform does not tell it, to the day on which it was seen.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, exists, func, select, type_coerce

from core.records import SAW_EVERYTHING, Action, Answer, Band, Capability, Kind, Role, Standing, VisitState
from storage.database import Session
from storage.judged_tables import decisions, matches, scores
from storage.standing import taken_back
from storage.tables import accounts, interactions, post_versions, posts, subjects, visits, watch_entries

Moments = tuple[datetime, datetime]
"""From one moment to another, the last not included."""

moment = func.coalesce(interactions.c.acted_at, interactions.c.acted_to, interactions.c.first_seen_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchGroup:
    """How many matches are alike: of one account, by one act, aimed at one candidate, answered alike."""

    contest: str
    account_id: int
    action: Action
    kind: Kind
    target: str | None
    direction: str | None
    standing: Standing
    answer: Answer | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchHour:
    """How many matches of a contest belong to an hour; `told` says whether the platform tells when the act was."""

    contest: str
    hour: datetime
    told: bool
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One decision that nobody took back, as far as figures need it; `settles` is a third person's."""

    match_id: int
    reviewer: str
    answer: Answer
    reason: str | None
    settles: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WallGroup:
    """How many looks at a platform, in one direction, ended in the same state without having seen everything."""

    platform: str
    direction: Capability
    state: VisitState
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An account, in the role and for the unit of its newest entry on the watchlist."""

    account_id: int
    platform: str
    handle: str
    role: Role | None
    unit: str | None
    contest: str | None = None
    candidate: str | None = None


def _flagged(*columns: Any) -> Select[Any]:  # noqa: ANN401  (columns of any type)
    return (
        select(*columns)
        .select_from(matches)
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .where(matches.c.band != Band.LOW, matches.c.standing != Standing.WITHDRAWN)
    )


def _within(period: Moments) -> ColumnElement[bool]:
    since, until = period
    return and_(moment >= since, moment < until)


def match_groups(session: Session, period: Moments) -> list[MatchGroup]:
    """Count the matches of a period by everything but time."""
    same_score = and_(
        scores.c.post_version_id == matches.c.post_version_id,
        scores.c.model_id == matches.c.model_id,
        scores.c.contest_revision_id == matches.c.contest_revision_id,
    )
    alike = (
        *(matches.c.contest, interactions.c.account_id, interactions.c.action),
        *(scores.c.kind, scores.c.target, scores.c.direction, matches.c.standing, matches.c.answer),
    )
    query = _flagged(*alike, func.count().label("number")).join(scores, same_score).where(_within(period))
    return [
        MatchGroup(
            contest=row.contest,
            account_id=row.account_id,
            action=Action(row.action),
            kind=Kind(row.kind),
            target=row.target,
            direction=row.direction,
            standing=Standing(row.standing),
            answer=Answer(row.answer) if row.answer else None,
            count=row.number,
        )
        for row in session.execute(query.group_by(*alike))
    ]


def match_numbers(session: Session, period: Moments) -> "array[int]":
    """Give the numbers of the matches of a period."""
    return array("q", session.scalars(_flagged(matches.c.id).where(_within(period))))


def match_hours(session: Session) -> list[MatchHour]:
    """Count all matches by contest and hour."""
    hour = _hour(session).label("hour")
    told = case((interactions.c.acted_at.is_not(None), 1), else_=0).label("told")
    query = _flagged(matches.c.contest, hour, told, func.count().label("number")).group_by(
        matches.c.contest, hour, told
    )
    return [
        MatchHour(
            contest=row.contest,
            hour=datetime.strptime(row.hour, "%Y-%m-%d %H").replace(tzinfo=UTC),
            told=bool(row.told),
            count=row.number,
        )
        for row in session.execute(query)
    ]


def _hour(session: Session) -> ColumnElement[str]:
    """Write a moment's hour in UTC, as each database can: SQLite keeps these moments as microseconds since 1970."""
    if session.dialect.name == "sqlite":
        return func.strftime("%Y-%m-%d %H", type_coerce(moment, BigInteger) / 1_000_000, "unixepoch")
    return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD HH24")


def decisions_by_match(session: Session, period: Moments) -> Iterator[Said]:
    """Stream what was decided of the acts of a period: match by match, each in the order in which it was said."""
    query = (
        select(
            decisions.c.match_id,
            decisions.c.reviewer,
            decisions.c.answer,
            decisions.c.reason,
            decisions.c.settles,
        )
        .select_from(decisions)
        .join(matches, matches.c.id == decisions.c.match_id)
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .where(_within(period), ~taken_back(), matches.c.standing != Standing.WITHDRAWN)
        .order_by(decisions.c.match_id, decisions.c.id)
        .execution_options(stream_results=True, yield_per=10_000)
    )
    for row in session.execute(query):
        yield Said(
            match_id=row.match_id,
            reviewer=row.reviewer,
            answer=Answer(row.answer),
            reason=row.reason,
            settles=row.settles,
        )


def walls(session: Session, period: Moments) -> list[WallGroup]:
    """Count the looks of a period that did not see everything, by how they ended."""
    since, until = period
    alike = (accounts.c.platform, visits.c.capability, visits.c.state)
    query = (
        select(*alike, func.count().label("number"))
        .select_from(visits)
        .join(accounts, accounts.c.id == visits.c.account_id)
        .where(visits.c.ended_at >= since, visits.c.ended_at < until, visits.c.state.not_in(SAW_EVERYTHING))
        .group_by(*alike)
        .order_by(*alike)
    )
    return [
        WallGroup(
            platform=row.platform,
            direction=Capability(row.capability),
            state=VisitState(row.state),
            count=row.number,
        )
        for row in session.execute(query)
    ]


def unread_posts(session: Session) -> int:
    """Count the posts on which a watched account acted and whose words nobody has read: no match can come of them."""
    acted = exists().where(interactions.c.post_id == posts.c.id)
    read = exists().where(post_versions.c.post_id == posts.c.id)
    return session.scalar(select(func.count()).select_from(posts).where(acted, ~read)) or 0


def first_look(session: Session) -> datetime | None:
    """Say when the first look at anything ended."""
    found: datetime | None = session.scalar(select(func.min(visits.c.ended_at)))
    return found


def known(session: Session) -> dict[int, Known]:
    """Give all accounts that are stored, by their number; those of strangers never are."""
    query = (
        select(accounts.c.id, accounts.c.platform, accounts.c.handle, watch_entries.c.role, subjects.c.unit)
        .add_columns(watch_entries.c.contest, watch_entries.c.candidate)
        .select_from(accounts)
        .outerjoin(watch_entries, watch_entries.c.account_id == accounts.c.id)
        .outerjoin(subjects, subjects.c.id == watch_entries.c.subject_id)
        .order_by(watch_entries.c.valid_from, watch_entries.c.id)
    )
    return {
        row.id: Known(
            account_id=row.id,
            platform=row.platform,
            handle=row.handle,
            role=Role(row.role) if row.role else None,
            unit=row.unit or None,
            contest=row.contest,
            candidate=row.candidate,
        )
        for row in session.execute(query)
    }
