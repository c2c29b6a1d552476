"""Which accounts it is time to look at again, by their role and the phase of the elections they may concern."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.records import Capability, VisitState
from core.settings import PhaseName, Settings
from jobs.crawl import OF_ACCOUNTS, Look
from jobs.modes import unattended
from jobs.tools import Tools
from storage import lookouts
from storage.database import Session

AFTER_FAILURE = timedelta(hours=1)
CLOCKS_DIFFER = timedelta(minutes=5)
"""A look that lies further in the future was dated by a clock that went wrong: it must not hide an account."""
REQUESTS_A_VISIT = 3
"""What a first visit costs about, in requests; afterwards we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What a crawl would ask of one platform: accounts, requests (about), and hours at the configured pace."""

    platform: str
    accounts: int
    requests: int
    hours: float


def due(
    session: Session, tools: Tools, looks: Sequence[Look], *, after_failure: timedelta = AFTER_FAILURE
) -> list[Look]:
    """Pick the accounts whose time has come; those never seen first, then the longest unseen.

    An account that only a person can look at is never due. A failed look is repeated `after_failure`.
    """
    only = looks[0].account.id if len(looks) == 1 else None
    now, last = tools.clock.now(), lookouts.last_visits(session, account_id=only)
    waits = [(_longest_unseen(look, tools, last, after_failure), look) for look in looks if directions(look, tools)]
    never = datetime.min.replace(tzinfo=now.tzinfo)
    picked = [(seen or never, look) for seen, look in waits if seen is None or now >= seen + every(look, tools, now)]
    return [look for _, look in sorted(picked, key=lambda pair: (pair[0], pair[1].account.id))]


def _longest_unseen(
    look: Look,
    tools: Tools,
    last: Mapping[tuple[int, Capability], tuple[VisitState, datetime]],
    after_failure: timedelta,
) -> datetime | None:
    """Say when the direction of this account that was looked at longest ago was; None where one never was."""
    visits = [last.get((look.account.id, one)) for one in directions(look, tools)]
    sooner = max(every(look, tools, tools.clock.now()) - after_failure, timedelta())
    latest = tools.clock.now() + CLOCKS_DIFFER
    moments = [_counted(visit, sooner) for visit in visits if visit and visit[1] <= latest]
    return min(moments) if len(moments) == len(visits) else None


def directions(look: Look, tools: Tools) -> list[Capability]:
    """Name the directions in which this account can be looked at without a person."""
    adapter = tools.adapters.get(look.account.platform)
    if adapter is None:
        return []
    return [one for one in OF_ACCOUNTS if unattended(tools, adapter, one)]


def _counted(visit: tuple[VisitState, datetime], sooner: timedelta) -> datetime:
    """Take a failed visit for an older one, so that it is repeated soon."""
    state, ended = visit
    return ended - sooner if state is VisitState.FAILED else ended


def every(look: Look, tools: Tools, now: datetime) -> timedelta:
    """Say how long this account may stay unseen at most, by its roles and the present phases."""
    phases = phases_on(tools.settings, now)
    return min(tools.settings.schedule.every(role, phase) for role in look.roles for phase in (None, *phases))


def phases_on(settings: Settings, now: datetime) -> set[PhaseName]:
    """Name the phases in which the contests are, each by its own local day."""
    days = ((contest, now.astimezone(ZoneInfo(contest.timezone)).date()) for contest in settings.contests)
    return {phase for contest, day in days if (phase := contest.phase_on(day)) is not None}


def ahead(tools: Tools, looks: Iterable[Look]) -> list[Ahead]:
    """Reckon what a crawl of these accounts would ask: requests and hours, platform by platform."""
    counts: dict[str, tuple[int, int]] = {}
    for look in looks:
        ways = len(directions(look, tools))
        if ways:
            accounts, requests = counts.get(look.account.platform, (0, 0))
            counts[look.account.platform] = accounts + 1, requests + ways * REQUESTS_A_VISIT
    gap = tools.settings.crawl.seconds_between_requests
    return [
        Ahead(platform=platform, accounts=accounts, requests=requests, hours=round(requests * gap / 3600, 2))
        for platform, (accounts, requests) in sorted(counts.items())
    ]
