"""The turns at hosts that all machines take from one row each (PostgreSQL only). The database's clock decides.

A turn is one statement: whoever asks gets the next free moment of the host and moves it on by the gap.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from storage.database import Session

TAKE = text("""
    INSERT INTO hosts AS host (host, next_ok_at, units_day, units)
    VALUES (:host, clock_timestamp() + make_interval(secs => :gap), CAST(:day AS date), :units)
    ON CONFLICT (host) DO UPDATE SET
        next_ok_at = greatest(clock_timestamp(), host.next_ok_at) + make_interval(secs => :gap),
        units_day = coalesce(CAST(:day AS date), host.units_day),
        units = CASE WHEN CAST(:day AS date) IS NULL OR host.units_day = CAST(:day AS date)
                     THEN host.units ELSE 0 END + :units
    WHERE (host.blocked_until IS NULL OR host.blocked_until <= clock_timestamp())
    AND (CAST(:daily AS bigint) IS NULL
         OR CASE WHEN host.units_day = CAST(:day AS date) THEN host.units ELSE 0 END + :units <= :daily)
    RETURNING CAST(extract(epoch FROM next_ok_at - make_interval(secs => :gap) - clock_timestamp()) AS float8)
""")
PAUSE = text("""
    INSERT INTO hosts AS host (host, blocked_until, reason)
    VALUES (:host, clock_timestamp() + make_interval(secs => :seconds), :reason)
    ON CONFLICT (host) DO UPDATE SET blocked_until = excluded.blocked_until, reason = excluded.reason
    WHERE host.blocked_until IS NULL OR host.blocked_until < excluded.blocked_until
""")
PAUSED = text("SELECT blocked_until, reason FROM hosts WHERE host = :host AND blocked_until > clock_timestamp()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """A host that is left alone now."""

    until: datetime
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a request takes of an API's allowance of a day; `daily` is None where there is none."""

    units: int
    daily: int | None
    day: date


def take(session: Session, host: str, *, gap: float, cost: Cost | None = None) -> float | None:
    """Take the host's next turn; say in how many seconds it is. None where it is paused, or the allowance used up."""
    day, units, daily = (cost.day, cost.units, cost.daily) if cost is not None else (None, 0, None)
    known = {"host": host, "gap": gap, "day": day, "units": units, "daily": daily}
    wait: float | None = session.scalar(TAKE, known)
    return None if wait is None else max(wait, 0.0)


def pause(session: Session, host: str, *, seconds: float, reason: str) -> None:
    """Leave a host alone on all machines; never for a shorter time than was said before."""
    session.execute(PAUSE, {"host": host, "seconds": seconds, "reason": reason})


def paused(session: Session, host: str) -> Paused | None:
    """Give the pause of a host, if it has one now."""
    row = session.execute(PAUSED, {"host": host}).one_or_none()
    return None if row is None else Paused(until=row.blocked_until, reason=row.reason)
