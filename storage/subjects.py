"""What is held of one account, gathered for whoever asks about themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from core.deeds import Did
from core.records import Action, Answer, Band, Standing
from storage.database import Session
from storage.judged_tables import decisions, evidence, matches, withdrawals
from storage.people import Deed
from storage.people_tables import audit
from storage.tables import account_names, captures, interactions, posts, subjects, visits, watch_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Why somebody is or was on the watchlist."""

    role: str
    subject: str
    unit: str
    region: str
    source: str
    source_date: date | None
    valid_from: date
    valid_to: date | None
    identity: str
    verified_by: str | None
    verified_on: date | None
    added_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How much is kept of an account, and from when to when it was looked at."""

    acts: dict[Action, int]
    posts: int
    captures: int
    looks: int
    first_look: datetime | None
    last_look: datetime | None
    first_seen: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMatch:
    """A match of an account as it stands."""

    match_id: int
    contest: str
    action: Action
    acted_at: datetime | None
    first_seen_at: datetime
    flagged_at: datetime
    band: Band
    standing: Standing
    answer: Answer | None
    post: str
    evidence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody said of a match."""

    match_id: int
    reviewer: str
    answer: Answer
    reason: str | None
    decided_at: datetime
    taken_back: bool


def listings(session: Session, account_id: int) -> list[Listing]:
    """Give every entry of the watchlist that named the account, also those that were taken off."""
    names = [name for name in Listing.__slots__ if name not in {"subject", "unit", "region"}]
    columns = [watch_entries.c[name] for name in names]
    query = select(*columns, subjects.c.name.label("subject"), subjects.c.unit, subjects.c.region)
    query = query.join(subjects, subjects.c.id == watch_entries.c.subject_id)
    query = query.where(watch_entries.c.account_id == account_id).order_by(watch_entries.c.added_at)
    return [Listing(**row._mapping) for row in session.execute(query)]  # noqa: SLF001  (its documented name)


def amounts(session: Session, account_id: int) -> Amounts:
    """Count what is kept of an account."""
    acts = select(interactions.c.action, func.count()).where(interactions.c.account_id == account_id)
    first, last, looks = session.execute(
        select(func.min(visits.c.started_at), func.max(visits.c.ended_at), func.count()).where(
            visits.c.account_id == account_id
        )
    ).one()
    counts = (
        session.scalar(select(func.count()).select_from(table).where(column == account_id)) or 0
        for table, column in ((posts, posts.c.author_id), (captures, captures.c.account_id))
    )
    own, shown = counts
    return Amounts(
        acts={Action(row[0]): row[1] for row in session.execute(acts.group_by(interactions.c.action))},
        posts=own,
        captures=shown,
        looks=looks,
        first_look=first,
        last_look=last,
        first_seen=session.scalar(
            select(func.min(interactions.c.first_seen_at)).where(interactions.c.account_id == account_id)
        ),
    )


def names(session: Session, account_id: int) -> list[str]:
    """List the handles that an account had."""
    query = select(account_names.c.handle).where(account_names.c.account_id == account_id)
    return list(session.scalars(query.order_by(account_names.c.seen_from)))


def held_matches(session: Session, account_id: int) -> list[HeldMatch]:
    """Give the matches of an account."""
    kept = select(func.count()).where(evidence.c.match_id == matches.c.id).scalar_subquery()
    query = (
        select(
            matches.c.id.label("match_id"),
            *(matches.c.contest, interactions.c.action, interactions.c.acted_at, interactions.c.first_seen_at),
            *(matches.c.flagged_at, matches.c.band, matches.c.standing, matches.c.answer),
            func.coalesce(posts.c.url, posts.c.uri).label("post"),
            kept.label("evidence"),
        )
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(posts, posts.c.id == interactions.c.post_id)
        .where(interactions.c.account_id == account_id)
        .order_by(matches.c.id)
    )
    found = []
    for row in session.execute(query):
        value = dict(row._mapping)  # noqa: SLF001  (its documented name)
        value |= {"action": Action(row.action), "band": Band(row.band), "standing": Standing(row.standing)}
        value["answer"] = Answer(row.answer) if row.answer else None
        found.append(HeldMatch(**value))
    return found


def verdicts(session: Session, account_id: int) -> list[Verdict]:
    """Give what people said of the matches of an account, also what they took back."""
    query = (
        select(decisions, withdrawals.c.id.label("back"))
        .outerjoin(withdrawals, withdrawals.c.decision_id == decisions.c.id)
        .join(matches, matches.c.id == decisions.c.match_id)
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .where(interactions.c.account_id == account_id)
        .order_by(decisions.c.id)
    )
    return [
        Verdict(
            match_id=row.match_id,
            reviewer=row.reviewer,
            answer=Answer(row.answer),
            reason=row.reason,
            decided_at=row.decided_at,
            taken_back=row.back is not None,
        )
        for row in session.execute(query)
    ]


def deeds_about(session: Session, what: Sequence[Did], names: Collection[str]) -> list[Deed]:
    """Give the lines of the record, oldest first, whose detail begins with one of these names."""
    wanted = set(names)
    query = select(audit).where(audit.c.what.in_(what)).order_by(audit.c.id)
    return [
        Deed(who=row.who, what=row.what, detail=row.detail, at=row.at)
        for row in session.execute(query)
        if row.detail is not None and row.detail.partition(" ")[0] in wanted
    ]


def added_by(session: Session, added_at: datetime) -> str | None:
    """Say who took in the watchlist that first named an account: the next such deed, at most an hour later."""
    query = select(audit).where(audit.c.what == Did.WATCHLIST, audit.c.at >= added_at).order_by(audit.c.id).limit(1)
    row = session.execute(query).first()
    near = row is not None and (row.at - added_at).total_seconds() <= 3_600
    return row.who if row is not None and near else None


def hidden_posts(session: Session, hashes: Collection[str]) -> int:
    """Count the posts whose author is one of these keyed hashes."""
    query = select(func.count()).select_from(posts).where(posts.c.author_hash.in_(hashes))
    return session.scalar(query) or 0
