"""A visible browser that a person drives. Everything here listens: it opens one address, and touches nothing else.

No clicks, no typing, no scrolling, no script of ours in the page, no dialog answered, no cookie or header read. What
the browser asked and was answered is heard as it happens; of a page that the person stays on, its HTML and a picture of
what stands in the window are taken again whenever something came: the last ones are there when the page is gone.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag

from playwright.async_api import BrowserContext, Dialog, Frame, Page, Request, Response
from playwright.async_api import Error as PlaywrightError

from core.clock import Clock
from core.records import Capability, Exchange
from scraper.captures import scrub
from scraper.captures.har import READABLE
from scraper.fetch.browser.process import ends

Knows = Callable[[Exchange], Capability | None]
"""Says which direction an answer shows; None where no adapter knows it, and then nothing of it is held."""

ASKED_BY = frozenset({"document", "xhr", "fetch"})
"""What kind of question may bring an answer that an adapter knows; scripts, styles and pictures never do."""
WITHOUT_BODY = frozenset({204, 205, 304})
SHOWS_A_PAGE = frozenset({Capability.POSTS, Capability.CONTENT})
"""Only of such pages a picture is taken. A list of people is none: it shows who is not on the watchlist."""
DIALOGS = (b'role="dialog"', b'aria-modal="true"', b"<dialog open")
"""While a page shows something in front of itself, perhaps a list that no adapter knows, no picture is taken either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where listening ends."""

    body_bytes: int = 20 * 1024**2
    session_bytes: int = 500 * 1024**2
    exchanges: int = 5_000
    tick_seconds: float = 1.0
    snapshot_seconds: float = 5.0
    body_seconds: float = 30.0
    close_seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page as it stood at the end, as if it had been asked for once more; `picture` is a PNG of the window."""

    exchange: Exchange
    picture: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What was heard and seen since the last time somebody asked; `left_out` counts the rest, by reason."""

    exchanges: tuple[Exchange, ...] = ()
    shown: tuple[Shown, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, kw_only=True)
class _Stay:
    """One page as long as its address stays the same."""

    url: str
    shown: Exchange | None = None
    pictures: list[tuple[datetime, bytes]] = field(default_factory=list)
    people_since: datetime | None = None
    stale: bool = True

    @property
    def picture(self) -> bytes | None:
        """Give the last picture that was taken before a list of people came."""
        before = [png for at, png in self.pictures if self.people_since is None or at < self.people_since]
        return before[-1] if before else None


class Listener:
    """Hears what all pages of a window receive, popups included."""

    def __init__(self, context: BrowserContext, *, knows: Knows, clock: Clock, bounds: Bounds) -> None:
        self.closed = asyncio.Event()
        self._context = context
        self._knows = knows
        self._clock = clock
        self._bounds = bounds
        self._exchanges: list[Exchange] = []
        self._shown: list[Shown] = []
        self._left_out: Counter[str] = Counter()
        self._heard = 0
        self._bytes = 0
        self._stays: dict[Page, _Stay] = {}
        self._busy: dict[Page, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._since_tick = 0.0

    def start(self) -> None:
        """Begin to listen."""
        self._context.on("response", self._on_response)
        self._context.on("request", self._on_request)
        self._context.on("page", self._on_page)
        self._context.on("close", lambda _: self.closed.set())
        for page in self._context.pages:
            self._on_page(page)
        self._later(self._watch())

    async def open(self, url: str) -> None:
        """Open an address in the window: the only thing that happens there without the person."""
        pages = self._context.pages
        page = pages[0] if pages else await self._context.new_page()
        with suppress(PlaywrightError):  # what does not load the person sees by themselves
            await page.goto(url, wait_until="commit", timeout=self._bounds.body_seconds * 1000)

    async def take(self) -> Recording:
        """Give what was recorded since the last time; what is still under way is waited for, a while."""
        open_tasks = [task for task in self._tasks if task.get_name() == "body"]
        if open_tasks:
            await asyncio.wait(open_tasks, timeout=self._bounds.close_seconds)
        for page in list(self._stays):
            await self._look(page)
            url = self._stays[page].url if page in self._stays else None
            self._leave(page)
            if url is not None and not page.is_closed():
                self._stays[page] = _Stay(url=url, people_since=self._clock.now())
        taken = Recording(exchanges=tuple(self._exchanges), shown=tuple(self._shown), left_out=Counter(self._left_out))
        self._exchanges, self._shown, self._left_out = [], [], Counter()
        return taken

    async def stop(self) -> None:
        """Listen no longer."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._bounds.close_seconds)

    def _later(self, work: Coroutine[Any, Any, None], name: str = "watch") -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    def _on_page(self, page: Page) -> None:
        page.on("dialog", _leave_to_the_person)
        page.on("close", self._on_close)
        page.on("framenavigated", self._on_navigated)
        self._on_navigated(page.main_frame)  # a window that a page opened is somewhere already

    def _on_close(self, page: Page) -> None:
        self._leave(page)
        self._busy.pop(page, None)
        if not [one for one in self._context.pages if one is not page]:
            self.closed.set()

    def _on_navigated(self, frame: Frame) -> None:
        """Begin anew where the window shows another address, by whatever means it came there."""
        page = frame.page
        if frame != page.main_frame:
            return
        url, stay = _address(page), self._stays.get(page)
        if stay is not None and stay.url == url:
            stay.stale = True
            return
        self._leave(page)
        if url.startswith(("http://", "https://")):
            self._stays[page] = _Stay(url=url)

    def _on_request(self, request: Request) -> None:
        """Look once more at a page that is about to be left: it stands until the next one answers."""
        page = _page_of(request)
        if page in self._stays and request.is_navigation_request() and request.frame == page.main_frame:
            self._later(self._look(page))

    def _on_response(self, response: Response) -> None:
        page = _page_of(response.request)
        if page in self._stays:
            self._stays[page].stale = True
        if response.request.resource_type not in ASKED_BY or not _is_readable(response):
            return
        self._heard += 1
        if self._heard > self._bounds.exchanges:
            self._left_out["too_many"] += 1
        else:
            self._later(self._hear(response, page, self._clock.now()), name="body")

    async def _hear(self, response: Response, page: Page | None, at: datetime) -> None:
        """Hold one answer with its question, if an adapter knows it."""
        length = response.headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._bounds.body_bytes:
            self._left_out["too_large"] += 1
            return
        try:
            async with asyncio.timeout(self._bounds.body_seconds):
                body = await response.body()
            exchange = _exchange(response, body, at)
        except (PlaywrightError, TimeoutError):
            self._left_out["answer_lost"] += 1  # the page was left before it had come
            return
        if len(body) > self._bounds.body_bytes or self._bytes + len(body) > self._bounds.session_bytes:
            self._left_out["too_large"] += 1
            return
        direction = self._knows(exchange)
        if direction is None:
            self._left_out["not_ours"] += 1
            return
        self._bytes += len(body)
        self._exchanges.append(exchange)
        if direction not in SHOWS_A_PAGE and page in self._stays:
            stay = self._stays[page]
            stay.people_since = min(at, stay.people_since or at)

    async def _watch(self) -> None:
        """Look again and again at the pages where something came."""
        while not self.closed.is_set():
            await asyncio.sleep(self._bounds.tick_seconds)
            self._since_tick += self._bounds.tick_seconds
            every = self._since_tick >= self._bounds.snapshot_seconds
            for page in list(self._context.pages):
                stay = self._stays.get(page)
                if stay is not None and (every or stay.stale):
                    await self._look(page)
            if every:
                self._since_tick = 0.0

    async def _look(self, page: Page) -> None:
        """Take a page as it stands now; one that does not answer is left as it was seen last."""
        async with self._busy.setdefault(page, asyncio.Lock()):
            with suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(self._bounds.close_seconds):
                    await self._seen(page)

    async def _seen(self, page: Page) -> None:
        url, stay = _address(page), self._stays.get(page)
        if stay is None or stay.url != url or page.is_closed():
            return
        stay.stale = False
        at = self._clock.now()
        html = (await page.content()).encode("utf-8", "replace")
        if _address(page) != url or len(html) > self._bounds.body_bytes:
            return
        exchange = scrub.exchange(
            Exchange(url=url, method="GET", asked=None, status=200, media_type="text/html", body=html, at=at)
        )
        direction = self._knows(exchange)
        if direction is None:
            return
        stay.shown = exchange
        if direction in SHOWS_A_PAGE and stay.people_since is None and not any(sign in html for sign in DIALOGS):
            await self._picture(page, stay)

    async def _picture(self, page: Page, stay: _Stay) -> None:
        """Take what stands in the window, without moving anything in it; the moment is when it was there for sure."""
        picture = await page.screenshot(caret="initial", scale="css", timeout=self._bounds.close_seconds * 1000)
        if _address(page) == stay.url:
            stay.pictures = [*stay.pictures[-1:], (self._clock.now(), picture)]

    def _leave(self, page: Page) -> None:
        """Put away what was seen of a page that the person left."""
        stay = self._stays.pop(page, None)
        if stay is not None and stay.shown is not None:
            self._shown.append(Shown(exchange=stay.shown, picture=stay.picture))


@asynccontextmanager
async def listening(
    context: BrowserContext, *, knows: Knows, clock: Clock, bounds: Bounds | None = None
) -> AsyncIterator[Listener]:
    """Listen to a window as long as this lasts."""
    listener = Listener(context, knows=knows, clock=clock, bounds=bounds or Bounds())
    listener.start()
    try:
        yield listener
    finally:
        await ends(listener.stop(), listener._bounds.close_seconds * 2)  # noqa: SLF001


def _leave_to_the_person(_dialog: Dialog) -> None:
    """Answer nothing: without a listener Playwright would dismiss what the page asks."""


def _address(page: Page) -> str:
    return urldefrag(page.url).url


def _page_of(request: Request) -> Page | None:
    """Name the page that asked; a service worker has none."""
    try:
        return request.frame.page
    except PlaywrightError:
        return None


def _is_readable(response: Response) -> bool:
    media_type = response.headers.get("content-type", "").lower()
    if response.status in WITHOUT_BODY or 300 <= response.status < 400:
        return False
    return any(name in media_type for name in READABLE)


def _exchange(response: Response, body: bytes, at: datetime) -> Exchange:
    """Make the exchange of an answer; who asked, and with which keys, is taken out at once."""
    asked = response.request.post_data_buffer
    return scrub.exchange(
        Exchange(
            url=response.url,
            method=response.request.method.upper(),
            asked=asked.decode("utf-8", "replace") if asked else None,
            status=response.status,
            media_type=response.headers.get("content-type", ""),
            body=body,
            at=at,
        )
    )
