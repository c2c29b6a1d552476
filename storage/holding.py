"""Legal holds: what no purge may take, who said so, why, and when it was lifted. No line of it ever goes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, insert, or_, select, update

from core.records import HoldKind
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
    """Say in SQL whether a match is held: it, its account or its contest."""
    contests = select(holds.c.contest).where(holds.c.kind == HoldKind.CONTEST, holds.c.lifted_at.is_(None))
    return or_(_held(matches.c.id, HoldKind.MATCH), account_held(matches.c.account_id), matches.c.contest.in_(contests))


def account_held(column: ColumnElement[int]) -> ColumnElement[bool]:
    """Say in SQL whether an account is held."""
    return _held(column, HoldKind.ACCOUNT)
