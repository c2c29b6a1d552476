"""What was looked at and what came of it, for saying what could be seen of whom on which day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, or_, select, true

from core.records import SAW_EVERYTHING, Action, Capability, LikerState, Mode, Role, VisitState
from storage.collecting import GOES_ON
from storage.correcting import corrected_at
from storage.database import Session
from storage.tables import accounts, crawl_runs, interactions, posts, visits, watch_entries

BY_PEOPLE = (Mode.ATTENDED, Mode.IMPORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """From when to when an account was on the watchlist by one of its entries."""

    account_id: int
    platform: str
    handle: str
    role: Role
    valid_from: date
    valid_to: date | None
    added_at: datetime
    removed_at: datetime | None
    identity_changed_at: datetime | None
    corrected_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLook:
    """How one look at an account, or at the likers of one of its posts, ended."""

    account_id: int
    post_id: int | None
    capability: Capability
    mode: Mode
    state: VisitState
    complete: bool
    seen: int
    claimed: int | None
    note: str | None
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LikerAnswer:
    """What can be said of one account and the likers of one post; `at` is the look on which it rests."""

    state: LikerState
    at: datetime | None = None
    seen: int | None = None
    claimed: int | None = None


def listed(session: Session, account_id: int | None = None) -> list[Listed]:
    """List all entries that there ever were, with their accounts: of one, or of all."""
    query = (
        select(
            watch_entries.c.account_id,
            watch_entries.c.role,
            watch_entries.c.valid_from,
            watch_entries.c.valid_to,
            watch_entries.c.added_at,
            watch_entries.c.removed_at,
            accounts.c.platform,
            accounts.c.handle,
            accounts.c.identity_changed_at,
            corrected_at(watch_entries.c.account_id).label("corrected_at"),
        )
        .join(accounts, accounts.c.id == watch_entries.c.account_id)
        .order_by(accounts.c.platform, accounts.c.handle, watch_entries.c.id)
        .where(_of(watch_entries.c.account_id, account_id))
    )
    return [Listed(**{**row._mapping, "role": Role(row.role)}) for row in session.execute(query)]  # noqa: SLF001  (its documented name)


LOOK = (
    *(visits.c.account_id, visits.c.post_id, visits.c.capability, visits.c.mode, visits.c.state),
    *(visits.c.complete, visits.c.seen, visits.c.claimed, visits.c.note, visits.c.ended_at),
)


def _of(column: ColumnElement[int], account_id: int | None) -> ColumnElement[bool]:
    return true() if account_id is None else column == account_id


def looks(session: Session, *, since: datetime, until: datetime, account_id: int | None = None) -> list[SeenLook]:
    """List the looks that ended between two moments, the last not included, in their order."""
    query = select(*LOOK).where(visits.c.ended_at >= since, visits.c.ended_at < until)
    query = query.where(_of(visits.c.account_id, account_id)).order_by(visits.c.id)
    return [_look(row) for row in session.execute(query)]


def _look(row: object) -> SeenLook:
    values = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001  (its documented name)
    values["capability"], values["mode"] = Capability(values["capability"]), Mode(values["mode"])
    return SeenLook(**{**values, "state": VisitState(values["state"])})


def last_looks(session: Session) -> list[SeenLook]:
    """Give the last look at each account and post in each direction: that of a person, and that of the program.

    A look that still goes on is none.
    """
    by_person = case((visits.c.mode.in_(BY_PEOPLE), 1), else_=0)
    newest = (
        select(func.max(visits.c.id).label("id"))
        .where(or_(visits.c.note.is_(None), visits.c.note.not_in(GOES_ON)))
        .group_by(visits.c.account_id, visits.c.capability, visits.c.post_id, by_person)
        .subquery()
    )
    return [_look(row) for row in session.execute(select(*LOOK).join(newest, newest.c.id == visits.c.id))]


def first_shown(session: Session, account_id: int | None = None) -> dict[int, datetime]:
    """Say when each account was there first: what is not found later is gone, what never was found is not."""
    there = visits.c.state.in_(SAW_EVERYTHING)
    query = select(visits.c.account_id, func.min(visits.c.ended_at).label("at"))
    query = query.where(there, _of(visits.c.account_id, account_id))
    return {row.account_id: row.at for row in session.execute(query.group_by(visits.c.account_id))}


def own_posts(session: Session, *, since: datetime, account_id: int | None = None) -> dict[int, list[datetime]]:
    """Say of which moments are the posts of each account that are there, as far as their time is known since then."""
    told = func.coalesce(posts.c.posted_at, posts.c.posted_to, posts.c.first_seen_at)
    query = select(posts.c.author_id, told.label("at")).where(
        posts.c.author_id.is_not(None), posts.c.gone_at.is_(None), told >= since
    )
    query = query.where(_of(posts.c.author_id, account_id))
    found: dict[int, list[datetime]] = {}
    for row in session.execute(query):
        found.setdefault(row.author_id, []).append(row.at)
    return found


def liker(session: Session, account_id: int, post_id: int, *, named: bool = True) -> LikerAnswer:
    """Say whether an account is among the likers of a post, or why that cannot be said.

    Only a list that was complete, and that was read when the account was on the watchlist already, says "no": from
    earlier lists everybody else was left out before anything was stored. `named` says whether the platform's lists
    name who liked: those of comments or reposts in their place say nothing about it.
    """
    act = session.execute(
        select(interactions.c.first_seen_at, interactions.c.absent_since).where(
            interactions.c.account_id == account_id,
            interactions.c.post_id == post_id,
            interactions.c.action == Action.LIKED,
        )
    ).one_or_none()
    if act is not None:
        gone = act.absent_since is not None
        return LikerAnswer(
            state=LikerState.NO_LONGER if gone else LikerState.SEEN, at=act.absent_since if gone else act.first_seen_at
        )
    if not named:
        return LikerAnswer(state=LikerState.NOBODY_LOOKED)
    added = select(func.min(watch_entries.c.added_at)).where(watch_entries.c.account_id == account_id)
    listed_at: datetime | None = session.scalar(added)
    query = (
        select(*LOOK, crawl_runs.c.started_at.label("begun_at"))
        .join(crawl_runs, crawl_runs.c.id == visits.c.run_id)
        .where(visits.c.post_id == post_id, visits.c.capability == Capability.LIKERS)
        .where(visits.c.state.in_(SAW_EVERYTHING))
        .order_by(visits.c.ended_at.desc(), visits.c.id.desc())
    )
    every_look = list(session.execute(query))
    counting = [look for look in every_look if listed_at is not None and look.begun_at >= listed_at]
    if not counting:
        return LikerAnswer(state=LikerState.NOT_LOOKED_BEFORE if every_look else LikerState.NOBODY_LOOKED)
    best = next((look for look in counting if look.complete), None)
    if best is not None:
        return LikerAnswer(state=LikerState.NOT_IN_LIST, at=best.ended_at, seen=best.seen, claimed=best.claimed)
    most = max(counting, key=lambda look: look.seen)
    return LikerAnswer(state=LikerState.LIST_PARTIAL, at=most.ended_at, seen=most.seen, claimed=most.claimed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One crawl or import; `ended_at` is None while it goes on, or where it was cut off."""

    id: int
    started_at: datetime
    ended_at: datetime | None
    state: str


def last_runs(session: Session, most: int) -> list[Run]:
    """Give the newest runs."""
    columns = crawl_runs.c.id, crawl_runs.c.started_at, crawl_runs.c.ended_at, crawl_runs.c.state
    query = select(*columns).order_by(crawl_runs.c.id.desc()).limit(most)
    return [Run(**row._mapping) for row in session.execute(query)]  # noqa: SLF001  (its documented name)
