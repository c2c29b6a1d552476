"""The day on which a step of a case happened, as the office states it: tilik hears of it when somebody enters it.

An office registers on paper. What it states is kept as said, beside the moment of entry, which alone tilik knows.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.deadlines import midnight
from core.errors import InputError
from jobs.assessing import span_of
from storage import rules
from storage.cases import Case, Move
from storage.database import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Between which days a step may have happened; `first` is None where nobody knows when an act was done."""

    first: date | None
    last: date


def window(session: Session, case: Case, *, zone: ZoneInfo, now: datetime) -> Window:
    """Give the days from the first that an act of the case may have been done on, until today, where it is."""
    acts = (rules.act(session, one) for one in case.matches)
    begun = [span_of(act).earliest for act in acts if act is not None]
    known = [at for at in begun if at is not None]
    first = min(known).astimezone(zone).date() if known and len(known) == len(begun) else None
    return Window(first=first, last=now.astimezone(zone).date())


def check(day: date | None, within: Window, name: str) -> None:
    """Refuse a day that has not come, or that lies before everything that the case is about."""
    if day is None:
        return
    if day > within.last:
        raise InputError("case_date_ahead", day=day)
    if within.first is not None and day < within.first:
        raise InputError("case_day_early", case=name, day=day, first=within.first)


def begins(move: Move, zone: str) -> datetime:
    """Say from when to count a step, carefully: from its entry, or from the day that the office states if earlier."""
    if move.stated_on is None:
        return move.moved_at
    return min(move.moved_at, midnight(move.stated_on, zone))
