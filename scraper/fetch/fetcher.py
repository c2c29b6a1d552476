"""The door to the web: robots first, then the host's turn, then the request, by the tier that the page needs."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from core.clock import Clock
from core.errors import RefusedError
from core.recording import Recording
from core.records import Capture, Mode
from core.settings import Settings
from scraper.adapter import PageRequest, Target, Tier
from scraper.fetch.browsers import Found
from scraper.fetch.guard import Guard, host_of
from scraper.fetch.http import ASK_TO_WAIT, Ask, Http, open_http
from scraper.fetch.keys import Key
from scraper.fetch.manners import Book, HostState, Pace, Robots, Spend, retry_after, user_agent

if TYPE_CHECKING:
    from scraper.fetch.browser import Browser


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Which browser went out, if one did, and how often something was not let out, by reason."""

    browser: Found | None
    refused: Mapping[str, int]


class StartBrowser(Protocol):
    """Starts a browser, with or without pictures."""

    async def __call__(self, *, pictures: bool) -> "Browser":
        """Start it; MissingError where there is none."""
        ...


class Fetcher:
    """Fetches pages for a whole run. A browser is started when the first page needs one.

    Pages are looked at without pictures, which costs a browser least where it knows of none; evidence needs them, and
    gets a browser of its own.
    """

    def __init__(
        self,
        http: Http,
        robots: Robots,
        pace: Pace,
        start_browser: "StartBrowser",
        *,
        keys: Mapping[str, Key] | None = None,
        guard: Guard | None = None,
    ) -> None:
        self._guard = guard
        self._http = http
        self._robots = robots
        self._start_browser = start_browser
        self._keys = dict(keys or {})
        self._starting = asyncio.Lock()
        self._browsers: dict[bool, Browser] = {}
        self.pace = pace

    @property
    def way(self) -> Way:
        """Say how it went out until now."""
        found = (browser.found for browser in self._browsers.values())
        refused = dict(self._guard.refused) if self._guard else {}
        return Way(browser=next((one for one in found if one), None), refused=refused)

    async def __call__(self, request: PageRequest) -> Capture:
        """Fetch one page; RefusedError where robots.txt or a pause forbids it, FetchError where it cannot be had."""
        if request.target.mode is Mode.API:
            return await self._by_key(request)
        leave = await self._robots.require(request.url)
        await self.pace.turn(host_of(request.url), delay=leave.delay)
        if request.tier is Tier.BROWSER:
            capture = await (await self._browser(pictures=False)).fetch(request)
            await self._allow_where_it_led(capture)
        else:
            ask = Ask(headers=_headers(request), allow=self.follow, most_bytes=request.most_bytes)
            capture = await self._http.get(request.url, ask)
        heed(self.pace, capture)
        return replace(capture, permission=leave.ground)

    async def _by_key(self, request: PageRequest) -> Capture:
        """Ask an official API: its own terms stand in the place of robots.txt, pace and pauses hold as everywhere."""
        platform = _platform(request.target)
        key = self._keys.get(platform or "")
        if key is None:
            raise RefusedError("key_missing", platform=platform, reason="gated")
        host = host_of(request.url)
        spend = Spend(units=request.units, daily=key.credential.daily)
        await self.pace.turn(host, spend=spend)

        async def follow(url: str) -> None:
            await (self.pace.turn(host, spend=spend) if host_of(url) == host else self.follow(url))

        capture = await self._http.get(request.url, Ask(headers=_headers(request), key=key, allow=follow))
        heed(self.pace, capture)
        return replace(capture, permission=f"api:{key.credential.variable}")

    async def follow(self, url: str) -> None:
        """Treat where a redirect leads like any other request: robots, then that host's turn."""
        leave = await self._robots.require(url)
        await self.pace.turn(host_of(url), delay=leave.delay)

    async def record(self, url: str) -> Recording:
        """Record a public page whole, with its images, under the same rules."""
        leave = await self._robots.require(url)
        await self.pace.turn(host_of(url), delay=leave.delay)
        recording = await (await self._browser(pictures=True)).record(url)
        await self._allow_where_it_led(recording)
        heed(self.pace, recording)
        return replace(recording, permission=leave.ground)

    async def _browser(self, *, pictures: bool) -> "Browser":
        """Give the browser of this run, or the one with pictures; workers that come together start one, not two."""
        async with self._starting:
            if pictures not in self._browsers:
                self._browsers[pictures] = await self._start_browser(pictures=pictures)
        return self._browsers[pictures]

    async def _allow_where_it_led(self, capture: Capture | Recording) -> None:
        """Ask robots.txt of the host to which a page moved before anything of it is used."""
        if host_of(capture.final_url) != host_of(capture.url):
            await self._robots.require(capture.final_url)

    def pause(self, url: str, reason: str, *, after: str | None = None) -> None:
        """Leave a host alone, and forget what it left in the browser."""
        self.pace.pause(host_of(url), reason, after=after)
        for browser in self._browsers.values():
            browser.renew(host_of(url))


class _Gate:
    """What the browser asks before a page of its sends it elsewhere."""

    def __init__(self, guard: Guard, robots: Robots, fetcher: Fetcher) -> None:
        self.check = guard.check
        self.reach = guard.reach
        self.closes_some = robots.closes_some
        self.may_ask = robots.may_ask
        self._fetcher = fetcher

    async def follow(self, url: str) -> None:
        """Treat another page like any request: a public address, robots.txt, its host's turn."""
        await self.check(url)
        await self._fetcher.follow(url)


class _Way:
    """The way out of every request, past the pace of its host."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    async def leaving(self, url: str) -> None:
        """Hold a request whose turn is long over."""
        await self._pace.leaving(host_of(url))

    async def left(self, url: str) -> None:
        """Note that it has left."""
        await self._pace.left(host_of(url))


def heed(pace: Pace, answer: Capture | Recording) -> None:
    """Leave a host alone that says for how long, at once: no worker may ask again while this answer is being read."""
    wait = answer.headers.get("retry-after")
    if answer.status in ASK_TO_WAIT and retry_after(wait, answer.captured_at) is not None:
        pace.pause(host_of(answer.final_url), "throttled", after=wait)


def _headers(request: PageRequest) -> dict[str, str]:
    """Give the headers that a page asks for itself: which form it wants, and what we have of it already."""
    return {**request.validators, **({"accept": request.accept} if request.accept else {})}


def _platform(target: Target) -> str | None:
    if target.account is not None:
        return target.account.platform
    return target.posts[0].platform if target.posts else None


@asynccontextmanager
async def open_fetcher(
    settings: Settings,
    *,
    version: str,
    clock: Clock,
    hosts: Mapping[str, HostState] | None = None,
    keys: Mapping[str, Key] | None = None,
    book: Book | None = None,
) -> AsyncIterator[Fetcher]:
    """Open everything that touches the web for one run.

    `hosts` are the pauses that an earlier run was asked for, `keys` those of official APIs, by platform. With a `book`
    turns and pauses are those of all machines.
    """
    agent = user_agent(version, settings.purpose.contact)
    crawl = settings.crawl
    guard = Guard(crawl.allow_private)
    zone = ZoneInfo(settings.schedule.timezone)
    pace = Pace(
        clock,
        gap=crawl.seconds_between_requests,
        refused_hours=crawl.refused_hours,
        hosts=hosts,
        zone=zone,
        book=book,
    )
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            open_http(user_agent=agent, seconds=crawl.timeout_seconds, guard=guard, clock=clock, gate=_Way(pace))
        )

        async def get_robots(url: str) -> tuple[int, str]:
            await pace.turn(host_of(url))
            answer = await http.get(url)
            heed(pace, answer)
            return answer.status, answer.body.decode("utf-8", errors="replace")

        robots = Robots(get_robots, agent=agent, permissions=settings.permissions, clock=clock, zone=zone)

        async def start_browser(*, pictures: bool) -> "Browser":
            from scraper.fetch.browser import open_browser  # noqa: PLC0415  (open APIs need no browser)

            return await stack.enter_async_context(
                open_browser(crawl, user_agent=agent, clock=clock, guard=gate, pictures=pictures)
            )

        fetcher = Fetcher(http, robots, pace, start_browser, keys=keys, guard=guard)
        gate = _Gate(guard, robots, fetcher)
        yield fetcher
