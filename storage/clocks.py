"""The clock of each match: when it was captured, first seen by a person and confirmed, and when its time is over.

`due_at` orders the queue. Until somebody opened a match it runs from its capture; afterwards `wind` lets it run from
the first sight. That happens between sessions, so that nothing moves under the hands of who reads the queue.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, select, text, true, update

from core.records import Answer, Band, Standing
from storage.database import Session
from storage.judged_tables import OPENED, matches

Day = Callable[[datetime], tuple[datetime, datetime | None]]
"""Gives the first moment of the local day after a moment, and when what began on that day is due, if ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What the clock of a match runs from."""

    captured_at: datetime
    first_opened_at: datetime | None
    confirmed_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How many matches of a contest are over, or over soon: those that wait for an answer, and those confirmed."""

    over: int
    soon: int
    confirmed_over: int
    confirmed_soon: int

    @property
    def any(self) -> bool:
        """Say whether there is anything to tell."""
        return any((self.over, self.soon, self.confirmed_over, self.confirmed_soon))


def opened(session: Session, when: Mapping[int, datetime]) -> None:
    """Note when somebody saw matches for the first time; a moment that is noted never changes."""
    rows = [{"match": match_id, "at": at} for match_id, at in when.items()]
    first = matches.c.id == bindparam("match"), matches.c.first_opened_at.is_(None)
    if rows:
        session.execute(update(matches).where(*first).values(first_opened_at=bindparam("at")), rows)


def moments(session: Session, match_id: int) -> Moments | None:
    """Give what the clock of a match runs from."""
    names = ("captured_at", "first_opened_at", "confirmed_at", "due_at")
    query = select(*(matches.c[name] for name in names)).where(matches.c.id == match_id)
    row = session.execute(query).first()
    return Moments(**row._mapping) if row is not None and row.captured_at is not None else None  # noqa: SLF001


def wind(session: Session, contest: str, day: Day) -> None:
    """Set when the matches of a contest are due: those that have no time yet, and those that somebody has opened."""
    of_contest = matches.c.contest == contest
    _by_days(session, matches.c.captured_at, and_(of_contest, matches.c.due_at.is_(None)), day)
    _by_days(session, matches.c.first_opened_at, and_(of_contest, text(OPENED.text)), day)


def _by_days(session: Session, begins: ColumnElement[datetime], which: ColumnElement[bool], day: Day) -> None:
    """Go from day to day on which anything began: all of one day are due together."""
    at = session.scalar(select(func.min(begins)).where(which))
    while at is not None:
        end, due = day(at)
        these = which, begins >= at, begins < end, matches.c.due_at.is_distinct_from(due)
        session.execute(update(matches).where(*these).values(due_at=due))
        at = session.scalar(select(func.min(begins)).where(which, begins >= end))


def count_due(session: Session, contest: str | None, *, now_over: datetime, soon: datetime) -> Due:
    """Count what is due until two moments, of one contest or (None) of all: that needs no look at any row."""
    of_contest = true() if contest is None else matches.c.contest == contest
    near = matches.c.due_at <= soon
    over = func.count().filter(matches.c.due_at <= now_over)
    waiting = waiting_over = 0
    for standing in (Standing.OPEN, Standing.SECOND, Standing.CONFLICT):
        these = matches.c.standing == standing, near, matches.c.band != Band.LOW, of_contest
        every, late = session.execute(select(func.count(), over).where(*these)).one()
        waiting, waiting_over = waiting + every, waiting_over + late
    yes = matches.c.standing == Standing.DECIDED, matches.c.answer == Answer.SOLICITATION
    agreed, agreed_over = session.execute(
        select(func.count(), over).where(text(OPENED.text), *yes, near, of_contest)
    ).one()
    return Due(
        over=waiting_over, soon=waiting - waiting_over, confirmed_over=agreed_over, confirmed_soon=agreed - agreed_over
    )
