"""Plain requests, for pages and open APIs that need no JavaScript: sixty times cheaper than a browser."""

import asyncio
import hashlib
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urljoin

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential, wait_random

from core.clock import Clock
from core.errors import FetchError
from core.records import Capture, Mode
from scraper.fetch.guard import Guard
from scraper.fetch.keys import Key
from scraper.fetch.pinned import pinned
from scraper.fetch.unpack import ACCEPTED, unpacker

MAX_BYTES = 20_000_000
MAX_REDIRECTS = 5
TRIES = 3
ASK_TO_WAIT = frozenset({429, 500, 502, 503, 504})
"""The answers whose Retry-After says for how long a server wants to be left alone."""
KEPT_HEADERS = (
    "content-type",
    "date",
    "etag",
    "last-modified",
    "link",
    "retry-after",
    "ratelimit-reset",
    "x-ratelimit-reset",
    "x-rate-limit-reset",
)
LONGEST = 120.0
"""Seconds that one whole answer may take: a server that drips a byte now and then would hold a worker for ever."""

LEAVING, LEFT = ".send_request_headers.started", ".send_request_headers.complete"
"""How the client calls the moments before and after a request leaves: names are resolved, connections open by then."""

Allow = Callable[[str], Awaitable[object]]
"""Asked before every hop of a redirect; raises where it must not be followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What goes with an address: headers, the key of an official API, and who is asked before a redirect.

    With a `body` it is posted.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    key: Key | None = None
    allow: Allow | None = None
    most_bytes: int | None = None
    body: bytes | None = None

    def hidden(self, text: str) -> str:
        """Take the key out of a text."""
        return text if self.key is None else self.key.hide(text)


PLAINLY = Ask()


class Gate(Protocol):
    """What every request passes on its way out."""

    async def leaving(self, url: str) -> None:
        """Hold a request that is about to leave."""
        ...

    async def left(self, url: str) -> None:
        """Note that it has left."""
        ...


class _TryAgainError(Exception):
    """The server stumbled; the same request may work in a moment."""


class Http:
    """Fetches one address; every hop of a redirect passes the guard."""

    def __init__(self, client: httpx.AsyncClient, guard: Guard, clock: Clock, gate: Gate | None = None) -> None:
        self._client = client
        self._guard = guard
        self._clock = clock
        self._gate = gate

    async def get(self, url: str, ask: Ask = PLAINLY) -> Capture:
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
                    return await self._once(url, ask, accept_stumble=last)
        except httpx.TransportError as error:
            reason = ask.hidden(f"{type(error).__name__}: {error}")
            raise FetchError("unreachable", url=url, reason=reason) from error
        except TimeoutError as error:
            raise FetchError("too_slow", url=url, seconds=LONGEST) from error
        except (httpx.InvalidURL, ValueError) as error:  # ValueError: packed wrongly, or a redirect to no address
            raise FetchError("answer_broken", url=url, reason=ask.hidden(str(error))) from error
        raise FetchError("unreachable", url=url, reason="no attempt was made")  # tenacity always makes one

    async def _once(self, url: str, ask: Ask, *, accept_stumble: bool) -> Capture:
        where = url
        for _ in range(MAX_REDIRECTS + 1):
            await self._guard.check(where)
            headers = self._headers(where, ask)
            method = "GET" if ask.body is None else "POST"
            extensions = self._gated(where)
            stream = self._client.stream(method, where, headers=headers, content=ask.body, extensions=extensions)
            async with asyncio.timeout(LONGEST), stream as response:
                if not response.has_redirect_location:
                    stumbled = response.status_code in {500, 502, 504} and "retry-after" not in response.headers
                    if stumbled and not accept_stumble:
                        raise _TryAgainError
                    return self._capture(url, response, await _whole_body(response, ask.most_bytes), ask)
            where = urljoin(where, response.headers["location"])
            if ask.allow is not None:
                await ask.allow(where)
        raise FetchError("too_many_redirects", url=url)

    def _gated(self, url: str) -> dict[str, object]:
        """Have the client pass the gate, where there is one."""
        gate = self._gate
        if gate is None:
            return {}

        async def trace(event: str, _info: object) -> None:
            if event.endswith(LEAVING):
                await gate.leaving(url)
            elif event.endswith(LEFT):
                await gate.left(url)

        return {"trace": trace}

    def _headers(self, url: str, ask: Ask) -> dict[str, str]:
        """Put the headers of one hop together: a key goes to its own host only, wherever a redirect may lead."""
        if ask.key is None:
            return dict(ask.headers)
        return {**ask.headers, **ask.key.headers(url, plain_allowed=self._guard.is_exception(url))}

    def _capture(self, url: str, response: httpx.Response, body: bytes, ask: Ask) -> Capture:
        return Capture(
            url=url,
            final_url=ask.hidden(str(response.url)),
            status=response.status_code,
            media_type=response.headers.get("content-type", ""),
            body=body if ask.key is None else ask.key.hide_bytes(body),
            sha256=hashlib.sha256(body).hexdigest(),
            captured_at=self._clock.now(),
            mode=Mode.AUTO if ask.key is None else Mode.API,
            headers={name: ask.hidden(response.headers[name]) for name in KEPT_HEADERS if name in response.headers},
        )


async def _whole_body(response: httpx.Response, most: int | None) -> bytes:
    """Take an answer to its end, unpacked and counted step by step; ValueError where half of it is missing."""
    limit = MAX_BYTES if most is None else min(most, MAX_BYTES)
    body, unpacking = bytearray(), unpacker(response.headers.get("content-encoding", ""))
    async for piece in response.aiter_raw():
        for part in unpacking.feed(piece):
            body += part
            if len(body) > limit:
                raise FetchError("too_large", url=str(response.url), limit=limit)
    if not unpacking.is_whole():
        raise ValueError("it ends in the middle")
    return bytes(body)


@asynccontextmanager
async def open_http(
    *,
    user_agent: str,
    seconds: float,
    guard: Guard,
    clock: Clock,
    trusted: ssl.SSLContext | None = None,
    gate: Gate | None = None,
) -> AsyncIterator[Http]:
    """Open a client that names itself, keeps connections and never follows a redirect behind the guard's back.

    `trusted` are the certificates that are believed, where these are not the usual ones; every request passes
    the `gate`.
    """
    for chatty in ("hpack", "httpcore", "httpx"):  # they would write down addresses and headers, keys included
        logging.getLogger(chatty).setLevel(logging.WARNING)
    headers = {"user-agent": user_agent, "accept-language": "id,en;q=0.5", "accept-encoding": ACCEPTED}
    limits = httpx.Limits(max_connections=8, max_keepalive_connections=8)
    way = pinned(
        guard,
        httpx.AsyncHTTPTransport(
            limits=limits, trust_env=False, http2=True, verify=True if trusted is None else trusted
        ),
    )
    async with httpx.AsyncClient(
        headers=headers, timeout=seconds, transport=way, follow_redirects=False, trust_env=False
    ) as client:
        yield Http(client, guard, clock, gate)
