"""The office as it was at the end of a past day: its rows, and its clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import InputError
from jobs.tools import Tools
from storage.asof import as_of


@dataclass(frozen=True, slots=True)
class StoppedClock:
    """A clock that shows one moment."""

    moment: datetime

    def now(self) -> datetime:
        """Say that moment, in UTC."""
        return self.moment

    async def sleep(self, seconds: float) -> None:
        """Wait for nothing: no time passes."""


@contextmanager
def office_as_of(tools: Tools, day: date | None) -> Iterator[Tools]:
    """Give the office as it was when this local day ended; as it is for None.

    Raises InputError for a day that has not ended: it has no end to show yet.
    """
    if day is None:
        yield tools
        return
    if day >= tools.today:
        raise InputError("as_of_too_late", day=day, today=tools.today)
    ends = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(tools.settings.schedule.timezone))
    moment = (ends - timedelta(microseconds=1)).astimezone(UTC)
    with as_of(tools.database, moment, overlap=tools.settings.review.overlap) as database:
        yield replace(tools, database=database, clock=StoppedClock(moment))
