"""The door to the web: robots first, then the host's turn, then the request, by the tier that the page needs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from core.clock import Clock
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
        self.pace = pace

    async def __call__(self, request: PageRequest) -> Capture:
        """Fetch one page; RefusedError where robots.txt or a pause forbids it, FetchError where it cannot be had."""
        leave = await self._robots.require(request.url)
        await self.pace.turn(host_of(request.url), delay=leave.delay)
        if request.tier is Tier.BROWSER:
            browser = await self._start_browser()
            capture = await browser.fetch(request)
            if host_of(capture.final_url) != host_of(request.url):  # a page that moved is asked for where it is now
                await self._robots.require(capture.final_url)
        else:
            capture = await self._http.get(request.url, allow=self._follow)
        return replace(capture, permission=leave.ground)

    async def _follow(self, url: str) -> None:
        """Treat where a redirect leads like any other request: robots, then that host's turn."""
        leave = await self._robots.require(url)
        await self.pace.turn(host_of(url), delay=leave.delay)

    async def picture(self, url: str) -> Capture:
        """Take a screenshot of a public page, under the same rules; the capture's body is the PNG."""
        leave = await self._robots.require(url)
        await self.pace.turn(host_of(url), delay=leave.delay)
        browser = await self._start_browser()
        return replace(await browser.screenshot(url), permission=leave.ground)

    def pause(self, url: str, reason: str, *, after: str | None = None) -> None:
        """Leave a host alone."""
        self.pace.pause(host_of(url), reason, after=after)


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
        browsers: list[Browser] = []

        async def start_browser() -> "Browser":
            from scraper.fetch.browser import open_browser  # noqa: PLC0415  (open APIs need no browser)

            if not browsers:
                opening = open_browser(crawl, user_agent=agent, clock=clock, guard=guard)
                browsers.append(await stack.enter_async_context(opening))
            return browsers[0]

        yield Fetcher(http, robots, pace, start_browser)
