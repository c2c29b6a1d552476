"""What a report tells, gathered: what could be seen, what was flagged, what people said, what stays unknown.

Everything here is counted by account number; `Named` gives the numbers names that lead back to nobody, or, where
somebody said why, the accounts' own.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import combinations, groupby
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from core.deeds import Did, Went
from core.errors import InputError, ModelError
from core.records import Answer, Capability, CoverageState, Hindrance, NextStep
from core.settings import Contest, Organisation
from jobs import assessing, clocks, coverage, modelstatus, queue, sealing
from jobs.assessing import AppliedPack
from jobs.coverage import Unseen
from jobs.exports import Leaving, went_out
from jobs.modelstatus import ModelStatus
from jobs.sealing import Latest
from jobs.tools import Tools
from storage import judging, people, reporting
from storage.clocks import Due
from storage.database import Session
from storage.reporting import Known, MatchGroup, Said, WallGroup

MOST_DAYS = 366
"""How far a report goes back by itself."""
SHORTEST_CODE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From one local day to another, both included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The first moment of the period, and the first after it."""
        return tuple(datetime.combine(day, time(), self.zone) for day in (self.first, self.last + timedelta(days=1)))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """How often two reviewers gave these two answers on the same match, the latest of each."""

    one: str
    other: str
    says: Answer
    other_says: Answer
    count: int


@dataclass(slots=True, kw_only=True)
class Decided:
    """What was decided: the answer that stands on each match with its reason, and what two people said of the same."""

    latest: Counter[tuple[Answer, str | None]] = field(default_factory=Counter)
    pairs: list[Pair] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Dated:
    """How many matches belong to each day of the period, by contest and whether the time is told; how many to none."""

    days: Counter[tuple[str, date, bool]] = field(default_factory=Counter)
    before: int = 0
    after: int = 0


@dataclass(slots=True, kw_only=True)
class Covered:
    """What could be seen: days by state of the whole, and of each account and direction; who was never seen."""

    days: Counter[tuple[date, CoverageState]] = field(default_factory=Counter)
    accounts: Counter[tuple[int, Capability, CoverageState]] = field(default_factory=Counter)
    unseen: dict[tuple[int, Capability], Unseen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything that a report tells."""

    controller: str
    pooled: bool
    """Whether units of few accounts are told together: always but at the supervising office itself."""
    made_at: datetime
    version: str
    period: Period
    contests: tuple[Contest, ...]
    known: Mapping[int, Known]
    covered: Covered
    matches: tuple[MatchGroup, ...]
    dated: Dated
    decided: Decided
    model: ModelStatus | None
    walls: tuple[WallGroup, ...]
    waiting: Mapping[tuple[str, Capability, Hindrance, NextStep], int]
    unread: int
    seal: Latest | None = None
    due: Mapping[str, Due] = field(default_factory=dict)
    """What is over, or soon will be, by contest, on the day on which the report is made."""
    soon_days: int = 2
    packs: tuple[AppliedPack, ...] = ()


def run(tools: Tools, *, first: date | None = None, last: date | None = None) -> Gathered:
    """Gather a report of a period: by default from the first phase or look, at most a year, until today."""
    with tools.database.read() as session:
        period = _period(session, tools, first, last)
        return Gathered(
            controller=tools.settings.purpose.controller,
            pooled=tools.settings.purpose.organisation is not Organisation.BAWASLU,
            made_at=tools.clock.now(),
            version=tools.version,
            period=period,
            contests=tools.settings.contests,
            known=reporting.known(session),
            covered=_covered(session, tools, period),
            matches=tuple(reporting.match_groups(session, period.moments)),
            dated=_dated(session, period),
            decided=decided(reporting.decisions_by_match(session, period.moments)),
            model=_model(session, tools),
            walls=tuple(reporting.walls(session, period.moments)),
            waiting=Counter((one.platform, one.direction, one.why, one.step) for one in queue.waiting(session, tools)),
            unread=reporting.unread_posts(session),
            seal=sealing.latest(session),
            due={one.id: clocks.due(session, tools, one) for one in tools.settings.contests},
            soon_days=tools.settings.rules.soon_days,
            packs=tuple(assessing.applied(session)),
        )


def _period(session: Session, tools: Tools, first: date | None, last: date | None) -> Period:
    zone = ZoneInfo(tools.settings.schedule.timezone)
    until = last or tools.today
    since = first or _first_day(session, tools, until, zone)
    if since > until:
        raise InputError("report_period", first=since, last=until)
    return Period(first=since, last=until, zone=zone)


def _first_day(session: Session, tools: Tools, last: date, zone: ZoneInfo) -> date:
    look = reporting.first_look(session)
    phases = [phase.starts for contest in tools.settings.contests for phase in contest.phases]
    begun = [day for day in (*phases, *([look.astimezone(zone).date()] if look else [])) if day <= last]
    return max(min(begun, default=last), last - timedelta(days=MOST_DAYS - 1))


def _covered(session: Session, tools: Tools, period: Period) -> Covered:
    found = Covered()
    for one in coverage.days(session, tools, first=period.first, last=period.last):
        found.days[one.day, one.state] += 1
        found.accounts[one.account_id, one.direction, one.state] += 1
        this = one.account_id, one.direction
        known = found.unseen.get(this)
        if known is None or coverage.BEST_FIRST.index(one.state) <= coverage.BEST_FIRST.index(known.state):
            found.unseen[this] = Unseen(
                platform=one.platform,
                handle=one.handle,
                direction=one.direction,
                state=one.state,
                note=one.note,
                day=one.day,
            )
    found.unseen = {this: one for this, one in found.unseen.items() if one.state not in coverage.SEEN}
    return found


def _dated(session: Session, period: Period) -> Dated:
    found = Dated()
    for one in reporting.match_hours(session):
        day = one.hour.astimezone(period.zone).date()
        if day < period.first:
            found.before += one.count
        elif day > period.last:
            found.after += one.count
        else:
            found.days[one.contest, day, one.told] += one.count
    return found


def decided(stream: Iterable[Said]) -> Decided:
    """Fold decisions, match by match in the order in which they were said, into what counts of them."""
    found = Decided()
    pairs: Counter[tuple[str, str, Answer, Answer]] = Counter()
    for _, said in groupby(stream, key=attrgetter("match_id")):
        by_reviewer: dict[str, Said] = {}
        for one in said:
            by_reviewer.pop(one.reviewer, None)  # the last to speak stands last
            by_reviewer[one.reviewer] = one
        every = list(by_reviewer.values())
        settling = [one for one in every if one.settles]
        valid = (settling or every)[-1]
        found.latest[valid.answer, valid.reason] += 1
        alone = (one for one in every if not one.settles)
        for one, other in combinations(sorted(alone, key=attrgetter("reviewer")), 2):
            pairs[one.reviewer, other.reviewer, one.answer, other.answer] += 1
    found.pairs = [
        Pair(one=names[0], other=names[1], says=names[2], other_says=names[3], count=count)
        for names, count in sorted(pairs.items())
    ]
    return found


def _model(session: Session, tools: Tools) -> ModelStatus | None:
    """Look at the model in use; None where there is none yet, or none that can be read."""
    if not any(one.promoted_at for one in judging.models(session)):
        return None
    try:
        return modelstatus.run(tools)
    except ModelError:
        return None


@dataclass(frozen=True, slots=True)
class Codes:
    """Names for numbers that lead back to nobody, and stay the same from report to report of one installation."""

    codes: Mapping[str, str]

    @classmethod
    def of(cls, secret: bytes, names: Iterable[str]) -> "Codes":
        """Make a code for each name: as short as tells all of them apart, and never shorter than six signs."""
        whole = {name: hashlib.blake2b(name.encode(), key=secret[:64], digest_size=16).hexdigest() for name in names}
        size = SHORTEST_CODE
        while len({code[:size] for code in whole.values()}) < len(whole):
            size += 1
        return cls({name: code[:size] for name, code in whole.items()})

    def __getitem__(self, name: str) -> str:
        """Give the code of a name."""
        return self.codes[name]


def written(tools: Tools, *, who: str, file: str, why_names: str | None) -> None:
    """Note in the record of deeds who wrote a report, and, where it names accounts, why."""
    detail = file if why_names is None else f"{file}; --names: {why_names}"
    with tools.database.write() as session:
        people.record(session, who=who, what=Did.REPORT, detail=detail, at=tools.clock.now())


def kept_in_mind(tools: Tools, gathered: Gathered, path: Path, *, why_names: str | None) -> None:
    """Remember a report that names accounts, with the matches that it counts: one that shows codes tells of nobody."""
    if why_names is None:
        return
    with tools.database.read() as session:
        members = reporting.match_numbers(session, gathered.period.moments)
    wanted = {"first": gathered.period.first.isoformat(), "last": gathered.period.last.isoformat(), "names": True}
    leaving = Leaving(kind=Went.REPORT, path=path, rows=len(members), wanted=wanted, members=members)
    went_out(tools, leaving)
