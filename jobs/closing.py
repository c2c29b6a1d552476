"""The last days before a quiet period: campaign accounts must be closed then, so each is read whole before.

The rule (PKPU 13/2024) makes official campaign accounts vanish; what was not kept by then cannot be proven afterwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from core.records import Account, VisitState
from core.settings import PhaseName, Settings
from jobs.tools import Tools
from storage import lookouts
from storage.database import Session


class Campaigning(Protocol):
    """An account, and the contests in which it campaigns."""

    @property
    def account(self) -> Account:
        """The account."""
        ...

    @property
    def campaigns(self) -> frozenset[str]:
        """Ids of contests."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days of a contest in which its campaign accounts are read whole; `quiet` is the first day of quiet."""

    contest: str
    since: datetime
    quiet: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A campaign account that was not read whole yet, and how the last try ended; None where there was none."""

    account: Account
    contest: str
    state: VisitState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How far the reading of a contest's campaign accounts has come."""

    window: Window
    accounts: int
    open: Sequence[Open]


def windows(settings: Settings, now: datetime) -> list[Window]:
    """Name the contests whose quiet period comes within the days of the settings; none once it has begun."""
    span = timedelta(days=settings.schedule.complete_days)
    found = list[Window]()
    for contest in settings.contests:
        zone = ZoneInfo(contest.timezone)
        for phase in contest.phases:
            begins = datetime.combine(phase.starts, time(), tzinfo=zone)
            if phase.name is PhaseName.QUIET and begins - span <= now < begins:
                found.append(Window(contest=contest.id, since=begins - span, quiet=phase.starts))
    return found


def to_read_whole(session: Session, tools: Tools, look: Campaigning) -> bool:
    """Whether this account is to be read from its newest post to its first, whatever is known of it."""
    these = [one for one in windows(tools.settings, tools.clock.now()) if one.contest in look.campaigns]
    return any(look.account.id not in lookouts.read_whole(session, since=one.since) for one in these)


def progress(session: Session, tools: Tools, looks: Iterable[Campaigning]) -> list[Closing]:
    """Say of each contest that is about to fall silent which campaign accounts were not read whole yet."""
    campaigning, found = [look for look in looks if look.campaigns], list[Closing]()
    for window in windows(tools.settings, tools.clock.now()):
        these = [look.account for look in campaigning if window.contest in look.campaigns]
        whole = lookouts.read_whole(session, since=window.since)
        tried = lookouts.tried(session, since=window.since)
        still = [
            Open(account=one, contest=window.contest, state=tried.get(one.id)) for one in these if one.id not in whole
        ]
        found.append(Closing(window=window, accounts=len(these), open=still))
    return found
