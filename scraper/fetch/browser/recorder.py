"""Records what a page asks of the web and what comes, over the browser's own protocol, before the page sees it.

Every request stops twice: before it leaves (the guard is asked, so that no picture of a page reaches into this network)
and when its answer is there (it is kept, then given to the page). A page gets so many bytes and no more.
"""

import asyncio
import base64
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from playwright.async_api import CDPSession, Frame, Page, Request
from playwright.async_api import Error as PlaywrightError

from core.clock import Clock
from core.errors import FetchError
from core.recording import Transfer
from scraper.fetch.browser.door import ASKED_BY_SCRIPTS
from scraper.fetch.guard import Gate, host_of

WHERE = [{"urlPattern": "*", "requestStage": stage} for stage in ("Request", "Response")]
PART = 1_000_000
BODY_SECONDS = 10.0
"""How long the rest of one answer may take; a page whose picture drips for ever is looked at without it."""
LATE_SECONDS = 2.0
BODILESS = frozenset({204, 205, 304})
WEB = re.compile(r"https?://", re.IGNORECASE)
ENCODED_AS = ("content-encoding", "content-length", "transfer-encoding")
FAILED = {"BlockedByClient": "address_refused", "TimedOut": "timeout", "NameNotResolved": "dns"}


class Recorder:
    """Keeps the transfers of one page, in the order in which their answers came."""

    def __init__(self, page: Page, *, host: str, guard: Gate, clock: Clock, max_bytes: int, seconds: float) -> None:
        self._page = page
        self._host = host
        self._guard = guard
        self._clock = clock
        self._max_bytes = self._left = max_bytes
        self._seconds = min(seconds, BODY_SECONDS)
        self._kept: list[Transfer] = []
        self._allowed: dict[str, bool] = {}
        self._working: set[asyncio.Task[None]] = set()
        self._finished: list[Request] = []
        self._expect: Callable[[str], None] | None = None

    async def start(self, expect: Callable[[str], None] | None = None) -> None:
        """Listen from now on. `expect` is told of each frame whose document may be asked for."""
        self._expect = expect
        await self._listen(await self._page.context.new_cdp_session(self._page))
        self._page.on("framenavigated", self._on_frame)
        self._page.on("requestfinished", self._on_finished)

    async def drain(self, seconds: float) -> None:
        """Wait until what was asked for by now has come."""
        if self._working:
            await asyncio.wait(set(self._working), timeout=seconds)

    async def transfers(self) -> tuple[Transfer, ...]:
        """Give what was kept, with what another process of the browser asked for before we could listen to it."""
        self._page.remove_listener("framenavigated", self._on_frame)
        self._page.remove_listener("requestfinished", self._on_finished)
        heard = {one.url for one in self._kept}
        for request in [one for one in self._finished if WEB.match(one.url) and one.url not in heard]:
            with suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(LATE_SECONDS):
                    self._kept.append(await self._late(request))
        return tuple(self._kept)

    def refusal(self, url: str) -> FetchError | None:
        """Say why the page itself was not taken, where it was us who did not take it."""
        documents = [one for one in self._kept if one.kind == "document"]
        failed = documents[-1].failed if documents else None
        if failed == "too_large":
            return FetchError("too_large", url=url, limit=self._max_bytes)
        if failed == "timeout":
            return FetchError("timeout", url=url, seconds=self._seconds)
        if failed == "answer_broken":
            return FetchError("answer_broken", url=url, reason="the server ended in the middle of the page")
        if failed == "address_refused":
            return FetchError("address_refused", url=url, why="private")
        return None

    async def _listen(self, session: CDPSession) -> None:
        session.on("Fetch.requestPaused", lambda event: self._begin(self._paused(session, event)))
        await session.send("Fetch.enable", {"patterns": WHERE})

    def _begin(self, work: Any) -> None:  # noqa: ANN401  (a coroutine)
        task = asyncio.ensure_future(work)
        self._working.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled():
            task.exception()  # a driver that ended says so to everybody; the page's own wait is what fails

    def _on_finished(self, request: Request) -> None:
        self._finished.append(request)

    def _on_frame(self, frame: Frame) -> None:
        if frame != self._page.main_frame:
            self._begin(self._listen_to(frame))

    async def _listen_to(self, frame: Frame) -> None:
        """Listen to a frame that lives in a process of its own; any other is heard through its page."""
        with suppress(PlaywrightError):
            await self._listen(await self._page.context.new_cdp_session(frame))

    async def _paused(self, session: CDPSession, event: Mapping[str, Any]) -> None:
        """Let one request go on; whatever the browser says, the page is not left waiting."""
        this = {"requestId": event["requestId"]}
        with suppress(PlaywrightError):  # the page went away meanwhile
            if "responseErrorReason" in event:
                self._keep(event, failed=FAILED.get(event["responseErrorReason"], "unreachable"))
                await session.send("Fetch.continueRequest", this)
            elif "responseStatusCode" not in event:
                await self._let_out(session, event)
            elif not WEB.match(event["request"]["url"]) or event["resourceType"] == "EventSource":
                await session.send("Fetch.continueResponse", this)
            else:
                await self._take(session, event)

    async def _let_out(self, session: CDPSession, event: Mapping[str, Any]) -> None:
        this, kind = {"requestId": event["requestId"]}, event["resourceType"]
        failed = await self._refused(event["request"]["url"], kind)
        if failed is not None:
            self._keep(event, failed=failed)
            await session.send("Fetch.failRequest", {**this, "errorReason": "BlockedByClient"})
            return
        if self._expect is not None and kind == "Document":
            self._expect(event.get("frameId", ""))
        await session.send("Fetch.continueRequest", this)

    async def _refused(self, url: str, kind: str) -> str | None:
        """Say why something may not be asked; what a page loads from elsewhere is its readers' business."""
        if not await self._may_go(url):
            return "address_refused"
        asked_by_scripts = kind in ASKED_BY_SCRIPTS and host_of(url) == self._host
        return "robots_refused" if asked_by_scripts and not await self._guard.may_ask(url) else None

    async def _may_go(self, url: str) -> bool:
        """Ask the guard, once for each server."""
        if not WEB.match(url):
            return True
        server = "/".join(url.split("/", 3)[:3])
        if server not in self._allowed:
            try:
                await self._guard.check(url)
            except FetchError:
                self._allowed[server] = False
            else:
                self._allowed[server] = True
        return self._allowed[server]

    async def _take(self, session: CDPSession, event: Mapping[str, Any]) -> None:
        """Keep an answer, and give it to the page."""
        this = {"requestId": event["requestId"]}
        headers = _headers(event)
        status = event["responseStatusCode"]
        moved = 300 <= status < 400 and "location" in headers
        length = int(headers["content-length"]) if headers.get("content-length", "").isdigit() else None
        if moved or status in BODILESS or event["request"]["method"] == "HEAD":
            self._keep(event)
            await session.send("Fetch.continueResponse", this)
        elif length is not None and length > self._left:
            await self._leave(session, event, "too_large")
        elif length is not None and "content-encoding" not in headers:
            await self._whole(session, event, length)
        else:
            await self._streamed(session, event)

    async def _whole(self, session: CDPSession, event: Mapping[str, Any], length: int) -> None:
        """Take a body whose size is known, and let the page have the answer as it came."""
        this = {"requestId": event["requestId"]}
        self._left -= length
        try:
            async with asyncio.timeout(self._seconds):
                got = await session.send("Fetch.getResponseBody", this)
        except TimeoutError:
            return await self._leave(session, event, "timeout")
        except PlaywrightError:
            return await self._leave(session, event, "answer_broken")
        body = _bytes(got, "body")
        if len(body) < length:  # the server died in the middle; the browser says nothing of it
            return await self._leave(session, event, "answer_broken")
        self._keep(event, body=body)
        await session.send("Fetch.continueResponse", this)
        return None

    async def _streamed(self, session: CDPSession, event: Mapping[str, Any]) -> None:
        """Take a body part by part, for nobody knows how large it will be, and give the page what was taken."""
        this = {"requestId": event["requestId"]}
        body = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                stream = (await session.send("Fetch.takeResponseBodyAsStream", this))["stream"]
                ended = False
                while not ended:
                    part = await session.send("IO.read", {"handle": stream, "size": PART})
                    taken = _bytes(part, "data")
                    self._left -= len(taken)
                    if self._left < 0:
                        return await self._leave(session, event, "too_large")
                    body += taken
                    ended = part.get("eof", False)
        except TimeoutError:
            return await self._leave(session, event, "timeout")
        except PlaywrightError:
            return await self._leave(session, event, "answer_broken")
        self._keep(event, body=bytes(body))
        kept = [one for one in event.get("responseHeaders", ()) if one["name"].lower() not in ENCODED_AS]
        answer = {"responseCode": event["responseStatusCode"], "responseHeaders": kept}
        await session.send("Fetch.fulfillRequest", {**this, **answer, "body": base64.b64encode(body).decode()})
        return None

    async def _leave(self, session: CDPSession, event: Mapping[str, Any], why: str) -> None:
        """Leave an answer alone: the page goes on without it."""
        self._keep(event, failed=why)
        error = "TimedOut" if why == "timeout" else "Aborted"
        with suppress(PlaywrightError):
            await session.send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": error})

    def _keep(self, event: Mapping[str, Any], *, body: bytes = b"", failed: str | None = None) -> None:
        asked = event["request"]
        if not WEB.match(asked["url"]):
            return
        self._kept.append(
            Transfer(
                url=asked["url"],
                method=asked["method"],
                kind=event["resourceType"].lower(),
                asked_headers=asked.get("headers", {}),
                asked=asked["postData"].encode() if asked.get("postData") else None,
                at=self._clock.now(),
                status=event.get("responseStatusCode"),
                reason=event.get("responseStatusText", ""),
                headers=_pairs(event.get("responseHeaders", ())),
                body=body,
                failed=failed,
            )
        )

    async def _late(self, request: Request) -> Transfer:
        """Take an answer that came to a process of its own before it could be listened to."""
        response = await request.response()
        if response is None:
            raise PlaywrightError("no answer")
        body = b"" if 300 <= response.status < 400 else await response.body()
        self._left -= len(body)
        return Transfer(
            url=request.url,
            method=request.method,
            kind=request.resource_type,
            asked_headers=request.headers,
            asked=request.post_data_buffer,
            at=self._clock.now(),
            status=response.status,
            reason=response.status_text,
            headers=tuple(response.headers.items()),
            body=body if self._left >= 0 else b"",
            failed=None if self._left >= 0 else "too_large",
        )


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in _pairs(event.get("responseHeaders", ()))}


def _pairs(headers: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one["name"], one["value"]) for one in headers)


def _bytes(answer: Mapping[str, Any], name: str) -> bytes:
    """Read what the browser gives as text or as base64."""
    return base64.b64decode(answer[name]) if answer.get("base64Encoded") else answer[name].encode()
