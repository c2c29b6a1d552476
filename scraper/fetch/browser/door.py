"""The browser's door: wherever and however a page sends us, nothing is asked for before it is known that we may.

Redirects, `meta refresh`, `location =`, forms, frames and new windows all end in a request for a document. The browser
holds each of them back until the guard, robots.txt and the host's turn were asked, as for any request of ours; one that
is refused ends the look with that refusal, and nothing was sent. Only documents stop here: the rest of a page costs
nothing more, and keeps the browser's cache.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urldefrag, urlsplit

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from core.errors import FetchError, RefusedError
from scraper.fetch.guard import Gate

T = TypeVar("T")
DOCUMENTS = [{"urlPattern": "*", "resourceType": "Document", "requestStage": "Request"}]
ASKED_BY_SCRIPTS = ("XHR", "Fetch")
MOST_HOPS = 8
"""How often one page may send us on: every time costs its host a turn."""


class Trip:
    """One page from the moment it is asked for, with all the places where it sends us."""

    def __init__(self, url: str) -> None:
        self.url = _spelled(url)
        self.hops = 0
        self.asking: set[asyncio.Task[None]] = set()
        self._refused: asyncio.Future[FetchError | RefusedError] = asyncio.get_running_loop().create_future()

    def refuse(self, why: FetchError | RefusedError) -> None:
        """End the look: it led to where we do not go."""
        if not self._refused.done():
            self._refused.set_result(why)

    async def during(self, work: Coroutine[Any, Any, T]) -> T:
        """Give what a look brings, unless the page leads to where we do not go: then at once the refusal."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait([task, self._refused], return_when=asyncio.FIRST_COMPLETED)  # type: ignore[type-var]
            if self._refused.done():
                raise self._refused.result()
            return task.result()
        finally:
            if not task.done():
                task.cancel()
            await asyncio.wait({task})
            _ = task.cancelled() or task.exception()


class Door:
    """Stops every document of a browser: those of its tabs, of their frames, and of windows that nobody opened."""

    def __init__(self, session: CDPSession, gate: Gate) -> None:
        self._session = session
        self._gate = gate
        self._trips: dict[str, Trip] = {}
        self._frames: set[str] = set()
        self._working: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Stop documents from now on."""
        self._session.on("Fetch.requestPaused", self._on_paused)
        await self._session.send("Fetch.enable", {"patterns": DOCUMENTS})

    def begin(self, frame: str, url: str) -> Trip:
        """Let this page be asked for in a tab, known by its main frame."""
        trip = self._trips[frame] = Trip(url)
        return trip

    def end(self, frame: str) -> None:
        """Let nothing more out of a tab: its page was looked at."""
        trip = self._trips.pop(frame, None)
        if trip is not None:
            for task in trip.asking:
                task.cancel()

    def expect(self, frame: str) -> None:
        """Let an inner frame of a page that is recorded be asked for; the recorder saw it."""
        self._frames.add(frame)

    def _on_paused(self, event: Mapping[str, Any]) -> None:
        trip = self._trips.get(event.get("frameId", ""))
        task = asyncio.ensure_future(self._answer(event, trip))
        for tasks in (self._working, *((trip.asking,) if trip else ())):
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def _answer(self, event: Mapping[str, Any], trip: Trip | None) -> None:
        """Let one document go or not; one whose page went away meanwhile needs no answer."""
        this = {"requestId": event["requestId"]}
        url = str(event["request"]["url"])
        with suppress(PlaywrightError):
            try:
                await (self._ask(url, trip) if trip else self._ask_for_frame(url, event.get("frameId", "")))
            except (FetchError, RefusedError) as why:
                if trip is not None:
                    trip.refuse(why)
                await self._session.send("Fetch.failRequest", {**this, "errorReason": "Aborted"})
            else:
                await self._session.send("Fetch.continueRequest", this)

    async def _ask_for_frame(self, url: str, frame: str) -> None:
        """Ask for what is no tab's page: frames are recorded like pictures; any other frame or window is a no."""
        if frame not in self._frames:
            raise FetchError("address_refused", url=url, why="unasked")
        await self._gate.check(url)

    async def _ask(self, url: str, trip: Trip) -> None:
        trip.hops += 1
        if trip.hops == 1 and url == trip.url:
            return  # ours: whoever asked for it has asked everybody
        if trip.hops > MOST_HOPS:
            raise FetchError("page_keeps_moving", url=url)
        await self._gate.follow(url)


def _spelled(url: str) -> str:
    """Spell an address as the browser does, as far as it is ours."""
    plain = urldefrag(url).url
    parts = urlsplit(plain)
    return plain if parts.path else parts._replace(path="/").geturl()
