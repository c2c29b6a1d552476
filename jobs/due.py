"""Which accounts it is time to look at again, by their role and the phase of the elections they may concern."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.cadence import Cadence, next_moment
from core.records import Capability, Role, VisitState
from core.settings import PhaseName, Settings
from jobs import closing
from jobs.looks import OF_ACCOUNTS, Look
from jobs.modes import unattended
from jobs.tools import Tools
from storage import lookouts
from storage.database import Session

AFTER_FAILURE = timedelta(hours=1)
SHORTLY = 12
"""A visit in the last twelfth of the hours before a moment is the visit of that moment."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How many accounts of a role there are and are due; when the next is, None where only people can look."""

    role: Role
    accounts: int
    due: int
    next: datetime | None


def due(
    session: Session, tools: Tools, looks: Sequence[Look], *, after_failure: timedelta = AFTER_FAILURE
) -> list[Look]:
    """Pick the accounts whose time has come; those never seen first, then the longest unseen.

    An account that only a person can look at is never due. A failed look is repeated `after_failure`.
    """
    only = looks[0].account.id if len(looks) == 1 else None
    now, last = tools.clock.now(), lookouts.last_visits(session, account_id=only)
    turns = Turns(tools, after_failure)
    never = datetime.min.replace(tzinfo=now.tzinfo)
    picked = list[tuple[datetime, Look]]()
    for look in looks:
        visits = [_believed(last.get((look.account.id, one)), now) for one in directions(look, tools)]
        if any(visit is None or turns.next(look, *visit) <= now for visit in visits):
            picked.append((min(visit[1] if visit else never for visit in visits), look))
    return [look for _, look in sorted(picked, key=lambda pair: (pair[0], pair[1].account.id))]


def next_look(session: Session, tools: Tools, looks: Sequence[Look]) -> datetime | None:
    """Say when the next of these accounts is due, quiet hours aside; a moment that is past where one is due now."""
    now, last = tools.clock.now(), lookouts.last_visits(session)
    turns = Turns(tools)
    visits = (
        (look, _believed(last.get((look.account.id, one)), now)) for look in looks for one in directions(look, tools)
    )
    return min((turns.next(look, *visit) if visit else now for look, visit in visits), default=None)


def _believed(visit: tuple[VisitState, datetime] | None, now: datetime) -> tuple[VisitState, datetime] | None:
    return visit if visit is not None and visit[1] <= now + CLOCKS_DIFFER else None


def turns(session: Session, tools: Tools, looks: Sequence[Look]) -> list[Turn]:
    """Say of each role that is watched how many of its accounts are due, and when the next will be."""
    found, now = list[Turn](), due(session, tools, looks)
    for role in Role:
        these = [look for look in looks if role in look.roles]
        counted = sum(role in look.roles for look in now)
        if these:
            at = next_look(session, tools, these)
            found.append(Turn(role=role, accounts=len(these), due=counted, next=at))
    return found


class Turns:
    """The moments at which accounts are due, in the present phases."""

    def __init__(self, tools: Tools, after_failure: timedelta = AFTER_FAILURE) -> None:
        self._schedule = tools.settings.schedule
        self._phases = phases_on(tools.settings, tools.clock.now())
        self._closings = closing.windows(tools.settings, tools.clock.now())
        self._at = time.fromisoformat(self._schedule.at)
        self._zone = ZoneInfo(self._schedule.timezone)
        self._after_failure = after_failure

    def next(self, look: Look, state: VisitState, ended: datetime) -> datetime:
        """Say when a look that ended like this is to be repeated."""
        moments = [self._after(cadence, look, ended) for cadence in self._cadences(look)]
        if state is VisitState.FAILED:
            moments.append(ended + self._after_failure)
        moments += [one.since for one in self._closings if ended < one.since and one.contest in look.campaigns]
        return min(moments)

    def _cadences(self, look: Look) -> set[Cadence]:
        return set().union(*(self._schedule.cadences(role, self._phases) for role in look.roles))

    def _after(self, cadence: Cadence, look: Look, ended: datetime) -> datetime:
        """Give the next moment of a cadence: never of a turn that this look was, and for each account a bit later."""
        jitter = timedelta(minutes=self._schedule.jitter_minutes) * _share(look.account.id)
        shortly = timedelta(hours=cadence) / SHORTLY if not isinstance(cadence, str) else timedelta(0)
        return next_moment(cadence, ended - jitter + shortly, at=self._at, zone=self._zone) + jitter


def _share(account_id: int) -> float:
    """Spread accounts evenly over a span, each always at the same place: multiples of the golden ratio."""
    return account_id * 0.6180339887498949 % 1


def directions(look: Look, tools: Tools) -> list[Capability]:
    """Name the directions in which this account can be looked at without a person."""
    adapter = tools.adapters.get(look.account.platform)
    if adapter is None:
        return []
    return [one for one in OF_ACCOUNTS if unattended(tools, adapter, one)]


def resting(tools: Tools) -> timedelta:
    """Say how much of the quiet hours is left; nothing is asked of anybody in them. Zero outside of them."""
    quiet = tools.settings.schedule.quiet_hours
    now = tools.clock.now().astimezone(ZoneInfo(tools.settings.schedule.timezone))
    if quiet is None:
        return timedelta(0)
    begins, ends = (_today_at(now, one) for one in quiet.split("-"))
    if begins <= ends:
        return ends - now if begins <= now < ends else timedelta(0)
    if now >= begins:
        return ends + timedelta(days=1) - now
    return max(ends - now, timedelta(0))


def until_rest(tools: Tools) -> timedelta | None:
    """Say how long it is until the quiet hours begin; None without any."""
    quiet = tools.settings.schedule.quiet_hours
    if quiet is None:
        return None
    now = tools.clock.now().astimezone(ZoneInfo(tools.settings.schedule.timezone))
    return (_today_at(now, quiet.split("-")[0]) - now) % timedelta(days=1)


def _today_at(now: datetime, clock: str) -> datetime:
    return datetime.combine(now.date(), time.fromisoformat(clock), tzinfo=now.tzinfo)


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
