"""Accounts that were wrongly listed or attributed: their matches are withdrawn, and come back if that was a mistake.

A correction is never removed while its account is here. Where the time of an act is not known, it counts as late as it
can have been: in doubt a match is withdrawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, insert, or_, select, update

from core.deeds import Correction
from core.records import Standing
from storage.database import Session
from storage.judged_tables import matches
from storage.privacy_tables import corrections
from storage.tables import interactions


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRow:
    """What somebody corrected of an account; acts from `begins_at` on are withdrawn, all of them where it is None."""

    account_id: int
    reason: Correction
    since: date | None
    begins_at: datetime | None
    note: str | None
    corrected_by: str
    corrected_at: datetime
    id: int = 0
    undone_by: str | None = None
    undone_at: datetime | None = None
    undone_reason: str | None = None


def save(session: Session, row: CorrectionRow) -> int:
    """Keep a correction; say its number."""
    values = {name: getattr(row, name) for name in CorrectionRow.__slots__ if name != "id"}
    return int(session.execute(insert(corrections).values(**values).returning(corrections.c.id)).scalar_one())


def undo(session: Session, account_id: int, *, by: str, at: datetime, reason: str) -> int:
    """End the corrections of an account that still hold; say how many."""
    these = corrections.c.account_id == account_id, corrections.c.undone_at.is_(None)
    values = {"undone_by": by, "undone_at": at, "undone_reason": reason}
    return session.execute(update(corrections).where(*these).values(**values)).rowcount


def of_account(session: Session, account_id: int) -> list[CorrectionRow]:
    """List the corrections of an account, the oldest first, also those that were undone."""
    query = select(corrections).where(corrections.c.account_id == account_id).order_by(corrections.c.id)
    found = []
    for row in session.execute(query):
        value = dict(row._mapping)  # noqa: SLF001  (its documented name)
        found.append(CorrectionRow(**{**value, "reason": Correction(value["reason"])}))
    return found


def reasons(session: Session) -> dict[int, Correction]:
    """Say of which accounts a correction holds now, and why."""
    query = select(corrections.c.account_id, corrections.c.reason).where(corrections.c.undone_at.is_(None))
    return {row.account_id: Correction(row.reason) for row in session.execute(query.order_by(corrections.c.id))}


def corrected_at(account_id: ColumnElement[int]) -> ScalarSelect[datetime]:
    """Say in SQL since when a correction of an account holds."""
    holds = corrections.c.account_id == account_id, corrections.c.undone_at.is_(None)
    return select(func.min(corrections.c.corrected_at)).where(*holds).scalar_subquery()


def withdrawn(session: Session, match_ids: Sequence[int]) -> set[int]:
    """Pick the matches that a correction withdraws."""
    return set(session.scalars(select(matches.c.id).where(matches.c.id.in_(match_ids), is_withdrawn())))


def is_withdrawn() -> ColumnElement[bool]:
    """Say in SQL whether a correction withdraws a match."""
    latest = func.coalesce(interactions.c.acted_at, interactions.c.acted_to, interactions.c.first_seen_at)
    return exists().where(
        interactions.c.id == matches.c.interaction_id,
        corrections.c.account_id == interactions.c.account_id,
        corrections.c.undone_at.is_(None),
        or_(corrections.c.begins_at.is_(None), latest >= corrections.c.begins_at),
    )


def withdraw_new(session: Session) -> int:
    """Withdraw the matches of corrected accounts that were found since; say how many. Tallies are counted later."""
    these = matches.c.standing != Standing.WITHDRAWN, is_withdrawn()
    return session.execute(update(matches).where(*these).values(standing=Standing.WITHDRAWN)).rowcount


def matches_of(session: Session, account_id: int) -> list[int]:
    """Give the numbers of all matches of an account."""
    query = select(matches.c.id).join(interactions, interactions.c.id == matches.c.interaction_id)
    return list(session.scalars(query.where(interactions.c.account_id == account_id).order_by(matches.c.id)))
