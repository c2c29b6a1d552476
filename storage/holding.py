"""Legal holds: what no purge may take, who said so, why, and when it was lifted. No line of it ever goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, insert, or_, select, update

from core.cases import CaseState
from core.deeds import HoldKind
from storage.case_tables import case_consents, case_matches, case_moves
from storage.database import Session
from storage.judged_tables import matches
from storage.privacy_tables import holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A match or an account by its number, or a contest by its id, that stays."""

    kind: HoldKind
    number: int | None
    contest: str | None
    reason: str
    held_by: str
    held_at: datetime
    id: int = 0
    lifted_by: str | None = None
    lifted_at: datetime | None = None
    lifted_reason: str | None = None


def add_hold(session: Session, hold: Hold) -> int:
    """Hold something; say under which number."""
    values = {name: getattr(hold, name) for name in Hold.__slots__ if name != "id"}
    return int(session.execute(insert(holds).values(**values).returning(holds.c.id)).scalar_one())


def lift(session: Session, hold_id: int, *, by: str, at: datetime, reason: str) -> bool:
    """Lift a hold; False where there is none with this number that still holds."""
    values = {"lifted_by": by, "lifted_at": at, "lifted_reason": reason}
    these = holds.c.id == hold_id, holds.c.lifted_at.is_(None)
    return session.execute(update(holds).where(*these).values(**values)).rowcount == 1


def every_hold(session: Session) -> list[Hold]:
    """List all holds, the oldest first, also those that were lifted."""
    found = []
    for row in session.execute(select(holds).order_by(holds.c.id)):
        value = dict(row._mapping)  # noqa: SLF001  (its documented name)
        found.append(Hold(**{**value, "kind": HoldKind(value["kind"])}))
    return found


def _held(column: ColumnElement[int], kind: HoldKind) -> ColumnElement[bool]:
    return column.in_(select(holds.c.number).where(holds.c.kind == kind, holds.c.lifted_at.is_(None)))


def match_held() -> ColumnElement[bool]:
    """Say in SQL whether a match is held: it, its account or its contest; or a case rests on it that has not ended."""
    contests = select(holds.c.contest).where(holds.c.kind == HoldKind.CONTEST, holds.c.lifted_at.is_(None))
    held = _held(matches.c.id, HoldKind.MATCH), account_held(matches.c.account_id), matches.c.contest.in_(contests)
    return or_(*held, matches.c.id.in_(select(case_matches.c.match_id).where(case_matches.c.case_id.not_in(_ended()))))


def _ended() -> Select[Any]:
    """Name the cases that were stopped or forwarded."""
    forwarded = and_(case_moves.c.state == CaseState.FORWARDED, case_consents.c.agrees)
    moved = case_moves.outerjoin(case_consents, case_consents.c.move_id == case_moves.c.id)
    return (
        select(case_moves.c.case_id).select_from(moved).where(or_(case_moves.c.state == CaseState.STOPPED, forwarded))
    )


def account_held(column: ColumnElement[int]) -> ColumnElement[bool]:
    """Say in SQL whether an account is held."""
    return _held(column, HoldKind.ACCOUNT)
