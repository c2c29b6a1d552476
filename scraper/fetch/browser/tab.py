"""One page of the browser: what it blocks, how it looks, what it remembers of the answer."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from core.errors import FetchError
from core.records import Answered
from scraper.adapter import Rendering
from scraper.fetch.browser.answers import Answers
from scraper.fetch.browser.door import ASKED_BY_SCRIPTS
from scraper.fetch.browser.process import Limits, Running, ends
from scraper.fetch.browser.recorder import Recorder

T = TypeVar("T")
MayAsk = Callable[[str], Awaitable[bool]]
"""Says whether robots.txt lets us ask for an address."""
LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")
NO_GUESSES = Path(__file__).with_name("no_guesses.js").read_text(encoding="utf-8")
LOOK_AT_PICTURES = Path(__file__).with_name("look_at_pictures.js").read_text(encoding="utf-8")

PICTURES = "avif bmp gif ico jpeg jpg png svg webp"
FILES = "otf ttf woff woff2 aac m3u8 m4a m4s mov mp3 mp4 mpd ogg ts wav webm"
EVERYTHING = ["*"]
COUNTERS = ("/beacon", "google-analytics.com/", "googletagmanager.com/", "doubleclick.net/", "facebook.com/tr")
KEPT_HEADERS = ("content-type", "date", "retry-after")
KEPT_PREFIX = "x-ratelimit-"
VIEW = (1280, 1600)
LIGHT_VIEW = (1280, 800)
"""Where nobody looks, a smaller window: half the pixels to draw, measured as 65 MB less with four tabs."""
MAX_HEIGHT = 15_000
MOVES = 3
REFUSED_PAGE_SECONDS = 2.0
HEARD_QUIET_SECONDS = 0.2
"""How long a page may seem quiet where its JSON answers are heard: one that is under way is waited for anyway."""


class Tab:
    """One page in a context of its own: cookies and storage live and end with it."""

    def __init__(self, running: Running, page: Page, session: CDPSession, *, frame: str, host: str) -> None:
        self.running = running
        self.page = page
        self.frame = frame
        self.host = host
        self.pages = 0
        self.worn = False
        self.crashed = False
        self.status = 0
        self.headers: dict[str, str] = {}
        self._session = session
        self._limits = running.limits
        self._answers: Answers | None = None
        self._held: set[asyncio.Future[None]] = set()
        self._wanted = asyncio.Event()
        self._resting: asyncio.Task[None] | None = None
        page.on("crash", self._on_crash)
        session.on("Network.responseReceived", self._on_response)
        page.on("popup", self._on_popup)

    @classmethod
    async def open(
        cls, running: Running, user_agent: str, *, host: str, light: bool, may_ask: MayAsk | None = None
    ) -> "Tab":
        """Open a page in a fresh context. Dialogs nobody listens to are dismissed by Playwright itself.

        `may_ask` is asked before what the page's scripts ask of its host leaves.
        """
        width, height = LIGHT_VIEW if light else VIEW
        context = await running.browser.new_context(
            user_agent=user_agent,
            locale="id-ID",
            viewport={"width": width, "height": height},
            service_workers="block",
            accept_downloads=False,
            permissions=[],
        )
        page = await context.new_page()
        await page.add_init_script(NO_GUESSES)
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        if light:
            await _block(session, _unwanted(pictures=running.limits.pictures))
        frame = (await session.send("Target.getTargetInfo"))["targetInfo"]["targetId"]
        tab = cls(running, page, session, frame=frame, host=host)
        if may_ask is not None:
            await tab._obey(may_ask)
        return tab

    async def look(self, url: str, rendering: Rendering, seconds: float) -> tuple[bytes, str, tuple[Answered, ...]]:
        """Show a page, and give it as it stands at the end, why looking ended, and the JSON answers."""
        return await self._on_trip(url, self._look(url, rendering, seconds))

    async def record(self, url: str, recorder: Recorder, seconds: float) -> tuple[bytes, bytes]:
        """Show a page with its images while all that it asks for is recorded: its HTML at the end, and a PNG of it."""
        return await self._on_trip(url, self._record(url, recorder, seconds))

    async def rest(self) -> None:
        """Let the page ask for nothing more: it was looked at, and left to itself it would go on asking its server.

        An empty page would do as well, and costs more: it is shown only to a tab that stays idle, and ends there what
        this does not reach, as workers.
        """
        await _block(self._session, EVERYTHING)
        self._wanted.clear()
        self._resting = asyncio.create_task(self._leave())

    async def wake(self) -> None:
        """Make ready for the next page; a tab that cannot raises a Playwright error."""
        self._wanted.set()
        if self._resting is not None:
            await self._resting  # an empty page that is under way would break off the next one
        await _block(self._session, _unwanted(pictures=self._limits.pictures))

    async def _leave(self) -> None:
        """Show an empty page, unless the tab is wanted soon."""
        try:
            async with asyncio.timeout(self._limits.idle_seconds):
                await self._wanted.wait()
        except TimeoutError:
            if not await ends(self.page.goto("about:blank"), self._limits.close_seconds):
                self.worn = True

    async def _on_trip(self, url: str, work: Coroutine[Any, Any, T]) -> T:
        """Look at a page; it may lead us on only while we look, and only to where we may go."""
        door = self.running.door
        try:
            return await door.begin(self.frame, url).during(work)
        finally:
            door.end(self.frame)

    async def _look(self, url: str, rendering: Rendering, seconds: float) -> tuple[bytes, str, tuple[Answered, ...]]:
        self._answers = answers = Answers(self._session, rendering.answers, self._limits.max_bytes)
        try:
            started = asyncio.get_running_loop().time()
            await self._goto(url, seconds, wait_until="domcontentloaded")
            left = max(seconds - (asyncio.get_running_loop().time() - started), 1.0)
            for _ in range(MOVES):
                try:
                    patience = left if self.status < 400 else REFUSED_PAGE_SECONDS
                    ended, html = await self._scrolled(rendering, answers, patience)
                    return html.encode(), ended, answers.taken
                except PlaywrightError as error:
                    if not moved(error):
                        raise
                    answers.forget()
                    await self.page.wait_for_load_state("domcontentloaded", timeout=seconds * 1000)
            raise FetchError("page_keeps_moving", url=url)
        finally:
            self._answers = None
            answers.stop()

    async def _record(self, url: str, recorder: Recorder, seconds: float) -> tuple[bytes, bytes]:
        await recorder.start(self.running.door.expect)
        try:
            await self._goto(url, seconds, wait_until="load")
        except PlaywrightError as error:
            raise recorder.refusal(url) or error from error
        found = await self.page.evaluate(LOOK_AT_PICTURES, {"seconds": seconds / 2, "maxHeight": MAX_HEIGHT})
        if found["nodes"] > self._limits.max_nodes:
            raise FetchError("too_large", url=url, limit=self._limits.max_nodes)
        await recorder.drain(self._limits.close_seconds)
        html = (await self.page.content()).encode()
        clip = {"x": 0, "y": 0, "width": VIEW[0], "height": max(int(found["height"]), VIEW[1])}
        png = await self.page.screenshot(full_page=True, clip=clip, timeout=seconds * 1000)  # type: ignore[arg-type]
        await recorder.drain(self._limits.close_seconds)
        return html, png

    async def _goto(self, url: str, seconds: float, *, wait_until: Any) -> None:  # noqa: ANN401  Playwright's own words
        self.pages += 1
        self.status, self.headers = 0, {}
        await self.page.goto(url, wait_until=wait_until, timeout=seconds * 1000)

    async def _scrolled(self, rendering: Rendering, answers: "Answers", ready_seconds: float) -> tuple[str, str]:
        """Scroll to an end, and once more when an answer came after the page seemed quiet; give end and page."""
        asked: dict[str, Any] = {
            "ready": rendering.ready,
            "items": rendering.items,
            "done": rendering.done,
            "maxItems": rendering.max_items,
            "maxScrolls": rendering.max_scrolls,
            "seconds": rendering.seconds,
            "readySeconds": ready_seconds,
            "quietSeconds": self._limits.quiet_seconds if rendering.answers is None else HEARD_QUIET_SECONDS,
            "maxNodes": self._limits.max_nodes,
            "maxCharacters": self._limits.max_bytes,
        }
        now = asyncio.get_running_loop().time
        end = now() + rendering.seconds
        while True:
            found = await self.page.evaluate(LOOK, asked)
            if found["nodes"] > self._limits.max_nodes or found["characters"] > self._limits.max_bytes:
                raise FetchError("too_large", url=self.page.url, limit=self._limits.max_bytes)
            came_late = await answers.drain()
            if found["ended"] != "no_more" or not came_late:
                # What an answer brought that came after the look is not drawn yet, unless the page calls itself whole.
                late = came_late and found["ended"] != "whole"
                return str(found["ended"]), await self.page.content() if late else str(found["html"])
            asked |= {"seconds": max(end - now(), 0), "maxScrolls": asked["maxScrolls"] - found["scrolls"]}

    def _on_crash(self, _page: Page) -> None:
        self.crashed = True

    def _on_response(self, event: Mapping[str, Any]) -> None:
        if event["type"] == "Document" and event.get("frameId") == self.frame:
            named = {name.lower(): value for name, value in event["response"]["headers"].items()}
            self.status = int(event["response"]["status"])
            self.headers = {
                name: value for name, value in named.items() if name in KEPT_HEADERS or name.startswith(KEPT_PREFIX)
            }
        elif self._answers is not None:
            self._answers.on_response(event)

    def _on_popup(self, popup: Page) -> None:
        self._hold(_close_popup(popup))

    def _hold(self, work: Coroutine[Any, Any, None]) -> None:
        running = asyncio.ensure_future(work)
        self._held.add(running)
        running.add_done_callback(self._held.discard)

    async def _obey(self, may_ask: MayAsk) -> None:
        """Hold up what the page's scripts ask of its own host until robots.txt has been heard; nothing else waits."""

        async def decide(event: Mapping[str, Any]) -> None:
            this = {"requestId": event["requestId"]}
            with suppress(PlaywrightError):  # the page may have gone meanwhile
                if await may_ask(event["request"]["url"]):
                    await self._session.send("Fetch.continueRequest", this)
                else:
                    await self._session.send("Fetch.failRequest", {**this, "errorReason": "BlockedByClient"})

        self._session.on("Fetch.requestPaused", lambda event: self._hold(decide(event)))
        patterns = [{"urlPattern": f"*://{self.host}/*", "resourceType": kind} for kind in ASKED_BY_SCRIPTS]
        await self._session.send("Fetch.enable", {"patterns": patterns})


def _unwanted(*, pictures: bool) -> list[str]:
    """Name what is not asked for. A browser without pictures asks for none, unless they stand here: then it tries."""
    endings = f"{PICTURES} {FILES}".split() if pictures else FILES.split()
    files = [f"*.{ending}{rest}" for ending in endings for rest in ("", "?*")]
    return [*files, *(f"*{part}*" for part in COUNTERS)]


async def _block(session: CDPSession, blocked: list[str]) -> None:
    """Let the browser itself refuse images, fonts, media and counters; interception in Python costs more than it saves.

    Newer browsers take `urlPatterns` instead of `urls`.
    """
    try:
        await session.send("Network.setBlockedURLs", {"urls": blocked})
    except PlaywrightError:
        patterns = [{"urlPattern": f"*://*:*/{pattern}", "block": True} for pattern in blocked]
        await session.send("Network.setBlockedURLs", {"urlPatterns": patterns})


async def _close_popup(popup: Page) -> None:
    await ends(popup.close(), Limits().close_seconds)


def moved(error: PlaywrightError) -> bool:
    """Say whether the page went elsewhere while it was looked at."""
    return "navigat" in str(error) and "net::" not in str(error)
