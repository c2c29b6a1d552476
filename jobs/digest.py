"""What a day brought, in numbers: no name, no handle and no text, so that it may leave the machine by e-mail."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.records import CoverageState, NextStep, Standing
from jobs import canary, clocks, closing, coverage, handling, purge, queue, sealing
from jobs.canary import Canary
from jobs.handling import Handled
from jobs.looks import looks
from jobs.sealing import Latest
from jobs.tools import Tools
from storage import collecting, standing, watching
from storage.clocks import Due
from storage.collecting import HostRow
from storage.coverage import last_runs

MOST_NEW = 100_000
SOON = timedelta(days=7)
PURPOSE_SOON = timedelta(days=30)
BEGINS, ENDS, VOTING, PURPOSE_ENDS = "phase_begins", "phase_ends", "voting_day", "purpose_ends"
DATES = (BEGINS, ENDS, VOTING, PURPOSE_ENDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A day that comes soon: what begins or ends, in which contest (None: the purpose of the whole)."""

    what: str
    day: date
    contest: str | None = None
    phase: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A contest that falls silent soon: of so many campaign accounts so many were not read whole yet."""

    contest: str
    quiet: date
    accounts: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The numbers of a day. `unseen` counts directions of accounts that nobody saw, by the state of the best look."""

    day: date
    new: int
    waiting: int
    second: int
    conflicts: int
    seen: int
    unseen: Mapping[CoverageState, int]
    todo: Mapping[NextStep, int]
    paused: Sequence[HostRow]
    alarms: Sequence[Canary]
    near: Sequence[Near]
    closing: Sequence[Silent]
    due: Mapping[str, Due]
    """What is over, or soon will be, by the name of the contest; those of which nothing is are left out."""
    handling: Mapping[str, Handled]
    """The same of cases: their deadlines of handling."""
    seal: Latest | None = None
    """The last seal: with it the head of the record leaves the machine, and nobody can cut it off unseen."""
    seals_pending: int = 0
    """How many seals an authority of time has not confirmed."""
    removal_due: bool = False
    """Whether data are kept longer than the settings want, or a purge was broken off."""


def gather(tools: Tools) -> Digest:
    """Count what a day brought."""
    now = tools.clock.now()
    with tools.database.read() as session:
        tally = standing.tally(session)
        covered = coverage.recent(session, tools, 1)
        todo = Counter(one.step for one in queue.waiting(session, tools))
        hosts = collecting.host_rows(session)
        runs = last_runs(session, 1)
        closes = closing.progress(session, tools, looks(watching.watchlist(session, day=tools.today)))
        alarms = canary.check(session, runs[0].id) if runs else []
        due = {one.name: clocks.due(session, tools, one) for one in tools.settings.contests}
        handled = handling.pressing(session, tools)
        new = standing.flagged_since(session, now - timedelta(days=1), most=MOST_NEW)
        seal, seals_pending = sealing.latest(session), len({one.seal for one in sealing.pending(session)})
    at = Counter[Standing]()
    for (where, band, _), number in tally.items():
        at[where] += number if where is not Standing.OPEN or band != "low" else 0
    return Digest(
        day=tools.today,
        new=new,
        waiting=at[Standing.OPEN],
        second=at[Standing.SECOND],
        conflicts=at[Standing.CONFLICT],
        seen=sum(number for state, number in covered.total.items() if state in coverage.SEEN),
        unseen=Counter(one.state for one in covered.unseen),
        todo=todo,
        paused=[host for host in hosts if host.blocked_until and host.blocked_until > now],
        alarms=alarms,
        closing=[
            Silent(contest=one.window.contest, quiet=one.window.quiet, accounts=one.accounts, open=len(one.open))
            for one in closes
        ],
        due={name: found for name, found in due.items() if found.any},
        handling=handled,
        near=sorted(_near(tools), key=lambda one: one.day),
        seal=seal,
        seals_pending=seals_pending,
        removal_due=purge.is_due(tools.settings, tools.database, now),
    )


def _near(tools: Tools) -> Iterator[Near]:
    today, ends = tools.today, tools.settings.purpose.ends
    if today <= ends <= today + PURPOSE_SOON:
        yield Near(what=PURPOSE_ENDS, day=ends)
    for contest in tools.settings.contests:
        days = [Near(what=VOTING, day=contest.voting_day, contest=contest.name)]
        for phase in contest.phases:
            days.append(Near(what=BEGINS, day=phase.starts, contest=contest.name, phase=phase.name))
            days.append(Near(what=ENDS, day=phase.ends, contest=contest.name, phase=phase.name))
        yield from (one for one in days if today <= one.day <= today + SOON)
