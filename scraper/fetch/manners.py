"""What stands before every request: who we say we are, whether we may ask, and when."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from protego import Protego

from core.clock import Clock
from core.errors import FetchError, RefusedError
from core.settings import Permission
from scraper.fetch.guard import destination

GetRobots = Callable[[str], Awaitable[tuple[int, str]]]
"""Fetches a robots.txt, redirects followed: status and text, or FetchError."""

NO_ANSWER = {"robots:unreachable": "failed", "robots:throttled": "throttled"}
"""What it is called when a robots.txt could not be read: the page is left alone all the same, but nobody said no."""
LONGEST_PAUSE = timedelta(hours=24)
ROBOTS_CHARACTERS = 500 * 1024  # RFC 9309, 2.5
CLOSES = re.compile(r"^[ \t]*disallow[ \t]*:[ \t]*[^\s#]", re.IGNORECASE | re.MULTILINE)
SECONDS = re.compile(r"[0-9]{1,20}(\.[0-9]{1,9})?", re.ASCII)


def user_agent(version: str, contact: str) -> str:
    """Say who we are and how to reach us; nothing that could break a header gets through."""
    known = "".join(character for character in contact if 32 <= ord(character) < 127 and character not in "()\\")
    link = f"+mailto:{known}" if re.fullmatch(r"[^@\s]+@[^@\s]+", known) else known
    return f"tilik/{version} ({f'+{link}' if link.startswith(('http://', 'https://')) else link})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Whether a page may be asked for. `ground` is kept with the capture; `delay` is what robots.txt asks for."""

    allowed: bool
    ground: str
    delay: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What one robots.txt says; `parsed` is None where it has no rules or could not be had."""

    found: str
    parsed: Protego | None = None
    closes: bool = False


class Robots:
    """Reads the robots.txt of an origin once in its life and answers for every page of it (RFC 9309).

    A robots.txt that is not there (4xx) has no rules; one that cannot be had refuses everything, and so does "too
    many requests", because that is a no as well. A written permission that is valid today lifts the refusal of
    its exact host, and nothing else. Its last day ends in `zone`.
    """

    def __init__(
        self,
        get_robots: GetRobots,
        *,
        agent: str,
        permissions: Iterable[Permission] = (),
        clock: Clock,
        zone: tzinfo | None = None,
    ) -> None:
        self._get_robots = get_robots
        self._agent = agent.partition("/")[0]
        self._permissions = tuple(permissions)
        self._clock = clock
        self._zone = zone or ZoneInfo("Asia/Jakarta")
        self._rules: dict[str, _Rules] = {}
        self._reading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def leave(self, url: str) -> Leave:
        """Answer for one page."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
        async with self._reading[origin]:
            if origin not in self._rules:
                self._rules[origin] = await self._read(origin)
        rules = self._rules[origin]
        if rules.parsed is None:
            return self._or_permission(url, Leave(allowed=rules.found == "none", ground=f"robots:{rules.found}"))
        allowed = rules.parsed.can_fetch(url, self._agent)
        delay = rules.parsed.crawl_delay(self._agent)
        ground = "robots:allowed" if allowed else "robots:disallowed"
        return self._or_permission(url, Leave(allowed=allowed, ground=ground, delay=delay))

    async def closes_some(self, url: str) -> bool:
        """Say whether anything is closed where this address stands."""
        await self.leave(url)
        parts = urlsplit(url)
        rules = self._rules[f"{parts.scheme}://{parts.netloc.lower()}"]
        return rules.closes if rules.parsed else rules.found != "none"

    async def may_ask(self, url: str) -> bool:
        """Answer for what a page asks of its own host: what nobody can tell us is a no."""
        try:
            return (await self.leave(url)).allowed
        except (FetchError, RefusedError):
            return False

    async def require(self, url: str) -> Leave:
        """Answer for one page; RefusedError `robots_refused` where it is a no."""
        leave = await self.leave(url)
        if not leave.allowed:
            raise RefusedError("robots_refused", url=url, ground=leave.ground, reason=NO_ANSWER.get(leave.ground))
        return leave

    async def _read(self, origin: str) -> _Rules:
        try:
            status, text = await self._get_robots(f"{origin}/robots.txt")
        except FetchError:
            return _Rules(found="unreachable")
        if 200 <= status < 300:
            text = text[:ROBOTS_CHARACTERS]
            return _Rules(found="read", parsed=Protego.parse(text), closes=CLOSES.search(text) is not None)
        if status == 429:
            return _Rules(found="throttled")
        if 400 <= status < 500:
            return _Rules(found="none")
        return _Rules(found="unreachable")

    def _or_permission(self, url: str, leave: Leave) -> Leave:
        if leave.allowed:
            return leave
        today = self._clock.now().astimezone(self._zone).date()
        permission = valid_permission(self._permissions, url, today)
        if permission is None:
            return leave
        ground = f"permission:{permission.basis}; {permission.granted_by}; {permission.valid_until}"
        return replace(leave, allowed=True, ground=ground)


def valid_permission(permissions: Iterable[Permission], url: str, today: date) -> Permission | None:
    """Find the written permission for exactly the host of this address that is valid today."""
    place = destination(url)
    names = {place.host, place.key}
    return next((one for one in permissions if one.host.lower() in names and today <= one.valid_until), None)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header: at most a day; None where it is missing, unreadable, zero or in the past."""
    text = (value or "").strip()
    if SECONDS.fullmatch(text):
        wait = timedelta(seconds=min(float(text), LONGEST_PAUSE.total_seconds()))
    else:
        try:
            moment = parsedate_to_datetime(text)
            wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
        except (ValueError, OverflowError):
            return None
    return min(wait, LONGEST_PAUSE) if wait > timedelta(0) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """When a host may be asked again, and until when it may not be asked at all, and why.

    `units` is what was spent of an API's daily allowance on `units_day`.
    """

    next_ok_at: datetime | None = None
    blocked_until: datetime | None = None
    reason: str | None = None
    units_day: date | None = None
    units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What a request costs of an API's daily allowance; `daily` is None where its terms name none."""

    units: int
    daily: int | None


class Book(Protocol):
    """The one book in which all machines note their turns at hosts. It may block: it is asked in a thread."""

    def take(self, host: str, *, gap: float, spend: Spend | None, day: date) -> float:
        """Take the turn if it is free: 0, else in how many seconds to ask again.

        RefusedError `host_paused` or `quota_spent`.
        """
        ...

    def went(self, host: str, *, gap: float) -> None:
        """Let the gap count from now."""
        ...

    def pause(self, host: str, wait: timedelta, reason: str) -> None:
        """Leave a host alone; never for a shorter time than was said before."""
        ...

    def paused(self, host: str) -> HostState | None:
        """Give the pause of a host, if it has one now."""
        ...


AT_ONCE = 0.01
"""The share of a gap after which a request did not go at once: the others then count from when it really went."""
LOST_TURN = timedelta(seconds=1)
"""A turn that the book gave so long ago, or half a gap, is given up: a machine slept, and others have gone since."""


class Pace:
    """Keeps a gap between two requests to one host, and keeps away from a host that said no.

    Workers queue for a host and the gap counts from the moment the one before really went, so that a late worker
    does not push the next one onto its heels. `hosts` is the state that the caller stored after an earlier run, and
    stores again from `states`. With a `book` turns and pauses are those of all machines, and nothing is to be stored.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        gap: float,
        refused_hours: float = 24.0,
        hosts: Mapping[str, HostState] | None = None,
        zone: tzinfo | None = None,
        book: Book | None = None,
    ) -> None:
        self._clock = clock
        self._zone = zone or ZoneInfo("Asia/Jakarta")
        self._book = book
        self._taken: dict[str, tuple[datetime, timedelta]] = {}
        self._gap = gap
        self._refused = timedelta(hours=refused_hours)
        self._hosts = dict(hosts or {})
        self._queues: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._latest: datetime | None = None

    @property
    def states(self) -> dict[str, HostState]:
        """The state of every host, to be stored."""
        return dict(self._hosts)

    async def turn(self, host: str, *, delay: float | None = None, spend: Spend | None = None) -> None:
        """Wait for this host's next free moment; RefusedError `host_paused` while it must be left alone.

        `spend` is what the request costs of an API's daily allowance; RefusedError `quota_spent` where it is used up.
        """
        gap = timedelta(seconds=min(max(self._gap, delay or 0.0), LONGEST_PAUSE.total_seconds()))
        async with self._queues[host]:
            if self._book is not None:
                await self._turn_of_all(self._book, host, gap, spend)
                return
            self._notice_clock()
            next_ok_at = self._spent(host, spend).next_ok_at
            while next_ok_at and (wait := (next_ok_at - self._clock.now()).total_seconds()) > 0:
                await self._clock.sleep(wait)
            self._hosts[host] = replace(self._spent(host, spend), next_ok_at=self._clock.now() + gap)
            self._latest = self._clock.now()

    def _notice_clock(self) -> None:
        """Move the turns along where the clock was set back: nobody waits for an hour because it did."""
        back = self._latest - self._clock.now() if self._latest else timedelta()
        if back > LOST_TURN:
            moved = {host: state.next_ok_at - back for host, state in self._hosts.items() if state.next_ok_at}
            self._hosts |= {host: replace(self._hosts[host], next_ok_at=moment) for host, moment in moved.items()}
            self._latest = self._clock.now()

    async def _turn_of_all(self, book: Book, host: str, gap: timedelta, spend: Spend | None) -> None:
        """Ask the book of all machines until the turn is ours."""
        while True:
            asked = self._clock.now()
            wait = await asyncio.to_thread(book.take, host, gap=gap.total_seconds(), spend=spend, day=self._today)
            if wait > 0:
                await self._clock.sleep(wait)
                continue
            self._taken[host] = asked, gap
            if not self._is_lost(host):
                return
            spend = None  # it is one request, however many turns it takes

    def _is_lost(self, host: str) -> bool:
        taken, gap = self._taken[host]
        return self._clock.now() - taken > max(gap / 2, LOST_TURN)

    async def leaving(self, host: str) -> None:
        """Take another turn for a request whose own is long over: the machine slept, and others have gone since."""
        if host in self._taken and self._is_lost(host):
            await self.turn(host, delay=self._taken[host][1].total_seconds())

    async def left(self, host: str) -> None:
        """Note that a request has just left; connecting may have taken a while since its turn."""
        now = self._clock.now()
        taken, gap = self._taken.get(host, (now, timedelta()))
        if self._book is not None and now - taken > gap * AT_ONCE:
            await asyncio.to_thread(self._book.went, host, gap=gap.total_seconds())

    @property
    def _today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()

    def pause(self, host: str, reason: str, *, after: str | None = None) -> datetime:
        """Leave a host alone: as long as its Retry-After asks, else for the hours of the settings.

        A pause is never made shorter by a later one. Says when it ends.
        """
        now = self._clock.now()
        wait = retry_after(after, now) or self._refused
        until = now + wait
        if self._book is not None:
            self._book.pause(host, wait, reason)
            return until
        state = self._hosts.get(host, HostState())
        if state.blocked_until is None or until > state.blocked_until:
            self._hosts[host] = replace(state, blocked_until=until, reason=reason)
        return self._hosts[host].blocked_until or until

    def paused(self, host: str) -> HostState | None:
        """Give the pause of a host, if it has one now."""
        if self._book is not None:
            return self._book.paused(host)
        state = self._hosts.get(host, HostState())
        if state.blocked_until is None or state.blocked_until <= self._clock.now():
            return None
        return state

    def _spent(self, host: str, spend: Spend | None) -> HostState:
        """Give the state of a host after this request; its allowance begins anew at the office's midnight."""
        state = self._unpaused(host)
        if spend is None:
            return state
        today = self._today
        units = spend.units + (state.units if state.units_day == today else 0)
        if spend.daily is not None and units > spend.daily:
            raise RefusedError("quota_spent", host=host, daily=spend.daily, reason="throttled")
        return replace(state, units_day=today, units=units)

    def _unpaused(self, host: str) -> HostState:
        self._require_open(host, self.paused(host))
        return self._hosts.get(host, HostState())

    @staticmethod
    def _require_open(host: str, pause: HostState | None) -> None:
        if pause is not None:
            raise RefusedError("host_paused", host=host, until=pause.blocked_until, reason=pause.reason)
