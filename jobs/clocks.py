"""The clocks of matches: what runs, until which day, and how many days are left, by the rules that hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from core import deadlines
from core.deadlines import Urgency, days_left, last_day_of, midnight, urgency
from core.rules import Begins, Deadline, Pack
from core.settings import Contest
from jobs.rulebooks import Shelf, shelf_if_readable
from jobs.tools import Tools
from storage import clocks
from storage.clocks import Due, Moments
from storage.database import Session

QUARTER = 15
"""Minutes of which every zone has whole ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One deadline of a match. `missing` are years that it touches and whose holidays nobody entered."""

    deadline: Deadline
    last_day: date
    left: int
    missing: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What runs for a match. `opened` says whether it runs from the first human sight, or still from the capture."""

    moments: Moments
    opened: bool
    last_day: date
    left: int
    urgency: Urgency
    running: Sequence[Running]


def day_of(books: Shelf, contest: Contest) -> clocks.Day:
    """Say for each local day until when what began on it is due."""

    def day(moment: datetime) -> tuple[datetime, datetime | None]:
        today = moment.astimezone(ZoneInfo(contest.timezone)).date()
        end, book = midnight(today + timedelta(days=1), contest.timezone), books.book(contest, today)
        if book is None:
            return end, None
        return end, deadlines.due(book.pack.leading, moment, contest.timezone, books.calendar)

    return day


def clock_of(tools: Tools, books: Shelf, contest: Contest, moments: Moments | None) -> Clock | None:
    """Say what runs for a match; None where no pack holds."""
    if moments is None:
        return None
    zone, now = contest.timezone, tools.clock.now()
    book = books.book(contest, moments.captured_at.astimezone(ZoneInfo(zone)).date())
    if book is None:
        return None
    first = moments.first_opened_at
    due_at = deadlines.due(book.pack.leading, first or moments.captured_at, zone, books.calendar)
    left = days_left(due_at, now, zone)
    return Clock(
        moments=moments,
        opened=first is not None,
        last_day=last_day_of(due_at, zone),
        left=left,
        urgency=urgency(left, tools.settings.rules.soon_days),
        running=list(running(book.pack, _begun(moments), zone, now=now, books=books)),
    )


def _begun(moments: Moments) -> dict[Begins, datetime | None]:
    """Say what has begun for a match; what runs from a step of a case is that case's."""
    return {
        "first_seen": moments.first_opened_at,
        "captured": moments.captured_at,
        "confirmed": moments.confirmed_at,
    }


def running(
    pack: Pack, begun: Mapping[Begins, datetime | None], zone: str, *, now: datetime, books: Shelf
) -> Iterator[Running]:
    """Give each deadline of a pack that has begun."""
    for deadline in pack.deadlines:
        begins = begun.get(deadline.begins)
        if begins is None:
            continue
        due_at = deadlines.due_in(pack, deadline, begins, zone, books.calendar)
        last = last_day_of(due_at, zone)
        first = begins.astimezone(ZoneInfo(zone)).date()
        missing = books.calendar.missing(first, last) if deadline.count == "working" else []
        yield Running(deadline=deadline, last_day=last, left=days_left(due_at, now, zone), missing=missing)


def due(session: Session, tools: Tools, contest: Contest) -> Due:
    """Count what is over, and what will be within the days that the settings call soon."""
    now = tools.clock.now()
    today = now.astimezone(ZoneInfo(contest.timezone)).date()
    soon = midnight(today + timedelta(days=tools.settings.rules.soon_days + 1), contest.timezone)
    only = len(tools.settings.contests) == 1
    return clocks.count_due(session, None if only else contest.id, now_over=now.astimezone(UTC), soon=soon)


class Countdown:
    """Says for many matches until when they are due: of one contest and one local hour all the same."""

    def __init__(self, tools: Tools) -> None:
        """Read the rules once; where they cannot be read nothing is said, and `tilik rules check` says why."""
        self._books = shelf_if_readable(tools.settings.rules.folder)
        self._contests = {one.id: one for one in tools.settings.contests}
        self._now = tools.clock.now()
        self._known: dict[tuple[str, datetime], tuple[date, int] | None] = {}

    def __call__(self, contest: str, begins: datetime) -> tuple[date, int] | None:
        """Give the last day, and how many days are left until it."""
        hour = begins.replace(minute=begins.minute // QUARTER * QUARTER, second=0, microsecond=0)
        key = contest, hour
        if key not in self._known:
            self._known[key] = self._reckon(contest, hour)
        return self._known[key]

    def _reckon(self, name: str, begins: datetime) -> tuple[date, int] | None:
        contest = self._contests.get(name)
        if contest is None or self._books is None:
            return None
        zone = contest.timezone
        book = self._books.book(contest, begins.astimezone(ZoneInfo(zone)).date())
        if book is None:
            return None
        due_at = deadlines.due(book.pack.leading, begins, zone, self._books.calendar)
        return last_day_of(due_at, zone), days_left(due_at, self._now, zone)
