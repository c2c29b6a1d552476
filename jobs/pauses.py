"""Which hosts are to be left alone: kept between runs, or in one book that all machines share."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from core.errors import RefusedError
from jobs.tools import Tools
from scraper.fetch.manners import LONGEST_PAUSE, HostState, Spend
from storage import collecting, turns
from storage.database import Database

LONGEST_GAP = timedelta(hours=1)
"""What lies further ahead was noted by a clock that went wrong; waiting for it would stop a host for days."""
A_MOMENT = 0.001
"""Seconds by which somebody who waits comes after the turn is free rather than before."""


def load(tools: Tools) -> dict[str, HostState]:
    """Read the pauses that earlier runs were asked for; none is longer than it can have been when it was asked for."""
    with tools.database.read() as session:
        rows = collecting.host_rows(session)
    now = tools.clock.now()
    longest = now + max(LONGEST_PAUSE, timedelta(hours=tools.settings.crawl.refused_hours))
    gap = timedelta(seconds=tools.settings.crawl.seconds_between_requests)
    states = {row.host: HostState(**{name: getattr(row, name) for name in HostState.__slots__}) for row in rows}
    return {
        host: replace(
            state,
            blocked_until=state.blocked_until and min(state.blocked_until, longest),
            next_ok_at=state.next_ok_at if _is_near(state.next_ok_at, now) else now + gap,
        )
        for host, state in states.items()
    }


def _is_near(moment: datetime | None, now: datetime) -> bool:
    return moment is None or moment <= now + LONGEST_GAP


def save(tools: Tools, hosts: Mapping[str, HostState]) -> None:
    """Keep them for the next run; what all machines share is kept already."""
    if book(tools) is not None:
        return
    rows = [
        collecting.HostRow(host=host, **{name: getattr(state, name) for name in HostState.__slots__})
        for host, state in hosts.items()
    ]
    with tools.database.write() as session:
        collecting.save_hosts(session, rows)


def book(tools: Tools) -> "SharedBook | None":
    """Give the book of all machines; None on SQLite, where one process asks at a time."""
    return SharedBook(tools.database) if tools.database.engine.dialect.name == "postgresql" else None


class SharedBook:
    """The rows of the hosts, as a book of turns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, host: str, *, gap: float, spend: Spend | None, day: date) -> float:
        """Take the turn if it is free: 0, else in how many seconds to ask again.

        RefusedError `host_paused` or `quota_spent`.
        """
        cost = turns.Cost(units=spend.units, daily=spend.daily, day=day) if spend is not None else None
        with self._database.write() as session:
            if turns.take(session, host, gap=gap, cost=cost):
                return 0.0
            found = turns.standing(session, host)
        if found is not None and found.blocked_until is not None:
            raise RefusedError("host_paused", host=host, until=found.blocked_until, reason=found.reason)
        if found is not None and spend is not None and spend.daily is not None:
            units = spend.units + (found.units if found.units_day == day else 0)
            if units > spend.daily:
                raise RefusedError("quota_spent", host=host, daily=spend.daily, reason="throttled")
        return max(found.wait or 0.0 if found is not None else 0.0, 0.0) + A_MOMENT

    def went(self, host: str, *, gap: float) -> None:
        """Let the gap count from now."""
        with self._database.write() as session:
            turns.went(session, host, gap=gap)

    def pause(self, host: str, wait: timedelta, reason: str) -> None:
        """Leave a host alone; never for a shorter time than was said before."""
        with self._database.write() as session:
            turns.pause(session, host, seconds=wait.total_seconds(), reason=reason)

    def paused(self, host: str) -> HostState | None:
        """Give the pause of a host, if it has one now."""
        with self._database.read() as session:
            found = turns.standing(session, host)
        if found is None or found.blocked_until is None:
            return None
        return HostState(blocked_until=found.blocked_until, reason=found.reason)
