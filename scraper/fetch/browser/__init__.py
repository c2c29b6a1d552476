"""The only place that drives a browser: one process, a few tabs, and an end to everything that may hang.

A tab is reused for pages of one host and given up after a number of pages, a wall, a crash or a foreign redirect.
Whatever happens to it, `fetch` ends in bounded time with a capture or a FetchError, and the next `fetch` works: the tab
is closed, else its context, else the browser is killed and started again. Nothing here hides what we are: no login,
no disguise, no clicks.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from core.clock import Clock
from core.errors import FetchError
from core.recording import Recording
from core.records import Answered, Capture, Mode
from core.settings import Crawl
from scraper.adapter import PageRequest, Rendering
from scraper.fetch.browser.process import Limits, Running, clear_away, ends, first_line, kill, start, stop
from scraper.fetch.browser.recorder import Recorder
from scraper.fetch.browser.tab import Tab
from scraper.fetch.browsers import Found
from scraper.fetch.guard import Gate, Guard, host_of


async def find_browser(crawl: Crawl) -> Found:
    """Start the browser that a crawl would use, and say which it is."""
    running = await start(crawl, Limits(), Guard(crawl.allow_private))
    await stop(running, Limits())
    return running.found


@asynccontextmanager
async def open_browser(
    crawl: Crawl,
    *,
    user_agent: str,
    clock: Clock,
    guard: Gate,
    limits: Limits | None = None,
    pictures: bool = True,
) -> AsyncIterator["Browser"]:
    """Start a browser with a tab for each worker. MissingError where there is none, ConfigError for a careless root.

    One without `pictures` cannot record.
    """
    limits = replace(limits or Limits(), pictures=pictures)
    browser = Browser(crawl, user_agent=user_agent, clock=clock, guard=guard, limits=limits)
    try:
        await browser.start()
        yield browser
    finally:
        await browser.stop()


class Browser:
    """Fetches pages that need JavaScript, and records pages whole."""

    def __init__(self, crawl: Crawl, *, user_agent: str, clock: Clock, guard: Gate, limits: Limits) -> None:
        self._crawl = crawl
        self._user_agent = user_agent
        self._clock = clock
        self._guard = guard
        self._limits = limits
        self._free = asyncio.Semaphore(crawl.workers)
        self._starting = asyncio.Lock()
        self._running: Running | None = None
        self._idle: list[Tab] = []
        self._busy: set[Tab] = set()

    @property
    def found(self) -> Found | None:
        """The browser in use."""
        return self._running.found if self._running else None

    @property
    def pid(self) -> int | None:
        """The process of the browser in use."""
        return self._running.pid if self._running else None

    async def start(self) -> Running:
        """Start the browser, unless it runs."""
        async with self._starting:
            if self._running and not self._running.browser.is_connected():
                await self._abandon(self._running)
            if self._running is None:
                self._running = await start(self._crawl, self._limits, self._guard)
            return self._running

    async def stop(self) -> None:
        """Stop the browser."""
        running, self._running, self._idle = self._running, None, []
        if running:
            await stop(running, self._limits)

    def renew(self, host: str) -> None:
        """Give the next page of this host a fresh context: it showed a wall, or something else that may stick."""
        for tab in (*self._idle, *self._busy):
            tab.worn = tab.worn or tab.host == host

    async def fetch(self, request: PageRequest) -> Capture:
        """Show a page as a visitor without images would see it, scroll it, and keep it with its JSON answers."""
        rendering = request.rendering or Rendering(ready="body")
        seconds = self._crawl.timeout_seconds + (rendering.seconds if rendering.items else 0)
        await self._guard.check(request.url)
        async with self._tab(request.url, light=True, seconds=seconds + self._limits.grace_seconds) as tab:
            body, ended, answers = await tab.look(request.url, rendering, self._crawl.timeout_seconds)
            return await self._capture(tab, request.url, body, ended=ended, answers=answers)

    async def record(self, url: str) -> Recording:
        """Show a whole page with its images, in a context that nothing was seen in before, and keep all that came."""
        seconds = 2 * self._crawl.timeout_seconds + self._limits.grace_seconds
        started = self._clock.now()
        await self._guard.check(url)
        async with self._tab(url, light=False, seconds=seconds) as tab:
            recorder = Recorder(
                tab.page,
                host=host_of(url),
                guard=self._guard,
                clock=self._clock,
                max_bytes=self._limits.max_bytes,
                seconds=self._crawl.timeout_seconds / 2,
            )
            html, png = await tab.record(url, recorder, self._crawl.timeout_seconds)
            capture = await self._capture(tab, url, html)
            return Recording(
                url=url,
                final_url=capture.final_url,
                status=capture.status,
                title=await tab.page.title(),
                captured_at=started,
                ended_at=self._clock.now(),
                browser=tab.running.browser.version,
                png=png,
                html=html,
                transfers=await recorder.transfers(),
                headers=capture.headers,
            )

    async def _capture(
        self,
        tab: Tab,
        url: str,
        body: bytes,
        *,
        ended: str | None = None,
        answers: tuple[Answered, ...] = (),
    ) -> Capture:
        final_url = tab.page.url
        if final_url != url:
            await self._guard.check(final_url)
        if host_of(final_url) != tab.host:
            tab.worn = True
        return Capture(
            url=url,
            final_url=final_url,
            status=tab.status,
            media_type="text/html",
            body=body,
            sha256=hashlib.sha256(body).hexdigest(),
            captured_at=self._clock.now(),
            mode=Mode.AUTO,
            headers=tab.headers,
            answers=answers,
            ended=ended,
        )

    @asynccontextmanager
    async def _tab(self, url: str, *, light: bool, seconds: float) -> AsyncIterator[Tab]:
        """Lend a tab for one page: every failure inside gets its code, and costs the tab."""
        async with self._free:
            tab = await self._take(url, light=light)
            self._busy.add(tab)
            keep = False
            try:
                async with asyncio.timeout(seconds):
                    yield tab
                keep = light and await self._is_reusable(tab)
            except TimeoutError as error:
                raise FetchError("timeout", url=url, seconds=seconds) from error
            except PlaywrightError as error:
                raise _explained(error, url, crashed=tab.crashed) from error
            finally:
                self._busy.discard(tab)
                if keep:
                    self._idle.append(tab)
                else:
                    await self._discard(tab)

    async def _take(self, url: str, *, light: bool) -> Tab:
        """Give an idle tab of this host, else a new one in place of an idle one; a picture gets a tab of its own."""
        host = host_of(url)
        await self.start()
        if light and self._idle:
            tab = next((tab for tab in self._idle if tab.host == host), self._idle[0])
            self._idle.remove(tab)
            if tab.host == host and await ends(tab.wake(), self._limits.close_seconds) and not tab.worn:
                return tab
            await self._discard(tab)
        may_ask = self._guard.may_ask if light and await self._guard.closes_some(url) else None
        running = await self.start()
        try:
            async with asyncio.timeout(self._limits.launch_seconds):
                return await Tab.open(running, self._user_agent, host=host, light=light, may_ask=may_ask)
        except (PlaywrightError, TimeoutError) as error:
            await self._abandon(running)
            raise FetchError("browser_lost", url=url, reason=first_line(error)) from error

    async def _is_reusable(self, tab: Tab) -> bool:
        if tab.worn or tab.crashed or tab.pages >= self._limits.pages_per_tab:
            return False
        return await ends(tab.rest(), self._limits.close_seconds) and tab.running is self._running

    async def _discard(self, tab: Tab) -> None:
        """Close a tab, else its context, else kill the browser."""
        if tab.running is not self._running:
            return
        await ends(tab.page.close(), self._limits.close_seconds)
        if not await ends(tab.page.context.close(), self._limits.close_seconds):
            await self._abandon(tab.running)

    async def _abandon(self, running: Running) -> None:
        """Kill a browser that does not answer; the next page starts another."""
        if running is not self._running:
            return
        self._running, self._idle = None, []
        kill(running.pid)
        await clear_away(running, self._limits)


CODES = {
    "Download is starting": "not_a_page",
    "net::ERR_": "unreachable",
    "SyntaxError": "selector_wrong",
    "getResponseBody": "answer_lost",
    "No resource with given identifier": "answer_lost",
    "No data found for resource": "answer_lost",
    "has been closed": "browser_lost",
    "Connection closed": "browser_lost",
}
"""What the browser's own words mean for us."""


def _explained(error: PlaywrightError, url: str, *, crashed: bool) -> FetchError:
    """Give a failure of the browser its code."""
    text = str(error)
    if crashed or "crashed" in text:
        return FetchError("page_crashed", url=url)
    if isinstance(error, PlaywrightTimeoutError):
        return FetchError("timeout", url=url, reason=first_line(error))
    if "ERR_NAME_NOT_RESOLVED" in text:
        return FetchError("dns", host=host_of(url))
    code = next((code for words, code in CODES.items() if words in text), "browser_failed")
    return FetchError(code, url=url, reason=first_line(error))
