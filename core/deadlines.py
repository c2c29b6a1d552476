"""Days as the law counts them: local midnights, calendar and working days, and what is left of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Self
from zoneinfo import ZoneInfo

from core.rules import Deadline, Holidays, Pack, Side

SATURDAY = 5
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """On which days people work. `years` are those whose decree somebody entered."""

    fixed: frozenset[str] = frozenset()
    days: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    @classmethod
    def of(cls, lists: Iterable[Holidays]) -> Self:
        """Put lists of holidays together."""
        told = tuple(lists)
        years = [year for one in told for year in one.years]
        return cls(
            fixed=frozenset(day.day for one in told for day in one.fixed),
            days=frozenset(day.date for year in years for day in year.days),
            years=frozenset(year.year for year in years),
        )

    def works(self, day: date) -> bool:
        """Say whether people work on a day."""
        return day.weekday() < SATURDAY and f"{day:%m-%d}" not in self.fixed and day not in self.days

    def missing(self, first: date, last: date) -> list[int]:
        """Name the years between two days whose decree nobody entered."""
        return [year for year in range(first.year, last.year + 1) if year not in self.years]


def last_day(deadline: Deadline, begins: date, calendar: Calendar) -> date:
    """Give the last day of a span that begins on a day."""
    if deadline.count == "calendar":
        return begins + timedelta(days=deadline.days - deadline.first_day_counts)
    day = begins
    left = deadline.days - (deadline.first_day_counts and calendar.works(begins))
    while left:
        day += timedelta(days=1)
        left -= calendar.works(day)
    return day


def due(deadline: Deadline, begins: datetime, zone: str, calendar: Calendar) -> datetime:
    """Give the moment at which a span is over: the local midnight after its last day, in UTC."""
    day = last_day(deadline, begins.astimezone(ZoneInfo(zone)).date(), calendar)
    return midnight(day + timedelta(days=1), zone)


def due_in(pack: Pack, deadline: Deadline, begins: datetime, zone: str, calendar: Calendar) -> datetime:
    """Give the moment at which a span of a pack is over; one that lengthens another begins when that is over."""
    before = pack.before(deadline)
    if before is None:
        return due(deadline, begins, zone, calendar)
    first = due_in(pack, before, begins, zone, calendar)
    return due(deadline.model_copy(update={"first_day_counts": True}), first, zone, calendar)


def midnight(day: date, zone: str) -> datetime:
    """Give the moment at which a local day begins, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def last_day_of(due_at: datetime, zone: str) -> date:
    """Name the last local day before a deadline."""
    return (due_at - _MOMENT).astimezone(ZoneInfo(zone)).date()


def days_left(due_at: datetime, now: datetime, zone: str) -> int:
    """Count the days until the last day of a deadline: 0 on that day itself, below 0 once it is over."""
    return (last_day_of(due_at, zone) - now.astimezone(ZoneInfo(zone)).date()).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Between which moments an act was done, both included; nothing is known before where `earliest` is None."""

    earliest: datetime | None
    latest: datetime


def span(
    acted_at: datetime | None,
    told: tuple[datetime | None, datetime | None],
    *,
    posted_at: datetime | None,
    seen_at: datetime,
) -> Span:
    """Say when an act may have been done: as told, else between the post and when it was seen."""
    if acted_at is not None:
        return Span(earliest=acted_at, latest=acted_at)
    first, end = told
    if first is not None and end is not None:
        return Span(earliest=first, latest=max(first, end - _MOMENT))
    return Span(earliest=min(posted_at, seen_at) if posted_at else None, latest=seen_at)


def side_of(act: Span, designation: date | None, zone: str) -> Side:
    """Say on which side of the designation an act lies; unknown where it may be on either."""
    if designation is None:
        return Side.UNKNOWN
    border = midnight(designation, zone)
    if act.latest < border:
        return Side.BEFORE
    return Side.AFTER if act.earliest is not None and act.earliest >= border else Side.UNKNOWN


def sides(side: Side) -> tuple[Side, ...]:
    """Name the sides that are to be shown, the milder first."""
    return (Side.BEFORE, Side.AFTER) if side is Side.UNKNOWN else (side,)


Urgency = Literal["over", "soon", "later"]


def urgency(left: int, soon: int) -> Urgency:
    """Say how pressing so many days are."""
    if left < 0:
        return "over"
    return "soon" if left <= soon else "later"
