"""Plain requests, for pages and open APIs that need no JavaScript: sixty times cheaper than a browser."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urljoin

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential, wait_random

from core.clock import Clock
from core.errors import FetchError
from core.records import Capture, Mode
from scraper.fetch.guard import Guard

MAX_BYTES = 20_000_000
MAX_REDIRECTS = 5
TRIES = 3
KEPT_HEADERS = ("content-type", "date", "link", "retry-after", "ratelimit-reset", "x-ratelimit-reset")
LONGEST = 120.0
"""Seconds that one whole answer may take: a server that drips a byte now and then would hold a worker for ever."""

Allow = Callable[[str], Awaitable[object]]
"""Asked before every hop of a redirect; raises where it must not be followed."""


class _TryAgainError(Exception):
    """The server stumbled; the same request may work in a moment."""


class Http:
    """Fetches one address; every hop of a redirect passes the guard."""

    def __init__(self, client: httpx.AsyncClient, guard: Guard, clock: Clock) -> None:
        self._client = client
        self._guard = guard
        self._clock = clock

    async def get(self, url: str, *, allow: Allow | None = None) -> Capture:
        """Fetch an address; an answer that says no is a capture too. FetchError where there is no whole answer."""
        tries = AsyncRetrying(
            retry=retry_if_exception_type((httpx.TransportError, _TryAgainError)),
            stop=stop_after_attempt(TRIES),
            wait=wait_exponential(multiplier=0.5, max=8) + wait_random(0, 1),
            sleep=self._clock.sleep,
            reraise=True,
        )
        try:
            async for attempt in tries:
                with attempt:
                    last = attempt.retry_state.attempt_number == TRIES
                    return await self._once(url, allow, accept_stumble=last)
        except httpx.TransportError as error:
            raise FetchError("unreachable", url=url, reason=f"{type(error).__name__}: {error}") from error
        except TimeoutError as error:
            raise FetchError("too_slow", url=url, seconds=LONGEST) from error
        except (httpx.DecodingError, httpx.InvalidURL, ValueError) as error:  # ValueError: a redirect to no address
            raise FetchError("answer_broken", url=url, reason=str(error)) from error
        raise FetchError("unreachable", url=url, reason="no attempt was made")  # tenacity always makes one

    async def _once(self, url: str, allow: Allow | None, *, accept_stumble: bool) -> Capture:
        where = url
        for _ in range(MAX_REDIRECTS + 1):
            await self._guard.check(where)
            async with asyncio.timeout(LONGEST), self._client.stream("GET", where) as response:
                if not response.has_redirect_location:
                    if response.status_code in {500, 502, 504} and not accept_stumble:
                        raise _TryAgainError
                    return self._capture(url, response, await _whole_body(response))
            where = urljoin(where, response.headers["location"])
            if allow is not None:
                await allow(where)
        raise FetchError("too_many_redirects", url=url)

    def _capture(self, url: str, response: httpx.Response, body: bytes) -> Capture:
        return Capture(
            url=url,
            final_url=str(response.url),
            status=response.status_code,
            media_type=response.headers.get("content-type", ""),
            body=body,
            sha256=hashlib.sha256(body).hexdigest(),
            captured_at=self._clock.now(),
            mode=Mode.AUTO,
            headers={name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
        )


async def _whole_body(response: httpx.Response) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MAX_BYTES:
            raise FetchError("too_large", url=str(response.url), limit=MAX_BYTES)
    return bytes(body)


@asynccontextmanager
async def open_http(*, user_agent: str, seconds: float, guard: Guard, clock: Clock) -> AsyncIterator[Http]:
    """Open a client that names itself, keeps connections and never follows a redirect behind the guard's back."""
    headers = {"user-agent": user_agent, "accept-language": "id,en;q=0.5"}
    limits = httpx.Limits(max_connections=8, max_keepalive_connections=8)
    async with httpx.AsyncClient(
        headers=headers, timeout=seconds, limits=limits, follow_redirects=False, trust_env=False
    ) as client:
        yield Http(client, guard, clock)
