"""What was looked at and what came of it, for saying what could be seen of whom on which day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, or_, select

from core.records import Capability, Mode, Role, VisitState
from storage.collecting import GOES_ON
from storage.database import Session
from storage.tables import accounts, visits, watch_entries

BY_PEOPLE = (Mode.ATTENDED, Mode.IMPORT)
SHOWED_SOMETHING = (VisitState.OK, VisitState.UNCHANGED, VisitState.EMPTY)


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


def listed(session: Session) -> list[Listed]:
    """List all entries that there ever were, with their accounts."""
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
        )
        .join(accounts, accounts.c.id == watch_entries.c.account_id)
        .order_by(accounts.c.platform, accounts.c.handle, watch_entries.c.id)
    )
    return [Listed(**{**row._mapping, "role": Role(row.role)}) for row in session.execute(query)]  # noqa: SLF001  (its documented name)


LOOK = (
    *(visits.c.account_id, visits.c.post_id, visits.c.capability, visits.c.mode, visits.c.state),
    *(visits.c.complete, visits.c.seen, visits.c.claimed, visits.c.note, visits.c.ended_at),
)


def looks(session: Session, *, since: datetime, until: datetime) -> list[SeenLook]:
    """List the looks that ended between two moments, the last not included, in their order."""
    query = select(*LOOK).where(visits.c.ended_at >= since, visits.c.ended_at < until).order_by(visits.c.id)
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
