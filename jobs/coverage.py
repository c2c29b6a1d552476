"""What could be seen of whom on which day: each account, local day and direction has exactly one state.

A day's state is that of its best look (reference: platforms 2.5):

- a look that showed all that there is: `ok`, or `empty` where nothing was there ("nothing new" is `ok`);
- one that showed less than the platform counts, that was cut short, or whose page has changed its form: `partial`;
- a wall, a CAPTCHA, "too many requests": `blocked`;
- shown to some people only, refused by robots.txt, or the name leads to another account: `not_visible`;
- not found: `gone` where the account was there before, else `not_visible`;
- a look that failed (no network, no answer) showed nobody anything: `not_run`, with its note;
- no look: `not_visible` where no mode of this installation shows it and only a person could have looked (by the
  settings of today: those of then are not kept), else `not_run`; before the account was listed always `not_run`.

The likers of a campaign's posts are one direction of its account: `ok` where every list that was looked at that day was
seen whole, `empty` where it has no post that is new enough, and the worst of its lists where they differ is `partial`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.records import SAW_EVERYTHING, Capability, CoverageState, Mode, Role, VisitState
from jobs.modes import unattended
from jobs.tools import Tools
from storage import coverage
from storage.coverage import Listed, SeenLook
from storage.database import Session

BEST_FIRST = (
    *(CoverageState.OK, CoverageState.EMPTY, CoverageState.PARTIAL, CoverageState.GONE),
    *(CoverageState.BLOCKED, CoverageState.NOT_VISIBLE, CoverageState.NOT_RUN),
)
SEEN = frozenset({CoverageState.OK, CoverageState.EMPTY})
OF_STATES: Mapping[VisitState, CoverageState] = {
    VisitState.OK: CoverageState.OK,
    VisitState.UNCHANGED: CoverageState.OK,
    VisitState.EMPTY: CoverageState.EMPTY,
    VisitState.GATED: CoverageState.NOT_VISIBLE,
    VisitState.ROBOTS_REFUSED: CoverageState.NOT_VISIBLE,
    VisitState.IDENTITY_CHANGED: CoverageState.NOT_VISIBLE,
    VisitState.LOGIN_WALL: CoverageState.BLOCKED,
    VisitState.THROTTLED: CoverageState.BLOCKED,
    VisitState.CHALLENGE: CoverageState.BLOCKED,
    VisitState.LAYOUT_CHANGED: CoverageState.PARTIAL,
    VisitState.FAILED: CoverageState.NOT_RUN,
}
NOT_LISTED, NO_MODE, NOT_FOUND, CUT_SHORT = "not_listed", "no_automatic_mode", "not_found", "seen_in_part"
CORRECTED = "corrected"
NOTES = frozenset({NOT_LISTED, NO_MODE, NOT_FOUND, CUT_SHORT, CORRECTED})
DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What could be seen of one account on one day in one direction."""

    platform: str
    handle: str
    account_id: int
    day: date
    direction: Capability
    state: CoverageState
    note: str | None = None
    seen: int | None = None
    claimed: int | None = None
    mode: Mode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """An account that was not seen on any day of a period in one direction; `state` is that of its best day."""

    platform: str
    handle: str
    direction: Capability
    state: CoverageState
    note: str | None
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLook:
    """How the last look at an account, or at the likers of one of its posts, ended."""

    platform: str
    handle: str
    capability: Capability
    state: VisitState
    complete: bool
    seen: int
    claimed: int | None
    note: str | None
    ended_at: datetime


@dataclass(slots=True, kw_only=True)
class Coverage:
    """What could be seen in a period: how many account-days in each state, and who was never seen."""

    first: date
    last: date
    counts: dict[str, dict[Capability, Counter[CoverageState]]] = field(default_factory=dict)
    unseen: list[Unseen] = field(default_factory=list)

    @property
    def total(self) -> Counter[CoverageState]:
        """Add up all platforms and directions."""
        return sum((one for found in self.counts.values() for one in found.values()), Counter())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """An account with all entries that ever put it on the watchlist."""

    entries: tuple[Listed, ...]
    zone: ZoneInfo

    @property
    def first(self) -> Listed:
        return self.entries[0]

    def roles(self, day: date) -> set[Role]:
        """Say in which roles it is watched on a day."""
        return {one.role for one in self.entries if self._holds(one, day)}

    def _holds(self, entry: Listed, day: date) -> bool:
        removed = entry.removed_at is not None and entry.removed_at.astimezone(self.zone).date() <= day
        return entry.valid_from <= day and (entry.valid_to is None or day <= entry.valid_to) and not removed

    def was_listed(self, day: date) -> bool:
        """Say whether somebody could have known on that day that it is watched."""
        return any(self._holds(one, day) and one.added_at.astimezone(self.zone).date() <= day for one in self.entries)


Looks = Mapping[tuple[int, Capability, date], Sequence[SeenLook]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Period:
    """Everything that the states of a period rest on."""

    tools: Tools
    zone: ZoneInfo
    looks: Looks
    shown: Mapping[int, datetime]
    posts: Mapping[int, Sequence[datetime]]


def summary(session: Session, tools: Tools, *, first: date, last: date) -> Coverage:
    """Sum up what could be seen from one local day to another, both included."""
    found = Coverage(first=first, last=last)
    best: dict[tuple[int, Capability], Covered] = {}
    for one in days(session, tools, first=first, last=last):
        found.counts.setdefault(one.platform, {}).setdefault(one.direction, Counter())[one.state] += 1
        known = best.get((one.account_id, one.direction))
        if known is None or _rank(one.state) <= _rank(known.state):  # of days that are as good the last
            best[one.account_id, one.direction] = one
    found.unseen = [
        Unseen(
            platform=one.platform,
            handle=one.handle,
            direction=one.direction,
            state=one.state,
            note=one.note,
            day=one.day,
        )
        for one in best.values()
        if one.state not in SEEN
    ]
    return found


def recent(session: Session, tools: Tools, days_back: int = DAYS) -> Coverage:
    """Sum up the last days, today included."""
    return summary(session, tools, first=tools.today - timedelta(days=days_back - 1), last=tools.today)


def last_looks(session: Session, *, since: datetime) -> list[NamedLook]:
    """List how the last look at everything ended that was looked at since a moment."""
    names = {one.account_id: (one.platform, one.handle) for one in coverage.listed(session)}
    latest = {
        (look.account_id, look.capability, look.post_id): look
        for look in coverage.looks(session, since=since, until=datetime.max.replace(tzinfo=since.tzinfo))
    }
    return [
        NamedLook(
            platform=names[look.account_id][0],
            handle=names[look.account_id][1],
            capability=look.capability,
            state=look.state,
            complete=look.complete,
            seen=look.seen,
            claimed=look.claimed,
            note=look.note,
            ended_at=look.ended_at,
        )
        for look in latest.values()
    ]


def _rank(state: CoverageState) -> int:
    return BEST_FIRST.index(state)


def days(
    session: Session, tools: Tools, *, first: date, last: date, account_id: int | None = None
) -> Iterator[Covered]:
    """Give the state of every account, or of one, day and direction from one local day to another, both included."""
    zone = ZoneInfo(tools.settings.schedule.timezone)
    begin = datetime.combine(first, time(), zone)
    looks: dict[tuple[int, Capability, date], list[SeenLook]] = {}
    until = datetime.combine(last + timedelta(days=1), time(), zone)
    for look in coverage.looks(session, since=begin, until=until, account_id=account_id):
        day = look.ended_at.astimezone(zone).date()
        looks.setdefault((look.account_id, look.capability, day), []).append(look)
    window = timedelta(days=tools.settings.crawl.likers_days)
    period = _Period(
        tools=tools,
        zone=zone,
        looks=looks,
        shown=coverage.first_shown(session, account_id),
        posts=coverage.own_posts(session, since=begin - window, account_id=account_id),
    )
    for account in _accounts(coverage.listed(session, account_id), zone):
        for number in range((last - first).days + 1):
            yield from _day(period, account, first + timedelta(days=number))


def _accounts(entries: Iterable[Listed], zone: ZoneInfo) -> Iterator[_Account]:
    found: dict[int, list[Listed]] = {}
    for entry in entries:
        found.setdefault(entry.account_id, []).append(entry)
    return (_Account(entries=tuple(some), zone=zone) for some in found.values())


def _day(period: _Period, account: _Account, day: date) -> Iterator[Covered]:
    roles, first = account.roles(day), account.first
    if not roles:
        return
    directions = [Capability.POSTS, Capability.LIKES] + [Capability.LIKERS] * (Role.CAMPAIGN in roles)
    for direction in directions:
        found = period.looks.get((first.account_id, direction, day), ())
        state, note, look = _state(period, account, day, direction, found)
        yield Covered(
            platform=first.platform,
            handle=first.handle,
            account_id=first.account_id,
            day=day,
            direction=direction,
            state=state,
            note=note,
            seen=look.seen if look else None,
            claimed=look.claimed if look else None,
            mode=look.mode if look else None,
        )


Judged = tuple[CoverageState, str | None, SeenLook | None]


def _state(period: _Period, account: _Account, day: date, direction: Capability, looks: Sequence[SeenLook]) -> Judged:
    if direction is Capability.LIKERS and looks:
        return _of_lists(period, looks)
    judged = [_of_look(period, look) for look in looks]
    if judged:
        return min(judged, key=lambda one: _rank(one[0]))
    if direction is Capability.LIKERS and _nothing_to_like(period, account, day):
        return CoverageState.EMPTY, None, None
    return *_unlooked(period, account, day, direction), None


def _unlooked(period: _Period, account: _Account, day: date, direction: Capability) -> tuple[CoverageState, str | None]:
    """Say why nobody looked."""
    if not account.was_listed(day):
        return CoverageState.NOT_RUN, NOT_LISTED
    corrected = account.first.corrected_at
    if corrected is not None and corrected.astimezone(period.zone).date() <= day:
        return CoverageState.NOT_RUN, CORRECTED
    changed = account.first.identity_changed_at
    if changed is not None and changed.astimezone(period.zone).date() <= day:
        return CoverageState.NOT_VISIBLE, str(VisitState.IDENTITY_CHANGED)
    adapter = period.tools.adapters.get(account.first.platform)
    if adapter is None or unattended(period.tools, adapter, direction) is None:
        return CoverageState.NOT_VISIBLE, NO_MODE
    return CoverageState.NOT_RUN, None


def _of_look(period: _Period, look: SeenLook) -> Judged:
    if look.state is VisitState.NOT_FOUND:
        shown = period.shown.get(look.account_id)
        was_there = shown is not None and shown < look.ended_at
        return (CoverageState.GONE if was_there else CoverageState.NOT_VISIBLE), look.note or NOT_FOUND, look
    if look.state in SAW_EVERYTHING and not look.complete:
        return CoverageState.PARTIAL, look.note or CUT_SHORT, look
    return OF_STATES[look.state], look.note, look


def _of_lists(period: _Period, looks: Sequence[SeenLook]) -> Judged:
    """Judge a day's lists of likers together: the best look at each, then the worst of those, in part where one is."""
    best: dict[int | None, Judged] = {}
    for look in looks:
        judged = _of_look(period, look)
        if look.state is VisitState.NOT_FOUND:  # the post is gone, not the account: nobody can be among its likers
            judged = CoverageState.EMPTY, None, look
        known = best.get(look.post_id)
        if known is None or _rank(judged[0]) <= _rank(known[0]):
            best[look.post_id] = judged
    worst = max(best.values(), key=lambda one: _rank(one[0]))
    if worst[0] not in SEEN and any(one[0] in SEEN for one in best.values()):
        return CoverageState.PARTIAL, worst[1] or CUT_SHORT, worst[2]
    ok = next((one for one in best.values() if one[0] is CoverageState.OK), None)
    return ok if ok is not None and worst[0] in SEEN else worst


def _nothing_to_like(period: _Period, account: _Account, day: date) -> bool:
    """Say whether its own posts were seen that day and none of them is new enough to have its likers read."""
    account_id = account.first.account_id
    looks = period.looks.get((account_id, Capability.POSTS, day), ())
    if not any(_of_look(period, look)[0] in SEEN for look in looks):
        return False
    window = timedelta(days=period.tools.settings.crawl.likers_days)
    told = (moment.astimezone(period.zone).date() for moment in period.posts.get(account_id, ()))
    return not any(day - window <= posted <= day for posted in told)
