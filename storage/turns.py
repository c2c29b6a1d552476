"""The turns at hosts that all machines take from one row each (PostgreSQL only). The database's clock decides.

A turn is taken in one statement, by whoever asks first once the gap since the last one has passed; the others are told
how long to wait. Who really went later than the turn was taken says so, and the gap counts from there.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from storage.database import Session

TAKE = text("""
    INSERT INTO hosts AS host (host, next_ok_at, units_day, units)
    VALUES (:host, clock_timestamp() + make_interval(secs => :gap), CAST(:day AS date), :units)
    ON CONFLICT (host) DO UPDATE SET
        next_ok_at = clock_timestamp() + make_interval(secs => :gap),
        units_day = coalesce(CAST(:day AS date), host.units_day),
        units = CASE WHEN CAST(:day AS date) IS NULL OR host.units_day = CAST(:day AS date)
                     THEN host.units ELSE 0 END + :units
    WHERE (host.next_ok_at IS NULL OR host.next_ok_at <= clock_timestamp())
    AND (host.blocked_until IS NULL OR host.blocked_until <= clock_timestamp())
    AND (CAST(:daily AS bigint) IS NULL
         OR CASE WHEN host.units_day = CAST(:day AS date) THEN host.units ELSE 0 END + :units <= :daily)
    RETURNING 1
""")
WENT = text("""
    UPDATE hosts SET next_ok_at = greatest(next_ok_at, clock_timestamp() + make_interval(secs => :gap))
    WHERE host = :host
""")
PAUSE = text("""
    INSERT INTO hosts AS host (host, blocked_until, reason)
    VALUES (:host, clock_timestamp() + make_interval(secs => :seconds), :reason)
    ON CONFLICT (host) DO UPDATE SET blocked_until = excluded.blocked_until, reason = excluded.reason
    WHERE host.blocked_until IS NULL OR host.blocked_until < excluded.blocked_until
""")
STANDING = text("""
    SELECT CAST(extract(epoch FROM next_ok_at - clock_timestamp()) AS float8) AS wait, units_day, units, reason,
        CASE WHEN blocked_until > clock_timestamp() THEN blocked_until END AS blocked_until
    FROM hosts WHERE host = :host
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a host stands: seconds to its next free moment, the pause that it has now, what was spent and when."""

    wait: float | None
    blocked_until: datetime | None
    reason: str | None
    units_day: date | None
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a request takes of an API's allowance of a day; `daily` is None where there is none."""

    units: int
    daily: int | None
    day: date


def take(session: Session, host: str, *, gap: float, cost: Cost | None = None) -> bool:
    """Take the host's turn, if it is free now, not paused, and the allowance suffices."""
    day, units, daily = (cost.day, cost.units, cost.daily) if cost is not None else (None, 0, None)
    known = {"host": host, "gap": gap, "day": day, "units": units, "daily": daily}
    return session.scalar(TAKE, known) is not None


def went(session: Session, host: str, *, gap: float) -> None:
    """Let the gap count from now: the request of the last turn went only now."""
    session.execute(WENT, {"host": host, "gap": gap})


def pause(session: Session, host: str, *, seconds: float, reason: str) -> None:
    """Leave a host alone on all machines; never for a shorter time than was said before."""
    session.execute(PAUSE, {"host": host, "seconds": seconds, "reason": reason})


def standing(session: Session, host: str) -> Standing | None:
    """Say how a host stands; None for one that nobody has asked yet."""
    row = session.execute(STANDING, {"host": host}).one_or_none()
    return None if row is None else Standing(**row._mapping)  # noqa: SLF001  (its documented name)
