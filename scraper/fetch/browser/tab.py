"""One page of the browser: what it blocks, how it looks, what it remembers of the answer."""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Page, Request, Response
from playwright.async_api import Error as PlaywrightError

from core.errors import FetchError
from core.records import Answered
from scraper.adapter import Rendering
from scraper.fetch.browser.answers import Answers
from scraper.fetch.browser.process import ASKED_BY_SCRIPTS, Limits, MayAsk, Running, ends
from scraper.fetch.browser.recorder import Recorder

LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")
LOOK_AT_PICTURES = Path(__file__).with_name("look_at_pictures.js").read_text(encoding="utf-8")

FILES = "avif bmp gif ico jpeg jpg png svg webp otf ttf woff woff2 aac m3u8 m4a m4s mov mp3 mp4 mpd ogg ts wav webm"
COUNTERS = ("/beacon", "google-analytics.com/", "googletagmanager.com/", "doubleclick.net/", "facebook.com/tr")
BLOCKED = (
    *(f"*.{ending}" for ending in FILES.split()),
    *(f"*.{ending}?*" for ending in FILES.split()),
    *(f"*{part}*" for part in COUNTERS),
)
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

    def __init__(self, running: Running, page: Page, *, host: str, limits: Limits) -> None:
        self.running = running
        self.page = page
        self.host = host
        self.pages = 0
        self.worn = False
        self.crashed = False
        self.hops: list[str] = []
        self.status = 0
        self.headers: dict[str, str] = {}
        self._limits = limits
        self._closing: set[asyncio.Future[None]] = set()
        page.on("crash", self._on_crash)
        page.on("request", self._on_request)
        page.on("response", self._on_response)
        page.on("popup", self._on_popup)

    @classmethod
    async def open(
        cls,
        running: Running,
        user_agent: str,
        *,
        host: str,
        light: bool,
        limits: Limits,
        may_ask: MayAsk | None = None,
    ) -> "Tab":
        """Open a page in a fresh context. Dialogs nobody listens to are dismissed by Playwright itself.

        A light one looks as a visitor without images would. `may_ask` is asked before the questions of the page's
        scripts leave for its host.
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
        tab = cls(running, page, host=host, limits=limits)
        session = await context.new_cdp_session(page) if light or may_ask else None
        if light and session:
            await _block(session)
        if may_ask and session:
            await tab._obey(session, may_ask)
        return tab

    async def look(self, url: str, rendering: Rendering, seconds: float) -> tuple[bytes, str, tuple[Answered, ...]]:
        """Show a page, and give it as it stands at the end, why looking ended, and the JSON answers."""
        answers = Answers(self.page, rendering.answers, self._limits.max_bytes)
        try:
            started = asyncio.get_running_loop().time()
            await self._goto(url, seconds, wait_until="domcontentloaded")
            left = max(seconds - (asyncio.get_running_loop().time() - started), 1.0)
            for _ in range(MOVES):
                try:
                    ended = await self._scrolled(
                        rendering, answers, left if self.status < 400 else REFUSED_PAGE_SECONDS
                    )
                    return (await self.page.content()).encode(), ended, answers.taken
                except PlaywrightError as error:
                    if not moved(error):
                        raise
                    answers.forget()
                    await self.page.wait_for_load_state("domcontentloaded", timeout=seconds * 1000)
            raise FetchError("page_keeps_moving", url=url)
        finally:
            answers.stop()

    async def record(self, url: str, recorder: Recorder, seconds: float) -> tuple[bytes, bytes]:
        """Show a page with its images while all that it asks for is recorded: its HTML at the end, and a PNG of it."""
        await recorder.start()
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
        self.hops, self.status, self.headers = [], 0, {}
        await self.page.goto(url, wait_until=wait_until, timeout=seconds * 1000)

    async def _scrolled(self, rendering: Rendering, answers: "Answers", ready_seconds: float) -> str:
        """Scroll to an end, and once more when an answer came after the page seemed quiet."""
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
        }
        now = asyncio.get_running_loop().time
        end = now() + rendering.seconds
        while True:
            found = await self.page.evaluate(LOOK, asked)
            if found["nodes"] > self._limits.max_nodes or found["characters"] > self._limits.max_bytes:
                raise FetchError("too_large", url=self.page.url, limit=self._limits.max_bytes)
            came_late = await answers.drain()
            if found["ended"] != "no_more" or not came_late:
                return str(found["ended"])
            asked |= {"seconds": max(end - now(), 0), "maxScrolls": asked["maxScrolls"] - found["scrolls"]}

    def _on_crash(self, _page: Page) -> None:
        self.crashed = True

    def _on_request(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self.hops.append(request.url)

    def _on_response(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.status = response.status
            self.headers = {
                name: value
                for name, value in response.headers.items()
                if name in KEPT_HEADERS or name.startswith(KEPT_PREFIX)
            }

    def _on_popup(self, popup: Page) -> None:
        self._hold(_close_popup(popup))

    def _hold(self, work: Coroutine[Any, Any, None]) -> None:
        running = asyncio.ensure_future(work)
        self._closing.add(running)
        running.add_done_callback(self._closing.discard)

    async def _obey(self, session: CDPSession, may_ask: MayAsk) -> None:
        """Hold up what the page's scripts ask of its own host until robots.txt has been heard; nothing else waits."""

        async def decide(event: Mapping[str, Any]) -> None:
            this = {"requestId": event["requestId"]}
            with suppress(PlaywrightError):  # the page may have gone meanwhile
                if await may_ask(event["request"]["url"]):
                    await session.send("Fetch.continueRequest", this)
                else:
                    await session.send("Fetch.failRequest", {**this, "errorReason": "BlockedByClient"})

        session.on("Fetch.requestPaused", lambda event: self._hold(decide(event)))
        patterns = [{"urlPattern": f"*://{self.host}/*", "resourceType": kind} for kind in ASKED_BY_SCRIPTS]
        await session.send("Fetch.enable", {"patterns": patterns})


async def _block(session: CDPSession) -> None:
    """Let the browser itself refuse images, fonts, media and counters; interception in Python costs more than it saves.

    Newer browsers take `urlPatterns` instead of `urls`.
    """
    await session.send("Network.enable")
    try:
        await session.send("Network.setBlockedURLs", {"urls": list(BLOCKED)})
    except PlaywrightError:
        patterns = [{"urlPattern": f"*://*:*/{pattern}", "block": True} for pattern in BLOCKED]
        await session.send("Network.setBlockedURLs", {"urlPatterns": patterns})


async def _close_popup(popup: Page) -> None:
    await ends(popup.close(), Limits().close_seconds)


def moved(error: PlaywrightError) -> bool:
    """Say whether the page went elsewhere while it was looked at."""
    return "navigat" in str(error) and "net::" not in str(error)
