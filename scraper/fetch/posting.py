"""Posting a few bytes to a server that the settings name, past the same guard as everything else."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from core.clock import Clock
from core.errors import FetchError
from core.settings import Settings
from scraper.fetch.guard import Guard
from scraper.fetch.http import Ask, open_http
from scraper.fetch.manners import user_agent

Post = Callable[[str, bytes], Awaitable[tuple[int, bytes]]]
MOST_BYTES = 100_000
"""No answer of an authority of time is larger."""
QUERY = {"content-type": "application/timestamp-query", "accept": "application/timestamp-reply"}


async def _stay(url: str) -> None:
    """Follow no redirect: what is posted goes to the server that the settings name, or nowhere."""
    raise FetchError("too_many_redirects", url=url)


@asynccontextmanager
async def open_posting(settings: Settings, *, version: str, clock: Clock) -> AsyncIterator[Post]:
    """Open what asks authorities of time (RFC 3161, 3.4); robots.txt is for pages and says nothing of them."""
    crawl = settings.crawl
    agent = user_agent(version, settings.purpose.contact)
    guard = Guard(crawl.allow_private)
    async with open_http(user_agent=agent, seconds=crawl.timeout_seconds, guard=guard, clock=clock) as http:

        async def post(url: str, content: bytes) -> tuple[int, bytes]:
            ask = Ask(headers=QUERY, body=content, allow=_stay, most_bytes=MOST_BYTES)
            answer = await http.get(url, ask)
            return answer.status, answer.body

        yield post
