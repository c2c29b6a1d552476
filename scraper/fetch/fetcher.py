"""The door to the web: robots first, then the host's turn, then the request, by the tier that the page needs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from core.clock import Clock
from core.recording import Recording
from core.records import Capture
from core.settings import Settings
from scraper.adapter import PageRequest, Tier
from scraper.fetch.guard import Guard, host_of
from scraper.fetch.http import Http, open_http
from scraper.fetch.manners import HostState, Pace, Robots, user_agent

if TYPE_CHECKING:
    from scraper.fetch.browser import Browser


class Fetcher:
    """Fetches pages for a whole run. A browser is started when the first page needs one."""

    def __init__(
        self, http: Http, robots: Robots, pace: Pace, start_browser: "Callable[[], Awaitable[Browser]]"
    ) -> None:
        self._http = http
        self._robots = robots
        self._start_browser = start_browser
        self._starting = asyncio.Lock()
        self._browser: Browser | None = None
        self.pace = pace

    async def __call__(self, request: PageRequest) -> Capture:
        """Fetch one page; RefusedError where robots.txt or a pause forbids it, FetchError where it cannot be had."""
        leave = await self._robots.require(request.url)
        await self.pace.turn(host_of(request.url), delay=leave.delay)
        if request.tier is Tier.BROWSER:
            capture = await (await self._one_browser()).fetch(request)
            await self._allow_where_it_led(capture)
        else:
            capture = await self._http.get(request.url, allow=self._follow)
        return replace(capture, permission=leave.ground)

    async def _follow(self, url: str) -> None:
        """Treat where a redirect leads like any other request: robots, then that host's turn."""
        leave = await self._robots.require(url)
        await self.pace.turn(host_of(url), delay=leave.delay)

    async def record(self, url: str) -> Recording:
        """Record a public page whole, with its images, under the same rules."""
        leave = await self._robots.require(url)
        await self.pace.turn(host_of(url), delay=leave.delay)
        recording = await (await self._one_browser()).record(url)
        await self._allow_where_it_led(recording)
        return replace(recording, permission=leave.ground)

    async def _one_browser(self) -> "Browser":
        """Give the browser of this run; workers that need it at the same moment start one, not two."""
        async with self._starting:
            if self._browser is None:
                self._browser = await self._start_browser()
        return self._browser

    async def _allow_where_it_led(self, capture: Capture | Recording) -> None:
        """Ask robots.txt of the host to which a page moved before anything of it is used."""
        if host_of(capture.final_url) != host_of(capture.url):
            await self._robots.require(capture.final_url)

    def pause(self, url: str, reason: str, *, after: str | None = None) -> None:
        """Leave a host alone, and forget what it left in the browser."""
        self.pace.pause(host_of(url), reason, after=after)
        if self._browser is not None:
            self._browser.renew(host_of(url))


@asynccontextmanager
async def open_fetcher(
    settings: Settings, *, version: str, clock: Clock, hosts: Mapping[str, HostState] | None = None
) -> AsyncIterator[Fetcher]:
    """Open everything that touches the web for one run; `hosts` are the pauses that an earlier run was asked for."""
    agent = user_agent(version, settings.purpose.contact)
    crawl = settings.crawl
    guard = Guard(crawl.allow_private)
    pace = Pace(clock, gap=crawl.seconds_between_requests, refused_hours=crawl.refused_hours, hosts=hosts)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            open_http(user_agent=agent, seconds=crawl.timeout_seconds, guard=guard, clock=clock)
        )

        async def get_robots(url: str) -> tuple[int, str]:
            await pace.turn(host_of(url))
            answer = await http.get(url)
            return answer.status, answer.body.decode("utf-8", errors="replace")

        robots = Robots(get_robots, agent=agent, permissions=settings.permissions, clock=clock)

        async def start_browser() -> "Browser":
            from scraper.fetch.browser import open_browser  # noqa: PLC0415  (open APIs need no browser)

            return await stack.enter_async_context(open_browser(crawl, user_agent=agent, clock=clock, guard=guard))

        yield Fetcher(http, robots, pace, start_browser)
